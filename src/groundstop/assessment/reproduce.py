"""Reproducing a finding: fresh calls of its recipe, between two looks at ordinary requests."""

from __future__ import annotations

from collections.abc import Sequence

from groundstop.assessment.drift import Canaries
from groundstop.assessment.judges import judge_for
from groundstop.assessment.lanes import DecisionLane, FixedLane
from groundstop.assessment.ports import TrialKey
from groundstop.assessment.questions import Question
from groundstop.assessment.reproductions import fold_reproduction, outcome_of
from groundstop.assessment.reruns import Rerun, askable, check_same_recipe, drawn_wordings
from groundstop.assessment.results import running_test
from groundstop.assessment.session import Session, check_same_target, meter_for
from groundstop.assessment.surroundings import Surroundings
from groundstop.documents import (
    Boundaries,
    Judge,
    Phase,
    Reproduction,
    ReproductionPlan,
    SealedRecipe,
    content_id,
)
from groundstop.errors import BudgetError
from groundstop.suites import JudgeFunction
from groundstop.targets import SpendMeter, Target


async def reproduce(
    plan: ReproductionPlan, recipe: SealedRecipe, target: Target, around: Surroundings, *, judge: Judge
) -> Reproduction:
    """Carry out a reproduction, or the rest of it when trials are on record already.

    Args:
        plan: What was decided in advance.
        recipe: The opened recipe that the plan names.
        target: The target that the plan names, open.
        around: Records, people and time.
        judge: The judge that the plan names.

    Returns:
        The result; inconclusive when the budget ended before it was decided.

    Raises:
        InputError: The recipe, the judge or the target is not the planned one, or the target refuses the
            key or the model.
        TargetError: The target has stopped answering. What was recorded stays, and the run can be resumed.
        WorkspaceError: A trial could not be kept.
    """
    check_same_target(plan.target, target.description)
    check_same_recipe(plan, recipe, content_id(judge.to_json()))
    meter = meter_for(around.budget, plan.target.price, around.ledger)
    known = {TrialKey.of(trial): trial for trial in around.ledger.trials()}
    if plan.boundaries is not None:
        session = Session(plan.content_id, target, meter=meter, known=known, around=around)
        before, after = (
            _canaries(plan, recipe, phase, around, meter)
            for phase in (Phase.CANARY_BEFORE, Phase.CANARY_AFTER)
        )
        if not any(key.phase is Phase.REPRODUCE for key in known):
            # Asked again later than the calls, one that got no answer would be no look before them.
            await _ask("asking ordinary requests", before, session, around)
        await _rerun(plan, plan.boundaries, recipe, judge_for(judge, around, meter), session, around)
        await _ask("asking them again", after, session, around)
    reason = around.halt.reason
    if reason is not None and not isinstance(reason, BudgetError):
        raise reason
    return fold_reproduction(plan, list(known.values()), around.ledger.totals(), run=around.run, ended=reason)


def _canaries(
    plan: ReproductionPlan, recipe: SealedRecipe, phase: Phase, around: Surroundings, meter: SpendMeter
) -> list[Question]:
    if recipe.canary_judge is None:
        return []
    canaries = Canaries.drawn(
        recipe.canaries,
        plan.canaries,
        target=plan.target.name,
        sampling=plan.sampling,
        seed=plan.seed,
        judge=judge_for(recipe.canary_judge, around, meter),
    )
    return canaries.look(phase)


async def _ask(title: str, questions: Sequence[Question], session: Session, around: Surroundings) -> None:
    if questions:
        around.progress.phase(title, expected_calls=len(questions))
        await session.make([FixedLane(questions)])


async def _rerun(
    plan: ReproductionPlan,
    boundaries: Boundaries,
    recipe: SealedRecipe,
    judge: JudgeFunction,
    session: Session,
    around: Surroundings,
) -> None:
    """Make fresh calls until the test has decided, and as many as the estimate is over in any case."""
    test = running_test(plan.hypotheses, boundaries)
    wordings = drawn_wordings(recipe, plan.seed)
    rerun = Rerun(plan, Phase.REPRODUCE, wordings, plan.sampling, judge)

    def decided() -> None:
        around.progress.note(f"{plan.finding_id}: {outcome_of(test)} after {test.consumed} calls")

    lane = DecisionLane(
        test,
        rerun.question,
        pool=askable(plan.estimand, len(wordings), max(boundaries.cap, plan.estimate_calls)),
        decided=decided,
        at_least=plan.estimate_calls,
    )
    around.progress.phase("reproducing", expected_calls=max(plan.estimate_calls, boundaries.held_at[0]))
    await session.make([lane])
