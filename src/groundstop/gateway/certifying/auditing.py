"""An audit of a certificate, offline: its signatures, and whether it follows from what it rests on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple, TypeVar

from groundstop.documents import KeyCard, TrustList, parse_json
from groundstop.documents.directives import Directive, Stop
from groundstop.documents.gateway import (
    Acknowledgement,
    CertificateFile,
    EnforcementCertificate,
    Fleet,
    ProbeReport,
)
from groundstop.errors import GroundstopError
from groundstop.evidence.audit.checks import AuditReport, Check, Rule
from groundstop.evidence.statements import Signed, read_as, signers_of
from groundstop.gateway.certifying.files import envelope_bytes, read_order, stated
from groundstop.gateway.certifying.joining import OrderCertified, Stated, certify

FORM = Rule("form", "it is no certificate, or something in it is not what it should be")
OPERATOR = Rule("operator's signatures", "the operator did not say this, or not about this fleet")
WHOSE = Rule("operator's key", "anybody can make a key with the operator's name")
ORDER = Rule("the order", "the certificate is about something that its issuer did not sign")
ISSUER = Rule("issuer's keys", "anybody can make keys with the issuer's name")
SAID = Rule("acknowledgements", "something in it was not said by the gateway that it stands for")
PROBES = Rule("probe reports", "something in it was not seen by who is said to have seen it")
PROBERS = Rule("probers", "anybody can claim to have probed")
FOLLOWS = Rule("it follows", "the certificate says something else than what it rests on")
NOTHING_ELSE = Rule("nothing else", "something stands in the file that the certificate does not rest on")
COMPLETE = Rule("complete", "some gateway of the fleet is not proved to enforce the order")

_AllT = TypeVar("_AllT", Acknowledgement, ProbeReport)


class _Read(NamedTuple):
    """What a file holds, its forms checked and its signatures not."""

    file: CertificateFile
    certificate_envelope: Signed
    certificate: EnforcementCertificate
    fleet_envelope: Signed
    fleet: Fleet
    order_envelope: Signed
    order: Directive | Stop


def is_certificate(data: bytes) -> bool:
    """Tell whether some bytes are a certificate's file, or mean to be."""
    try:
        value = parse_json(data, source="It")
    except GroundstopError:
        return False
    return isinstance(value, dict) and value.get("kind") == CertificateFile.model_fields["kind"].default


def audit_certificate(data: bytes, trust: TrustList, *, source: str) -> AuditReport:
    """Audit the file of a certificate, without asking anyone.

    Args:
        data: Its bytes.
        trust: Whom the reader believes.
        source: Its path.

    Returns:
        Every check. An incomplete certificate is none that fails: it says so itself.
    """
    try:
        read = _read(data, source)
    except GroundstopError as error:
        return AuditReport(source, "certificate", (FORM.failed(str(error)),))
    return AuditReport(source, "certificate", (FORM.passed("it is read in full"), *_checks(read, trust)))


def _read(data: bytes, source: str) -> _Read:
    file = CertificateFile.parse(data, source=source)
    hint = "Ask whoever gave it for the original"
    signed, certificate = _as(file.certificate, EnforcementCertificate, "The certificate", hint)
    fleet_signed, fleet = _as(file.fleet, Fleet, "The fleet", hint)
    order_signed, order = read_order(envelope_bytes(file.order), source="The order")
    return _Read(file, signed, certificate, fleet_signed, fleet, order_signed, order)


_DocumentT = TypeVar("_DocumentT", EnforcementCertificate, Fleet)


def _as(value: dict[str, Any], kind: type[_DocumentT], source: str, hint: str) -> tuple[Signed, _DocumentT]:
    return read_as(envelope_bytes(value), kind, source=source, hint=hint)


def _checks(read: _Read, trust: TrustList) -> Iterator[Check]:
    believed = {one.card.key_id for one in trust.keys if one.revoked is None and not one.witness}
    cards = read.file.keys
    yield from _operator(read, believed)
    yield from _order(read, believed)
    gateways = tuple(one.key for one in read.fleet.gateways)
    said, said_wrong = _all(read.file.acknowledgements, Acknowledgement, gateways)
    yield from SAID.judge(said_wrong, f"{len(said)} by keys of the fleet")
    seen, seen_wrong = _all(read.file.probes, ProbeReport, cards)
    seen_wrong += _strangers(seen, {one.key_id for one in gateways})
    yield from PROBES.judge(seen_wrong, f"{len(seen)} about keys of the fleet")
    yield _trusted(PROBERS, {key for one in seen for key in one.signers}, believed, "somebody who probed")
    yield from _follows(read, said, seen)
    yield from _nothing_else(read, said, seen)
    yield _complete(read.certificate)


