"""A whole case as a view, for reports: clocks in every state, within months or within a minute."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from groundstop.cases.state import CaseState, Entry, Evidence, Fork, SetAside, Sighting
from groundstop.cases.views import (
    CaseView,
    Clock,
    ClockState,
    Corroborations,
    Due,
    EmbargoState,
    Notice,
    RecipientAnswer,
    RecipientState,
)
from groundstop.documents import FixVerdict, ReproductionOutcome, Requirement
from groundstop.documents.cases import (
    AcceptedFixPlanned,
    Acknowledged,
    Attached,
    AttachedKind,
    BaselineDispute,
    ClockExtended,
    ClockName,
    Demand,
    Disclosed,
    Disputed,
    Embargo,
    Exposure,
    FixClaimed,
    Holder,
    Interest,
    InterestKind,
    InterestsDeclared,
    NoticeReceived,
    Recipient,
    RecipientUnreachable,
    Refused,
    Remark,
    Requested,
    StandingKind,
    StandingStated,
    Tier,
    WithheldIdentity,
)
from groundstop.documents.cases import Scored as ScoreGiven
from tests.case_opinions import AXES, interests_of_the_story, severity_of_the_story
from tests.case_parts import (
    AUTHORITY,
    COORDINATOR,
    DEVELOPER,
    EVALUATOR,
    MODEL,
    REPORTER,
    RESELLER,
    START,
    digest_for,
    entry,
    for_both,
)
from tests.evidence_samples import alder, birch
from tests.severity_parts import (
    OTHER_MODEL,
    THIRD_MODEL,
    a_comparison,
    a_rerun,
    a_verification,
    case,
    given,
    score,
)
from tests.verification_parts import interval

DAY = 24.0
POLICY = "groundstop-2026: 45 calendar days from the notice, as coordinated disclosure has it"


def _logged(one: Entry, index: int, keepers: tuple[str, ...] = (REPORTER, DEVELOPER)) -> Entry:
    """Return an entry that parties' logs hold, the later ones ten minutes after each other."""
    seen = tuple(
        Sighting(keeper, index + 2 * place, one.at + timedelta(minutes=10 * place))
        for place, keeper in enumerate(keepers)
    )
    return replace(one, sightings=seen)


