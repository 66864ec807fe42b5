"""Refreshing an issuer's keys from where it publishes them: now and then, and never for a request."""

from __future__ import annotations

import time
from collections.abc import Callable
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from groundstop.directives.claims.config import CredentialConfig, IssuerConfig, TokenConfig
from groundstop.directives.claims.issuers import MOST_KEY_BYTES, key_set_of
from groundstop.errors import InputError, TargetError
from groundstop.evidence import write_whole

_TIMEOUT_S = 10.0
_LONGEST_S = 30.0
_PIECE = 16 * 1024
_LOCAL = ("localhost", "127.0.0.1", "::1")


def refresh_keys(
    config: IssuerConfig, folder: Path, fetch: Callable[[str], bytes] | None = None
) -> tuple[str | None, ...]:
    """Refresh an issuer's file of keys.

    Args:
        config: The issuer.
        folder: Where the file is.
        fetch: Gets an address; over https when none.

    Returns:
        The names of the keys that are there now; nothing for an issuer without an address.

    Raises:
        TargetError: The keys cannot be got.
        InputError: What is there is no set of public keys. The file stays as it was.
        WorkspaceError: The file cannot be written.
    """
    if not isinstance(config, TokenConfig | CredentialConfig) or config.keys_url is None:
        return ()
    data = (fetch or fetch_keys)(config.keys_url)
    found = key_set_of(data, source=f"What the issuer {config.name} publishes")
    path = folder / str(config.keys_file)
    if not path.is_file() or path.read_bytes() != data:
        write_whole(path, data)
    return tuple(key.kid for key in found)


def fetch_keys(address: str) -> bytes:
    """Get a set of keys.

    Args:
        address: An https address; http only on this machine. No redirect is followed.

    Raises:
        InputError: The address cannot be used, or what is there is too large.
        TargetError: It cannot be got.
    """
    try:
        parts = urlsplit(address)
        host = parts.hostname
        # The scheme is checked below, before anything is asked.
        request = Request(address, headers={"Accept": "application/json"})  # noqa: S310
    except ValueError as error:
        raise InputError("The address of an issuer's keys is none", "Give an https address") from error
    if parts.scheme != "https" and not (parts.scheme == "http" and host in _LOCAL):
        raise InputError(f"{host} is not asked for keys without encryption", "Give an https address")
    if parts.username or parts.password:
        raise InputError("An address of keys must not hold a password", "Give one that needs none")
    try:
        with build_opener(_NoRedirects).open(request, timeout=_TIMEOUT_S) as answer:
            return _read(answer, host)
    except HTTPError as error:
        raise TargetError(
            f"{host} answers with {error.code} when asked for keys", "Check keys_url"
        ) from error
    except (HTTPException, OSError, ValueError) as error:
        raise TargetError(
            f"{host} cannot be reached for its keys", "Check keys_url and the network"
        ) from error


class _NoRedirects(HTTPRedirectHandler):
    """Redirects are not followed: keys come from the address that the operator trusts."""

    def redirect_request(self, *_: Any) -> None:
        """Follow none; the answer is an error then."""


def _read(answer: Any, host: str | None) -> bytes:
    ends = time.monotonic() + _LONGEST_S
    data = b""
    while piece := answer.read1(_PIECE):
        data += piece
        if len(data) > MOST_KEY_BYTES:
            raise InputError(f"{host} gives more than any set of keys has", "Check keys_url")
        if time.monotonic() > ends:
            raise TargetError(f"{host} takes too long to give its keys", "Try again")
    return data
