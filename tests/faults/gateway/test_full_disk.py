"""A disk that is full: no request goes on that cannot be put on record, and it goes on once there is room."""

from __future__ import annotations

import asyncio
import resource
from pathlib import Path

from aiohttp import ClientSession

from groundstop.documents.gateway import Decided
from groundstop.evidence import KeyFolder
from groundstop.gateway.receipts import read_receipts, verify
from tests.gateway_parts import OPEN, an_upstream
from tests.running_parts import a_folder, chat, serving, settings_text


async def test_nothing_goes_on_that_cannot_be_put_on_record(tmp_path: Path) -> None:
    folder = a_folder(tmp_path)
    async with an_upstream() as upstream, ClientSession() as session:
        (folder / "gateway.toml").write_text(settings_text(upstream.url))
        with serving(folder, folder=tmp_path) as served:
            # The log is written by the worker too, and must stay shorter than the receipts.
            for _ in range(20):
                assert (await chat(session, served.url, OPEN))[0] == 200
            (worker,) = served.workers()
            (receipts,) = (folder / "receipts" / "w0").glob("0*.jsonl")
            size = receipts.stat().st_size
            assert size > 4 * served.log.stat().st_size
            before = resource.prlimit(worker, resource.RLIMIT_FSIZE)
            resource.prlimit(worker, resource.RLIMIT_FSIZE, (size + 100, before[1]))
            asked = len(upstream.got)
            for _ in range(3):
                status, body, _ = await chat(session, served.url, OPEN)
                assert (status, body["error"]["code"]) == (503, "receipts_unavailable")
            assert len(upstream.got) == asked
            assert receipts.stat().st_size == size
            async with asyncio.timeout(30):
                while True:
                    async with session.get(f"{served.admin}/readyz") as answer:
                        if answer.status == 503:
                            assert "Receipts cannot be written" in (await answer.json())["why"][0]
                            break
            resource.prlimit(worker, resource.RLIMIT_FSIZE, before)
            assert (await chat(session, served.url, OPEN))[0] == 200
            assert served.ended() == 0
    decided = [one for one in read_receipts(folder) if isinstance(one.what, Decided)]
    assert len(decided) == 21
    assert verify(folder, [KeyFolder(folder / "keys").card("gateway")]).proved
