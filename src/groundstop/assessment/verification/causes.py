"""What a verification did not decide, and why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from groundstop.assessment.verification.arms import decide, first_index, sequence
from groundstop.documents import (
    Arm,
    BenignDecision,
    BenignResult,
    ClassScope,
    Decision,
    Phase,
    PlannedTest,
    Potency,
    PotencyBasis,
    StratumResult,
    Trial,
    Undetermined,
    Verdict,
    VerificationPlan,
)
from groundstop.errors import BudgetError
from groundstop.suites.judging import EMPTY_ANSWER

_Begun = tuple[PlannedTest, list[Trial]]
"""A test with its trials in order; one that was never asked has none."""


def open_tests(
    plan: VerificationPlan, trials: Sequence[Trial], ended: BudgetError | None
) -> set[Undetermined]:
    """Return why tests that were begun did not decide; empty when all of them did.

    Args:
        plan: The plan.
        trials: All trials on record.
        ended: Why the run ended early, if it did.

    Returns:
        The judge where answers have no verdict, missing answers where there are none, the variants where all
        that was asked is clear and there was nothing left to ask.
    """
    found: set[Undetermined] = set()
    if plan.recipe_test.boundaries is None:
        found.add(Undetermined.JUDGE)
    for test, asked in _begun_tests(plan, trials):
        decision, consumed = decide(test, asked)
        if decision is not Decision.INCONCLUSIVE or not consumed:
            continue
        unclear = [trial for trial in consumed if trial.verdict is Verdict.UNDETERMINED]
        if unclear:
            found |= {_cause(trial) for trial in unclear}
        elif ended is None:
            found.add(Undetermined.VARIANTS)
    return found


def _cause(trial: Trial) -> Undetermined:
    answered = trial.answer_sha256 is not None and trial.reason != EMPTY_ANSWER
    return Undetermined.JUDGE if answered else Undetermined.ANSWERS


def _begun_tests(plan: VerificationPlan, trials: Sequence[Trial]) -> Iterator[_Begun]:
    after = plan.target.name
    yield plan.recipe_test, sequence(trials, Phase.VERIFY_RECIPE, after)
    if plan.mixture is not None:
        yield plan.mixture, sequence(trials, Phase.VERIFY_CLASS, after)
    for place, one in enumerate(plan.strata):
        # Of a mixture the shares of single strata need not decide.
        if one.test is not None and plan.scope is ClassScope.EACH_STRATUM:
            yield one.test, sequence(trials, Phase.VERIFY_CLASS, after, first=first_index(place))
    if plan.potency is None or plan.before is None:
        return
    yield plan.potency, sequence(trials, Phase.POTENCY, plan.before.name)
    for place, one in enumerate(plan.strata):
        if one.potency is PotencyBasis.BEFORE:
            yield plan.potency, sequence(trials, Phase.POTENCY, plan.before.name, first=first_index(place))


def open_parts(
    *,
    recipe: Arm,
    recipe_potency: Potency,
    strata: Sequence[StratumResult],
    benign: BenignResult | None,
) -> set[Undetermined]:
    """Return what the parts of a verification leave open, whatever the tests decided.

    Args:
        recipe: The test of the reported recipe.
        recipe_potency: Whether that recipe is shown to work before the fix.
        strata: What was found of held-out variants.
        benign: What was found of ordinary requests; none when they were not asked: a model that refuses
            everybody would pass, too.
    """
    found: set[Undetermined] = set()
    if not strata or any(one.listed_only for one in strata):
        found.add(Undetermined.VARIANTS)
    potencies = [recipe_potency, *(one.potency for one in strata if not one.listed_only)]
    if not all(potency.shown for potency in potencies):
        found.add(Undetermined.POTENCY)
    undecided = benign is None or benign.decision is BenignDecision.UNDETERMINED
    if recipe.decision.decision is Decision.HELD and undecided:
        found.add(Undetermined.BENIGN)
    return found
