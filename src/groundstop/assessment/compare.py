"""Comparing targets: the same wordings with the same seeds, side by side with the plain way of asking."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import combinations

from groundstop.assessment.drawing import Pool, pool_for
from groundstop.assessment.judges import judge_for
from groundstop.assessment.lanes import FixedLane
from groundstop.assessment.planning import SOFTWARE
from groundstop.assessment.ports import CallTotals, TrialKey
from groundstop.assessment.rates import e_value_of, rate_of
from groundstop.assessment.recipes import RecipeClass
from groundstop.assessment.results import spend
from groundstop.assessment.session import Session, check_same_target, meter_for
from groundstop.assessment.surroundings import Surroundings
from groundstop.documents import (
    Behavior,
    Budget,
    ComparedTarget,
    Comparison,
    ComparisonPlan,
    Estimand,
    Pairing,
    Phase,
    Sampling,
    TargetDescription,
    Technique,
    Trial,
    Verdict,
)
from groundstop.errors import InputError
from groundstop.statistics import log_improvement_e
from groundstop.suites import Suite
from groundstop.targets import SpendMeter, Target


def make_comparison_plan(
    targets: Sequence[TargetDescription],
    suite: Suite,
    *,
    behavior: str,
    technique: str,
    estimand: Estimand,
    n: int,
    sampling: Sampling,
    seed: int,
    budget: Budget,
    memoised: bool,
    created: datetime,
) -> ComparisonPlan:
    """Draw up the plan of a comparison.

    Args:
        targets: Two or more, or one that is compared with its own baseline.
        suite: Where the recipe is from.
        behavior: What is asked for.
        technique: How it is asked.
        estimand: Fresh variants, or attempts at the literal wording.
        n: Pairs of trials.
        sampling: How answers are drawn.
        seed: Of all drawing.
        budget: Spend cap, over all targets.
        memoised: Whether targets that differ only in their filters share raw answers.
        created: The time.

    Returns:
        The plan.

    Raises:
        InputError: No such recipe, the same target twice, or fewer variants than pairs.
    """
    names = [target.name for target in targets]
    if len(set(names)) != len(names):
        raise InputError("A target is named twice", "Name each --target once")
    asked = suite.technique(technique)
    pool = _pool(suite, suite.behavior(behavior), asked, estimand, seed)
    if estimand is Estimand.VARIANTS and len(pool.confirm) < n:
        raise InputError(
            f"Technique {technique} has {len(pool.confirm)} variants for {n} pairs",
            "Ask for fewer with -n, or use --literal",
        )
    baseline = suite.baseline.id
    return ComparisonPlan(
        created=created,
        software=SOFTWARE,
        targets=tuple(targets),
        suite=suite.manifest.id,
        suite_release=suite.manifest.release,
        suite_digest=suite.digest,
        behavior=suite.behavior(behavior).id,
        technique=asked.id,
        baseline=None if asked.baseline else baseline,
        estimand=estimand,
        n=n,
        sampling=sampling,
        seed=seed,
        budget=budget,
        memoised=memoised,
    )


async def compare(
    plan: ComparisonPlan, suite: Suite, targets: Sequence[Target], around: Surroundings
) -> Comparison:
    """Carry out a comparison, or the rest of it when trials are on record already.

    Args:
        plan: What was decided in advance.
        suite: The suite that the plan names, unchanged since.
        targets: The planned targets, open, in the plan's order.
        around: Records, people and time.

    Returns:
        Rates side by side, and the pairs.

    Raises:
        GroundstopError: Why the comparison is incomplete; what was recorded stays.
    """
    if suite.digest != plan.suite_digest:
        raise InputError(
            f"Suite {plan.suite} is not the one that the plan was made with",
            "Restore the suite of the plan, or start a new comparison",
        )
    for planned, target in zip(plan.targets, targets, strict=True):
        check_same_target(planned, target.description)
    meter = meter_for(around.budget, None, around.ledger)
    recipes = _recipes(plan, suite, around, meter)
    known = {TrialKey.of(trial): trial for trial in around.ledger.trials()}
    around.progress.phase("comparing", expected_calls=len(targets) * len(recipes) * plan.n)
    async with asyncio.TaskGroup() as group:
        for target in targets:
            session = Session(plan.content_id, target, meter=meter, known=known, around=around)
            questions = [
                recipe.question(Phase.COMPARE, index, target=target.description.name)
                for index in range(plan.n)
                for recipe in recipes
            ]
            group.create_task(session.make([FixedLane(questions)]))
    if around.halt.reason is not None:
        raise around.halt.reason
    return fold_comparison(plan, list(known.values()), around.ledger.totals(), run=around.run)


def fold_comparison(
    plan: ComparisonPlan, trials: Sequence[Trial], totals: CallTotals, *, run: str
) -> Comparison:
    """Make a comparison from its trials: a pure function that anyone can repeat.

    Args:
        plan: What was decided in advance.
        trials: All trials on record, in any order.
        totals: Calls and tokens of the run.
        run: The run's id.

    Returns:
        The comparison. Pairs with an undetermined side are in no cell of the paired table.
    """
    columns: dict[tuple[str, str], dict[int, Trial]] = defaultdict(dict)
    for trial in trials:
        columns[trial.target, trial.technique][trial.index] = trial
    names = [target.name for target in plan.targets]
    return Comparison(
        plan=plan.content_id,
        run=run,
        suite=plan.suite,
        behavior=plan.behavior,
        technique=plan.technique,
        estimand=plan.estimand,
        targets=tuple(
            ComparedTarget(
                target=target,
                rate=rate_of(columns[target.name, plan.technique].values()),
                baseline=(rate_of(columns[target.name, plan.baseline].values()) if plan.baseline else None),
            )
            for target in plan.targets
        ),
        pairings=tuple(
            _pairing(first, second, columns[first, plan.technique], columns[second, plan.technique])
            for first, second in combinations(names, 2)
        ),
        spend=spend(totals, None),
        memoised=plan.memoised,
    )


def _pairing(first: str, second: str, one: Mapping[int, Trial], other: Mapping[int, Trial]) -> Pairing:
    cells = {(a, b): 0 for a in (True, False) for b in (True, False)}
    for index in one.keys() & other.keys():
        verdicts = (one[index].verdict, other[index].verdict)
        if Verdict.UNDETERMINED not in verdicts:
            cells[verdicts[0] is Verdict.VIOLATED, verdicts[1] is Verdict.VIOLATED] += 1
    log_e = log_improvement_e(cells[True, False], cells[False, True])
    return Pairing(
        first=first,
        second=second,
        both=cells[True, True],
        only_first=cells[True, False],
        only_second=cells[False, True],
        neither=cells[False, False],
        e_value=e_value_of(log_e),
    )


def _recipes(
    plan: ComparisonPlan, suite: Suite, around: Surroundings, meter: SpendMeter
) -> list[RecipeClass]:
    behavior = suite.behavior(plan.behavior)
    judge = judge_for(behavior.judge, around, meter)
    techniques = [plan.technique] if plan.baseline is None else [plan.technique, plan.baseline]
    return [
        RecipeClass(
            behavior=behavior,
            technique=suite.technique(technique),
            pool=_pool(suite, behavior, suite.technique(technique), plan.estimand, plan.seed),
            judge=judge,
            sampling=plan.sampling,
            seed=plan.seed,
        )
        for technique in techniques
    ]


def _pool(suite: Suite, behavior: Behavior, technique: Technique, estimand: Estimand, seed: int) -> Pool:
    if estimand is Estimand.VARIANTS:
        return pool_for(suite, behavior, technique, seed=seed, screened=0)
    return Pool.literal(technique)
