"""Errors and ends of streams as the official clients read them, over real connections."""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import anthropic
import openai
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from groundstop.gateway.dialects import error_body, final_event
from groundstop.gateway.settings import Dialect
from tests.unit.gateway.dialects.test_errors import a_denial
from tests.unit.gateway.dialects.test_events import CHAT, MESSAGES, RESPONSES

T = TypeVar("T")
HELLO: Any = [{"role": "user", "content": "Say hello."}]
DENIAL = a_denial()
CHUNK = (
    b'data: {"id":"c","object":"chat.completion.chunk","created":0,"model":"elm","choices":'
    b'[{"index":0,"delta":{"content":"hi"},"finish_reason":null}]}\n\n'
)
DELTA = (
    b'event: response.output_text.delta\ndata: {"type":"response.output_text.delta","delta":"hi",'
    b'"content_index":0,"item_id":"i","output_index":0,"sequence_number":1,"logprobs":[]}\n\n'
)
START = (
    b'event: message_start\ndata: {"type":"message_start","message":{"id":"m","type":"message","role":'
    b'"assistant","model":"elm","content":[],"stop_reason":null,"stop_sequence":null,"usage":'
    b'{"input_tokens":1,"output_tokens":1}}}\n\n'
)


@asynccontextmanager
async def answering(body: bytes, *, status: int = 200, kind: str = "text/event-stream") -> AsyncIterator[str]:
    async def answer(request: web.Request) -> web.Response:
        await request.read()
        return web.Response(status=status, body=body, content_type=kind)

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", answer)
    async with TestServer(app) as server:
        yield str(server.make_url("")).rstrip("/")


def openai_at(url: str) -> openai.AsyncOpenAI:
    return openai.AsyncOpenAI(base_url=f"{url}/v1", api_key="k", max_retries=0)


def anthropic_at(url: str) -> anthropic.AsyncAnthropic:
    return anthropic.AsyncAnthropic(base_url=url, api_key="k", max_retries=0)


async def took(stream: AsyncIterable[T], seen: list[T]) -> None:
    async for one in stream:
        seen.append(one)  # noqa: PERF401  # what came before the error counts


async def test_a_chat_stream_that_is_cut_raises_an_error_with_the_order() -> None:
    seen: list[Any] = []
    async with answering(CHUNK + final_event(CHAT, DENIAL, "r-1")) as url, openai_at(url) as client:
        stream = await client.chat.completions.create(model="elm", messages=HELLO, stream=True)
        with pytest.raises(openai.APIError) as caught:
            await took(stream, seen)
    assert [one.choices[0].delta.content for one in seen] == ["hi"]
    assert caught.value.code == "model_withdrawn"
    assert caught.value.message == DENIAL.message
    body: Any = caught.value.body
    assert body["groundstop"]["directive"] == DENIAL.order


async def test_a_stream_of_a_response_that_is_cut_raises_an_error_with_the_order() -> None:
    seen: list[Any] = []
    async with answering(DELTA + final_event(RESPONSES, DENIAL, "r-1")) as url, openai_at(url) as client:
        stream = await client.responses.create(model="elm", input="Say hello.", stream=True)
        with pytest.raises(openai.APIError) as caught:
            await took(stream, seen)
    assert [one.type for one in seen] == ["response.output_text.delta"]
    assert caught.value.code == "model_withdrawn"
    body: Any = caught.value.body
    assert body["groundstop"]["reason"] == "model_withdrawn"


async def test_a_stream_of_a_message_that_is_cut_raises_an_error_with_the_order() -> None:
    seen: list[Any] = []
    async with answering(START + final_event(MESSAGES, DENIAL, "r-1")) as url, anthropic_at(url) as client:
        stream = await client.messages.create(model="elm", max_tokens=5, messages=HELLO, stream=True)
        with pytest.raises(anthropic.APIStatusError) as caught:
            await took(stream, seen)
    assert [one.type for one in seen] == ["message_start"]
    assert caught.value.error_code == "model_withdrawn"
    body: Any = caught.value.body
    assert body["error"]["groundstop"]["directive"] == DENIAL.order


@pytest.mark.parametrize(
    ("status", "of_openai", "of_anthropic"),
    [
        (400, openai.BadRequestError, anthropic.BadRequestError),
        (401, openai.AuthenticationError, anthropic.AuthenticationError),
        (403, openai.PermissionDeniedError, anthropic.PermissionDeniedError),
        (404, openai.NotFoundError, anthropic.NotFoundError),
        (410, openai.APIStatusError, anthropic.APIStatusError),
        (413, openai.APIStatusError, anthropic.APIStatusError),
        (451, openai.APIStatusError, anthropic.APIStatusError),
        (503, openai.InternalServerError, anthropic.InternalServerError),
    ],
)
async def test_errors_are_told_apart_by_their_code(
    status: int, of_openai: type[openai.APIStatusError], of_anthropic: type[anthropic.APIStatusError]
) -> None:
    def body(dialect: Dialect) -> bytes:
        return error_body(
            dialect, status=status, code="a_code", message="Why.", request="r-1", param="model", denial=DENIAL
        )

    kind = "application/json"
    async with answering(body(Dialect.OPENAI), status=status, kind=kind) as url, openai_at(url) as client:
        with pytest.raises(of_openai) as caught:
            await client.chat.completions.create(model="elm", messages=HELLO)
    assert (caught.value.status_code, caught.value.code, caught.value.param) == (status, "a_code", "model")
    told: Any = caught.value.body
    assert told["groundstop"]["directive"] == DENIAL.order
    async with (
        answering(body(Dialect.ANTHROPIC), status=status, kind=kind) as url,
        anthropic_at(url) as other,
    ):
        with pytest.raises(of_anthropic) as raised:
            await other.messages.create(model="elm", max_tokens=5, messages=HELLO)
    assert (raised.value.status_code, raised.value.error_code) == (status, "a_code")
    told = raised.value.body
    assert told["error"]["groundstop"]["directive"] == DENIAL.order