def said_in_the_story(pace: float = 1.0) -> list[Entry | tuple[Entry, Evidence]]:
    """Return what is said and given in the story, at a pace: 1 takes it over two months.

    Args:
        pace: What the hours between two statements are multiplied with.
    """
    standing = StandingStated(
        standing=StandingKind.DEFECT,
        requirement=Requirement(
            id="keep-secret",
            statement="The help desk never tells its password.",
            source="Alder safety policy",
        ),
        requirement_version="2026-05",
        text="The policy has held since May, and the desk tells the password when asked for a list.",
    )
    reseller = Interest(kind=InterestKind.RESELLER, of=Holder.ORGANISATION, in_party=DEVELOPER, since=START)
    equity = Interest(
        kind=InterestKind.EQUITY, of=Holder.PERSON, in_party=DEVELOPER, detail="two of five partners"
    )
    none = Interest(kind=InterestKind.NONE, of=Holder.ORGANISATION)
    told = Disclosed(
        tier=Tier.TECHNICAL,
        recipients=(
            Recipient(name=DEVELOPER, party=True),
            Recipient(name=RESELLER, party=True),
            Recipient(name="harbour-hosting", party=False),
            Recipient(name="quiet-cloud", party=False),
        ),
    )
    standing_said = entry(REPORTER, standing, 1 * pace, summary="The desk's own policy forbids it.")
    disclosed = entry(REPORTER, told, 4 * pace)
    planned = entry(
        DEVELOPER,
        AcceptedFixPlanned(by=START + timedelta(days=40), text="A filter that reads lists."),
        6 * DAY * pace,
        digest=digest_for("planned"),
        summary="We accept the finding and plan a fix.",
        public="We are working on a fix.",
    )
    panel = a_comparison(
        (OTHER_MODEL, interval(18, 40), interval(17, 40)), (THIRD_MODEL, interval(1, 40), None)
    )
    baseline, run = given(DEVELOPER, panel, 9 * DAY * pace)
    baseline = entry(
        DEVELOPER,
        BaselineDispute(text="Two other desks tell as much when asked in the same way."),
        9 * DAY * pace,
        attached=baseline.statement.attached,
        summary="Other models do the same, so the gain is small.",
    )
    claimed = entry(
        DEVELOPER,
        FixClaimed(build="desk-helper v1.1", model=MODEL, evidence="0 of 200 asked again in our own run."),
        20 * DAY * pace,
        summary="The fix is out.",
        public="A fixed version is out.",
    )
    blocked = a_verification(
        FixVerdict.TECHNIQUE_BLOCKED,
        created=START + timedelta(days=26 * pace),
        expires=START + timedelta(days=116),
    )
    verified, verification = given(EVALUATOR, blocked, 27 * DAY * pace)
    rerun = given(EVALUATOR, a_rerun(EVALUATOR, ReproductionOutcome.REPRODUCED, 17, 20), 3 * DAY * pace)
    return [
        standing_said,
        entry(REPORTER, InterestsDeclared(interests=for_both(reseller, equity)), 2 * pace),
        entry(EVALUATOR, InterestsDeclared(interests=for_both(none)), 2.5 * pace),
        entry(REPORTER, Embargo(until=START + timedelta(days=90), text="Until a fix is verified."), 3 * pace),
        disclosed,
        entry(DEVELOPER, NoticeReceived(disclosure=disclosed.digest), 5 * pace),
        entry(
            REPORTER,
            RecipientUnreachable(
                disclosure=disclosed.digest, recipient="quiet-cloud", text="No address answers."
            ),
            6 * pace,
        ),
        entry(DEVELOPER, Acknowledged(text="We look at it."), 8 * pace, summary="We look at it."),
        rerun,
        entry(EVALUATOR, ScoreGiven(score=score(AXES)), 4 * DAY * pace),
        planned,
        (baseline, replace(run, entry=baseline.digest)),
        entry(
            AUTHORITY,
            Requested(
                of=DEVELOPER,
                what=Demand.WITHDRAW,
                by=START + timedelta(days=12),
                text="Until the fix is verified.",
            ),
            10 * DAY * pace,
            summary="We ask that the model be withdrawn until the fix is verified.",
        ),
        entry(
            DEVELOPER, Refused(text="We keep it on offer."), 11 * DAY * pace, summary="We keep it on offer."
        ),
        entry(
            COORDINATOR,
            ClockExtended(
                clock=ClockName.FIX,
                party=DEVELOPER,
                until=START + timedelta(days=45),
                reason="It was a holiday.",
            ),
            12 * DAY * pace,
        ),
        claimed,
        (verified, verification),
        entry(
            REPORTER,
            Disputed(statement=claimed.digest, text="Variants of the same way of asking still get through."),
            28 * DAY * pace,
            summary="The fix blocks one wording only.",
        ),
        entry(COORDINATOR, Remark(text="Both sides meet on Thursday."), 29 * DAY * pace),
    ]


def a_story_state(pace: float = 1.0) -> CaseState:
    """Return the state of the story's case: logged, with one statement replaced and one in no log."""
    state = case(*said_in_the_story(pace))
    entries = [_logged(one, index) for index, one in enumerate(state.entries)]
    entries[-1] = replace(entries[-1], sightings=())
    planned = next(at for at, one in enumerate(entries) if isinstance(one.said, AcceptedFixPlanned))
    claimed = next(one for one in entries if isinstance(one.said, FixClaimed))
    entries[planned] = replace(entries[planned], amended_by=claimed.digest)
    cards = {DEVELOPER: alder().card, REPORTER: birch().card}
    parties = [replace(one, card=cards.get(one.name)) for one in state.parties]
    hidden = WithheldIdentity(commitment="77" * 32, held_by=COORDINATOR)
    parties[0] = replace(parties[0], withheld=hidden)
    return replace(state, entries=tuple(entries), parties=tuple(parties))


