"""What is worked out of a case's state at a moment: standing, clocks, interests, severity, notices.

Each is made by a module of its own; all of them together are the view that pages and exports show.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from groundstop.cases.state import CaseState, Entry
from groundstop.documents.cases import (
    ClockName,
    Exposure,
    Interest,
    InterestKind,
    Requested,
    SeverityScore,
    StandingKind,
    StandingStated,
    Tier,
)


class ClockState(StrEnum):
    """How a deadline stands."""

    RUNNING = "running"
    PAUSED = "paused"
    MET = "met"
    MET_LATE = "met late"
    MISSED = "missed"
    """Its date is past, and nothing was said: the fact that a developer's silence is."""
    OFF = "off"
    """It does not run: the case is no defect, or nothing has started it."""


@dataclass(frozen=True, slots=True)
class Clock:
    """A deadline of a party, or of the whole case."""

    name: ClockName
    party: str | None
    """Whose it is; none for that of the whole case."""
    state: ClockState
    started: datetime | None
    due: datetime | None
    """None while it is off; while it is paused, the date as it would be if it went on now."""
    met: datetime | None
    by: str | None
    """The envelope of the statement that met it."""
    moved: tuple[str, ...]
    """Envelopes of what extended, paused, resumed or shortened it, in order."""
    rule: str
    """The rule that gives the date, with its source."""


@dataclass(frozen=True, slots=True)
class Due:
    """What is due next, and from whom."""

    party: str
    what: str
    by: datetime | None
    late: bool


class DeclarationState(StrEnum):
    """What is known of a party's interests."""

    UNDECLARED = "undeclared"
    NONE = "none declared"
    CONFLICT = "conflict"
    """An interest was declared, or a challenge was upheld."""
    CHALLENGED = "challenged"
    """Somebody holds that the declaration leaves something out; nobody has upheld it yet."""


@dataclass(frozen=True, slots=True)
class PartyInterests:
    """What a party has to gain or to lose, and what follows from it."""

    party: str
    state: DeclarationState
    interests: tuple[Interest, ...]
    """As declared last; "none" stands there as it was said."""
    challenged: tuple[InterestKind, ...]
    upheld: tuple[InterestKind, ...]
    may_score: bool
    why: str
    """One sentence: the rule that was applied."""


@dataclass(frozen=True, slots=True)
class Corroborations:
    """How many independent reruns the case asks for, and has."""

    wanted: int
    counted: tuple[str, ...]
    """Parties whose rerun reproduced it and counts."""
    not_counted: tuple[tuple[str, str], ...]
    """Parties whose rerun does not count, each with the reason."""
    why: tuple[str, ...]
    """The reasons for the number wanted, one sentence each."""


@dataclass(frozen=True, slots=True)
class Scored:
    """One scorer's severity."""

    party: str
    entry: str
    score: SeverityScore
    total: float | None
    """The sum of the axes, where the profile has one; none where scoring stopped."""
    level: str
    """The profile's word for the result, raised where it was raised."""
    rank: int
    """The level's place on the profile's scale, 0 the lowest."""
    deciding: tuple[str, ...]
    """The axes on which one step either way gives another level."""
    excluded: str | None
    """Why it is left out of the range; none when it counts."""
    stale: str | None
    """Why it no longer holds; none when it does."""


@dataclass(frozen=True, slots=True)
class SeverityRange:
    """The lowest and the highest level, under one profile, of the scores that count. Never an average."""

    profile: str
    lowest: str
    highest: str
    scorers: int


@dataclass(frozen=True, slots=True)
class Fact:
    """A measured fact of layer F."""

    code: str
    """``F1`` to ``F11``."""
    what: str
    value: str | None
    """With its count and interval; none when it was not measured."""
    source: str | None
    """Where it was measured: a finding, a rerun, a verification."""


@dataclass(frozen=True, slots=True)
class NextStep:
    """The recommended next step, by a decision table that is ours and says so."""

    step: str
    why: str
    table: str
    """Name and version of the table."""


@dataclass(frozen=True, slots=True)
class Severity:
    """Measured facts above judged axes; scores side by side."""

    facts: tuple[Fact, ...]
    scores: tuple[Scored, ...]
    ranges: tuple[SeverityRange, ...]
    next_step: NextStep


class RecipientAnswer(StrEnum):
    """What came back from a recipient of a notice."""

    ACKNOWLEDGED = "acknowledged"
    SILENT = "no answer"
    UNREACHABLE = "unreachable"


@dataclass(frozen=True, slots=True)
class RecipientState:
    """A recipient of a notice."""

    name: str
    answer: RecipientAnswer
    at: datetime | None
    """When it acknowledged."""


@dataclass(frozen=True, slots=True)
class Notice:
    """A disclosure, and how far it reached."""

    entry: Entry
    tier: Tier
    notice_sha256: str
    recipients: tuple[RecipientState, ...]

    def count(self, answer: RecipientAnswer) -> int:
        """Return how many recipients gave an answer."""
        return sum(one.answer is answer for one in self.recipients)


@dataclass(frozen=True, slots=True)
class EmbargoState:
    """Until when nothing is to be published, and whether that holds."""

    until: datetime
    entry: str
    ended: str | None
    """Why it ended before its time: released early, or leaked; none when it did not."""
    active: bool


@dataclass(frozen=True, slots=True)
class CaseView:
    """A case as it stands at a moment."""

    state: CaseState
    now: datetime
    standing: tuple[Entry, StandingStated] | None
    """What was stated last of the requirement; none when nothing was, and no fix clock runs."""
    exposure: Exposure
    emergency: bool
    clocks: tuple[Clock, ...]
    due: tuple[Due, ...]
    requests: tuple[tuple[Entry, Requested], ...]
    interests: tuple[PartyInterests, ...]
    corroborations: Corroborations
    severity: Severity
    notices: tuple[Notice, ...]
    embargo: EmbargoState | None
    closed: Entry | None

    @property
    def is_defect(self) -> bool:
        """Whether a stated requirement is said to be broken: only then does a fix clock run."""
        return self.standing is not None and self.standing[1].standing is StandingKind.DEFECT
