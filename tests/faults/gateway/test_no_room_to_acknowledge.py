"""The supervisor can write nothing: orders still count at once, and are acknowledged once there is room."""

from __future__ import annotations

import asyncio
import resource
from collections.abc import Callable
from pathlib import Path

from aiohttp import ClientSession

from groundstop.evidence import KeyFolder
from groundstop.gateway.acknowledging import FILE_NAME, read_acknowledgements
from groundstop.gateway.receipts import verify
from tests.gateway_parts import OPEN, WITHDRAWN, an_upstream
from tests.running_parts import a_folder, chat, serving, settings_text

NOTHING = (0, resource.RLIM_INFINITY)


async def until(condition: Callable[[], bool]) -> None:
    """Wait for something that another process does."""
    async with asyncio.timeout(30):
        while not condition():  # noqa: ASYNC110  # it tells nobody
            await asyncio.sleep(0.05)


async def test_an_order_counts_where_it_cannot_be_acknowledged_and_is_acknowledged_later(
    tmp_path: Path,
) -> None:
    folder = a_folder(tmp_path)
    card = KeyFolder(folder / "keys").card("gateway")

    def tables() -> list[str]:
        if not (folder / FILE_NAME).exists():
            return []
        return [one.table for _, one in read_acknowledgements(folder / FILE_NAME, [card])]

    async with an_upstream() as upstream, ClientSession() as session:
        (folder / "gateway.toml").write_text(settings_text(upstream.url))
        with serving(folder, folder=tmp_path) as served:
            assert (await chat(session, served.url))[0] == 200
            await until(lambda: len(tables()) == 1)
            # The limit stands in for a full disk: whatever it writes to is longer already.
            resource.prlimit(served.process.pid, resource.RLIMIT_FSIZE, NOTHING)
            (folder / "stop").write_text(f"{WITHDRAWN}\n")
            async with asyncio.timeout(30):
                while (await chat(session, served.url))[0] != 451:  # noqa: ASYNC110  # nobody tells
                    await asyncio.sleep(0.05)
            assert (await chat(session, served.url, OPEN))[0] == 200
            assert served.process.poll() is None
            assert len(tables()) == 1
            resource.prlimit(
                served.process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
            )
            await until(lambda: len(tables()) == 2)
            async with session.get(f"{served.admin}/status") as answer:
                assert (await answer.json())["table"] == tables()[-1]
            assert served.ended() == 0
    assert verify(folder, [card]).proved
