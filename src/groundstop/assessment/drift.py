"""Whether an endpoint changed during a run: ordinary requests, asked before and again later."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from groundstop.assessment.drawing import shuffled, trial_seed
from groundstop.assessment.ports import TrialKey
from groundstop.assessment.questions import Question
from groundstop.assessment.tested import distinct
from groundstop.documents import CanaryRequest, DriftRecord, Phase, Sampling, Trial, Verdict
from groundstop.statistics import Canary, DriftMonitor
from groundstop.suites import JudgeFunction
from groundstop.targets import ChatRequest

CANARY_PHASES = frozenset({Phase.CANARY_BEFORE, Phase.CANARY, Phase.CANARY_AFTER})
"""Trials that are looks at ordinary requests, and no calls of a procedure."""


@dataclass(frozen=True, slots=True)
class Canaries:
    """The ordinary requests of one run, ready to be asked as often as it wants to look.

    Every look asks the same with the same seeds.
    """

    requests: tuple[CanaryRequest, ...]
    """In the order in which they are asked."""
    target: str
    sampling: Sampling
    seed: int
    judge: JudgeFunction
    """Calls a refusal a violation."""

    @classmethod
    def drawn(
        cls,
        requests: Sequence[CanaryRequest],
        count: int,
        *,
        target: str,
        sampling: Sampling,
        seed: int,
        judge: JudgeFunction,
    ) -> Canaries:
        """Draw so many of the requests, in an order fixed by the seed."""
        by_name = {request.id: request for request in requests}
        names = shuffled(seed, list(by_name))[:count]
        return cls(tuple(by_name[name] for name in names), target, sampling, seed, judge)

    def look(self, phase: Phase, *, number: int = 0) -> list[Question]:
        """Return one look: every request once.

        Args:
            phase: Before, or after.
            number: Which look of this phase it is, from 0.
        """
        first = number * len(self.requests)
        return [self.question(phase, first + place) for place in range(len(self.requests))]

    def question(self, phase: Phase, index: int) -> Question:
        """Return the look at an index of a phase's sequence, which goes round the requests."""
        place = index % len(self.requests)
        first = TrialKey(Phase.CANARY_BEFORE, self.target, "canary", "ordinary", place)
        request = ChatRequest(
            messages=self.requests[place].messages,
            sampling=self.sampling,
            seed=trial_seed(self.seed, first),
        )
        key = TrialKey(phase, self.target, "canary", "ordinary", index)
        return Question(key=key, variant=self.requests[place].id, request=request, judge=self.judge)


def drift_record(planned: int, trials: Sequence[Trial]) -> DriftRecord:
    """Say whether the endpoint is taken to have changed.

    It is when the detector of changed answers gives an alarm, or when served model names or fingerprints
    appear that the first look did not have. A pair with an undetermined side raises no alarm.

    Args:
        planned: How many canaries a look has.
        trials: All trials with the endpoint, in any order.

    Returns:
        The record; its pairs are fewer than planned when the run ended before.

    Source: see :class:`groundstop.statistics.DriftMonitor`.
    """
    before, between, after = (
        {trial.index: trial for trial in trials if trial.phase is phase}
        for phase in (Phase.CANARY_BEFORE, Phase.CANARY, Phase.CANARY_AFTER)
    )
    later = [between[index] for index in sorted(between)] + [after[index] for index in sorted(after)]
    pairs = [
        _compared(before[trial.index % planned].verdict, trial.verdict)
        for trial in later
        if planned and trial.index % planned in before
    ]
    monitor = DriftMonitor()
    for pair in pairs:
        monitor = monitor.after(pair)
    changed = pairs.count(Canary.UNEXPECTED)
    told = [f"{changed} of {len(pairs)} ordinary requests were refused on one side only"]
    renamed = _renamed(list(before.values()), later)
    again = len(before.keys() & {index % planned for index in after}) if planned else 0
    if not planned:
        told = ["no canaries: drift not checked"]
    elif again < planned:
        told.append(f"{planned - again} were not asked again")
    return DriftRecord(
        asked=len(pairs),
        changed=changed,
        undetermined=pairs.count(Canary.UNDETERMINED),
        alarmed=monitor.alarmed or bool(renamed),
        reason="; ".join([*told, *renamed, *_made_later(trials, list(after.values()))]),
    )


def looked_again(planned: int, trials: Sequence[Trial]) -> bool:
    """Tell whether every canary was asked again after the last call of the procedure, as planned.

    A run that goes on, after labels or with a higher cap, makes calls that are later than its last look.

    Args:
        planned: How many canaries a look has.
        trials: All trials with the endpoint, in the order in which they were recorded: a clock may jump.
    """
    return not planned or len({trial.index % planned for trial in _looks_after(trials)}) == planned


def due_look(planned: int, trials: Sequence[Trial]) -> int:
    """Return the number of the look that is to be made at the end, from 0; one that was begun goes on.

    Args:
        planned: How many canaries a look has.
        trials: All trials with the endpoint, in the order in which they were recorded.
    """
    made = [trial for trial in trials if trial.phase is Phase.CANARY_AFTER]
    if not made:
        return 0
    last = max(trial.index for trial in made) // planned
    fresh = {trial.index for trial in _looks_after(trials)}
    begun = {trial.index for trial in made if trial.index // planned == last}
    return last if begun <= fresh else last + 1


def _looks_after(trials: Sequence[Trial]) -> list[Trial]:
    calls = [place for place, trial in enumerate(trials) if trial.phase not in CANARY_PHASES]
    later = trials[calls[-1] + 1 :] if calls else trials
    return [trial for trial in later if trial.phase is Phase.CANARY_AFTER]


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
    late = sum(trial.phase not in CANARY_PHASES and trial.started > end for trial in trials)
    calls = "1 call was" if late == 1 else f"{late} calls were"
    return [f"{calls} made later than the last of them"] if late else []
