"""Other people's clients at a gateway: the official SDKs and curl see each kind of answer as what it is."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from shutil import which
from typing import Any, NamedTuple

import anthropic
import openai
import pytest
from aiohttp import web

from groundstop.documents.directives import InFlight, OrderKind, Unknown
from groundstop.documents.gateway import GuardOutcome
from groundstop.targets.scripted import Script, ScriptedTarget
from groundstop.targets.serve import serving
from tests.claim_parts import citizen, signed, trusted
from tests.deciding_parts import restricted
from tests.directive_parts import for_everybody
from tests.gateway_parts import (
    OPEN,
    WITHDRAWN,
    Guarded,
    Running,
    StubUpstream,
    a_gate,
    a_gateway,
    about,
    message_answer,
    news,
    settings_for,
)

SAY: list[Any] = [{"role": "user", "content": "Say the word ready."}]
ORDER = for_everybody(in_flight=InFlight.CUT)
GUARDED = for_everybody(order=OrderKind.VIRTUAL_PATCH, unknown=Unknown.DENY)


def openai_client(gateway: Running, **more: Any) -> openai.AsyncOpenAI:
    return openai.AsyncOpenAI(
        base_url=f"{gateway.url}/v1", api_key="own-key-of-the-client", max_retries=0, **more
    )


def anthropic_client(gateway: Running, **more: Any) -> anthropic.AsyncAnthropic:
    return anthropic.AsyncAnthropic(
        base_url=gateway.url, api_key="own-key-of-the-client", max_retries=0, **more
    )


async def ask_openai(gateway: Running, model: str) -> Any:
    async with openai_client(gateway) as client:
        return await client.chat.completions.create(model=model, messages=SAY)


async def ask_anthropic(gateway: Running, model: str) -> Any:
    async with anthropic_client(gateway) as client:
        return await client.messages.create(model=model, messages=SAY, max_tokens=8)


def upstream_says(status: int, headers: dict[str, str] | None = None) -> StubUpstream:
    """Return an upstream that always answers an error of its own."""

    async def answer(request: web.Request, body: bytes) -> web.StreamResponse:
        error = {"type": "own_error", "message": "its own words", "code": "own_code"}
        return web.json_response({"type": "error", "error": error}, status=status, headers=headers)

    return StubUpstream(answer=answer)


def marks(model: Any) -> dict[str, Any]:
    """Return what the gateway says of a model in a list."""
    found: dict[str, Any] = model.to_dict()["groundstop"]
    return found


class Case(NamedTuple):
    """A kind of answer, and what each SDK makes of it."""

    gateway: Callable[[], AbstractAsyncContextManager[Running]]
    model: str
    status: int
    code: str
    openai: type[openai.APIStatusError]
    anthropic: type[anthropic.APIStatusError]


def closed() -> AbstractAsyncContextManager[Running]:
    gate = a_gate()
    gate.put(news(closed=("What is kept is damaged",)))
    return a_gateway(gate=gate)


CASES = {
    "withdrawn": Case(
        lambda: a_gateway(ORDER),
        WITHDRAWN,
        451,
        "model_withdrawn",
        openai.APIStatusError,
        anthropic.APIStatusError,
    ),
    "unknown claims": Case(
        lambda: a_gateway(restricted()),
        WITHDRAWN,
        451,
        "claim_unknown",
        openai.APIStatusError,
        anthropic.APIStatusError,
    ),
    "blocked by a guard": Case(
        lambda: a_gateway(GUARDED, guards=Guarded(GuardOutcome.BLOCKED)),
        WITHDRAWN,
        403,
        "request_blocked",
        openai.PermissionDeniedError,
        anthropic.PermissionDeniedError,
    ),
    "retired": Case(
        lambda: a_gateway(retired=[{"model": "desk-old", "use": OPEN}]),
        "desk-old",
        410,
        "model_retired",
        openai.APIStatusError,
        anthropic.APIStatusError,
    ),
    "credentials": Case(
        lambda: a_gateway(clients={"credentials": "required"}),
        OPEN,
        401,
        "credentials_required",
        openai.AuthenticationError,
        anthropic.AuthenticationError,
    ),
    "not offered": Case(
        lambda: a_gateway(settings=lambda url: settings_for({"url": url, "models": ["a"]})),
        OPEN,
        404,
        "model_not_found",
        openai.NotFoundError,
        anthropic.NotFoundError,
    ),
    "closed": Case(
        closed,
        OPEN,
        503,
        "gateway_closed",
        openai.InternalServerError,
        anthropic.InternalServerError,
    ),
    "upstream gone": Case(
        lambda: a_gateway(settings=lambda _: settings_for({"url": "http://127.0.0.1:9/v1"})),
        OPEN,
        502,
        "upstream_unreachable",
        openai.InternalServerError,
        anthropic.InternalServerError,
    ),
    "upstream busy": Case(
        lambda: a_gateway(upstream=upstream_says(429, {"Retry-After": "1"})),
        OPEN,
        429,
        "own_code",
        openai.RateLimitError,
        anthropic.RateLimitError,
    ),
    "upstream refuses the key": Case(
        lambda: a_gateway(upstream=upstream_says(401)),
        OPEN,
        401,
        "own_code",
        openai.AuthenticationError,
        anthropic.AuthenticationError,
    ),
}


@pytest.mark.parametrize("name", CASES)
async def test_the_openai_client_raises_what_fits(name: str) -> None:
    case = CASES[name]
    async with case.gateway() as gateway:
        with pytest.raises(case.openai) as raised:
            await ask_openai(gateway, case.model)

        error = raised.value
        assert (error.status_code, error.code) == (case.status, case.code)
        ours = error.response.headers["Groundstop-Source"] == "gateway"
        assert ours is not case.code.startswith("own")
        if ours:
            assert error.request_id == error.response.headers["Groundstop-Request"]


@pytest.mark.parametrize("name", CASES)
async def test_the_anthropic_client_raises_what_fits(name: str) -> None:
    case = CASES[name]
    async with case.gateway() as gateway:
        with pytest.raises(case.anthropic) as raised:
            await ask_anthropic(gateway, case.model)

        error = raised.value
        assert error.status_code == case.status
        assert isinstance(error.body, dict)
        assert error.body["error"]["code"] == case.code
        if error.response.headers["Groundstop-Source"] == "gateway":
            assert error.request_id == error.response.headers["Groundstop-Request"]


async def test_a_denial_tells_programs_which_order_until_when_and_what_instead() -> None:
    async with a_gateway(ORDER) as gateway:
        with pytest.raises(openai.APIStatusError) as raised:
            await ask_openai(gateway, WITHDRAWN)
        with pytest.raises(anthropic.APIStatusError) as other:
            await ask_anthropic(gateway, WITHDRAWN)

        assert isinstance(raised.value.body, dict)
        told = raised.value.body["groundstop"]
        assert told["directive"] == ORDER.id
        assert told["until"] == "2026-08-05T12:00:00Z"
        assert told["alternatives"][0]["model"] == OPEN
        assert told["appeal"]["contact"] == "appeals@office.example"
        assert 'rel="blocked-by"' in raised.value.response.headers["Link"]
        assert isinstance(other.value.body, dict)
        both = (told, other.value.body["error"]["groundstop"])
        assert [one["directive"] for one in both] == [ORDER.id] * 2


async def test_a_denial_is_not_asked_for_again() -> None:
    async with a_gateway(ORDER) as gateway:
        async with openai_client(gateway).with_options(max_retries=2) as client:
            with pytest.raises(openai.APIStatusError):
                await client.chat.completions.create(model=WITHDRAWN, messages=SAY)
        async with closed() as shut, anthropic_client(shut).with_options(max_retries=2) as other:
            with pytest.raises(anthropic.InternalServerError):
                await other.messages.create(model=OPEN, messages=SAY, max_tokens=8)

            assert len(gateway.receipts.entries) == len(shut.receipts.entries) == 1


async def test_every_route_works_with_the_clients_that_it_is_made_for() -> None:
    async with a_gateway(ORDER) as gateway, openai_client(gateway) as client:
        chat = await client.chat.completions.create(model=OPEN, messages=SAY)
        assert chat.choices[0].message.content == "Ready."
        response = await client.responses.create(model=OPEN, input="Say the word ready.")
        assert response.output_text == "Ready."
        assert (await client.responses.retrieve("resp_1")).model == OPEN
        vectors = await client.embeddings.create(model=OPEN, input="ready", encoding_format="float")
        assert vectors.data[0].embedding == [0.5, 0.25]
        completion = await client.completions.create(model=OPEN, prompt="Say ready.")
        assert completion.choices[0].text == "Ready."
        listed = {one.id: marks(one) async for one in client.models.list()}
        assert {name: mark["available"] for name, mark in listed.items()} == {WITHDRAWN: False, OPEN: True}
        assert (await client.models.retrieve(OPEN)).id == OPEN

        line = {"custom_id": "1", "method": "POST", "url": "/v1/chat/completions"}
        data = json.dumps({**line, "body": {"model": OPEN, "messages": SAY}}).encode()
        file = await client.files.create(file=("lines.jsonl", data), purpose="batch")
        gateway.upstream.files[file.id] = data
        batch = await client.batches.create(
            input_file_id=file.id, endpoint="/v1/chat/completions", completion_window="24h"
        )
        assert batch.id == "batch_1"
        assert (await client.files.content(file.id)).content == data
        gateway.put(for_everybody(), for_everybody(2, subject=about(OPEN), alternatives=()))
        with pytest.raises(openai.APIStatusError, match="451"):
            await client.files.content(file.id)
        with pytest.raises(openai.APIStatusError, match="451"):
            await client.files.create(file=("lines.jsonl", data), purpose="batch")


async def test_the_routes_of_the_other_dialect_work_too() -> None:
    async with a_gateway(ORDER) as gateway, anthropic_client(gateway) as client:
        message = await client.messages.create(model=OPEN, messages=SAY, max_tokens=8)
        assert message.content[0].to_dict() == {"type": "text", "text": "Ready."}
        assert (await client.messages.count_tokens(model=OPEN, messages=SAY)).input_tokens == 9
        listed = {one.id: marks(one) async for one in client.models.list()}
        assert {name: mark["available"] for name, mark in listed.items()} == {WITHDRAWN: False, OPEN: True}
        assert marks(await client.models.retrieve(WITHDRAWN))["directive"] == ORDER.id
        request: Any = {"custom_id": "1", "params": {"model": OPEN, "messages": SAY, "max_tokens": 8}}
        assert (await client.messages.batches.create(requests=[request])).id == "batches"
        request["params"]["model"] = WITHDRAWN
        with pytest.raises(anthropic.APIStatusError, match="451"):
            await client.messages.batches.create(requests=[request])


async def test_a_refusal_of_the_model_stays_an_answer_and_no_error() -> None:
    async def answer(request: web.Request, body: bytes) -> web.StreamResponse:
        return web.json_response({**message_answer(OPEN, ""), "stop_reason": "refusal", "content": []})

    async with a_gateway(ORDER, upstream=StubUpstream(answer=answer)) as gateway:
        message = await ask_anthropic(gateway, OPEN)

        assert message.stop_reason == "refusal"


async def test_a_person_whom_the_order_does_not_reach_is_served_by_a_header_of_the_client() -> None:
    headers = {"Groundstop-Token": signed(citizen())}
    async with a_gateway(restricted(), issuers=trusted()) as gateway:
        async with openai_client(gateway, default_headers=headers) as client:
            chat = await client.chat.completions.create(model=WITHDRAWN, messages=SAY)
        async with anthropic_client(gateway, default_headers=headers) as other:
            message = await other.messages.create(model=WITHDRAWN, messages=SAY, max_tokens=8)

        assert chat.model == message.model == WITHDRAWN


@pytest.mark.parametrize("route", ["chat", "responses", "messages"])
async def test_a_stream_that_an_order_cuts_raises_in_the_client_with_the_order(route: str) -> None:
    upstream = StubUpstream(hold=asyncio.Event())
    async with a_gateway(upstream=upstream) as gateway:
        async with openai_client(gateway) as client, anthropic_client(gateway) as other:
            stream: Any
            if route == "chat":
                stream = await client.chat.completions.create(model=WITHDRAWN, messages=SAY, stream=True)
            elif route == "responses":
                stream = await client.responses.create(model=WITHDRAWN, input="ready", stream=True)
            else:
                stream = await other.messages.create(model=WITHDRAWN, messages=SAY, max_tokens=8, stream=True)
            await anext(stream)
            gateway.put(ORDER)
            with pytest.raises((openai.APIError, anthropic.APIError)) as raised:
                await _to_its_end(stream)

        error = raised.value
        assert isinstance(error, openai.APIError | anthropic.APIError)
        assert ORDER.id in json.dumps(error.body)
        assert "restricted by an order" in str(error)


async def _to_its_end(stream: Any) -> None:
    async for _ in stream:
        pass


async def test_the_clients_that_wait_see_the_same() -> None:
    def waiting(url: str) -> tuple[str | None, int | None]:
        with openai.OpenAI(base_url=f"{url}/v1", api_key="k" * 24, max_retries=0) as client:
            said = client.chat.completions.create(model=OPEN, messages=SAY).choices[0].message.content
            try:
                client.chat.completions.create(model=WITHDRAWN, messages=SAY)
            except openai.APIStatusError as error:
                return said, error.status_code
        return said, None

    def other(url: str) -> tuple[str, int | None]:
        with anthropic.Anthropic(base_url=url, api_key="k" * 24, max_retries=0) as client:
            with client.messages.stream(model=OPEN, messages=SAY, max_tokens=8) as stream:
                said = "".join(stream.text_stream)
            try:
                client.messages.create(model=WITHDRAWN, messages=SAY, max_tokens=8)
            except anthropic.APIStatusError as error:
                return said, error.status_code
        return said, None

    async with a_gateway(ORDER) as gateway:
        assert await asyncio.to_thread(waiting, gateway.url) == ("Ready.", 451)
        assert await asyncio.to_thread(other, gateway.url) == ("Ready.", 451)


async def test_a_served_target_of_this_program_is_an_upstream_like_any() -> None:
    target = ScriptedTarget(Script(refusal_rate=0.0), called="scripted:held")
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(serving({OPEN: target}, host="127.0.0.1", port=0))
        in_front = a_gateway(ORDER, settings=lambda _: settings_for({"url": url}))
        async with in_front as gateway:
            chat = await ask_openai(gateway, OPEN)
            message = await ask_anthropic(gateway, OPEN)

            assert "library" in chat.choices[0].message.content
            assert "library" in message.content[0].text
            async with openai_client(gateway) as client:
                stream = await client.chat.completions.create(model=OPEN, messages=SAY, stream=True)
                said = [chunk.choices[0].delta.content or "" async for chunk in stream if chunk.choices]
            assert "library" in "".join(said)
            with pytest.raises(openai.NotFoundError):
                await ask_openai(gateway, "desk-unheard")


@pytest.mark.skipif(which("curl") is None, reason="there is no curl here")
@pytest.mark.parametrize(("model", "status"), [(OPEN, "200"), (WITHDRAWN, "451")])
async def test_curl_sees_the_status_the_link_and_the_order(model: str, status: str) -> None:
    async with a_gateway(ORDER) as gateway:
        process = await asyncio.create_subprocess_exec(
            "curl",
            "--silent",
            "--include",
            "--max-time",
            "10",
            "--json",
            json.dumps({"model": model, "messages": SAY}),
            f"{gateway.url}/v1/chat/completions",
            stdout=asyncio.subprocess.PIPE,
        )
        out, _ = await process.communicate()

        assert out.decode().split()[1] == status
        assert (b'rel="blocked-by"' in out) is (status == "451")
        assert (ORDER.id.encode() in out) is (status == "451")
