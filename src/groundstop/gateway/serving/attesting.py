"""Who asks: from what a request presents to a principal with claims, by issuers whom the operator trusts."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from typing import NamedTuple

from groundstop.directives.claims import (
    Attestation,
    Challenges,
    Issuer,
    Remembered,
    Seen,
    Why,
    attest_certificate,
    combined,
    location_hint,
)
from groundstop.directives.claims.api_keys import is_made_here
from groundstop.directives.claims.jose import looks_signed
from groundstop.gateway.gate import NOBODY, Who

MOST_TOKENS = 8
"""Tokens that are looked at of one request; a person, a service and a credential are three."""

_MOST_CERTIFICATES = 1000


class Presented(NamedTuple):
    """What a request shows of who sends it."""

    tokens: tuple[str, ...] = ()
    """Without the word ``Bearer``; the person's first."""
    certificate: bytes | None = None
    """The client's certificate in DER, whose key the client has shown to hold."""
    country: str | None = None
    """Worked out from the client's address; a hint that decides nothing."""


class Examined(NamedTuple):
    """Who asks, and which of what they presented is for us to know only."""

    who: Who
    ours: frozenset[str]
    """Tokens that an issuer whom the operator knows has made. None of them is passed on to an upstream."""


NOTHING = Presented()
_NOBODY = Examined(NOBODY, frozenset())


class Attester:
    """Tells who asks. Safe to call from many threads; make a new one when the issuers change.

    Args:
        issuers: Whom the operator trusts.
        seen: Ids that were used; without it what is good for one use is refused.
        challenges: Challenges of this place; without them credentials are refused.
    """

    def __init__(
        self,
        issuers: Sequence[Issuer] = (),
        *,
        seen: Seen | None = None,
        challenges: Challenges | None = None,
    ) -> None:
        self._issuers = tuple(issuers)
        self._challenges = challenges
        nonces = None if challenges is None else challenges.accepts
        self._remembered = Remembered(self._issuers, seen=seen, nonces=nonces)
        self._certificates: OrderedDict[bytes, Attestation] = OrderedDict()

    def who(self, presented: Presented, now: float) -> Who:
        """Return who asks.

        Args:
            presented: What the request shows, from anybody.
            now: Seconds since 1970.

        Returns:
            Who, with the claims that count; nobody when nothing does. It never raises.
        """
        return self.examine(presented, now).who

    def challenge(self, now: float) -> str | None:
        """Return a fresh challenge for holders of credentials to answer; none where none are taken here."""
        return None if self._challenges is None else self._challenges.new(now)

    def examine(self, presented: Presented, now: float) -> Examined:
        """Return who asks, and which tokens are not to be passed on; see :meth:`who`."""
        if not self._issuers or (not presented.tokens and presented.certificate is None):
            if presented.country is None:
                return _NOBODY
            return Examined(Who(hints=location_hint(presented.country)), frozenset())
        tokens = presented.tokens[:MOST_TOKENS]
        found = [self._remembered.attest(token, now) for token in tokens]
        # Whose issuer is known may be a person's token even where it does not count: an upstream must not
        # get it. What nobody knows is taken for the client's own key.
        ours = frozenset(token for token, one in zip(tokens, found, strict=True) if _is_ours(token, one))
        if presented.certificate is not None:
            found.append(self._certificate(presented.certificate, now))
        whole = found[0] if len(found) == 1 else combined(*found)
        return Examined(
            Who(whole.principal, whole.claims, location_hint(presented.country), whole.refused), ours
        )

    def _certificate(self, der: bytes, now: float) -> Attestation:
        found = self._certificates.get(der)
        if found is not None and now < found.until:
            return found
        found = attest_certificate(der, self._issuers, now)
        if now < found.until:
            self._certificates[der] = found
            while len(self._certificates) > _MOST_CERTIFICATES:
                self._certificates.popitem(last=False)
        return found


def _is_ours(token: str, attestation: Attestation) -> bool:
    if attestation.principal is not None or attestation.claims:
        return True
    if any(one.issuer is not None for one in attestation.refused) or is_made_here(token):
        return True
    # A token whose issuer cannot be read may be of one that is known.
    return looks_signed(token) and any(one.why is not Why.NO_ISSUER for one in attestation.refused)
