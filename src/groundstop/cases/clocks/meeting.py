"""What meets a clock: a response, a verified fix, a public notice. Silence meets none."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import get_args

from groundstop.cases.rights import LEADING
from groundstop.cases.severity.counting import Verified, verifications, verified
from groundstop.cases.standing import first_said
from groundstop.cases.state import CaseFinding, CaseState, Entry
from groundstop.documents import FixVerdict, ModelIdentity
from groundstop.documents.cases import (
    Acknowledged,
    ClockName,
    Disclosed,
    FixClaimed,
    Response,
    Role,
    Tier,
    VoluntaryWithdrawal,
)

RESPONSES: tuple[type, ...] = get_args(Response)
"""The twelve."""


@dataclass(frozen=True, slots=True)
class Met:
    """That a clock was met."""

    at: datetime
    entry: Entry
    """The statement that met it."""
    how: str
    """One sentence."""


def met(state: CaseState, clock: ClockName, party: str | None, now: datetime) -> Met | None:
    """Return what met a clock; none when nothing did.

    A statement that its author reworded later counts from when it was first made; one that was taken back
    does not count. A notice that was given stays given.
    """
    if party is None:
        return _earliest(_notices(state))
    if clock is ClockName.FIX:
        return _fixed(state, party, now)
    return _earliest(_responses(state, party, every=clock is ClockName.ACKNOWLEDGE))


def _responses(state: CaseState, party: str, *, every: bool) -> Iterator[Met]:
    for entry in state.entries:
        if not entry.stands or entry.by != party or not isinstance(entry.said, RESPONSES):
            continue
        if every or not isinstance(entry.said, Acknowledged):
            first = first_said(state, entry)
            yield Met(first.at, first, f"Met by the response {entry.said.type}.")


def _notices(state: CaseState) -> Iterator[Met]:
    for entry in state.entries:
        # A developer's own notice is its own word, and ends no deadline that is there because of it.
        leads = entry.statement.role in (*LEADING, Role.REPORTER) or entry.by == state.opener
        if leads and isinstance(entry.said, Disclosed) and entry.said.tier is Tier.PUBLIC:
            yield Met(entry.at, entry, f"Met by the public notice of {entry.by}.")


def _fixed(state: CaseState, party: str, now: datetime) -> Met | None:
    """Every finding that concerns the party is dealt with: its class mitigated, or its model withdrawn."""
    ends: list[Met] = []
    for one in findings_of_party(state, party):
        end = _earliest((*_mitigated(state, party, one), *_withdrawn(state, party, one, now)))
        if end is None:
            return None
        ends.append(end)
    return max(ends, key=lambda one: one.at, default=None)


def _mitigated(state: CaseState, party: str, finding: CaseFinding) -> Iterator[Met]:
    """The latest verification that counts says that the class is mitigated; it counts from the claim.

    What an earlier one did not find mitigated was claimed in vain: a claim before it gives no date. That the
    latest one has expired since does not undo that it was met.
    """
    found = [one for one in verified(state, now=None) if _is_about(state, one, party, finding)]
    if not found or found[-1].document.verdict is not FixVerdict.CLASS_MITIGATED:
        return
    entry, verification = found[-1].entry, found[-1].document
    refuted = [one.entry for one in found if one.document.verdict is not FixVerdict.CLASS_MITIGATED]
    last = refuted[-1] if refuted else state.entries[0]
    after = state.entries.index(last)
    claims = [
        claim.at
        for claim in _claims(state, party)
        if claim.at <= verification.created and state.entries.index(claim) > after
    ]
    measured = max(verification.model.window_start or verification.created, last.at)
    at = max(claims, default=measured)
    since = "when the fix was claimed" if claims else "when it was measured"
    yield Met(at, entry, f"Met by {verification.by}'s verification: class mitigated; it counts from {since}.")


def _claims(state: CaseState, party: str) -> Iterator[Entry]:
    """Yield a party's claims of a fix, each as it was first made of that build."""
    for entry, _ in state.standing(FixClaimed):
        if entry.by == party:
            yield first_said(state, entry, "build", "model")


def _is_about(state: CaseState, one: Verified, party: str, finding: CaseFinding) -> bool:
    """Tell whether a verification is of a finding, and of a fix that a party made."""
    named = one.document.fixer
    fixer = None if named is None else named.name
    # With one developer in the case, a fixer that is no party of it can be nobody else.
    alone = len(state.of_role(Role.DEVELOPER)) == 1
    theirs = fixer == party or (alone and (fixer is None or state.party(fixer) is None))
    return theirs and one.document.finding == finding.ref.content


def _withdrawn(state: CaseState, party: str, finding: CaseFinding, now: datetime) -> Iterator[Met]:
    for entry, said in state.standing(VoluntaryWithdrawal):
        if entry.by == party and said.effective <= now and _covers(said, finding.ref.model):
            how = f"Met by the withdrawal of {', '.join(said.models)}."
            first = first_said(state, entry, "models", "effective")
            yield Met(max(said.effective, first.at), first, how)


def _covers(said: VoluntaryWithdrawal, model: ModelIdentity | None) -> bool:
    return model is None or bool(set(said.models) & _names(model))


def _names(model: ModelIdentity) -> set[str]:
    """Return the identifiers by which a model can be meant."""
    parts = (model.name, model.snapshot, model.provider)
    name, snapshot, provider = (None if part is None else _identifier(part) for part in parts)
    own = {name, *(_identifier(alias) for alias in model.aliases)}
    dated = {f"{one}-{snapshot}" for one in own} if snapshot else set()
    return {one for one in own | dated if one} | {f"{provider}-{one}" for one in own | dated}


def _identifier(text: str) -> str:
    return re.sub(r"[^a-z0-9._-]+", "-", text.lower())


def findings_of_party(state: CaseState, party: str) -> tuple[CaseFinding, ...]:
    """Return the findings that concern a developer: those on its models, or all if none names it."""
    own = tuple(one for one in state.findings if one.ref.model and one.ref.model.provider == party)
    return own or state.findings


def expired(entry: Entry, state: CaseState, now: datetime) -> str | None:
    """Return that the verification which met a clock has expired, as one sentence; none when it has not."""
    ended = [
        one.document.expires
        for one in verified(state, now=None)
        if one.entry.digest == entry.digest and one.document.expires is not None
    ]
    if not ended or now < min(ended):
        return None
    return f"It expired on {min(ended):%Y-%m-%d}: whether the class is mitigated now, it does not show."


def not_counted(state: CaseState, party: str) -> Iterator[str]:
    """Yield which verifications of a party's fix do not count, and why, as a sentence each."""
    findings = findings_of_party(state, party)
    for one in verifications(state, now=None):
        if one.problem is not None and any(_is_about(state, one, party, finding) for finding in findings):
            by, day = one.document.by, one.entry.at
            yield f"The verification by {by}, given on {day:%Y-%m-%d}, does not count: {one.problem}."


def claim_pending(state: CaseState, party: str) -> str | None:
    """Return that a party claims a fix which nobody has verified, as one sentence; or none."""
    claims = list(_claims(state, party))
    if not claims:
        return None
    return (
        f"A fix is claimed since {claims[-1].at:%Y-%m-%d}; a claim alone does not meet it. If "
        "another party's verification says that the class is mitigated, it counts from the claim."
    )


def _earliest(found: Iterator[Met] | tuple[Met, ...]) -> Met | None:
    return min(found, key=lambda one: one.at, default=None)
