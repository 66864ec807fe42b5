from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from groundstop.directives.push.following import Pace
from groundstop.directives.subscribing import Subscriber
from groundstop.errors import WorkspaceError
from groundstop.gateway.running.configuration import NOBODY_OBEYED
from groundstop.gateway.running.hearing import Heard, Hearing
from tests.directive_parts import AUTHORITY, a_charter, at, for_everybody
from tests.repository_parts import Scene

NOW = at(30)
QUICK = Pace(poll_s=0.05, least_s=0.01)


def clock() -> float:
    return NOW.timestamp()


class Handed:
    """Keeps what was handed on, and may fail."""

    def __init__(self) -> None:
        self.heard: list[Heard] = []
        self.fails = 0
        self.new = asyncio.Event()

    async def take(self, heard: Heard) -> None:
        if self.fails:
            self.fails -= 1
            raise RuntimeError("told nobody")
        self.heard.append(heard)
        self.new.set()

    async def until(self, orders: int) -> Heard:
        async with asyncio.timeout(30):
            while not self.heard or len(self.heard[-1].active.orders.orders) != orders:
                self.new.clear()
                await self.new.wait()
        return self.heard[-1]


async def test_what_a_repository_publishes_is_handed_on_with_what_it_rests_on(tmp_path: Path) -> None:
    scene = Scene(tmp_path, charter=a_charter())
    scene.refresh(NOW)
    subscriber, handed = scene.subscriber(), Handed()
    subscriber.load(NOW)
    hearing = Hearing(subscriber, scene.obeys().repositories, handed.take, clock=clock, pace=QUICK)
    running = asyncio.create_task(hearing.run())
    heard = await handed.until(0)
    scene.publish(for_everybody(), now=NOW)
    heard = await handed.until(1)
    assert heard.news.orders is heard.active.orders
    assert [one.authority for one in heard.charters] == [AUTHORITY]
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    hearing.close()


async def test_orders_that_are_the_same_are_the_very_same(tmp_path: Path) -> None:
    handed = Handed()
    subscriber = Subscriber(tmp_path, NOBODY_OBEYED)
    subscriber.load(NOW)
    hearing = Hearing(subscriber, (), handed.take, clock=clock)
    (tmp_path / "stop").write_text("desk-helper\n")
    first, second = await hearing.look(), await hearing.look()
    assert first.news.orders is second.news.orders
    assert len(first.active.orders.stops) == 1
    hearing.close()


async def test_it_looks_again_whatever_went_wrong(tmp_path: Path) -> None:
    handed = Handed()
    handed.fails = 3
    subscriber = Subscriber(tmp_path, NOBODY_OBEYED)
    subscriber.load(NOW)
    hearing = Hearing(subscriber, (), handed.take, clock=clock, look_s=0.01)
    running = asyncio.create_task(hearing.run())
    assert (await handed.until(0)).news.closed == ()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    hearing.close()


class Forgetful:
    """A notifier that cannot keep the first thing that it is told."""

    def __init__(self) -> None:
        self.told: list[tuple[object, object]] = []

    async def heard(self, before: object, after: object) -> None:
        self.told.append((before, after))
        if len(self.told) == 1:
            raise WorkspaceError("The outbox cannot be written", "Make room")


async def test_a_change_that_could_not_be_told_is_told_again(tmp_path: Path) -> None:
    handed, notifier = Handed(), Forgetful()
    subscriber = Subscriber(tmp_path, NOBODY_OBEYED)
    subscriber.load(NOW)
    hearing = Hearing(subscriber, (), handed.take, notifier=notifier, clock=clock)
    with pytest.raises(WorkspaceError):
        await hearing.look()
    await hearing.look()
    await hearing.look()
    orders = handed.heard[-1].active.orders
    assert notifier.told == [(None, orders), (None, orders)]
    assert len(handed.heard) == 3
    hearing.close()


def test_where_nobody_is_obeyed_nothing_is_missed(tmp_path: Path) -> None:
    subscriber = Subscriber(tmp_path, NOBODY_OBEYED)
    assert subscriber.active.closed
    assert subscriber.load(NOW).good
    assert subscriber.refresh(NOW).good
    assert (subscriber.active.closed, subscriber.active.heard) == ((), NOW.timestamp())
    assert subscriber.look_here(at(300)).good
    assert subscriber.active.heard == at(300).timestamp()
