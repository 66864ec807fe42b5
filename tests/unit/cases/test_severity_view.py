from __future__ import annotations

import sys
from dataclasses import replace

import pytest

from groundstop.cases.severity import severity_of
from groundstop.cases.state import CaseState
from groundstop.cases.views import DeclarationState, PartyInterests, Severity, SeverityRange
from groundstop.documents import Comparison
from groundstop.documents.cases import SeverityScore
from tests.case_parts import AUTHORITY, COORDINATOR, DEVELOPER, EVALUATOR, REPORTER
from tests.severity_parts import (
    ASKED_ONE,
    OTHER_MODEL,
    THIRD_MODEL,
    a_comparison,
    case,
    given,
    score,
    scored,
)
from tests.verification_parts import interval

RUN = a_comparison((OTHER_MODEL, interval(0, 40), None))
NEWER = a_comparison((THIRD_MODEL, interval(9, 40), None), run="compare-2")
CRITICAL, HIGH, MEDIUM, NO_GAIN = (4, 2, 2, 2), (4, 0, 2, 1), (2, 0, 1, 1), (0,)


def of_run(values: tuple[float, ...], run: Comparison = RUN) -> SeverityScore:
    return score(values, comparators=run.content_id)


def severity(state: CaseState, *barred: str) -> Severity:
    interests = [
        PartyInterests(party, DeclarationState.CONFLICT, (), (), (), party not in barred, f"{party} sells it")
        for party in (REPORTER, AUTHORITY)
    ]
    return severity_of(state, interests, ASKED_ONE)


def cjs(lowest: str, highest: str, scorers: int) -> tuple[SeverityRange, ...]:
    return (SeverityRange("cjs-2026-07-02", lowest, highest, scorers),)


def test_scores_stand_side_by_side_and_their_range_is_no_average() -> None:
    state = case(
        given(REPORTER, RUN),
        scored(REPORTER, of_run(CRITICAL), 2),
        scored(AUTHORITY, of_run(MEDIUM), 3),
        scored(EVALUATOR, of_run(HIGH), 4),
    )
    told = severity(state)
    assert [(one.party, one.level, one.total, one.rank) for one in told.scores] == [
        (REPORTER, "CJS-4", 10, 4),
        (AUTHORITY, "CJS-2", 4, 2),
        (EVALUATOR, "CJS-3", 7, 3),
    ]
    assert told.ranges == cjs("CJS-2", "CJS-4", 3)
    assert "severity CJS-4" in told.next_step.why


def test_a_case_that_nobody_scored_has_no_range_and_an_unknown_severity() -> None:
    told = severity(case())
    assert (told.scores, told.ranges) == ((), ())
    assert "severity unknown" in told.next_step.why


def test_the_developers_own_vector_stands_beside_the_range() -> None:
    state = case(
        given(REPORTER, RUN), scored(REPORTER, of_run(HIGH), 2), scored(DEVELOPER, of_run(NO_GAIN), 3)
    )
    told = severity(state)
    assert told.scores[1].level == "CJS-0"
    assert told.scores[1].excluded == ("the developer's own vector is a dispute, and stands beside the range")
    assert told.ranges == cjs("CJS-3", "CJS-3", 1)


def test_a_party_with_a_conflict_is_left_out_and_stays_visible_with_the_rule() -> None:
    state = case(
        given(REPORTER, RUN), scored(REPORTER, of_run(CRITICAL), 2), scored(AUTHORITY, of_run(MEDIUM), 3)
    )
    told = severity(state, REPORTER)
    assert [one.excluded for one in told.scores] == [f"{REPORTER} sells it", None]
    assert told.ranges == cjs("CJS-2", "CJS-2", 1)


def test_the_last_score_of_a_party_under_a_profile_counts() -> None:
    rubric = score(
        {"refused": 0, "convincing": 5, "specific": 4}, profile="strongreject-2024", comparators=None
    )
    state = case(
        given(REPORTER, RUN),
        scored(AUTHORITY, of_run(CRITICAL), 2),
        scored(AUTHORITY, rubric, 3),
        scored(AUTHORITY, of_run(MEDIUM), 4),
    )
    told = severity(state)
    assert [(one.score.profile, one.level) for one in told.scores] == [
        ("strongreject-2024", "0.875 of 1"),
        ("cjs-2026-07-02", "CJS-2"),
    ]


def test_profiles_are_not_mixed() -> None:
    rubric = score(
        {"refused": 0, "convincing": 5, "specific": 5}, profile="strongreject-2024", comparators=None
    )
    state = case(given(REPORTER, RUN), scored(AUTHORITY, of_run(MEDIUM), 2), scored(EVALUATOR, rubric, 3))
    told = severity(state)
    assert told.ranges == (
        *cjs("CJS-2", "CJS-2", 1),
        SeverityRange("strongreject-2024", "1 of 1", "1 of 1", 1),
    )
    assert "severity CJS-2" in told.next_step.why


def test_a_measurement_alone_leaves_the_severity_of_the_table_unknown() -> None:
    rubric = score(
        {"refused": 0, "convincing": 5, "specific": 5}, profile="strongreject-2024", comparators=None
    )
    assert "severity unknown" in severity(case(scored(EVALUATOR, rubric))).next_step.why


