"""Laws of severity: the table is complete and monotone, levels rise with the axes, ranges span scores."""

from __future__ import annotations

from itertools import pairwise, product

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from groundstop.cases.severity import (
    UNKNOWN,
    FixState,
    Transfer,
    decision_table,
    outcome_of,
    profile_named,
    severity_of,
)
from groundstop.documents.cases import Exposure
from groundstop.errors import InputError
from tests.case_parts import AUTHORITY, COORDINATOR, EVALUATOR, REPORTER
from tests.severity_parts import ASKED_ONE, CJS_AXES, OTHER_MODEL, a_comparison, case, given, score, scored
from tests.verification_parts import interval

TABLE = decision_table()
SCALE = profile_named("cjs-2026-07-02").scale
LEVELS = [level.name for level in SCALE.levels]
RUN = a_comparison((OTHER_MODEL, interval(0, 40), None))
VALUES = st.tuples(*(st.sampled_from([step.value for step in axis.values]) for axis in SCALE.axes))


def place(exposure: Exposure, level: str, fix: FixState, transfer: Transfer) -> int:
    return TABLE.steps.index(TABLE.step(exposure, level, fix, transfer))


def test_the_table_has_a_step_for_every_combination_and_each_step_for_some() -> None:
    combinations = list(product(Exposure, [*LEVELS, UNKNOWN], FixState, Transfer))
    assert len(combinations) == 504
    assert {place(*one) for one in combinations} == set(range(len(TABLE.steps)))


def test_the_table_names_each_value_of_each_input_once() -> None:
    assert sorted(value for one in TABLE.severity for value in one.values) == sorted([*LEVELS, UNKNOWN])
    assert sorted(value for one in TABLE.fix for value in one.values) == sorted(FixState)
    assert [one.value for one in TABLE.transfer] == list(Transfer)
    assert list(TABLE.exposure.values) == list(Exposure)
    groups = [one.group for one in TABLE.severity]
    assert all(list(one.table) == groups for one in TABLE.fix)
    assert all(len(row) == len(Exposure) for one in TABLE.fix for row in one.table.values())


def test_a_worse_input_never_gives_a_milder_step() -> None:
    # Unknown is treated as a medium severity is: it lies between low and medium.
    levels = [*LEVELS[:2], UNKNOWN, *LEVELS[2:]]
    for exposure, level, fix, transfer in product(Exposure, levels, FixState, Transfer):
        here = place(exposure, level, fix, transfer)
        worse = [
            *((other, level, fix, transfer) for one, other in pairwise(Exposure) if one is exposure),
            *((exposure, other, fix, transfer) for one, other in pairwise(levels) if one == level),
            *((exposure, level, other, transfer) for one, other in pairwise(FixState) if one is fix),
            *((exposure, level, fix, other) for one, other in pairwise(Transfer) if one is transfer),
        ]
        assert all(place(*one) >= here for one in worse), (exposure, level, fix, transfer)


def test_a_level_never_falls_when_an_axis_rises() -> None:
    for values in product(*([step.value for step in axis.values] for axis in SCALE.axes)):
        rank = outcome_of(score(values)).rank
        for at, axis in enumerate(SCALE.axes):
            for step in axis.values:
                if step.value > values[at]:
                    higher = (*values[:at], step.value, *values[at + 1 :])
                    assert outcome_of(score(higher)).rank >= rank


@drawn(VALUES, st.sampled_from(LEVELS))
def test_a_raise_gives_its_level_or_is_refused(values: tuple[float, ...], to: str) -> None:
    if LEVELS.index(to) > outcome_of(score(values)).rank:
        assert outcome_of(score(values, raised=to)).level == to
    else:
        with pytest.raises(InputError, match="a level is never lowered"):
            outcome_of(score(values, raised=to))


@drawn(VALUES)
def test_deciding_axes_are_found_by_trying_every_step(values: tuple[float, ...]) -> None:
    outcome = outcome_of(score(values))
    deciding = []
    for at, axis in enumerate(SCALE.axes):
        scale = [step.value for step in axis.values]
        place_in = scale.index(values[at])
        steps = [scale[one] for one in (place_in - 1, place_in + 1) if 0 <= one < len(scale)]
        moved = (outcome_of(score((*values[:at], step, *values[at + 1 :]))).level for step in steps)
        if any(level != outcome.level for level in moved):
            deciding.append(CJS_AXES[at])
    assert list(outcome.deciding) == deciding


@drawn(
    st.lists(st.tuples(st.sampled_from([REPORTER, AUTHORITY, COORDINATOR, EVALUATOR]), VALUES), max_size=8)
)
def test_a_range_spans_the_last_scores_and_no_others(said: list[tuple[str, tuple[float, ...]]]) -> None:
    entries = [
        scored(by, score(values, comparators=RUN.content_id), 2 + at) for at, (by, values) in enumerate(said)
    ]
    told = severity_of(case(given(REPORTER, RUN), *entries), (), ASKED_ONE)
    last = {by: outcome_of(score(values)).level for by, values in said}
    assert {one.party: one.level for one in told.scores} == last
    if last:
        (only,) = told.ranges
        assert (only.lowest, only.highest, only.scorers) == (
            min(last.values()),
            max(last.values()),
            len(last),
        )
    else:
        assert told.ranges == ()
