"""What comes of a token, a key or a certificate: who asks, and what is attested of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import NamedTuple

from groundstop.directives.claims.why import Why
from groundstop.directives.facts import Attested, Principal
from groundstop.documents.directives import ClaimName

_NONE: Mapping[ClaimName, Attested] = MappingProxyType({})


class RefusedClaim(NamedTuple):
    """A claim that stays unknown though something was presented for it, and why."""

    issuer: str | None
    """By its name at the operator; none when nobody knows it."""
    claim: ClaimName | None
    """None for everything that was presented."""
    why: Why


@dataclass(frozen=True, slots=True)
class Attestation:
    """What something that was presented attests. What is not in it is unknown."""

    principal: Principal | None = None
    """Who asks; for a delegated agent the person who delegated."""
    claims: Mapping[ClaimName, Attested] = field(default_factory=lambda: _NONE)
    actors: tuple[Principal, ...] = ()
    """Who acts for the principal, the nearest first. They attest nothing, and are only recorded."""
    refused: tuple[RefusedClaim, ...] = ()
    service: bool = False
    """Whether the principal is a service account: anybody may be behind it."""
    until: float = 0.0
    """Until when the same may be answered without looking again, in seconds since 1970; 0 for never."""


def nothing(why: Why, issuer: str | None = None) -> Attestation:
    """Return what comes of something that does not count."""
    return Attestation(refused=(RefusedClaim(issuer, None, why),))


def combined(*attestations: Attestation) -> Attestation:
    """Return what several things attest that were presented with one request, such as a key and a token.

    Args:
        attestations: The one whose principal counts first comes first.

    Returns:
        All their claims, but for a service account's: nobody else's token tells who is behind it, and a
        friend's must not. Present the person first where a person asks through a service. Where two have the
        same claim with the same values, the better assured counts; where the values differ the claim is
        unknown: whoever asks gains nothing by presenting both, since they might have presented neither.
    """
    who = next((one.principal for one in attestations if one.principal is not None), None)
    behind = next((one.service for one in attestations if one.principal is not None), False)
    ours = [one for one in attestations if not behind or one.principal in (None, who)]
    claims: dict[ClaimName, Attested] = {}
    contradicted: dict[ClaimName, str] = {}
    for attested in ours:
        for name, one in attested.claims.items():
            before = claims.setdefault(name, one)
            if before.values != one.values:
                contradicted[name] = one.issuer
            elif (one.assurance, one.until) > (before.assurance, before.until):
                claims[name] = one
    refused = [one for attested in attestations for one in attested.refused]
    refused += [RefusedClaim(issuer, name, Why.CONTRADICTION) for name, issuer in contradicted.items()]
    refused += [
        RefusedClaim(claim.issuer, name, Why.SOMEBODY_ELSE)
        for attested in attestations
        if attested not in ours
        for name, claim in attested.claims.items()
    ]
    return Attestation(
        principal=who,
        claims={name: one for name, one in claims.items() if name not in contradicted},
        actors=tuple(actor for one in attestations for actor in one.actors),
        refused=tuple(refused),
        until=min((one.until for one in attestations), default=0.0),
    )


def location_hint(country: str | None) -> Mapping[ClaimName, frozenset[str]]:
    """Return a country that was worked out of an address, for the hints of a request's facts.

    A hint is shown and decides nothing: an address tells where a connection ends, and not who asks.

    Args:
        country: ISO 3166-1 alpha-2; none where it is not known.

    Returns:
        The hint; nothing where the country is not known, or is none.
    """
    if country is None or not (len(country) == 2 and country.isascii() and country.isalpha()):
        return {}
    return {ClaimName.LOCATED_IN: frozenset({country.upper()})}
