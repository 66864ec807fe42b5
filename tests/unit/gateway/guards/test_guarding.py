"""Asking guards of a request: outcomes, time, changes on disk, and what follows when nothing can be told."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from groundstop.documents.directives import Unknown
from groundstop.documents.gateway import GuardOutcome, GuardSaid
from groundstop.gateway.guards import Guards, rule_when_not_assessed
from groundstop.gateway.guards.loading import FOLDER
from groundstop.gateway.guards.scoring import Scorer
from tests.directive_parts import for_everybody
from tests.guard_parts import (
    LITERAL,
    NEIGHBOURS,
    Clock,
    a_guard,
    a_guard_order,
    issuers_keys,
    moment,
    orders_of,
    ordinary_requests,
    signed,
)

ORDER = a_guard_order().id
LONG = " ".join(ordinary_requests()) * 20


@pytest.fixture
def clock() -> Clock:
    return Clock(moment())


@pytest.fixture
def guards(tmp_path: Path, clock: Clock) -> Iterator[Guards]:
    (tmp_path / FOLDER).mkdir()
    (tmp_path / FOLDER / "one.json").write_bytes(signed(a_guard()))
    found = Guards(tmp_path, clock=clock, limit_s=60)
    found.put(orders_of(a_guard_order()), issuers_keys())
    yield found
    found.close()


async def outcome(guards: Guards, *texts: str) -> GuardOutcome:
    (said,) = await guards.check((ORDER,), texts)
    assert said.directive == ORDER
    return said.outcome


async def test_the_recipe_is_blocked_and_its_neighbours_pass(guards: Guards) -> None:
    assert await outcome(guards, LITERAL) is GuardOutcome.BLOCKED
    assert await outcome(guards, NEIGHBOURS[0]) is GuardOutcome.PASSED
    assert await outcome(guards) is GuardOutcome.PASSED


async def test_it_is_blocked_in_the_middle_of_a_very_long_text(guards: Guards) -> None:
    assert len(LONG) > 100_000
    assert await outcome(guards, LONG) is GuardOutcome.PASSED
    assert await outcome(guards, LONG + LITERAL + LONG) is GuardOutcome.BLOCKED


async def test_a_guard_in_shadow_lets_it_go_on_and_says_so(guards: Guards, tmp_path: Path) -> None:
    (tmp_path / FOLDER / "one.json").write_bytes(signed(a_guard(stage="shadow")))
    assert guards.look()
    assert await outcome(guards, LITERAL) is GuardOutcome.SHADOW
    assert await outcome(guards, NEIGHBOURS[0]) is GuardOutcome.PASSED


async def test_of_several_guards_the_strictest_decides(guards: Guards, tmp_path: Path) -> None:
    lax = a_guard(id="GSG-20260706-0000000002", stage="shadow", votes={"share": 1.0})
    (tmp_path / FOLDER / "two.json").write_bytes(signed(lax))
    guards.look()
    assert await outcome(guards, LITERAL) is GuardOutcome.BLOCKED


async def test_a_guard_that_is_over_assesses_nothing(guards: Guards, clock: Clock) -> None:
    clock.seconds = moment(24 * 31)
    assert await outcome(guards, LITERAL) is GuardOutcome.NOT_ASSESSED


@pytest.mark.parametrize("left", [None, b"no envelope"])
async def test_without_a_guard_that_counts_nothing_is_assessed(
    guards: Guards, tmp_path: Path, left: bytes | None
) -> None:
    path = tmp_path / FOLDER / "one.json"
    path.unlink()
    if left is not None:
        path.write_bytes(left)
    guards.look()
    assert await outcome(guards, NEIGHBOURS[0]) is GuardOutcome.NOT_ASSESSED
    assert len(guards.problems) == (left is not None)


async def test_each_order_that_asks_is_answered_in_its_order(guards: Guards) -> None:
    other = for_everybody(2).id
    said = await guards.check((other, ORDER, other), [LITERAL])
    assert said == (
        GuardSaid(directive=other, outcome=GuardOutcome.NOT_ASSESSED),
        GuardSaid(directive=ORDER, outcome=GuardOutcome.BLOCKED),
    )


async def test_what_takes_too_long_is_not_assessed(tmp_path: Path, clock: Clock) -> None:
    times = iter(range(1000))
    guards = Guards(tmp_path, clock=clock, monotonic=lambda: next(times) * 10.0, limit_s=2.0)
    (tmp_path / FOLDER).mkdir()
    (tmp_path / FOLDER / "one.json").write_bytes(signed(a_guard()))
    guards.put(orders_of(a_guard_order()), issuers_keys())
    assert await outcome(guards, LITERAL) is GuardOutcome.NOT_ASSESSED
    guards.close()


async def test_a_thread_that_hangs_does_not_hold_the_request(
    tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on = threading.Event()

    def hang(_scorer: Scorer, _reading: object, _time: object) -> float:
        go_on.wait(60)
        return 0.0

    (tmp_path / FOLDER).mkdir()
    (tmp_path / FOLDER / "one.json").write_bytes(signed(a_guard()))
    guards = Guards(tmp_path, clock=clock, limit_s=0.05)
    guards.put(orders_of(a_guard_order()), issuers_keys())
    monkeypatch.setattr(Scorer, "share", hang)
    assert await outcome(guards, LONG) is GuardOutcome.NOT_ASSESSED
    go_on.set()
    guards.close()


async def test_many_requests_at_once_are_each_answered(guards: Guards) -> None:
    texts = [LITERAL, NEIGHBOURS[0], LONG + LITERAL, LONG] * 3
    found = await asyncio.gather(*(outcome(guards, text) for text in texts))
    blocked, passed = GuardOutcome.BLOCKED, GuardOutcome.PASSED
    assert found == [blocked, passed, blocked, passed] * 3


async def test_outcomes_are_counted(guards: Guards) -> None:
    await outcome(guards, LITERAL)
    await outcome(guards, NEIGHBOURS[0])
    await outcome(guards, NEIGHBOURS[1])
    assert guards.counts == {(ORDER, GuardOutcome.BLOCKED): 1, (ORDER, GuardOutcome.PASSED): 2}


def test_files_that_stay_as_they_are_are_not_read_again(guards: Guards) -> None:
    assert not guards.look()


@pytest.mark.parametrize(("unknown", "goes_on"), [(Unknown.ALLOW, True), (Unknown.DENY, False)])
def test_the_order_says_what_follows_when_nothing_can_be_told(unknown: Unknown, goes_on: bool) -> None:
    order = a_guard_order().model_copy(update={"unknown": unknown})
    assert rule_when_not_assessed(orders_of(order), ORDER) is goes_on


def test_an_order_that_does_not_stand_lets_nothing_pass_unassessed() -> None:
    assert not rule_when_not_assessed(orders_of(), ORDER)
    lets = a_guard_order().model_copy(update={"unknown": Unknown.ALLOW})
    assert not rule_when_not_assessed(
        orders_of(lets, a_guard_order().model_copy(update={"unknown": Unknown.DENY})), ORDER
    )
