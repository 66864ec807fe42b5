"""Streams: whole events, each looked at, cut or finished as the order says."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from typing import Any

import pytest
from aiohttp import web

from groundstop.documents.directives import InFlight
from groundstop.documents.gateway import Change
from tests.directive_parts import for_everybody
from tests.gateway_parts import (
    OPEN,
    WITHDRAWN,
    StubUpstream,
    a_gateway,
    chat,
    chat_chunk,
    message,
    message_events,
    response_events,
)

CHAT = "/v1/chat/completions"
ROUTES = [
    (CHAT, chat(WITHDRAWN, stream=True)),
    ("/v1/messages", message(WITHDRAWN, stream=True)),
    ("/v1/responses", {"model": WITHDRAWN, "input": "ready", "stream": True}),
]
CUT = for_everybody(in_flight=InFlight.CUT)
FINISH = for_everybody(in_flight=InFlight.FINISH)


def pieces(*sent: bytes) -> StubUpstream:
    """Return an upstream that streams some bytes, whatever it is asked."""

    async def answer(request: web.Request, body: bytes) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        for one in sent:
            await response.write(one)
        await response.write_eof()
        return response

    return StubUpstream(answer=answer)


@pytest.mark.parametrize(("path", "body"), ROUTES)
async def test_a_stream_is_handed_on_byte_for_byte(path: str, body: dict[str, Any]) -> None:
    async with a_gateway() as gateway:
        answer = await gateway.ask(path, body)

        assert answer.headers["Content-Type"] == "text/event-stream"
        expected: Sequence[bytes] = {
            CHAT: [chat_chunk(WITHDRAWN, "Ready"), chat_chunk(WITHDRAWN, "."), b"data: [DONE]\n\n"],
            "/v1/messages": message_events(WITHDRAWN, "Ready", "."),
            "/v1/responses": response_events(WITHDRAWN, "Ready", "."),
        }[path]
        assert answer.body == b"".join(expected)
        assert gateway.receipts.changes == []
        assert gateway.counted.open == 0
        assert len(gateway.counted.pieces) == 1


@pytest.mark.parametrize(("path", "body"), ROUTES)
async def test_an_order_cuts_a_stream_with_an_event_that_says_why(path: str, body: dict[str, Any]) -> None:
    upstream = StubUpstream(hold=asyncio.Event())
    async with a_gateway(upstream=upstream) as gateway:
        async with gateway.client.post(gateway.url + path, json=body) as answer:
            first = await answer.content.readany()
            assert gateway.plane.in_flight == 1
            gateway.put(CUT)
            rest = await answer.content.read()

        assert b"Ready" in first + rest or b"created" in first
        last = rest.strip().rpartition(b"data: ")[2]
        error = json.loads(last)["error"]
        assert error["code"] == "model_withdrawn"
        assert error["groundstop"]["directive"] == CUT.id
        change = gateway.receipts.changes[-1]
        assert change.change is Change.CUT
        assert change.ruling is not None
        assert change.ruling.decision is not None
        assert gateway.plane.in_flight == 0
        assert gateway.counted.open == 0


async def test_a_stream_that_may_finish_does_so_and_the_next_request_is_denied() -> None:
    upstream = StubUpstream(hold=asyncio.Event())
    async with a_gateway(upstream=upstream) as gateway:
        async with gateway.client.post(gateway.url + CHAT, json=chat(WITHDRAWN, stream=True)) as answer:
            await answer.content.readany()
            gateway.put(FINISH)
            denied = await gateway.ask(CHAT, chat(WITHDRAWN, stream=True))
            assert upstream.hold is not None
            upstream.hold.set()
            rest = await answer.content.read()

        assert denied.status == 451
        assert rest.endswith(b"data: [DONE]\n\n")
        assert gateway.receipts.changes == []


async def test_closing_everything_cuts_what_is_in_flight() -> None:
    upstream = StubUpstream(hold=asyncio.Event())
    async with a_gateway(upstream=upstream) as gateway:
        async with gateway.client.post(gateway.url + CHAT, json=chat(stream=True)) as answer:
            await answer.content.readany()
            gateway.put(closed=("What is kept is damaged",))
            rest = await answer.content.read()

        assert b"gateway_closed" in rest
        assert gateway.receipts.changes[-1].change is Change.CUT


async def test_a_stream_by_a_withdrawn_model_is_denied_before_its_first_byte() -> None:
    upstream = StubUpstream(served_as={OPEN: WITHDRAWN})
    async with a_gateway(for_everybody(), upstream=upstream) as gateway:
        answer = await gateway.ask(CHAT, chat(stream=True))

        assert answer.status == 451
        assert b"Ready" not in answer.body
        assert gateway.receipts.changes[-1].change is Change.WITHHELD


async def test_a_stream_that_changes_to_a_withdrawn_model_is_cut_there() -> None:
    sent = [chat_chunk(OPEN, "one"), chat_chunk(WITHDRAWN, "two"), b"data: [DONE]\n\n"]
    upstream = StubUpstream()

    async def answer(request: web.Request, body: bytes) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        await response.write(sent[0])
        await handed_on.wait()
        await response.write(sent[1] + sent[2])
        return response

    handed_on = asyncio.Event()
    upstream.answer = answer
    async with a_gateway(for_everybody(), upstream=upstream) as gateway:
        async with gateway.client.post(gateway.url + CHAT, json=chat(stream=True)) as found:
            assert await found.content.readany() == sent[0]
            handed_on.set()
            rest = await found.content.read()

        assert b"two" not in rest
        assert b"[DONE]" not in rest
        assert b"model_withdrawn" in rest
        change = gateway.receipts.changes[-1]
        assert (change.change, change.model) == (Change.CUT, WITHDRAWN)


async def test_a_stream_by_another_open_model_is_on_record_once() -> None:
    upstream = StubUpstream(served_as={OPEN: f"{OPEN}-2"}, texts=("a", "b", "c"))
    async with a_gateway(upstream=upstream) as gateway:
        await gateway.ask(CHAT, chat(stream=True))

        assert [(one.change, one.model) for one in gateway.receipts.changes] == [
            (Change.SERVED_AS, f"{OPEN}-2")
        ]


@pytest.mark.parametrize(
    "last",
    [b"data: {half\n\n", b"data: " + b"x" * 3000 + b"\n\n", b"data: {", b"data: " + b"x" * 3000],
    ids=["malformed", "large", "unfinished", "large and unfinished"],
)
async def test_an_event_that_cannot_be_looked_at_ends_the_stream_with_an_error(last: bytes) -> None:
    upstream = pieces(chat_chunk(OPEN, "one"), last)
    async with a_gateway(upstream=upstream, limits={"event_bytes": 2000}) as gateway:
        async with gateway.client.post(gateway.url + CHAT, json=chat(stream=True)) as answer:
            body = await answer.content.read()

        assert answer.status in (200, 502)
        assert b"upstream_" in body
        assert b"xxx" not in body
        assert b"half" not in body
        assert gateway.receipts.changes[-1].change is Change.FAILED


async def test_an_empty_stream_is_a_failure() -> None:
    async with a_gateway(upstream=pieces()) as gateway:
        answer = await gateway.ask(CHAT, chat(stream=True))

        assert answer.status == 502


async def test_json_in_answer_to_a_request_for_a_stream_is_handed_on_as_a_whole() -> None:
    async def answer(request: web.Request, body: bytes) -> web.StreamResponse:
        return web.json_response({"model": OPEN})

    async with a_gateway(upstream=StubUpstream(answer=answer)) as gateway:
        found = await gateway.ask(CHAT, chat(stream=True))

        assert (found.status, found.json) == (200, {"model": OPEN})


async def test_a_client_that_leaves_ends_the_upstreams_stream_too() -> None:
    upstream = StubUpstream(hold=asyncio.Event())
    async with a_gateway(upstream=upstream) as gateway:
        answer = await gateway.client.post(gateway.url + CHAT, json=chat(stream=True))
        await answer.content.readany()
        answer.close()
        async with asyncio.timeout(10):
            while gateway.plane.in_flight or upstream.streaming:  # noqa: ASYNC110  # nobody tells
                await asyncio.sleep(0.001)

        assert gateway.receipts.changes[-1].change is Change.LEFT
        assert gateway.counted.answers == [("chat.completions", 499)]


async def test_receipts_that_cannot_be_kept_any_more_do_not_stop_an_order_from_cutting() -> None:
    upstream = StubUpstream(hold=asyncio.Event())
    async with a_gateway(upstream=upstream) as gateway:
        async with gateway.client.post(gateway.url + CHAT, json=chat(WITHDRAWN, stream=True)) as answer:
            await answer.content.readany()
            gateway.receipts.full = True
            gateway.put(CUT)
            rest = await answer.content.read()

        assert b"model_withdrawn" in rest


async def test_draining_lets_streams_finish_and_cuts_what_takes_too_long() -> None:
    upstream = StubUpstream(hold=asyncio.Event())
    async with a_gateway(upstream=upstream) as gateway:
        async with gateway.client.post(gateway.url + CHAT, json=chat(stream=True)) as answer:
            await answer.content.readany()
            cut = asyncio.create_task(gateway.plane.drain(0.05))
            rest = await answer.content.read()

        assert await cut == 1
        assert b"gateway_stopping" in rest
        assert gateway.receipts.changes[-1].change is Change.FAILED


async def test_draining_waits_for_a_stream_that_finishes_in_time() -> None:
    upstream = StubUpstream(hold=asyncio.Event())
    async with a_gateway(upstream=upstream) as gateway:
        async with gateway.client.post(gateway.url + CHAT, json=chat(stream=True)) as answer:
            await answer.content.readany()
            draining = asyncio.create_task(gateway.plane.drain(10))
            await asyncio.sleep(0)
            assert upstream.hold is not None
            upstream.hold.set()
            rest = await answer.content.read()

        assert await draining == 0
        assert rest.endswith(b"data: [DONE]\n\n")


@pytest.mark.parametrize(("served", "status"), [(WITHDRAWN, 451), (OPEN, 200)])
async def test_a_header_that_names_the_model_counts_for_a_stream_too(served: str, status: int) -> None:
    async def answer(request: web.Request, body: bytes) -> web.StreamResponse:
        headers = {"openai-model": served}
        return web.Response(body=chat_chunk(OPEN, "one"), content_type="text/event-stream", headers=headers)

    async with a_gateway(for_everybody(), upstream=StubUpstream(answer=answer)) as gateway:
        assert (await gateway.ask(CHAT, chat(stream=True))).status == status


@pytest.mark.parametrize("first", [True, False])
async def test_another_model_that_cannot_be_put_on_record_is_not_handed_on(first: bool) -> None:
    sent = [] if first else [chat_chunk(OPEN, "one")]
    handed_on = asyncio.Event()

    async def answer(request: web.Request, body: bytes) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        for one in sent:
            await response.write(one)
        await handed_on.wait()
        await response.write(chat_chunk("desk-other", "two"))
        await response.write_eof()
        return response

    async with a_gateway(upstream=StubUpstream(answer=answer)) as gateway:
        asked = asyncio.create_task(gateway.ask(CHAT, chat(stream=True)))
        await gateway.reached()
        gateway.receipts.full = True
        if sent:
            async with asyncio.timeout(10):
                while not gateway.counted.pieces:  # noqa: ASYNC110  # nobody tells
                    await asyncio.sleep(0.001)
        handed_on.set()
        found = await asked

        assert found.status == (503 if first else 200)
        assert b"two" not in found.body
        assert b"receipts_unavailable" in found.body