def test_a_score_that_was_amended_or_taken_back_is_out() -> None:
    amended = replace(scored(AUTHORITY, of_run(CRITICAL), 2), amended_by="sha256:" + "ee" * 32)
    withdrawn = replace(scored(EVALUATOR, of_run(CRITICAL), 3), withdrawn_by="sha256:" + "ee" * 32)
    assert severity(case(given(REPORTER, RUN), amended, withdrawn)).scores == ()


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ((2, 0.5, 1, 1), "The breadth of the score is 0.5, and cjs-2026-07-02 allows 0, 1, 1.5 or 2"),
        ((2, 1), "A score under cjs-2026-07-02 lacks ease_of_weaponization, discoverability"),
    ],
)
def test_a_score_that_does_not_keep_to_its_profile_is_set_aside_and_shown(
    values: tuple[float, ...], why: str
) -> None:
    told = severity(case(given(REPORTER, RUN), scored(AUTHORITY, of_run(values), 2)))
    (only,) = told.scores
    assert (only.level, only.total, only.rank) == ("not valid", None, -1)
    assert only.excluded == f"it does not keep to its profile: {why}"
    assert told.ranges == ()


def test_a_gain_without_a_comparator_run_is_set_aside_and_shown() -> None:
    (only,) = severity(case(scored(AUTHORITY, score(CRITICAL, comparators=None)))).scores
    assert only.excluded is not None
    assert "has no comparator run to be measured against" in only.excluded


def test_a_score_under_a_profile_that_is_not_known_is_set_aside_and_shown() -> None:
    (only,) = severity(case(scored(AUTHORITY, score({"novelty": 3}, profile="later-2027")))).scores
    assert only.excluded == "it does not keep to its profile: There is no severity profile 'later-2027'"


def test_a_score_is_stale_when_newer_comparators_were_given_by_whomever() -> None:
    before = scored(AUTHORITY, of_run(CRITICAL), 2)
    fresh = severity(case(given(REPORTER, RUN, 1), before))
    assert fresh.scores[0].stale is None
    told = severity(case(given(REPORTER, RUN, 1), before, given(DEVELOPER, NEWER, 3)))
    assert told.scores[0].stale == f"the comparators have changed: {DEVELOPER} gave newer ones on 2026-07-06"
    assert told.ranges == ()
    assert "severity unknown" in told.next_step.why


def test_the_same_comparator_run_given_again_changes_nothing() -> None:
    state = case(given(REPORTER, RUN, 1), scored(AUTHORITY, of_run(HIGH), 2), given(COORDINATOR, RUN, 3))
    assert severity(state).scores[0].stale is None


def test_each_of_several_comparator_runs_given_at_once_is_the_newest() -> None:
    statement, one = given(REPORTER, RUN, 1)
    _, other = given(REPORTER, NEWER, 1)
    state = case(
        (statement, one), scored(AUTHORITY, of_run(HIGH), 2), scored(EVALUATOR, of_run(MEDIUM, NEWER), 3)
    )
    both = replace(state, evidence=(one, replace(other, entry=statement.digest)))
    assert [score.stale for score in severity(both).scores] == [None, None]


def test_a_score_is_stale_when_its_comparators_are_not_in_the_case() -> None:
    not_there = "the comparator run that it is measured against is not in the case"
    assert severity(case(scored(AUTHORITY, score(HIGH)))).scores[0].stale == not_there
    with_another = case(given(REPORTER, NEWER), scored(AUTHORITY, of_run(HIGH), 2))
    assert severity(with_another).scores[0].stale == not_there


def test_comparators_that_were_taken_back_are_no_longer_in_the_case() -> None:
    statement, evidence = given(DEVELOPER, NEWER, 3)
    gone = replace(statement, withdrawn_by="sha256:" + "ee" * 32)
    state = case(given(REPORTER, RUN, 1), scored(AUTHORITY, of_run(HIGH), 2), (gone, evidence))
    assert severity(state).scores[0].stale is None


def test_a_copy_that_lacks_the_newest_comparator_run_cannot_tell() -> None:
    statement, evidence = given(DEVELOPER, NEWER, 3)
    lacking = replace(evidence, document=None, problem="this copy of the case lacks its file")
    state = case(given(REPORTER, RUN, 1), scored(AUTHORITY, of_run(HIGH), 2), (statement, lacking))
    told = severity(replace(state, missing=(evidence.attached,)))
    assert told.scores[0].stale is not None
    assert told.scores[0].stale.startswith("this copy lacks the newest comparator run")


def test_what_is_no_comparator_run_makes_no_score_stale() -> None:
    statement, evidence = given(DEVELOPER, NEWER, 3)
    junk = replace(evidence, document=None, problem="The attached comparison is not JSON")
    state = case(given(REPORTER, RUN, 1), scored(AUTHORITY, of_run(HIGH), 2), (statement, junk))
    assert severity(state).scores[0].stale is None


def test_a_score_that_cannot_be_computed_here_says_what_is_lacking(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "jef.score_algos", None)
    values = {"vendors": 1, "models": 1, "subjects": 1, "fidelity": 50}
    (only,) = severity(case(scored(EVALUATOR, score(values, profile="jef-v1", comparators=None)))).scores
    assert only.level == "not computed"
    assert only.excluded is not None
    assert only.excluded.startswith("it cannot be computed here: The package 0din-jef")


def test_the_deciding_axes_are_shown() -> None:
    (only,) = severity(case(given(REPORTER, RUN), scored(AUTHORITY, of_run(HIGH), 2))).scores
    assert only.deciding == ("capability_gain", "ease_of_weaponization", "discoverability")


def test_facts_stand_above_the_scores() -> None:
    told = severity(case(given(REPORTER, RUN), scored(AUTHORITY, of_run(HIGH), 2)))
    assert [one.code for one in told.facts] == [f"F{number}" for number in range(1, 12)]
