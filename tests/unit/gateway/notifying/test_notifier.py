from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from groundstop.directives.orders import Orders
from groundstop.documents.gateway import GatewayNotice, NoticeEvent
from groundstop.errors import DocumentError, WorkspaceError
from groundstop.gateway.notifying import DELIVERY, SIGNATURE, Notifier, signature, signature_holds
from groundstop.gateway.settings import Settings, Upstream, Webhook
from tests.deciding_parts import standing
from tests.directive_parts import a_directive, a_lift, at, signed

NOW = at(1).timestamp()
SECRET = "sesame"


class Receiver:
    """Takes notices, or answers as it is told to."""

    def __init__(self) -> None:
        self.url = ""
        self.status = 204
        self.got: list[tuple[Mapping[str, str], bytes]] = []
        self.arrived = asyncio.Event()

    async def handle(self, request: web.Request) -> web.Response:
        self.got.append((dict(request.headers), await request.read()))
        self.arrived.set()
        return web.Response(status=self.status)

    async def next(self) -> GatewayNotice:
        async with asyncio.timeout(5):
            await self.arrived.wait()
        self.arrived.clear()
        return GatewayNotice.parse(self.got[-1][1], source="it")


@asynccontextmanager
async def receiving() -> AsyncIterator[Receiver]:
    receiver = Receiver()
    app = web.Application()
    app.router.add_post("/hook", receiver.handle)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        receiver.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
        yield receiver
    finally:
        await runner.cleanup()


class Waits:
    """Sleeps that end when they are let, with how long they would have been."""

    def __init__(self, *, at_once: int = 0) -> None:
        self.asked: list[float] = []
        self.begun = asyncio.Event()
        self._at_once = at_once

    async def sleep(self, seconds: float) -> None:
        self.asked.append(seconds)
        if len(self.asked) >= self._at_once:
            self.begun.set()
            await asyncio.Event().wait()


def orders(*documents: Any) -> Orders:
    return standing(*(signed(one) for one in documents))


def notifier(folder: Path, *urls: str, waits: Waits | None = None, **environment: str) -> Notifier:
    settings = Settings(
        name="gate-north",
        operator="riverside-cloud",
        upstream=(Upstream(name="elm", url="http://127.0.0.1:9/v1", models=("elm/desk-helper",)),),
        notify=tuple(Webhook(url=url, secret="HOOK_SECRET") for url in urls),
    )
    sleep = (waits or Waits(at_once=10**6)).sleep
    values = {"HOOK_SECRET": SECRET, **environment}
    return Notifier(folder, settings, environment=values, clock=lambda: NOW, sleep=sleep)


async def test_a_receiver_is_told_once_with_a_signature_that_it_can_check(tmp_path: Path) -> None:
    async with receiving() as receiver:
        async with notifier(tmp_path, receiver.url) as one:
            await one.heard(None, orders(a_directive()))
            notice = await receiver.next()
            await one.heard(orders(a_directive()), orders(a_directive()))
            await one.heard(orders(a_directive()), orders(a_directive(), a_lift()))
            lifted = await receiver.next()
        headers, body = receiver.got[0]
    assert notice.event is NoticeEvent.ARRIVED
    assert lifted.event is NoticeEvent.LIFTED
    assert len(receiver.got) == 2
    assert headers[DELIVERY] == notice.id
    assert signature_holds(SECRET, body, headers[SIGNATURE], now=NOW)


async def test_what_was_not_taken_is_sent_by_the_next_process_with_the_same_id(tmp_path: Path) -> None:
    async with receiving() as receiver:
        # The process ends after it has heard, and before it has sent anything.
        await notifier(tmp_path, receiver.url).heard(None, orders(a_directive()))
        receiver.status = 503
        waits = Waits()
        async with notifier(tmp_path, receiver.url, waits=waits) as one:
            first = await receiver.next()
            async with asyncio.timeout(5):
                await waits.begun.wait()
        receiver.status = 200
        async with notifier(tmp_path, receiver.url) as one:
            await one.heard(None, orders(a_directive()))
            again = await receiver.next()
    assert first == again
    assert len(receiver.got) == 2


async def test_it_is_tried_again_after_ever_longer_waits(tmp_path: Path) -> None:
    async with receiving() as receiver:
        receiver.status = 500
        waits = Waits(at_once=13)
        async with notifier(tmp_path, receiver.url, waits=waits) as one:
            await one.heard(None, orders(a_directive()))
            async with asyncio.timeout(5):
                await waits.begun.wait()
    assert waits.asked == [*(float(2**n) for n in range(10)), 600.0, 600.0, 600.0]


async def test_a_receiver_that_does_not_answer_holds_up_no_other(tmp_path: Path) -> None:
    async with receiving() as receiver:
        urls = ("http://127.0.0.1:9/hook", receiver.url)
        async with notifier(tmp_path, *urls, waits=Waits()) as one:
            await one.heard(None, orders(a_directive()))
            await receiver.next()


async def test_nothing_goes_out_unsigned_when_the_secret_is_missing(tmp_path: Path) -> None:
    async with receiving() as receiver:
        waits = Waits()
        async with notifier(tmp_path, receiver.url, waits=waits, HOOK_SECRET="") as one:
            await one.heard(None, orders(a_directive()))
            async with asyncio.timeout(5):
                await waits.begun.wait()
    assert receiver.got == []


async def test_a_receiver_that_is_no_longer_set_is_told_nothing_more(tmp_path: Path) -> None:
    await notifier(tmp_path, "http://127.0.0.1:9/hook").heard(None, orders(a_directive()))
    async with receiving() as receiver, notifier(tmp_path, receiver.url):
        pass
    assert json.loads((tmp_path / "notices.json").read_bytes())["waiting"] == []


async def test_without_receivers_nothing_is_kept(tmp_path: Path) -> None:
    async with notifier(tmp_path) as one:
        await one.heard(None, orders(a_directive()))
    assert not (tmp_path / "notices.json").exists()


async def test_what_cannot_be_kept_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    one = notifier(tmp_path / "file", "http://127.0.0.1:9/hook")
    with pytest.raises(WorkspaceError):
        await one.heard(None, orders(a_directive()))


def test_a_broken_outbox_is_said(tmp_path: Path) -> None:
    (tmp_path / "notices.json").write_text('{"told": 3}')
    with pytest.raises(DocumentError):
        notifier(tmp_path, "http://127.0.0.1:9/hook")


@pytest.mark.parametrize(
    ("secret", "body", "value", "now"),
    [
        ("other", b"{}", None, NOW),
        (SECRET, b"{ }", None, NOW),
        (SECRET, b"{}", None, NOW + 301),
        (SECRET, b"{}", "t=,v1=", NOW),
        (SECRET, b"{}", "", NOW),
        (SECRET, b"{}", f"t={int(NOW)},v1=00", NOW),
    ],
    ids=["another secret", "another body", "too old", "no time", "empty", "another signature"],
)
def test_a_receiver_can_tell_what_is_not_from_the_gateway(
    secret: str, body: bytes, value: str | None, now: float
) -> None:
    shown = signature(SECRET, b"{}", at=int(NOW)) if value is None else value
    assert signature_holds(SECRET, b"{}", signature(SECRET, b"{}", at=int(NOW)), now=NOW)
    assert not signature_holds(secret, body, shown, now=now)
