"""The measurements of a case that count, and why others do not: comparator runs, reruns, verifications."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from groundstop.cases.interests import conflict_of
from groundstop.cases.state import CaseState, Entry, Evidence
from groundstop.documents import (
    Comparison,
    Corroboration,
    FixVerdict,
    ModelIdentity,
    RateInterval,
    ReproductionOutcome,
    Verification,
)
from groundstop.documents.cases import AttachedKind, Role

MeasuredT = TypeVar("MeasuredT", Comparison, Corroboration)

_EXPIRES = frozenset({FixVerdict.CLASS_MITIGATED, FixVerdict.TECHNIQUE_BLOCKED})
"""Verdicts that hold for a time. What was shown to be open is no better for being old."""


def why_not(state: CaseState, evidence: Evidence, *, now: datetime | None) -> str | None:
    """Return why a measurement does not count, as the end of a sentence; none when it does.

    Args:
        state: The case as it is known at the moment; see :func:`groundstop.cases.standing.as_of`.
        evidence: A measurement of the case.
        now: The moment, by which a verification may have expired; none not to look at that.

    Returns:
        The first reason of these: its statement does not stand; it has a problem; a comparator run was not
        made on a model that was reported; nobody in the case signed it; and for a verification, that it is
        the fixer's own, that its party has a conflict of interest, that it is dated after the statement that
        gave it, or that it has expired. A rerun that counts is a valid measurement; whether it is one that
        the case asks for, :func:`groundstop.cases.corroborations.corroborations_of` says.
    """
    entry, document = state.entry(evidence.entry), evidence.document
    gone = evidence.problem or _gone(entry)
    if gone is not None or entry is None:
        return gone
    if isinstance(document, Comparison):
        return None if _on_reported(state, document) else "the reported model is not among its targets"
    if document is None:
        return "this copy of the case lacks its file"
    if evidence.signer is None:
        return "it is signed by no party of the case"
    if isinstance(document, Corroboration):
        return None
    return (
        _own_word(state, evidence.signer, document)
        or _wrongly_dated(entry, document)
        or conflict_of(state, evidence.signer, at=document.created)
        or _expired(document, now)
    )


@dataclass(frozen=True, slots=True)
class Verified:
    """A verification of a fix that was put into the case."""

    entry: Entry
    """The statement that gave it."""
    evidence: Evidence
    document: Verification
    problem: str | None
    """Why it does not count, as the end of a sentence; none when it does."""


def verifications(state: CaseState, *, now: datetime | None) -> tuple[Verified, ...]:
    """Return every verification of a case, in the order of the case, each with why it does not count.

    Args:
        state: The case as it is known at the moment.
        now: The moment; none not to look at what has expired.
    """
    return tuple(
        Verified(entry, evidence, evidence.document, why_not(state, evidence, now=now))
        for entry, evidence in _evidence(state)
        if isinstance(evidence.document, Verification)
    )


def verified(state: CaseState, *, now: datetime | None) -> tuple[Verified, ...]:
    """Return the verifications of a case that count, by when they were made; the last is the latest.

    One that is attached again later is no later one.

    Args:
        state: The case as it is known at the moment.
        now: The moment; none not to look at what has expired.
    """
    found = (one for one in verifications(state, now=now) if one.problem is None)
    return tuple(sorted(found, key=lambda one: one.document.created))


def counting(state: CaseState, kind: type[MeasuredT]) -> Iterator[tuple[Entry, Evidence, MeasuredT]]:
    """Yield the comparator runs or reruns that count, in the order of the case; see :func:`why_not`."""
    for entry, evidence in _evidence(state):
        if isinstance(evidence.document, kind) and why_not(state, evidence, now=None) is None:
            yield entry, evidence, evidence.document


@dataclass(frozen=True, slots=True)
class Comparators:
    """The comparator runs that were put into the case last, by one statement."""

    entry: Entry
    ids: frozenset[str]
    """Content ids of those that this copy has."""
    known: bool
    """False when this copy lacks one of them."""


def newest_comparators(state: CaseState) -> Comparators | None:
    """Return the newest comparator runs of a case; none when there are none."""
    lacking = set(state.missing)
    runs = [
        (entry, evidence)
        for entry, evidence in _evidence(state)
        if evidence.attached.kind is AttachedKind.COMPARISON
        and entry.stands
        # What is here and is no comparator run, or one of other models, is none, whatever it is said to be.
        and (_is_run(state, evidence) or evidence.attached in lacking)
    ]
    if not runs:
        return None
    entry = runs[-1][0]
    newest = [evidence for one, evidence in runs if one.digest == entry.digest]
    ids = (one.document.content_id for one in newest if one.document is not None)
    return Comparators(entry, frozenset(ids), all(_is_run(state, one) for one in newest))


def holds_comparators(state: CaseState, content_id: str) -> bool:
    """Tell whether a comparator run is among those of the case that count."""
    return any(run.content_id == content_id for _, _, run in counting(state, Comparison))


@dataclass(frozen=True, slots=True)
class Column:
    """What was measured on one model with the recipe, and asked plainly."""

    model: ModelIdentity
    rate: RateInterval
    baseline: RateInterval | None
    source: str


def columns_of(state: CaseState) -> tuple[Column, ...]:
    """Return what was measured on each model, by findings' panels and comparator runs; the latest of each."""
    columns: dict[tuple[str | None, ...], Column] = {}
    for one in state.findings:
        panel = one.finding.comparators if one.finding else None
        for comparator in panel.columns if panel else ():
            columns[_key(comparator.model)] = Column(
                comparator.model, comparator.rate, comparator.baseline, one.ref.id
            )
    for _, evidence, run in counting(state, Comparison):
        for target in run.targets:
            model = target.target.model
            source = f"comparator run by {evidence.by}"
            columns[_key(model)] = Column(model, target.rate, target.baseline, source)
    return tuple(one for one in columns.values() if one.rate.n)


