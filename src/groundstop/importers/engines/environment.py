"""What an engine may see of our environment: a short list, so that no key of anything else is handed on."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

KEPT = (
    "PATH",
    "HOME",
    "LANG",
    "LC_ALL",
    "LC_CTYPE",
    "TZ",
    # Where engines look for what the user gave them.
    "XDG_CACHE_HOME",
    "XDG_CONFIG_HOME",
    "XDG_DATA_HOME",
    # Without them an endpoint with a certificate of a private authority cannot be asked.
    "NODE_EXTRA_CA_CERTS",
    "REQUESTS_CA_BUNDLE",
    "SSL_CERT_DIR",
    "SSL_CERT_FILE",
)
"""Variables that are passed on."""


def child_environment(
    environ: Mapping[str, str], variables: Mapping[str, str], folder: Path
) -> dict[str, str]:
    """Return the whole environment of an engine.

    Args:
        environ: Our own.
        variables: What the engine needs besides, which wins over everything else.
        folder: The job's folder, where its temporary files go.

    Returns:
        The kept variables, no proxy, and what it needs.
    """
    kept = {name: environ[name] for name in KEPT if name in environ}
    # No proxy is passed on: it would see every prompt, and the local target is not behind it.
    return {**kept, "TMPDIR": str(folder), "NO_PROXY": "*", "no_proxy": "*", "NO_COLOR": "1", **variables}
