"""Requests that are broken, hostile or slow: each is answered with an error or dropped, and none goes on."""

from __future__ import annotations

import asyncio
import gzip
import json
import re
from contextlib import suppress
from typing import Any

import pytest
from aiohttp import ClientPayloadError

from groundstop.documents.gateway import Change
from groundstop.gateway.dialects import Named
from tests.directive_parts import for_everybody
from tests.gateway_parts import OPEN, WITHDRAWN, Running, StubUpstream, a_gateway, chat

CHAT = "/v1/chat/completions"
BODY = json.dumps(chat()).encode()
HEAD = b"POST /v1/chat/completions HTTP/1.1\r\nHost: desk.example\r\nContent-Type: application/json\r\n"
LENGTH = b"Content-Length: %d\r\n" % len(BODY)
SECOND = b"POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\n"


def chunked(*pieces: bytes) -> bytes:
    """Return a body in chunks."""
    return b"".join(b"%x\r\n%s\r\n" % (len(one), one) for one in pieces) + b"0\r\n\r\n"


async def exchange(gateway: Running, *sent: bytes) -> bytes:
    """Send bytes, and return all that comes back until the gateway ends the connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", gateway.port)
    try:
        for one in sent:
            writer.write(one)
            await writer.drain()
        async with asyncio.timeout(10):
            return await reader.read()
    finally:
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()


def status_of(answer: bytes) -> int:
    """Return the status of the first answer; 0 for none."""
    return int(answer.split(b" ", 2)[1]) if answer else 0


SMUGGLING = {
    "length and chunks": HEAD + LENGTH + b"Transfer-Encoding: chunked\r\n\r\n" + chunked(BODY) + SECOND,
    "two lengths": HEAD + LENGTH + b"Content-Length: 5\r\n\r\n" + BODY,
    "the same length twice": HEAD + LENGTH + LENGTH + b"\r\n" + BODY,
    "a list of lengths": HEAD + b"Content-Length: %d, %d\r\n\r\n" % (len(BODY), len(BODY)) + BODY,
    "a signed length": HEAD + b"Content-Length: +%d\r\n\r\n" % len(BODY) + BODY,
    "a length in hexadecimal": HEAD + b"Content-Length: 0x%x\r\n\r\n" % len(BODY) + BODY,
    "chunks in another coding": HEAD + b"Transfer-Encoding: gzip, chunked\r\n\r\n" + chunked(BODY),
    "two codings": HEAD
    + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n"
    + chunked(BODY),
    "an odd coding": HEAD + b"Transfer-Encoding: xchunked\r\n\r\n" + chunked(BODY),
    "a space before the colon": HEAD + b"Content-Length : %d\r\n\r\n" % len(BODY) + BODY,
    "a folded header": HEAD + b"X-Odd: a\r\n b\r\n" + LENGTH + b"\r\n" + BODY,
    "bare line feeds": HEAD.replace(b"\r\n", b"\n") + LENGTH.replace(b"\r\n", b"\n") + b"\n" + BODY,
    "a bare return in a header": HEAD + b"X-Odd: a\rContent-Length: 5\r\n" + LENGTH + b"\r\n" + BODY,
    "a zero byte in a header": HEAD + b"X-Odd: a\x00b\r\n" + LENGTH + b"\r\n" + BODY,
    "two hosts": HEAD + b"Host: other.example\r\n" + LENGTH + b"\r\n" + BODY,
    "no HTTP": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 300,
    "an absolute target": HEAD.replace(b"/v1/chat", b"http://elm.example/v1/chat") + LENGTH + b"\r\n" + BODY,
    "a method of its own": HEAD.replace(b"POST", b"SPOT") + LENGTH + b"\r\n" + BODY,
    "a tunnel": b"CONNECT elm.example:443 HTTP/1.1\r\nHost: elm.example:443\r\n\r\n",
    "a chunk with a wrong length": HEAD
    + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n"
    + BODY
    + b"\r\n0\r\n\r\n",
    "a chunk that is longer than it says": HEAD
    + b"Transfer-Encoding: chunked\r\n\r\n3\r\n"
    + BODY
    + b"\r\n0\r\n\r\n",
    "bare line feeds in chunks": HEAD
    + b"Transfer-Encoding: chunked\r\n\r\n"
    + chunked(BODY).replace(b"\r\n", b"\n"),
    "a change of protocol": HEAD + b"Connection: Upgrade\r\nUpgrade: websocket\r\n" + LENGTH + b"\r\n" + BODY,
}


@pytest.mark.parametrize("name", SMUGGLING)
async def test_what_two_readers_may_read_otherwise_is_refused_and_never_goes_on(name: str) -> None:
    async with a_gateway(for_everybody()) as gateway:
        answer = await exchange(gateway, SMUGGLING[name], b"\r\n\r\n")

        assert status_of(answer) in (0, 400, 404, 405, 431)
        assert b" 200 " not in answer
        assert gateway.upstream.got == []
        assert b"Traceback" not in answer


async def test_a_body_that_is_longer_than_it_says_begins_a_request_that_is_none() -> None:
    short = HEAD + b"Content-Length: 2\r\n\r\n{}" + BODY
    async with a_gateway() as gateway:
        answer = await exchange(gateway, short)

        assert set(re.findall(rb"HTTP/1\.. (\d+)", answer)) == {b"400"}
        assert gateway.upstream.got == []


@pytest.mark.parametrize("model", [OPEN, WITHDRAWN])
async def test_a_body_in_chunks_is_read_like_any(model: str) -> None:
    data = json.dumps(chat(model)).encode()
    sent = HEAD + b"Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
    async with a_gateway(for_everybody()) as gateway:
        pieces = [chunked(data[:7], data[7:20], data[20:])]
        answer = await exchange(gateway, sent, *pieces)

        assert status_of(answer) == (200 if model == OPEN else 451)


@pytest.mark.parametrize("encoding", ["gzip", "br", "deflate", "zstd", "gzip, identity"])
async def test_a_compressed_body_is_refused_unread(encoding: str) -> None:
    async with a_gateway() as gateway:
        answer = await gateway.ask(CHAT, gzip.compress(BODY), Content_Encoding=encoding)

        assert answer.status == 415
        assert gateway.upstream.got == []


TRICKS: dict[str, bytes] = {
    "model twice": b'{"model": "desk-clerk", "model": "desk-helper", "messages": []}',
    "model twice, once escaped": b'{"model": "desk-clerk", "mod\\u0065l": "desk-helper", "messages": []}',
    "model in capitals": b'{"Model": "desk-helper", "model": "desk-clerk", "messages": []}',
    "a byte order mark": b'\xef\xbb\xbf{"model": "desk-clerk", "messages": []}',
    "another encoding": '{"model": "desk-clerk", "messages": []}'.encode("utf-16"),
    "two objects": b'{"model": "desk-clerk"}{"model": "desk-helper"}',
    "a list": b'[{"model": "desk-clerk"}]',
    "no number": b'{"model": "desk-clerk", "temperature": NaN}',
    "a model that is a list": b'{"model": ["desk-clerk"], "messages": []}',
    "a model with a zero byte": b'{"model": "desk-clerk\\u0000", "messages": []}',
    "a model with a space": b'{"model": " desk-helper", "messages": []}',
    "a model in other letters": '{"model": "desk-hel\u0440er", "messages": []}'.encode(),
    "half a pair": b'{"model": "desk-clerk", "messages": ["\\ud800"]}',
    "too deep": b'{"model": "desk-clerk", "messages": ' + b"[" * 5000 + b"]" * 5000 + b"}",
    "nothing": b"",
    "half": b'{"model": "desk-clerk"',
    "no model": b'{"messages": []}',
    "stream as a text": b'{"model": "desk-clerk", "stream": "true", "messages": []}',
}


@pytest.mark.parametrize("name", TRICKS)
async def test_a_body_that_can_be_read_in_two_ways_is_refused(name: str) -> None:
    async with a_gateway(for_everybody()) as gateway:
        answer = await gateway.ask(CHAT, TRICKS[name])

        assert answer.status == 400
        assert answer.json["error"]["type"] == "invalid_request_error"
        assert gateway.upstream.got == []
        assert gateway.receipts.entries == []


PATHS = [
    "/v1//chat/completions",
    "/v1/chat/completions/",
    "/v1/./chat/completions",
    "/v1/x/../chat/completions",
    "/v1/chat%2Fcompletions",
    "/v1/%63hat/completions",
    "/V1/chat/completions",
    "/v1/chat/completions;x=1",
    "/v1/chat\\completions",
    "/chat/completions",
    "/openai/deployments/desk-clerk/chat/completions",
    "/v1/audio/speech",
    "/metrics",
    "/",
]


@pytest.mark.parametrize("path", PATHS)
async def test_a_path_that_is_not_known_to_the_letter_is_not_found(path: str) -> None:
    async with a_gateway() as gateway:
        sent = HEAD.replace(b"/v1/chat/completions", path.encode()) + LENGTH
        answer = await exchange(gateway, sent + b"Connection: close\r\n\r\n" + BODY)

        assert status_of(answer) == 404
        assert b"route_not_allowed" in answer
        assert gateway.upstream.got == []


async def test_a_model_in_the_query_is_refused() -> None:
    async with a_gateway() as gateway:
        answer = await gateway.ask(f"{CHAT}?model=desk-helper", chat())

        assert (answer.status, answer.json["error"]["code"]) == (400, "model_in_query")


async def test_another_method_is_told_which_one_it_is() -> None:
    async with a_gateway() as gateway:
        answer = await gateway.ask(CHAT, method="GET")

        assert (answer.status, answer.headers["Allow"]) == (405, "POST")


@pytest.mark.parametrize("declared", [True, False])
async def test_a_body_that_is_too_large_is_refused_without_being_kept(declared: bool) -> None:
    async def pieces() -> Any:
        for _ in range(5):
            yield b"x" * 1000

    async with a_gateway(limits={"body_bytes": 2048}) as gateway:
        data: Any = b"x" * 5000 if declared else pieces()
        headers = {"Content-Type": "application/json"}
        async with gateway.client.post(gateway.url + CHAT, data=data, headers=headers) as answer:
            assert answer.status == 413
            assert (await answer.json())["error"]["code"] == "request_too_large"
        assert gateway.upstream.got == []


async def test_headers_that_do_not_come_are_not_waited_for() -> None:
    async with a_gateway(limits={"headers_s": 0.05}) as gateway:
        silent = await exchange(gateway)
        slow = await exchange(gateway, HEAD)

        assert silent == b""
        assert status_of(slow) == 408


async def test_headers_of_a_second_request_that_do_not_come_are_not_waited_for_either() -> None:
    async with a_gateway(limits={"headers_s": 0.05}) as gateway:
        reader, writer = await asyncio.open_connection("127.0.0.1", gateway.port)
        writer.write(HEAD + LENGTH + b"\r\n" + BODY)
        async with asyncio.timeout(10):
            assert status_of(await reader.readuntil(b"\r\n\r\n")) == 200
            writer.write(HEAD)
            assert b"HTTP/1.1 408" in await reader.read()
        assert len(gateway.upstream.got) == 1
        writer.close()


async def test_a_body_that_does_not_come_is_not_waited_for() -> None:
    async with a_gateway(limits={"body_s": 0.05}) as gateway:
        answer = await exchange(gateway, HEAD + LENGTH + b"\r\n" + BODY[:5])

        assert status_of(answer) == 408
        assert b"body_timeout" in answer
        assert gateway.upstream.got == []


async def test_a_connection_that_is_idle_is_closed() -> None:
    async with a_gateway(limits={"idle_s": 0.05}) as gateway:
        answer = await exchange(gateway, HEAD + LENGTH + b"\r\n" + BODY)

        assert status_of(answer) == 200


async def test_many_idle_connections_do_not_keep_others_out_and_more_than_may_be_are_turned_away() -> None:
    async with a_gateway(limits={"connections": 101}) as gateway:
        idle = [await asyncio.open_connection("127.0.0.1", gateway.port) for _ in range(100)]
        try:
            answer = await gateway.ask(CHAT, chat())
            assert answer.status == 200
            turned_away = await exchange(gateway)
            assert status_of(turned_away) == 503
            assert (
                json.loads(turned_away.partition(b"\r\n\r\n")[2])["error"]["code"] == "too_many_connections"
            )
        finally:
            for _, writer in idle:
                writer.close()


async def test_a_large_body_is_asked_for_before_it_is_sent() -> None:
    head = HEAD + LENGTH + b"Expect: 100-continue\r\nConnection: close\r\n\r\n"
    async with a_gateway() as gateway:
        reader, writer = await asyncio.open_connection("127.0.0.1", gateway.port)
        writer.write(head)
        async with asyncio.timeout(10):
            assert await reader.readuntil(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
            writer.write(BODY)
            assert status_of(await reader.read()) == 200
        writer.close()
        await writer.wait_closed()


async def test_one_expectation_that_is_not_known_is_refused() -> None:
    async with a_gateway() as gateway:
        answer = await gateway.ask(CHAT, chat(), Expect="a miracle")

        assert answer.status == 417


async def test_requests_one_after_the_other_in_one_piece_are_each_ruled_on() -> None:
    def request(model: str, last: bool) -> bytes:
        data = json.dumps(chat(model)).encode()
        close = b"Connection: close\r\n" if last else b""
        return HEAD + close + b"Content-Length: %d\r\n\r\n" % len(data) + data

    async with a_gateway(for_everybody()) as gateway:
        sent = request(OPEN, False) + request(WITHDRAWN, False) + request(OPEN, True)
        answer = await exchange(gateway, sent)

        statuses = [int(one.split(b" ")[0]) for one in answer.split(b"HTTP/1.1 ")[1:]]
        assert statuses == [200, 451, 200]
        assert len(gateway.upstream.got) == 2


@pytest.mark.parametrize("token", ["x" * 20_000, "a.b.c", "eyJhbGciOiJub25lIn0.e30."])
async def test_a_token_that_is_huge_or_unsigned_gives_nobody_anything(token: str) -> None:
    async with a_gateway(for_everybody()) as gateway:
        answer = await gateway.ask(CHAT, chat(WITHDRAWN), Groundstop_Token=token)

        assert answer.status in (431, 451)
        assert token not in answer.body.decode()
        assert gateway.upstream.got == []


async def test_an_error_of_the_gateways_own_tells_nothing_and_is_logged_without_the_request(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> Any:
        raise ValueError("Say the word ready.")

    async with a_gateway() as gateway:
        monkeypatch.setattr(gateway.gate, "rule", broken)
        answer = await gateway.ask(CHAT, chat())

        assert answer.status == 500
        assert answer.json["error"]["code"] == "internal_error"
        assert b"Say the word" not in answer.body
        assert "Say the word" not in caplog.text
        assert "ValueError" in caplog.records[-1].__dict__["error"]


@pytest.mark.parametrize("version", [b"HTTP/0.9", b"HTTP/2.0"])
async def test_another_version_of_the_protocol_is_not_spoken(version: bytes) -> None:
    async with a_gateway() as gateway:
        answer = await exchange(gateway, HEAD.replace(b"HTTP/1.1", version) + LENGTH + b"\r\n" + BODY)

        assert status_of(answer) in (400, 505)
        assert gateway.upstream.got == []


async def test_bodies_have_so_much_room_together_and_a_further_one_is_told_to_come_again() -> None:
    limits = {"body_bytes": 1024, "file_bytes": 1024, "in_flight": 200}
    head = HEAD + b"Content-Length: 1024\r\n\r\n" + b"x" * 1000
    async with a_gateway(limits=limits) as gateway:
        slow = [await asyncio.open_connection("127.0.0.1", gateway.port) for _ in range(16)]
        for _, writer in slow:
            writer.write(head)
        async with asyncio.timeout(10):
            while gateway.plane.in_flight < len(slow):  # noqa: ASYNC110  # nobody tells
                await asyncio.sleep(0.001)
            busy = await exchange(gateway, head)
            for reader, writer in slow:
                writer.write(b"x" * 24)
                assert status_of(await reader.readuntil(b"\r\n\r\n")) == 400
                writer.close()

        assert status_of(busy) == 503
        assert b"gateway_busy" in busy
        assert (await gateway.ask(CHAT, chat())).status == 200


async def test_an_error_of_the_gateways_own_in_a_stream_breaks_it_off(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seen: list[Any] = []

    def broken(*given: Any) -> Any:
        seen.append(given)
        if len(seen) > 2:
            raise ValueError("Say the word ready.")
        return Named()

    monkeypatch.setattr("groundstop.gateway.proxying.streaming.models_of", broken)
    upstream = StubUpstream(hold=asyncio.Event())
    async with a_gateway(upstream=upstream) as gateway:
        body = chat(stream=True)
        async with gateway.client.post(gateway.url + CHAT, json=body) as answer:
            assert b"Ready" in await answer.content.readany()
            assert upstream.hold is not None
            upstream.hold.set()
            with pytest.raises(ClientPayloadError):
                await answer.content.read()
        assert gateway.receipts.changes[-1].change is Change.FAILED
