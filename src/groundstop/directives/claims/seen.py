"""Noticing a second use: ids of tokens, and answers to challenges."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import struct
from collections.abc import Callable
from threading import Lock

from groundstop.directives.claims.jose import decoded, encoded
from groundstop.directives.claims.why import RefusedError, Why

NonceCheck = Callable[[str, float], bool]
"""Whether a nonce answers a challenge of this place, at a time in seconds since 1970."""

MOST = 100_000
_NONCE_BYTES = 16
_TAG_BYTES = 16
_SHORTEST_SECRET = 32


class Seen:
    """Ids that were used, until they end by themselves.

    It forgets at a restart, and each gateway has its own: what must not be used twice anywhere needs a short
    life too.

    Args:
        most: Ids that are remembered. When it is full, nothing more is accepted before one ends: the other
            way, whoever floods it could use an old token again.
    """

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._until: dict[bytes, float] = {}
        self._first_end = 0.0
        self._lock = Lock()

    def use(self, issuer: str, what: str, until: float, now: float) -> None:
        """Note a first use.

        Args:
            issuer: Whose id it is.
            what: The id.
            until: From when on it is refused anyhow, in seconds since 1970.
            now: The time.

        Raises:
            RefusedError: It was used before, or no more can be remembered.
        """
        key = hashlib.sha256(f"{issuer}\0{what}".encode()).digest()
        with self._lock:
            if self._until.get(key, now) > now:
                raise RefusedError(Why.REPLAYED)
            if len(self._until) >= self._most:
                self._forget_ended(now)
            if len(self._until) >= self._most:
                raise RefusedError(Why.NO_MEMORY)
            self._until[key] = until

    def _forget_ended(self, now: float) -> None:
        # Looked through only when one has ended: a full list costs the next caller nothing.
        if now >= self._first_end:
            self._until = {one: end for one, end in self._until.items() if end > now}
            self._first_end = min(self._until.values(), default=now)

    def __len__(self) -> int:
        return len(self._until)


class Challenges:
    """Challenges that holders of credentials answer, without a list of those that were given.

    Args:
        secret: 32 random bytes or more, the same at every gateway of the operator.
        good_for_s: Seconds for which a challenge can be answered.

    Raises:
        ValueError: The secret is too short.
    """

    def __init__(self, secret: bytes, *, good_for_s: int = 300) -> None:
        if len(secret) < _SHORTEST_SECRET:
            raise ValueError(f"a secret of challenges has {_SHORTEST_SECRET} bytes at least")
        self._secret = secret
        self._good_for_s = good_for_s

    def new(self, now: float, random: Callable[[int], bytes] = secrets.token_bytes) -> str:
        """Return a fresh challenge.

        Args:
            now: Seconds since 1970.
            random: Where its randomness is from.
        """
        said = struct.pack(">Q", int(now)) + random(_NONCE_BYTES)
        return encoded(said + self._tag(said))

    def accepts(self, nonce: str, now: float) -> bool:
        """Tell whether a nonce is a challenge of this place that can still be answered."""
        try:
            data = decoded(nonce)
        except RefusedError:
            return False
        said, tag = data[:-_TAG_BYTES], data[-_TAG_BYTES:]
        if len(said) != 8 + _NONCE_BYTES or not hmac.compare_digest(tag, self._tag(said)):
            return False
        given = struct.unpack(">Q", said[:8])[0]
        return bool(given - 1 <= now < given + self._good_for_s)

    def _tag(self, said: bytes) -> bytes:
        return hmac.digest(self._secret, said, "sha256")[:_TAG_BYTES]
