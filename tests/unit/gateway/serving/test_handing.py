"""Large answers: the same bytes, over TLS and in the middle of a connection that goes on."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession, web

from tests.certificate_parts import Authority
from tests.gateway_parts import OPEN, StubUpstream, a_gateway, chat, chat_answer
from tests.unit.gateway.serving.test_tls import trust

CHAT = "/v1/chat/completions"
SIZES = (65_000, 70_000, 3_000_000)


def large(size: int) -> bytes:
    """Return an answer of about so many bytes."""
    return json.dumps(chat_answer(OPEN, "x" * size)).encode()


async def of_the_size_asked(request: web.Request, body: bytes) -> web.StreamResponse | None:
    """Answer with as many bytes as the request's user says."""
    return web.Response(body=large(int(json.loads(body)["user"])), content_type="application/json")


@pytest.mark.parametrize("encrypted", [False, True])
async def test_a_large_answer_is_handed_over_whole_and_the_connection_goes_on(
    encrypted: bool, tmp_path: Path
) -> None:
    authority = Authority(tmp_path)
    server = authority.issue("desk")
    tls = {"certificate": str(server.certificate), "key": str(server.key)}
    changes: dict[str, Any] = {"tls": tls} if encrypted else {}
    async with a_gateway(upstream=StubUpstream(answer=of_the_size_asked), **changes) as gateway:
        url = (gateway.url.replace("http:", "https:") if encrypted else gateway.url) + CHAT
        context = trust(authority) if encrypted else True
        async with ClientSession() as session:
            for size in SIZES:
                async with session.post(url, json=chat(user=str(size)), ssl=context) as answer:
                    assert answer.status == 200
                    assert answer.content_type == "application/json"
                    assert answer.content_length == len(large(size))
                    assert answer.headers["Groundstop-Request"]
                    assert await answer.read() == large(size)
            assert gateway.plane.connections == 1


async def test_a_request_behind_a_large_answer_is_answered_after_it() -> None:
    body = json.dumps(chat(user="300000")).encode()
    head = b"POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
    one = head + b"Content-Length: %d\r\n\r\n" % len(body) + body
    last = head + b"Connection: close\r\nContent-Length: %d\r\n\r\n" % len(body) + body
    async with a_gateway(upstream=StubUpstream(answer=of_the_size_asked)) as gateway:
        reader, writer = await asyncio.open_connection("127.0.0.1", gateway.port)
        writer.write(one + one + last)
        async with asyncio.timeout(10):
            got = await reader.read()
        writer.close()

        assert got.count(b"HTTP/1.1 200 OK\r\n") == got.count(large(300_000)) == 3


async def test_a_client_that_leaves_in_the_middle_is_noticed() -> None:
    body = json.dumps(chat(user="20000000")).encode()
    head = b"POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
    async with a_gateway(upstream=StubUpstream(answer=of_the_size_asked)) as gateway:
        reader, writer = await asyncio.open_connection("127.0.0.1", gateway.port, limit=1024)
        writer.write(head + b"Content-Length: %d\r\n\r\n" % len(body) + body)
        assert b" 200 " in await reader.readline()
        writer.transport.abort()
        async with asyncio.timeout(10):
            while gateway.plane.in_flight:  # noqa: ASYNC110  # the gateway tells nobody
                await asyncio.sleep(0.001)
        assert gateway.plane.connections == 0
