"""A drill: users ask, a model is withdrawn under them, and what each of them got is counted."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from aiohttp import ClientSession, DummyCookieJar, TCPConnector

from groundstop.directives.orders import Orders
from groundstop.documents.directives import InFlight
from groundstop.documents.gateway import DrillReport, FallbackTest, Smoke
from groundstop.evidence import KeyFolder
from groundstop.gateway.drilling.stub import STEADY, Pace, stand_in
from groundstop.gateway.drilling.tally import Got, Tally
from groundstop.gateway.drilling.users import Load, Users
from groundstop.gateway.drilling.withdrawing import StopLine, drill_order, with_order
from groundstop.gateway.folder import KEYS, prepare
from groundstop.gateway.here import gateway_here
from groundstop.gateway.news import News
from groundstop.gateway.settings import Clients, Dialect, Settings
from groundstop.gateway.standby import keep_test

_STREAMING_WITHIN_S = 10.0
_STREAMING_EVERY_S = 0.01
_RESTORED_WITHIN_S = 10.0
_RESTORED_EVERY_S = 0.1


@dataclass(frozen=True, slots=True)
class Drill:
    """What is drilled."""

    model: str
    streams: int = 200
    before_s: float = 3.0
    """Until the model is withdrawn."""
    after_s: float = 5.0
    """From then until users ask no more."""
    piece_s: float = 0.25
    """The length of a piece of time in the report."""
    in_flight: InFlight = InFlight.CUT
    """What happens to answers that are being streamed; a stop line always cuts."""
    fallback: bool = True
    """Whether another model may answer; a stop line never lets one."""
    pace: Pace = STEADY
    """How the stand-in streams."""
    think_s: float = 0.2


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """How a model is withdrawn and given back."""

    withdraw: Callable[[], Awaitable[None]]
    restore: Callable[[], Awaitable[None]]


async def drill_here(
    drill: Drill, settings: Settings, *, told: Callable[[str], None] = lambda _: None
) -> DrillReport:
    """Drill with a gateway that is started for it alone, on an operator's settings, before a stand-in.

    No request leaves this machine, and nothing in the operator's folder is touched or read. Fallbacks count
    as tested, since it is the stand-in that answers.

    Args:
        drill: What is drilled.
        settings: The operator's.
        told: Called with what happens, a sentence each.

    Returns:
        The report.
    """
    async with stand_in(drill.pace) as url:
        settings = _own(settings, url)
        with TemporaryDirectory(prefix="groundstop-drill-") as name:
            folder = Path(name)
            # Keys begin at a whole second, as what they sign does.
            now = datetime.now(UTC).replace(microsecond=0)
            await asyncio.to_thread(prepare, folder, settings.key, now=now)
            await asyncio.to_thread(_count_as_tested, folder, settings, now)
            async with gateway_here(folder, settings, follow=False, environment={}) as here:
                report = await _drill(
                    drill, here.url, settings, _by_order(drill, settings, here.take), told, live=False
                )
    return report


async def drill_live(
    drill: Drill,
    url: str,
    settings: Settings,
    folder: Path,
    *,
    headers: dict[str, str],
    told: Callable[[str], None] = lambda _: None,
) -> DrillReport:
    """Drill with a gateway that runs: a line in its stop file withdraws the model, and is taken out again.

    Args:
        drill: What is drilled.
        url: Of the gateway.
        settings: Its settings.
        folder: The operator's, with the stop file that the gateway reads.
        headers: What users show of themselves.
        told: Called with what happens, a sentence each.

    Returns:
        The report.

    Raises:
        InputError: The model is stopped already.
        WorkspaceError: The stop file cannot be written.
    """
    line = StopLine(folder, drill.model)
    by_line = Withdrawal(lambda: asyncio.to_thread(line.write), lambda: asyncio.to_thread(line.remove))
    return await _drill(drill, url, settings, by_line, told, live=True, headers=headers)


async def _drill(
    drill: Drill,
    url: str,
    settings: Settings,
    withdrawal: Withdrawal,
    told: Callable[[str], None],
    *,
    live: bool,
    headers: dict[str, str] | None = None,
) -> DrillReport:
    clock = time.monotonic
    tally = Tally(drill.piece_s)
    speaks = {dialect for upstream in settings.upstream for dialect in upstream.speaks}
    load = Load(
        url=url.rstrip("/").removesuffix("/v1"),
        model=drill.model,
        streams=drill.streams,
        think_s=drill.think_s,
        headers=headers or {},
        anthropic=Dialect.OPENAI not in speaks,
    )
    async with _session() as session:
        users = Users(load, session, tally, clock)
        tally.begin(clock())
        asking = asyncio.create_task(users.run())
        try:
            await _lasting(asking, drill.before_s)
            await _until_streaming(users, asking, clock)
            told(f"{users.streaming} streams are open; {drill.model} is withdrawn")
            tally.withdraw(clock())
            try:
                await withdrawal.withdraw()
                await _lasting(asking, drill.after_s)
                # Nobody may be asking any more when it is given back: what they got would count.
                users.finish()
                await asking
            finally:
                given_back = clock()
                await asyncio.shield(withdrawal.restore())
        finally:
            users.finish()
            await asking
        told(f"{drill.model} is given back")
        restored = await _restored(users, clock, given_back)
    return DrillReport(
        gateway=settings.name,
        created=datetime.now(UTC),
        model=drill.model,
        live=live,
        streams=drill.streams,
        before_s=tally.before_s,
        after_s=tally.after_s,
        piece_s=drill.piece_s,
        pieces=tally.pieces(),
        last_served_s=tally.last_served_s,
        cut=tally.cut,
        finished=tally.finished,
        failures=tuple(f"{count} times: {why}" for why, count in tally.failures.items()),
        restored_s=restored,
    )


async def _lasting(asking: asyncio.Task[None], seconds: float) -> None:
    """Wait while users ask; what goes wrong with all of them ends it."""
    done, _ = await asyncio.wait([asking], timeout=seconds)
    for task in done:
        task.result()


async def _until_streaming(users: Users, asking: asyncio.Task[None], clock: Callable[[], float]) -> None:
    """Wait until some stream is open: else the withdrawal would be one of nothing."""
    began = clock()
    while users.streaming == 0 and clock() - began < _STREAMING_WITHIN_S:
        await _lasting(asking, _STREAMING_EVERY_S)


async def _restored(users: Users, clock: Callable[[], float], given_back: float) -> float | None:
    while clock() - given_back < _RESTORED_WITHIN_S:
        began = clock()
        if await users.ask_once() is Got.SERVED:
            return began - given_back
        await asyncio.sleep(_RESTORED_EVERY_S)
    return None


@asynccontextmanager
async def _session() -> AsyncIterator[ClientSession]:
    connector = TCPConnector(limit=0)
    async with ClientSession(connector=connector, cookie_jar=DummyCookieJar(), trust_env=False) as session:
        yield session


def _own(settings: Settings, url: str) -> Settings:
    """Return an operator's settings for a gateway that reaches nothing but a stand-in."""
    upstreams = tuple(one.model_copy(update={"url": url, "key": None}) for one in settings.upstream)
    return settings.model_copy(
        update={
            "upstream": upstreams,
            "listen": "127.0.0.1:0",
            "admin": "127.0.0.1:0",
            "decide": None,
            "grpc": None,
            "workers": 1,
            "tls": None,
            "clients": Clients(),
            "notify": (),
            "narrower": (),
        }
    )


def _count_as_tested(folder: Path, settings: Settings, now: datetime) -> None:
    key = KeyFolder(folder / KEYS).load(settings.key)
    for one in settings.fallback:
        test = FallbackTest(
            gateway=settings.name,
            created=now,
            model=one.model,
            use=one.use,
            smoke=Smoke(asked=1, answered=1),
        )
        keep_test(folder, test, key)


def _by_order(drill: Drill, settings: Settings, take: Callable[[News], Awaitable[object]]) -> Withdrawal:
    nothing = Orders((), (), (), (), ())
    provider = next(
        (one.provider for one in settings.upstream if one.provider is not None), settings.operator
    )

    async def decide_by(orders: Orders) -> None:
        now = time.time()
        await take(News(orders, now, now, ()))

    async def withdraw() -> None:
        order = drill_order(
            drill.model,
            provider,
            operator=settings.operator,
            in_flight=drill.in_flight,
            fallback=drill.fallback,
            now=datetime.now(UTC),
        )
        await decide_by(with_order(nothing, order))

    async def restore() -> None:
        await decide_by(nothing)

    return Withdrawal(withdraw, restore)
