from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import ClientSession

from groundstop.documents.gateway import Acknowledgement, Decided
from groundstop.evidence import KeyFolder
from groundstop.evidence.statements import read_as, signers_of
from groundstop.gateway.acknowledging import FILE_NAME, read_acknowledgements
from groundstop.gateway.here import Here, gateway_here
from groundstop.gateway.receipts import read_receipts, verify
from groundstop.gateway.running import configuration
from groundstop.gateway.running.configuration import NOBODY_OBEYED
from groundstop.gateway.running.status import GatewayStatus
from tests.claim_parts import NOW as CLAIMS_NOW
from tests.claim_parts import a_wallet, credential_table
from tests.deciding_parts import restricted
from tests.directive_parts import a_charter, at, for_everybody
from tests.gateway_parts import OPEN, WITHDRAWN, StubUpstream, an_upstream, news
from tests.repository_parts import Scene
from tests.running_parts import ANY_PORT, a_folder, chat, obeying, some_settings

NOW = at(30)


@pytest.fixture
async def upstream() -> AsyncIterator[StubUpstream]:
    async with an_upstream() as stub:
        yield stub


@pytest.fixture
async def session() -> AsyncIterator[ClientSession]:
    async with ClientSession() as one:
        yield one


def clock() -> float:
    return NOW.timestamp()


async def status_of(session: ClientSession, here: Here) -> GatewayStatus:
    async with session.get(f"{here.admin_url}/status") as answer:
        return GatewayStatus.model_validate_json(await answer.read())


async def test_an_order_that_is_heard_is_enforced_acknowledged_and_on_record(
    tmp_path: Path, upstream: StubUpstream, session: ClientSession
) -> None:
    scene = Scene(tmp_path, charter=a_charter())
    scene.refresh(NOW)
    folder = obeying(scene)
    async with gateway_here(folder, some_settings(upstream.url), follow=False, clock=clock) as here:
        status, body, _ = await chat(session, here.url)
        assert (status, body["error"]["code"]) == (503, "gateway_closed")
        await here.hear()
        assert (await chat(session, here.url))[0] == 200
        scene.publish(for_everybody(), now=NOW)
        await here.hear()
        status, body, request = await chat(session, here.url)
        assert (status, body["error"]["groundstop"]["directive"]) == (451, for_everybody().id)
        assert (await chat(session, here.url, OPEN))[0] == 200
        table = here.gate.in_force
    assert table is not None
    card = KeyFolder(folder / "keys").card("gateway")
    said = [one for _, one in read_acknowledgements(folder / FILE_NAME, [card])]
    assert [bool(one.closed) for one in said] == [True, False, False]
    assert [one.id for one in said[-1].orders] == [for_everybody().id]
    assert said[-1].table == table.table.digest
    assert [one.orders for one in said[-1].authorities] == [1]
    assert verify(folder, [card]).proved
    lines = [one.what for one in read_receipts(folder) if isinstance(one.what, Decided)]
    assert [one.status for one in lines] == [503, 200, 451, 200]
    assert lines[2].request == request


async def test_where_nobody_is_obeyed_the_stop_file_counts_and_that_is_told(
    tmp_path: Path, upstream: StubUpstream, session: ClientSession
) -> None:
    folder = a_folder(tmp_path)
    async with gateway_here(folder, some_settings(upstream.url), follow=False, clock=clock) as here:
        assert (await chat(session, here.url))[0] == 200
        (folder / "stop").write_text(f"{WITHDRAWN}\n")
        await here.look()
        status, body, _ = await chat(session, here.url)
        assert (status, body["error"]["code"]) == (451, "model_stopped")
        assert (await chat(session, here.url, OPEN))[0] == 200
        told = await status_of(session, here)
        assert not told.obeys
        assert any("no order of anybody is heard" in one for one in told.warnings)
        assert told.not_ready == ()
        (folder / "stop").unlink()
        await here.look()
        assert (await chat(session, here.url))[0] == 200


async def test_a_stop_file_that_cannot_be_understood_closes_everything(
    tmp_path: Path, upstream: StubUpstream, session: ClientSession
) -> None:
    folder = a_folder(tmp_path)
    async with gateway_here(folder, some_settings(upstream.url), follow=False, clock=clock) as here:
        (folder / "stop").write_text("desk-*\n")
        await here.look()
        assert (await chat(session, here.url, OPEN))[0] == 503
        async with session.get(f"{here.admin_url}/readyz") as answer:
            assert answer.status == 503
            assert "no patterns are read" in (await answer.json())["why"][0]


async def test_news_can_be_given_by_hand(
    tmp_path: Path, upstream: StubUpstream, session: ClientSession
) -> None:
    folder = a_folder(tmp_path)
    async with gateway_here(folder, some_settings(upstream.url), follow=False, clock=clock) as here:
        in_force = await here.take(news(for_everybody(), now=clock()))
        assert in_force.table.size == 1
        assert (await chat(session, here.url))[0] == 451
        assert (await status_of(session, here)).workers[0].state == "behind"


