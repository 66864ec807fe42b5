"""Upstreams that fail in every way: the client learns it, it is on record, and nothing waits for ever."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from groundstop.documents.gateway import Change
from tests.gateway_parts import OPEN, Running, a_gateway, chat, chat_answer, chat_chunk, message, settings_for

CHAT = "/v1/chat/completions"
EVENTS = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
JSON = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
WHOLE = json.dumps(chat_answer(OPEN)).encode()

Script = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def says(*sent: bytes, hold: bool = False) -> Script:
    """Return a script that reads a request and sends bytes; it holds the connection open, or ends it."""

    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0])
        await reader.readexactly(length)
        for one in sent:
            writer.write(one)
            await writer.drain()
        if hold:
            await reader.read()

    return script


@asynccontextmanager
async def in_front_of(script: Script, **limits: float) -> AsyncIterator[Running]:
    """Run a gateway in front of a server that does what a script says with each connection."""
    tasks: set[asyncio.Task[None]] = set()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        try:
            await script(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()
            tasks.discard(task)

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
    async with a_gateway(settings=lambda _: settings_for({"url": url}, limits=limits)) as gateway:
        yield gateway
    for task in list(tasks):
        task.cancel()
    server.close()
    await server.wait_closed()
    await asyncio.gather(*tasks, return_exceptions=True)


def chunk(data: bytes) -> bytes:
    """Return one chunk."""
    return b"%x\r\n%s\r\n" % (len(data), data)


WHOLE_FAULTS: dict[str, tuple[Script, int, str]] = {
    "ends at once": (says(), 502, "upstream_closed"),
    "is no HTTP": (says(b"SSH-2.0-elm\r\n\r\n"), 502, "upstream_"),
    "ends in the headers": (says(b"HTTP/1.1 200 OK\r\nContent-"), 502, "upstream_closed"),
    "has less than it says": (says(JSON + b"Content-Length: 2000\r\n\r\n" + WHOLE), 502, "upstream_closed"),
    "has more than it says": (says(JSON + b"Content-Length: 10\r\n\r\n" + WHOLE), 502, "upstream_malformed"),
    "says two lengths": (
        says(JSON + b"Content-Length: 10\r\nContent-Length: 20\r\n\r\n" + WHOLE),
        502,
        "upstream_malformed",
    ),
    "has a chunk that is none": (
        says(JSON + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n" + WHOLE + b"\r\n0\r\n\r\n"),
        502,
        "upstream_",
    ),
    "ends in the middle of its chunks": (
        says(JSON + b"Transfer-Encoding: chunked\r\n\r\n" + chunk(WHOLE[:20])),
        502,
        "upstream_closed",
    ),
    "answers nothing": (says(hold=True), 504, "upstream_timeout"),
    "stalls in its answer": (
        says(JSON + b"Content-Length: 900\r\n\r\n" + WHOLE[:9], hold=True),
        504,
        "upstream_timeout",
    ),
    "is too large and says so": (says(JSON + b"Content-Length: 999999\r\n\r\n"), 502, "upstream_too_large"),
    "is too large and does not say so": (
        says(JSON + b"Transfer-Encoding: chunked\r\n\r\n", *[chunk(b" " * 1000)] * 20),
        502,
        "upstream_too_large",
    ),
}


@pytest.mark.parametrize("name", WHOLE_FAULTS)
async def test_an_answer_that_is_not_whole_is_told_as_what_it_is(name: str) -> None:
    script, status, code = WHOLE_FAULTS[name]
    async with in_front_of(script, first_byte_s=0.1, between_s=0.1, answer_bytes=8192) as gateway:
        answer = await gateway.ask(CHAT, chat())

        assert answer.status == status
        assert answer.json["error"]["code"].startswith(code)
        assert answer.headers["Groundstop-Source"] == "gateway"
        change = gateway.receipts.changes[-1]
        assert (change.change, change.status) == (Change.FAILED, status)
        assert gateway.plane.in_flight == 0


async def test_an_upstream_that_is_gone_cannot_be_reached() -> None:
    async with a_gateway(settings=lambda _: settings_for({"url": "http://127.0.0.1:9/v1"})) as gateway:
        answer = await gateway.ask("/v1/messages", message())

        assert answer.status == 502
        assert answer.json["error"]["code"] == "upstream_unreachable"
        assert gateway.counted.upstreams == [("elm-1", "unreachable")]


STREAM_FAULTS: dict[str, tuple[Script, str]] = {
    "ends in the middle": (says(EVENTS + chunk(chat_chunk(OPEN, "one"))), "upstream_closed"),
    "ends in the middle of an event": (
        says(EVENTS + chunk(chat_chunk(OPEN, "one") + b"data: {") + b"0\r\n\r\n"),
        "upstream_closed",
    ),
    "stalls": (says(EVENTS + chunk(chat_chunk(OPEN, "one")), hold=True), "upstream_timeout"),
    "has a chunk that is none": (
        says(EVENTS + chunk(chat_chunk(OPEN, "one")), b"zz\r\nxx\r\n"),
        "upstream_",
    ),
    "has an event that never ends": (
        says(EVENTS + chunk(chat_chunk(OPEN, "one")), *[chunk(b"data: " + b"x" * 1000)] * 9),
        "upstream_too_large",
    ),
}


@pytest.mark.parametrize("name", STREAM_FAULTS)
@pytest.mark.parametrize("path", [CHAT, "/v1/messages", "/v1/responses"])
async def test_a_stream_that_is_not_whole_ends_with_an_error_that_clients_see(path: str, name: str) -> None:
    script, code = STREAM_FAULTS[name]
    async with in_front_of(script, between_s=0.1, event_bytes=4096) as gateway:
        answer = await gateway.ask(path, message(stream=True, input="ready"))

        assert answer.status in (200, 502)
        assert code in answer.body.decode()
        assert b"[DONE]" not in answer.body
        assert b"xxxx" not in answer.body
        assert gateway.receipts.changes[-1].change is Change.FAILED
        assert gateway.plane.in_flight == 0
        assert gateway.counted.open == 0
        outcome = "timeout" if code == "upstream_timeout" else "error"
        assert gateway.counted.upstreams == [("elm-1", outcome)]


async def test_a_client_that_takes_nothing_is_dropped_and_the_upstream_let_go() -> None:
    big = chat_chunk(OPEN, "x" * 60_000)

    async def endless(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(EVENTS)
        while True:
            writer.write(chunk(big))
            await writer.drain()

    async with in_front_of(endless, write_s=0.2) as gateway:
        reader, writer = await asyncio.open_connection("127.0.0.1", gateway.port, limit=1024)
        data = json.dumps(chat(stream=True)).encode()
        writer.write(
            b"POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
            b"Content-Length: %d\r\n\r\n" % len(data) + data
        )
        await reader.readline()
        async with asyncio.timeout(10):
            while not gateway.receipts.changes:  # noqa: ASYNC110  # nobody tells
                await asyncio.sleep(0.01)
            while gateway.plane.in_flight:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        assert gateway.receipts.changes[-1].change is Change.LEFT
        writer.close()


async def test_a_connection_that_the_upstream_has_closed_is_not_used_again() -> None:
    answer = JSON + b"Content-Length: %d\r\n\r\n" % len(WHOLE) + WHOLE
    async with in_front_of(says(answer)) as gateway:
        for _ in range(3):
            assert (await gateway.ask(CHAT, chat())).status == 200
            await asyncio.sleep(0.01)
