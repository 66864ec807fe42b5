"""What happened in a case, in time: every statement, every clock's fact, and the log proof of each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from groundstop.cases.state import CaseState, Entry, Sighting
from groundstop.cases.views import CaseView, Clock, ClockState
from groundstop.cases.weighing import Weighed, weighed
from groundstop.documents import Verification
from groundstop.documents.cases import (
    BaselineDispute,
    CaseClosed,
    CaseReopened,
    ClockName,
    Disclosed,
    Disputed,
    EvidenceGiven,
    InterestsChallenged,
    NoticeReceived,
    Opened,
    OrderTold,
    RecipientUnreachable,
    Refused,
    Requested,
    Response,
    Said,
    SeverityDispute,
)
from groundstop.reports.case_details import details
from groundstop.reports.case_words import (
    CLOCK_WORDS,
    MISSED_WORDS,
    label,
    listed,
    moment,
    numbers,
    own_words,
    plain_lines,
    statement_words,
)
from groundstop.reports.verification_words import VERDICT_NAMES
from groundstop.reports.words import plain


class EventKind(StrEnum):
    """What kind of thing happened; each has a mark of its own in the picture."""

    CASE = "the case opened, closed or reopened"
    STATEMENT = "statement"
    RESPONSE = "response of a developer or an operator"
    REFUSAL = "refusal"
    DISPUTE = "dispute"
    REQUEST = "request"
    MEASUREMENT = "rerun, comparator run or other evidence"
    VERIFICATION = "verification of a fix"
    DISCLOSURE = "notice given"
    RECEIPT = "notice received"
    UNREACHABLE = "recipient unreachable"
    ORDER = "order of an authority, or its lift"
    CLOCK_STARTED = "clock started"
    CLOCK_DUE = "date due"
    CLOCK_MET = "date met"
    NO_RESPONSE = "no response: a clock's fact, said by nobody"
    DATE_MISSED = "date missed: a clock's fact, said by nobody"
    SET_ASIDE = "set aside: does not count"


CLOCK_KINDS = frozenset(
    {
        EventKind.CLOCK_STARTED,
        EventKind.CLOCK_DUE,
        EventKind.CLOCK_MET,
        EventKind.NO_RESPONSE,
        EventKind.DATE_MISSED,
    }
)
"""Facts of a clock, which follow from statements and the time."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened, or is due."""

    kind: EventKind
    at: datetime | None
    """By its author's word; none for what was set aside."""
    party: str | None
    """Whose lane it is in; none for the whole case."""
    what: str
    """In a few words; safe to print."""
    words: str | None = None
    """In its author's own words."""
    number: int | None = None
    """Of the statement, in the order of the case; none for what is no statement that counts."""
    digest: str | None = None
    """Of the statement's envelope."""
    gone: str | None = None
    """How it was replaced or taken back; none while it stands."""
    proof: tuple[Sighting, ...] = ()
    """The logs that hold it."""
    rule: str | None = None
    """The rule that a clock's fact follows from."""

    @property
    def proved_by(self) -> str:
        """The proof in words: which logs hold it, at which place and since when, or that none does."""
        if self.kind in CLOCK_KINDS:
            return f"follows from the rule: {plain(self.rule or 'not stated')}"
        if self.kind is EventKind.SET_ASIDE:
            return "not looked up: it does not count"
        if not self.proof:
            return "in no log"
        held = tuple(f"{plain(one.keeper)} (entry {one.index}, {moment(one.logged)})" for one in self.proof)
        return f"logged by {listed(held)}"


def timeline_events(view: CaseView) -> tuple[Event, ...]:
    """Return everything that happened in a case, the earliest first, and what is due.

    Args:
        view: The case at a moment.

    Returns:
        The events with a time, in its order; after them what was set aside, which has none.
    """
    numbered = numbers(view.state.entries)
    clocks = (event for clock in view.clocks for event in clock_events(clock, numbered))
    timed = [*_statements(view, numbered), *clocks]
    return (*sorted(timed, key=_when), *_set_aside(view.state))


def _when(event: Event) -> datetime:
    if event.at is None:
        raise ValueError("an event of the timeline has a time")
    return event.at


