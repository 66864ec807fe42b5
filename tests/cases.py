"""Signed cases for tests: five parties, one finding, and what each may say."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from groundstop.cases.attachments import finding_ref
from groundstop.cases.files import CaseFile
from groundstop.cases.speaking import Words, open_case, say
from groundstop.documents import Comparison, ReproductionOutcome
from groundstop.documents.cases import (
    AcceptedFixPlanned,
    Acknowledged,
    AttachedKind,
    AxisValue,
    BaselineDispute,
    CannotReproduce,
    FixClaimed,
    LegalObjection,
    MitigatedTemporarily,
    NotADefect,
    Opened,
    PartyEntry,
    Refused,
    Response,
    Role,
    Said,
    SeverityDispute,
    SeverityScore,
    VoluntaryWithdrawal,
    WontFix,
)
from groundstop.evidence import OwnKey, sign_corroboration
from groundstop.evidence.archive import write_archive
from tests.evidence_samples import SEALED, a_bundle, a_key, a_statement, alder, birch, cedar, elm

CASE_ID = "GSC-20260702-0123456789"
OPENED = SEALED + timedelta(hours=2)


def oak() -> OwnKey:
    """Return the authority's key."""
    return a_key("oak-office")


ROLES: Mapping[str, Role] = {
    "alder-lab": Role.REPORTER,
    "elm-models": Role.DEVELOPER,
    "birch-lab": Role.CORROBORATOR,
    "cedar-desk": Role.COORDINATOR,
    "oak-office": Role.AUTHORITY,
}


def keys() -> dict[str, OwnKey]:
    """Return the keys of all parties by name."""
    return {key.card.name: key for key in (alder(), elm(), birch(), cedar(), oak())}


def at(minutes: float) -> datetime:
    """Return a moment some minutes after the case was opened."""
    return OPENED + timedelta(minutes=minutes)


def an_opening(**changes: Any) -> Opened:
    """Return an opening of the sealed finding by its reporter."""
    values: dict[str, Any] = {
        "title": "The help desk tells its password",
        "findings": (finding_ref(a_bundle()),),
        "parties": tuple(
            PartyEntry(name=name, role=ROLES[name], card=key.card) for name, key in keys().items()
        ),
    }
    return Opened(**{**values, **changes})


@cache
def a_case() -> CaseFile:
    """Return a case that was just opened by alder-lab."""
    return opened_as()


def opened_as(key: OwnKey | None = None, **changes: Any) -> CaseFile:
    """Open a case; the changes are those of the opening."""
    key = key or alder()
    bundle = (a_bundle(), write_archive(a_bundle().members))
    return open_case(CASE_ID, an_opening(**changes), ROLES[key.card.name], [bundle], key, now=OPENED)


def says(
    case: CaseFile, by: str | OwnKey, said: Said, minutes: float, words: Words | None = None
) -> CaseFile:
    """Let a party say something some minutes after the case was opened."""
    key = keys()[by] if isinstance(by, str) else by
    return say(case, said, key, now=at(minutes), words=words or Words())[0]


def elms_rerun() -> bytes:
    """Return the developer's signed rerun."""
    return sign_corroboration(a_statement("elm-models", outcome=ReproductionOutcome.NOT_NOW), elm())


def birchs_rerun() -> bytes:
    """Return the corroborator's signed rerun."""
    return sign_corroboration(a_statement(), birch())


def a_score(**values: float) -> SeverityScore:
    """Return a score under the cyber profile."""
    axes = {"capability_gain": 0, **values}
    return SeverityScore(
        profile="cjs-2026-07-02",
        comparators="sha256:" + "0" * 64,
        assessed=OPENED,
        values=tuple(
            AxisValue(axis=name, value=value, reason="As measured.") for name, value in axes.items()
        ),
    )


def responses(comparison: Comparison) -> list[tuple[Response, Words]]:
    """Return each of the twelve responses of a developer, with what it needs attached."""
    later = at(60 * 24 * 10)
    rerun = Words(files=((AttachedKind.CORROBORATION, elms_rerun()),))
    compared = Words(files=((AttachedKind.COMPARISON, comparison.canonical()),))
    return [
        (Acknowledged(), Words()),
        (CannotReproduce(text="It did not come back."), rerun),
        (AcceptedFixPlanned(by=later), Words()),
        (MitigatedTemporarily(text="The desk asks a person first.", until=later), Words()),
        (FixClaimed(build="2.1", evidence="Forty calls, none of them told."), Words()),
        (
            NotADefect(
                requirement="The desk keeps the password of the day.",
                source="The desk's rules",
                requirement_version="3",
                text="What was told is yesterday's.",
            ),
            Words(),
        ),
        (BaselineDispute(text="Any desk tells it."), compared),
        (SeverityDispute(score=a_score(), text="It is informational."), Words()),
        (WontFix(accepted_by="Head of desks", risk="A password of the day lasts a day."), Words()),
        (Refused(text="The desk stays open."), Words()),
        (VoluntaryWithdrawal(models=("desk-helper",), effective=later), Words()),
        (LegalObjection(basis="The contract of the desk", text="The rerun was not agreed."), Words()),
    ]
