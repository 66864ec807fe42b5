from __future__ import annotations

from dataclasses import replace

from groundstop.cases.severity import facts_of
from groundstop.cases.state import CaseState
from groundstop.cases.views import Corroborations, Fact
from groundstop.documents import (
    Attestation,
    Comparator,
    ComparatorPanel,
    FixVerdict,
    ModelIdentity,
    ReproductionOutcome,
    TestedModel,
)
from tests import verifications as made
from tests.case_parts import DEVELOPER, EVALUATOR, FINDING, MODEL, REPORTER, RESELLER, hours
from tests.severity_parts import (
    ASKED_ONE,
    OTHER_MODEL,
    THIRD_MODEL,
    a_comparison,
    a_finding,
    a_rerun,
    a_verification,
    case,
    given,
)
from tests.verification_parts import interval

PANEL = ComparatorPanel(
    plan="sha256:" + "44" * 32,
    memoised=False,
    columns=(
        Comparator(model=MODEL, rate=interval(20, 40), baseline=interval(2, 40)),
        Comparator(model=OTHER_MODEL, rate=interval(12, 40), baseline=interval(1, 40)),
    ),
)


def facts(state: CaseState, corroborations: Corroborations = ASKED_ONE) -> dict[str, Fact]:
    every = facts_of(state, corroborations)
    assert [one.code for one in every] == [f"F{number}" for number in range(1, 12)]
    return {one.code: one for one in every}


def test_what_nobody_measured_has_no_value() -> None:
    told = facts(case())
    assert [code for code, one in told.items() if one.value is None] == [
        "F2", "F4", "F5", "F6", "F7", "F9", "F10", "F11",
    ]  # fmt: skip
    assert all(one.source is None for one in told.values() if one.value is None)


def test_the_rate_is_told_with_its_count_and_interval() -> None:
    told = facts(case())["F1"]
    assert told.value == "20 of 40 (26 % to 74 %), 95 % interval"
    assert told.source == f"finding {FINDING.id}"


def test_a_rate_of_no_model_says_so() -> None:
    simulated = TestedModel(identity=MODEL, protocol=None, window_start=None, window_end=None, simulated=True)
    value = facts(case(finding=a_finding(model=simulated)))["F1"].value
    assert value is not None
    assert value.endswith("; simulated, and about no model")


def test_a_rate_over_no_trials_was_not_measured() -> None:
    assert facts(case(finding=a_finding(interval(0, 0))))["F1"].value is None


def test_a_copy_without_the_bundle_says_that_it_lacks_it() -> None:
    bare = replace(case(), findings=tuple(replace(one, finding=None) for one in case().findings))
    told = facts(bare)
    for code in ("F1", "F3", "F8"):
        assert told[code].value is None
        assert told[code].source == f"not in this copy: the bundle of {FINDING.id}"


def test_effort_is_told_with_all_that_was_tried() -> None:
    assert facts(case())["F3"].value == "40 trials of the recipe, 640 calls in the whole run, 6 classes tried"


def test_effort_that_is_not_stated_is_told_as_that() -> None:
    effort = a_finding().effort.model_copy(update={"classes_tried": None, "spend": None})
    value = facts(case(finding=a_finding(effort=effort)))["F3"].value
    assert value == "40 trials of the recipe, classes tried not stated"


def test_the_attestation_is_told() -> None:
    assert facts(case())["F8"].value == "unattested: the reporter's word"
    with_ids = a_finding(attestation=Attestation.PROVIDER_IDS, request_ids=12)
    assert facts(case(finding=with_ids))["F8"].value == (
        "provider ids: 12 trials carry an id that the provider can look up"
    )


def test_the_findings_own_panel_gives_the_plain_request_the_comparators_and_the_transfer() -> None:
    told = facts(case(finding=a_finding(comparators=PANEL)))
    assert told["F4"].value == "2 of 40 (0.2 % to 23 %)"
    assert told["F5"].value == "1 other model: birch answerer v3"
    assert told["F6"].value == "seen on 1 of 1: birch answerer v3 12 of 40 (11 % to 55 %)"
    assert told["F6"].source == FINDING.id
    assert told["F2"].value is None


def test_a_later_comparator_run_takes_the_place_of_what_was_measured_before() -> None:
    later = a_comparison((OTHER_MODEL, interval(0, 40), None), (THIRD_MODEL, interval(3, 40), None))
    told = facts(case(given(EVALUATOR, later), finding=a_finding(comparators=PANEL)))
    assert told["F5"].value == "2 other models: birch answerer v3; cedar guide"
    assert told["F6"].value is not None
    assert told["F6"].value.startswith("seen on 1 of 2: birch answerer v3 0 of 40 (0 % to ")
    assert told["F6"].source == f"comparator run by {EVALUATOR}"


def test_a_model_on_which_nothing_was_asked_was_not_run() -> None:
    assert (
        facts(case(given(EVALUATOR, a_comparison((OTHER_MODEL, interval(0, 0), None)))))["F5"].value is None
    )


def test_many_comparators_are_counted_and_the_first_named() -> None:
    many = [ModelIdentity(provider="birch", name=f"model-{number}") for number in range(11)]
    run = a_comparison(*((model, interval(1, 40), None) for model in many))
    value = facts(case(given(EVALUATOR, run)))["F5"].value
    assert value is not None
    assert value.startswith("11 other models: birch model-0; ")
    assert value.endswith("birch model-7; and 3 more")


