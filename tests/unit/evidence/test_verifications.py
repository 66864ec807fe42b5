from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest

from groundstop.documents import FixVerdict, PartyRef, Verification, VerificationPlan
from groundstop.errors import DocumentError, InputError
from groundstop.evidence import (
    LOG_KEY,
    KeyFolder,
    Records,
    add_statement,
    add_verification,
    has_expired,
    sign_verification,
    sign_verification_plan,
    verifications_of,
    write_trust,
)
from groundstop.evidence.audit import audit_path, verifications
from groundstop.evidence.statements import read_signed, sign, signers_of
from tests.evidence_parties import inside
from tests.evidence_samples import (
    KEYS_MADE,
    SEALED,
    a_bundle,
    a_key,
    a_verification,
    a_verification_plan,
    alder,
    audited,
    birch,
    corroborated,
    elm,
    everybody,
    failures,
    granted,
    trusting,
    verified,
    written,
)

LATER = SEALED + timedelta(hours=5)


def test_a_verification_is_signed_about_the_finding_its_plan_both_models_and_its_key() -> None:
    signed = read_signed(sign_verification(a_verification(), birch()), source="it")
    assert signed.predicate_type == "https://groundstop.dev/predicates/verification/v1"
    assert signed.document() == a_verification()
    assert signers_of(signed, [birch().card]) == (birch().card,)
    stem = f"keys/birch-lab-{birch().card.key_id[:8]}"
    assert [subject.name for subject in signed.subjects] == [
        f"finding {a_bundle().finding.id}",
        "plan",
        "model example/lamp-2/2026-07-01",
        "model example/lamp-2/2026-05-01",
        f"{stem}.json",
        f"{stem}.pem",
    ]
    assert signed.subjects[1].sha256 == a_verification_plan().content_id.removeprefix("sha256:")


def test_one_model_before_and_after_stands_among_the_subjects_once() -> None:
    told = a_verification(before=a_verification().model)
    signed = read_signed(sign_verification(told, birch()), source="it")
    assert sum(subject.name.startswith("model ") for subject in signed.subjects) == 1


def test_a_plan_is_signed_about_the_finding_the_recipe_and_both_models() -> None:
    signed = read_signed(sign_verification_plan(a_verification_plan(), birch()), source="it")
    assert signed.predicate_type == "https://groundstop.dev/predicates/verification-plan/v1"
    assert isinstance(signed.document(), VerificationPlan)
    assert [subject.name for subject in signed.subjects][:2] == [f"finding {a_bundle().finding.id}", "recipe"]


def test_an_added_verification_is_found_again_and_passes_the_audit(tmp_path: Path) -> None:
    grown = verified(a_bundle())
    assert verifications_of(a_bundle()) == ()
    assert verifications_of(grown) == (a_verification(),)
    assert failures(audited(grown, tmp_path)) == []
    (one,) = verifications(grown, everybody())
    assert (one.key_id, one.counts) == (birch().card.key_id, True)
    (unknown,) = verifications(grown, trusting(alder()))
    assert not unknown.counts


def test_the_reporter_may_verify_since_it_is_not_the_fixer(tmp_path: Path) -> None:
    grown = verified(a_bundle(), by=alder())
    assert failures(audited(grown, tmp_path)) == []
    assert [one.counts for one in verifications(grown, everybody())] == [True]


def test_the_fixers_own_run_is_added_when_it_says_so(tmp_path: Path) -> None:
    grown = verified(a_bundle(), a_verification("elm-models", own_run=True), by=elm())
    assert failures(audited(grown, tmp_path, trusting(alder(), elm()))) == []
    (one,) = verifications(grown, trusting(alder(), elm()))
    assert (one.statement.own_run, one.counts) == (True, True)


