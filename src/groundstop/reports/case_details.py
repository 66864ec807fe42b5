"""What each kind of statement in a case states, beside its author's own words."""

from __future__ import annotations

from collections.abc import Mapping

from groundstop.documents.cases import (
    AcceptedFixPlanned,
    BaselineDispute,
    ChallengeUpheld,
    ClockExtended,
    ClockName,
    ClockPaused,
    ClockResumed,
    Disclosed,
    Disputed,
    Embargo,
    EvidenceGiven,
    ExposureStated,
    FixClaimed,
    IdentityRevealed,
    Interest,
    InterestKind,
    InterestsChallenged,
    InterestsDeclared,
    LeakReported,
    MitigatedTemporarily,
    NotADefect,
    NoticeReceived,
    Opened,
    OrderTold,
    PartyNamed,
    RecipientUnreachable,
    Requested,
    Response,
    Said,
    Scored,
    SeverityDispute,
    SeverityScore,
    StandingStated,
    VoluntaryWithdrawal,
    Withdrawn,
    WontFix,
)
from groundstop.reports.case_words import (
    ASKED,
    CLOCK_WORDS,
    counted,
    listed,
    moment,
    plain_lines,
    statement_words,
)
from groundstop.reports.words import plain


def interest_words(interest: Interest) -> str:
    """Return an interest in a few words, with its period and its detail."""
    if interest.kind is InterestKind.NONE:
        return f"none, of its {interest.of.value}"
    told = f"{interest.kind.value} in {interest.in_party}, of its {interest.of.value}"
    if interest.since:
        told += f", since {interest.since:%Y-%m-%d}"
    if interest.until:
        told += f", until {interest.until:%Y-%m-%d}"
    return plain(told + (f" ({interest.detail})" if interest.detail else ""))


def score_words(score: SeverityScore) -> str:
    """Return the values of a score, without the reasons."""
    values = ", ".join(f"{one.axis} {one.value}" for one in score.values)
    raised = f", raised to {score.raised.to}" if score.raised else ""
    return plain(f"{score.profile}: {values}{raised}")


def details(said: Said, numbered: Mapping[str, int]) -> str:
    """Return what a statement says beside its author's own words; empty when there is nothing.

    Args:
        said: What is said.
        numbered: The number of each statement, by its envelope.
    """
    return plain_lines(_response(said) if isinstance(said, Response) else _coordination(said, numbered))


def _response(said: Said) -> str:
    match said:
        case AcceptedFixPlanned():
            return f"by {moment(said.by)}"
        case MitigatedTemporarily():
            return f"until {moment(said.until)}" if said.until else "until it is replaced"
        case FixClaimed():
            return f"build {said.build}"
        case NotADefect():
            return f"“{said.requirement}” ({said.source}, version {said.requirement_version})"
        case BaselineDispute():
            return "a comparator run is attached"
        case SeverityDispute():
            return score_words(said.score)
        case WontFix():
            return f"the risk is accepted by {said.accepted_by}"
        case VoluntaryWithdrawal():
            return f"{listed(said.models)}, in effect {moment(said.effective)}"
    return "its own rerun is attached" if said.type == "cannot_reproduce" else ""


def _coordination(said: Said, numbered: Mapping[str, int]) -> str:
    match said:
        case Opened():
            return f"{said.title}; {counted(len(said.findings), 'finding')}"
        case StandingStated():
            cited = (
                f", {said.requirement.id} in version {said.requirement_version}" if said.requirement else ""
            )
            return f"{said.standing.value}{cited}"
        case PartyNamed():
            keyless = "" if said.party.card else ", of whom no key is known"
            return f"{said.party.name}, {said.party.role.value}{keyless}"
        case IdentityRevealed():
            return f"{said.party} is {said.identity}"
        case InterestsDeclared():
            return "; ".join(interest_words(one) for one in said.interests)
        case InterestsChallenged():
            return f"of {said.party}: {said.interest.value}"
        case ChallengeUpheld():
            return statement_words(said.challenge, numbered)
        case Scored():
            return score_words(said.score)
        case EvidenceGiven():
            return said.kind.value
        case Requested():
            return f"{ASKED[said.what.value]} from {said.of}, by {moment(said.by)}"
        case Disputed() | Withdrawn():
            return statement_words(said.statement, numbered)
        case ExposureStated():
            return said.exposure.value
        case LeakReported():
            return f"of what was for the {said.tier.value} tier"
    return _clocks_and_notices(said, numbered)


def _clocks_and_notices(said: Said, numbered: Mapping[str, int]) -> str:
    match said:
        case ClockExtended():
            return f"{_clock(said.clock, said.party)} until {moment(said.until)}"
        case ClockPaused() | ClockResumed():
            return _clock(said.clock, said.party)
        case Embargo():
            return f"until {moment(said.until)}"
        case Disclosed():
            names = listed(tuple(one.name for one in said.recipients))
            return f"{said.tier.value} tier, to {names}"
        case NoticeReceived():
            return statement_words(said.disclosure, numbered)
        case OrderTold():
            where = f", at {said.where}" if said.where else ""
            return f"{said.order} {said.step.value}{where}"
        case RecipientUnreachable():
            return f"{said.recipient}, of {statement_words(said.disclosure, numbered)}"
    return ""


def _clock(name: ClockName, party: str | None) -> str:
    return f"for {CLOCK_WORDS[name]}" + (f" from {party}" if party else "")