def is_reported(state: CaseState, model: ModelIdentity) -> bool:
    """Tell whether a model is one that the findings are about: of the same name and snapshot, or weights."""
    reported = [one.ref.model for one in state.findings if one.ref.model is not None]
    return any(
        _key(one) == _key(model) or (one.digest is not None and one.digest == model.digest)
        for one in reported
    )


def reruns(state: CaseState) -> tuple[tuple[str, Corroboration], ...]:
    """Return the latest rerun of each finding by each party but the reporters, with the party's name."""
    latest: dict[tuple[str, str], Corroboration] = {}
    reporters = {party.name for party in state.of_role(Role.REPORTER)}
    for _, evidence, rerun in counting(state, Corroboration):
        signer = evidence.signer or rerun.corroborator
        if signer not in reporters:
            latest[signer, rerun.reproduction.finding] = rerun
    return tuple((signer, rerun) for (signer, _), rerun in latest.items())


def reproduced(rerun: Corroboration) -> bool:
    """Tell whether a rerun reproduced the finding."""
    return rerun.reproduction.outcome is ReproductionOutcome.REPRODUCED


@dataclass(frozen=True, slots=True)
class LatestVerified:
    """What a verification says, and whether somebody other than the fixer says it."""

    verification: Verification
    independent: bool
    """False for the fixer's own run, by its word or by the role of the party that signed it."""


def latest_verified(state: CaseState, finding: str) -> LatestVerified | None:
    """Return the latest verification of a finding that counts; else the latest of the fixer's own; or none.

    Whether it has expired is not looked at.

    Args:
        state: The case.
        finding: Content id of the finding.
    """
    given = [one for one in verifications(state, now=None) if one.document.finding == finding]
    given.sort(key=lambda one: one.document.created)
    counted = [one.document for one in given if one.problem is None]
    own = [one.document for one in given if _is_own_run(state, one)]
    return LatestVerified((counted or own)[-1], bool(counted)) if counted or own else None


def _is_own_run(state: CaseState, one: Verified) -> bool:
    signer = one.evidence.signer
    return signer is not None and one.problem == _own_word(state, signer, one.document) and bool(one.problem)


def _own_word(state: CaseState, signer: str, verification: Verification) -> str | None:
    fixer, party = verification.fixer, state.party(signer)
    if verification.own_run or (fixer is not None and fixer.name == signer):
        return "it is the fixer's own run"
    if party is None or party.role is Role.DEVELOPER:
        return "a developer's verification is its own word, and no independent one"
    return None


def _wrongly_dated(entry: Entry, verification: Verification) -> str | None:
    if verification.created > entry.at:
        return "it is dated after the statement that gave it"
    return "it had expired when it was given" if _expired(verification, entry.at) else None


def _expired(verification: Verification, now: datetime | None) -> str | None:
    ends = verification.expires
    if now is None or ends is None or now < ends or verification.verdict not in _EXPIRES:
        return None
    return f"it expired on {ends:%Y-%m-%d}"


def _gone(entry: Entry | None) -> str | None:
    if entry is None:
        return "its statement is not yet made"
    if entry.withdrawn_by is not None:
        return "the statement that put it in was taken back"
    return "the statement that put it in was replaced" if entry.amended_by is not None else None


def _evidence(state: CaseState) -> Iterator[tuple[Entry, Evidence]]:
    """Yield what was measured in the order of the case, with its statement, whether or not that stands."""
    entries = {entry.digest: (place, entry) for place, entry in enumerate(state.entries)}
    placed = [(*entries[one.entry], one) for one in state.evidence if one.entry in entries]
    for _, entry, evidence in sorted(placed, key=lambda one: one[0]):
        yield entry, evidence


def _is_run(state: CaseState, evidence: Evidence) -> bool:
    return isinstance(evidence.document, Comparison) and why_not(state, evidence, now=None) is None


def _on_reported(state: CaseState, run: Comparison) -> bool:
    """Tell whether a run was made on a model that was reported, as far as it is known which ones were."""
    if any(one.ref.model is None for one in state.findings):
        return True
    return any(is_reported(state, one.target.model) for one in run.targets)


def _key(model: ModelIdentity) -> tuple[str | None, ...]:
    return model.provider, model.name, model.snapshot
