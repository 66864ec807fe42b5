"""What a party may say of a fix. Each attack is one test."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from groundstop.documents import FixVerdict, Verification
from groundstop.evidence import Bundle, OwnKey, sign_verification, sign_verification_plan
from groundstop.evidence.audit import verifications
from groundstop.evidence.bundle import key_members
from groundstop.evidence.statements import Subject, read_signed, sign
from groundstop.evidence.subjects import file_subject
from tests.evidence_samples import (
    SEALED,
    a_bundle,
    a_verification,
    a_verification_plan,
    alder,
    birch,
    changed,
    elm,
    relogged,
    trusting,
    verified,
)
from tests.faults.evidence.attacks import documents_of, fails, finding_subject, mallory

VERIFICATION = "documents/000001-verification.json"
SECOND = "documents/000002-verification.json"


def forced(*told: bytes, by: OwnKey) -> Bundle:
    """Return the finding with documents that nobody looked at before they were logged."""
    logged = [SEALED + timedelta(hours=3 * place) for place in range(len(told) + 1)]
    more = key_members(by.card)
    return relogged(a_bundle(), [*documents_of(a_bundle()), *told], more=more, logged=logged)


def signed_by(key: OwnKey, told: Verification, *subjects: Subject) -> bytes:
    """Sign a verification without being asked whether one may."""
    cards = (file_subject(name, data) for name, data in key_members(key.card).items())
    return sign(told, [finding_subject(a_bundle()), *cards, *subjects], [key])


def test_a_fixer_that_passes_its_own_run_off_as_anothers(tmp_path: Path) -> None:
    bundle = forced(signed_by(elm(), a_verification("elm-models")), by=elm())
    said = "it is by the party that claims the fix, and does not say so"
    fails(bundle, tmp_path, "verifications", VERIFICATION, said)
    assert [one.counts for one in verifications(bundle, trusting(alder(), elm()))] == [False]


def test_a_verification_in_the_name_of_another_party(tmp_path: Path) -> None:
    bundle = forced(signed_by(mallory(), a_verification("birch-lab")), by=mallory())
    said = "it says that it is by birch-lab, and mallory signed it"
    fails(bundle, tmp_path, "belonging", VERIFICATION, said)
    assert [one.counts for one in verifications(bundle, trusting(alder(), mallory()))] == [False]


def test_a_verification_of_another_finding(tmp_path: Path) -> None:
    other = a_verification(finding="sha256:" + "0" * 64)
    bundle = forced(signed_by(birch(), other), by=birch())
    fails(bundle, tmp_path, "belonging", VERIFICATION, "it is about another finding")


def test_a_verification_from_before_the_finding(tmp_path: Path) -> None:
    early = a_verification(created=SEALED - timedelta(hours=20))
    bundle = forced(signed_by(birch(), early), by=birch())
    fails(bundle, tmp_path, "belonging", VERIFICATION, "dated before the finding that it speaks of")


def test_a_plan_in_a_bundle_since_it_names_the_technique(tmp_path: Path) -> None:
    plan = a_verification_plan().model_copy(update={"created": SEALED + timedelta(hours=3)})
    bundle = forced(sign_verification_plan(plan, birch()), by=birch())
    name = "documents/000001-verification-plan.json"
    fails(bundle, tmp_path, "belonging", name, "it names the technique: a plan stays in the records")


def test_a_second_and_better_result_of_one_plan(tmp_path: Path) -> None:
    worse = a_verification(verdict=FixVerdict.RESIDUAL)
    better = a_verification(created=worse.created + timedelta(hours=3))
    bundle = forced(signed_by(birch(), worse), signed_by(birch(), better), by=birch())
    fails(bundle, tmp_path, "verifications", SECOND, f"a second result of the plan of {VERIFICATION}")


def test_a_verifier_that_signs_for_another_page(tmp_path: Path) -> None:
    evil = b"# Another page\n"
    greedy = signed_by(birch(), a_verification(), file_subject("README.md", evil))
    bundle = changed(forced(greedy, by=birch()), {"README.md": evil})
    fails(bundle, tmp_path, "members", "README.md", "not as it was when a document spoke of it")


def test_a_verification_that_was_changed_after_it_was_signed(tmp_path: Path) -> None:
    signed = sign_verification(a_verification(), birch())
    other = sign_verification(a_verification(reason="another"), birch())
    place = signed.rindex(b'"sig":"')
    mixed = signed[:place] + other[other.rindex(b'"sig":"') :]
    bundle = forced(mixed, by=birch())
    fails(bundle, tmp_path, "signatures", VERIFICATION, "signature by birch-lab")
    assert [one.counts for one in verifications(bundle, trusting(alder(), birch()))] == [False]


def test_a_verification_that_was_taken_out_of_the_bundle(tmp_path: Path) -> None:
    grown = verified(a_bundle())
    fails(changed(grown, {VERIFICATION: None}), tmp_path, "log entries", VERIFICATION, "")


def test_what_a_verification_says_names_no_technique_and_quotes_nothing() -> None:
    data = sign_verification(a_verification(), birch())
    payload = read_signed(data, source="it").payload.decode()
    plan = a_verification_plan()
    assert f'"{plan.technique}"' not in payload
    assert f'"{plan.behavior}"' not in payload
