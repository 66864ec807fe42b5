from __future__ import annotations

import asyncio
import dataclasses
import io
import json
import logging
import os
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from groundstop.errors import DocumentError, InputError, WorkspaceError
from groundstop.gateway.counting import Metrics, Tally
from groundstop.gateway.counting.families import HEARD_AGE
from groundstop.gateway.running import configuration
from groundstop.gateway.running.configuration import NOBODY_OBEYED, configured, obeyed_in
from groundstop.gateway.running.holding import held, is_held
from groundstop.gateway.running.logs import LOG, log_to
from groundstop.gateway.running.messages import (
    Begin,
    Decides,
    Drain,
    HeadForm,
    HeardAgain,
    Line,
    Reports,
    UsedElsewhere,
    pickled_news,
    tally_forms,
)
from groundstop.gateway.running.places import Places
from groundstop.gateway.running.service_manager import ServiceManager
from groundstop.gateway.running.sockets import bound, handed_over, url_of
from groundstop.gateway.running.status import GatewayStatus, WorkerStatus, gauges_of
from groundstop.gateway.running.told import Told
from groundstop.gateway.settings import Settings
from tests.claim_parts import credential_table, token_table
from tests.directive_parts import a_charter, at, for_everybody
from tests.gateway_parts import news
from tests.running_parts import a_folder, some_settings


