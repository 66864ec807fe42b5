"""Which versions of other tools' formats are read: those that were seen, and no others by guess."""

from __future__ import annotations

import re

from groundstop.errors import DocumentError

_LIKE_A_VERSION = re.compile(r"[0-9A-Za-z][0-9A-Za-z.+_-]{0,39}(?: \([0-9a-f]+\))?")


def check_version(found: str | int | None, known: tuple[str, ...], *, source: str, what: str) -> None:
    """Check the version that a file states against those that are known.

    Args:
        found: What the file states; none when it states nothing, which its layout then has to make up for.
        known: Versions that are read. ``"0.17"`` stands for every release that begins with it.
        source: The file's name, for the error message.
        what: What has the version, such as ``"garak"`` or ``"the log format"``.

    Raises:
        DocumentError: The version is not known.
    """
    if found is None or any(_covers(one, str(found)) for one in known):
        return
    said = str(found) if _LIKE_A_VERSION.fullmatch(str(found)) else "of another form"
    raise DocumentError(
        f"{source} has version {said} of {what}, which this groundstop does not know",
        f"Known are {', '.join(known)}; use a newer groundstop, or write the file with a known version",
    )


def _covers(known: str, found: str) -> bool:
    return found == known or found.startswith((f"{known}.", f"{known}-", f"{known}+"))
