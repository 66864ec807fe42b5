"""Processes that are killed in the middle: what was answered is on record, and what was said still holds."""

from __future__ import annotations

import asyncio
import os
import random
import signal
from collections.abc import AsyncIterator, Callable
from functools import partial
from pathlib import Path
from typing import NamedTuple

import pytest
from aiohttp import ClientError, ClientSession

from groundstop.documents.gateway import Decided
from groundstop.evidence import KeyFolder
from groundstop.gateway.acknowledging import FILE_NAME, read_acknowledgements
from groundstop.gateway.receipts import read_receipts, verify
from tests.gateway_parts import OPEN, WITHDRAWN, StubUpstream, an_upstream
from tests.running_parts import Served, a_folder, chat, serving, settings_text

LIMIT_S = 30.0


@pytest.fixture
async def upstream() -> AsyncIterator[StubUpstream]:
    async with an_upstream() as stub:
        yield stub


@pytest.fixture
async def session() -> AsyncIterator[ClientSession]:
    async with ClientSession() as one:
        yield one


def a_served_folder(place: Path, upstream: StubUpstream, **changes: object) -> Path:
    folder = a_folder(place)
    (folder / "gateway.toml").write_text(settings_text(upstream.url, **changes))
    return folder


class Answered(NamedTuple):
    """A request that was answered."""

    request: str
    status: int


async def until(condition: Callable[[], bool]) -> None:
    """Wait for something to be so."""
    async with asyncio.timeout(LIMIT_S):
        # What another process does gives no sign but what it writes.
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.02)


async def answered_until(
    url: str, done: asyncio.Event, *, at_once: int = 4
) -> tuple[list[Answered], list[str]]:
    """Ask for two models over and over; return what was answered, and what failed."""
    answers, failures = list[Answered](), list[str]()

    async def asking(session: ClientSession, model: str) -> None:
        while not done.is_set():
            try:
                status, _, request = await chat(session, url, model)
                assert request is not None
                answers.append(Answered(request, status))
                # Processes that begin need the cores too.
                await asyncio.sleep(0.005)
            except (ClientError, OSError) as error:
                failures.append(type(error).__name__)
                await asyncio.sleep(0.02)

    async with ClientSession() as session, asyncio.TaskGroup() as tasks:
        for number in range(at_once):
            tasks.create_task(asking(session, (WITHDRAWN, OPEN)[number % 2]))
    return answers, failures


def on_record(folder: Path) -> dict[str, Decided]:
    return {one.what.request: one.what for one in read_receipts(folder) if isinstance(one.what, Decided)}


def check(folder: Path) -> None:
    card = KeyFolder(folder / "keys").card("gateway")
    report = verify(folder, [card])
    assert report.passed, report.to_json()
    assert list(read_acknowledgements(folder / FILE_NAME, [card]))


def listens_of(served: Served, number: int) -> bool:
    return served.events().count("worker_listens") == number


async def test_workers_that_are_killed_lose_no_receipt_of_what_was_answered(
    tmp_path: Path, upstream: StubUpstream
) -> None:
    folder = a_served_folder(tmp_path, upstream, workers=2)
    (folder / "stop").write_text(f"{WITHDRAWN}\n")
    random_ = random.Random(7)
    with serving(folder, folder=tmp_path) as served:
        done = asyncio.Event()
        load = asyncio.create_task(answered_until(served.url, done))
        for killed in (1, 2):
            await asyncio.sleep(random_.uniform(0.1, 0.4))
            listen = {one["pid"] for one in served.told() if one["event"] == "worker_listens"}
            os.kill(min(listen & served.workers()), signal.SIGKILL)
            await until(partial(listens_of, served, 2 + killed))
        await asyncio.sleep(0.2)
        done.set()
        answers, _ = await load
        assert served.ended() == 0
    assert len(answers) > 50
    found = on_record(folder)
    assert all(found[one.request].status == one.status for one in answers)
    assert {one.status for one in answers} == {200, 451}
    assert all(found[one.request].asked.model == WITHDRAWN for one in answers if one.status == 451)
    assert all(found[one.request].asked.model == OPEN for one in answers if one.status == 200)
    check(folder)


async def test_after_the_supervisor_is_killed_the_next_one_goes_on_where_it_ended(
    tmp_path: Path, upstream: StubUpstream, session: ClientSession
) -> None:
    folder = a_served_folder(tmp_path, upstream, workers=2)
    (folder / "stop").write_text(f"{WITHDRAWN}\n")
    with serving(folder, folder=tmp_path) as served:
        workers, port = served.workers(), served.url.removeprefix("http://")
        assert (await chat(session, served.url))[0] == 451
        served.process.kill()
        served.process.wait()
        # The workers know nothing new any more, and keep to what they know until they end by themselves.
        assert (await chat(session, served.url))[0] == 451
    with serving(folder, "--listen", port, folder=tmp_path) as served:
        # They held the port until they left.
        await until(lambda: not any(Path(f"/proc/{one}").exists() for one in workers))
        async with ClientSession() as fresh:
            assert (await chat(fresh, served.url))[0] == 451
        assert served.ended() == 0
    assert len(on_record(folder)) == 3
    check(folder)


