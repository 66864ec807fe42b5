"""Certificates as files: all envelopes that one rests on, in one JSON document."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, TypeVar

from groundstop.documents import KeyCard, canonical_bytes
from groundstop.documents.directives import Directive, Stop
from groundstop.documents.gateway import (
    Acknowledgement,
    CertificateFile,
    EnforcementCertificate,
    Fleet,
    ProbeReport,
)
from groundstop.errors import InputError
from groundstop.evidence import OwnKey
from groundstop.evidence.statements import Signed, Subject, digest_of, read_as, read_signed, sign, signers_of
from groundstop.gateway.certifying.joining import Stated

MOST_BYTES = 256 * 1024 * 1024
_StatedT = TypeVar("_StatedT", Acknowledgement, ProbeReport)


def stated(data: bytes, kind: type[_StatedT], cards: Sequence[KeyCard], *, source: str) -> Stated[_StatedT]:
    """Read a signed statement, and verify its signatures.

    Args:
        data: The envelope.
        kind: What it must be.
        cards: Keys that are believed.
        source: Where it came from, for error messages.

    Raises:
        DocumentError: It is no envelope, a signature is wrong, or none is by one of these keys.
        InputError: It is a statement of another kind.
    """
    signed, document = read_as(data, kind, source=source, hint=f"Give a {kind.title.lower()}")
    signers = signers_of(signed, cards)
    return Stated(document, signed.digest, tuple(card.key_id for card in signers))


def read_order(data: bytes, *, source: str) -> tuple[Signed, Directive | Stop]:
    """Read the envelope of an order, its signatures not verified.

    Raises:
        DocumentError: It is no envelope.
        InputError: It holds something else.
    """
    signed = read_signed(data, source=source)
    document = signed.document()
    if not isinstance(document, Directive | Stop):
        raise InputError(f"{source} is no order", "Give the signed envelope of a directive or a stop")
    return signed, document


def sign_certificate(certificate: EnforcementCertificate, key: OwnKey) -> bytes:
    """Sign a certificate; the operator does, with the key that has signed the fleet.

    Returns:
        The envelope's bytes.
    """
    subjects = [
        Subject(f"order {certificate.order}", certificate.content.removeprefix("sha256:")),
        Subject("fleet", certificate.fleet.removeprefix("sha256:")),
    ]
    return sign(certificate, subjects, [key])


def sign_fleet(fleet: Fleet, key: OwnKey) -> bytes:
    """Sign a fleet: the operator's word that these are all its gateways.

    Returns:
        The envelope's bytes.
    """
    subjects = [Subject(f"gateway {one.name}", one.key.key_id) for one in fleet.gateways]
    return sign(fleet, subjects, [key])


def certificate_file(
    certificate: EnforcementCertificate,
    envelope: bytes,
    *,
    fleet: bytes,
    order: bytes,
    acknowledgements: Sequence[bytes],
    probes: Sequence[bytes],
    keys: Sequence[KeyCard],
) -> CertificateFile:
    """Put a certificate and what it rests on into one document.

    Args:
        certificate: The certificate.
        envelope: Its signed envelope.
        fleet: The envelope of the fleet.
        order: That of the order.
        acknowledgements: Those at hand; what the certificate does not rest on is left out.
        probes: The same of reports.
        keys: Cards of whoever has signed something in it and has no card in the fleet.
    """
    heard = [one.acknowledged for one in certificate.gateways if one.acknowledged is not None]
    seen = {digest for one in heard for digest in (one.envelope, one.first)}
    probed = {one.probed.envelope for one in certificate.gateways if one.probed is not None}
    return CertificateFile(
        certificate=_json(envelope),
        fleet=_json(fleet),
        order=_json(order),
        acknowledgements=tuple(_json(one) for one in _among(acknowledgements, seen)),
        probes=tuple(_json(one) for one in _among(probes, probed)),
        keys=tuple(sorted(dict.fromkeys(keys), key=lambda card: card.key_id)),
    )


def envelope_bytes(value: dict[str, Any]) -> bytes:
    """Return an envelope of a file as the bytes that were signed and hashed."""
    return canonical_bytes(value)


def _among(envelopes: Sequence[bytes], digests: set[str]) -> list[bytes]:
    found = {digest_of(one): one for one in envelopes}
    return [found[digest] for digest in sorted(found) if digest in digests]


def _json(envelope: bytes) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(envelope)
    return value
