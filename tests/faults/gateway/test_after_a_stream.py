"""A stream was ended in its middle: its client asks again on the same connection, and is answered."""

from __future__ import annotations

import asyncio

import pytest
from aiohttp import web

from groundstop.documents.directives import InFlight
from tests.directive_parts import for_everybody
from tests.gateway_parts import OPEN, WITHDRAWN, StubUpstream, a_gateway, chat, chat_chunk

CHAT = "/v1/chat/completions"
ROUNDS = 20
"""What is met only now and then would be met in one of them."""


async def test_after_a_stream_that_an_order_cut_the_next_answer_is_a_denial() -> None:
    cutting = for_everybody(in_flight=InFlight.CUT)
    async with a_gateway(upstream=StubUpstream(hold=asyncio.Event())) as gateway:
        for _ in range(ROUNDS):
            gateway.put()
            body = chat(WITHDRAWN, stream=True)
            async with gateway.client.post(gateway.url + CHAT, json=body) as answer:
                assert b"Ready" in await answer.content.readany()
                gateway.put(cutting)
                assert b"model_withdrawn" in await answer.read()
            assert (await gateway.ask(CHAT, chat(WITHDRAWN))).status == 451
            assert (await gateway.ask(CHAT, chat(OPEN))).status == 200
        assert gateway.plane.connections == 1


@pytest.mark.parametrize("path", [CHAT, "/v1/messages"])
async def test_after_a_stream_that_its_upstream_broke_off_the_next_request_is_answered(path: str) -> None:
    async def breaks_off(request: web.Request, body: bytes) -> web.StreamResponse | None:
        if b'"stream":true' not in body:
            return None
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        await response.write(chat_chunk(OPEN, "one"))
        assert request.transport is not None
        request.transport.abort()
        return response

    async with a_gateway(upstream=StubUpstream(answer=breaks_off)) as gateway:
        for _ in range(ROUNDS):
            streamed = await gateway.ask(path, {**chat(stream=True), "max_tokens": 8})
            assert b"upstream_closed" in streamed.body
            assert (await gateway.ask(path, {**chat(), "max_tokens": 8})).status == 200
        assert gateway.plane.connections == 1
