"""Random cases for tiers: every text is a word that says how far it may go."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta

from groundstop.cases.state import CaseState, Entry, Evidence, Fork, PartyState, SetAside
from groundstop.cases.views import (
    CaseView,
    Clock,
    ClockState,
    Corroborations,
    DeclarationState,
    Due,
    EmbargoState,
    Fact,
    NextStep,
    Notice,
    PartyInterests,
    RecipientAnswer,
    RecipientState,
    Scored,
    Severity,
    SeverityRange,
)
from groundstop.documents import (
    Finding,
    FixVerdict,
    JudgeRecord,
    ModelIdentity,
    ReproductionOutcome,
    Requirement,
    SealedRecipe,
)
from groundstop.documents.cases import (
    AcceptedFixPlanned,
    Acknowledged,
    Attached,
    AttachedKind,
    AxisValue,
    BaselineDispute,
    CannotReproduce,
    CaseClosed,
    CaseReopened,
    ChallengeUpheld,
    ClockExtended,
    ClockName,
    ClockPaused,
    ClockResumed,
    Demand,
    Disclosed,
    Disputed,
    EarlyRelease,
    Embargo,
    EvidenceGiven,
    EvidenceKind,
    Exposure,
    ExposureStated,
    FixClaimed,
    Holder,
    IdentityRevealed,
    Interest,
    InterestKind,
    InterestsChallenged,
    InterestsDeclared,
    LeakReported,
    LegalObjection,
    MitigatedTemporarily,
    NotADefect,
    NoticeReceived,
    OrderStep,
    OrderTold,
    PartyEntry,
    PartyNamed,
    RaisedLevel,
    Recipient,
    RecipientUnreachable,
    Refused,
    Remark,
    Requested,
    Role,
    Said,
    SeverityDispute,
    SeverityScore,
    StandingKind,
    StandingStated,
    Tier,
    VoluntaryWithdrawal,
    Withdrawn,
    WithheldIdentity,
    WontFix,
)
from groundstop.documents.cases import Scored as ScoreGiven
from tests.case_parts import (
    AUTHORITY,
    COORDINATOR,
    DEVELOPER,
    EVALUATOR,
    FINDING,
    REPORTER,
    RESELLER,
    ROLES,
    START,
    digest_for,
    entry,
    for_both,
    opening,
)
from tests.reproducing import a_recipe
from tests.severity_parts import (
    OTHER_MODEL,
    THIRD_MODEL,
    a_comparison,
    a_finding,
    a_rerun,
    a_verification,
    case,
    given,
)
from tests.verification_parts import interval

SEALED = "full"
"""The word of what is sealed: it is in no part of a case."""
UNNAMED_IN_PUBLIC = (REPORTER, EVALUATOR, RESELLER, "quiet-cloud")
FIXED = ModelIdentity(provider="alder", name="desk-helper", snapshot="v2")

_VERIFICATIONS = {verdict: a_verification(verdict) for verdict in FixVerdict}
_RERUN = a_rerun(EVALUATOR, ReproductionOutcome.REPRODUCED)
_PANEL = a_comparison((OTHER_MODEL, interval(18, 40), interval(17, 40)), (THIRD_MODEL, interval(1, 40), None))
_FINDING = a_finding()
_RECIPE = a_recipe(variants=1)


class Words:
    """Makes words that say how far they may go, and no word twice."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self._seed, self._number = seed, 0

    def word(self, tier: str) -> str:
        """Return a new word of a tier, such as ``technical0x1f``; it is an identifier too."""
        self._number += 1
        return f"{tier}0x{self._seed:x}z{self._number:x}"

    def full(self) -> str:
        """Return a sentence for the parties of the case alone."""
        return f"In {self.word('technical')} words."

    def pick(self, *choices: str) -> str:
        """Return one of some words."""
        return self.random.choice(choices)


def _score(words: Words) -> SeverityScore:
    raised = RaisedLevel(to="critical", reason=words.full()) if words.random.random() < 0.5 else None
    return SeverityScore(
        profile="cjs-2026-07-02",
        assessed=START,
        values=(
            AxisValue(axis="breadth", value=1.0, reason=words.full()),
            AxisValue(axis="ease", value=f"{words.full()} " * 3, reason=words.full()),
        ),
        raised=raised,
        comparators=None,
    )


def _interest(words: Words) -> Interest:
    return Interest(
        kind=InterestKind.EQUITY, of=Holder.PERSON, in_party=DEVELOPER, since=START, detail=words.full()
    )


def _requirement(words: Words) -> Requirement:
    return Requirement(id=words.word("public"), statement=words.word("brief"), source=words.word("public"))


