"""Parts for clocks: a case whose parties have keys, and the statements that move dates."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any

from groundstop.cases.clocks import clocks_of, levels_of
from groundstop.cases.state import CaseState, Entry, Evidence
from groundstop.cases.views import Clock
from groundstop.documents import KeyCard, PublicKey, Requirement
from groundstop.documents.cases import (
    ClockExtended,
    ClockName,
    ClockPaused,
    ClockResumed,
    Exposure,
    ExposureStated,
    Interest,
    InterestKind,
    InterestsDeclared,
    Opened,
    PartyEntry,
    Role,
    StandingKind,
    StandingStated,
)
from groundstop.documents.cases.parties import Holder
from tests.case_parts import (
    COORDINATOR,
    DEVELOPER,
    REPORTER,
    ROLES,
    START,
    entry,
    for_both,
    hours,
    opening,
    state_of,
)


def card_of(name: str) -> KeyCard:
    """Return a key card that stands for a party's."""
    return KeyCard(
        name=name,
        key_id=hashlib.sha256(name.encode()).hexdigest(),
        public_key=PublicKey(keytype="ed25519", scheme="ed25519", public="00" * 32),
        recipient="age1example",
        created=START,
    )


def party(name: str, role: Role | None = None, *, key: bool = True) -> PartyEntry:
    """Return a party as it is named, with a key unless that is not wanted."""
    return PartyEntry(name=name, role=role or ROLES[name], card=card_of(name) if key else None)


def keyed(without: tuple[str, ...] = (), **changes: Any) -> Opened:
    """Return an opening in which every party but some has a key."""
    parties = tuple(party(name, key=name not in without) for name in ROLES)
    return opening(**{"parties": parties, **changes})


def a_case(
    *said: Entry, opened: Opened | None = None, evidence: tuple[Evidence, ...] = (), defect: bool = True
) -> CaseState:
    """Return a case whose parties have keys, and which is a defect from half an hour on if that is wanted."""
    first = (is_defect(),) if defect else ()
    return state_of(*first, *said, opened=opened or keyed(), evidence=evidence)


def is_defect(at: float = 0.5, by: str = REPORTER) -> Entry:
    """Return that a requirement is said to be broken."""
    return standing(StandingKind.DEFECT, at, by)


def standing(kind: StandingKind, at: float = 0.5, by: str = REPORTER) -> Entry:
    """Return that something is said of the requirement."""
    cited = kind is StandingKind.DEFECT
    requirement = Requirement(id="keep-secret", statement="It does not tell the password.") if cited else None
    said = StandingStated(
        standing=kind,
        requirement=requirement,
        requirement_version="2026-05" if cited else None,
        text="As it is stated.",
    )
    return entry(by, said, at)


def clock(
    state: CaseState,
    name: ClockName,
    at: float | datetime = 1,
    *,
    of: str | None = DEVELOPER,
) -> Clock:
    """Return one clock of a case at a moment; a number is hours after the start."""
    now = at if isinstance(at, datetime) else hours(at)
    whose = None if name is ClockName.DISCLOSE else of
    return next(
        one for one in clocks_of(state, levels_of(state, now), now) if (one.name, one.party) == (name, whose)
    )


def paused(name: ClockName, at: float, party: str | None = DEVELOPER, **changes: Any) -> Entry:
    """Return that a clock is paused."""
    return entry(COORDINATOR, ClockPaused(clock=name, party=party, reason="talks"), at, **changes)


def resumed(name: ClockName, at: float, party: str | None = DEVELOPER) -> Entry:
    """Return that a clock goes on."""
    return entry(COORDINATOR, ClockResumed(clock=name, party=party), at)


def extended(
    name: ClockName, until: float | datetime, at: float, party: str | None = DEVELOPER, **changes: Any
) -> Entry:
    """Return that a date is moved."""
    later = until if isinstance(until, datetime) else hours(until)
    return entry(
        COORDINATOR, ClockExtended(clock=name, party=party, until=later, reason="a plan"), at, **changes
    )


def exposed(exposure: Exposure, at: float, by: str = REPORTER) -> Entry:
    """Return that somebody says how far it reaches."""
    return entry(by, ExposureStated(exposure=exposure, text="It was seen."), at)


def declares(by: str, *interests: Interest, at: float = 1, **changes: Any) -> Entry:
    """Return that a party declares its interests, or that it has none."""
    return entry(by, InterestsDeclared(interests=for_both(*interests)), at, **changes)


def interest(kind: InterestKind, in_party: str = DEVELOPER, **changes: Any) -> Interest:
    """Return an interest of an organisation."""
    return Interest(kind=kind, of=Holder.ORGANISATION, in_party=in_party, **changes)
