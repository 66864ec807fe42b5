"""Which severity a case had, since when: what its clocks go by. Nothing that is said later changes it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from groundstop.cases.clocks.rules import UNKNOWN_LEVEL
from groundstop.cases.interests import interests_of
from groundstop.cases.severity import CJS, severity_of
from groundstop.cases.standing import as_of
from groundstop.cases.state import CaseState, Entry
from groundstop.cases.views import Corroborations, Scored
from groundstop.documents.cases import (
    AttachedKind,
    ChallengeUpheld,
    InterestsChallenged,
    InterestsDeclared,
    Opened,
    Withdrawn,
)
from groundstop.documents.cases import Scored as ScoredSaid

_MATTERS = (Opened, ScoredSaid, InterestsDeclared, InterestsChallenged, ChallengeUpheld, Withdrawn)
_NONE_ASKED = Corroborations(wanted=0, counted=(), not_counted=(), why=())
_MOMENT = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class LevelStep:
    """That the severity changed."""

    at: datetime
    level: str
    """The highest of the scores that counted then; ``unknown`` when none did."""
    entry: str | None
    """The envelope of the score that gives the level; none when there is none."""


def levels_of(state: CaseState, now: datetime) -> tuple[LevelStep, ...]:
    """Return how the severity of a case changed, in time.

    Args:
        state: The case.
        now: The moment; what is dated later is left out.

    Returns:
        A step for each change. What counted at a moment is what was known then: a score that its author
        replaced or took back later is there until it did. A score that was once measured against the newest
        comparators stays; newer ones make it stale in the range, and here they change nothing.
    """
    relevant = _relevant(state)
    steps: list[LevelStep] = []
    fresh: set[str] = set()
    reached: tuple[str, str | None] = (UNKNOWN_LEVEL, None)
    for at in _moments(relevant, now):
        scores = _scores(relevant, at)
        fresh |= {one.entry for one in scores if one.stale is None}
        counted = [one for one in scores if one.excluded is None and one.entry in fresh]
        highest = max(counted, key=lambda one: one.rank, default=None)
        level = (UNKNOWN_LEVEL, None) if highest is None else (highest.level, highest.entry)
        if level[0] != reached[0]:
            steps.append(LevelStep(at, *level))
            reached = level
    return tuple(steps)


def level_at(steps: Sequence[LevelStep], at: datetime) -> str | None:
    """Return the severity at a moment; none before there was any."""
    return next((one.level for one in reversed(steps) if one.at <= at), None)


def _relevant(state: CaseState) -> CaseState:
    """Return the part of a case that the severity follows from."""
    compared = {one.entry for one in state.evidence if one.attached.kind is AttachedKind.COMPARISON}
    entries = tuple(one for one in state.entries if isinstance(one.said, _MATTERS) or one.digest in compared)
    return replace(
        state,
        entries=entries if any(isinstance(one.said, ScoredSaid) for one in entries) else entries[:1],
        evidence=tuple(one for one in state.evidence if one.attached.kind is AttachedKind.COMPARISON),
    )


def _moments(state: CaseState, now: datetime) -> list[datetime]:
    """Return when the severity may have changed: something was said, or an interest began or ended."""
    said = {one.at for one in state.entries if not isinstance(one.said, Opened)}
    turns = {turn for one in state.entries for turn in _turns(one)}
    first = min((one.at for one in state.entries if isinstance(one.said, ScoredSaid)), default=now)
    return sorted(one for one in said | turns if first <= one <= now)


def _turns(entry: Entry) -> Iterator[datetime]:
    if isinstance(entry.said, InterestsDeclared):
        for one in entry.said.interests:
            if one.since is not None:
                yield one.since
            if one.until is not None:
                yield one.until + _MOMENT


def _scores(state: CaseState, at: datetime) -> list[Scored]:
    known = _last_scores(as_of(state, at))
    found = severity_of(known, interests_of(known, at), _NONE_ASKED, now=at).scores
    return [one for one in found if one.score.profile == CJS]


def _last_scores(state: CaseState) -> CaseState:
    """Return a case without the scores that do not stand, or that their author has followed by another."""
    last = {(one.by, said.score.profile): one.digest for one, said in state.standing(ScoredSaid)}
    kept = set(last.values())
    entries = (one for one in state.entries if not isinstance(one.said, ScoredSaid) or one.digest in kept)
    return replace(state, entries=tuple(entries))
