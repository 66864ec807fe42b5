"""Drawing up the plan of making a recipe shorter, before its first call."""

from __future__ import annotations

from datetime import datetime

from groundstop.assessment.reproduction_plans import (
    DEFAULT_REPRODUCTION,
    judge_of,
    make_reproduction_plan,
    sampling_of,
)
from groundstop.assessment.shortening import parts_to_leave_out
from groundstop.documents import (
    Budget,
    Finding,
    HypothesesRecord,
    Judge,
    LabelsJudge,
    ModelJudge,
    ReproductionPlan,
    Sampling,
    SealedRecipe,
    TargetDescription,
)
from groundstop.errors import InputError


def make_minimization_plan(
    finding: Finding,
    recipe: SealedRecipe,
    target: TargetDescription,
    *,
    judge: Judge | None = None,
    hypotheses: HypothesesRecord = DEFAULT_REPRODUCTION,
    sampling: Sampling | None = None,
    seed: int,
    budget: Budget,
    created: datetime,
) -> ReproductionPlan:
    """Draw up the plan of making a recipe shorter: a reproduction test for each thing left out.

    The claim "still reproduces" is made of some of them, so beta is shared among them, and the chance
    that the shorter recipe was kept wrongly stays below beta.

    Args:
        finding: Whose recipe it is.
        recipe: The opened recipe.
        target: Where it is tried.
        judge: Who judges; the recipe's own judge when none.
        hypotheses: About the true rate: p1 is r0, p0 is r1; beta for all steps together.
        sampling: How answers are drawn, where the recipe does not say.
        seed: Of all drawing.
        budget: Spend cap.
        created: The time.

    Returns:
        The plan: that of a reproduction with the hypotheses of one step, without canaries.

    Raises:
        InputError: As for a reproduction; or there is nothing to leave out, people judge the answers, or
            the judge cannot decide the hypotheses.
        StatisticsError: Hypotheses that no test can tell apart.

    Source: Bonferroni.
    """
    if _waits_for_people(judge_of(recipe, judge)):
        raise InputError(
            f"The answers of {finding.id} are judged by people, and each step needs the verdicts of the last",
            "Bring a judge that is a rule or a measured model with --judge",
        )
    parts = parts_to_leave_out(recipe, sampling_of(recipe, sampling))
    if not parts:
        raise InputError(
            f"The recipe of {finding.id} is one turn with plain settings, and nothing can be left out of it",
            "Use it as it is",
        )
    plan = make_reproduction_plan(
        finding,
        recipe,
        target,
        judge=judge,
        hypotheses=hypotheses.model_copy(update={"beta": hypotheses.beta / len(parts)}),
        estimate_calls=1,
        canaries=0,
        sampling=sampling,
        seed=seed,
        budget=budget,
        created=created,
    )
    if plan.boundaries is None:
        raise InputError(
            f"With this judge no shorter recipe of {finding.id} can be decided ({plan.judge.note})",
            "Bring a judge that is a rule, or one that was measured better",
        )
    return plan


def _waits_for_people(judge: Judge) -> bool:
    return isinstance(judge, LabelsJudge) or (isinstance(judge, ModelJudge) and judge.adjudicated)
