"""Not verifying the same token again with each request: that takes half a millisecond, this a hundredth."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Sequence
from threading import Lock

from groundstop.directives.claims.attest import attest
from groundstop.directives.claims.attestation import Attestation
from groundstop.directives.claims.issuers import Issuer
from groundstop.directives.claims.seen import NonceCheck, Seen

MOST = 20_000


class Remembered:
    """Attests tokens, and remembers what came of those that are good for more than one request.

    Make a new one when the issuers change: what is remembered was believed under the old ones. Tokens are
    remembered by their digests.

    Args:
        issuers: Whom the operator trusts.
        seen: Ids that were used.
        nonces: Tells whether a nonce is a challenge of this place.
        most: Tokens that are remembered.
    """

    def __init__(
        self,
        issuers: Sequence[Issuer],
        *,
        seen: Seen | None = None,
        nonces: NonceCheck | None = None,
        most: int = MOST,
    ) -> None:
        self._issuers = tuple(issuers)
        self._seen = seen
        self._nonces = nonces
        self._most = most
        self._found: OrderedDict[bytes, Attestation] = OrderedDict()
        self._lock = Lock()

    def attest(self, token: bytes | str, now: float) -> Attestation:
        """Return what a token attests; see :func:`~groundstop.directives.claims.attest`."""
        data = token.encode("utf-8", "surrogatepass") if isinstance(token, str) else token
        key = hashlib.sha256(data).digest()
        with self._lock:
            found = self._found.get(key)
            if found is not None and now < found.until:
                self._found.move_to_end(key)
                return found
        found = attest(token, self._issuers, now, seen=self._seen, nonces=self._nonces)
        with self._lock:
            self._found.pop(key, None)
            # What attests nothing is not kept: its reasons may pass, and anybody can make more of it.
            if now < found.until:
                self._found[key] = found
                while len(self._found) > self._most:
                    self._found.popitem(last=False)
        return found
