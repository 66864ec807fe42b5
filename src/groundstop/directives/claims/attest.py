"""From what was presented to what is attested. Nothing that is presented raises anything here."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from groundstop.directives.claims.api_keys import attest_api_key
from groundstop.directives.claims.attestation import Attestation, nothing
from groundstop.directives.claims.certificates import attest_der
from groundstop.directives.claims.credentials import attest_credential, read_presentation
from groundstop.directives.claims.issuers import (
    ApiKeyRegistry,
    CertificateRegistry,
    CredentialIssuer,
    Issuer,
    TokenIssuer,
)
from groundstop.directives.claims.jose import looks_signed, read_jws
from groundstop.directives.claims.seen import NonceCheck, Seen
from groundstop.directives.claims.tokens import attest_token
from groundstop.directives.claims.why import RefusedError, Why

MOST_BYTES = 65_536
"""Largest thing that is looked at, whatever an issuer's table says."""


def attest(
    token: bytes | str,
    issuers: Sequence[Issuer],
    now: float,
    *,
    seen: Seen | None = None,
    nonces: NonceCheck | None = None,
) -> Attestation:
    """Return what a token attests: a JSON Web Token, an SD-JWT credential, or an API key.

    Args:
        token: What was presented, from anybody, without the word ``Bearer``.
        issuers: Whom the operator trusts.
        now: Seconds since 1970.
        seen: Ids that were used; without it what is good for one use is refused.
        nonces: Tells whether a nonce is a challenge of this place; without it credentials are refused.

    Returns:
        Who asks and what is attested. A token that does not count attests nothing, and the reason says no
        word of it. It never raises.
    """

    def examined() -> Attestation:
        text, size = _text(token)
        if "~" in text:
            return attest_credential(
                read_presentation(text),
                [one for one in issuers if isinstance(one, CredentialIssuer)],
                now,
                size=size,
                seen=seen,
                nonces=nonces,
            )
        if looks_signed(text):
            tokens = [one for one in issuers if isinstance(one, TokenIssuer)]
            return attest_token(read_jws(text), tokens, now, size=size, seen=seen)
        return attest_api_key(text, [one for one in issuers if isinstance(one, ApiKeyRegistry)], now)

    return _settled(examined)


def attest_certificate(der: bytes, issuers: Sequence[Issuer], now: float) -> Attestation:
    """Return what a client certificate attests; see :func:`attest`.

    Args:
        der: The certificate in DER, from whoever ended the TLS connection and checked that its key is held.
        issuers: Whom the operator trusts.
        now: Seconds since 1970.
    """
    registries = [one for one in issuers if isinstance(one, CertificateRegistry)]
    return _settled(lambda: attest_der(der, registries, now))


def _settled(examined: Callable[[], Attestation]) -> Attestation:
    try:
        return examined()
    except RefusedError as refused:
        return nothing(refused.why, refused.issuer)
    except Exception:  # noqa: BLE001 - whatever a hostile token sets off, its claims are unknown and no more
        return nothing(Why.BROKEN)


def _text(token: bytes | str) -> tuple[str, int]:
    if len(token) > MOST_BYTES:
        raise RefusedError(Why.TOO_LARGE)
    try:
        data = token.encode("ascii") if isinstance(token, str) else token
        return data.decode("ascii"), len(data)
    except UnicodeError:
        raise RefusedError(Why.UNREADABLE) from None
