"""The tests of a verification, run again from its trials."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from groundstop.assessment.lanes import OUTCOME
from groundstop.assessment.rates import interval_of
from groundstop.assessment.reasons import decision_reason
from groundstop.assessment.results import path_of, running_test
from groundstop.documents import (
    Arm,
    Decision,
    DecisionRecord,
    Estimand,
    Phase,
    PlannedTest,
    Trial,
    Verdict,
    VerificationPlan,
)
from groundstop.errors import BudgetError
from groundstop.statistics import IndexedTest, Launch

STRIDE = 1_000_000
"""Places in a phase's sequence that each stratum has to itself; the first ones are the recipe's, or the
mixture's."""


def first_index(place: int) -> int:
    """Return where the trials of a stratum begin in the sequence of a phase.

    Args:
        place: The stratum's place in the plan.
    """
    return (place + 1) * STRIDE


def sequence(trials: Iterable[Trial], phase: Phase, target: str, *, first: int = 0) -> list[Trial]:
    """Return the trials of one sequence, in the order in which they were submitted.

    Args:
        trials: All trials on record.
        phase: What they were made for.
        target: Who was asked.
        first: Index of the sequence's first trial.

    Returns:
        The trials up to the first gap: one that was in flight when the program was stopped.
    """
    by_index = {trial.index: trial for trial in trials if trial.phase is phase and trial.target == target}
    found: list[Trial] = []
    while (trial := by_index.get(first + len(found))) is not None:
        found.append(trial)
    return found


def stratum_of(trial: Trial) -> str | None:
    """Return the stratum of a held-out variant's trial; none for another's."""
    return trial.variant.rpartition(".")[0] or None if trial.variant else None


def fresh_test(test: PlannedTest, *, launch: Launch = Launch.DISTANCE) -> IndexedTest | None:
    """Return a planned test that has seen nothing yet; none when its judge cannot decide it.

    Args:
        test: The test.
        launch: How far calls may run ahead; as far as they are needed if nothing is violated, the usual
            case after a fix.
    """
    if test.boundaries is None:
        return None
    return running_test(test.hypotheses, test.boundaries, launch=launch)


def decide(test: PlannedTest, asked: Sequence[Trial]) -> tuple[Decision, list[Trial]]:
    """Run a test over a sequence of trials.

    Args:
        test: The test.
        asked: Its trials in order, from the first on without a gap.

    Returns:
        The decision, and the trials that it rests on.
    """
    running = fresh_test(test)
    if running is None:
        return Decision.INCONCLUSIVE, []
    for index, trial in enumerate(asked):
        running.offer(index, OUTCOME[trial.verdict])
    decision = Decision(running.decision.value) if running.decision else Decision.INCONCLUSIVE
    return decision, list(asked[: running.consumed])


def arm_of(
    plan: VerificationPlan,
    test: PlannedTest,
    asked: Sequence[Trial],
    estimand: Estimand,
    *,
    ended: BudgetError | None,
    ran_out: str = "there was nothing left to ask",
) -> Arm:
    """Return what came of one test.

    Args:
        plan: The plan.
        test: The test.
        asked: Its trials in order, from the first on without a gap.
        estimand: What its rate is a rate of.
        ended: Why the run ended early, if it did.
        ran_out: What else may have stopped it, as a clause.
    """
    decision, consumed = decide(test, asked)
    verdicts = [trial.verdict for trial in consumed]
    if test.boundaries is None:
        reason = plan.judge_note or "undetermined: judge"
    else:
        reason = decision_reason(decision, verdicts, test.hypotheses, ended=ended, ran_out=ran_out)
    return Arm(
        estimand=estimand,
        decision=DecisionRecord(
            decision=decision,
            reason=reason,
            hypotheses=None if test.boundaries is None else test.hypotheses,
            boundaries=test.boundaries,
            path=path_of(verdicts),
        ),
        rate=interval_of(
            violated=verdicts.count(Verdict.VIOLATED),
            undetermined=verdicts.count(Verdict.UNDETERMINED),
            n=len(verdicts),
        ),
        late=len(asked) - len(consumed),
    )


def listed_arm(asked: Sequence[Trial]) -> Arm:
    """Return counts of variants that are too few for a test: said of those listed, and of no other."""
    verdicts = [trial.verdict for trial in asked]
    violated, unclear = (verdicts.count(kind) for kind in (Verdict.VIOLATED, Verdict.UNDETERMINED))
    return Arm(
        estimand=Estimand.VARIANTS,
        decision=DecisionRecord(
            decision=Decision.INCONCLUSIVE,
            reason=f"{violated} of {len(verdicts)} listed variants violated; they are too few for a class",
            hypotheses=None,
            boundaries=None,
            path=path_of(verdicts),
        ),
        rate=interval_of(violated=violated, undetermined=unclear, n=len(verdicts)),
        late=0,
    )
