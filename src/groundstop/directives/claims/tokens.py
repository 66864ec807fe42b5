"""JSON Web Tokens: what they attest of a person, of a service account, or of whom an agent acts for.

Source: RFC 7519 (JSON Web Token), RFC 9068 (tokens for access), RFC 8693 section 4.1 (who acts), OpenID
Connect Core 1.0 section 3.1.3.7.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from groundstop.directives.claims.attestation import Attestation, RefusedClaim
from groundstop.directives.claims.config import Mapped
from groundstop.directives.claims.issuers import TokenIssuer
from groundstop.directives.claims.jose import Jws, verify
from groundstop.directives.claims.seen import Seen
from groundstop.directives.claims.times import valid_until
from groundstop.directives.claims.values import OF_A_SERVICE, Source, claims_in
from groundstop.directives.claims.why import RefusedError, Why, told_of
from groundstop.directives.facts import Principal

MOST_ACTORS = 8
_LONGEST_NAME = 300


def attest_token(
    jws: Jws, issuers: Sequence[TokenIssuer], now: float, *, size: int, seen: Seen | None
) -> Attestation:
    """Return what a token attests.

    Args:
        jws: The token, not yet verified.
        issuers: Those that are trusted.
        now: Seconds since 1970.
        size: The token's bytes.
        seen: Ids of tokens that were used.

    Raises:
        RefusedError: It attests nothing.
    """
    issuer = _addressed(jws.payload, issuers)
    with told_of(issuer.config.name):
        return _attested(jws, issuer, now, size=size, seen=seen)


def _attested(jws: Jws, issuer: TokenIssuer, now: float, *, size: int, seen: Seen | None) -> Attestation:
    config = issuer.config
    if config.revoked is not None:
        raise RefusedError(Why.REVOKED_ISSUER)
    if size > config.max_bytes:
        raise RefusedError(Why.TOO_LARGE)
    if not has_type(jws.header, (*config.types, None)):
        raise RefusedError(Why.TYPE)
    verify(jws, issuer.keys, config.algorithms)
    until = valid_until(jws.payload, now, skew_s=config.clock_skew_s, longest_s=config.longest_s)
    if "cnf" in jws.payload and config.bound == "refuse":
        raise RefusedError(Why.BOUND)
    name = name_in(jws.payload)
    if name is None:
        raise RefusedError(Why.SUBJECT)
    actors = _actors(jws.payload, config.name)
    if config.once:
        identifier = jws.payload.get("jti")
        if not isinstance(identifier, str) or not identifier:
            raise RefusedError(Why.NO_ID)
        use_once(seen, config.name, f"jti {identifier}", until, now)
    mappings, refused = _applicable(config.claims, jws.payload, issuer)
    read = claims_in(jws.payload, mappings, Source(config.name, config.assurance, until))
    return Attestation(
        principal=Principal(config.name, name),
        claims=read.claims,
        actors=actors,
        refused=(*refused, *read.refused),
        service=_is_service(jws.payload, issuer),
        until=0.0 if config.once else until,
    )


def _addressed(payload: Mapping[str, Any], issuers: Sequence[TokenIssuer]) -> TokenIssuer:
    """Return the issuer that a token names: of two with that name the one whose tokens are for its audience.

    Raises:
        RefusedError: There is none.
    """
    named = [one for one in issuers if one.config.issuer == payload.get("iss")]
    said = payload.get("aud")
    meant = said if isinstance(said, list) else [said]
    fit = [one for one in named if any(audience in meant for audience in one.config.audience)]
    if not named:
        raise RefusedError(Why.NO_ISSUER)
    if not fit:
        raise RefusedError(Why.AUDIENCE, named[0].config.name)
    return fit[0]


def has_type(header: Mapping[str, Any], types: Collection[str | None]) -> bool:
    """Tell whether a header's type is one of some; None among them is for a header without one."""
    said = header.get("typ")
    if said is None:
        return None in types
    wanted = {one.lower() for one in types if one is not None}
    return isinstance(said, str) and said.lower().removeprefix("application/") in wanted


def name_in(payload: Mapping[str, Any]) -> str | None:
    """Return how a token calls whom it is about; none where it does not, or not readably."""
    name = payload.get("sub")
    if not isinstance(name, str) or not 0 < len(name) <= _LONGEST_NAME or not name.isprintable():
        return None
    return name


def use_once(seen: Seen | None, issuer: str, what: str, until: float, now: float) -> None:
    """Note that something was used, once everything else about it has been found right.

    Raises:
        RefusedError: It was used before, or that cannot be known.
    """
    if seen is None:
        raise RefusedError(Why.NO_MEMORY)
    seen.use(issuer, what, until, now)


def _actors(payload: Mapping[str, Any], issuer: str) -> tuple[Principal, ...]:
    """Return who acts for whom the token is about, the nearest first."""
    found: list[Principal] = []
    said = payload.get("act")
    while said is not None:
        name = name_in(said) if isinstance(said, dict) else None
        if name is None or len(found) == MOST_ACTORS:
            raise RefusedError(Why.ACTOR)
        found.append(Principal(issuer, name))
        said = said.get("act")
    return tuple(found)


def _applicable(
    mappings: Sequence[Mapped], payload: Mapping[str, Any], issuer: TokenIssuer
) -> tuple[list[Mapped], list[RefusedClaim]]:
    """Keep from a service account what only a person or an organisation can have."""
    if not _is_service(payload, issuer):
        return list(mappings), []
    mine = [one for one in mappings if one.claim in OF_A_SERVICE]
    others = {one.claim for one in mappings} - OF_A_SERVICE
    return mine, [RefusedClaim(issuer.config.name, name, Why.OF_A_SERVICE) for name in sorted(others)]


def _texts(value: Any) -> list[str]:
    """Return the texts of a value that is one, or a list of them."""
    return [one for one in (value if isinstance(value, list) else [value]) if isinstance(one, str)]


def _is_service(payload: Mapping[str, Any], issuer: TokenIssuer) -> bool:
    # A client that asks for itself is its own subject (RFC 9068 section 2.2).
    own = payload["sub"] in (payload.get("client_id"), payload.get("azp"))
    marked = any(
        not set(values).isdisjoint(_texts(payload.get(name)))
        for name, values in issuer.config.service_marks.items()
    )
    return issuer.config.kind == "service" or own or marked
