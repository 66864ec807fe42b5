"""Client certificates of mutual TLS: a registry holds what is attested of whoever has one.

Whoever ends the TLS connection has checked that the client holds the certificate's key; that is not, and
cannot be, checked here. A certificate that is known by its fingerprint is that very one. One that is known by
a URI in it is believed when one of the registry's authorities has signed it.

Source: RFC 5280; the SPIFFE X.509-SVID specification, section 2 (one URI, the name of the workload).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TYPE_CHECKING

from groundstop.directives.claims.attestation import Attestation
from groundstop.directives.claims.issuers import CertificateEntry, CertificateRegistry
from groundstop.directives.claims.registries import attest_entry
from groundstop.directives.claims.why import RefusedError, Why, told_of

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

MOST_BYTES = 16 * 1024


def attest_der(der: bytes, registries: Sequence[CertificateRegistry], now: float) -> Attestation:
    """Return what is attested of whoever has a certificate.

    Args:
        der: The certificate in DER, from the end of the TLS connection.
        registries: Those that are trusted.
        now: Seconds since 1970.

    Raises:
        RefusedError: It attests nothing.
    """
    if len(der) > MOST_BYTES:
        raise RefusedError(Why.TOO_LARGE)
    certificate = _certificate(der)
    begins, ends = _validity(certificate)
    if now < begins:
        raise RefusedError(Why.NOT_YET)
    if now >= ends:
        raise RefusedError(Why.EXPIRED)
    fingerprint = hashlib.sha256(der).hexdigest()
    uri = _uri(certificate)
    for registry in registries:
        entry = registry.entries.get(fingerprint) or _by_uri(certificate, uri, registry, now)
        if entry is not None:
            with told_of(registry.config.name):
                return attest_entry(entry, registry.config, now, until=ends)
    raise RefusedError(Why.UNKNOWN_KEY)


def _by_uri(
    certificate: Certificate, uri: str | None, registry: CertificateRegistry, now: float
) -> CertificateEntry | None:
    entry = None if uri is None else registry.entries.get(uri)
    if entry is None:
        return None
    if not any(_has_signed(one, certificate, now) for one in registry.authorities):
        raise RefusedError(Why.UNKNOWN_AUTHORITY)
    return entry


def _has_signed(authority: Certificate, certificate: Certificate, now: float) -> bool:
    from cryptography.exceptions import InvalidSignature

    begins, ends = _validity(authority)
    if not begins <= now < ends:
        return False
    try:
        certificate.verify_directly_issued_by(authority)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def _certificate(der: bytes) -> Certificate:
    from cryptography.x509 import load_der_x509_certificate

    try:
        return load_der_x509_certificate(der)
    except ValueError:
        raise RefusedError(Why.MALFORMED) from None


def _uri(certificate: Certificate) -> str | None:
    """Return the one URI in a certificate; none when there is none, or there are several."""
    from cryptography.x509 import ExtensionNotFound, SubjectAlternativeName, UniformResourceIdentifier

    try:
        names = certificate.extensions.get_extension_for_class(SubjectAlternativeName).value
    except ExtensionNotFound:
        return None
    except ValueError:
        raise RefusedError(Why.MALFORMED) from None
    found = names.get_values_for_type(UniformResourceIdentifier)
    return found[0] if len(found) == 1 else None


def _validity(certificate: Certificate) -> tuple[float, float]:
    return certificate.not_valid_before_utc.timestamp(), certificate.not_valid_after_utc.timestamp()
