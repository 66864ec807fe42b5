"""News on the way to several processes: an order counts in all of them before it is acknowledged."""

from __future__ import annotations

import asyncio
import os
import signal
from datetime import UTC, datetime, timedelta
from pathlib import Path

from aiohttp import ClientSession, TCPConnector

from groundstop.evidence import KeyFolder
from groundstop.gateway.acknowledging import FILE_NAME, read_acknowledgements
from tests.directive_parts import a_charter, for_everybody
from tests.gateway_parts import OPEN, an_upstream
from tests.repository_parts import Scene
from tests.running_parts import chat, obeying, serving, settings_text

LIMIT_S = 30.0


async def test_an_order_counts_in_every_process_before_it_is_acknowledged(tmp_path: Path) -> None:
    now = datetime.now(UTC).replace(microsecond=0)
    scene = Scene(tmp_path, charter=a_charter())
    scene.refresh(now)
    folder = obeying(scene)
    order = for_everybody(
        created=now - timedelta(hours=2),
        effective=now - timedelta(hours=1),
        review=now + timedelta(days=7),
        expires=now + timedelta(days=14),
    )
    async with an_upstream() as upstream, ClientSession(connector=TCPConnector(force_close=True)) as session:
        (folder / "gateway.toml").write_text(settings_text(upstream.url, workers=2))
        with serving(folder, folder=tmp_path) as served:
            async with asyncio.timeout(LIMIT_S):
                while (await chat(session, served.url))[0] != 200:
                    continue
            scene.publish(order, now=now)
            async with asyncio.timeout(LIMIT_S):
                await until_acknowledged(folder, order.id)
            # Each asks over a connection of its own, so that both processes answer some.
            answers = [await chat(session, served.url) for _ in range(20)]
            assert {status for status, _, _ in answers} == {451}
            assert {body["error"]["groundstop"]["directive"] for _, body, _ in answers} == {order.id}
            assert (await chat(session, served.url, OPEN))[0] == 200
            # One that is begun anew decides by it too, before it answers anything.
            os.kill(min(served.workers()), signal.SIGKILL)
            async with asyncio.timeout(LIMIT_S):
                while served.events().count("worker_listens") < 3:
                    assert (await chat(session, served.url))[0] == 451
            assert served.ended() == 0


async def until_acknowledged(folder: Path, order: str) -> None:
    card = KeyFolder(folder / "keys").card("gateway")
    while True:
        said = list(read_acknowledgements(folder / FILE_NAME, [card]))
        if said and order in {one.id for one in said[-1][1].orders} and said[-1][1].workers == 2:
            return
        await asyncio.sleep(0.02)
