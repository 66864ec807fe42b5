"""A case as JSON for other programs: its state at a moment, and its timeline. The names are stable."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from groundstop.cases.proofs import LogProofs
from groundstop.cases.records import plain_record, plain_value
from groundstop.cases.state import Entry, Sighting
from groundstop.cases.views import CaseView, Notice, RecipientAnswer
from groundstop.cases.weighing import Weighed, weighed
from groundstop.documents.cases import (
    BaselineDispute,
    Disputed,
    InterestsChallenged,
    Response,
    SeverityDispute,
)
from groundstop.reports.case_events import CLOCK_KINDS, Event, timeline_events
from groundstop.reports.case_words import label, numbers

Json = dict[str, Any]


def state_record(view: CaseView) -> Json:
    """Return the state of a case as plain JSON types; technical tier.

    Args:
        view: The case at a moment.
    """
    state = view.state
    numbered = numbers(state.entries)
    disputes = (Disputed, BaselineDispute, SeverityDispute, InterestsChallenged)
    return {
        "case": state.id,
        "title": state.opening.title,
        "as_of": plain_value(view.now),
        "opened": plain_value(state.opened),
        "opened_by": state.opener,
        "closed": None if view.closed is None else _entry(view.closed, numbered),
        "findings": [{**one.ref.to_json(), "present": one.finding is not None} for one in state.findings],
        "standing": None if view.standing is None else _entry(view.standing[0], numbered),
        "is_defect": view.is_defect,
        "exposure": view.exposure.value,
        "emergency": view.emergency,
        "parties": [
            {
                "name": one.name,
                "role": one.role.value,
                "key": one.card.key_id if one.card else None,
                "reachable": one.reachable,
                "withheld": one.withheld is not None,
                "identity": one.identity,
            }
            for one in state.parties
        ],
        "due": plain_value(view.due),
        "clocks": plain_value(view.clocks),
        "statements": [_entry(one, numbered) for one in state.entries],
        "responses": [_entry(one, numbered) for one in state.entries if isinstance(one.said, Response)],
        "requests": [_entry(one, numbered) for one, _ in view.requests],
        "disputes": [_entry(one, numbered) for one in state.entries if isinstance(one.said, disputes)],
        "interests": plain_value(view.interests),
        "corroborations": plain_value(view.corroborations),
        "severity": plain_value(view.severity),
        "evidence": [_evidence(one) for one in weighed(view)],
        "notices": [_notice(one) for one in view.notices],
        "embargo": plain_value(view.embargo),
        "forks": plain_value(state.forks),
        "set_aside": plain_value(state.set_aside),
        "missing": plain_value(state.missing),
    }


_NO_PROOFS = LogProofs()


def timeline_record(view: CaseView, proofs: LogProofs = _NO_PROOFS) -> Json:
    """Return the timeline of a case as plain JSON types, technical tier.

    Args:
        view: The case at a moment.
        proofs: The proofs of its logs; none when they are not at hand.
    """
    return {
        "case": view.state.id,
        "as_of": plain_value(view.now),
        "parties": [{"name": one.name, "role": one.role.value} for one in view.state.parties],
        "heads": [plain_record(one) for one in proofs.heads],
        "events": [_event(one, view.now, proofs) for one in timeline_events(view)],
    }


def _event(event: Event, now: datetime, proofs: LogProofs) -> Json:
    return {
        "kind": event.kind.name.lower(),
        "at": plain_value(event.at),
        "to_come": event.at is not None and event.at > now,
        "party": event.party,
        "what": event.what,
        "words": event.words,
        "number": event.number,
        "statement": event.digest,
        "stands": None if event.number is None else event.gone is None,
        "gone": event.gone,
        "clock": event.kind in CLOCK_KINDS,
        "rule": event.rule,
        "logs": [
            {**told, "proof": _proof(proofs, event.digest, seen)}
            for seen, told in zip(event.proof, _logs(event.proof), strict=True)
        ],
    }


def _proof(proofs: LogProofs, digest: str | None, seen: Sighting) -> Json | None:
    found = proofs.proofs.get((digest or "", seen.keeper, seen.index))
    return None if found is None else plain_record(found)


def _entry(entry: Entry, numbered: Mapping[str, int]) -> Json:
    return {
        "number": numbered.get(entry.digest),
        "statement": entry.digest,
        "by": entry.by,
        "role": entry.statement.role.value,
        "at": plain_value(entry.at),
        "label": label(entry.said),
        "said": entry.said.to_json(),
        "amends": entry.statement.amends,
        "amended_by": entry.amended_by,
        "withdrawn_by": entry.withdrawn_by,
        "stands": entry.stands,
        "summary": entry.statement.summary,
        "public": entry.statement.public,
        "logs": _logs(entry.sightings),
    }


def _logs(sightings: Iterable[Sighting]) -> list[Json]:
    return [
        {"keeper": one.keeper, "index": one.index, "logged": plain_value(one.logged)} for one in sightings
    ]


def _evidence(given: Weighed) -> Json:
    one = given.evidence
    return {
        "statement": one.entry,
        "by": one.by,
        "kind": one.attached.kind.value,
        "sha256": one.attached.sha256,
        "signer": one.signer,
        "present": one.document is not None,
        "counts": given.why_not is None,
        "problem": given.why_not,
    }


def _notice(notice: Notice) -> Json:
    return {
        "statement": notice.entry.digest,
        "by": notice.entry.by,
        "at": plain_value(notice.entry.at),
        "tier": notice.tier.value,
        "sha256": notice.notice_sha256,
        "recipients": plain_value(notice.recipients),
        "count": len(notice.recipients),
        "acknowledged": notice.count(RecipientAnswer.ACKNOWLEDGED),
        "silent": notice.count(RecipientAnswer.SILENT),
        "unreachable": notice.count(RecipientAnswer.UNREACHABLE),
    }