@pytest.mark.parametrize(
    "fixer",
    [
        PartyRef(name="elm-models", key_id=elm().card.key_id),
        PartyRef(name="elm-models"),
        PartyRef(name="another-name", key_id=elm().card.key_id),
    ],
    ids=["name and key", "name", "key"],
)
def test_the_fixers_own_run_under_cover_is_neither_signed_nor_added(fixer: PartyRef) -> None:
    told = a_verification("elm-models", fixer=fixer)
    plan = a_verification_plan("elm-models").model_copy(update={"fixer": fixer})
    with pytest.raises(InputError, match="party that claims the fix, and its verification does") as caught:
        sign_verification(told, elm())
    assert caught.value.hint == "Label it as the fixer's own run, or let another party verify"
    with pytest.raises(InputError, match="party that claims the fix, and its verification-plan does"):
        sign_verification_plan(plan, elm())
    forced = _signed_anyway(told)
    with pytest.raises(InputError, match="elm-models is the party that claims the fix"):
        add_verification(a_bundle(), forced, [elm().card], alder(), now=LATER)


def _signed_anyway(told: Verification) -> bytes:
    honest = read_signed(sign_verification(told.model_copy(update={"own_run": True}), elm()), source="it")
    return sign(told, honest.subjects, [elm()])


def test_nobody_verifies_in_the_name_of_another() -> None:
    with pytest.raises(InputError, match="says that it is by birch-lab, and alder-lab signs it"):
        sign_verification(a_verification(), alder())
    with pytest.raises(InputError, match="says that it is by birch-lab, and alder-lab signs it"):
        sign_verification_plan(a_verification_plan(), alder())


def test_a_second_verification_of_one_plan_is_refused() -> None:
    grown = verified(a_bundle())
    again = a_verification(created=SEALED + timedelta(hours=4), reason="on second thoughts")
    with pytest.raises(InputError, match="has a verification of this plan already") as caught:
        verified(grown, again)
    assert caught.value.hint == "A plan has one result; verify again with a new plan, which is a new round"


def test_a_verification_of_another_finding_is_refused() -> None:
    other = a_verification(finding="sha256:" + "0" * 64)
    with pytest.raises(InputError, match="The verification is of another finding"):
        verified(a_bundle(), other)


def test_a_verification_that_calls_the_finding_by_another_id_is_refused() -> None:
    with pytest.raises(InputError, match="it calls the finding by another id"):
        verified(a_bundle(), a_verification(finding_id="GSF-20260702-aaaaaaaaaa"))


def test_a_statement_of_another_kind_is_no_verification() -> None:
    grant = granted(a_bundle()).documents[1]
    with pytest.raises(InputError, match=r"The statement is a .*grant/v1, not a .*verification/v1"):
        add_verification(a_bundle(), grant.data, [alder().card], alder(), now=LATER)


def test_a_verification_by_an_unknown_key_or_with_a_wrong_signature_is_refused() -> None:
    signed = sign_verification(a_verification(), birch())
    with pytest.raises(DocumentError, match="signed by no key at hand"):
        add_verification(a_bundle(), signed, [alder().card], alder(), now=LATER)
    other = sign_verification(a_verification(reason="another"), birch())
    place = signed.rindex(b'"sig":"')
    with pytest.raises(DocumentError, match="signature by birch-lab"):
        add_verification(
            a_bundle(), signed[:place] + other[other.rindex(b'"sig":"') :], [birch().card], alder(), now=LATER
        )


def test_only_the_logs_keeper_adds_one() -> None:
    signed = sign_verification(a_verification(), birch())
    with pytest.raises(InputError):
        add_verification(a_bundle(), signed, [birch().card], birch(), now=LATER)


def test_a_statement_is_added_for_what_it_is() -> None:
    kinds = {
        "corroboration": corroborated(a_bundle()).documents[1].data,
        "verification": sign_verification(a_verification(), birch()),
    }
    for kind, data in kinds.items():
        grown = add_statement(a_bundle(), data, [birch().card], alder(), now=LATER)
        assert f"documents/000001-{kind}.json" in grown.members
    plan = sign_verification_plan(a_verification_plan(), birch())
    with pytest.raises(InputError, match=r"verification-plan/v1, and others add corroborations and verif"):
        add_statement(a_bundle(), plan, [birch().card], alder(), now=LATER)


