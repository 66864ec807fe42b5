"""What lies ahead, and how far word went, as it is told: deadlines, requests, notices, the embargo."""

from __future__ import annotations

from datetime import datetime

from groundstop.cases.state import Entry
from groundstop.cases.tiers.taking import Taking
from groundstop.cases.tiers.told import (
    ToldClock,
    ToldCorroborations,
    ToldDue,
    ToldEmbargo,
    ToldNotice,
    ToldRequest,
)
from groundstop.cases.views import (
    Clock,
    ClockState,
    Corroborations,
    Due,
    EmbargoState,
    Notice,
    RecipientAnswer,
    RecipientState,
)
from groundstop.documents.cases import CaseStatement, ClockName, Demand, Requested, Tier


def tell_clock(take: Taking, clock: Clock) -> ToldClock:
    """Return a deadline as it is told."""
    return ToldClock(
        name=take.sure(clock, "name", ClockName).value,
        party=take.name(clock, "party"),
        state=take.sure(clock, "state", ClockState).value,
        due=take.one(clock, "due", datetime),
        met=take.one(clock, "met", datetime),
        rule=take.one(clock, "rule", str),
    )


def tell_due(take: Taking, due: Due) -> ToldDue:
    """Return what is due as it is told."""
    return ToldDue(
        party=take.name(due, "party") or "",
        what=take.sure(due, "what", str),
        by=take.one(due, "by", datetime),
        late=take.sure(due, "late", bool),
    )


def tell_request(take: Taking, request: tuple[Entry, Requested]) -> ToldRequest:
    """Return what a party was asked for as it is told; its author's summary where its text is not told."""
    entry, said = request
    statement = take.sure(entry, "statement", CaseStatement)
    return ToldRequest(
        by=take.name(statement, "by") or "",
        of=take.name(said, "of") or "",
        what=take.sure(said, "what", Demand).value,
        until=take.sure(said, "by", datetime),
        text=take.one(said, "text", str) or take.one(statement, "summary", str),
    )


def tell_corroborations(take: Taking, corroborations: Corroborations) -> ToldCorroborations:
    """Return how many reruns are asked for, and how many there are, as it is told."""
    counted = take.names(corroborations, "counted")
    return ToldCorroborations(
        wanted=take.sure(corroborations, "wanted", int),
        counted=len(counted),
        parties=counted,
        not_counted=tuple(
            (take.called(party), why) for party, why in take.many(corroborations, "not_counted", tuple)
        ),
        why=take.many(corroborations, "why", str),
    )


def tell_notice(take: Taking, notice: Notice) -> ToldNotice:
    """Return a disclosure as it is told: counts of what came back, and who could not be reached."""
    statement = take.sure(take.sure(notice, "entry", Entry), "statement", CaseStatement)
    recipients = take.many(notice, "recipients", RecipientState)
    answers = [take.sure(one, "answer", RecipientAnswer) for one in recipients]
    return ToldNotice(
        tier=take.sure(notice, "tier", Tier),
        by=take.name(statement, "by") or "",
        at=take.sure(statement, "created", datetime),
        sha256=take.one(notice, "notice_sha256", str),
        recipients=len(recipients),
        acknowledged=answers.count(RecipientAnswer.ACKNOWLEDGED),
        silent=answers.count(RecipientAnswer.SILENT),
        unreachable=answers.count(RecipientAnswer.UNREACHABLE),
        unreachable_names=tuple(
            take.name(one, "name") or ""
            for one, answer in zip(recipients, answers, strict=True)
            if answer is RecipientAnswer.UNREACHABLE
        ),
    )


def tell_embargo(take: Taking, embargo: EmbargoState) -> ToldEmbargo:
    """Return the embargo as it is told."""
    until, active = take.sure(embargo, "until", datetime), take.sure(embargo, "active", bool)
    return ToldEmbargo(until, active, take.one(embargo, "ended", str))