SAYINGS: tuple[Callable[[Words], Said], ...] = (
    lambda w: Acknowledged(text=w.full()),
    lambda w: CannotReproduce(text=w.full()),
    lambda w: AcceptedFixPlanned(by=START + timedelta(days=99), text=w.full()),
    lambda w: MitigatedTemporarily(text=w.full(), until=START + timedelta(days=99)),
    lambda w: FixClaimed(build=w.word("brief"), model=FIXED, evidence=w.full()),
    lambda w: FixClaimed(build=w.word("brief"), evidence=w.full()),
    lambda w: NotADefect(
        requirement=w.word("brief"),
        source=w.word("brief"),
        requirement_version=w.word("brief"),
        text=w.full(),
    ),
    lambda w: BaselineDispute(text=w.full()),
    lambda w: SeverityDispute(score=_score(w), text=w.full()),
    lambda w: WontFix(accepted_by=w.word("technical"), risk=w.full()),
    lambda w: Refused(text=w.full()),
    lambda w: VoluntaryWithdrawal(models=(w.word("public"),), effective=START, text=w.full()),
    lambda w: LegalObjection(basis=w.full(), text=w.full()),
    lambda w: StandingStated(
        standing=w.random.choice(list(StandingKind)),
        requirement=_requirement(w),
        requirement_version=w.word("public"),
        text=w.full(),
    ),
    lambda w: PartyNamed(party=PartyEntry(name=RESELLER, role=Role.OPERATOR)),
    lambda w: IdentityRevealed(party=REPORTER, salt="5a" * 32, identity=w.full()),
    lambda w: InterestsDeclared(interests=for_both(_interest(w))),
    lambda w: InterestsChallenged(party=REPORTER, interest=InterestKind.FAMILY, text=w.full()),
    lambda w: ChallengeUpheld(challenge=digest_for("a"), text=w.full()),
    lambda w: ScoreGiven(score=_score(w)),
    lambda w: EvidenceGiven(kind=EvidenceKind.OTHER, text=w.full()),
    lambda w: Requested(of=DEVELOPER, what=Demand.FIX, by=START + timedelta(days=9), text=w.full()),
    lambda w: Disputed(statement=digest_for("a"), text=w.full()),
    lambda w: Remark(text=w.full()),
    lambda w: Withdrawn(statement=digest_for("a"), reason=w.full()),
    lambda w: ClockExtended(
        clock=ClockName.FIX, party=DEVELOPER, until=START + timedelta(days=99), reason=w.full()
    ),
    lambda w: ClockPaused(clock=ClockName.FIX, party=DEVELOPER, reason=w.full()),
    lambda w: ClockResumed(clock=ClockName.FIX, party=DEVELOPER),
    lambda w: ExposureStated(exposure=Exposure.EXPLOITED, text=w.full()),
    lambda w: Embargo(until=START + timedelta(days=999), text=w.full()),
    lambda w: EarlyRelease(reason=w.full()),
    lambda w: LeakReported(tier=Tier.TECHNICAL, text=w.full()),
    lambda w: Disclosed(tier=Tier.BRIEF, recipients=(Recipient(name="quiet-cloud", party=False),)),
    lambda w: NoticeReceived(disclosure=digest_for("a")),
    lambda w: RecipientUnreachable(disclosure=digest_for("a"), recipient="quiet-cloud", text=w.full()),
    lambda w: OrderTold(
        step=OrderStep.ISSUED, order="GSD-20260702-0123456789", content=digest_for("a"), text=w.full()
    ),
    lambda w: CaseClosed(text=w.full()),
    lambda w: CaseReopened(text=w.full()),
)
"""One of everything that can be said, but for the opening."""


def random_view(seed: int) -> CaseView:
    """Return a case whose texts are words of their tiers."""
    words = Words(seed)
    chosen = words.random.sample(SAYINGS, words.random.randint(4, 14))
    said = [_said(words, saying(words), 1 + number) for number, saying in enumerate(chosen)]
    measured = [one for one in _measured(words) if words.random.random() < 0.7]
    state = _state(words, said, measured)
    claims = [one for one in state.entries if isinstance(one.said, Disclosed)]
    standing = next(((one, one.said) for one in said if isinstance(one.said, StandingStated)), None)
    return CaseView(
        state=state,
        now=START + timedelta(days=words.random.randint(1, 200)),
        standing=standing,
        exposure=words.random.choice(list(Exposure)),
        emergency=False,
        clocks=(
            Clock(
                ClockName.FIX, DEVELOPER, ClockState.MISSED, START, START, None, None, (), words.word("brief")
            ),
        ),
        due=(Due(RESELLER, words.word("brief"), START, late=True),),
        requests=tuple(state.standing(Requested)),
        interests=(
            PartyInterests(
                REPORTER,
                DeclarationState.CONFLICT,
                (_interest(words),),
                (InterestKind.FAMILY,),
                (),
                False,
                words.word("brief"),
            ),
        ),
        corroborations=Corroborations(
            2, (EVALUATOR,), ((RESELLER, words.word("brief")),), (words.word("brief"),)
        ),
        severity=_severity(words),
        notices=tuple(
            Notice(
                one,
                Tier.BRIEF,
                "cd" * 32,
                (RecipientState("quiet-cloud", RecipientAnswer.UNREACHABLE, None),),
            )
            for one in claims
        ),
        embargo=EmbargoState(START + timedelta(days=300), digest_for("e"), words.word("brief"), active=False),
        closed=None,
    )


