from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from groundstop.documents import (
    Answered,
    FixVerdict,
    LabelCounts,
    PartyRef,
    Undetermined,
    Verification,
    VerificationPlan,
)
from groundstop.evidence import OwnKey, document_subject
from groundstop.evidence.audit import Check, CheckState
from groundstop.evidence.audit.documents import Found, read_documents
from groundstop.evidence.audit.numbers import check_recorded_numbers
from groundstop.evidence.audit.verifications import check_verifications
from groundstop.evidence.statements import Statement, sign
from tests import verification_parts as parts
from tests.evidence_samples import (
    SEALED,
    a_bundle,
    a_key,
    a_verification,
    a_verification_plan,
    birch,
    edited,
    elm,
    ordinary_requests,
    setting,
)

Json = dict[str, Any]
GIVEN, REFUSED = Answered.GIVEN, Answered.REFUSED


def found_of(*documents: Statement, by: OwnKey | None = None) -> list[Found]:
    """Return documents as they are found, each signed by birch-lab unless it is by another."""
    subject = [document_subject("finding", "sha256:" + "0" * 64)]
    signed = [
        (f"document {place}", place, sign(one, subject, [by or birch()]))
        for place, one in enumerate(documents)
    ]
    found, _ = read_documents(signed)
    return found


def said(checks: list[Check], state: CheckState = CheckState.FAILED) -> list[str]:
    return [check.detail for check in checks if check.state is state]


def another(number: int, **changes: Any) -> Verification:
    """Return a later verification, of another plan and with requests of its own."""
    return a_verification(
        plan=f"sha256:{number:064x}",
        created=SEALED + timedelta(hours=3 + number),
        used=tuple(f"{number}{place:063x}" for place in range(a_verification_count())),
        **changes,
    )


def a_verification_count() -> int:
    return len(a_verification().used)


def test_without_a_verification_nothing_is_checked() -> None:
    assert check_verifications(found_of()) == []
    assert check_recorded_numbers(found_of(a_verification_plan())) == []


def test_a_verification_beside_its_plan_is_as_planned() -> None:
    found = found_of(a_verification_plan(), a_verification())
    checks = [*check_verifications(found), *check_recorded_numbers(found)]
    assert {check.state for check in checks} == {CheckState.PASSED}


def test_a_verification_without_its_plan_says_so() -> None:
    checks = check_verifications(found_of(a_verification()))
    assert said(checks) == []
    (told,) = said(checks, CheckState.NOT_CHECKED)
    assert told == "1 verification without its plan, which stays in the records of whoever verified"
    (told,) = said(check_verifications(found_of(another(1), another(2))), CheckState.NOT_CHECKED)
    assert told == "2 verifications without their plans, which stay in the records of whoever verified"


def test_a_fixers_own_run_is_seen_by_its_key_whatever_it_calls_itself() -> None:
    other = PartyRef(name="somebody-else", key_id=elm().card.key_id)
    for document in (
        a_verification("elm-models", fixer=other),
        a_verification_plan("elm-models").model_copy(update={"fixer": other}),
    ):
        found = found_of(document, by=elm())
        assert said(check_verifications(found)) == [
            "it is by the party that claims the fix, and does not say so"
        ]


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (setting(finding="sha256:" + "1" * 64), "finding"),
        (setting(by="cedar-desk"), "verifier"),
        (setting(fixer=None), "fixer"),
        (setting(own_run=True), "fixer"),
        (setting(fixer={"name": "elm-models", "key_id": None}), "fixer"),
        (setting(question__beta=0.2), "question"),
        (setting(round=2), "round"),
        (setting(alpha=0.01), "round"),
        (setting(model__identity__name="another"), "model"),
        (setting(before__identity__name="another"), "model before the fix"),
        (setting(before=None), "model before the fix"),
        (setting(interests="none at all"), "declared interests"),
        (setting(before_is_reported=True), "word on the model before the fix"),
        (setting(benign__margin=0.1), "rule for ordinary requests"),
        (setting(benign__alpha=0.05), "rule for ordinary requests"),
        (setting(benign__over_blocked_alpha=0.1), "rule for ordinary requests"),
        (setting(scope="mixture"), "scope"),
        (setting(recipe__estimand="variants"), "estimand"),
        (setting(strata__0__unused=299), "number of variants"),
        (setting(strata__0__available=301), "number of variants"),
        (setting(strata=[]), "number of variants"),
        (setting(claim=parts.claim().to_json()), "claim"),
        (setting(judge__type="words"), "judge"),
        (setting(judge_note="a note"), "note on the judge"),
        (setting(memoised=True), "use of stored answers"),
    ],
    ids=range(25),
)
def test_what_differs_from_the_plan_is_named(change: Callable[[Json], None], what: str) -> None:
    found = found_of(a_verification_plan(), edited(a_verification(), change))
    assert f"its {what} is not that of its plan" in said(check_verifications(found))


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (setting(recipe__decision__hypotheses__p0=0.06), "recipe"),
        (setting(recipe__decision__boundaries__cap=300), "recipe"),
        (setting(strata__2__arm__decision__hypotheses__beta=0.01), "stratum paraphrase"),
        (setting(strata__2__arm__decision__boundaries=None), "stratum paraphrase"),
        (setting(recipe_potency__decision__hypotheses__p0=0.4), "potency"),
        (setting(mixture=parts.held().to_json()), "mixture"),
    ],
    ids=range(6),
)
def test_a_test_that_is_not_the_planned_one_is_named(change: Callable[[Json], None], what: str) -> None:
    found = found_of(a_verification_plan(), edited(a_verification(), change))
    assert f"its {what} was decided by another test than the planned one" in said(check_verifications(found))


