"""Statements as they are told: who, when, of which kind, and their author's words for the tier."""

from __future__ import annotations

from datetime import datetime
from typing import TypeVar

from groundstop.cases.state import Entry
from groundstop.cases.tiers.evidence import tell_model
from groundstop.cases.tiers.taking import Taking
from groundstop.cases.tiers.told import ToldStanding, ToldStatement
from groundstop.cases.views import CaseView
from groundstop.documents import ModelIdentity, Requirement
from groundstop.documents.cases import (
    AcceptedFixPlanned,
    CaseStatement,
    ChallengeUpheld,
    ClockExtended,
    Disputed,
    Embargo,
    FixClaimed,
    MitigatedTemporarily,
    NotADefect,
    NoticeReceived,
    OrderTold,
    RecipientUnreachable,
    Requested,
    Role,
    Said,
    StandingKind,
    StandingStated,
    VoluntaryWithdrawal,
    Withdrawn,
)

T = TypeVar("T")

_WORDS = ("text", "reason", "evidence", "basis", "risk")
"""Fields that hold a party's own words."""

_DATES = {
    AcceptedFixPlanned: "by",
    MitigatedTemporarily: "until",
    VoluntaryWithdrawal: "effective",
    Requested: "by",
    ClockExtended: "until",
    Embargo: "until",
}
"""The date that a statement names."""

_ABOUT = {
    Disputed: "statement",
    Withdrawn: "statement",
    ChallengeUpheld: "challenge",
    NoticeReceived: "disclosure",
    RecipientUnreachable: "disclosure",
}
"""The envelope that a statement is about."""

UNTOLD_TYPE = "statement"
"""The type of a statement that is told for its words alone."""


def tell_statement(take: Taking, entry: Entry) -> ToldStatement | None:
    """Return a statement as it is told; none when the tier has neither its type nor words of it."""
    statement = take.sure(entry, "statement", CaseStatement)
    said: Said = take.sure(statement, "said", object)  # type: ignore[assignment]
    kind = take.one(said, "type", str)
    text = _text(take, statement, said)
    if kind is None and text is None:
        return None
    date, about = _DATES.get(type(said)), _ABOUT.get(type(said))
    model = _of(take, said, FixClaimed, "model", ModelIdentity)
    withdrawn = take.one(entry, "withdrawn_by", str) is not None
    return ToldStatement(
        digest=take.sure(entry, "digest", str),
        by=_by(take, statement),
        role=take.sure(statement, "role", Role),
        at=take.sure(statement, "created", datetime),
        type=kind or UNTOLD_TYPE,
        text=text,
        date=None if date is None else take.one(said, date, datetime),
        build=_of(take, said, FixClaimed, "build", str),
        model=None if model is None else tell_model(take, model),
        withdraws=take.many(said, "models", str) if isinstance(said, VoluntaryWithdrawal) else (),
        cites=_cited(take, said),
        about=None if about is None else take.one(said, about, str),
        order=_of(take, said, OrderTold, "order", str),
        amends=take.one(statement, "amends", str),
        stands=take.one(entry, "amended_by", str) is None and not withdrawn,
        withdrawn=withdrawn,
    )


def tell_standing(take: Taking, view: CaseView) -> ToldStanding | None:
    """Return which requirement is said to be broken; none when nothing was said of one."""
    pair = take.one(view, "standing", tuple)
    if pair is None:
        return None
    entry, said = pair
    statement = take.sure(entry, "statement", CaseStatement)
    requirement = take.one(said, "requirement", Requirement)
    return ToldStanding(
        standing=take.sure(said, "standing", StandingKind),
        by=_by(take, statement),
        at=take.sure(statement, "created", datetime),
        requirement=None if requirement is None else take.one(requirement, "id", str),
        version=take.one(said, "requirement_version", str),
        source=None if requirement is None else take.one(requirement, "source", str),
        statement=None if requirement is None else take.one(requirement, "statement", str),
        text=_text(take, statement, said),
    )


def _of(take: Taking, said: Said, form: type[object], field: str, kind: type[T]) -> T | None:
    return take.one(said, field, kind) if isinstance(said, form) else None


def _cited(take: Taking, said: Said) -> str | None:
    requirement = _of(take, said, NotADefect, "requirement", str)
    if requirement is None:
        return None
    version = _of(take, said, NotADefect, "requirement_version", str)
    return f"{requirement} (version {version}, {_of(take, said, NotADefect, 'source', str)})"


def _by(take: Taking, statement: CaseStatement) -> str:
    return take.name(statement, "by") or ""


def _text(take: Taking, statement: CaseStatement, said: Said | StandingStated) -> str | None:
    """Return the words for the tier: the fullest that it may have."""
    fields = type(said).model_fields
    own = [text for field in _WORDS if field in fields and (text := take.one(said, field, str)) is not None]
    if own:
        return "\n\n".join(own)
    return take.one(statement, "summary", str) or take.one(statement, "public", str)