def event_kind(said: Said) -> EventKind:
    """Return the kind of event that a statement is."""
    match said:
        case Opened() | CaseClosed() | CaseReopened():
            return EventKind.CASE
        case Refused():
            return EventKind.REFUSAL
        case Disputed() | BaselineDispute() | SeverityDispute() | InterestsChallenged():
            return EventKind.DISPUTE
        case Requested():
            return EventKind.REQUEST
        case EvidenceGiven():
            return EventKind.VERIFICATION if said.kind.value == "verification" else EventKind.MEASUREMENT
        case Disclosed():
            return EventKind.DISCLOSURE
        case NoticeReceived():
            return EventKind.RECEIPT
        case RecipientUnreachable():
            return EventKind.UNREACHABLE
        case OrderTold():
            return EventKind.ORDER
    return EventKind.RESPONSE if isinstance(said, Response) else EventKind.STATEMENT


def _statements(view: CaseView, numbered: Mapping[str, int]) -> Iterator[Event]:
    given = weighed(view)
    for entry in view.state.entries:
        more = details(entry.said, numbered)
        verdicts = _verdicts(given, entry)
        yield Event(
            kind=event_kind(entry.said),
            at=entry.at,
            party=entry.by,
            what=label(entry.said) + (f": {more}" if more else "") + verdicts,
            words=own_words(entry.said),
            number=numbered[entry.digest],
            digest=entry.digest,
            gone=_gone(entry, numbered),
            proof=entry.sightings,
        )


def _gone(entry: Entry, numbered: Mapping[str, int]) -> str | None:
    if entry.withdrawn_by is not None:
        return f"taken back by {statement_words(entry.withdrawn_by, numbered)}"
    if entry.amended_by is not None:
        return f"replaced by {statement_words(entry.amended_by, numbered)}"
    return None


def _verdicts(given: tuple[Weighed, ...], entry: Entry) -> str:
    found = [
        VERDICT_NAMES[one.evidence.document.verdict] + (", does not count" if one.why_not else "")
        for one in given
        if one.evidence.entry == entry.digest and isinstance(one.evidence.document, Verification)
    ]
    return f" ({'; '.join(found)})" if found else ""


def clock_words(clock: Clock) -> str:
    """Return what a clock waits for, and of whom."""
    return CLOCK_WORDS[clock.name] + (f" from {clock.party}" if clock.party else "")


def clock_events(clock: Clock, numbered: Mapping[str, int]) -> Iterator[Event]:
    """Yield the facts of a clock: that it started, what is due, what was met, and what never came.

    Args:
        clock: The clock.
        numbered: The number of each statement, by its envelope.
    """
    awaited = clock_words(clock)
    rule = plain_lines(clock.rule)

    def event(kind: EventKind, at: datetime, what: str) -> Event:
        return Event(kind, at, clock.party, plain(what), rule=rule)

    if clock.started is not None:
        yield event(EventKind.CLOCK_STARTED, clock.started, f"clock for {awaited} starts")
    if clock.due is not None:
        match clock.state:
            case ClockState.RUNNING:
                yield event(EventKind.CLOCK_DUE, clock.due, f"{awaited} is due")
            case ClockState.PAUSED:
                yield event(EventKind.CLOCK_DUE, clock.due, f"{awaited} would be due; the clock is paused")
            case ClockState.MISSED | ClockState.MET_LATE:
                silent = clock.name in (ClockName.ACKNOWLEDGE, ClockName.RESPOND)
                kind = EventKind.NO_RESPONSE if silent else EventKind.DATE_MISSED
                yield event(kind, clock.due, f"{MISSED_WORDS[clock.name]}; {awaited} was due")
    if clock.met is not None:
        late = ", late" if clock.state is ClockState.MET_LATE else ""
        by = f" by {statement_words(clock.by, numbered)}" if clock.by else ""
        yield event(EventKind.CLOCK_MET, clock.met, f"{awaited}: the date is met{by}{late}")


def _set_aside(state: CaseState) -> Iterator[Event]:
    for one in state.set_aside:
        yield Event(
            kind=EventKind.SET_ASIDE,
            at=None,
            party=one.by,
            what=f"a statement is set aside: {plain_lines(one.why)}",
            digest=one.digest,
        )
