"""A small fleet for tests: gateways with keys, what they acknowledged, and what probes showed of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any

from groundstop.directives.signing import sign_order
from groundstop.documents.directives import Directive, Stop
from groundstop.documents.gateway import (
    Acknowledgement,
    Allowed,
    Caller,
    CertificateFile,
    EnforcementCertificate,
    Expected,
    Fleet,
    Probe,
    ProbeCounts,
    Probed,
    ProbeOutcome,
    ProbeReport,
    RegisteredGateway,
    StandingOrder,
    results_of,
)
from groundstop.evidence import OwnKey
from groundstop.evidence.statements import Subject, digest_of, sign
from groundstop.gateway.certifying import (
    OrderCertified,
    Stated,
    certificate_file,
    certify,
    sign_certificate,
    sign_fleet,
    stated,
)
from tests.directive_parts import a_directive, at, officer
from tests.evidence_samples import a_key

NAMES = ("gate-north", "gate-south", "gate-west")
ACKNOWLEDGED, PROBED = at(1), at(2)
NOW = at(10)
"""When certificates are made."""


@cache
def gateway_key(name: str) -> OwnKey:
    """Return a gateway's key."""
    return a_key(name)


@cache
def operator_key() -> OwnKey:
    """Return the key of the operator, who registers gateways and signs certificates."""
    return a_key("riverside-cloud")


@cache
def prober_key() -> OwnKey:
    """Return the key of somebody who probes."""
    return a_key("birch-lab")


def a_fleet(names: Sequence[str] = NAMES, **changes: Any) -> Fleet:
    """Return a fleet of gateways."""
    gateways = tuple(RegisteredGateway(name=name, key=gateway_key(name).card) for name in names)
    values: dict[str, Any] = {"operator": "riverside-cloud", "created": at(-1), "gateways": gateways}
    return Fleet(**{**values, **changes})


def an_acknowledgement(
    name: str, order: Directive | Stop | None = None, *, when: datetime = ACKNOWLEDGED, **changes: Any
) -> bytes:
    """Return a gateway's acknowledgement of an order, signed by its key."""
    order = order or a_directive()
    standing = StandingOrder(id=order.id, sequence=getattr(order, "sequence", 1), content=order.content_id)
    values: dict[str, Any] = {
        "gateway": name,
        "created": when,
        "table": "sha256:" + "a" * 64,
        "heard": when,
        "orders": (standing,),
        "workers": 2,
    }
    document = Acknowledgement(**{**values, **changes})
    return sign(document, [Subject("table", document.table.removeprefix("sha256:"))], [gateway_key(name)])


def a_probed(
    outcome: ProbeOutcome = ProbeOutcome.AS_EXPECTED,
    *,
    caller: Caller = Caller.WITHDRAWN,
    expected: Expected = Expected.DENIED,
) -> Probed:
    """Return one probe that was made."""
    probe = Probe(route="chat.completions", model="desk-helper", caller=caller, expected=expected)
    return Probed(probe=probe, outcome=outcome, status=451 if expected is Expected.DENIED else 200)


GOOD = (a_probed(), a_probed(caller=Caller.PERMITTED, expected=Expected.SERVED))
"""Probes that show that somebody is kept out, and that somebody is not."""


def a_report(
    name: str,
    probes: tuple[Probed, ...] = GOOD,
    *,
    when: datetime = PROBED,
    order: Directive | Stop | None = None,
    key: OwnKey | None = None,
    **changes: Any,
) -> bytes:
    """Return a report of probes of a gateway, signed by the prober."""
    order, results = order or a_directive(), results_of(probes)
    values: dict[str, Any] = {
        "prober": "birch-lab",
        "gateway": name,
        "key_id": gateway_key(name).card.key_id,
        "url": "http://127.0.0.1:8400",
        "order": order.id,
        "content": order.content_id,
        "began": when,
        "created": when,
        "counts": ProbeCounts.of(results),
        "results": results,
    }
    report = ProbeReport(**{**values, **changes})
    subject = Subject("order", report.content.removeprefix("sha256:"))
    return sign(report, [subject], [key or prober_key()])


def joined(
    acknowledgements: Sequence[bytes],
    reports: Sequence[bytes],
    *,
    fleet: Fleet | None = None,
    order: Directive | Stop | None = None,
    now: datetime = NOW,
    allowed: Allowed | None = None,
) -> EnforcementCertificate:
    """Return the certificate that follows."""
    fleet = fleet or a_fleet()
    cards = [one.key for one in fleet.gateways]
    said: list[Stated[Acknowledgement]] = [
        stated(one, Acknowledgement, cards, source="it") for one in acknowledgements
    ]
    seen: list[Stated[ProbeReport]] = [
        stated(one, ProbeReport, [prober_key().card, operator_key().card], source="it") for one in reports
    ]
    certified = OrderCertified.of(order or a_directive())
    return certify(fleet, digest_of(sign_fleet(fleet, operator_key())), said, seen, certified, now, allowed)


def a_certificate_file(
    names: Sequence[str] = NAMES, *, without: Sequence[str] = (), **changes: Any
) -> CertificateFile:
    """Return a certificate's file for a fleet of which some have said nothing."""
    fleet = a_fleet(names, **changes)
    told = [name for name in names if name not in without]
    said = [an_acknowledgement(name) for name in told]
    seen = [a_report(name) for name in told]
    certificate = joined(said, seen, fleet=fleet)
    return certificate_file(
        certificate,
        sign_certificate(certificate, operator_key()),
        fleet=sign_fleet(fleet, operator_key()),
        order=sign_order(a_directive(), [officer(1), officer(2)]),
        acknowledgements=said,
        probes=seen,
        keys=[operator_key().card, prober_key().card, officer(1).card, officer(2).card],
    )
