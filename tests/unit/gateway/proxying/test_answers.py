"""Answers on their way back: the model that served is looked at, and so is what stands by now."""

from __future__ import annotations

import asyncio
import gzip
from typing import Any

import pytest
from aiohttp import web

from groundstop.documents.directives import InFlight
from groundstop.documents.gateway import Change
from tests.directive_parts import for_everybody
from tests.gateway_parts import (
    OPEN,
    WITHDRAWN,
    Running,
    StubUpstream,
    a_gateway,
    chat,
    chat_answer,
    message,
    news,
)

CHAT = "/v1/chat/completions"


def always(response: web.Response) -> StubUpstream:
    """Return an upstream that always answers the same."""

    async def answer(request: web.Request, body: bytes) -> web.StreamResponse:
        return response

    return StubUpstream(answer=answer)


def json_answer(status: int, value: Any, **headers: str) -> StubUpstream:
    """Return an upstream that always answers the same JSON."""
    return always(web.json_response(value, status=status, headers=headers))


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (CHAT, chat()),
        ("/v1/messages", message()),
        ("/v1/responses", {"model": OPEN, "input": "ready"}),
        ("/v1/embeddings", {"model": OPEN, "input": "ready"}),
        ("/v1/completions", {"model": OPEN, "prompt": "ready"}),
    ],
)
async def test_an_answer_by_a_withdrawn_model_is_withheld(path: str, body: dict[str, Any]) -> None:
    upstream = StubUpstream(served_as={OPEN: f"{WITHDRAWN}"})
    async with a_gateway(for_everybody(), upstream=upstream) as gateway:
        answer = await gateway.ask(path, body)

        assert answer.status == 451
        assert b"Ready" not in answer.body
        change = gateway.receipts.changes[-1]
        assert (change.change, change.status, change.model) == (Change.WITHHELD, 451, WITHDRAWN)


async def test_an_answer_by_another_model_that_is_open_is_handed_on_and_on_record() -> None:
    upstream = StubUpstream(served_as={OPEN: f"{OPEN}-2026-07-01"})
    async with a_gateway(for_everybody(), upstream=upstream) as gateway:
        answer = await gateway.ask(CHAT, chat())

        assert answer.status == 200
        change = gateway.receipts.changes[-1]
        assert (change.change, change.model) == (Change.SERVED_AS, f"{OPEN}-2026-07-01")


async def test_a_header_that_names_a_withdrawn_model_withholds_the_answer() -> None:
    upstream = json_answer(200, chat_answer(OPEN), **{"openai-model": WITHDRAWN})
    async with a_gateway(for_everybody(), upstream=upstream) as gateway:
        assert (await gateway.ask(CHAT, chat())).status == 451


@pytest.mark.parametrize(("in_flight", "status"), [(InFlight.FINISH, 200), (InFlight.CUT, 451)])
async def test_an_order_that_arrives_meanwhile_lets_an_answer_finish_or_withholds_it(
    in_flight: InFlight, status: int
) -> None:
    running: list[Running] = []

    async def answer(request: web.Request, body: bytes) -> web.StreamResponse:
        running[0].gate.put(news(for_everybody(in_flight=in_flight)))
        return web.json_response(chat_answer(WITHDRAWN))

    async with a_gateway(upstream=StubUpstream(answer=answer)) as gateway:
        running.append(gateway)
        found = await gateway.ask(CHAT, chat(WITHDRAWN))

        assert found.status == status
        assert [one.change for one in gateway.receipts.changes] == [Change.WITHHELD] * (status == 451)


async def test_an_order_reaches_a_request_that_still_waits_for_its_answer() -> None:
    release = asyncio.Event()

    async def answer(request: web.Request, body: bytes) -> web.StreamResponse | None:
        await release.wait()
        return None

    async with a_gateway(upstream=StubUpstream(answer=answer)) as gateway:
        asked = asyncio.create_task(gateway.ask(CHAT, chat(WITHDRAWN)))
        await gateway.reached()
        gateway.put(for_everybody(in_flight=InFlight.CUT))
        found = await asked
        release.set()

        assert found.status == 451
        assert gateway.receipts.changes[-1].change is Change.WITHHELD