def _said(words: Words, said: Said, at: float) -> Entry:
    return entry(
        words.pick(*ROLES),
        said,
        at,
        summary=words.word("brief") if words.random.random() < 0.5 else None,
        public=words.word("public") if words.random.random() < 0.5 else None,
    )


def _state(words: Words, said: Sequence[Entry], measured: Sequence[tuple[Entry, Evidence]]) -> CaseState:
    state = case(*said, *measured, finding=_finding(words))
    first = entry(
        REPORTER,
        opening(title=f"The {words.word('public')} tells its password"),
        summary=words.word("brief"),
        public=words.word("public"),
    )
    hidden = WithheldIdentity(commitment="77" * 32, held_by=COORDINATOR)
    parties = [
        replace(one, withheld=hidden, identity=words.full())
        if one.name == REPORTER
        else PartyState(one.name, one.role, one.card)
        for one in state.parties
    ]
    return replace(
        state,
        entries=(first, *state.entries[1:]),
        parties=tuple(parties),
        set_aside=(SetAside(digest_for("x"), AUTHORITY, words.full()),),
        forks=(Fork(RESELLER, words.full(), (digest_for("y"),)),),
        missing=(Attached(kind=AttachedKind.OTHER, sha256="ab" * 32, size=1),),
    )


def _finding(words: Words) -> Finding:
    """Return a finding with a commitment to a recipe whose words are sealed."""
    recipe = a_sealed_recipe(words)
    part = _FINDING.parts[0].model_copy(
        update={"commitment": hashlib.sha256(b"\0" * 32 + recipe.canonical()).hexdigest()}
    )
    return _FINDING.model_copy(
        update={
            "id": FINDING.id,
            "interests": words.full(),
            "judge": JudgeRecord(type="phrase", errs=False, note=words.full()),
            "environment": _FINDING.environment.model_copy(update={"software": words.word("technical")}),
            "parts": (part,),
        }
    )


def a_sealed_recipe(words: Words) -> SealedRecipe:
    """Return a recipe that asks in words that are sealed."""
    wording = _RECIPE.wordings[0]
    message = wording.messages[-1].model_copy(update={"content": words.word(SEALED)})
    return _RECIPE.model_copy(update={"wordings": (wording.model_copy(update={"messages": (message,)}),)})


def _measured(words: Words) -> list[tuple[Entry, Evidence]]:
    verification = _VERIFICATIONS[words.random.choice(list(FixVerdict))]
    strata = tuple(
        one.model_copy(update={"name": words.word("technical"), "reason": words.full()})
        for one in verification.strata
    )
    verification = verification.model_copy(
        update={
            "created": START + timedelta(hours=39),
            "expires": START + timedelta(days=99),
            "reason": words.full(),
            "judge_note": words.full(),
            "interests": words.full(),
            "strata": strata,
        }
    )
    rerun = _RERUN.model_copy(
        update={
            "interests": words.full(),
            "reproduction": _RERUN.reproduction.model_copy(update={"reason": words.full()}),
        }
    )
    panel = _PANEL.model_copy(
        update={
            "behavior": words.word("technical"),
            "technique": words.word("technical"),
            "run": words.word("technical"),
        }
    )
    problem = words.word("brief") if words.random.random() < 0.3 else None
    return [
        given(EVALUATOR, verification, 40, problem=problem),
        given(EVALUATOR, rerun, 41),
        given(DEVELOPER, panel, 42),
    ]


def _severity(words: Words) -> Severity:
    score = _score(words)
    scored = Scored(REPORTER, digest_for("s"), score, 2.5, "high", 3, ("breadth",), words.word("brief"), None)
    return Severity(
        facts=(
            Fact("F1", words.word("brief"), words.word("brief"), words.word("brief")),
            Fact("F9", words.word("brief"), None, None),
        ),
        scores=(scored,),
        ranges=(SeverityRange("cjs-2026-07-02", "high", "critical", 2),),
        next_step=NextStep(words.word("brief"), words.word("brief"), words.word("brief")),
    )