def test_ordinary_requests_that_were_not_planned_are_none_of_the_plans() -> None:
    plan = a_verification_plan().model_copy(update={"benign": None})
    more = a_verification(plan=plan.content_id)
    assert said(check_verifications(found_of(plan, more))) == [
        "it tells of ordinary requests, and its plan asks none"
    ]


def test_a_verdict_that_is_said_to_hold_longer_than_planned_is_found_out() -> None:
    longer = edited(a_verification(), setting(expires="2027-07-02T14:00:00Z"))
    assert said(check_verifications(found_of(a_verification_plan(), longer))) == [
        "it does not expire 30 days after its window, as planned"
    ]


def test_ordinary_requests_are_decided_by_the_rule_of_the_plan() -> None:
    benign = ordinary_requests({(GIVEN, GIVEN): 84, (REFUSED, REFUSED): 2}, margin=0.1)
    usual = a_verification_plan()
    assert usual.benign is not None
    plan = usual.model_copy(update={"benign": usual.benign.model_copy(update={"margin": 0.1})})
    found = found_of(plan, a_verification(benign=benign, plan=plan.content_id))
    checks = [*check_verifications(found), *check_recorded_numbers(found)]
    assert {check.state for check in checks} == {CheckState.PASSED}
    assert said(check_verifications(found_of(usual, a_verification(benign=benign)))) == [
        "its rule for ordinary requests is not that of its plan"
    ]


# Several verifications of one finding


def rounds(*told: Verification | VerificationPlan) -> tuple[list[str], list[str]]:
    checks = check_verifications(found_of(*told))
    return said(checks), said(checks, CheckState.UNPROVED)


def test_two_results_of_one_plan_are_one_too_many() -> None:
    again = another(1).model_copy(update={"plan": a_verification().plan})
    assert rounds(a_verification(), again)[0] == ["it is a second result of the plan of document 0"]


@pytest.mark.parametrize(
    "unfinished",
    [
        {"labels": LabelCounts(confirmed=0, overturned=0, awaiting=1)},
        {"undetermined": (Undetermined.BUDGET,)},
    ],
    ids=["labels", "budget"],
)
def test_a_run_that_waited_goes_on_and_its_last_result_counts(unfinished: dict[str, Any]) -> None:
    first = a_verification(verdict=FixVerdict.INCONCLUSIVE, **unfinished)
    last = a_verification(created=SEALED + timedelta(hours=5))
    assert rounds(first, last) == ([], [])
    assert rounds(first, last, another(6)) == ([], []), "a round that was won in the end is not spent"
    other_run = last.model_copy(update={"run": "another"})
    assert rounds(first, other_run)[0] == ["it is a second result of the plan of document 0"]
    third = a_verification(created=SEALED + timedelta(hours=6))
    assert rounds(first, last, third)[0] == ["it is a second result of the plan of document 1"]


def test_the_fixers_own_rounds_are_counted_apart() -> None:
    own = another(1, verdict=FixVerdict.RESIDUAL, own_run=True, by="elm-models")
    assert rounds(own, another(2)) == ([], [])


def test_a_round_that_was_lost_is_not_played_again_by_the_same_party() -> None:
    lost = another(1, verdict=FixVerdict.RESIDUAL)
    assert rounds(lost, another(2)) == (["it is of round 1, which document 0 had spent"], [])
    assert rounds(lost, another(2, round=2)) == ([], [])


def test_a_round_that_was_won_is_not_spent() -> None:
    assert rounds(another(1), another(2)) == ([], [])


def test_two_parties_that_begin_the_same_round_may_not_know_of_each_other() -> None:
    lost = another(1, verdict=FixVerdict.RESIDUAL, by="cedar-desk")
    assert rounds(lost, another(2)) == ([], ["document 1: it is of round 1, which document 0 had spent"])


def test_a_held_out_request_is_used_once() -> None:
    first = another(1)
    again = another(2, round=2).model_copy(update={"used": (*first.used[:3], *another(2).used[3:])})
    assert rounds(first, again) == (["it asks 3 held-out requests that document 0 had used up"], [])
    other = again.model_copy(update={"by": "cedar-desk"})
    assert rounds(first, other) == (
        [],
        ["document 1: it asks 3 held-out requests that document 0 had used up"],
    )


def test_what_another_findings_verification_used_is_not_used_up() -> None:
    first = another(1, finding="sha256:" + "1" * 64)
    assert rounds(first, another(2).model_copy(update={"used": first.used})) == ([], [])


def test_the_order_in_which_they_lie_there_does_not_matter() -> None:
    lost = another(1, verdict=FixVerdict.RESIDUAL)
    assert rounds(another(2), lost) == (["it is of round 1, which document 1 had spent"], [])


def test_a_key_that_only_shares_the_fixers_folder_is_another_party() -> None:
    told = a_verification("cedar-desk")
    assert said(check_verifications(found_of(told, by=a_key("cedar-desk")))) == []


# The model before the fix, where the finding is at hand


@pytest.mark.parametrize("reported", [True, None], ids=["it is", "not known"])
def test_whether_the_finding_names_the_model_before_the_fix_is_said_truly(reported: bool | None) -> None:
    finding = a_bundle().finding
    wrong = "it says wrongly whether the finding names the model before the fix"
    told = a_verification(before_is_reported=reported)
    assert said(check_verifications(found_of(finding, told))) == [wrong]
    assert said(check_verifications(found_of(finding, a_verification()))) == []
    assert said(check_verifications(found_of(told))) == []
    named = a_verification(before=finding.model, before_is_reported=True)
    assert said(check_verifications(found_of(finding, named))) == []
    gone = a_verification(before=None, before_is_reported=None)
    assert said(check_verifications(found_of(finding, gone))) == []
