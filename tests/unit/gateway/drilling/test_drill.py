from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession, web

from groundstop.directives.subscribing.stopping import read_stop_file
from groundstop.documents.directives import InFlight
from groundstop.errors import InputError
from groundstop.gateway.drilling import Drill, Pace, drill_here, drill_live
from groundstop.gateway.drilling.tally import Got, Tally
from groundstop.gateway.drilling.users import Load, Users
from groundstop.gateway.drilling.withdrawing import StopLine
from groundstop.gateway.folder import prepare
from groundstop.gateway.here import Here, gateway_here
from groundstop.gateway.settings import Settings
from tests.directive_parts import at
from tests.gateway_parts import StubUpstream, an_upstream, chat_chunk, settings_for

MODEL, USE = "desk-helper", "desk-clerk"
SHORT: dict[str, Any] = {
    "streams": 20,
    "before_s": 0.2,
    "after_s": 0.6,
    "piece_s": 0.05,
    "pace": Pace(pieces=6, every_s=0.05),
    "think_s": 0.02,
}


def settings(**changes: Any) -> Settings:
    fallback = [{"model": MODEL, "use": USE}]
    return settings_for({"url": "http://127.0.0.1:9/v1", "key": "NOT_SET"}, fallback=fallback, **changes)


async def test_streams_are_cut_another_model_answers_and_no_request_fails() -> None:
    said: list[str] = []
    report = await drill_here(Drill(MODEL, **SHORT), settings(), told=said.append)
    assert report.failed == 0, report.failures
    assert report.cut > 0
    assert sum(one.fallback for one in report.pieces) > 0
    after = [one for one in report.pieces if one.from_s > SHORT["after_s"] / 2]
    assert sum(one.served for one in after) == 0
    assert report.restored_s is not None
    assert len(said) == 2


async def test_streams_that_may_finish_do_and_the_next_are_denied() -> None:
    drill = Drill(MODEL, in_flight=InFlight.FINISH, fallback=False, **SHORT)
    report = await drill_here(drill, settings())
    assert report.failed == 0, report.failures
    assert report.cut == 0
    assert report.finished > 0
    assert sum(one.denied for one in report.pieces) > 0
    assert sum(one.fallback for one in report.pieces) == 0


async def test_the_other_interface_is_drilled_where_the_upstreams_have_only_that() -> None:
    only = settings_for({"url": "http://127.0.0.1:9/v1", "speaks": ["anthropic"]})
    report = await drill_here(Drill(MODEL, **SHORT), only)
    assert report.failed == 0, report.failures
    assert report.cut > 0


async def test_a_live_drill_leaves_the_stop_file_as_it_was(tmp_path: Path) -> None:
    prepare(tmp_path, "gateway", now=at(-3))
    (tmp_path / "stop").write_text("some-other-model")
    async with an_upstream(StubUpstream(texts=("a",) * 3)) as upstream:
        own = settings_for({"url": upstream.url}, listen="127.0.0.1:0", admin="127.0.0.1:0")
        async with gateway_here(tmp_path, own, follow=False, environment={}, drain_s=0) as here:
            looking = asyncio.create_task(_look_often(here))
            report = await drill_live(Drill(MODEL, **SHORT), here.url, own, tmp_path, headers={})
            looking.cancel()
    assert report.live
    assert sum(one.denied for one in report.pieces) > 0
    assert report.failed == 0, report.failures
    assert read_stop_file(tmp_path / "stop") == ("some-other-model",)


async def _look_often(here: Here) -> None:
    """Look at the operator's files as a gateway does, and more often."""
    while True:
        await here.look()
        await asyncio.sleep(0.05)


def test_a_model_that_is_stopped_already_is_not_drilled(tmp_path: Path) -> None:
    (tmp_path / "stop").write_text(f"{MODEL}\n")
    with pytest.raises(InputError, match="already"):
        StopLine(tmp_path, MODEL)


def test_a_stop_file_that_a_drill_made_is_gone_afterwards(tmp_path: Path) -> None:
    line = StopLine(tmp_path, MODEL)
    line.write()
    assert read_stop_file(tmp_path / "stop") == (MODEL,)
    line.remove()
    assert not (tmp_path / "stop").exists()


def _answer(kind: str) -> Any:
    async def answer(request: web.Request, _body: bytes) -> web.StreamResponse | None:
        if kind == "plain error":
            return web.json_response({"error": {"message": "no"}}, status=500)
        if kind == "denied with another status":
            return web.json_response({"error": {"groundstop": {"reason": "gateway_closed"}}}, status=503)
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        await response.write(chat_chunk(MODEL, "a"))
        if kind == "error in the stream":
            await response.write(b'data: {"error": {"code": "upstream_stalled"}}\n\n')
        if kind == "cut":
            await response.write(b'data: {"error": {"groundstop": {"reason": "model_withdrawn"}}}\n\n')
        if kind == "connection lost" and request.transport is not None:
            request.transport.close()
        return response

    return answer


@pytest.mark.parametrize(
    ("kind", "got"),
    [
        ("plain error", Got.FAILED),
        ("denied with another status", Got.FAILED),
        ("error in the stream", Got.FAILED),
        ("broken off", Got.FAILED),
        ("connection lost", Got.FAILED),
        ("cut", Got.DENIED),
    ],
)
async def test_what_says_nothing_that_a_program_could_act_on_is_a_failure(kind: str, got: Got) -> None:
    async with an_upstream(StubUpstream(answer=_answer(kind))) as stub, ClientSession() as session:
        load = Load(stub.url.removesuffix("/v1"), MODEL, 1)
        users = Users(load, session, Tally(1.0), lambda: 0.0)
        assert await users.ask_once() is got


async def test_nobody_there_is_a_failure() -> None:
    async with ClientSession() as session:
        users = Users(Load("http://127.0.0.1:9", MODEL, 1), session, Tally(1.0), lambda: 0.0)
        assert await users.ask_once() is Got.FAILED
