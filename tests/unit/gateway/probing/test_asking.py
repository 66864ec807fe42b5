from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager

import pytest
from aiohttp import ClientSession, DummyCookieJar, web

from groundstop.documents.gateway import Caller, Expected, Probe, Probed, ProbeOutcome
from groundstop.errors import TargetError
from groundstop.gateway.probing import Asking, ProbedOrder, ask_probes, offered_at
from tests.directive_parts import a_directive

ORDER = ProbedOrder.of(a_directive())
CHAT = Probe(route="chat.completions", model="desk-helper", caller=Caller.PERMITTED, expected=Expected.SERVED)
Handle = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def answering(handle: Handle) -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", handle)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1, handler_cancellation=True)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


async def asked(url: str, *plan: Probe, sleep: list[float] | None = None, **more: object) -> Sequence[Probed]:
    async def slept(seconds: float) -> None:
        if sleep is not None:
            sleep.append(seconds)

    asking = Asking(url, {Caller.PERMITTED: ("first", "second")}, **more)  # type: ignore[arg-type]
    async with ClientSession(cookie_jar=DummyCookieJar()) as session:
        return await ask_probes(plan, ORDER, asking, session, sleep=slept)


async def test_tokens_go_in_headers_of_their_own_and_the_key_where_clients_show_theirs() -> None:
    seen: list[tuple[str, dict[str, list[str]]]] = []

    async def handle(request: web.Request) -> web.Response:
        names = ("Groundstop-Token", "Authorization", "x-api-key")
        seen.append((request.path, {name: request.headers.getall(name, []) for name in names}))
        return web.json_response({})

    async with answering(handle) as url:
        messages = CHAT.model_copy(update={"route": "messages"})
        bearer = CHAT.model_copy(update={"way": "bearer"})
        nobody = CHAT.model_copy(update={"caller": Caller.UNKNOWN})
        await asked(url, CHAT, messages, bearer, nobody, key="sesame", at_once=1)
    both = ["first", "second"]
    assert seen == [
        (
            "/v1/chat/completions",
            {"Groundstop-Token": both, "Authorization": ["Bearer sesame"], "x-api-key": []},
        ),
        ("/v1/messages", {"Groundstop-Token": both, "Authorization": [], "x-api-key": ["sesame"]}),
        (
            "/v1/chat/completions",
            {"Groundstop-Token": ["second"], "Authorization": ["Bearer first"], "x-api-key": []},
        ),
        (
            "/v1/chat/completions",
            {"Groundstop-Token": [], "Authorization": ["Bearer sesame"], "x-api-key": []},
        ),
    ]


async def test_a_gateway_that_is_asked_too_fast_is_waited_for() -> None:
    statuses = iter([429, 429, 200])

    async def handle(_request: web.Request) -> web.Response:
        return web.json_response({}, status=next(statuses), headers={"Retry-After": "2"})

    waits: list[float] = []
    async with answering(handle) as url:
        (probed,) = await asked(url, CHAT, sleep=waits)
    assert probed.outcome is ProbeOutcome.AS_EXPECTED
    assert waits == [2.0, 2.0]


async def test_one_that_never_has_time_is_unreachable() -> None:
    async def handle(_request: web.Request) -> web.Response:
        return web.json_response({}, status=429, headers={"Retry-After": "nonsense"})

    async with answering(handle) as url:
        (probed,) = await asked(url, CHAT)
    assert (probed.outcome, probed.why) == (
        ProbeOutcome.UNREACHABLE,
        "it says that it is asked too fast",
    )


async def test_an_answer_that_does_not_come_ends_at_the_limit() -> None:
    async def handle(_request: web.Request) -> web.Response:
        await asyncio.Event().wait()
        raise AssertionError

    async with answering(handle) as url:
        (probed,) = await asked(url, CHAT, timeout_s=0.05)
    assert (probed.outcome, probed.why) == (ProbeOutcome.UNREACHABLE, "no answer in 0.05 s")


async def test_a_connection_that_breaks_is_tried_again_and_then_told() -> None:
    tried = 0

    async def handle(request: web.Request) -> web.Response:
        nonlocal tried
        tried += 1
        assert request.transport is not None
        request.transport.close()
        return web.Response()

    async with answering(handle) as url:
        (probed,) = await asked(url, CHAT)
    assert probed.outcome is ProbeOutcome.UNREACHABLE
    assert "ServerDisconnectedError" in (probed.why or "")
    assert tried == 3


async def test_no_more_is_read_of_an_answer_than_it_takes() -> None:
    async def handle(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        while True:
            await response.write(b"x" * 65536)

    weights = CHAT.model_copy(update={"route": "weights", "way": "bytes", "model": ""})
    async with answering(handle) as url:
        weights = weights.model_copy(update={"model": f"{url}/helper.gguf"})
        one, other = await asked(url, CHAT, weights)
    assert one.outcome is ProbeOutcome.AS_EXPECTED
    assert other.outcome is ProbeOutcome.AS_EXPECTED


@pytest.mark.parametrize("elsewhere", [True, False])
async def test_weights_are_followed_and_tokens_go_to_nobody_else(elsewhere: bool) -> None:
    shown: list[list[str]] = []

    async def handle(request: web.Request) -> web.Response:
        shown.append(request.headers.getall("Groundstop-Token", []))
        if request.path == "/helper.gguf":
            other = f"http://localhost:{request.url.port}" if elsewhere else ""
            return web.Response(status=302, headers={"Location": f"{other}/bytes"})
        return web.Response(body=b"GGUF")

    async with answering(handle) as url:
        probe = CHAT.model_copy(
            update={
                "route": "weights",
                "way": "bytes",
                "model": f"{url}/helper.gguf",
                "expected": Expected.KEPT_OUT,
            }
        )
        (probed,) = await asked(url, probe)
    assert probed.outcome is ProbeOutcome.LEAK
    assert shown == [["first", "second"], [] if elsewhere else ["first", "second"]]


async def test_a_redirect_without_end_is_unreachable() -> None:
    async def handle(request: web.Request) -> web.Response:
        return web.Response(status=302, headers={"Location": request.path})

    async with answering(handle) as url:
        probe = CHAT.model_copy(update={"route": "weights", "way": "bytes", "model": f"{url}/x"})
        (probed,) = await asked(url, probe)
    assert probed.outcome is ProbeOutcome.UNREACHABLE


@pytest.mark.parametrize(
    "body", [b"", b"[]", b'{"data": 3}', b'{"data": [{"id": 4}]}', b"\xff", b"[" * 99_999]
)
async def test_a_list_of_models_that_is_none_offers_nothing(body: bytes) -> None:
    async def handle(_request: web.Request) -> web.Response:
        return web.Response(body=body, content_type="application/json")

    async with answering(handle) as url, ClientSession() as session:
        assert await offered_at(Asking(url), session) == ()


async def test_names_that_are_none_are_left_out_of_what_is_offered() -> None:
    async def handle(_request: web.Request) -> web.Response:
        return web.json_response({"data": [{"id": "desk-helper"}, {"id": "desk *"}, {"id": "a" * 301}]})

    async with answering(handle) as url, ClientSession() as session:
        assert await offered_at(Asking(f"{url}/v1/"), session) == ("desk-helper",)


async def test_nothing_there_is_said() -> None:
    async with ClientSession() as session:
        with pytest.raises(TargetError, match="Nothing answers"):
            await offered_at(Asking("http://127.0.0.1:9"), session)
