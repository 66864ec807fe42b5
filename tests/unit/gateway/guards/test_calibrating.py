"""Choosing thresholds on one half, and measuring on the other."""

from __future__ import annotations

import pytest

from groundstop.errors import InputError
from groundstop.gateway.guards.calibrating import LEAST_ORDINARY, Ordinary, calibrate, measured
from groundstop.gateway.guards.compiling import About, Wordings, compile_guard
from groundstop.gateway.guards.scoring import Reading, Scorer
from groundstop.gateway.guards.voting import Score, matches
from groundstop.statistics import clopper_pearson
from tests.directive_parts import FINDING, at
from tests.guard_parts import (
    FINDING_ID,
    NEIGHBOURS,
    SALT,
    WORDINGS,
    a_guard,
    a_guard_order,
    ordinary_requests,
)


def test_rates_are_counts_with_exact_intervals() -> None:
    found = a_guard().calibration
    everything = len(set(ordinary_requests()) | set(NEIGHBOURS))
    assert found.chosen_on + found.ordinary.n == everything
    assert found.near is not None
    assert found.near.n == len(NEIGHBOURS) // 2
    for rate in (found.ordinary, found.near, found.rewritten, found.unseen):
        assert rate is not None
        ends = clopper_pearson(rate.blocked, rate.n, level=0.95)
        assert (rate.lower, rate.upper) == (ends.lower, ends.upper)
    assert found.ordinary.blocked == 0
    assert found.rewritten.blocked == found.rewritten.n > 40


def test_the_nearest_ordinary_request_sets_the_threshold() -> None:
    with_neighbours, without = a_guard(), a_guard(neighbours=())
    assert without.votes.share == 0.3
    assert with_neighbours.votes.share > 0.5
    assert without.calibration.near is None


def test_wordings_that_the_others_do_not_give_away_are_told_as_missed() -> None:
    unseen = a_guard().calibration.unseen
    assert unseen is not None
    assert unseen.n == len(WORDINGS)
    assert unseen.blocked < unseen.n


def test_one_wording_has_no_unseen_ones() -> None:
    assert a_guard(WORDINGS[:1]).calibration.unseen is None


def test_no_guard_is_made_that_cannot_tell_the_recipe_from_ordinary_requests() -> None:
    same = tuple(f"{text} It is for my dog." for text in WORDINGS)
    with pytest.raises(InputError, match="cannot tell the recipe from ordinary requests") as caught:
        a_guard(neighbours=same)
    assert "password" not in str(caught.value)


def test_no_guard_is_made_that_blocks_many_of_those_that_chose_nothing() -> None:
    # The scores of whoever chooses are low, and those of the others high: nobody could have known.
    chosen: list[str] = []

    class Luck(Scorer):
        def score(self, reading: Reading) -> Score:
            if any(letters in chosen for letters in reading.letters):
                return Score(0.0)
            return Score(1.0)

    def make(_texts: object) -> Scorer:
        guard = a_guard()
        made = Luck(guard.salt, guard.grams, guard.wordings)
        half = LEAST_ORDINARY // 2
        chosen[:] = [letters for text in _choosing(half) for letters in Reading([text]).letters]
        return made

    with pytest.raises(InputError, match="it would block 20 of 20 that it was not chosen on"):
        calibrate(WORDINGS[:1], Ordinary(_FORTY), make, salt=SALT, at=at(0))


_FORTY = ordinary_requests()[:LEAST_ORDINARY]


def _choosing(half: int) -> list[str]:
    from groundstop.gateway.guards.calibrating import _halved

    return _halved(_FORTY, SALT).choosing[:half]


def test_too_few_ordinary_requests_are_refused() -> None:
    with pytest.raises(InputError, match="too few to tell who would be blocked wrongly"):
        compile_guard(
            About(a_guard_order().id, FINDING, FINDING_ID, "oak"),
            Wordings(WORDINGS),
            Ordinary(ordinary_requests()[: LEAST_ORDINARY - 1]),
            new_id="GSG-20260706-0000000001",
            salt=SALT,
            now=at(0),
            expires=at(1),
        )


def test_whoever_has_requests_of_their_own_can_measure_on_them() -> None:
    guard = a_guard()
    rate = measured(Scorer.of(guard, None), guard.votes, [*ordinary_requests()[:10], WORDINGS[0]])
    assert (rate.blocked, rate.n) == (1, 11)


def test_a_neighbour_that_one_half_did_not_expect_is_told_and_not_blocked() -> None:
    # Only one of them is this near; whichever half it is in, the guard's own thresholds know of it.
    near = WORDINGS[0].replace("staff password", "opening hours of today")
    salts = [f"{number:032x}" for number in range(12)]
    guards = [
        compile_guard(
            About(a_guard_order().id, FINDING, FINDING_ID, "oak"),
            Wordings(WORDINGS),
            Ordinary(ordinary_requests(), (near, "Where are the maps of the old town?")),
            new_id="GSG-20260706-0000000001",
            salt=salt,
            now=at(0),
            expires=at(1),
        )
        for salt in salts
    ]
    blocked = [one.calibration.near.blocked for one in guards if one.calibration.near is not None]
    assert set(blocked) == {0, 1}
    for guard in guards:
        assert not matches(Scorer.of(guard, None).score(Reading([near])), guard.votes)


def test_the_thresholds_block_none_of_those_that_chose_them() -> None:
    guard = a_guard()
    scorer = Scorer.of(guard, None)
    assert not any(
        matches(scorer.score(Reading([text])), guard.votes) for text in (*ordinary_requests(), *NEIGHBOURS)
    )
