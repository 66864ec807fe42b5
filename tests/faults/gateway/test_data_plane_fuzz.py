"""Requests for a withdrawn model, bent in every way: whatever the upstream gets, it is never that model."""

from __future__ import annotations

import asyncio
import json
import random
import re
from contextlib import suppress

import pytest

from tests.directive_parts import for_everybody
from tests.gateway_parts import OPEN, WITHDRAWN, Running, a_gateway, chat

SEEDS = range(4)
EACH = 150
PIECES = [
    b"\r\n",
    b"\n",
    b"\r",
    b" ",
    b"\t",
    b"\x00",
    b"\x0b",
    b"\xff",
    b"%",
    b"/../",
    b"\r\n\r\n",
    b"\r\nTransfer-Encoding: chunked",
    b"\r\nTransfer-Encoding:\tchunked",
    b"\r\nContent-Length: 5",
    b"\r\nContent-Type: text/plain",
    b"\r\nContent-Encoding: gzip",
    b"\r\nX-HTTP-Method-Override: GET",
    b"?model=desk-clerk",
    b'"model":"desk-clerk",',
    b'"Model":"desk-clerk",',
    b'"mod\\u0065l":"desk-clerk",',
    b'"stream":true,',
    b"\\u0000",
    b"\\ud800",
    b"{",
    b"}",
    b"[",
    b'"',
    b"0\r\n\r\n",
    b"5\r\nabcde\r\n",
    b"HTTP/1.0",
    b"HTTP/2.0",
]


def bent(request: bytes, chance: random.Random) -> bytes:
    """Return a request with some pieces put in, taken out, doubled or changed."""
    for _ in range(chance.randint(1, 3)):
        at = chance.randrange(len(request))
        match chance.randrange(5):
            case 0 | 1:
                request = request[:at] + chance.choice(PIECES) + request[at:]
            case 2:
                request = request[:at] + request[at + chance.randint(1, 8) :]
            case 3:
                end = at + chance.randint(1, 40)
                request = request[:end] + request[at:end] + request[end:]
            case _:
                request = request[:at] + bytes([chance.randrange(256)]) + request[at + 1 :]
    return request


def a_request(path: bytes, chance: random.Random) -> bytes:
    """Return a request for the withdrawn model, bent: its body alone, or all of it with its framing."""
    body = json.dumps(chat(WITHDRAWN, max_tokens=8)).encode()
    only_body = chance.random() < 0.5
    if only_body:
        body = bent(body, chance)
    head = b"POST " + path + b" HTTP/1.1\r\nHost: desk.example\r\nContent-Type: application/json\r\n"
    if chance.random() < 0.5:
        request = head + b"Content-Length: %d\r\n\r\n" % len(body) + body
    else:
        at = chance.randrange(1, len(body))
        chunks = b"".join(b"%x\r\n%s\r\n" % (len(one), one) for one in (body[:at], body[at:]))
        request = head + b"Transfer-Encoding: chunked\r\n\r\n" + chunks + b"0\r\n\r\n"
    return request if only_body else bent(request, chance)


async def send(gateway: Running, request: bytes) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", gateway.port)
    found = b""
    try:
        writer.write(request)
        async with asyncio.timeout(20):
            found = await reader.read()
    except ConnectionError:
        pass
    finally:
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()
    return found


@pytest.mark.parametrize("seed", SEEDS)
async def test_a_withdrawn_model_is_never_reached_however_its_request_is_bent(seed: int) -> None:
    chance = random.Random(seed)
    paths = [b"/v1/chat/completions", b"/v1/messages", b"/v1/responses", b"/v1/embeddings"]
    requests = [a_request(chance.choice(paths), chance) for _ in range(EACH)]
    limits = {"headers_s": 0.1, "body_s": 0.1, "idle_s": 0.1}
    async with a_gateway(for_everybody(), limits=limits) as gateway:
        turn = asyncio.Semaphore(25)

        async def one(request: bytes) -> bytes:
            async with turn:
                return await send(gateway, request)

        answers = await asyncio.gather(*map(one, requests))

        assert gateway.plane.in_flight == 0
        served = [one.json["model"] for one in gateway.upstream.got]
        # Some are bent into a request for another model, which is what the upstream then reads as well.
        assert WITHDRAWN not in served
        assert len(served) < EACH / 10
        statuses = {int(one) for answer in answers for one in re.findall(rb"HTTP/\d\.\d (\d{3}) ", answer)}
        assert 451 in statuses
        assert 500 not in statuses
        fine = await gateway.ask("/v1/chat/completions", chat(OPEN))
        assert fine.status == 200