@asynccontextmanager
async def a_channel() -> AsyncIterator[tuple[Line, Line, socket.socket]]:
    """Give both ends of a channel, and the worker's own socket."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
    raw = theirs.dup()
    supervisor = Line(*await asyncio.open_unix_connection(sock=ours))
    worker = Line(*await asyncio.open_unix_connection(sock=theirs))
    try:
        yield supervisor, worker, raw
    finally:
        raw.close()
        supervisor.close()
        worker.close()
        await asyncio.sleep(0)


def a_report() -> Reports:
    return Reports(
        chain="w0",
        metrics=Metrics().snapshot().to_json(),
        used=tally_forms({"GSL-20260706-0000000001": Tally(3, 20_000, 1)}),
        in_flight=2,
        writable=True,
        synced=HeadForm(chain="w0", lines=4, digest="a" * 64),
    )


async def test_supervisor_and_worker_understand_each_other() -> None:
    told = Told(news(for_everybody()), (a_charter(),))
    begin = Begin(folder="/f", settings={"a": 1}, issuers=(), override_keys=("b" * 64,), card={})
    again = HeardAgain(number=2, heard=1.5, time=2.5, closed=("why",))
    used = UsedElsewhere(licences=tally_forms({"GSL-20260706-0000000001": Tally(1, 2, 1)}))
    async with a_channel() as (supervisor, worker, _):
        for message in (begin, again, used, Drain()):
            await supervisor.send(message)
            assert await worker.heard() == message
        await supervisor.send_news(pickled_news(7, told))
        number, heard = await worker.heard()  # type: ignore[misc]
        assert (number, heard) == (7, told)
        for answer in (Decides(number=7, table="sha256:" + "c" * 64), a_report()):
            await worker.send(answer)
            assert await supervisor.told() == answer


async def test_whoever_is_gone_is_noticed() -> None:
    async with a_channel() as (supervisor, worker, raw):
        raw.close()
        worker.close()
        assert await supervisor.told() is None


async def test_a_worker_that_sends_a_pickle_is_not_believed() -> None:
    async with a_channel() as (supervisor, worker, _):
        await worker.send_news(pickled_news(1, Told(news(), ())))
        with pytest.raises(ValueError, match="sends JSON"):
            await supervisor.told()


@pytest.mark.parametrize(
    "data",
    [
        b"j\x00\x00\x00\x02{}",
        b"j\x00\x00\x00\x04oops",
        b'j\x00\x00\x00\x10{"kind":"drain"}',
        b"j\xff\xff\xff\xff",
    ],
)
async def test_what_no_worker_says_is_refused(data: bytes) -> None:
    async with a_channel() as (supervisor, _, raw):
        raw.sendall(data)
        with pytest.raises((ValueError, ValidationError)):
            await supervisor.told()


def a_status(*states: str, **changes: Any) -> GatewayStatus:
    workers = tuple(
        WorkerStatus(
            pid=number,
            state=state,
            table="sha256:old" if state == "behind" else "sha256:new" if state == "ready" else None,
            chain=None,
            in_flight=0,
            receipts_writable=True,
        )
        for number, state in enumerate(states)
    )
    values: dict[str, Any] = {
        "gateway": "desk",
        "operator": "riverside-cloud",
        "version": "1",
        "at": at(1),
        "started": at(0),
        "listens": (),
        "table": "sha256:new",
        "orders": 0,
        "closed": (),
        "heard": at(0),
        "obeys": True,
        "authorities": (),
        "problems": (),
        "silent": (),
        "refused": 0,
        "notes": (),
        "workers": workers,
        "acknowledgement": None,
        "checkpoint": None,
        "warnings": (),
    }
    return GatewayStatus(**{**values, **changes})


def test_a_process_that_starts_is_told_apart_from_one_that_is_behind() -> None:
    assert a_status("ready", "ready", "draining").not_ready == ()
    assert a_status("starting", "behind", "ready").not_ready == (
        "1 of 3 processes are starting",
        "1 of 3 processes do not decide by the newest table yet",
    )


def test_where_nobody_is_obeyed_nothing_was_heard() -> None:
    assert HEARD_AGE in {one.family for one in gauges_of(a_status("ready"))}
    assert HEARD_AGE not in {one.family for one in gauges_of(a_status("ready", obeys=False))}


def test_whether_a_gateway_serves_from_a_folder_is_seen(tmp_path: Path) -> None:
    assert not is_held(tmp_path)
    with held(tmp_path):
        assert is_held(tmp_path)
    assert not is_held(tmp_path)


def test_a_salt_that_is_gone_is_told_once(tmp_path: Path) -> None:
    folder = a_folder(tmp_path)
    settings = some_settings("http://127.0.0.1:9/v1")

    def warnings() -> tuple[str, ...]:
        return configured(folder, lambda: settings, {}).warnings

    (folder / "salt").unlink()
    assert configuration.SALT_GONE not in warnings()
    (folder / "receipts").mkdir()
    (folder / "salt").unlink()
    assert configuration.SALT_GONE in warnings()
    assert configuration.SALT_GONE not in warnings()


def test_a_place_that_is_taken_is_told() -> None:
    (first,) = bound("127.0.0.1:0")
    port = first.getsockname()[1]
    with pytest.raises(WorkspaceError, match=f"127.0.0.1:{port} cannot be listened at"):
        bound(f"127.0.0.1:{port}")
    assert url_of([first]) == f"http://127.0.0.1:{port}"
    first.close()


async def test_a_port_that_is_taken_for_a_moment_is_waited_for() -> None:
    (taken,) = bound("127.0.0.1:0")
    settings = some_settings("http://127.0.0.1:9/v1").model_copy(
        update={"listen": f"127.0.0.1:{taken.getsockname()[1]}"}
    )
    places = Places({})
    opening = asyncio.create_task(places.open(settings))
    await asyncio.sleep(0)
    assert not opening.done()
    taken.close()
    async with asyncio.timeout(30):
        await opening
    assert places.sockets["listen"][0].getsockname() == ("127.0.0.1", int(settings.listen.split(":")[1]))
    again = places.wanted(settings)
    assert again["listen"].sockets == places.sockets["listen"]
    places.close()
    assert places.sockets == {}


async def test_places_that_are_not_used_after_all_are_closed() -> None:
    places = Places({})
    settings = some_settings("http://127.0.0.1:9/v1")
    await places.open(settings)
    kept = places.sockets["listen"][0]
    port = places.sockets["admin"][0].getsockname()[1]
    taken = settings.model_copy(update={"decide": f"127.0.0.1:{port}"})
    with pytest.raises(WorkspaceError):
        places.wanted(taken)
    more = places.wanted(settings.model_copy(update={"decide": "127.0.0.1:0"}))
    places.give_up(more)
    assert more["decide"].sockets[0].fileno() == -1
    assert kept.fileno() >= 0
    places.close()
    assert kept.fileno() == -1


def test_a_host_with_two_addresses_is_listened_at_on_one_port() -> None:
    opened = bound("localhost:0")
    assert len({one.getsockname()[1] for one in opened}) == 1
    for one in opened:
        one.close()


def test_an_address_of_another_machine_is_told() -> None:
    with pytest.raises(WorkspaceError, match=r"cannot be listened at|is no address"):
        bound("192.0.2.1:80")


def test_sockets_of_a_service_manager_are_taken_by_their_names(monkeypatch: pytest.MonkeyPatch) -> None:
    made = [socket.create_server(("127.0.0.1", 0)) for _ in range(2)]
    handles = {3: made[0].detach(), 4: made[1].detach()}
    real = socket.socket

    def opened(*, fileno: int) -> socket.socket:
        return real(fileno=handles[fileno])

    monkeypatch.setattr("groundstop.gateway.running.sockets.socket.socket", opened)
    told = {"LISTEN_PID": "7", "LISTEN_FDS": "2", "LISTEN_FDNAMES": "admin:gateway.socket"}
    assert handed_over(told, 8) == {}
    assert handed_over({}, 7) == {}
    found = handed_over(told, 7)
    assert {name: len(sockets) for name, sockets in found.items()} == {"admin": 1, "listen": 1}
    for sockets in found.values():
        for one in sockets:
            assert not os.get_inheritable(one.fileno())
            one.close()


def test_a_service_manager_is_told_how_things_stand(tmp_path: Path) -> None:
    place = str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(place)
        ServiceManager({"NOTIFY_SOCKET": place}).tell("READY=1", "STATUS=Serving")
        assert manager.recv(1024) == b"READY=1\nSTATUS=Serving"
    ServiceManager({"NOTIFY_SOCKET": place}).tell("STOPPING=1")
    ServiceManager({}).tell("READY=1")
    assert ServiceManager({"WATCHDOG_USEC": "30000000"}).watchdog_s == 30


def test_two_gateways_do_not_share_a_folder(tmp_path: Path) -> None:
    with (
        held(tmp_path),
        pytest.raises(WorkspaceError, match="Another gateway serves"),
        held(tmp_path),
    ):
        pass
    with held(tmp_path):
        pass


def test_a_log_has_one_line_of_json_for_each_event_and_no_message_of_an_exception() -> None:
    stream = io.StringIO()
    before = LOG.handlers, LOG.level, LOG.propagate
    others = {name: logging.getLogger(name) for name in ("asyncio", "aiohttp")}
    kept = {name: (one.handlers, one.level, one.propagate) for name, one in others.items()}
    try:
        log_to(stream)
        LOG.info("serving", extra={"url": "http://127.0.0.1:1"})
        try:
            raise ValueError("a secret word")
        except ValueError:
            LOG.exception("look_failed")
    finally:
        LOG.handlers, LOG.level, LOG.propagate = before
        for name, one in others.items():
            one.handlers, one.level, one.propagate = kept[name]
    first, second = map(json.loads, stream.getvalue().splitlines())
    assert (first["event"], first["level"], first["url"]) == ("serving", "info", "http://127.0.0.1:1")
    assert second["error"] == "ValueError"
    assert second["where"].startswith(__name__)
    assert "secret" not in stream.getvalue()


def test_everything_that_has_to_be_put_right_is_told_at_once(tmp_path: Path) -> None:
    folder = a_folder(tmp_path)
    settings = some_settings("http://127.0.0.1:9/v1")
    upstream = settings.upstream[0].model_copy(update={"key": "NO_SUCH_KEY", "speaks": ()})
    broken = settings.model_copy(update={"upstream": (upstream,)})
    with pytest.raises(InputError) as caught:
        configured(folder, lambda: broken, {})
    assert "NO_SUCH_KEY" in caught.value.message
    assert "speaks no dialect" in caught.value.message


def test_where_nobody_is_obeyed_there_is_a_warning(tmp_path: Path) -> None:
    folder = a_folder(tmp_path)
    found = configured(folder, lambda: some_settings("http://127.0.0.1:9/v1"), {})
    assert found.obeys is NOBODY_OBEYED
    assert "no order of anybody is heard" in found.warnings[0]
    (folder / "obeys.toml").symlink_to(folder / "gone")
    with pytest.raises(InputError):
        obeyed_in(folder)


@pytest.mark.parametrize("table", [token_table(once=True), credential_table()])
def test_what_is_good_for_one_use_is_for_one_worker(
    table: dict[str, object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = a_folder(tmp_path)
    obeys = NOBODY_OBEYED
    monkeypatch.setattr(configuration, "obeyed_in", lambda _: dataclasses.replace(obeys, issuers=(table,)))
    one, two = (some_settings("http://127.0.0.1:9/v1", workers=number) for number in (1, 2))
    configured(folder, lambda: one, {})
    with pytest.raises(DocumentError, match="would take it once"):
        configured(folder, lambda: two, {})


def test_settings_survive_the_way_to_a_worker() -> None:
    settings = some_settings(
        "http://127.0.0.1:9/v1", fallback=[{"model": "a", "use": "b"}], decide="127.0.0.1:0"
    )
    assert Settings.model_validate(json.loads(json.dumps(settings.to_json()))) == settings
