"""The clocks of a case: one of each kind for each developer, and one for disclosure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from groundstop.cases.clocks.calendars import BusinessDays
from groundstop.cases.clocks.levels import LevelStep, level_at
from groundstop.cases.clocks.meeting import Met, claim_pending, expired, met, not_counted
from groundstop.cases.clocks.rules import ClockPolicy, PolicyRow, policy
from groundstop.cases.clocks.starting import Start, became_defect, own_log, told, why_no_fix
from groundstop.cases.clocks.timing import (
    Change,
    Course,
    Extended,
    Held,
    Released,
    Shortened,
    course,
    day_words,
    moment_words,
)
from groundstop.cases.standing import (
    ExposureStep,
    as_of,
    closed_of,
    exposure_steps,
    first_said,
    is_wider,
    lasts,
)
from groundstop.cases.state import CaseState, Entry
from groundstop.cases.views import Clock, ClockState
from groundstop.documents.cases import (
    CaseClosed,
    CaseReopened,
    ClockExtended,
    ClockName,
    ClockPaused,
    ClockResumed,
    Exposure,
    Opened,
    Role,
)

_OF_A_PARTY = (ClockName.ACKNOWLEDGE, ClockName.RESPOND, ClockName.FIX)
_Moved = ClockExtended | ClockPaused | ClockResumed


def check_opening(opened: Opened) -> None:
    """Check that the clocks of a case can run, before anybody signs its opening.

    Raises:
        InputError: The policy or the time zone is unknown, or a holiday is no date.
    """
    policy(opened.policy)
    BusinessDays(opened.calendar)


def clocks_of(state: CaseState, levels: Sequence[LevelStep], now: datetime) -> tuple[Clock, ...]:
    """Return the clocks of a case.

    Args:
        state: The case.
        levels: How the severity changed, as :func:`groundstop.cases.clocks.levels_of` gives it.
        now: The moment.

    Returns:
        For each developer the clocks to acknowledge, to respond and to fix, then that of the whole case to
        disclose. Whoever is silent has a clock that is missed; nothing is written in its name.

    Raises:
        InputError: The policy or the time zone of the case is unknown, or a holiday is no date.

    Source: docs/reference/clocks.md.
    """
    known = as_of(state, now)
    return tuple(_Maker(known, now, _Basis.of(known, levels)).clocks())


@dataclass(frozen=True, slots=True)
class _Basis:
    """What the dates of a case are counted by."""

    policy: ClockPolicy
    days: BusinessDays
    zone: str
    levels: tuple[LevelStep, ...]
    exposures: tuple[ExposureStep, ...]

    @classmethod
    def of(cls, state: CaseState, levels: Sequence[LevelStep]) -> _Basis:
        return cls(
            policy=policy(state.opening.policy),
            days=BusinessDays(state.opening.calendar),
            zone=state.opening.calendar.zone,
            levels=tuple(levels),
            exposures=exposure_steps(state),
        )


class _Maker:
    def __init__(self, state: CaseState, now: datetime, basis: _Basis) -> None:
        self.state, self.now, self.basis = state, now, basis

    def clocks(self) -> Iterator[Clock]:
        for party in self.state.of_role(Role.DEVELOPER):
            for name in _OF_A_PARTY:
                yield self._of_party(name, party.name)
        yield self._running(ClockName.DISCLOSE, None, Start(self.state.opened, "the opening"))

    def _of_party(self, name: ClockName, party: str) -> Clock:
        start = told(self.state, party)
        if start is None:
            return self._off(
                name, party, f"{party} was not told: no key of it is known, and no notice went to it."
            )
        if name is ClockName.FIX:
            since = became_defect(self.state)
            if since is None:
                return self._off(name, party, why_no_fix(self.state))
            if since > start.at:
                start = Start(since, "when it was stated that a requirement is broken")
        return self._running(name, party, start)

    def _off(self, name: ClockName, party: str, why: str) -> Clock:
        unused = [
            f"A statement of {entry.by} of {day_words(entry.at)} about this clock has no effect."
            for entry, _ in self._about(name, party)
        ]
        rule = " ".join([why, *unused])
        return Clock(name, party, ClockState.OFF, None, None, None, None, (), rule)

    def _running(self, name: ClockName, party: str | None, start: Start) -> Clock:
        end = met(self.state, name, party, self.now)
        horizon = max(start.at, self.now if end is None else min(end.at, self.now))
        row = self._row(name, start.at)
        changes = [*self._shortenings(name, start.at), *self._statements(name, party)]
        where = course(start.at, row.period, changes, self.basis.days, at=horizon)
        state = self._state(where, end)
        closed = closed_of(self.state) if state in (ClockState.RUNNING, ClockState.PAUSED) else None
        return Clock(
            name=name,
            party=party,
            state=state if closed is None else ClockState.OFF,
            started=start.at,
            due=where.due if closed is None else None,
            met=end.at if end else None,
            by=end.entry.digest if end else None,
            moved=where.moved,
            rule=" ".join(self._rule(name, party, row, start, where, end)),
        )

    def _state(self, where: Course, end: Met | None) -> ClockState:
        if end is not None:
            return ClockState.MET if end.at <= where.due else ClockState.MET_LATE
        if where.held:
            return ClockState.PAUSED
        return ClockState.RUNNING if self.now <= where.due else ClockState.MISSED

    def _row(self, name: ClockName, at: datetime) -> PolicyRow:
        return self.basis.policy.row(name, level_at(self.basis.levels, at), self._exposure(at))

    def _exposure(self, at: datetime) -> Exposure:
        reached = [one.exposure for one in self.basis.exposures if one.at <= at]
        return reached[-1] if reached else self.state.opening.exposure

    def _shortenings(self, name: ClockName, start: datetime) -> Iterator[Change]:
        """What shortens a clock: each wider exposure, and each severity above all that were there before."""
        reached = self.state.opening.exposure
        for one in self.basis.exposures:
            if one.at > start and is_wider(one.exposure, reached):
                period = self._row(name, one.at).period
                yield Shortened(one.at, one.entry, period, f"the exposure {one.exposure}")
            reached = one.exposure
        highest = level_at(self.basis.levels, start)
        for step in self.basis.levels:
            exposure = self._exposure(step.at)
            before, now = (self.basis.policy.rank(name, one, exposure) for one in (highest, step.level))
            if step.at > start and now > before:
                highest = step.level
                period = self._row(name, step.at).period
                yield Shortened(step.at, step.entry, period, f"the severity {step.level}")

    def _statements(self, name: ClockName, party: str | None) -> Iterator[Change]:
        for entry, said in self._about(name, party):
            # Reworded, it counts from when it was made; with another date, it is another one.
            at = first_said(self.state, entry, "clock", "party", "until").at
            match said:
                case ClockExtended():
                    yield Extended(at, entry.digest, entry.by, said.until)
                case ClockPaused():
                    yield Held(at, entry.digest, entry.by)
                case ClockResumed():
                    yield Released(at, entry.digest, entry.by)
        for entry, closing in self.state.standing(CaseClosed, CaseReopened):
            kind = Held if isinstance(closing, CaseClosed) else Released
            yield kind(entry.at, entry.digest, entry.by, closing=True)

    def _about(self, name: ClockName, party: str | None) -> Iterator[tuple[Entry, _Moved]]:
        """What was said of a clock; what names no party is about the clock of that name of every party."""
        for entry in self.state.entries:
            said = entry.said
            if not isinstance(said, _Moved) or said.clock is not name or said.party not in (None, party):
                continue
            if entry.stands or self._extended_until_replaced(entry):
                yield entry, said

    def _extended_until_replaced(self, entry: Entry) -> bool:
        """Whether it is an extension to another date than the one that replaced it: it held until then."""
        later = self.state.entry(entry.amended_by or "")
        if later is None or not isinstance(entry.said, ClockExtended) or not lasts(self.state, entry):
            return False
        return isinstance(later.said, ClockExtended) and later.said.until != entry.said.until

    def _rule(
        self, name: ClockName, party: str | None, row: PolicyRow, start: Start, where: Course, end: Met | None
    ) -> Iterator[str]:
        counted = "" if row.period.hours else f", to the end of the business day in {self.basis.zone}"
        yield f"{row.period.words}{counted}, from {start.why} ({moment_words(start.at)})."
        yield (
            "Its length is our own choice."
            if row.ours
            else f"Its source stands in the policy {self.state.opening.policy}."
        )
        yield from where.notes
        if party is not None and (known := own_log(self.state, party)):
            yield known
        if name is ClockName.FIX and party is not None:
            yield from not_counted(self.state, party)
        if end is None:
            if name is ClockName.FIX and party is not None and (pending := claim_pending(self.state, party)):
                yield pending
            return
        yield end.how
        if name is ClockName.FIX and (ended := expired(end.entry, self.state, self.now)):
            yield ended
        logged = [one.logged for one in end.entry.sightings if one.keeper != end.entry.by]
        if end.at <= where.due and logged and min(logged) > where.due and name is not ClockName.FIX:
            first = moment_words(min(logged))
            yield f"It is dated in time; the first log of another party that has it says {first}."