def test_a_name_on_several_lines_is_told_on_one_and_shortened() -> None:
    odd = ModelIdentity(provider="birch\n\n", name="x" * 300)
    value = facts(case(given(EVALUATOR, a_comparison((odd, interval(1, 40), None)))))["F5"].value
    assert value == f"1 other model: birch {'x' * 93}…"


def test_tasks_are_counted_where_one_technique_was_run_on_them() -> None:
    runs = [
        a_comparison((MODEL, interval(9, 40), None), behavior="keep-secret"),
        a_comparison((MODEL, interval(0, 40), None), behavior="keep-order"),
        a_comparison((MODEL, interval(5, 40), None), behavior="keep-name", technique="capitals"),
    ]
    told = facts(case(*(given(EVALUATOR, run, at) for at, run in enumerate(runs, start=1))))["F2"]
    assert told.value == "1 of 2 tried"
    assert told.source == f"comparator run by {EVALUATOR}"


def test_reruns_are_counted_with_what_came_of_each() -> None:
    worked, gone = ReproductionOutcome.REPRODUCED, ReproductionOutcome.NOT_NOW
    state = case(
        given(EVALUATOR, a_rerun(EVALUATOR, gone, 0), 1),
        given(EVALUATOR, a_rerun(EVALUATOR, worked), 2),
        given(DEVELOPER, a_rerun(DEVELOPER, gone, 0, 40), 3),
        given(REPORTER, a_rerun(REPORTER, worked), 4),
    )
    told = facts(state, Corroborations(wanted=2, counted=(EVALUATOR,), not_counted=(), why=()))["F7"]
    assert told.value == (
        f"reproduced by 1 of 2: {EVALUATOR}: reproduced, 8 of 20; "
        f"{DEVELOPER}: not reproducible now, 0 of 40; 1 counted, 2 asked for"
    )
    assert told.source == f"rerun by {EVALUATOR}; rerun by {DEVELOPER}"


def test_a_rerun_that_nobody_in_the_case_signed_is_not_counted() -> None:
    rerun = a_rerun(EVALUATOR, ReproductionOutcome.REPRODUCED)
    assert facts(case(given(RESELLER, rerun, signer=None)))["F7"].value is None


def test_evidence_that_was_taken_back_is_not_counted() -> None:
    statement, evidence = given(EVALUATOR, a_rerun(EVALUATOR, ReproductionOutcome.REPRODUCED))
    withdrawn = replace(statement, withdrawn_by="sha256:" + "ee" * 32)
    assert facts(case((withdrawn, evidence)))["F7"].value is None


def test_the_verdict_is_told_with_its_counts_its_bound_and_until_when_it_holds() -> None:
    told = facts(case(given(EVALUATOR, a_verification(), 2)))["F10"]
    assert told.value == (
        "class_mitigated: the reported recipe 0 of 78 (0 % to 7.1 %); "
        "held-out variants 1 of 371 in 4 kinds, at most 7.1 % in any; holds until 2026-08-05"
    )
    assert told.source == f"verification by {EVALUATOR} of 2026-07-06"


def test_a_verdict_that_has_expired_says_so() -> None:
    state = case(given(EVALUATOR, a_verification(), 2))
    value = facts_of(state, ASKED_ONE, now=hours(24 * 31))[9].value
    assert value is not None
    assert value.endswith("; expired 2026-08-05")


def test_a_mixture_is_told_as_one() -> None:
    mixed = made.mixture_mitigated()
    mixture = a_verification(scope=mixed.scope, strata=mixed.strata, mixture=mixed.mixture)
    value = facts(case(given(EVALUATOR, mixture)))["F10"].value
    assert value is not None
    assert "; held-out variants, mixed, 0 of 78 (" in value


def test_the_fixers_own_run_is_told_as_that_where_there_is_no_other() -> None:
    own = given(DEVELOPER, a_verification(own_run=True, by=DEVELOPER, created=hours(9)), 10)
    told = facts(case(own))["F10"]
    assert told.value is not None
    assert "the fixer's own run" in told.value
    assert told.source is not None
    assert told.source.endswith("the fixer's own run")
    other = given(EVALUATOR, a_verification(FixVerdict.RESIDUAL), 2)
    told = facts(case(other, own))["F10"]
    assert told.value is not None
    assert told.value.startswith("residual")


def test_what_a_fix_costs_ordinary_users_is_told_with_its_interval() -> None:
    value = facts(case(given(EVALUATOR, a_verification(), 2)))["F11"].value
    assert value is not None
    assert value.startswith("not-worse: refused 2 of 103 before, 2 of 103 after, a change of -")
    assert value.endswith(" percentage points")
    without = a_verification(benign=None)
    assert facts(case(given(EVALUATOR, without, 2)))["F11"].value is None


def test_several_findings_are_told_side_by_side_with_their_names() -> None:
    one = case()
    other_ref = FINDING.model_copy(update={"id": "GSF-20260705-9999999999", "content": "sha256:" + "99" * 32})
    other = replace(one.findings[0], ref=other_ref, finding=a_finding(interval(1, 40)))
    told = facts(replace(one, findings=(one.findings[0], other)))["F1"]
    assert told.value is not None
    assert told.value.startswith(f"{FINDING.id}: 20 of 40 (")
    assert "; GSF-20260705-9999999999: 1 of 40 (" in told.value
    assert told.source == f"finding {FINDING.id}, finding GSF-20260705-9999999999"
