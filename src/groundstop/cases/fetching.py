"""Getting a copy of a case from where it lies as a static file."""

from __future__ import annotations

import time
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from groundstop.errors import ExitCode, GroundstopError, InputError
from groundstop.evidence.archive import MOST_BYTES

_TIMEOUT_S = 60.0
_LONGEST_S = 900.0
_PIECE = 1024 * 1024
_LOCAL = ("localhost", "127.0.0.1", "::1")


class CopyNotReachedError(GroundstopError):
    """A copy of a case could not be got."""

    exit_code = ExitCode.UNREACHABLE


def fetch(address: str) -> bytes:
    """Get a copy of a case.

    Args:
        address: An https address; http only on this machine.

    Returns:
        The file's bytes.

    Raises:
        InputError: The address cannot be used, or what is there is too large.
        CopyNotReachedError: It cannot be got.
    """
    try:
        parts = urlsplit(address)
        host, where = parts.hostname, f"{parts.scheme}://{parts.netloc}{parts.path}"
        # The scheme is checked below, before anything is asked.
        request = Request(address)  # noqa: S310
    except ValueError as error:
        # The address itself is not told: it may hold a password.
        raise InputError("That is no address", "Give an https address") from error
    if parts.scheme not in ("https", "http") or (parts.scheme == "http" and host not in _LOCAL):
        raise InputError(f"{host} is not asked without encryption", "Give an https address")
    if parts.username or parts.password:
        raise InputError("An address must not hold a password", "Give one that needs none")
    try:
        with build_opener(_NoRedirects).open(request, timeout=_TIMEOUT_S) as answer:
            return _read(answer, where)
    except HTTPError as error:
        raise CopyNotReachedError(f"{where} answers with {error.code}", "Check the address") from error
    except (HTTPException, OSError, ValueError) as error:
        raise CopyNotReachedError(f"{where} cannot be reached", "Check address and network") from error


class _NoRedirects(HTTPRedirectHandler):
    """Redirects are not followed: a copy comes from the address that was given."""

    def redirect_request(self, *_: Any) -> None:
        """Follow none; the answer is an error then."""


def _read(answer: Any, where: str) -> bytes:
    """Read an answer, of so many bytes and in so much time at most."""
    ends = time.monotonic() + _LONGEST_S
    pieces: list[bytes] = []
    size = 0
    while piece := answer.read(_PIECE):
        size += len(piece)
        if size > MOST_BYTES:
            raise InputError(f"{where} is larger than any case", "Check the address")
        if time.monotonic() > ends:
            raise CopyNotReachedError(f"{where} takes too long", "Try again, or get the file another way")
        pieces.append(piece)
    return b"".join(pieces)
