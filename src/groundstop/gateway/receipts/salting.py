"""Digests of principals: the same person is told apart from others, and is not named."""

from __future__ import annotations

import hmac
import secrets
from functools import lru_cache
from pathlib import Path

from groundstop.directives.facts import Principal
from groundstop.errors import InputError
from groundstop.evidence import PRIVATE, read_bounded, write_new

SALT_FILE = "salt"
_BYTES = 32
_REMEMBERED = 50_000


def read_salt(folder: Path) -> bytes:
    """Return the secret of an operator's folder that digests of principals are made with; made once.

    Whoever has it can find out whether a person that they know of is in the receipts. Without it nobody can.

    Args:
        folder: The operator's.

    Raises:
        InputError: There is a file that holds none.
        WorkspaceError: It cannot be written.
    """
    path = folder / SALT_FILE
    if not path.exists():
        try:
            write_new(path, secrets.token_hex(_BYTES).encode() + b"\n", mode=PRIVATE)
        except InputError:
            # Another process of this gateway has just made it.
            if not path.is_file():
                raise
    text = read_bounded(path, most=1024).strip()
    try:
        salt = bytes.fromhex(text.decode("ascii"))
    except ValueError:
        salt = b""
    if len(salt) != _BYTES:
        raise InputError(
            f"{path} holds no salt of {2 * _BYTES} hexadecimal digits",
            "Restore it from a backup; without it nobody is recognised in older receipts",
        )
    return salt


class Principals:
    """Gives principals their digests.

    Args:
        salt: The secret that they are made with.
    """

    def __init__(self, salt: bytes) -> None:
        self._salt = salt
        self.digest = lru_cache(maxsize=_REMEMBERED)(self._digest)
        """Return the digest of a principal: 32 hexadecimal digits."""

    def _digest(self, who: Principal) -> str:
        said = f"{who.issuer}\0{who.name}".encode("utf-8", "surrogatepass")
        return hmac.digest(self._salt, said, "sha256").hex()[:32]