async def test_a_stop_counts_at_once_when_the_configuration_on_disk_is_broken(
    tmp_path: Path, upstream: StubUpstream, session: ClientSession
) -> None:
    folder = a_served_folder(tmp_path, upstream, workers=2)
    with serving(folder, folder=tmp_path) as served:
        assert (await chat(session, served.url))[0] == 200
        (folder / "gateway.toml").write_text("name = ")
        (folder / "obeys.toml").write_text("what is this?")
        served.process.send_signal(signal.SIGHUP)
        await until(lambda: "configuration_kept" in served.events())
        (folder / "stop").write_text(f"{WITHDRAWN}\n")
        async with asyncio.timeout(LIMIT_S):
            while (await chat(session, served.url))[0] == 200:
                continue
        assert (await chat(session, served.url, OPEN))[0] == 200
        await until(lambda: served.events().count("acknowledged") >= 2)


async def test_a_new_configuration_drops_no_request(
    tmp_path: Path, upstream: StubUpstream, session: ClientSession
) -> None:
    folder = a_served_folder(tmp_path, upstream)
    with serving(folder, folder=tmp_path) as served:
        before = served.workers()
        done = asyncio.Event()
        load = asyncio.create_task(answered_until(served.url, done))
        (folder / "gateway.toml").write_text(
            settings_text(upstream.url, workers=2, clients={"credentials": "required"})
        )
        served.process.send_signal(signal.SIGHUP)
        await until(lambda: "reloaded" in served.events())
        await until(lambda: "drained" in served.events())
        await until(lambda: not before & served.workers())
        assert (await chat(session, served.url))[0] == 401
        done.set()
        answers, failures = await load
        assert failures == []
        assert {one.status for one in answers} == {200, 401}
        assert len(served.workers()) == 2
        assert served.ended() == 0
    found = on_record(folder)
    assert all(one.request in found for one in answers if one.status == 200)
    check(folder)


async def test_a_new_configuration_that_cannot_serve_leaves_the_present_one(
    tmp_path: Path, upstream: StubUpstream, session: ClientSession
) -> None:
    folder = a_served_folder(tmp_path, upstream)
    with serving(folder, folder=tmp_path) as served:
        text = settings_text(upstream.url, listen=served.admin.removeprefix("http://"))
        (folder / "gateway.toml").write_text(text)
        served.process.send_signal(signal.SIGHUP)
        await until(lambda: "configuration_kept" in served.events())
        assert (await chat(session, served.url))[0] == 200
        (line,) = (one for one in served.told() if one["event"] == "configuration_kept")
        assert "cannot be listened at" in line["problem"]
        served.process.send_signal(signal.SIGHUP)
        await until(lambda: served.events().count("configuration_kept") == 2)


async def test_streams_are_finished_before_it_ends(
    tmp_path: Path, upstream: StubUpstream, session: ClientSession
) -> None:
    folder = a_served_folder(tmp_path, upstream)
    upstream.hold = asyncio.Event()
    with serving(folder, folder=tmp_path) as served:
        body = {"model": OPEN, "stream": True, "messages": [{"role": "user", "content": "Say ready."}]}
        async with session.post(f"{served.url}/v1/chat/completions", json=body) as answer:
            await answer.content.readuntil(b"\n\n")
            served.process.send_signal(signal.SIGTERM)
            await until(lambda: "stopping" in served.events())
            upstream.hold.set()
            assert b"[DONE]" in await answer.content.read()
        assert await asyncio.to_thread(served.process.wait, 60) == 0
    (line,) = (one for one in served.told() if one["event"] == "drained")
    assert line["cut"] == 0


async def test_a_new_release_takes_over_in_place_and_drops_no_request(
    tmp_path: Path, upstream: StubUpstream, session: ClientSession
) -> None:
    folder = a_served_folder(tmp_path, upstream)
    (folder / "stop").write_text(f"{WITHDRAWN}\n")
    with serving(folder, folder=tmp_path) as served:
        before = served.workers()
        done = asyncio.Event()
        load = asyncio.create_task(answered_until(served.url, done))
        served.process.send_signal(signal.SIGUSR2)
        await until(lambda: served.events().count("serving") == 2)
        assert served.process.poll() is None
        await until(lambda: "drained" in served.events())
        await until(lambda: not before & served.workers())
        assert (await chat(session, served.url))[0] == 451
        done.set()
        answers, failures = await load
        assert failures == []
        assert served.ended() == 0
    found = on_record(folder)
    assert all(found[one.request].status == one.status for one in answers)
    assert {one.status for one in answers} == {200, 451}
    check(folder)


async def test_a_new_release_that_cannot_be_used_leaves_the_present_one(
    tmp_path: Path, upstream: StubUpstream, session: ClientSession
) -> None:
    folder = a_served_folder(tmp_path, upstream)
    with serving(folder, folder=tmp_path) as served:
        (folder / "gateway.toml").write_text("name = ")
        served.process.send_signal(signal.SIGUSR2)
        await until(lambda: "program_kept" in served.events())
        assert (await chat(session, served.url))[0] == 200
