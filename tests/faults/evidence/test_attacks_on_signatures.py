"""Forged, taken away, borrowed: signatures that are not what they seem. Each attack is one test."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from groundstop.documents import (
    canonical_bytes,
)
from groundstop.errors import DocumentError
from groundstop.evidence.audit import CheckState
from groundstop.evidence.audit.signatures import KNOWN
from groundstop.evidence.bundle import key_members
from groundstop.evidence.statements import sign
from groundstop.evidence.subjects import file_subject
from tests.evidence_samples import (
    a_bundle,
    a_grown_bundle,
    alder,
    audited,
    birch,
    changed,
    edited,
    relogged,
    resealed,
    sealed,
    trusting,
)
from tests.faults.evidence.attacks import (
    FINDING,
    envelope_of,
    fails,
    mallory,
)


def test_a_forged_signature(tmp_path: Path) -> None:
    value = envelope_of(a_bundle(), FINDING)
    value["signatures"][0]["sig"] = base64.b64encode(bytes(64)).decode()
    forged = changed(a_bundle(), {FINDING: canonical_bytes(value)})
    fails(forged, tmp_path, "signatures", FINDING, "signature by alder-lab on a")
    with pytest.raises(DocumentError, match="signature by alder-lab"):
        assert forged.finding


def test_a_signature_by_another_key_under_the_reporters_id(tmp_path: Path) -> None:
    value = envelope_of(a_bundle(), FINDING)
    other = json.loads(sign(a_bundle().finding, a_bundle().documents[0].subjects, [mallory()]))
    value["signatures"][0]["sig"] = other["signatures"][0]["sig"]
    forged = changed(a_bundle(), {FINDING: canonical_bytes(value)})
    fails(forged, tmp_path, "signatures", FINDING, "is wrong")


def test_a_finding_that_somebody_else_signed_in_the_reporters_name(tmp_path: Path) -> None:
    taken = resealed(a_bundle(), lambda _: None, by=mallory(), members=key_members(mallory().card))
    fails(taken, tmp_path, "belonging", FINDING, "says that it is by alder-lab, and mallory signed it")


def test_a_finding_taken_over_under_ones_own_name_is_another_finding_by_an_unknown_key(
    tmp_path: Path,
) -> None:
    def mine(value: dict[str, Any]) -> None:
        value["reporter"] = "mallory"

    subjects = [
        *a_bundle().documents[0].subjects,
        *(file_subject(name, data) for name, data in key_members(mallory().card).items()),
    ]
    finding = edited(a_bundle().finding, mine)
    taken = relogged(
        a_bundle(), [sign(finding, subjects, [mallory()])], by=mallory(), more=key_members(mallory().card)
    )
    report = audited(taken, tmp_path)
    (signer,) = [check for check in report.checks if check.what == KNOWN.what]
    assert (signer.state, "mallory" in signer.detail) == (CheckState.UNPROVED, True)
    assert finding.content_id != a_bundle().finding.content_id


def test_a_key_that_goes_by_the_name_of_one_that_the_reader_trusts(tmp_path: Path) -> None:
    # Mallory is trusted for something else, and brings a card of the same key with the reporter's name.
    false_card = mallory().card.model_copy(update={"name": "alder-lab"})
    members = {**key_members(false_card)}
    subjects = [*a_bundle().documents[0].subjects]
    subjects += [file_subject(name, data) for name, data in members.items()]
    spoofed = relogged(
        a_bundle(), [sign(a_bundle().finding, subjects, [mallory()])], by=mallory(), more=members
    )
    trust = trusting(mallory())
    fails(spoofed, tmp_path, "belonging", FINDING, "and mallory signed it", trust=trust)


def test_a_signature_taken_away(tmp_path: Path) -> None:
    both = sealed(None, alder(), birch())
    value = envelope_of(both, FINDING)
    value["signatures"].pop()
    fails(
        changed(both, {FINDING: canonical_bytes(value)}), tmp_path, "log entries", FINDING, "another document"
    )
    value["signatures"].clear()
    fails(
        changed(both, {FINDING: canonical_bytes(value)}),
        tmp_path,
        "documents",
        FINDING,
        "it has no signature",
    )


def test_a_signature_by_a_key_that_is_not_at_hand(tmp_path: Path) -> None:
    both = sealed(None, alder(), mallory())
    names = key_members(mallory().card)
    gone = changed(both, dict.fromkeys(names))
    fails(
        gone, tmp_path, "signatures", FINDING, "1 of its signatures are by keys whose cards are not at hand"
    )
    with pytest.raises(DocumentError, match="lacks the key card of a signer"):
        assert gone.finding


def test_two_keys_of_a_bundle_in_each_others_place(tmp_path: Path) -> None:
    ours, theirs = (sorted(key_members(key.card)) for key in (alder(), birch()))
    members = a_grown_bundle().members
    pems = {ours[1]: members[theirs[1]], theirs[1]: members[ours[1]]}
    # The cards are right, and a stranger who uses openssl would be given the other's key.
    for name in pems:
        fails(changed(a_grown_bundle(), pems), tmp_path, "key cards", name, "it is not the key beside it")
