"""Counting requests and users; who a user is does not stay: only a digest, with a salt of this run."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from groundstop.directives.previewing.previewed import Count
from groundstop.directives.previewing.seen import Seen

_DIGEST_BYTES = 16


class Tally:
    """Counts requests and different users.

    Args:
        salt: Random bytes of this run, at most 64.
    """

    def __init__(self, salt: bytes) -> None:
        self._salt = salt
        self._requests = self._described = self._anonymous = 0
        self._users: set[bytes] = set()

    def add(self, seen: Seen) -> None:
        """Count requests."""
        self._requests += seen.requests
        if seen.users is not None:
            self._described += seen.users
        elif seen.asked.principal is None:
            self._anonymous += seen.requests
        else:
            self._users.add(self._digest(seen.asked.principal_issuer, seen.asked.principal))

    @property
    def count(self) -> Count:
        """What was counted."""
        return Count(self._requests, self._described + len(self._users), self._anonymous)

    @staticmethod
    def together(tallies: Iterable[Tally]) -> Count:
        """Return what several tallies of one run have counted, each user once."""
        several = list(tallies)
        users: set[bytes] = set().union(*(one._users for one in several))
        described = sum(one._described for one in several)
        return Count(
            sum(one._requests for one in several),
            described + len(users),
            sum(one._anonymous for one in several),
        )

    def _digest(self, issuer: str | None, name: str) -> bytes:
        # A name holds anything; what separates it from its issuer's name cannot stand in that one.
        text = f"{issuer or ''}\n{name}".encode("utf-8", "surrogatepass")
        return hashlib.blake2b(text, digest_size=_DIGEST_BYTES, key=self._salt).digest()
