"""Clock policies: complete, sourced, and never milder for what is worse."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise, product

import pytest
from pydantic import ValidationError

from groundstop.cases.clocks import (
    BusinessDays,
    ClockPolicy,
    Period,
    check_opening,
    describe_policy,
    policies,
    policy,
)
from groundstop.cases.clocks.timing import first_due
from groundstop.documents.cases import Calendar, ClockName, Exposure
from groundstop.errors import InputError
from tests.case_parts import opening

MONDAY = datetime(2026, 7, 6, 9, tzinfo=UTC)
USUAL = policy("groundstop-2026")


def test_every_clock_level_and_exposure_has_a_length_and_a_source() -> None:
    for name, level, exposure in product(ClockName, (*USUAL.levels, None), Exposure):
        row = USUAL.row(name, level, exposure)
        assert row.source
        assert row.period.words


def test_a_worse_case_never_has_more_time() -> None:
    days = BusinessDays(Calendar())
    for name in ClockName:
        for exposure in Exposure:
            dues = [first_due(MONDAY, USUAL.row(name, one, exposure).period, days) for one in USUAL.levels]
            assert dues == sorted(dues, reverse=True)
        for level in (*USUAL.levels, None):
            dues = [first_due(MONDAY, USUAL.row(name, level, one).period, days) for one in Exposure]
            assert all(later <= earlier for earlier, later in pairwise(dues))


def test_a_level_that_the_policy_does_not_know_is_unknown() -> None:
    unknown = USUAL.row(ClockName.FIX, None, Exposure.OFFERED)
    assert USUAL.row(ClockName.FIX, "JEF 40", Exposure.OFFERED) == unknown


def test_an_unknown_policy_is_one_sentence_with_the_list() -> None:
    with pytest.raises(InputError) as caught:
        policy("of-tomorrow")
    assert caught.value.message == "There is no clock policy 'of-tomorrow'"
    assert caught.value.hint == "Take one of groundstop-2026"
    assert list(policies()) == ["groundstop-2026"]


def test_a_policy_is_told_with_the_source_of_each_length() -> None:
    text = describe_policy("groundstop-2026")
    assert text.startswith("groundstop-2026: Deadlines for weaknesses of safeguards\n")
    assert "acknowledge: 3 business days" in text
    assert "Our own choice: one working week" in text
    assert text.count("Source: ") + text.count("Our own choice: ") == len(USUAL.rows)


def test_a_policy_that_leaves_something_out_is_refused() -> None:
    with pytest.raises(ValidationError, match="has no row"):
        ClockPolicy(**{**dict(USUAL), "rows": USUAL.rows[1:]})
    with pytest.raises(ValidationError, match="two rows"):
        ClockPolicy(**{**dict(USUAL), "rows": (*USUAL.rows, USUAL.rows[0])})


@pytest.mark.parametrize("units", [{}, {"hours": 1, "days": 1}, {"days": 0}])
def test_a_period_is_in_one_unit(units: dict[str, int]) -> None:
    with pytest.raises(ValidationError):
        Period(**units)


def test_one_day_is_not_many() -> None:
    assert [Period(days=1).words, Period(business_days=2).words] == ["1 day", "2 business days"]


@pytest.mark.parametrize(
    "changes",
    [
        {"policy": "of-tomorrow"},
        {"calendar": Calendar(zone="Europe/Atlantis")},
        {"calendar": Calendar(holidays=("soon",))},
    ],
)
def test_an_opening_whose_clocks_cannot_run_is_refused_before_it_is_signed(
    changes: dict[str, object],
) -> None:
    check_opening(opening())
    with pytest.raises(InputError):
        check_opening(opening(**changes))
