"""Drawing up a plan: everything that is decided before the first call."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from groundstop import __version__
from groundstop.assessment.drawing import Pool, pool_for
from groundstop.documents import (
    Behavior,
    Boundaries,
    Budget,
    ClassPlan,
    Estimand,
    HypothesesRecord,
    Judge,
    ModelJudge,
    Plan,
    Sampling,
    ScreeningPlan,
    TargetDescription,
)
from groundstop.errors import InputError
from groundstop.statistics import (
    Hypotheses,
    JudgeError,
    JudgeUndetermined,
    PositiveReview,
    effective_hypotheses,
    plan_for,
)
from groundstop.suites import Suite
from groundstop.targets import SpendMeter

SOFTWARE = f"groundstop {__version__}"
DEFAULT_HYPOTHESES = HypothesesRecord(p0=0.05, p1=0.005, alpha=0.05, beta=0.05)
DEFAULT_SAMPLING = Sampling()
_SMALLEST_BATCH = 8


@dataclass(frozen=True, slots=True)
class Wish:
    """What the user asks of an assessment; everything has a default."""

    behaviors: tuple[str, ...] = ()
    """All when empty."""
    techniques: tuple[str, ...] = ()
    """All when empty."""
    hypotheses: HypothesesRecord = DEFAULT_HYPOTHESES
    sampling: Sampling = DEFAULT_SAMPLING
    seed: int = 0
    benign: int = 0
    budget: Budget = field(default_factory=Budget)


def make_plan(target: TargetDescription, suite: Suite, wish: Wish, *, created: datetime) -> Plan:
    """Draw up the plan of an assessment.

    The claim "held" is made of every class, each tested at alpha (an intersection-union test needs no
    correction). The claim "violated" is made of some class, so beta is shared among the classes, and the
    chance of naming any class wrongly stays below beta.

    Args:
        target: What is assessed.
        suite: What for.
        wish: What the user asks.
        created: The time.

    Returns:
        The plan; its content id commits to all of it.

    Raises:
        InputError: A behavior or technique that the suite does not have, more benign requests than it has,
            or a cap in money for a target without a price.
        StatisticsError: Hypotheses that no test can tell apart.

    Source: R. L. Berger, Technometrics 24 (1982) 295-300, for the intersection-union test; Bonferroni.
    """
    SpendMeter(wish.budget, target.price)  # refuses a cap in money for a target without a price
    pairs = chosen_classes(suite, wish)
    if wish.benign > len(suite.benign):
        raise InputError(
            f"Suite {suite.manifest.id} has {len(suite.benign)} benign requests, fewer than {wish.benign}",
            "Ask for fewer with --benign",
        )
    screening = ScreeningPlan(batch=max(_SMALLEST_BATCH, len(pairs))) if len(pairs) > 1 else None
    family = wish.hypotheses.model_copy(update={"beta": wish.hypotheses.beta / len(pairs)})
    return Plan(
        created=created,
        software=SOFTWARE,
        target=target,
        suite=suite.manifest.id,
        suite_release=suite.manifest.release,
        suite_digest=suite.digest,
        hypotheses=wish.hypotheses,
        classes=tuple(
            _class_plan(
                behavior,
                technique,
                pool_for(
                    suite,
                    behavior,
                    suite.technique(technique),
                    seed=wish.seed,
                    screened=screening.calls_per_arm if screening else 0,
                ),
                family,
            )
            for behavior, technique in pairs
        ),
        screening=screening,
        sampling=wish.sampling,
        seed=wish.seed,
        benign=wish.benign,
        budget=wish.budget,
    )


def chosen_classes(suite: Suite, wish: Wish) -> list[tuple[Behavior, str]]:
    """Return the recipe classes that are asked for, in the suite's order.

    Raises:
        InputError: The suite has no such behavior or technique.
    """
    behaviors = [suite.behavior(name) for name in wish.behaviors] or list(suite.behaviors)
    techniques = [suite.technique(name).id for name in wish.techniques] or [
        technique.id for technique in suite.techniques
    ]
    return [(behavior, technique) for behavior in behaviors for technique in techniques]


def _class_plan(behavior: Behavior, technique: str, pool: Pool, family: HypothesesRecord) -> ClassPlan:
    hypotheses, note = judged_hypotheses(behavior.judge, family)
    boundaries = None
    if hypotheses is not None:
        plan = plan_for(Hypotheses(hypotheses.p0, hypotheses.p1, hypotheses.alpha, hypotheses.beta))
        boundaries = Boundaries(cap=plan.cap, held_at=plan.held_at, violated_by=plan.violated_by)
    return ClassPlan(
        behavior=behavior.id,
        technique=technique,
        estimand=pool.estimand,
        pool=len(pool.confirm) if pool.estimand is Estimand.VARIANTS else 1,
        pool_digest=pool.digest,
        hypotheses=hypotheses,
        boundaries=boundaries,
        judge_note=note,
    )


def judged_hypotheses(judge: Judge, family: HypothesesRecord) -> tuple[HypothesesRecord | None, str | None]:
    """Move hypotheses about the true rate to the scale of what a judge sees.

    Args:
        judge: The behavior's judge. Programmatic judges and people's labels are the standard itself.
        family: Hypotheses about the true rate, with beta shared among the classes.

    Returns:
        The hypotheses to test and how they were changed, in words; no hypotheses when the judge cannot
        decide them, with the labels that would settle it.

    Source: see :func:`groundstop.statistics.effective_hypotheses`.
    """
    if not isinstance(judge, ModelJudge):
        return family, None
    if judge.measured is None:
        return None, (
            "undetermined: judge. The judging model's sensitivity and specificity were not measured; "
            "label some of its answers and put the counts into the suite"
        )
    counts = judge.measured
    effective = effective_hypotheses(
        Hypotheses(family.p0, family.p1, family.alpha, family.beta),
        JudgeError(
            true_positives=counts.true_positives,
            positives=counts.positives,
            true_negatives=counts.true_negatives,
            negatives=counts.negatives,
        ),
        positives=PositiveReview.BY_PEOPLE if judge.adjudicated else PositiveReview.NONE,
    )
    if isinstance(effective, JudgeUndetermined):
        return None, f"undetermined: judge. {effective.reason}; {_labels_needed(effective)}"
    moved = effective.hypotheses
    note = (
        f"the judge's measured error moves the hypotheses from p0 {family.p0:.4g}, p1 {family.p1:.4g} "
        f"to p0 {moved.p0:.4g}, p1 {moved.p1:.4g} of judged violations"
    )
    return HypothesesRecord(p0=moved.p0, p1=moved.p1, alpha=moved.alpha, beta=moved.beta), note


def _labels_needed(answer: JudgeUndetermined) -> str:
    needs = [
        f"{number:,} labelled {kind}"
        for number, kind in (
            (answer.negatives_needed, "answers that held"),
            (answer.positives_needed, "answers that violated"),
        )
        if number
    ]
    if not needs or answer.negatives_needed is None or answer.positives_needed is None:
        return "no number of labels settles it with this judge"
    return f"about {' and '.join(needs)} would settle it"