def _operator(read: _Read, believed: set[str]) -> Iterator[Check]:
    problems: list[tuple[str | None, str]] = []
    keys: list[set[str]] = []
    for signed, what in ((read.certificate_envelope, "certificate"), (read.fleet_envelope, "fleet")):
        try:
            keys.append({card.key_id for card in signers_of(signed, read.file.keys)})
        except GroundstopError as error:
            problems.append((what, str(error)))
    common = set[str]().union(*keys).intersection(*keys) if len(keys) == 2 else set[str]()
    if not problems and not common:
        problems.append((None, "the fleet and the certificate are signed by different keys"))
    if read.certificate.operator != read.fleet.operator:
        problems.append((None, "the certificate names another operator than the fleet"))
    yield from OPERATOR.judge(problems, "one key has signed the fleet and the certificate")
    yield _trusted(WHOSE, common, believed, "the operator")


def _order(read: _Read, believed: set[str]) -> Iterator[Check]:
    about = read.certificate
    problems: list[tuple[str | None, str]] = []
    signers: set[str] = set()
    if (read.order.content_id, read.order.id, read.order.issuer) != (
        about.content,
        about.order,
        about.issuer,
    ):
        problems.append((None, "the certificate is about another order than the file holds"))
    known = {key for key, _ in read.order_envelope.signatures} & {card.key_id for card in read.file.keys}
    if known:
        try:
            signers = {card.key_id for card in signers_of(read.order_envelope, read.file.keys)}
        except GroundstopError as error:
            problems.append((None, str(error)))
    if problems or known:
        yield from ORDER.judge(problems, f"{about.order} is signed by {len(signers)} of the keys in the file")
    else:
        yield ORDER.unproved("no card of a key that has signed it is in the file")
    yield _trusted(ISSUER, signers, believed, "the issuer")


def _trusted(rule: Rule, keys: set[str], believed: set[str], who: str) -> Check:
    if keys and keys <= believed:
        return rule.passed("in your trust file")
    return rule.unproved(f"you do not trust a key of {who}: groundstop key import adds one")


def _all(
    envelopes: Sequence[dict[str, Any]], kind: type[_AllT], cards: Sequence[KeyCard]
) -> tuple[list[Stated[_AllT]], list[tuple[str | None, str]]]:
    good: list[Stated[_AllT]] = []
    wrong: list[tuple[str | None, str]] = []
    for place, value in enumerate(envelopes):
        name = f"{kind.title.lower()} {place + 1}"
        try:
            good.append(stated(envelope_bytes(value), kind, cards, source=f"The {name}"))
        except GroundstopError as error:
            wrong.append((name, str(error)))
    return good, wrong


def _strangers(seen: Sequence[Stated[ProbeReport]], keys: set[str]) -> list[tuple[str | None, str]]:
    return [
        (one.document.gateway, "it is about a key that is not in the fleet")
        for one in seen
        if one.document.key_id not in keys
    ]


def _follows(
    read: _Read, said: Sequence[Stated[Acknowledgement]], seen: Sequence[Stated[ProbeReport]]
) -> Iterator[Check]:
    about = read.certificate
    try:
        again = certify(
            read.fleet,
            read.fleet_envelope.digest,
            said,
            seen,
            OrderCertified.of(read.order),
            about.created,
            about.allowed,
        )
    except GroundstopError as error:
        yield FOLLOWS.failed(str(error))
        return
    problems: list[tuple[str | None, str]] = []
    if again != about:
        by_name = {one.name: one for one in again.gateways}
        differing = [one.name for one in about.gateways if by_name.get(one.name) != one]
        problems += [(name, "what the file holds says something else of this gateway") for name in differing]
        problems = problems or [(None, "counts, fleet or limits are not those that follow")]
    yield from FOLLOWS.judge(
        problems, f"the same comes out again for {about.counts.registered} gateways at {about.created:%F %T}"
    )


def _nothing_else(
    read: _Read, said: Sequence[Stated[Acknowledgement]], seen: Sequence[Stated[ProbeReport]]
) -> Iterator[Check]:
    heard = [one.acknowledged for one in read.certificate.gateways if one.acknowledged is not None]
    used = {digest for one in heard for digest in (one.envelope, one.first)}
    used |= {one.probed.envelope for one in read.certificate.gateways if one.probed is not None}
    held = [*(one.digest for one in said), *(one.digest for one in seen)]
    problems: list[tuple[str | None, str]] = [
        (None, f"an envelope that nothing rests on: {digest}") for digest in held if digest not in used
    ]
    if len(set(held)) != len(held):
        problems.append((None, "an envelope stands in it twice"))
    yield from NOTHING_ELSE.judge(problems, f"{len(held)} envelopes, each used")


def _complete(certificate: EnforcementCertificate) -> Check:
    counts = certificate.counts
    told = f"{counts.proved} of {counts.registered} gateways are proved"
    if certificate.complete:
        return COMPLETE.passed(told)
    lacking = [one.name for one in certificate.gateways if one.lacks]
    shown = ", ".join(lacking[:10]) + (", …" if len(lacking) > 10 else "")
    return COMPLETE.unproved(f"{told}; the certificate says itself what is missing of {shown}")
