"""Making a recipe shorter: leaving out what it reproduces without, one thing at a time."""

from __future__ import annotations

from groundstop.assessment.judges import judge_for
from groundstop.assessment.lanes import DecisionLane
from groundstop.assessment.minimizations import Minimized, Step, fold_minimization, steps_of, stop_rule
from groundstop.assessment.ports import TrialKey
from groundstop.assessment.reproductions import outcome_of
from groundstop.assessment.reruns import Rerun, check_same_recipe
from groundstop.assessment.results import running_test
from groundstop.assessment.session import Session, check_same_target, meter_for
from groundstop.assessment.surroundings import Surroundings
from groundstop.documents import Judge, Phase, ReproductionPlan, SealedRecipe, content_id
from groundstop.errors import BudgetError
from groundstop.suites import JudgeFunction
from groundstop.targets import Target


async def minimize(
    plan: ReproductionPlan, recipe: SealedRecipe, target: Target, around: Surroundings, *, judge: Judge
) -> Minimized:
    """Leave out of a recipe what it reproduces without, or go on doing so.

    Each turn but the last one of the user, and each setting, is tried by a reproduction test on fresh
    calls. It stays out when the recipe still reproduces, and is put back when it does not or when that is
    not decided. Nothing is reworded: this makes a recipe easier to read, not stronger.

    Args:
        plan: What was decided in advance; see :func:`groundstop.assessment.make_minimization_plan`.
        recipe: The opened recipe that the plan names.
        target: The target that the plan names, open.
        around: Records, people and time.
        judge: The judge that the plan names.

    Returns:
        The shorter recipe and the steps to it; those that the budget did not reach are inconclusive.

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
    session = Session(plan.content_id, target, meter=meter, known=known, around=around)
    asks = judge_for(judge, around, meter)
    while around.halt.reason is None:
        step = list(steps_of(plan, recipe, known.values()))[-1]
        if step.settled:
            break
        around.progress.phase(f"without {step.part.name}", expected_calls=stop_rule(plan).held_at[0])
        await session.make([_lane(plan, step, asks, around)])
    reason = around.halt.reason
    if reason is not None and not isinstance(reason, BudgetError):
        raise reason
    return fold_minimization(plan, recipe, list(known.values()), around.ledger.totals())


def _lane(plan: ReproductionPlan, step: Step, judge: JudgeFunction, around: Surroundings) -> DecisionLane:
    test = running_test(plan.hypotheses, stop_rule(plan))
    rerun = Rerun(plan, Phase.MINIMIZE, step.wordings, step.sampling, judge, first=step.first)

    def decided() -> None:
        around.progress.note(f"without {step.part.name}: {outcome_of(test)} after {test.consumed} calls")

    return DecisionLane(test, rerun.question, pool=step.pool, decided=decided, first=step.first)
