from __future__ import annotations

from typing import get_args

import pytest

from groundstop.documents import ModelIdentity, Requirement
from groundstop.documents.cases import (
    AcceptedFixPlanned,
    Acknowledged,
    ChallengeUpheld,
    ClockExtended,
    ClockName,
    ClockPaused,
    Coordination,
    Demand,
    Disputed,
    EarlyRelease,
    Embargo,
    Exposure,
    ExposureStated,
    FixClaimed,
    Holder,
    IdentityRevealed,
    Interest,
    InterestKind,
    InterestsChallenged,
    LeakReported,
    LegalObjection,
    MitigatedTemporarily,
    NotADefect,
    NoticeReceived,
    PartyEntry,
    PartyNamed,
    Requested,
    Response,
    Role,
    Said,
    Scored,
    StandingKind,
    StandingStated,
    Tier,
    VoluntaryWithdrawal,
    Withdrawn,
    WontFix,
)
from groundstop.reports.case_details import details, interest_words
from groundstop.reports.case_words import (
    LABELS,
    label,
    listed,
    model_words,
    moment,
    own_words,
    plain_lines,
)
from tests.case_parts import DEVELOPER, REPORTER, START, digest_for, hours
from tests.severity_parts import score

ONE = digest_for("one")
NUMBERED = {ONE: 7}
TYPES = [form.model_fields["type"].default for form in (*get_args(Response), *get_args(Coordination))]


def test_every_kind_of_statement_has_a_name_and_no_two_share_one() -> None:
    assert set(LABELS) == set(TYPES)
    told = list(LABELS.values())
    disputes = {"disputed", "baseline disputed", "severity disputed"}
    assert len(set(told)) == len(told)
    assert "refused" in told
    assert disputes <= set(told)


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (Acknowledged(), ""),
        (AcceptedFixPlanned(by=hours(24)), "by 2026-07-07 09:00 UTC"),
        (MitigatedTemporarily(text="x"), "until it is replaced"),
        (MitigatedTemporarily(text="x", until=START), "until 2026-07-06 09:00 UTC"),
        (FixClaimed(build="v2", evidence="x"), "build v2"),
        (
            NotADefect(requirement="It may.", source="a policy", requirement_version="3", text="x"),
            "“It may.” (a policy, version 3)",
        ),
        (WontFix(accepted_by="the board", risk="x"), "the risk is accepted by the board"),
        (
            VoluntaryWithdrawal(models=("one", "two"), effective=START),
            "one and two, in effect 2026-07-06 09:00 UTC",
        ),
        (LegalObjection(basis="a contract", text="x"), ""),
        (StandingStated(standing=StandingKind.POLICY, text="x"), "policy dispute"),
        (
            StandingStated(
                standing=StandingKind.DEFECT,
                requirement=Requirement(id="keep-secret", statement="x"),
                requirement_version="2",
                text="x",
            ),
            "requirement broken, keep-secret in version 2",
        ),
        (
            PartyNamed(party=PartyEntry(name="a-party", role=Role.OPERATOR)),
            "a-party, operator, of whom no key is known",
        ),
        (IdentityRevealed(party="a-party", salt="00" * 32, identity="A. Name"), "a-party is A. Name"),
        (InterestsChallenged(party="a-party", interest=InterestKind.BOARD, text="x"), "of a-party: board"),
        (ChallengeUpheld(challenge=ONE, text="x"), "statement 7"),
        (
            Requested(of=DEVELOPER, what=Demand.WITHDRAW, by=START, text="x"),
            "a withdrawal from alder-street-desk, by 2026-07-06 09:00 UTC",
        ),
        (Disputed(statement=ONE, text="x"), "statement 7"),
        (Withdrawn(statement=digest_for("other"), reason="x"), "a statement that is not here (d9298a10d1b0)"),
        (ExposureStated(exposure=Exposure.EXPLOITED, text="x"), "exploited"),
        (LeakReported(tier=Tier.BRIEF, text="x"), "of what was for the brief tier"),
        (
            ClockExtended(clock=ClockName.FIX, party=DEVELOPER, until=START, reason="x"),
            "for a fix from alder-street-desk until 2026-07-06 09:00 UTC",
        ),
        (ClockPaused(clock=ClockName.DISCLOSE, reason="x"), "for disclosure"),
        (Embargo(until=hours(1)), "until 2026-07-06 10:00 UTC"),
        (NoticeReceived(disclosure=ONE), "statement 7"),
    ],
)
def test_a_statement_is_told_with_what_it_states(said: Said, told: str) -> None:
    assert details(said, NUMBERED) == told


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (WontFix(accepted_by="the board", risk="It is small."), "It is small."),
        (FixClaimed(build="v2", evidence="0 of 200."), "0 of 200."),
        (EarlyRelease(reason="It leaked."), "It leaked."),
        (LegalObjection(basis="a contract", text="We may not."), "a contract / We may not."),
        (Acknowledged(), None),
        (Disputed(statement=ONE, text="two\nlines\x1b[2J"), "two lines\N{REPLACEMENT CHARACTER}[2J"),
    ],
)
def test_what_a_party_says_in_its_own_words_is_kept_apart_from_what_it_states(
    said: Said, words: str | None
) -> None:
    assert own_words(said) == words


def test_an_interest_is_told_with_its_period_and_detail() -> None:
    one = Interest(
        kind=InterestKind.EQUITY,
        of=Holder.PERSON,
        in_party=REPORTER,
        since=START,
        until=hours(48),
        detail="two partners",
    )
    assert (
        interest_words(one)
        == "equity in harbour-red-team, of its person, since 2026-07-06, until 2026-07-08 (two partners)"
    )
    assert interest_words(Interest(kind=InterestKind.NONE, of=Holder.PERSON)) == "none, of its person"


def test_names_times_and_models_are_told_plainly() -> None:
    assert listed(()) == ""
    assert listed(("a",)) == "a"
    assert listed(("a", "b", "c")) == "a, b and c"
    assert moment(START) == "2026-07-06 09:00 UTC"
    assert model_words(None) == "a model that is not named"
    assert model_words(ModelIdentity(provider="alder", name="desk", snapshot=None)) == "alder/desk"
    assert plain_lines(" a\n\tb ") == "a b"
    assert label(Acknowledged()) == "acknowledged"
    assert details(Scored(score=score((0.5, 1))), {}) == "cjs-2026-07-02: capability_gain 0.5, breadth 1.0"
