"""Thousands of connections on which nothing is asked."""

from __future__ import annotations

import asyncio
import resource
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import pytest

from tests.directive_parts import for_everybody
from tests.gateway_parts import OPEN, WITHDRAWN, Running, a_gateway, chat

CHAT = "/v1/chat/completions"
HALF = b"POST /v1/chat/completions HTTP/1.1\r\nHost: desk.example\r\nX-Slow: "
MOST, LEAST = 10_000, 1000
_AT_ONCE = 500
"""Fewer than may wait to be accepted."""


@pytest.fixture
def connections() -> Iterator[int]:
    """How many connections fit into this process, which holds both ends of each."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    count = min(MOST, (hard - 1000) // 2)
    if count < LEAST:
        pytest.skip(f"only {hard} files may be open here")
    yield count
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@asynccontextmanager
async def idle(gateway: Running, count: int) -> AsyncIterator[list[socket.socket]]:
    """Open connections until the block ends; the gateway has accepted them when it begins."""
    loop, lines = asyncio.get_running_loop(), list[socket.socket]()
    try:
        while len(lines) < count:
            some = [socket.socket() for _ in range(min(_AT_ONCE, count - len(lines)))]
            lines += some
            for line in some:
                line.setblocking(False)
            await asyncio.gather(*(loop.sock_connect(line, ("127.0.0.1", gateway.port)) for line in some))
            async with asyncio.timeout(30):
                while gateway.plane.connections < len(lines):  # noqa: ASYNC110  # accepting tells nobody
                    await asyncio.sleep(0.001)
        yield lines
    finally:
        for line in lines:
            line.close()


async def test_thousands_of_idle_connections_keep_nobody_out(connections: int) -> None:
    limits = {"connections": connections + 10, "headers_s": 600}
    async with a_gateway(for_everybody(), limits=limits) as gateway:
        async with idle(gateway, connections):
            assert (await gateway.ask(CHAT, chat(OPEN))).status == 200
            assert (await gateway.ask(CHAT, chat(WITHDRAWN))).status == 451
            streamed = await gateway.ask(CHAT, chat(OPEN, stream=True))
            assert streamed.body.endswith(b"data: [DONE]\n\n")
        async with asyncio.timeout(30):
            while gateway.plane.connections > 2:  # noqa: ASYNC110  # closing tells nobody either
                await asyncio.sleep(0.01)
        assert (await gateway.ask(CHAT, chat(OPEN))).status == 200


async def test_headers_that_never_end_are_dropped_on_a_thousand_connections_at_once() -> None:
    async with a_gateway(limits={"headers_s": 1.0}) as gateway, idle(gateway, LEAST) as lines:
        loop = asyncio.get_running_loop()
        for line in lines:
            await loop.sock_sendall(
                line, b"POST /v1/chat/completions HTTP/1.1\r\nHost: desk.example\r\nX-Slow: "
            )
        assert (await gateway.ask(CHAT, chat(OPEN))).status == 200
        async with asyncio.timeout(30):
            answers = await asyncio.gather(*(loop.sock_recv(line, 100) for line in lines))
        assert {answer.split(b"\r\n")[0] for answer in answers} == {b"HTTP/1.1 408 Request Timeout"}
        assert len(gateway.upstream.got) == 1
