"""From a case as it stands to what is told of it at a tier."""

from __future__ import annotations

from datetime import datetime

from groundstop.cases.state import CaseFinding, CaseState, Entry, Evidence, Fork, PartyState, SetAside
from groundstop.cases.tiers.evidence import (
    tell_finding,
    tell_model,
    tell_panel,
    tell_rerun,
    tell_verification,
)
from groundstop.cases.tiers.outlook import (
    tell_clock,
    tell_corroborations,
    tell_due,
    tell_embargo,
    tell_notice,
    tell_request,
)
from groundstop.cases.tiers.parties import tell_party
from groundstop.cases.tiers.scores import tell_fact, tell_range, tell_score, tell_step
from groundstop.cases.tiers.statements import tell_standing, tell_statement
from groundstop.cases.tiers.table import TLP, tier_table
from groundstop.cases.tiers.taking import Taking
from groundstop.cases.tiers.told import Told, ToldModel
from groundstop.cases.tiers.unknown import left_out, unknown
from groundstop.cases.views import (
    CaseView,
    Clock,
    Corroborations,
    Due,
    EmbargoState,
    Fact,
    NextStep,
    Notice,
    PartyInterests,
    Scored,
    Severity,
    SeverityRange,
)
from groundstop.cases.weighing import Weighed, weighed
from groundstop.documents import Comparison, Corroboration, ModelIdentity, Verification
from groundstop.documents.cases import Attached, CaseStatement, Exposure, FindingRef, Opened, Tier


def told(view: CaseView, tier: Tier) -> Told:
    """Return a case as it is told at a tier: the only thing that exports and pages for a tier take.

    Args:
        view: The case as it stands.
        tier: For whom. ``full`` tells what ``technical`` does: recipe and transcripts are never in a case's
            open part, and go as sealed parts to named readers.

    Returns:
        What the table of tiers lets that tier have.

    Raises:
        LookupError: A form or a field is in the case that the table does not have.
    """
    take = Taking(tier, tier_table(), view.state)
    state = take.sure(view, "state", CaseState)
    entries = take.many(state, "entries", Entry)
    opened = take.sure(take.sure(entries[0], "statement", CaseStatement), "said", Opened)
    severity = take.sure(view, "severity", Severity)
    measured = [
        (one, document)
        for one in _weighed(take, view)
        if (document := _document(take, one.evidence)) is not None
    ]
    statements = tuple(line for one in entries if (line := tell_statement(take, one)) is not None)
    step, embargo = take.one(severity, "next_step", NextStep), take.one(view, "embargo", EmbargoState)
    closed = take.one(view, "closed", Entry)
    interests = {one.party: one for one in take.many(view, "interests", PartyInterests)}
    parts = Told(
        case=take.sure(state, "id", str),
        title=take.sure(opened, "title", str),
        tier=tier,
        tlp=TLP[tier],
        as_of=take.sure(view, "now", datetime),
        opened=_at(take, entries[0]),
        closed=None if closed is None else _at(take, closed),
        models=_models(take, state),
        findings=tuple(tell_finding(take, one) for one in take.many(state, "findings", CaseFinding)),
        standing=tell_standing(take, view),
        exposure=take.sure(view, "exposure", Exposure),
        emergency=take.sure(view, "emergency", bool),
        parties=tuple(
            tell_party(take, party, interests.get(party.name))
            for party in take.many(state, "parties", PartyState)
        ),
        statements=statements,
        clocks=tuple(tell_clock(take, one) for one in take.many(view, "clocks", Clock)),
        due=tuple(tell_due(take, one) for one in take.many(view, "due", Due)),
        requests=tuple(tell_request(take, one) for one in take.many(view, "requests", tuple)),
        facts=tuple(tell_fact(take, one) for one in take.many(severity, "facts", Fact)),
        scores=tuple(tell_score(take, one) for one in take.many(severity, "scores", Scored)),
        ranges=tuple(tell_range(take, one) for one in take.many(severity, "ranges", SeverityRange)),
        next_step=None if step is None else tell_step(take, step),
        panels=tuple(
            tell_panel(take, one, document)
            for one, document in measured
            if isinstance(document, Comparison) and take.may(Comparison, "targets")
        ),
        reruns=tuple(
            tell_rerun(take, one, document)
            for one, document in measured
            if isinstance(document, Corroboration) and take.may(Corroboration, "reproduction")
        ),
        corroborations=tell_corroborations(take, take.sure(view, "corroborations", Corroborations)),
        verifications=tuple(
            tell_verification(take, one, document)
            for one, document in measured
            if isinstance(document, Verification) and take.may(Verification, "verdict")
        ),
        embargo=None if embargo is None else tell_embargo(take, embargo),
        notices=tuple(tell_notice(take, one) for one in take.many(view, "notices", Notice)),
        forks=len(take.many(state, "forks", Fork)),
        set_aside=len(take.many(state, "set_aside", SetAside)),
        missing=len(take.many(state, "missing", Attached)),
        unknown=(),
        left_out=left_out(take),
    )
    return unknown(parts)


def _weighed(take: Taking, view: CaseView) -> tuple[Weighed, ...]:
    """Return the measurements; whether each counts is told at every tier, why not is the table's to say."""
    return weighed(view) if take.may(CaseState, "evidence") else ()


def _document(take: Taking, evidence: Evidence) -> Corroboration | Verification | Comparison | None:
    found = take.one(evidence, "document", object)
    return found if isinstance(found, Corroboration | Verification | Comparison) else None


def _at(take: Taking, entry: Entry) -> datetime:
    return take.sure(take.sure(entry, "statement", CaseStatement), "created", datetime)


def _models(take: Taking, state: CaseState) -> tuple[ToldModel, ...]:
    """Return the models that the case is about: those of the findings, each once."""
    found: dict[ToldModel, None] = {}
    for finding in take.many(state, "findings", CaseFinding):
        identity = take.one(take.sure(finding, "ref", FindingRef), "model", ModelIdentity)
        if identity is not None:
            found[tell_model(take, identity)] = None
    return tuple(found)
