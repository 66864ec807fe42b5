"""The severity that clocks go by: what it was when it was given, and that no time is given back."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from groundstop.cases.clocks import LevelStep, levels_of
from groundstop.cases.state import CaseState, Entry, Evidence
from groundstop.cases.view import view_of
from groundstop.cases.views import ClockState
from groundstop.documents import Comparison
from groundstop.documents.cases import (
    ChallengeUpheld,
    ClockName,
    InterestKind,
    InterestsChallenged,
    StandingKind,
    Withdrawn,
)
from tests.case_parts import AUTHORITY, COORDINATOR, DEVELOPER, REPORTER, entry, hours
from tests.clock_parts import a_case, clock, declares, extended, interest, standing
from tests.severity_parts import OTHER_MODEL, THIRD_MODEL, a_comparison, given, score, scored
from tests.verification_parts import interval

FIX = ClockName.FIX
DAY = 24.0
RUN = a_comparison((OTHER_MODEL, interval(0, 40), None))
NEWER = a_comparison((THIRD_MODEL, interval(9, 40), None), run="compare-2")
CRITICAL, HIGH, LOW = (4, 2, 2, 2), (4, 0, 2, 1), (1, 0, 1, 0)
MONTH_FROM_10 = datetime(2026, 8, 17, 23, 59, 59, tzinfo=UTC)
"""30 days from the 16th of July are a Saturday."""
NEVER = "sha256:" + "00" * 32


def scoring(*said: Entry | tuple[Entry, Evidence], run: Comparison = RUN, opened: float = 0.1) -> CaseState:
    """Return a case in which those who lead have no interest, and a comparator run is given."""
    every = [declares(COORDINATOR, at=0), declares(AUTHORITY, at=0), given(REPORTER, run, opened), *said]
    entries = [one if isinstance(one, Entry) else one[0] for one in every]
    return a_case(*entries, evidence=tuple(one[1] for one in every if not isinstance(one, Entry)))


def by(whom: str, values: tuple[float, ...], at: float, run: Comparison = RUN, **changes: str) -> Entry:
    return scored(whom, score(values, comparators=run.content_id), at, **changes)


def levels(state: CaseState, at: float = 1000) -> list[tuple[datetime, str]]:
    return [(one.at, one.level) for one in levels_of(state, hours(at))]


def test_a_higher_severity_gives_less_time_from_when_it_was_given() -> None:
    assert clock(scoring(), FIX, 10).due == datetime(2026, 10, 5, 23, 59, 59, tzinfo=UTC)
    given_later = by(COORDINATOR, CRITICAL, 10 * DAY)
    shortened = clock(scoring(given_later), FIX, 11 * DAY)
    assert (shortened.due, shortened.moved) == (MONTH_FROM_10, (given_later.digest,))
    assert "Shortened on 2026-07-16 to 30 days from then, for the severity CJS-4." in shortened.rule
    early = clock(scoring(by(COORDINATOR, CRITICAL, 0.2)), FIX, 1)
    assert early.due == datetime(2026, 8, 5, 23, 59, 59, tzinfo=UTC)


def test_no_comparator_run_gives_a_developer_its_time_back() -> None:
    before = scoring(by(COORDINATOR, CRITICAL, 1))
    after = scoring(by(COORDINATOR, CRITICAL, 1), given(DEVELOPER, NEWER, 50 * DAY))
    view = view_of(after, now=hours(51 * DAY))
    assert view.severity.ranges == ()
    missed = next(one for one in view.clocks if one.name is FIX)
    assert missed.state is ClockState.MISSED
    assert missed == clock(before, FIX, 51 * DAY)


def test_a_stale_severity_still_sets_a_clock_that_starts_later() -> None:
    level = by(COORDINATOR, CRITICAL, 1)
    state = scoring(level, given(DEVELOPER, NEWER, 2))
    assert levels_of(state, hours(9)) == (LevelStep(hours(1), "CJS-4", level.digest),)


def test_a_raised_severity_never_makes_a_date_later() -> None:
    high, raised = by(COORDINATOR, HIGH, 1), by(COORDINATOR, CRITICAL, 40 * DAY)
    first = clock(scoring(high), FIX, 39 * DAY).due
    both = clock(scoring(high, raised), FIX, 41 * DAY)
    assert both.due == first == datetime(2026, 8, 20, 23, 59, 59, tzinfo=UTC)
    soon = clock(scoring(high, by(COORDINATOR, CRITICAL, 10 * DAY)), FIX, 41 * DAY)
    assert soon.due == MONTH_FROM_10
    assert soon.moved == (high.digest, by(COORDINATOR, CRITICAL, 10 * DAY).digest)


def test_a_severity_that_is_lowered_or_taken_back_gives_no_time_back() -> None:
    lowered = scoring(by(COORDINATOR, CRITICAL, 10 * DAY), by(COORDINATOR, LOW, 12 * DAY))
    assert levels(lowered) == [(hours(10 * DAY), "CJS-4"), (hours(12 * DAY), "CJS-1")]
    assert clock(lowered, FIX, 13 * DAY).due == MONTH_FROM_10
    back = entry(COORDINATOR, Withdrawn(statement=NEVER, reason="It was too high."), 12 * DAY)
    taken = scoring(replace(by(COORDINATOR, CRITICAL, 10 * DAY), withdrawn_by=back.digest), back)
    assert levels(taken) == [(hours(10 * DAY), "CJS-4"), (hours(12 * DAY), "unknown")]
    assert clock(taken, FIX, 13 * DAY).due == MONTH_FROM_10


def test_a_severity_that_was_lowered_sets_only_clocks_that_start_later() -> None:
    lowered = scoring(by(COORDINATOR, CRITICAL, 1), by(COORDINATOR, LOW, 2))
    late = replace(lowered, entries=tuple(one for one in lowered.entries if one.said.type != "standing"))
    late = replace(late, entries=(*late.entries, standing(StandingKind.DEFECT, 5)))
    assert clock(late, FIX, 6).due == datetime(2026, 10, 5, 23, 59, 59, tzinfo=UTC)


def test_a_first_score_that_is_treated_like_an_unknown_severity_shortens_no_extension() -> None:
    state = scoring(extended(FIX, 200 * DAY, 2), by(COORDINATOR, LOW, 3))
    assert clock(state, FIX, 4).due == hours(200 * DAY)


def test_the_same_severity_given_anew_shortens_no_extension() -> None:
    state = scoring(
        by(COORDINATOR, CRITICAL, 1),
        extended(FIX, 200 * DAY, 2),
        by(COORDINATOR, LOW, 3),
        by(COORDINATOR, CRITICAL, 4),
        by(AUTHORITY, CRITICAL, 5),
    )
    assert clock(state, FIX, 6).due == hours(200 * DAY)


def test_a_score_of_a_party_that_may_not_score_gives_no_level_until_it_may() -> None:
    state = scoring(by(REPORTER, CRITICAL, 1))
    assert levels(state) == []
    declared = scoring(by(REPORTER, CRITICAL, 1), declares(REPORTER, at=20))
    assert levels(declared) == [(hours(20), "CJS-4")]


def test_an_interest_that_ends_lets_a_score_count_from_then() -> None:
    sold = interest(InterestKind.RESELLER, since=hours(-5), until=hours(30))
    state = scoring(declares(REPORTER, sold, at=0.5), by(REPORTER, CRITICAL, 1))
    ((at, level),) = levels(state)
    assert (at > hours(30), at < hours(31), level) == (True, True, "CJS-4")
    assert levels(state, 30) == []


def test_a_challenge_that_is_upheld_later_moves_no_date_back() -> None:
    challenged = entry(
        DEVELOPER, InterestsChallenged(party=AUTHORITY, interest=InterestKind.EQUITY, text="So."), 12 * DAY
    )
    judged = entry(COORDINATOR, ChallengeUpheld(challenge=challenged.digest, text="So it is."), 13 * DAY)
    state = scoring(by(AUTHORITY, CRITICAL, 10 * DAY), challenged, judged)
    assert levels(state)[-1] == (hours(13 * DAY), "unknown")
    assert clock(state, FIX, 14 * DAY).due == MONTH_FROM_10


@pytest.mark.parametrize("values", [(0.5, 2, 2, 2), (4, 2)])
def test_a_score_that_is_not_valid_gives_no_level(values: tuple[float, ...]) -> None:
    assert levels(scoring(by(COORDINATOR, values, 2))) == []


def test_a_developers_own_score_and_one_against_no_run_of_the_case_give_no_level() -> None:
    assert levels(scoring(by(DEVELOPER, CRITICAL, 2))) == []
    assert levels(scoring(by(COORDINATOR, CRITICAL, 2, NEWER))) == []
    late = scoring(by(COORDINATOR, CRITICAL, 2, NEWER), given(REPORTER, NEWER, 9))
    assert levels(late) == [(hours(9), "CJS-4")]


def test_what_is_dated_later_has_no_level_yet() -> None:
    assert levels(scoring(by(COORDINATOR, CRITICAL, 50)), 49) == []


def test_a_case_that_nobody_scored_is_not_looked_at_again_and_again(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("nothing was scored")

    monkeypatch.setattr("groundstop.cases.clocks.levels.severity_of", refuse)
    assert levels(scoring(declares(REPORTER, at=1))) == []
