"""What is due in a case, from whom, and what happens next. No text of a party is in these words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from groundstop.cases.asking import answers_of, requests_of
from groundstop.cases.clocks.starting import told
from groundstop.cases.clocks.timing import day_words
from groundstop.cases.severity.counting import verified
from groundstop.cases.standing import (
    as_of,
    closed_of,
    exposure_of,
    first_said,
    is_emergency,
    leader_of,
    standing_of,
)
from groundstop.cases.state import CaseState
from groundstop.cases.views import (
    Clock,
    ClockState,
    Corroborations,
    DeclarationState,
    Due,
    EmbargoState,
    Notice,
    PartyInterests,
    RecipientAnswer,
)
from groundstop.documents.cases import (
    AcceptedFixPlanned,
    ClockName,
    Demand,
    FixClaimed,
    LeakReported,
    MitigatedTemporarily,
    Role,
    Tier,
)

_CLOCKS = {
    ClockName.ACKNOWLEDGE: "acknowledge the report; without a word by then the clock shows no response",
    ClockName.RESPOND: "say what comes of the report, beyond acknowledging it; then fix, dispute or refuse",
    ClockName.FIX: "mitigate the class, or withdraw the model; then another party verifies it",
    ClockName.DISCLOSE: "give a public notice",
}
_PASSED = {
    ClockName.ACKNOWLEDGE: "no response: the report is not acknowledged; next, reach the party another way",
    ClockName.RESPOND: "no response: nothing is said beyond acknowledging; next, decide without it",
    ClockName.FIX: "no verified fix: the class is not shown as mitigated; next, extend the date or disclose",
    ClockName.DISCLOSE: "no public notice was given; next, give it or extend the date",
}
_ASKED = {
    Demand.FIX: "a fix",
    Demand.WITHDRAW: "a withdrawal",
    Demand.INFORMATION: "information",
}
_PROMISES = (AcceptedFixPlanned, MitigatedTemporarily, FixClaimed)
_NO_DATE = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Worked:
    """What was worked out of a case before it can be said what is due."""

    clocks: Sequence[Clock]
    interests: Sequence[PartyInterests]
    corroborations: Corroborations
    notices: Sequence[Notice]
    embargo: EmbargoState | None


def due_of(state: CaseState, worked: Worked, now: datetime) -> tuple[Due, ...]:
    """Return what is due.

    Args:
        state: The case.
        worked: What was worked out of it at that moment.
        now: The moment.

    Returns:
        What is late first, then by date, then what has no date. Nothing, once the case is closed.
    """
    known = as_of(state, now)
    if closed_of(known) is not None:
        return ()
    found = [
        *_clocks(known, worked.clocks),
        *_promises(known, worked.clocks, now),
        *_requests(known, now),
        *_leading(known, worked),
        *_interests(known, worked.interests),
        *_notices(known, worked.notices),
    ]
    return tuple(sorted(found, key=lambda one: (not one.late, one.by or _NO_DATE, one.party, one.what)))


def _clocks(state: CaseState, clocks: Sequence[Clock]) -> Iterator[Due]:
    leader = leader_of(state)
    for party in state.of_role(Role.DEVELOPER):
        if told(state, party.name) is None:
            what = f"tell {party.name}: name it with a key, or give it a notice; no clock of it runs before"
            yield Due(leader, what, None, late=False)
    for clock in clocks:
        whose = clock.party or leader
        if clock.state is ClockState.RUNNING:
            yield Due(whose, _CLOCKS[clock.name], clock.due, late=False)
        elif clock.state is ClockState.MISSED:
            yield Due(whose, _PASSED[clock.name], clock.due, late=True)
        elif clock.state is ClockState.PAUSED:
            of = f" of {clock.party}" if clock.party else ""
            urgent = ", though it is an emergency" if is_emergency(exposure_of(state)) else ""
            what = f"resume the clock to {clock.name}{of}, which stands still{urgent}"
            yield Due(leader, what, None, late=False)


def _promises(state: CaseState, clocks: Sequence[Clock], now: datetime) -> Iterator[Due]:
    """Yield what developers said that they would do, and claims that wait for a verification."""
    for clock in clocks:
        open_fix = clock.name is ClockName.FIX and clock.met is None
        if not open_fix or clock.party is None:
            continue
        own = [entry for entry, _ in state.standing(*_PROMISES) if entry.by == clock.party]
        if not own:
            continue
        entry, promise = own[-1], own[-1].said
        if isinstance(promise, FixClaimed):
            since = first_said(state, entry, "build", "model").at
            if any(one.document.created > since for one in verified(state, now=now)):
                # Somebody has looked: what was found is shown, and the clock says what is still due.
                continue
            what = f"verify the fix that {clock.party} claims since {day_words(since)}"
            yield Due(_verifier(state), what, None, late=False)
        elif isinstance(promise, AcceptedFixPlanned):
            yield Due(clock.party, "claim the fix that it planned", promise.by, late=now > promise.by)
        elif isinstance(promise, MitigatedTemporarily) and promise.until is not None:
            what = "replace its temporary mitigation"
            yield Due(clock.party, what, promise.until, late=now > promise.until)


def _verifier(state: CaseState) -> str:
    return next((one.name for one in state.of_role(Role.CORROBORATOR) if one.reachable), leader_of(state))


def _requests(state: CaseState, now: datetime) -> Iterator[Due]:
    answers = answers_of(state)
    for entry, said in requests_of(state):
        if entry.digest not in answers:
            what = f"{_ASKED[said.what]}, as {entry.by} asks; a refusal is an answer too"
            yield Due(said.of, what, said.by, late=now > said.by)


def _leading(state: CaseState, worked: Worked) -> Iterator[Due]:
    leader = leader_of(state)
    if standing_of(state) is None:
        what = "state which requirement is broken, or that none is; until then no fix clock runs"
        yield Due(leader, what, None, late=False)
    lacking = worked.corroborations.wanted - len(worked.corroborations.counted)
    if lacking > 0:
        yield Due(
            leader, f"find {lacking} more independent rerun{'' if lacking == 1 else 's'}", None, late=False
        )
    if worked.embargo is not None and worked.embargo.active:
        yield Due(leader, "the embargo ends; then publish", worked.embargo.until, late=False)
    leaked = any(said.tier is Tier.FULL for _, said in state.standing(LeakReported))
    if leaked and not is_emergency(exposure_of(state)):
        yield Due(leader, "state the exposure: a leak of the recipe was reported", None, late=False)


def _interests(state: CaseState, interests: Sequence[PartyInterests]) -> Iterator[Due]:
    for one in interests:
        party = state.party(one.party)
        if one.state is DeclarationState.UNDECLARED and party is not None and party.reachable:
            yield Due(one.party, "declare its interests, or that it has none", None, late=False)
        if one.challenged:
            kinds = ", ".join(one.challenged)
            judge = _judge(state, one.party)
            yield Due(judge, f"uphold or leave the challenge of {one.party}: {kinds}", None, late=False)


def _judge(state: CaseState, challenged: str) -> str:
    judges = (*state.of_role(Role.COORDINATOR), *state.of_role(Role.AUTHORITY))
    return next((one.name for one in judges if one.reachable and one.name != challenged), leader_of(state))


def _notices(state: CaseState, notices: Sequence[Notice]) -> Iterator[Due]:
    reachable = {one.name for one in state.parties if one.reachable}
    for notice in notices:
        given = f"the {notice.tier} notice of {day_words(notice.entry.at)}"
        outside: list[str] = []
        for one in notice.recipients:
            if one.answer is RecipientAnswer.UNREACHABLE:
                yield Due(notice.entry.by, f"reach {one.name} another way with {given}", None, late=False)
            elif one.answer is RecipientAnswer.SILENT and one.name in reachable:
                yield Due(one.name, f"acknowledge {given}", None, late=False)
            elif one.answer is RecipientAnswer.SILENT:
                outside.append(one.name)
        if outside:
            more = f" and {len(outside) - 1} more" if len(outside) > 1 else ""
            what = (
                f"hear from {outside[0]}{more} about {given}: without a key in the case there is no receipt"
            )
            yield Due(notice.entry.by, what, None, late=False)
