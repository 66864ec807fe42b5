"""A ledger in memory, for tests that make thousands of runs; the one on disk has its own tests."""

from __future__ import annotations

from groundstop.assessment import CallTotals, TrialKey
from groundstop.documents import Trial, Usage


class MemoryLedger:
    """Keeps a run's calls and trials in lists."""

    def __init__(self) -> None:
        self.recorded: list[Trial] = []
        self.answers: dict[TrialKey, str | None] = {}
        self.calls = 0
        self.ended: list[Usage | None] = []
        self.open: dict[int, Usage] = {}

    def trials(self) -> list[Trial]:
        """Return the latest record of each trial."""
        return list({TrialKey.of(trial): trial for trial in self.recorded}.values())

    def answer(self, key: TrialKey) -> str | None:
        """Return the latest answer of a trial."""
        return self.answers.get(key)

    def record(self, trial: Trial, *, asked: str, answered: str | None) -> None:
        """Keep a trial."""
        self.recorded.append(trial)
        self.answers[TrialKey.of(trial)] = answered

    def call_started(self, at_most: Usage) -> int:
        """Count a call."""
        self.calls += 1
        self.open[self.calls] = at_most
        return self.calls

    def call_ended(self, number: int, usage: Usage | None) -> None:
        """Count a call's end."""
        self.ended.append(usage)
        if usage is not None and None not in (usage.prompt_tokens, usage.completion_tokens):
            del self.open[number]

    def totals(self) -> CallTotals:
        """Return what was counted."""
        known = [usage for usage in self.ended if usage is not None and usage.completion_tokens is not None]
        return CallTotals(
            calls=self.calls,
            interrupted=self.calls - len(self.ended),
            unmetered=len(self.ended) - len(known),
            prompt_tokens=sum(usage.prompt_tokens or 0 for usage in known),
            completion_tokens=sum(usage.completion_tokens or 0 for usage in known),
            prompt_at_most=sum(usage.prompt_tokens or 0 for usage in self.open.values()),
            completion_at_most=sum(usage.completion_tokens or 0 for usage in self.open.values()),
        )


class Silent:
    """Progress that nobody watches; it remembers the notes."""

    def __init__(self) -> None:
        self.notes: list[str] = []

    def phase(self, title: str, *, expected_calls: int) -> None:
        """Do nothing."""

    def expect(self, calls: int) -> None:
        """Do nothing."""

    def trial(self, trial: Trial) -> None:
        """Do nothing."""

    def note(self, text: str) -> None:
        """Remember a note."""
        self.notes.append(text)
