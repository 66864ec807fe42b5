"""The first gate of a case: which stated requirement is broken; how far it reaches; whether it is open."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from groundstop.cases.rights import LEADING
from groundstop.cases.state import CaseState, Entry, named_in
from groundstop.documents.cases import (
    CaseClosed,
    CaseReopened,
    Disputed,
    Exposure,
    ExposureStated,
    NotADefect,
    Role,
    StandingStated,
)

Standing = tuple[Entry, StandingStated]

_MAY_STATE = LEADING | {Role.REPORTER}
_MAY_WIDEN = frozenset({Role.REPORTER, Role.DEVELOPER})
_WIDTHS = tuple(Exposure)
"""From the narrowest to the widest."""


def as_of(state: CaseState, now: datetime) -> CaseState:
    """Return a case as it was at a moment: without statements that are dated later, by their authors' word.

    The opening stays. What was replaced or taken back later stands again.
    """
    if all(entry.at <= now for entry in state.entries):
        return state
    opening = state.entries[0].digest
    said = {entry.digest for entry in state.entries if entry.at <= now or entry.digest == opening}
    entries = tuple(
        entry if _undone_by(entry) <= said else _without_later(entry, said)
        for entry in state.entries
        if entry.digest in said
    )
    evidence = tuple(one for one in state.evidence if one.entry in said)
    named = {party.name for entry in entries for party in named_in(entry.said)}
    parties = tuple(party for party in state.parties if party.name in named)
    return replace(state, entries=entries, evidence=evidence, parties=parties)


def _undone_by(entry: Entry) -> set[str]:
    return {one for one in (entry.amended_by, entry.withdrawn_by) if one is not None}


def _without_later(entry: Entry, said: set[str]) -> Entry:
    return replace(
        entry,
        amended_by=entry.amended_by if entry.amended_by in said else None,
        withdrawn_by=entry.withdrawn_by if entry.withdrawn_by in said else None,
    )


def lasts(state: CaseState, entry: Entry) -> bool:
    """Tell whether a statement, as its author worded it last, was not taken back."""
    while entry.amended_by is not None and (later := state.entry(entry.amended_by)) is not None:
        entry = later
    return entry.withdrawn_by is None


def first_said(state: CaseState, entry: Entry, *same: str) -> Entry:
    """Return the entry that a statement goes back to, by way of those that it replaces.

    Args:
        state: The case.
        entry: A statement.
        same: Names of fields of what is said. A statement in which one of them differs from the one that it
            replaces says another thing, and goes back no further.
    """
    while entry.statement.amends is not None:
        earlier = state.entry(entry.statement.amends)
        if earlier is None or any(
            getattr(earlier.said, name, None) != getattr(entry.said, name, None) for name in same
        ):
            break
        entry = earlier
    return entry


def standings_of(state: CaseState) -> tuple[Standing, ...]:
    """Return what each reporter, coordinator and authority stated last of the requirement, in order."""
    latest: dict[str, Standing] = {}
    for entry, said in state.standing(StandingStated):
        if entry.statement.role in _MAY_STATE:
            latest.pop(entry.by, None)
            latest[entry.by] = (entry, said)
    return tuple(latest.values())


def standing_of(state: CaseState) -> Standing | None:
    """Return what was stated last of the requirement; none when nothing was.

    What others stated, and that a developer disputes it, stays beside it: see :func:`standings_of` and
    :func:`standing_disputes`.
    """
    return next(reversed(standings_of(state)), None)


def standing_disputes(state: CaseState) -> tuple[Entry, ...]:
    """Return who disputes that a requirement is broken: ``not_a_defect``, and disputes of such a statement.

    They are the developer's and others' own words; they change neither the standing nor a clock.
    """
    stated = {entry.digest for entry in state.entries if isinstance(entry.said, StandingStated)}
    return tuple(
        entry
        for entry, said in state.standing(NotADefect, Disputed)
        if not isinstance(said, Disputed) or said.statement in stated
    )


@dataclass(frozen=True, slots=True)
class ExposureStep:
    """That the exposure changed."""

    at: datetime
    exposure: Exposure
    entry: str
    """The envelope of the statement that changed it."""


def exposure_steps(state: CaseState) -> tuple[ExposureStep, ...]:
    """Return how the exposure of a case changed since its opening, in time.

    A coordinator or an authority states it, wider or narrower. A reporter or a developer can make it wider,
    and never narrower. What others say of it is on record and changes nothing.
    """
    stated = [
        (first_said(state, entry, "exposure").at, place, entry, said)
        for place, (entry, said) in enumerate(state.standing(ExposureStated))
    ]
    steps: list[ExposureStep] = []
    reached = state.opening.exposure
    for at, _, entry, said in sorted(stated, key=lambda one: one[:2]):
        role, wider = entry.statement.role, is_wider(said.exposure, reached)
        if said.exposure is not reached and (role in LEADING or (role in _MAY_WIDEN and wider)):
            reached = said.exposure
            steps.append(ExposureStep(at, reached, entry.digest))
    return tuple(steps)


def exposure_of(state: CaseState) -> Exposure:
    """Return how far the weakness reaches; see :func:`exposure_steps` for whose word counts."""
    steps = exposure_steps(state)
    return steps[-1].exposure if steps else state.opening.exposure


def is_wider(exposure: Exposure, other: Exposure) -> bool:
    """Tell whether an exposure is wider than another."""
    return _WIDTHS.index(exposure) > _WIDTHS.index(other)


def is_emergency(exposure: Exposure) -> bool:
    """Tell whether an exposure is an emergency: the recipe is public, or the weakness is used."""
    return exposure in (Exposure.RECIPE_PUBLIC, Exposure.EXPLOITED)


def closed_of(state: CaseState) -> Entry | None:
    """Return the statement that closed the case; none while it is open."""
    last = [entry for entry, _ in state.standing(CaseClosed, CaseReopened)][-1:]
    return next((entry for entry in last if isinstance(entry.said, CaseClosed)), None)


def leader_of(state: CaseState) -> str:
    """Return who leads the case: the first coordinator with a key, else whoever opened it."""
    return next((one.name for one in state.of_role(Role.COORDINATOR) if one.reachable), state.opener)
