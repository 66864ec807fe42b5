"""From the trials of a minimization to the shorter recipe: a pure function that anyone can repeat."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from groundstop.assessment.lanes import OUTCOME
from groundstop.assessment.ports import CallTotals
from groundstop.assessment.reproductions import outcome_of
from groundstop.assessment.reruns import all_differ, askable, drawn_wordings
from groundstop.assessment.results import running_test, spend
from groundstop.assessment.shortening import RecipePart, parts_to_leave_out, without
from groundstop.assessment.tested import tested_model
from groundstop.documents import (
    Boundaries,
    Estimand,
    HypothesesRecord,
    MinimizationStep,
    Phase,
    RecipeWording,
    ReproductionOutcome,
    ReproductionPlan,
    Sampling,
    SealedRecipe,
    Spend,
    TestedModel,
    Trial,
    Verdict,
)
from groundstop.errors import InputError
from groundstop.statistics import IndexedTest


@dataclass(frozen=True, slots=True)
class Minimized:
    """A recipe with everything left out that it reproduces without."""

    recipe: SealedRecipe
    """The shorter recipe; the whole one when nothing could be left out."""
    steps: tuple[MinimizationStep, ...]
    """One for each thing, in the order of trying; those not reached are inconclusive."""
    complete: bool
    """False when the run ended before everything was tried."""
    model: TestedModel
    hypotheses: HypothesesRecord
    """Of each step's test."""
    spend: Spend


@dataclass(frozen=True, slots=True)
class Step:
    """One thing left out, besides what is out already, and the test of it."""

    part: RecipePart
    wordings: tuple[RecipeWording, ...]
    """Without what is left out, in the order in which they are asked."""
    sampling: Sampling
    first: int
    """Index of the step's first trial."""
    pool: int
    """Trials that can be asked at most; 0 when variants are used up, or are all the same without it."""
    test: IndexedTest
    """With the trials on record in it."""

    @property
    def settled(self) -> bool:
        """Whether the step's test has ended, one way or another."""
        return self.test.decision is not None or self.test.consumed >= self.pool

    @property
    def outcome(self) -> ReproductionOutcome:
        """What the test says of the recipe without the part."""
        return outcome_of(self.test)


def stop_rule(plan: ReproductionPlan) -> Boundaries:
    """Return the boundaries of each step's test.

    Raises:
        InputError: The plan has none, because its judge cannot decide.
    """
    if plan.boundaries is None:
        raise InputError(
            f"The plan for {plan.finding_id} has a judge that cannot decide", "Start a new run with another"
        )
    return plan.boundaries


def steps_of(plan: ReproductionPlan, recipe: SealedRecipe, trials: Iterable[Trial]) -> Iterator[Step]:
    """Yield the steps as far as the trials on record lead: each but the last is settled.

    What a step leaves out follows from the outcomes of those before it, and so do its wordings: variants
    that an earlier test consumed are not asked again, for they were selected by its outcome.

    Args:
        plan: What was decided in advance.
        recipe: The whole recipe.
        trials: All trials on record, in any order.
    """
    boundaries = stop_rule(plan)
    verdicts = {trial.index: trial.verdict for trial in trials if trial.phase is Phase.MINIMIZE}
    unused = drawn_wordings(recipe, plan.seed)
    left_out: tuple[RecipePart, ...] = ()
    for number, part in enumerate(parts_to_leave_out(recipe, plan.sampling)):
        wordings, sampling = without(unused, plan.sampling, (*left_out, part))
        first = number * boundaries.cap
        step = Step(
            part=part,
            wordings=wordings,
            sampling=sampling,
            first=first,
            pool=askable(plan.estimand, len(wordings), boundaries.cap) if all_differ(wordings) else 0,
            test=_tested(plan, boundaries, verdicts, first),
        )
        yield step
        if not step.settled:
            return
        if step.outcome is ReproductionOutcome.REPRODUCED:
            left_out = (*left_out, part)
        if plan.estimand is Estimand.VARIANTS:
            unused = unused[step.test.consumed :]


def fold_minimization(
    plan: ReproductionPlan, recipe: SealedRecipe, trials: Sequence[Trial], totals: CallTotals
) -> Minimized:
    """Make the result of a minimization from its trials.

    Args:
        plan: What was decided in advance.
        recipe: The whole recipe.
        trials: All trials on record, in any order.
        totals: Calls and tokens of the run.

    Returns:
        The shorter recipe and the steps to it.
    """
    steps = list(steps_of(plan, recipe, trials))
    kept_out = [step.part for step in steps if step.outcome is ReproductionOutcome.REPRODUCED]
    parts = parts_to_leave_out(recipe, plan.sampling)
    wordings, sampling = without(recipe.wordings, plan.sampling, kept_out)
    literal = recipe.literal
    if literal is not None:
        (literal,), _ = without((literal,), plan.sampling, kept_out)
    shorter = recipe.model_copy(update={"wordings": wordings, "literal": literal, "sampling": sampling})
    return Minimized(
        recipe=shorter if kept_out else recipe,
        steps=(
            *(_told(step) for step in steps),
            *(_untried(part) for part in parts[len(steps) :]),
        ),
        complete=len(steps) == len(parts) and all(step.settled for step in steps),
        model=tested_model(plan.target, trials),
        hypotheses=plan.hypotheses,
        spend=spend(totals, plan.target.price),
    )


def _tested(
    plan: ReproductionPlan, boundaries: Boundaries, verdicts: Mapping[int, Verdict], first: int
) -> IndexedTest:
    test = running_test(plan.hypotheses, boundaries)
    for place in range(boundaries.cap):
        if first + place in verdicts:
            test.offer(place, OUTCOME[verdicts[first + place]])
    return test


def _told(step: Step) -> MinimizationStep:
    return MinimizationStep(
        left_out=step.part.name,
        outcome=step.outcome,
        violated=step.test.position.violations,
        n=step.test.consumed,
        kept_out=step.outcome is ReproductionOutcome.REPRODUCED,
    )


def _untried(part: RecipePart) -> MinimizationStep:
    return MinimizationStep(
        left_out=part.name, outcome=ReproductionOutcome.INCONCLUSIVE, violated=0, n=0, kept_out=False
    )
