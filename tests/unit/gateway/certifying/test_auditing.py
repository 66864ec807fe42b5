from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from groundstop.directives.signing import sign_order
from groundstop.documents import TrustedKey, TrustList, canonical_bytes
from groundstop.documents.gateway import EnforcementCertificate
from groundstop.evidence.audit.checks import CheckState
from groundstop.evidence.statements import read_signed
from groundstop.gateway.certifying import audit_certificate, is_certificate, sign_certificate, sign_fleet
from tests.directive_parts import a_directive, at, officer
from tests.evidence_samples import a_key
from tests.proving_parts import (
    NAMES,
    a_certificate_file,
    a_fleet,
    a_probed,
    a_report,
    an_acknowledgement,
    gateway_key,
    operator_key,
    prober_key,
)

TRUST = TrustList(
    keys=tuple(TrustedKey(card=one.card) for one in (operator_key(), prober_key(), officer(1), officer(2)))
)

File = dict[str, Any]


def states(file: File | bytes, trust: TrustList = TRUST) -> dict[str, CheckState]:
    data = file if isinstance(file, bytes) else canonical_bytes(file)
    report = audit_certificate(data, trust, source="certificate.json")
    found: dict[str, CheckState] = {}
    for check in report.checks:
        if found.get(check.what) is not CheckState.FAILED:
            found[check.what] = check.state
    return found


def failed(file: File | bytes) -> set[str]:
    return {what for what, state in states(file).items() if state is CheckState.FAILED}


def test_a_complete_certificate_passes_every_check() -> None:
    data = a_certificate_file().canonical()
    assert is_certificate(data)
    assert set(states(data).values()) == {CheckState.PASSED}


def test_it_is_read_in_any_spelling_of_json() -> None:
    pretty = json.dumps(a_certificate_file().to_json(), indent=2).encode()
    assert set(states(pretty).values()) == {CheckState.PASSED}


def test_an_incomplete_one_is_genuine_and_names_who_is_missing() -> None:
    data = a_certificate_file(without=NAMES[1:2]).canonical()
    report = audit_certificate(data, TRUST, source="certificate.json")
    assert report.passed
    assert not report.proved
    (told,) = [one for one in report.checks if one.state is CheckState.UNPROVED]
    assert told.what == "complete"
    assert "gate-south" in told.detail
    assert "2 of 3" in told.detail


def test_whoever_trusts_nobody_learns_that_the_keys_are_nobodys() -> None:
    found = states(a_certificate_file().canonical(), TrustList())
    unproved = {what for what, state in found.items() if state is CheckState.UNPROVED}
    assert unproved == {"operator's key", "issuer's keys", "probers"}


def an_envelope(data: bytes) -> File:
    value: File = json.loads(data)
    return value


def resigned(file: File, **changes: Any) -> File:
    """Return a file whose operator signs a certificate that says something else."""
    signed = read_signed(canonical_bytes(file["certificate"]), source="it")
    certificate = EnforcementCertificate.from_json({**signed.predicate, **changes}, source="it")
    return {**file, "certificate": an_envelope(sign_certificate(certificate, operator_key()))}


def _flip(envelope: File) -> File:
    signature = envelope["signatures"][0]
    other = ("B" if signature["sig"][0] != "B" else "C") + signature["sig"][1:]
    return {**envelope, "signatures": [{**signature, "sig": other}]}


def _other_fleet(file: File) -> File:
    return {**file, "fleet": an_envelope(sign_fleet(a_fleet(NAMES[:2]), operator_key()))}


def _fleet_by_another(file: File) -> File:
    return {**file, "fleet": an_envelope(sign_fleet(a_fleet(), prober_key()))}


def _said_by_a_stranger(file: File) -> File:
    stranger = an_envelope(an_acknowledgement("gate-other"))
    return {**file, "acknowledgements": [*file["acknowledgements"], stranger]}


def _said_again(file: File) -> File:
    later = an_envelope(an_acknowledgement(NAMES[0], when=at(3), orders=()))
    return {**file, "acknowledgements": [*file["acknowledgements"], later]}


def _about_a_stranger(file: File) -> File:
    return {**file, "probes": [*file["probes"], an_envelope(a_report("gate-other"))]}


def _seen_by_a_stranger(file: File) -> File:
    report = an_envelope(a_report(NAMES[0], when=at(3), key=a_key("fern-desk")))
    return {**file, "probes": [*file["probes"], report]}


def _leak_left_out(file: File) -> File:
    from groundstop.documents.gateway import ProbeOutcome
    from tests.proving_parts import GOOD

    leak = an_envelope(a_report(NAMES[0], (*GOOD, a_probed(ProbeOutcome.LEAK)), when=at(3)))
    return {**file, "probes": [*file["probes"], leak]}


def _claims_completeness(file: File) -> File:
    signed = read_signed(canonical_bytes(file["certificate"]), source="it")
    gateways = [{**one, "lacks": []} for one in signed.predicate["gateways"]]
    return resigned(file, gateways=gateways, complete=True)


