"""Push over real sockets of this machine: an event wakes whoever follows, and is never believed."""

from __future__ import annotations

import asyncio
import os
import threading
import time
from collections.abc import Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import aiohttp
import pytest
from aiohttp import web

from groundstop.directives.push import Pace, Renewing, follow, serve_repository
from groundstop.directives.repository import Renewed
from groundstop.directives.subscribing import Refreshed, Repository, Subscriber
from groundstop.errors import GroundstopError, TargetError
from tests.directive_parts import a_charter, a_stop, at, for_everybody, officer
from tests.repository_parts import Scene, ids_in_force, online

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

NOW = at(0)
LONG = 20.0
"""Seconds within which anything that is waited for here comes."""
ONLY_PUSHED = Pace(poll_s=600, least_s=0.01, again_s=0.02)


@pytest.fixture(autouse=True)
def a_disk_that_is_quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Waiting for the disk would show nothing here."""
    monkeypatch.setattr(os, "fsync", lambda _: None)


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    scene = Scene(tmp_path, charter=a_charter())
    scene.refresh(NOW)
    return scene


def subscriber_of(scene: Scene, url: str) -> Subscriber:
    return Subscriber(
        scene.folder / "operator", scene.obeys(repositories=(Repository("main", url, scene.root, None),))
    )


async def until(holds: Callable[[], bool]) -> None:
    """Wait until something holds, and no longer than is reasonable."""
    async with asyncio.timeout(LONG):
        while not holds():  # noqa: ASYNC110 - what is waited for happens in a thread
            await asyncio.sleep(0.005)


@asynccontextmanager
async def following(work: Awaitable[None]) -> AsyncIterator[asyncio.Future[None]]:
    """Follow for as long as the context lasts."""
    task = asyncio.ensure_future(work)
    try:
        yield task
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


class Counting:
    """A subscriber that counts how often it is woken."""

    def __init__(self, work: Callable[[], None] = lambda: None) -> None:
        self.looks = 0
        self._work = work

    def refresh(self, now: datetime, *, only: str | None = None) -> Refreshed:
        assert only == "main"
        self.looks += 1
        self._work()
        return Refreshed(now, (), 0, swapped=False, digest="sha256:0")


async def test_an_order_is_enforced_when_an_event_has_woken_the_gateway(scene: Scene) -> None:
    async with serve_repository(scene.places.public, watch_s=0.01) as server:
        subscriber = subscriber_of(scene, server.url)
        follower = follow(subscriber, "main", f"{server.url}events", pace=ONLY_PUSHED, clock=lambda: NOW)
        async with following(follower):
            await until(lambda: len(server.followers) == 1 and subscriber.active.closed == ())
            for number in (1, 2, 3):
                order = for_everybody(number)
                await asyncio.to_thread(scene.publish, order)
                await until(lambda order=order: order.id in ids_in_force(subscriber))  # type: ignore[misc]
        await until(lambda: not server.followers)


async def test_without_events_it_looks_every_few_seconds(scene: Scene) -> None:
    scene.publish(for_everybody(1))
    async with serve_repository(scene.places.public) as server:
        subscriber = subscriber_of(scene, server.url)
        told: list[Refreshed] = []
        pace = Pace(poll_s=0.02, least_s=0.01)
        follower = follow(subscriber, "main", None, pace=pace, clock=lambda: NOW, told=told.append)
        async with following(follower):
            await until(lambda: len(told) > 2)
            assert ids_in_force(subscriber) == [for_everybody(1).id]
            await asyncio.to_thread(scene.publish, a_stop(), 1, keys=[officer(1), online()])
            await until(lambda: a_stop().id in ids_in_force(subscriber))


@asynccontextmanager
async def event_server(events: Callable[[web.Request], Awaitable[web.StreamResponse]]) -> AsyncIterator[str]:
    """Serve events that anybody might send."""
    application = web.Application()
    application.router.add_get("/events", events)
    runner = web.AppRunner(application, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/events"
    finally:
        await runner.cleanup()


async def test_a_flood_of_forged_events_makes_it_look_no_more_than_it_is_allowed_to() -> None:
    sent = 0

    async def flood(request: web.Request) -> web.StreamResponse:
        nonlocal sent
        response = web.StreamResponse()
        await response.prepare(request)
        with suppress(ConnectionError):
            while True:
                await response.write(b"event: changed\ndata: {}\n\n" * 100)
                sent += 100
                await asyncio.sleep(0)
        return response

    subscriber = Counting()
    began = time.monotonic()
    async with event_server(flood) as url:
        follower = follow(subscriber, "main", url, pace=Pace(poll_s=600, least_s=0.05), clock=lambda: NOW)
        async with following(follower):
            await until(lambda: subscriber.looks >= 5)
            spent = time.monotonic() - began
            assert subscriber.looks <= spent / 0.05 + 2
    assert sent > 100


async def test_no_line_is_too_long_and_no_bytes_too_odd() -> None:
    async def odd(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        with suppress(ConnectionError):
            await response.write(b"\x00\xff" * 500_000)
            await response.write(b"da")
            await asyncio.sleep(0.02)
            await response.write(b"ta: in two pieces")
            await asyncio.sleep(LONG)
        return response

    subscriber = Counting()
    async with (
        event_server(odd) as url,
        following(follow(subscriber, "main", url, pace=ONLY_PUSHED, clock=lambda: NOW)),
    ):
        # One at the beginning, one when the line is open, one for the event.
        await until(lambda: subscriber.looks >= 3)


@pytest.mark.parametrize("status", [200, 302, 404, 503])
async def test_a_line_that_ends_is_opened_again_later_and_later(status: int) -> None:
    asked: list[float] = []

    async def ending(_: web.Request) -> web.StreamResponse:
        asked.append(time.monotonic())
        headers = {"Location": "/elsewhere"} if status == 302 else None
        return web.Response(status=status, headers=headers)

    subscriber = Counting()
    pace = Pace(poll_s=600, least_s=0.001, again_s=0.02, most_s=0.5)
    async with (
        event_server(ending) as url,
        following(follow(subscriber, "main", url, pace=pace, clock=lambda: NOW, chance=lambda: 1)),
    ):
        await until(lambda: len(asked) >= 4)
    # A server that answers at all is asked again after the shortest wait; another after 20, 40 and 80 ms.
    assert asked[3] - asked[0] >= (0.05 if status == 200 else 0.12)
    if status != 200:
        assert subscriber.looks == 1


async def test_a_server_that_is_silent_is_left() -> None:
    asked = 0

    async def silent(request: web.Request) -> web.StreamResponse:
        nonlocal asked
        asked += 1
        response = web.StreamResponse()
        await response.prepare(request)
        await asyncio.sleep(LONG)
        return response

    pace = Pace(poll_s=600, least_s=0.001, again_s=0.01, silent_s=0.05)
    async with (
        event_server(silent) as url,
        following(follow(Counting(), "main", url, pace=pace, clock=lambda: NOW)),
    ):
        await until(lambda: asked >= 2)


async def test_being_cancelled_waits_for_the_look_that_is_under_way() -> None:
    begun, goes_on = threading.Event(), threading.Event()

    def work() -> None:
        begun.set()
        goes_on.wait(LONG)

    subscriber = Counting(work)
    task = asyncio.ensure_future(follow(subscriber, "main", None, clock=lambda: NOW))
    await until(begun.is_set)
    task.cancel()
    await asyncio.sleep(0.02)
    assert not task.done()
    goes_on.set()
    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(task, LONG)
    assert subscriber.looks == 1


async def test_one_follower_too_many_is_turned_away_and_told_when_to_come_back(scene: Scene) -> None:
    async with (
        serve_repository(scene.places.public, most_followers=1, beat_s=0.01) as server,
        aiohttp.ClientSession() as session,
        session.get(f"{server.url}events") as first,
    ):
        assert first.status == 200
        assert first.content_type == "text/event-stream"
        async with session.get(f"{server.url}events") as second:
            assert (second.status, second.headers["Retry-After"]) == (503, "30")
        assert server.turned_away == 1
        assert b": still here" in await first.content.readany()


async def test_an_event_says_nothing_but_that_something_changed(scene: Scene) -> None:
    async with (
        serve_repository(scene.places.public, beat_s=600) as server,
        aiohttp.ClientSession() as session,
        session.get(f"{server.url}events") as line,
    ):
        await line.content.readuntil(b"\n\n")
        server.announce()
        assert await line.content.readuntil(b"\n\n") == b"event: changed\ndata: {}\n\n"


@pytest.mark.parametrize(
    "path",
    [
        "",
        "metadata/",
        "metadata/../../lock",
        "metadata/%2e%2e/%2e%2e/lock",
        "..%2flock",
        "metadata/..%2f..%2flock",
        "staged/x.json",
        "metadata/.groundstop-0.json",
        "metadata/link.json",
        "metadata/timestamp.json%00.json",
        "targets/other/x.json",
        "/etc/passwd",
    ],
)
async def test_nothing_outside_the_public_files_is_served(scene: Scene, path: str) -> None:
    (scene.places.staged).mkdir(exist_ok=True)
    (scene.places.staged / "x.json").write_text("{}")
    (scene.places.metadata / ".groundstop-0.json").write_text("{}")
    (scene.places.metadata / "link.json").symlink_to("/etc/passwd")
    from yarl import URL

    async with serve_repository(scene.places.public) as server, aiohttp.ClientSession() as session:
        async with session.get(URL(f"{server.url}{path}", encoded=True)) as answer:
            assert answer.status == 404
        async with session.get(f"{server.url}metadata/timestamp.json") as answer:
            assert (answer.status, answer.headers["Cache-Control"]) == (200, "no-cache")
            assert await answer.read() == scene.places.timestamp.read_bytes()
        async with session.post(f"{server.url}metadata/timestamp.json") as answer:
            assert answer.status == 405


async def test_large_files_are_served_whole_and_replaced_ones_anew(scene: Scene) -> None:
    folder = scene.places.targets / "orders"
    sizes = {"large.json": 300_000, "small.json": 10}
    async with serve_repository(scene.places.public) as server, aiohttp.ClientSession() as session:
        for letter in (b"a", b"bb"):
            for name, size in sizes.items():
                (folder / name).write_bytes(letter * size)
                async with session.get(f"{server.url}targets/orders/{name}") as answer:
                    assert await answer.read() == letter * size


async def test_the_server_renews_the_timestamp_and_publishes_what_waits_for_its_key(scene: Scene) -> None:
    told: list[Renewed | GroundstopError] = []
    scene.publish(a_stop(), 1, keys=[officer(1)])
    renewing = Renewing(scene.places.folder, online(), lambda: NOW, every_s=0.02, told=told.append)
    async with serve_repository(scene.places.public, renewing=renewing) as server:
        await until(lambda: len(told) >= 2)
        subscriber = subscriber_of(scene, server.url)
        assert (await asyncio.to_thread(subscriber.refresh, NOW)).good
        assert ids_in_force(subscriber) == [a_stop().id]
        scene.places.role("root", 1).write_bytes(b"{}")
        await until(lambda: any(isinstance(one, GroundstopError) for one in told))
    assert isinstance(told[0], Renewed)
    assert told[0].published == (f"publish the stop {a_stop().id}",)


async def test_an_address_that_is_taken_is_told(scene: Scene) -> None:
    async with serve_repository(scene.places.public) as server:
        port = int(server.url.rsplit(":", 1)[1].rstrip("/"))
        with pytest.raises(TargetError, match="Nothing can listen"):
            async with serve_repository(scene.places.public, port=port):
                pass


async def test_a_gateway_comes_back_when_its_server_does(scene: Scene) -> None:
    async with serve_repository(scene.places.public, watch_s=0.01) as server:
        url, port = server.url, int(server.url.rsplit(":", 1)[1].rstrip("/"))
        subscriber = subscriber_of(scene, url)
        follower = asyncio.ensure_future(
            follow(subscriber, "main", f"{url}events", pace=ONLY_PUSHED, clock=lambda: NOW)
        )
        await until(lambda: len(server.followers) == 1 and subscriber.active.closed == ())
    try:
        await asyncio.to_thread(scene.publish, for_everybody(1))
        async with serve_repository(scene.places.public, port=port):
            # What changed while nobody listened is seen when the line is open again.
            await until(lambda: ids_in_force(subscriber) == [for_everybody(1).id])
    finally:
        follower.cancel()
        with suppress(asyncio.CancelledError):
            await follower


def test_waits_grow_to_a_bound_and_differ_by_chance() -> None:
    pace = Pace()
    assert [pace.wait(failures, 1) for failures in range(8)] == [0.5, 1, 2, 4, 8, 16, 30, 30]
    assert pace.wait(0, 0) == 0.25
    assert pace.wait(10**9, 0.5) == 22.5
