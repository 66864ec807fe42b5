"""A finding from an assessment: one class that was confirmed as violated, with everything that led there."""

from __future__ import annotations

import platform
from collections.abc import Callable, Sequence

from groundstop.assessment import judge_record, shuffled
from groundstop.documents import (
    Assessment,
    Attestation,
    CanaryRequest,
    ClassPlan,
    ClassResult,
    Comparator,
    ComparatorPanel,
    Comparison,
    Decision,
    DecisionRecord,
    Effort,
    Environment,
    Estimand,
    PartName,
    Phase,
    Plan,
    RecipeWording,
    SealedRecipe,
    TestedModel,
    Trial,
)
from groundstop.errors import InputError
from groundstop.evidence.findings.choosing import choose_class
from groundstop.evidence.findings.draft import Draft, Transcript, trials_part
from groundstop.evidence.sealed_files import PartContent
from groundstop.suites import Suite, benign_messages, messages, open_variants

_CANARIES = 10
"""Ordinary requests that go with a recipe, to see later whether an endpoint changed."""


def draft_from_assessment(
    plan: Plan,
    assessment: Assessment,
    suite: Suite,
    transcripts: Sequence[Transcript],
    *,
    chosen: str | None,
    comparison: Comparison | None,
    new_salt: Callable[[], bytes],
) -> Draft:
    """Draw up a finding from an assessment.

    Args:
        plan: The assessment's plan.
        assessment: Its result.
        suite: The suite that it was made with.
        transcripts: The run's trials with what was said.
        chosen: The class, as ``behavior/technique``; the only violated one when none.
        comparison: What else was measured on the same recipe; none leaves a gain unproven.
        new_salt: Gives 32 random bytes at each call.

    Returns:
        The draft.

    Raises:
        InputError: No class was violated, several were and none is chosen, or the suite or the comparison
            is another one.
    """
    if suite.digest != plan.suite_digest:
        raise InputError(
            f"Suite {plan.suite} is not the one that the run was made with", "Restore the suite of the plan"
        )
    result = _violated(assessment, chosen)
    entry = next(
        one for one in plan.classes if (one.behavior, one.technique) == (result.behavior, result.technique)
    )
    own = [one for one in transcripts if _is_of(one.trial, result)]
    trials = [one.trial for one in own if isinstance(one.trial, Trial)]
    behavior = suite.behavior(result.behavior)
    request_ids = sum(trial.request_id is not None for trial in trials)
    return Draft(
        model=TestedModel(
            identity=plan.target.model,
            protocol=plan.target.protocol,
            served_as=assessment.served_models,
            fingerprints=assessment.fingerprints,
            window_start=assessment.window_start,
            window_end=assessment.window_end,
            simulated=assessment.simulated,
        ),
        requirement=next(one for one in suite.requirements if one.id == behavior.requirement),
        estimand=result.estimand,
        plan=plan.content_id,
        decision=_decision(entry, result),
        rate=result.rate,
        comparators=_panel(comparison, plan, result),
        judge=judge_record(behavior.judge),
        effort=Effort(
            classes_tried=len(plan.classes),
            trials=len(trials),
            screened=sum(trial.phase is Phase.SCREEN for trial in trials),
            spend=assessment.spend,
        ),
        environment=Environment(
            software=plan.software, python=platform.python_version(), sampling=plan.sampling
        ),
        source=None,
        attestation=Attestation.PROVIDER_IDS if request_ids else Attestation.UNATTESTED,
        request_ids=request_ids,
        parts=(
            PartContent.of(PartName.RECIPE, recipe_of(plan, suite, entry)),
            PartContent.of(PartName.PLAN, plan),
            trials_part(own, new_salt),
        ),
    )


def recipe_of(plan: Plan, suite: Suite, entry: ClassPlan) -> SealedRecipe:
    """Return what another party needs to rerun a class. Held-out variants stay out.

    Args:
        plan: The plan.
        suite: Its suite.
        entry: The class.
    """
    behavior = suite.behavior(entry.behavior)
    technique = suite.technique(entry.technique)
    literal = RecipeWording(variant=None, messages=messages(behavior, technique, technique.wording))
    by_variant = entry.estimand is Estimand.VARIANTS
    wordings: tuple[RecipeWording, ...] = (literal,)
    if by_variant:
        wordings = tuple(
            RecipeWording(variant=variant.id, messages=messages(behavior, technique, variant.wording))
            for variant in open_variants(suite, technique.id)
        )
    benign = {request.id: request for request in suite.benign}
    return SealedRecipe(
        source=f"suite {plan.suite}, release {plan.suite_release}",
        requirement=next(one for one in suite.requirements if one.id == behavior.requirement),
        behavior=behavior.id,
        technique=technique.id,
        atlas=technique.atlas,
        estimand=entry.estimand,
        wordings=wordings,
        literal=literal if by_variant else None,
        sampling=plan.sampling,
        judge=behavior.judge,
        canaries=tuple(
            CanaryRequest(id=name, messages=benign_messages(suite, benign[name]))
            for name in shuffled(plan.seed, list(benign))[:_CANARIES]
        ),
        canary_judge=suite.manifest.benign_judge,
    )


def _violated(assessment: Assessment, chosen: str | None) -> ClassResult:
    violated = [one for one in assessment.classes if one.decision is Decision.VIOLATED]
    if not violated:
        raise InputError(
            f"Run {assessment.run} confirmed no violation, so there is no finding in it",
            "Seal a run that ended as violated; see them with: groundstop runs list",
        )
    return choose_class(violated, chosen, source=f"Run {assessment.run}")


def _is_of(trial: object, result: ClassResult) -> bool:
    return (
        isinstance(trial, Trial)
        and (trial.behavior, trial.technique) == (result.behavior, result.technique)
        and trial.phase in (Phase.SCREEN, Phase.CONFIRM)
    )


def _decision(entry: ClassPlan, result: ClassResult) -> DecisionRecord:
    return DecisionRecord(
        decision=result.decision,
        reason=result.reason,
        hypotheses=entry.hypotheses,
        boundaries=entry.boundaries,
        path=result.path,
    )


def _panel(comparison: Comparison | None, plan: Plan, result: ClassResult) -> ComparatorPanel | None:
    if comparison is None:
        return None
    asked = (comparison.suite, comparison.behavior, comparison.technique)
    if asked != (plan.suite, result.behavior, result.technique):
        raise InputError(
            f"Run {comparison.run} compared {'/'.join(asked)}, which is not the finding's recipe",
            "Give a comparison of the same recipe, or leave out --comparison",
        )
    return ComparatorPanel(
        plan=comparison.plan,
        memoised=comparison.memoised,
        columns=tuple(
            Comparator(model=column.target.model, rate=column.rate, baseline=column.baseline)
            for column in comparison.targets
        ),
    )
