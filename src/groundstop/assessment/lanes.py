"""Sequences of trials that wait to be asked: by a stop rule, or by a fixed number."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from groundstop.assessment.questions import Question
from groundstop.documents import Phase, Trial, Verdict
from groundstop.statistics import IndexedTest, Outcome

OUTCOME = {
    Verdict.VIOLATED: Outcome.VIOLATED,
    Verdict.HELD: Outcome.HELD,
    Verdict.UNDETERMINED: Outcome.UNDETERMINED,
}
"""What a verdict counts as in a test."""


class Lane(Protocol):
    """A sequence of trials, launched in the order of their index."""

    @property
    def open(self) -> bool:
        """Whether the lane may still want to launch trials, now or later."""
        ...

    def next_question(self) -> Question | None:
        """Return the next trial to launch, and count it as launched; none when none may be now."""
        ...

    def finished(self, trial: Trial) -> None:
        """Take note of a trial that ended."""
        ...


class FixedLane:
    """A fixed list of trials, all of them launched."""

    def __init__(self, questions: Sequence[Question]) -> None:
        self._questions = questions
        self._launched = 0
        self.trials: list[Trial] = []

    @property
    def open(self) -> bool:
        """Whether some of the list are not launched yet."""
        return self._launched < len(self._questions)

    def next_question(self) -> Question | None:
        """Return the next of the list."""
        if self._launched == len(self._questions):
            return None
        self._launched += 1
        return self._questions[self._launched - 1]

    def finished(self, trial: Trial) -> None:
        """Keep the trial."""
        self.trials.append(trial)


class DecisionLane:
    """Trials of one class, launched as far as its test may still need them.

    Verdicts are consumed in the order of launching, however they arrive: consuming them as they arrive
    would let slow violations be overtaken by quick refusals.

    Args:
        test: The running test.
        ask: Makes the question of an index.
        pool: Trials that can be asked at most.
        decided: Called once, when the test decides.
        at_least: Trials asked in any case, for an estimate whose number is fixed in advance.
        first: Index of the lane's first trial, where a phase holds several lanes one after the other.
    """

    def __init__(
        self,
        test: IndexedTest,
        ask: Callable[[int], Question],
        *,
        pool: int,
        decided: Callable[[], None],
        at_least: int = 0,
        first: int = 0,
    ) -> None:
        self._test = test
        self._ask = ask
        self._pool = pool
        self._decided = decided
        self._at_least = at_least
        self._first = first
        self._launched = 0

    @property
    def open(self) -> bool:
        """Whether the test or the estimate goes on, and there is something left to ask."""
        wanted = self._test.decision is None or self._launched < self._at_least
        return wanted and self._launched < self._pool

    def next_question(self) -> Question | None:
        """Return the next trial while the test may need it, or the estimate does."""
        if self._launched >= min(max(self._test.launch_limit, self._at_least), self._pool):
            return None
        self._launched += 1
        return self._ask(self._first + self._launched - 1)

    def finished(self, trial: Trial) -> None:
        """Offer the verdict to the test; one that comes too late changes nothing."""
        before = self._test.decision
        self._test.offer(trial.index - self._first, OUTCOME[trial.verdict])
        if before is None and self._test.decision is not None:
            self._decided()


class Spaced:
    """Trials spread among those of lanes: one falls due whenever so many of the others have ended.

    Args:
        ask: Makes the question of an index.
        every: Trials of the lanes between two of these.
        first: Index of the first of these.
    """

    def __init__(self, ask: Callable[[int], Question], *, every: int, first: int = 0) -> None:
        self._ask = ask
        self._every = every
        self._due = first
        self._ended = 0
        self.launched = first
        """Index after the last trial that was launched."""

    def next_question(self) -> Question | None:
        """Return the next trial if it is due."""
        if self.launched == self._due:
            return None
        self.launched += 1
        return self._ask(self.launched - 1)

    def one_ended(self) -> None:
        """Take note that a trial of a lane ended."""
        self._ended += 1
        if self._ended % self._every == 0:
            self._due += 1


class WatchedLane:
    """A lane with other trials spread among its own; several lanes may share them.

    Args:
        lane: The lane.
        spaced: The other trials.
        phase: What they are made for.
    """

    def __init__(self, lane: Lane, spaced: Spaced, phase: Phase) -> None:
        self._lane = lane
        self._spaced = spaced
        self._phase = phase

    @property
    def open(self) -> bool:
        """Whether the lane itself is."""
        return self._lane.open

    def next_question(self) -> Question | None:
        """Return one of the other trials if it is due, or else the lane's next."""
        return self._spaced.next_question() or self._lane.next_question()

    def finished(self, trial: Trial) -> None:
        """Pass one of the lane's own trials on."""
        if trial.phase is not self._phase:
            self._lane.finished(trial)
            self._spaced.one_ended()