@pytest.mark.parametrize("status", [400, 401, 404, 429, 500, 503])
async def test_an_upstreams_error_comes_back_in_its_own_words(status: int) -> None:
    said = {"error": {"message": "its own words", "type": "own", "code": None}}
    upstream = json_answer(status, said, **{"Retry-After": "3", "x-request-id": "theirs", "X-Odd": "1"})
    async with a_gateway(upstream=upstream) as gateway:
        answer = await gateway.ask(CHAT, chat())

        assert answer.status == status
        assert answer.json == said
        assert answer.headers["Groundstop-Source"] == "upstream"
        assert answer.headers["Retry-After"] == "3"
        assert answer.headers["x-request-id"] == "theirs"
        assert "X-Odd" not in answer.headers
        change = gateway.receipts.changes[-1]
        assert (change.change, change.status) == (Change.FAILED, status)


async def test_an_upstreams_own_451_can_be_told_from_ours() -> None:
    async with a_gateway(upstream=json_answer(451, {"error": {"message": "theirs"}})) as gateway:
        answer = await gateway.ask(CHAT, chat())

        assert answer.status == 451
        assert answer.headers["Groundstop-Source"] == "upstream"
        assert "Groundstop-Order" not in answer.headers


@pytest.mark.parametrize(
    ("body", "kind", "status", "code"),
    [
        (b"<html>Bad gateway</html>", "text/html", 502, "upstream_error"),
        (b"{nothing", "application/json", 500, "upstream_error"),
        (b"x" * 5000, "text/plain", 500, "upstream_error"),
    ],
)
async def test_an_error_that_is_no_json_is_worded_by_the_gateway(
    body: bytes, kind: str, status: int, code: str
) -> None:
    upstream = always(web.Response(body=body, content_type=kind, status=status))
    async with a_gateway(upstream=upstream) as gateway:
        answer = await gateway.ask(CHAT, chat())

        assert (answer.status, answer.json["error"]["code"]) == (status, code)
        assert body not in answer.body


async def test_a_short_text_of_an_upstream_is_handed_on() -> None:
    upstream = always(web.Response(text="slow down", status=429))
    async with a_gateway(upstream=upstream) as gateway:
        answer = await gateway.ask(CHAT, chat())

        assert (answer.status, answer.body) == (429, b"slow down")


@pytest.mark.parametrize(
    "response",
    [
        web.Response(text="<html></html>", content_type="text/html"),
        web.Response(body=b'{"model":', content_type="application/json"),
        web.Response(body=b"", content_type="application/json"),
        web.Response(status=302, headers={"Location": "http://127.0.0.1:9/"}),
        web.Response(body=b"data: {}\n\n", content_type="text/event-stream"),
    ],
    ids=["html", "half", "nothing", "redirect", "stream"],
)
async def test_an_answer_that_cannot_be_looked_at_is_not_handed_on(response: web.Response) -> None:
    async with a_gateway(upstream=always(response)) as gateway:
        answer = await gateway.ask(CHAT, chat())

        assert answer.status == 502
        assert answer.json["error"]["code"].startswith("upstream_")
        assert gateway.receipts.changes[-1].change is Change.FAILED


async def test_an_answer_that_is_compressed_all_the_same_is_read() -> None:
    async def answer(request: web.Request, body: bytes) -> web.StreamResponse:
        packed = gzip.compress(b'{"model": "desk-helper"}')
        return web.Response(
            body=packed, content_type="application/json", headers={"Content-Encoding": "gzip"}
        )

    async with a_gateway(for_everybody(), upstream=StubUpstream(answer=answer)) as gateway:
        assert (await gateway.ask(CHAT, chat())).status == 451


async def test_a_client_that_leaves_before_its_answer_takes_its_request_back() -> None:
    gone = asyncio.Event()

    async def answer(request: web.Request, body: bytes) -> web.StreamResponse:
        try:
            await asyncio.get_running_loop().create_future()
        finally:
            gone.set()
        raise AssertionError

    async with a_gateway(upstream=StubUpstream(answer=answer)) as gateway:
        asked = asyncio.create_task(gateway.ask(CHAT, chat()))
        await gateway.reached()
        asked.cancel()
        async with asyncio.timeout(10):
            await gone.wait()
            while gateway.plane.in_flight:  # noqa: ASYNC110  # nobody tells
                await asyncio.sleep(0.001)

        assert gateway.receipts.changes[-1].change is Change.LEFT
