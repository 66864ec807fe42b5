"""How a deadline moves: shortened, paused, resumed, extended. Pure arithmetic over what happened."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from groundstop.cases.clocks.calendars import FAR, BusinessDays, later
from groundstop.cases.clocks.rules import Period


@dataclass(frozen=True, slots=True)
class Shortened:
    """Severity or exposure changed: from here on another period applies, if it ends earlier."""

    at: datetime
    entry: str | None
    """The envelope of the statement that changed it."""
    period: Period
    why: str


@dataclass(frozen=True, slots=True)
class Held:
    """The clock is to stand still."""

    at: datetime
    entry: str
    by: str
    closing: bool = False
    """True when the case was closed, which holds every clock; false for a pause of this one."""


@dataclass(frozen=True, slots=True)
class Released:
    """The clock is to go on."""

    at: datetime
    entry: str
    by: str
    closing: bool = False
    """True when the case was reopened."""


@dataclass(frozen=True, slots=True)
class Extended:
    """The date is to be a later one."""

    at: datetime
    entry: str
    by: str
    until: datetime


Change = Shortened | Held | Released | Extended


@dataclass(frozen=True, slots=True)
class Course:
    """Where a deadline stands at a moment."""

    due: datetime
    """While it stands still, the date as it would be if it went on now."""
    held: bool
    moved: tuple[str, ...]
    """Envelopes of what moved it, in order."""
    notes: tuple[str, ...]
    """A sentence for each change, those without effect included."""


def first_due(start: datetime, period: Period, days: BusinessDays) -> datetime:
    """Return when a period that begins at a moment ends, if nothing moves it.

    Hours are exact. Days and business days end with a business day in the calendar's zone.
    """
    if period.hours is not None:
        return min(start + timedelta(hours=period.hours), FAR)
    began = days.day_of(start)
    if period.business_days is not None:
        return days.end_of(days.after(began, period.business_days))
    return days.end_of(days.rolled(later(began, period.days or 0)))


def course(
    start: datetime, period: Period, changes: Iterable[Change], days: BusinessDays, *, at: datetime
) -> Course:
    """Work out a deadline.

    Args:
        start: When the clock starts.
        period: How long it runs.
        changes: What happened to it; those before the start or after the moment are left out.
        days: The case's business days.
        at: The moment.

    Returns:
        The date and what moved it. A shorter period never makes it later; standing still for a time moves it
        by that time, to the end of the business day; an extension is taken to the minute as it was stated.
    """
    hand = _Hand(days, first_due(start, period, days), exact=period.hours is not None)
    for change in sorted(changes, key=lambda one: one.at):
        if start <= change.at <= at:
            hand.take(change)
    return Course(hand.due(at), bool(hand.holds), tuple(hand.moved), tuple(hand.notes))


@dataclass
class _Hand:
    days: BusinessDays
    raw: datetime
    """The date without rounding, and without the time for which the clock stands still now."""
    exact: bool
    """False for a date that ends with a business day."""
    holds: set[bool] = field(default_factory=set)
    still_since: datetime | None = None
    moved: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def due(self, at: datetime) -> datetime:
        moment = _later(self.raw, self._still(at))
        return moment if self.exact else self.days.closing(moment)

    def _still(self, at: datetime) -> timedelta:
        return timedelta(0) if self.still_since is None else at - self.still_since

    def take(self, change: Change) -> None:
        match change:
            case Shortened():
                self._shorten(change)
            case Held():
                self._hold(change)
            case Released():
                self._release(change)
            case Extended():
                self._extend(change)

    def _shorten(self, change: Shortened) -> None:
        due = first_due(change.at, change.period, self.days)
        if due >= self.due(change.at):
            return
        self.raw, self.exact = due - self._still(change.at), change.period.hours is not None
        if change.entry is not None:
            self.moved.append(change.entry)
        self.notes.append(
            f"Shortened on {day_words(change.at)} to {change.period.words} from then, for {change.why}."
        )

    def _hold(self, change: Held) -> None:
        if not self.holds and change.at > self.due(change.at):
            self._without_effect(change, "pause", "its date had passed")
        elif change.closing in self.holds:
            self._without_effect(change, "pause", "it stood still already")
        else:
            self.still_since = self.still_since or change.at
            self.holds.add(change.closing)
            self.moved.append(change.entry)
            what = "The case was closed" if change.closing else "Paused"
            self.notes.append(f"{what} on {day_words(change.at)} by {change.by}.")

    def _release(self, change: Released) -> None:
        if change.closing not in self.holds:
            self._without_effect(change, "resumption", "it did not stand still")
            return
        self.holds.remove(change.closing)
        self.moved.append(change.entry)
        what = "The case was reopened" if change.closing else "Resumed"
        self.notes.append(f"{what} on {day_words(change.at)} by {change.by}.")
        if not self.holds:
            self.raw, self.still_since = _later(self.raw, self._still(change.at)), None

    def _extend(self, change: Extended) -> None:
        due = self.due(change.at)
        if change.until <= due:
            self._without_effect(change, "extension", "it is to no later date")
            return
        self.raw, self.exact = change.until - self._still(change.at), True
        self.moved.append(change.entry)
        passed = f"; its date, {moment_words(due)}, had passed" if due < change.at else ""
        self.notes.append(
            f"Extended on {day_words(change.at)} by {change.by} to {moment_words(change.until)}{passed}."
        )

    def _without_effect(self, change: Held | Released | Extended, what: str, why: str) -> None:
        if not (isinstance(change, Held | Released) and change.closing):
            self.notes.append(f"The {what} of {day_words(change.at)} by {change.by} has no effect: {why}.")


def _later(moment: datetime, by: timedelta) -> datetime:
    return FAR if by >= FAR - min(moment, FAR) else moment + by


def moment_words(moment: datetime) -> str:
    """Return a moment as it stands in a sentence."""
    return f"{moment:%Y-%m-%d %H:%M} UTC"


def day_words(moment: datetime) -> str:
    """Return the day of a moment, in UTC."""
    return f"{moment:%Y-%m-%d}"
