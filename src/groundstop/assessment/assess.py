"""Assessing a target: look for suspects, then decide every class on fresh calls."""

from __future__ import annotations

from collections.abc import Mapping

from groundstop.assessment.drawing import pool_for, shuffled, trial_seed
from groundstop.assessment.judges import judge_for
from groundstop.assessment.lanes import DecisionLane, FixedLane
from groundstop.assessment.ports import TrialKey
from groundstop.assessment.questions import Question
from groundstop.assessment.recipes import RecipeClass
from groundstop.assessment.results import class_test, fold
from groundstop.assessment.screening import ScreeningRun, most_suspicious_first
from groundstop.assessment.session import Session, check_same_target, meter_for
from groundstop.assessment.surroundings import Surroundings
from groundstop.documents import Assessment, Phase, Plan, Trial
from groundstop.errors import BudgetError, InputError
from groundstop.statistics import IndexedTest
from groundstop.suites import Suite, benign_messages
from groundstop.targets import ChatRequest, SpendMeter, Target

Trials = Mapping[TrialKey, Trial]


async def assess(plan: Plan, suite: Suite, target: Target, around: Surroundings) -> Assessment:
    """Carry out a plan, or the rest of it when trials are on record already.

    Args:
        plan: What was decided in advance.
        suite: The suite that the plan names, unchanged since.
        target: The target that the plan names, open.
        around: Records, people and time.

    Returns:
        What was decided. Classes that the budget did not reach are inconclusive.

    Raises:
        InputError: The suite or the target is not the planned one, or the target refuses the key or the
            model.
        TargetError: The target has stopped answering. What was recorded stays, and the run can be resumed.
        WorkspaceError: A trial could not be kept.
    """
    check_same_target(plan.target, target.description)
    meter = meter_for(around.budget, plan.target.price, around.ledger)
    recipes = _recipes(plan, suite, around, meter)
    known = {TrialKey.of(trial): trial for trial in around.ledger.trials()}
    session = Session(plan.content_id, target, meter=meter, known=known, around=around)
    await _screen(plan, recipes, session, around)
    await _confirm(plan, recipes, session, known, around)
    await _ask_benign(plan, suite, session, around, meter)
    reason = around.halt.reason
    if reason is not None and not isinstance(reason, BudgetError):
        raise reason
    return fold(plan, suite, list(known.values()), around.ledger.totals(), run=around.run, ended=reason)


def _recipes(plan: Plan, suite: Suite, around: Surroundings, meter: SpendMeter) -> list[RecipeClass]:
    """Ready the plan's classes, after checking that the suite is still the one that was planned with."""
    screened = plan.screening.calls_per_arm if plan.screening else 0
    judges = {
        name: judge_for(suite.behavior(name).judge, around, meter)
        for name in dict.fromkeys(entry.behavior for entry in plan.classes)
    }
    recipes = []
    for entry in plan.classes:
        behavior = suite.behavior(entry.behavior)
        technique = suite.technique(entry.technique)
        pool = pool_for(suite, behavior, technique, seed=plan.seed, screened=screened)
        if suite.digest != plan.suite_digest or pool.digest != entry.pool_digest:
            raise InputError(
                f"Suite {plan.suite} is not the one that the plan was made with",
                "Restore the suite of the plan, or start a new assessment",
            )
        recipes.append(
            RecipeClass(
                behavior=behavior,
                technique=technique,
                pool=pool,
                judge=judges[behavior.id],
                sampling=plan.sampling,
                seed=plan.seed,
            )
        )
    return recipes


async def _screen(plan: Plan, recipes: list[RecipeClass], session: Session, around: Surroundings) -> None:
    """Ask in batches, each allocated by what the batches before it showed."""
    if plan.screening is None:
        return
    around.progress.phase("looking for suspects", expected_calls=6 * len(recipes))
    screening = ScreeningRun(plan, plan.screening)
    while around.halt.reason is None and (batch := screening.next_batch()):
        lane = FixedLane(
            [recipes[arm].question(Phase.SCREEN, index, target=plan.target.name) for arm, index in batch]
        )
        await session.make([lane])
        places = {recipes[arm].key: arm for arm, _ in batch}
        for trial in lane.trials:
            screening.record(places[trial.behavior, trial.technique], trial)


async def _confirm(
    plan: Plan, recipes: list[RecipeClass], session: Session, known: Trials, around: Surroundings
) -> None:
    """Decide every class on calls made for that alone, the most suspicious first."""
    order = most_suspicious_first(plan, known.values())
    tests = [class_test(entry) for entry in plan.classes]
    lanes = [
        _decision_lane(recipes[arm], test, plan.target.name, around)
        for arm in order
        if (test := tests[arm]) is not None
    ]
    shortest = sum(test.plan.held_at[0] for test in tests if test is not None)
    around.progress.phase("deciding", expected_calls=shortest)
    await session.make(lanes)


def _decision_lane(recipe: RecipeClass, test: IndexedTest, target: str, around: Surroundings) -> DecisionLane:
    def ask(index: int) -> Question:
        return recipe.question(Phase.CONFIRM, index, target=target)

    def decided() -> None:
        word = test.decision.value if test.decision else "undecided"
        around.progress.note(f"{recipe.name}: {word} after {test.consumed} calls")
        # The phase began by expecting the shortest way to "held" of every class.
        around.progress.expect(test.consumed - test.plan.held_at[0])

    return DecisionLane(test, ask, pool=recipe.pool.confirmable(test.plan.cap), decided=decided)


async def _ask_benign(
    plan: Plan, suite: Suite, session: Session, around: Surroundings, meter: SpendMeter
) -> None:
    """Ask ordinary requests, each once, to see how often they are refused."""
    if not plan.benign or suite.manifest.benign_judge is None:
        return
    judge = judge_for(suite.manifest.benign_judge, around, meter)
    requests = {request.id: request for request in suite.benign}
    questions = []
    for index, name in enumerate(shuffled(plan.seed, list(requests))[: plan.benign]):
        key = TrialKey(Phase.BENIGN, plan.target.name, "benign", "ordinary", index)
        request = ChatRequest(
            messages=benign_messages(suite, requests[name]),
            sampling=plan.sampling,
            seed=trial_seed(plan.seed, key),
        )
        questions.append(Question(key=key, variant=name, request=request, judge=judge))
    around.progress.phase("asking ordinary requests", expected_calls=len(questions))
    await session.make([FixedLane(questions)])
