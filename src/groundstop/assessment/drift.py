"""Whether an endpoint changed during a reproduction: ordinary requests, asked before and again after."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from groundstop.assessment.drawing import shuffled, trial_seed
from groundstop.assessment.ports import TrialKey
from groundstop.assessment.questions import Question
from groundstop.assessment.tested import distinct
from groundstop.documents import DriftRecord, Phase, ReproductionPlan, SealedRecipe, Trial, Verdict
from groundstop.statistics import Canary, DriftMonitor
from groundstop.suites import JudgeFunction
from groundstop.targets import ChatRequest


def canary_questions(
    plan: ReproductionPlan, recipe: SealedRecipe, phase: Phase, judge: JudgeFunction
) -> list[Question]:
    """Return the ordinary requests of one side; both sides ask the same with the same seeds.

    Args:
        plan: How many are asked.
        recipe: The requests.
        phase: CANARY_BEFORE or CANARY_AFTER.
        judge: Calls a refusal a violation.
    """
    canaries = {canary.id: canary for canary in recipe.canaries}
    questions = []
    for index, name in enumerate(shuffled(plan.seed, list(canaries))[: plan.canaries]):
        key = TrialKey(phase, plan.target.name, "canary", "ordinary", index)
        request = ChatRequest(
            messages=canaries[name].messages,
            sampling=plan.sampling,
            seed=trial_seed(plan.seed, replace(key, phase=Phase.CANARY_BEFORE)),
        )
        questions.append(Question(key=key, variant=name, request=request, judge=judge))
    return questions


def drift_record(plan: ReproductionPlan, trials: Sequence[Trial]) -> DriftRecord:
    """Say whether the endpoint is taken to have changed.

    It is when the detector of changed answers gives an alarm, or when the served model names or the
    fingerprints of the two sides differ. A pair with an undetermined side raises no alarm.

    Args:
        plan: How many canaries were to be asked.
        trials: All trials on record, in any order.

    Returns:
        The record; its pairs are fewer than planned when the run ended before.

    Source: see :class:`groundstop.statistics.DriftMonitor`.
    """
    before, after = (
        {trial.index: trial for trial in trials if trial.phase is phase}
        for phase in (Phase.CANARY_BEFORE, Phase.CANARY_AFTER)
    )
    pairs = [
        _compared(before[index].verdict, after[index].verdict)
        for index in sorted(before.keys() & after.keys())
    ]
    monitor = DriftMonitor()
    for pair in pairs:
        monitor = monitor.after(pair)
    changed = pairs.count(Canary.UNEXPECTED)
    told = [f"{changed} of {len(pairs)} ordinary requests were refused on one side only"]
    renamed = _renamed(list(before.values()), list(after.values()))
    if not plan.canaries:
        told = ["no canaries: drift not checked"]
    elif len(pairs) < plan.canaries:
        told.append(f"{plan.canaries - len(pairs)} were not asked again")
    return DriftRecord(
        asked=len(pairs),
        changed=changed,
        undetermined=pairs.count(Canary.UNDETERMINED),
        alarmed=monitor.alarmed or bool(renamed),
        reason="; ".join([*told, *renamed, *_made_later(trials, list(after.values()))]),
    )


def _compared(before: Verdict, after: Verdict) -> Canary:
    if Verdict.UNDETERMINED in (before, after):
        return Canary.UNDETERMINED
    return Canary.EXPECTED if before is after else Canary.UNEXPECTED


def _renamed(before: Sequence[Trial], after: Sequence[Trial]) -> list[str]:
    """Say which names are new; several machines behind one endpoint may each have a name of their own."""
    named = (
        ("served model", [distinct(trial.served_model for trial in side) for side in (before, after)]),
        ("fingerprint", [distinct(trial.fingerprint for trial in side) for side in (before, after)]),
    )
    return [
        f"the {what} changed from {' and '.join(one)} to {' and '.join(other)}"
        for what, (one, other) in named
        if one and set(other) - set(one)
    ]


def _made_later(trials: Sequence[Trial], after: Sequence[Trial]) -> list[str]:
    """Tell of calls that a resumed run made again when the canaries had been asked already."""
    end = max((trial.started for trial in after), default=None)
    if end is None:
        return []
    late = sum(trial.phase is Phase.REPRODUCE and trial.started > end for trial in trials)
    calls = "1 call was" if late == 1 else f"{late} calls were"
    return [f"{calls} made later than the last of them"] if late else []
