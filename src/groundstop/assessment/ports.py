"""What the procedures need from outside: a place to keep trials, and someone to tell of progress."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from groundstop.documents import Phase, Trial, Usage


@dataclass(frozen=True, slots=True)
class TrialKey:
    """What makes a trial the same trial, so that a resumed run does not make it again."""

    phase: Phase
    target: str
    behavior: str
    technique: str
    index: int

    @classmethod
    def of(cls, trial: Trial) -> TrialKey:
        """Return the key of a trial on record."""
        return cls(trial.phase, trial.target, trial.behavior, trial.technique, trial.index)


@dataclass(frozen=True, slots=True)
class CallTotals:
    """Calls of a run so far, resumed parts included."""

    calls: int
    """Started, whatever became of them."""
    interrupted: int
    """Started by a program that was stopped before it saw their end."""
    unmetered: int
    """Ended without the target saying what they used; they are in no count of tokens."""
    prompt_tokens: int
    completion_tokens: int
    prompt_at_most: int = 0
    """The most that calls can have used of which the target did not say it; a spend cap counts them so."""
    completion_at_most: int = 0


class RunLedger(Protocol):
    """Where one run's calls and trials are kept. Nothing in it is ever changed or removed.

    Every method returns after the record is safe against the death of this process.
    """

    def trials(self) -> Iterable[Trial]:
        """Return the trials on record, in the order in which they were recorded."""
        ...

    def answer(self, key: TrialKey) -> str | None:
        """Return the latest answer on record for a trial; none when there is none."""
        ...

    def record(self, trial: Trial, *, asked: str, answered: str | None) -> None:
        """Keep a trial and what was said. A later record of the same key supersedes an earlier one."""
        ...

    def call_started(self, at_most: Usage) -> int:
        """Note that a call is about to be sent, and the most that it can use; return its number."""
        ...

    def call_ended(self, number: int, usage: Usage | None) -> None:
        """Note that a call ended, with what it used where that is known."""
        ...

    def totals(self) -> CallTotals:
        """Return what the run has used so far."""
        ...


class Progress(Protocol):
    """Told what happens while a run goes on; must return at once and never raise."""

    def phase(self, title: str, *, expected_calls: int) -> None:
        """A phase starts; it is expected to need about so many calls."""
        ...

    def expect(self, calls: int) -> None:
        """The phase is expected to need so many calls more, or fewer when the number is negative."""
        ...

    def trial(self, trial: Trial) -> None:
        """A trial ended and is on record."""
        ...

    def note(self, text: str) -> None:
        """Something worth a line happened, such as a decision."""
        ...