def a_story(pace: float = 1.0, *, days: float = 60) -> CaseView:
    """Return the story as it stands some days after the start.

    Args:
        pace: As :func:`said_in_the_story` takes it.
        days: When it is looked at.
    """
    state = a_story_state(pace)
    at = START + timedelta(days=days)
    standing = next(state.standing(StandingStated))
    disclosed = next(state.standing(Disclosed))[0]
    return CaseView(
        state=state,
        now=at,
        standing=standing,
        exposure=Exposure.OFFERED,
        emergency=False,
        clocks=_clocks(state, pace),
        due=(
            Due(AUTHORITY, "an answer to the refusal", None, late=False),
            Due(RESELLER, "a response", START + timedelta(days=30), late=True),
        ),
        requests=tuple(state.standing(Requested)),
        interests=interests_of_the_story(),
        corroborations=Corroborations(
            wanted=3,
            counted=(EVALUATOR,),
            not_counted=((RESELLER, "it shares an account with the reporter"),),
            why=("One is asked for by itself", "Two more, as the reporter has an interest in the developer"),
        ),
        severity=severity_of_the_story(),
        notices=(_notice(disclosed, pace),),
        embargo=EmbargoState(START + timedelta(days=90), disclosed.digest, None, active=True),
        closed=None,
    )


def a_minute() -> CaseView:
    """Return the story as the demo has it: everything is said within a minute, and dates are weeks away."""
    return a_story(1 / 50_000, days=0.001)


def troubled() -> CaseView:
    """Return the story with a fork, statements set aside and a file that is missing."""
    view = a_story()
    state = replace(
        view.state,
        forks=(
            Fork(RESELLER, "Two statements of its have the number 3", (digest_for("a"), digest_for("b"))),
        ),
        set_aside=(SetAside(digest_for("c"), AUTHORITY, "it is signed by a key that is not the party's"),),
        missing=(Attached(kind=AttachedKind.NOTICE, sha256="ab" * 32, size=4096),),
    )
    return replace(view, state=state)


def busy() -> CaseView:
    """Return the story with forty more remarks, by every party, some at the same moment."""
    view = a_story()
    names = [party.name for party in view.state.parties]
    more = tuple(
        entry(names[number % 6], Remark(text=f"Remark {number}."), DAY * (30 + number // 2 / 2))
        for number in range(40)
    )
    return replace(view, state=replace(view.state, entries=(*view.state.entries, *more)))


def _clocks(state: CaseState, pace: float) -> tuple[Clock, ...]:
    said = {type(one.said): one for one in state.entries}
    acknowledged, extended = said[Acknowledged], said[ClockExtended]
    started = said[Disclosed].at

    def due(days: float) -> datetime:
        return START + timedelta(days=days)

    met = Clock(
        ClockName.ACKNOWLEDGE,
        DEVELOPER,
        ClockState.MET,
        started,
        due(7),
        acknowledged.at,
        acknowledged.digest,
        (),
        "groundstop-2026: 7 days",
    )
    fix = Clock(
        ClockName.FIX, DEVELOPER, ClockState.PAUSED, started, due(75), None, None, (extended.digest,), POLICY
    )
    late = ClockState.MISSED if pace == 1 else ClockState.RUNNING
    silent = Clock(ClockName.RESPOND, RESELLER, late, started, due(30), None, None, (), POLICY)
    whole = Clock(ClockName.DISCLOSE, None, ClockState.RUNNING, started, due(90), None, None, (), POLICY)
    off = Clock(ClockName.FIX, RESELLER, ClockState.OFF, None, None, None, None, (), "it runs for developers")
    return met, fix, silent, whole, off


def _notice(disclosed: Entry, pace: float) -> Notice:
    answers = (
        RecipientState(DEVELOPER, RecipientAnswer.ACKNOWLEDGED, START + timedelta(hours=5 * pace)),
        RecipientState(RESELLER, RecipientAnswer.SILENT, None),
        RecipientState("harbour-hosting", RecipientAnswer.SILENT, None),
        RecipientState("quiet-cloud", RecipientAnswer.UNREACHABLE, None),
    )
    return Notice(disclosed, Tier.TECHNICAL, "cd" * 32, answers)
