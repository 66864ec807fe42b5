"""SD-JWT verifiable credentials: a yes or no to a definition, without what it follows from.

The holder shows by a key of its own that it is the one to whom the credential was given, and answers a
challenge of this place, so that nobody else can present what it presented.

Source: RFC 9901 sections 4.3 and 7.3; draft-ietf-oauth-sd-jwt-vc, sections 2 and 3.4.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from groundstop.directives.claims.attestation import Attestation
from groundstop.directives.claims.disclosures import disclosed
from groundstop.directives.claims.issuers import CredentialIssuer
from groundstop.directives.claims.jose import Jws, encoded, read_jws, verify
from groundstop.directives.claims.public_keys import PublicKeyOf, public_key
from groundstop.directives.claims.seen import NonceCheck, Seen
from groundstop.directives.claims.times import moment, valid_until
from groundstop.directives.claims.tokens import has_type, name_in, use_once
from groundstop.directives.claims.values import Source, claims_in
from groundstop.directives.claims.why import RefusedError, Why, told_of
from groundstop.directives.facts import Principal

_TYPES = ("dc+sd-jwt", "vc+sd-jwt")
"""The second is what drafts before November 2024 called it."""
_BINDING_TYPE = "kb+jwt"


class Presentation(NamedTuple):
    """A credential as its holder presents it, nothing of it verified."""

    credential: Jws
    disclosures: tuple[str, ...]
    bound: str
    """What the holder's signature is about: everything before it."""
    binding: str
    """The holder's signature; empty where there is none."""


def read_presentation(text: str) -> Presentation:
    """Read a presentation.

    Raises:
        RefusedError: It is malformed.
    """
    credential, *disclosures, binding = text.split("~")
    bound = text.removesuffix(binding)
    return Presentation(read_jws(credential), tuple(disclosures), bound, binding)


def attest_credential(
    presented: Presentation,
    issuers: Sequence[CredentialIssuer],
    now: float,
    *,
    size: int,
    seen: Seen | None,
    nonces: NonceCheck | None,
) -> Attestation:
    """Return what a credential attests.

    Args:
        presented: The credential.
        issuers: Those that are trusted.
        now: Seconds since 1970.
        size: The presentation's bytes.
        seen: Challenges that were answered.
        nonces: Tells whether a nonce is a challenge of this place.

    Raises:
        RefusedError: It attests nothing.
    """
    issuer = _named(presented.credential.payload, issuers)
    with told_of(issuer.config.name):
        return _attested(presented, issuer, now, size=size, seen=seen, nonces=nonces)


def _attested(
    presented: Presentation,
    issuer: CredentialIssuer,
    now: float,
    *,
    size: int,
    seen: Seen | None,
    nonces: NonceCheck | None,
) -> Attestation:
    signed, config = presented.credential, issuer.config
    if config.revoked is not None:
        raise RefusedError(Why.REVOKED_ISSUER)
    if size > config.max_bytes:
        raise RefusedError(Why.TOO_LARGE)
    if not has_type(signed.header, _TYPES):
        raise RefusedError(Why.TYPE)
    verify(signed, issuer.keys, config.algorithms)
    claims = disclosed(signed.payload, presented.disclosures)
    if claims.get("vct") not in config.types:
        raise RefusedError(Why.TYPE)
    until = valid_until(claims, now, skew_s=config.clock_skew_s, longest_s=config.longest_s)
    if "status" in claims and config.revocable == "refuse":
        raise RefusedError(Why.REVOCABLE)
    holder = _holder(claims)
    ends = _check_binding(presented, holder, issuer, now, seen=seen, nonces=nonces)
    until = min(until, ends)
    read = claims_in(claims, config.claims, Source(config.name, config.assurance, until))
    name = name_in(claims) or f"jkt:{holder.jwk.thumbprint()}"
    return Attestation(
        principal=Principal(config.name, name),
        claims=read.claims,
        refused=read.refused,
        until=0.0 if config.once else until,
    )


def _named(payload: Mapping[str, Any], issuers: Sequence[CredentialIssuer]) -> CredentialIssuer:
    """Return the issuer; a credential is made for nobody in particular, so its audience is the holder's."""
    named = [one for one in issuers if one.config.issuer == payload.get("iss")]
    if not named:
        raise RefusedError(Why.NO_ISSUER)
    issuer = next((one for one in named if payload.get("vct") in one.config.types), None)
    if issuer is None:
        raise RefusedError(Why.TYPE, named[0].config.name)
    return issuer


def _holder(claims: Mapping[str, Any]) -> PublicKeyOf:
    confirmed = claims.get("cnf")
    holder = public_key(confirmed.get("jwk")) if isinstance(confirmed, dict) else None
    if holder is None:
        raise RefusedError(Why.NO_BINDING)
    return holder


def _check_binding(
    presented: Presentation,
    holder: PublicKeyOf,
    issuer: CredentialIssuer,
    now: float,
    *,
    seen: Seen | None,
    nonces: NonceCheck | None,
) -> float:
    """Check that the holder presents it, here and now; return until when that holds."""
    config = issuer.config
    if not presented.binding:
        raise RefusedError(Why.NO_BINDING)
    try:
        binding = read_jws(presented.binding)
    except RefusedError:
        raise RefusedError(Why.BINDING) from None
    if not has_type(binding.header, (_BINDING_TYPE,)):
        raise RefusedError(Why.BINDING)
    # A holder has one key, and whatever name it has for it does not matter.
    key = PublicKeyOf(binding.header.get("kid"), holder.algorithms, holder.jwk)
    verify(binding, [key], config.holder_algorithms)
    said = binding.payload
    bound = encoded(hashlib.sha256(presented.bound.encode("ascii")).digest())
    if said.get("sd_hash") != bound:
        raise RefusedError(Why.BINDING)
    if said.get("aud") not in config.audience:
        raise RefusedError(Why.AUDIENCE)
    made = moment(said.get("iat"))
    ends = made + config.fresh_s + config.clock_skew_s
    if made > now + config.clock_skew_s or now >= ends:
        raise RefusedError(Why.STALE_BINDING)
    nonce = said.get("nonce")
    if not isinstance(nonce, str) or nonces is None or not nonces(nonce, now):
        raise RefusedError(Why.NONCE)
    if config.once:
        use_once(seen, config.name, f"nonce {nonce}", ends, now)
    return ends
