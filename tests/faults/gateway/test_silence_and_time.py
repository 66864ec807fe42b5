"""Receipts that were cut off or changed, feeds that fall silent, and clocks that are wrong."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession
from tuf.api.exceptions import DownloadHTTPError

from groundstop.documents.directives import Silence, WhenDark
from groundstop.documents.gateway import Begun, Decided
from groundstop.errors import WorkspaceError
from groundstop.evidence import KeyFolder
from groundstop.gateway.here import gateway_here
from groundstop.gateway.receipts import read_receipts, verify
from tests.claim_parts import ALDER, HERE, citizen, pair
from tests.claim_parts import signed as token_of
from tests.directive_parts import a_charter, a_directive, at, for_everybody
from tests.gateway_parts import OPEN, WITHDRAWN, StubUpstream, an_upstream
from tests.repository_parts import Network, Scene
from tests.running_parts import a_folder, chat, obeying, some_settings


class Clock:
    """A clock that stands until it is set."""

    def __init__(self, hours: float) -> None:
        self.set(hours)

    def set(self, hours: float) -> None:
        """Set it to some hours after the sample order takes effect."""
        self.time = at(hours).timestamp()

    def __call__(self) -> float:
        return self.time


@pytest.fixture
async def upstream() -> AsyncIterator[StubUpstream]:
    async with an_upstream() as stub:
        yield stub


@pytest.fixture
async def session() -> AsyncIterator[ClientSession]:
    async with ClientSession() as one:
        yield one


async def test_half_a_receipt_is_taken_away_and_told_when_it_begins_again(
    tmp_path: Path, upstream: StubUpstream, session: ClientSession
) -> None:
    folder, settings, clock = a_folder(tmp_path), some_settings(upstream.url), Clock(30)
    async with gateway_here(folder, settings, follow=False, clock=clock) as here:
        assert (await chat(session, here.url))[0] == 200
    (file,) = (folder / "receipts" / "w0").glob("0*.jsonl")
    with file.open("ab") as out:
        out.write(b'{"at":"2026-07-07T18:00:00Z","kind":"rece')
    async with gateway_here(folder, settings, follow=False, clock=clock) as here:
        assert (await chat(session, here.url))[0] == 200
    begun = [one.what.lost_bytes for one in read_receipts(folder) if isinstance(one.what, Begun)]
    assert begun == [0, 41]
    assert statuses(folder) == [200, 200]
    check(folder)


async def test_receipts_that_somebody_has_changed_are_left_alone_and_found(
    tmp_path: Path, upstream: StubUpstream, session: ClientSession
) -> None:
    folder, settings, clock = a_folder(tmp_path), some_settings(upstream.url), Clock(30)
    async with gateway_here(folder, settings, follow=False, clock=clock) as here:
        await chat(session, here.url)
    (file,) = (folder / "receipts" / "w0").glob("0*.jsonl")
    data = file.read_bytes().replace(b'"status":200', b'"status":451')
    file.write_bytes(data)
    async with gateway_here(folder, settings, follow=False, clock=clock) as here:
        assert (await chat(session, here.url))[0] == 200
    assert file.read_bytes()[: len(data)] == data
    report = verify(folder, [KeyFolder(folder / "keys").card("gateway")])
    assert not report.passed


async def test_a_folder_that_nothing_can_be_written_to_is_told_at_the_start(
    tmp_path: Path, upstream: StubUpstream
) -> None:
    folder = a_folder(tmp_path)
    (folder / "receipts").write_text("in the way")
    with pytest.raises(WorkspaceError, match="receipts"):
        async with gateway_here(folder, some_settings(upstream.url), follow=False, clock=Clock(30)):
            pass


def trusting(scene: Scene) -> Path:
    """Return the folder of an operator who obeys the authority and trusts an issuer."""
    folder = obeying(scene)
    keys = ", ".join(f'{name} = "{value}"' for name, value in pair().jwk.items())
    with (folder / "obeys.toml").open("a") as file:
        file.write(
            f'\n[[issuer]]\nname = "alder-id"\nkind = "oidc"\nissuer = "{ALDER}"\naudience = ["{HERE}"]\n'
            f'assurance = "substantial"\nkeys = [{{{keys}}}]\n'
            'claims = [{claim = "nationality", token_claim = "nationality"},'
            ' {claim = "subject-type", always = ["natural-person"]}]\n'
        )
    return folder


A_CITIZEN = {"Groundstop-Token": token_of(citizen(exp=at(2000).timestamp()))}


@pytest.mark.parametrize("when_dark", list(WhenDark))
async def test_a_feed_that_falls_silent_leaves_denials_and_at_last_does_what_the_order_says(
    when_dark: WhenDark, tmp_path: Path, upstream: StubUpstream, session: ClientSession
) -> None:
    scene = Scene(tmp_path, charter=a_charter())
    silence = Silence(stale_after_s=300, dark_after_s=3600, when_dark=when_dark)
    scene.publish(a_directive(silence=silence), now=at(0))
    scene.refresh(at(2))
    network, clock = Network(scene.places.public), Clock(2)
    folder = trusting(scene)
    subscriber = scene.subscriber(network)

    async def asked() -> list[tuple[int, Any]]:
        answers = [
            await chat(session, here.url, WITHDRAWN, A_CITIZEN),
            await chat(session, here.url, WITHDRAWN),
            await chat(session, here.url, OPEN),
        ]
        reasons = [body.get("error", {}).get("groundstop", {}).get("reason") for _, body, _ in answers]
        return [(status, why) for (status, _, _), why in zip(answers, reasons, strict=True)]

    settings = some_settings(upstream.url)
    async with gateway_here(folder, settings, subscriber=subscriber, follow=False, clock=clock) as here:
        await here.hear()
        fresh = [(200, None), (451, "claim_unknown"), (200, None)]
        assert await asked() == fresh
        network.lies[""] = DownloadHTTPError("gone", 503)
        clock.set(2.2)
        assert (await here.hear()).problems
        assert await asked() == fresh
        assert [one.silence for one in here.status().silent] == ["stale"]
        clock.set(4)
        await here.hear()
        assert [one.silence for one in here.status().silent] == ["dark"]
        dark = {
            WhenDark.CLOSE: [(451, "orders_not_heard"), (451, "orders_not_heard"), (200, None)],
            WhenDark.KEEP: fresh,
        }
        assert await asked() == dark[when_dark]
        network.lies.clear()
        scene.refresh(at(4))
        await here.hear()
        assert await asked() == fresh
        assert here.status().silent == ()


@pytest.mark.parametrize("hours", [-1.0, -1000.0])
async def test_a_clock_that_is_set_back_opens_nothing_and_keeps_receipts_in_order(
    hours: float, tmp_path: Path, upstream: StubUpstream, session: ClientSession
) -> None:
    scene, clock = Scene(tmp_path, charter=a_charter()), Clock(30)
    scene.publish(for_everybody(), now=at(0))
    scene.refresh(at(30))
    folder = obeying(scene)
    async with gateway_here(folder, some_settings(upstream.url), follow=False, clock=clock) as here:
        await here.hear()
        assert (await chat(session, here.url))[0] == 451
        clock.set(hours)
        assert (await chat(session, here.url))[0] == 451
        await here.look()
        assert (await chat(session, here.url))[0] == 451
        await here.hear()
        assert (await chat(session, here.url))[0] == 451
    moments = [one.at for one in read_receipts(folder)]
    assert moments == sorted(moments)
    assert upstream.got == []
    check(folder)


async def test_a_clock_that_runs_ahead_ends_no_order_before_news_that_it_has_ended(
    tmp_path: Path, upstream: StubUpstream, session: ClientSession
) -> None:
    scene, clock = Scene(tmp_path, charter=a_charter()), Clock(30)
    scene.publish(for_everybody(), now=at(0))
    scene.refresh(at(30))
    folder = obeying(scene)
    async with gateway_here(folder, some_settings(upstream.url), follow=False, clock=clock) as here:
        await here.hear()
        clock.set(24 * 29)
        await here.hear()
        status, body, _ = await chat(session, here.url)
        assert (status, body["error"]["groundstop"]["reason"]) == (451, "orders_not_heard")
        assert any("clock" in one.hint for one in here.status().problems)
        clock.set(30.5)
        await here.hear()
        assert (await chat(session, here.url))[0] == 451


def statuses(folder: Path) -> list[int]:
    return [one.what.status for one in read_receipts(folder) if isinstance(one.what, Decided)]


def check(folder: Path) -> None:
    report = verify(folder, [KeyFolder(folder / "keys").card("gateway")])
    assert report.passed, report.to_json()
