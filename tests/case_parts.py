"""Cases as values: entries and states, without keys and signatures, for what is worked out of them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from groundstop.cases.state import CaseFinding, CaseState, Entry, Evidence, PartyState
from groundstop.documents import ModelIdentity
from groundstop.documents.cases import (
    Attached,
    AttachedKind,
    CaseStatement,
    FindingRef,
    Holder,
    Interest,
    InterestKind,
    Opened,
    PartyEntry,
    Role,
    Said,
    needed_attachment,
)

CASE = "GSC-20260706-0123456789"
START = datetime(2026, 7, 6, 9, 0, tzinfo=UTC)
"""A Monday."""
REPORTER, DEVELOPER, AUTHORITY = "harbour-red-team", "alder-street-desk", "model-safety-office"
COORDINATOR, EVALUATOR, RESELLER = "quay-coordination", "county-evaluator", "lighthouse-cloud"
ROLES = {
    REPORTER: Role.REPORTER,
    DEVELOPER: Role.DEVELOPER,
    AUTHORITY: Role.AUTHORITY,
    COORDINATOR: Role.COORDINATOR,
    EVALUATOR: Role.CORROBORATOR,
    RESELLER: Role.OPERATOR,
}
MODEL = ModelIdentity(provider="alder", name="desk-helper", snapshot="v1")
FINDING = FindingRef(id="GSF-20260705-0123456789", content="sha256:" + "ab" * 32, model=MODEL)


def hours(number: float) -> datetime:
    """Return a moment some hours after the start."""
    return START + timedelta(hours=number)


def digest_for(text: str) -> str:
    """Return a digest that stands for an envelope."""
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()


def opening(**changes: Any) -> Opened:
    """Return an opening with every party of the example."""
    values: dict[str, Any] = {
        "title": "The help desk tells its password",
        "findings": (FINDING,),
        "parties": tuple(PartyEntry(name=name, role=role) for name, role in ROLES.items()),
    }
    return Opened(**{**values, **changes})


def for_both(*interests: Interest) -> tuple[Interest, ...]:
    """Return interests, with the word that there is none for whom none is given."""
    told = {one.of for one in interests}
    return (*interests, *(Interest(kind=InterestKind.NONE, of=one) for one in Holder if one not in told))


def entry(by: str, said: Said, at: float | datetime = 0, **changes: Any) -> Entry:
    """Return an entry that stands.

    Args:
        by: A party of the example.
        said: What it says.
        at: When; a number is hours after the start.
        changes: Other fields of the statement, such as ``summary`` or ``attached``; ``digest`` for the entry.
    """
    created = at if isinstance(at, datetime) else hours(at)
    digest = changes.pop("digest", None)
    needed = tuple(
        Attached(kind=kind, sha256=hashlib.sha256(kind.encode()).hexdigest(), size=1)
        for kind, _ in needed_attachment(said)
    )
    values: dict[str, Any] = {
        "case": CASE,
        "by": by,
        "role": ROLES[by],
        "number": 1,
        "previous": None,
        "seen": (),
        "created": created,
        "said": said,
        "attached": needed,
    }
    statement = CaseStatement(**{**values, **changes})
    return Entry(digest or digest_for(statement.canonical().decode()), statement, "00" * 32, ())


def state_of(*later: Entry, opened: Opened | None = None, evidence: Sequence[Evidence] = ()) -> CaseState:
    """Return the state of a case that the reporter opened at the start, with later entries as given."""
    first = entry(REPORTER, opened or opening())
    parties = tuple(PartyState(one.name, one.role, one.card) for one in (opened or opening()).parties)
    findings = tuple(CaseFinding(ref, None) for ref in (opened or opening()).findings)
    return CaseState(CASE, (first, *later), parties, findings, tuple(evidence))


__all__ = [
    "AUTHORITY",
    "CASE",
    "COORDINATOR",
    "DEVELOPER",
    "EVALUATOR",
    "FINDING",
    "MODEL",
    "REPORTER",
    "RESELLER",
    "ROLES",
    "START",
    "AttachedKind",
    "digest_for",
    "entry",
    "for_both",
    "hours",
    "opening",
    "state_of",
]