def _hides_copies(file: File) -> File:
    counts = {**read_signed(canonical_bytes(file["certificate"]), source="it").predicate["counts"]}
    return resigned(file, counts={**counts, "unreachable_copies": 0}, unreachable=[])


CHANGES: dict[str, tuple[Callable[[File], File], set[str]]] = {
    "the certificate's signature": (
        lambda file: {**file, "certificate": _flip(file["certificate"])},
        {"operator's signatures"},
    ),
    "the fleet's signature": (
        lambda file: {**file, "fleet": _flip(file["fleet"])},
        {"operator's signatures", "it follows"},
    ),
    "the order's signature": (
        lambda file: {
            **file,
            "order": {**file["order"], "signatures": [_flip(file["order"])["signatures"][0]]},
        },
        {"the order"},
    ),
    "an acknowledgement's signature": (
        lambda file: {
            **file,
            "acknowledgements": [_flip(file["acknowledgements"][0]), *file["acknowledgements"][1:]],
        },
        {"acknowledgements", "it follows"},
    ),
    "a report's signature": (
        lambda file: {**file, "probes": [_flip(file["probes"][0]), *file["probes"][1:]]},
        {"probe reports", "it follows"},
    ),
    "another order in its place": (
        lambda file: {
            **file,
            "order": an_envelope(sign_order(a_directive(2), [officer(1), officer(2)])),
        },
        {"the order", "it follows"},
    ),
    "another fleet by the operator": (_other_fleet, {"it follows", "probe reports", "acknowledgements"}),
    "the fleet signed by somebody else": (_fleet_by_another, {"operator's signatures", "it follows"}),
    "an acknowledgement left out": (
        lambda file: {**file, "acknowledgements": file["acknowledgements"][1:]},
        {"it follows"},
    ),
    "a report left out": (lambda file: {**file, "probes": file["probes"][1:]}, {"it follows"}),
    "an acknowledgement by a key that is not in the fleet": (_said_by_a_stranger, {"acknowledgements"}),
    "a report about a key that is not in the fleet": (_about_a_stranger, {"probe reports", "nothing else"}),
    "a report by nobody known": (_seen_by_a_stranger, {"probe reports"}),
    "a later acknowledgement without the order": (_said_again, {"it follows", "nothing else"}),
    "a later report of a leak": (_leak_left_out, {"it follows", "nothing else"}),
    "a gateway's name in the certificate": (
        lambda file: resigned(
            file,
            gateways=[
                {**one, "name": f"other-{place}"}
                for place, one in enumerate(
                    read_signed(canonical_bytes(file["certificate"]), source="it").predicate["gateways"]
                )
            ],
        ),
        {"it follows"},
    ),
    "its time": (lambda file: resigned(file, created="2026-07-06T13:30:00Z"), {"it follows"}),
    "its operator": (
        lambda file: resigned(file, operator="fern-cloud"),
        {"operator's signatures", "it follows"},
    ),
    "its issuer": (lambda file: resigned(file, issuer="other-office"), {"the order", "it follows"}),
    "its limits": (lambda file: resigned(file, limits=[]), {"it follows"}),
    "the card of the operator": (
        lambda file: {**file, "keys": [one for one in file["keys"] if one["name"] != "riverside-cloud"]},
        {"operator's signatures"},
    ),
    "an envelope twice": (
        lambda file: {**file, "probes": [*file["probes"], file["probes"][0]]},
        {"nothing else"},
    ),
    "a field that is not known": (lambda file: {**file, "note": "all is well"}, {"form"}),
    "another kind": (lambda file: {**file, "kind": "certificate"}, {"form"}),
    "the order as the certificate": (lambda file: {**file, "certificate": file["order"]}, {"form"}),
}


@pytest.mark.parametrize("what", CHANGES)
def test_what_was_changed_afterwards_is_found(what: str) -> None:
    change, expected = CHANGES[what]
    file = a_certificate_file().to_json()
    assert failed(file) == set()
    assert failed(change(file)) == expected


def test_an_operator_cannot_call_an_incomplete_one_complete() -> None:
    file = a_certificate_file(without=NAMES[:1]).to_json()
    assert failed(_claims_completeness(file)) == {"it follows"}


def test_an_operator_cannot_leave_out_copies_that_nobody_can_reach() -> None:
    from groundstop.documents.gateway import UnreachableCopy

    copies = (UnreachableCopy(what="weights", why="nobody knows where", copies=2),)
    file = a_certificate_file(unreachable=copies).to_json()
    assert failed(_hides_copies(file)) == {"it follows"}


def test_bytes_that_are_no_certificate_are_told_apart() -> None:
    assert not is_certificate(b"{}")
    assert not is_certificate(b"not json")
    assert not is_certificate(gateway_key(NAMES[0]).card.canonical())