@pytest.mark.parametrize(("days", "over"), [(29, False), (30, True), (31, True)])
def test_a_verification_expires_at_its_time(days: int, over: bool) -> None:
    told = a_verification()
    end = told.model.window_end
    assert end is not None
    assert has_expired(told, end + timedelta(days=days)) is over
    assert not has_expired(told.model_copy(update={"expires": None}), end + timedelta(days=days))


# At the command line


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """The reporter's folder, with its key and its trust."""
    folder = tmp_path / "alder"
    keys = folder / ".groundstop" / "keys"
    keys.mkdir(parents=True)
    alder_files = KeyFolder(keys)
    alder_files.new("alder-desk", created=KEYS_MADE)
    return folder


def test_a_verification_is_added_and_shown_by_the_commands(workspace: Path, tmp_path: Path) -> None:
    file = written(verified(corroborated(a_bundle())), tmp_path)
    write_trust(workspace / "groundstop-trust.json", everybody())
    shown = inside("finding", "show", file, "--workspace", workspace)
    assert shown.code == 0, shown.err
    for said in (
        "CLASS MITIGATED, verified by birch-lab",
        "2026-08-01; it has expired",
        "fix claimed by",
        "elm-models",
        "1, which may spend 0.025 of the finding's 0.05",
        "0 of 78",
        "103 pairs say that it is not-worse",
    ):
        assert said in shown.out, said
    (one,) = json.loads(inside("finding", "show", file, "--json", "--workspace", workspace).out)[
        "verifications"
    ]
    assert (one["key_id"], one["counts"], one["expired"]) == (birch().card.key_id, True, True)
    assert one["statement"] == a_verification().to_json()


def test_a_verification_by_a_stranger_is_shown_as_not_counting(workspace: Path, tmp_path: Path) -> None:
    own = a_verification("mallory", own_run=True)
    file = written(verified(a_bundle(), own, by=a_key("mallory")), tmp_path)
    shown = inside("finding", "show", file, "--workspace", workspace)
    assert "verified by mallory" in shown.out
    assert "the fixer itself, so not independently" in shown.out
    assert "no: not trusted" in shown.out


# In the records of whoever verified


def recorded(
    folder: Path, *, plan: VerificationPlan, told: Verification
) -> list[tuple[str, str | None, str]]:
    """Return what the audit of a verifier's records finds wrong, after the plan and the result went there."""
    keys = KeyFolder(folder / "keys")
    keys.new("birch-lab", created=KEYS_MADE)
    key = keys.load("birch-lab")
    records = Records(folder / "records", keys)
    records.enter_signed(sign_verification_plan(plan, key), now=plan.created)
    records.enter_signed(sign_verification(told, key), now=told.created)
    report = audit_path(folder / "records", trusting(key, keys.load(LOG_KEY)), heads=None)
    assert not any("without its plan" in check.detail for check in report.checks)
    return failures(report)


def test_a_verification_beside_its_plan_is_checked_against_it(tmp_path: Path) -> None:
    assert recorded(tmp_path, plan=a_verification_plan(), told=a_verification()) == []


def test_a_verification_that_left_its_plan_is_found_out_among_the_records(tmp_path: Path) -> None:
    plan = a_verification_plan().model_copy(update={"valid_days": 7})
    told = a_verification(plan=plan.content_id)
    ((what, _, detail),) = recorded(tmp_path, plan=plan, told=told)
    assert (what, detail) == ("verifications", "it does not expire 7 days after its window, as planned")


def test_a_verification_whose_verdict_does_not_follow_is_found_out_among_the_records(tmp_path: Path) -> None:
    told = a_verification(verdict=FixVerdict.RESIDUAL)
    ((what, _, detail),) = recorded(tmp_path, plan=a_verification_plan(), told=told)
    assert (what, detail) == ("numbers", "its verdict is residual, and its parts lead to class_mitigated")
