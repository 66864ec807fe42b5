"""When a clock starts: when a developer was told, and when the case became one about a defect."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from groundstop.cases.clocks.timing import moment_words
from groundstop.cases.standing import first_said, standing_of
from groundstop.cases.state import CaseState
from groundstop.documents.cases import Disclosed, PartyNamed, StandingKind, StandingStated


@dataclass(frozen=True, slots=True)
class Start:
    """That a clock starts, and why then."""

    at: datetime
    why: str
    """The end of a sentence that begins with "from"."""


def told(state: CaseState, party: str) -> Start | None:
    """Return when a party was told of the case; none when nobody can have told it.

    It was told at the opening if a key of it is there, when it is first named with a key, or by the first
    notice to it; the earliest of these counts.
    """
    return min(_tellings(state, party), key=lambda one: one.at, default=None)


def _tellings(state: CaseState, party: str) -> Iterator[Start]:
    if any(one.name == party and one.card is not None for one in state.opening.parties):
        yield Start(state.opened, "the opening, which names it with a key")
    for entry, said in state.standing(PartyNamed):
        if said.party.name == party and said.party.card is not None:
            yield Start(entry.at, f"when {entry.by} named it with a key")
    for entry in state.entries:
        # That a notice was given stays true, however its author words the list of recipients later.
        notice = entry.said
        if isinstance(notice, Disclosed) and any(one.name == party for one in notice.recipients):
            yield Start(entry.at, f"the first notice to it, by {entry.by}")


def became_defect(state: CaseState) -> datetime | None:
    """Return since when a requirement is said to be broken; none when the latest word is another, or none."""
    if not _is_defect(state):
        return None
    since: datetime | None = None
    for entry, said in state.standing(StandingStated):
        if said.standing is not StandingKind.DEFECT:
            since = None
        elif since is None:
            since = first_said(state, entry, "standing").at
    return since


def _is_defect(state: CaseState) -> bool:
    latest = standing_of(state)
    return latest is not None and latest[1].standing is StandingKind.DEFECT


def why_no_fix(state: CaseState) -> str:
    """Return why a case has no fix clock, as one sentence."""
    latest = standing_of(state)
    if latest is None:
        return "Nobody has stated which requirement is broken: no fix clock runs until somebody does."
    entry, said = latest
    return f"{entry.by} states that it is a {said.standing}: no requirement is broken, and no fix clock runs."


def own_log(state: CaseState, party: str) -> str | None:
    """Return since when a party's own log has the case, as one sentence; none when that is not known."""
    logged = [one.logged for entry in state.entries for one in entry.sightings if one.keeper == party]
    return f"{party}'s own log has the case since {moment_words(min(logged))}." if logged else None
