"""Deciding again: whether a decision follows from its path, and its test errs as seldom as it says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

from groundstop.documents import Boundaries, Decision, DecisionRecord, HypothesesRecord

if TYPE_CHECKING:
    from groundstop.statistics import SequentialPlan

MOST_CALLS = 5_000
"""A test that may take more calls is not looked at, so that none holds an audit up; ours take 3,200."""

Path = Sequence[tuple[int, int]]


def is_too_large(record: DecisionRecord) -> bool:
    """Tell whether a test is too large to be looked at."""
    return record.boundaries is not None and record.boundaries.cap > MOST_CALLS


def decision_problems(record: DecisionRecord, violated: int, n: int, *, unclear: int) -> Iterator[str]:
    """Decide again from the path of a sequential test, and say what differs.

    Args:
        record: The decision with its boundaries and its path; not one that is too large.
        violated: Violations among the trials that the decision rests on.
        n: Those trials.
        unclear: Trials without a verdict. A path does not say where they stood, so that with any of them
            only what holds wherever they stood is checked; whoever opens the trials can decide in full.

    Raises:
        StatisticsError: The boundaries are those of no test.
    """
    if record.boundaries is None or record.hypotheses is None:
        if record.decision is not Decision.INCONCLUSIVE:
            yield "it decides without a test"
        return
    plan = _plan(record.hypotheses, record.boundaries)
    if _errs_more_often(plan):
        yield "its test errs more often than the error rates beside it say"
    path = record.path
    if not path or path[-1] != (n, violated) or not _rises(path):
        yield "the path of its decision does not lead to its counts"
        return
    yield from _outcome_problems(plan, record.decision, path, unclear)


def _plan(hypotheses: HypothesesRecord, boundaries: Boundaries) -> SequentialPlan:
    from groundstop.statistics import Hypotheses, SequentialPlan

    return SequentialPlan(
        hypotheses=Hypotheses(hypotheses.p0, hypotheses.p1, hypotheses.alpha, hypotheses.beta),
        cap=boundaries.cap,
        held_at=boundaries.held_at,
        violated_by=boundaries.violated_by,
    )


@lru_cache(maxsize=32)
def _errs_more_often(plan: SequentialPlan) -> bool:
    """Tell whether a test breaks the error rates beside it; a document may hold one test many times."""
    from groundstop.statistics import operating_characteristics

    question = plan.hypotheses
    held = operating_characteristics(plan, question.p0).p_held
    violated = operating_characteristics(plan, question.p1).p_violated
    return held > question.alpha + 1e-9 or violated > question.beta + 1e-9


def _outcome_problems(plan: SequentialPlan, decision: Decision, path: Path, unclear: int) -> Iterator[str]:
    n, violated = path[-1]
    at, first = _first_decision(plan, path)
    # The path counts a trial without a verdict as held, and so does a test on its way to "violated".
    if not unclear or Decision.VIOLATED in (first, decision):
        if (first or Decision.INCONCLUSIVE) is not decision:
            yield f"its decision is {decision}, and its path leads to {first or 'none'}"
        elif first is not None and at < n:
            yield f"its path goes on after call {at}, at which its test had decided"
    elif decision is Decision.HELD and _decided(plan, n, violated + unclear) is not Decision.HELD:
        yield "its decision is held, and its undetermined trials could turn it"


def _first_decision(plan: SequentialPlan, path: Path) -> tuple[int, Decision | None]:
    """Return at which call a path first leaves a test, and how."""
    for (n, violated), (later, count) in pairwise(path):
        stays_until = later if count == violated else later - 1
        if violated < len(plan.held_at) and n < plan.held_at[violated] <= stays_until:
            return plan.held_at[violated], Decision.HELD
        decided = _decided(plan, later, count)
        if decided is not None:
            return later, decided
    return path[-1][0], None


def _decided(plan: SequentialPlan, n: int, violated: int) -> Decision | None:
    decided = plan.decision_at(n, violated)
    return None if decided is None else Decision(decided.value)


def _rises(path: Path) -> bool:
    return path[0] == (0, 0) and all(
        later[0] > earlier[0] and 0 <= later[1] - earlier[1] <= 1 for earlier, later in pairwise(path)
    )
