"""Choosing table entries for a wording by a hash, so that a longer table moves few choices."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable


def ranked(names: Iterable[str], *, salt: str, wording: str) -> tuple[str, ...]:
    """Return names in the order in which a wording prefers them.

    Args:
        names: Names of table entries, in any order.
        salt: The suite's salt.
        wording: The wording that they are chosen for.

    Returns:
        The names by the hash of salt, name and wording. An added name only pushes others back where it comes
        first itself.

    Source: highest random weight hashing (Thaler and Ravishankar, 1998).
    """
    return tuple(sorted(names, key=lambda name: _weight(salt, name, wording)))


def _weight(salt: str, name: str, wording: str) -> bytes:
    return hashlib.sha256(f"{salt}\0{name}\0{wording}".encode("utf-8", "surrogatepass")).digest()