async def test_the_admin_listener_tells_how_it_stands(
    tmp_path: Path, upstream: StubUpstream, session: ClientSession
) -> None:
    folder = a_folder(tmp_path)
    async with gateway_here(folder, some_settings(upstream.url), follow=False, clock=clock) as here:
        await chat(session, here.url)
        await here.checkpoint()
        async with session.get(f"{here.admin_url}/healthz") as answer:
            assert answer.status == 200
        async with session.get(f"{here.admin_url}/readyz") as answer:
            assert (answer.status, await answer.json()) == (200, {"ready": True, "why": []})
        async with session.get(f"{here.admin_url}/metrics") as answer:
            text = await answer.text()
            assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
        assert 'groundstop_requests_total{route="chat.completions",status="200"} 1' in text
        assert 'groundstop_workers{state="ready"} 1' in text
        assert "groundstop_checkpoint_age_seconds 0" in text
        async with session.get(f"{here.admin_url}/acknowledgement") as answer:
            signed, said = read_as(await answer.read(), Acknowledgement, source="it", hint="")
        assert signers_of(signed, [KeyFolder(folder / "keys").card("gateway")])
        assert (said.workers, said.gateway) == (1, "desk")
        told = await status_of(session, here)
        assert told.acknowledgement is not None
        assert told.acknowledgement.digest == signed.digest
        async with session.get(f"{here.admin_url}/other") as answer:
            assert answer.status == 404
        async with session.post(f"{here.admin_url}/status") as answer:
            assert answer.status == 405


class Noted:
    """A notifier that keeps what it was told."""

    def __init__(self) -> None:
        self.told: list[tuple[int | None, int]] = []

    async def heard(self, before: object, after: object) -> None:
        def size(orders: object) -> int:
            return len(getattr(orders, "orders", ())) + len(getattr(orders, "stops", ()))

        self.told.append((None if before is None else size(before), size(after)))


async def test_whoever_is_to_be_told_is_told_when_orders_change(
    tmp_path: Path, upstream: StubUpstream
) -> None:
    folder, noted = a_folder(tmp_path), Noted()
    settings = some_settings(upstream.url)
    async with gateway_here(folder, settings, follow=False, clock=clock, notifier=noted) as here:
        await here.look()
        (folder / "stop").write_text(f"{WITHDRAWN}\n")
        await here.look()
        await here.look()
    assert noted.told == [(None, 0), (0, 1)]


async def test_it_looks_by_itself_each_second(
    tmp_path: Path, upstream: StubUpstream, session: ClientSession
) -> None:
    folder = a_folder(tmp_path)
    async with gateway_here(folder, some_settings(upstream.url), clock=clock) as here:
        (folder / "stop").write_text(f"{WITHDRAWN}\n")
        for _ in range(200):
            status, _, _ = await chat(session, here.url)
            if status == 451:
                break
            await asyncio.sleep(0.05)
        assert status == 451


async def test_a_credential_that_answers_the_gateways_challenge_counts(
    tmp_path: Path, upstream: StubUpstream, session: ClientSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    trusting = dataclasses.replace(NOBODY_OBEYED, issuers=(credential_table(),))
    monkeypatch.setattr(configuration, "obeyed_in", lambda _: trusting)
    folder, wallet = a_folder(tmp_path), a_wallet()
    async with gateway_here(
        folder, some_settings(upstream.url), follow=False, clock=lambda: CLAIMS_NOW
    ) as here:
        await here.take(news(restricted(), now=CLAIMS_NOW))
        body = {"model": WITHDRAWN, "messages": [{"role": "user", "content": "Say the word ready."}]}
        url = f"{here.url}/v1/chat/completions"
        async with session.post(url, json=body) as denied:
            assert denied.status == 451
            nonce = denied.headers["Groundstop-Challenge"]
        shown = {"Groundstop-Token": wallet.present("home_person", nonce=nonce)}
        async with session.post(url, json=body, headers=shown) as served:
            assert served.status == 200


async def test_other_gateways_ask_at_a_door_of_their_own(
    tmp_path: Path, upstream: StubUpstream, session: ClientSession
) -> None:
    folder = a_folder(tmp_path)
    (folder / "stop").write_text(f"{WITHDRAWN}\n")
    settings = some_settings(upstream.url, decide=ANY_PORT)
    async with gateway_here(folder, settings, follow=False, clock=clock) as here:
        for model, allowed in ((WITHDRAWN, False), (OPEN, True)):
            question = {"model": model, "surface": "litellm-hook"}
            async with session.post(f"{here.decide_url}/v1/decide", json=question) as answer:
                assert (await answer.json())["allowed"] is allowed
    lines = [one.what for one in read_receipts(folder) if isinstance(one.what, Decided)]
    assert [(one.surface, one.allowed) for one in lines] == [("litellm-hook", False), ("litellm-hook", True)]
