"""A whole gateway in this process and event loop: for a demonstration, a test, or twenty of them at once."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

from groundstop.directives.push.following import PACE, Pace
from groundstop.directives.subscribing import Refreshed, Subscriber
from groundstop.gateway.counting import Metrics, Snapshot, used_in
from groundstop.gateway.gate import Gate
from groundstop.gateway.news import InForce, News
from groundstop.gateway.notifying import Notifier as WebhookNotifier
from groundstop.gateway.receipts import Receipts
from groundstop.gateway.running.admin import Admin
from groundstop.gateway.running.configuration import Configured, configured
from groundstop.gateway.running.enforcing import Enforcing
from groundstop.gateway.running.hearing import Heard, Hearing, Notifier
from groundstop.gateway.running.holding import held
from groundstop.gateway.running.logs import LOG
from groundstop.gateway.running.overseeing import status_of
from groundstop.gateway.running.process import Belongings, Process
from groundstop.gateway.running.sockets import bound, url_of
from groundstop.gateway.running.status import GatewayStatus, WorkerStatus
from groundstop.gateway.running.told import Told
from groundstop.gateway.running.waiting import cancelled
from groundstop.gateway.serving.data_plane import DataPlane
from groundstop.gateway.settings import Settings

_LOOK_S = 1.0


class Here:
    """A gateway that runs in this event loop; see :func:`gateway_here`."""

    def __init__(
        self,
        configuration: Configured,
        process: Process,
        subscriber: Subscriber,
        *,
        notifier: Notifier | None,
        clock: Callable[[], float],
        pace: Pace,
    ) -> None:
        self._configuration = configuration
        self._process = process
        self._clock = clock
        self._enforcing = Enforcing(configuration, clock=clock)
        self.hearing = Hearing(
            subscriber,
            configuration.obeys.repositories,
            self._take,
            notifier=notifier,
            clock=clock,
            pace=pace,
        )
        self._started = self.hearing.now()
        self.url = ""
        """Where requests go; the part before the routes has ``/v1`` after it."""
        self.admin_url = ""
        self.decide_url: str | None = None
        """Where other gateways ask; none where they cannot."""

    @property
    def gate(self) -> Gate:
        """What rules."""
        return self._process.gate

    @property
    def receipts(self) -> Receipts:
        """What keeps receipts."""
        return self._process.receipts

    @property
    def plane(self) -> DataPlane:
        """What answers requests."""
        return self._process.plane

    @property
    def metrics(self) -> Metrics:
        """What is counted."""
        return self._process.metrics

    @property
    def folder(self) -> Path:
        """The operator's folder."""
        return self._configuration.folder

    async def hear(self) -> Refreshed:
        """Read every repository and the operator's files, decide by what follows, and acknowledge it."""
        return await self.hearing.refresh()

    async def look(self) -> None:
        """Look at the operator's files, as happens each second: at the stop file, say."""
        await self.hearing.look()
        await self._process.look()

    async def take(self, news: News) -> InForce:
        """Decide by some news, whatever was heard; nothing is acknowledged of it."""
        return await self._process.take(Told(news, ()))

    async def checkpoint(self) -> None:
        """Sign for the receipts so far, as happens each second."""
        await asyncio.to_thread(self._sign)

    def status(self) -> GatewayStatus:
        """Return how it stands."""
        in_force = self.gate.in_force
        table = None if in_force is None else in_force.table.digest
        worker = WorkerStatus(
            pid=os.getpid(),
            state="ready" if table == self.hearing.subscriber.active.table.digest else "behind",
            table=table,
            chain=self.receipts.chain,
            in_flight=self.plane.in_flight,
            receipts_writable=self.receipts.writable(),
        )
        return status_of(
            self._configuration,
            self.hearing.subscriber,
            self._enforcing,
            workers=[worker],
            listens=[self.url],
            started=self._started,
            now=self.hearing.now(),
        )

    def snapshot(self) -> Snapshot:
        """Return what it counts."""
        return self._process.snapshot()

    def acknowledgement(self) -> bytes | None:
        """Return the last signed acknowledgement; none when there is none."""
        return self._enforcing.acknowledgements.latest

    async def _take(self, heard: Heard) -> None:
        await self._process.take(Told(heard.news, heard.charters))
        await asyncio.to_thread(self._enforcing.acknowledge, heard, 1)

    def _sign(self) -> None:
        head = self.receipts.sync()
        self._enforcing.sign([] if head is None else [head])

    async def _each_second(self) -> None:
        while True:
            try:
                await self._process.look()
                await asyncio.to_thread(self._sign)
            except Exception:  # noqa: BLE001 - the next look may do
                LOG.exception("look_failed")
            await asyncio.sleep(_LOOK_S)


@asynccontextmanager
async def gateway_here(
    folder: Path,
    settings: Settings,
    *,
    subscriber: Subscriber | None = None,
    follow: bool = True,
    notifier: Notifier | None = None,
    clock: Callable[[], float] = time.time,
    environment: Mapping[str, str] = os.environ,
    pace: Pace = PACE,
    drain_s: float = 0.2,
) -> AsyncIterator[Here]:
    """Run a gateway in this process until the block ends.

    Args:
        folder: The operator's, with the gateway's key in it; see :func:`~groundstop.gateway.folder.prepare`.
        settings: Of the gateway; a port of 0 is any free one.
        subscriber: What hears orders, loaded already; by default that of the folder.
        follow: False to hear only when it is told to.
        notifier: Is told when orders change; by default the webhooks of the settings are.
        clock: Seconds since 1970.
        environment: Holds the upstreams' keys.
        pace: How often repositories are looked at.
        drain_s: How long requests in flight may take at the end.

    Yields:
        The gateway. It decides by what was on disk already.

    Raises:
        GroundstopError: Something cannot be used.
    """
    configuration = configured(folder, lambda: settings, environment)
    with held(folder):
        async with _gateway(
            configuration, subscriber, notifier, clock, environment, pace, drain_s, follow=follow
        ) as here:
            yield here


@asynccontextmanager
async def _gateway(
    configuration: Configured,
    subscriber: Subscriber | None,
    notifier: Notifier | None,
    clock: Callable[[], float],
    environment: Mapping[str, str],
    pace: Pace,
    drain_s: float,
    *,
    follow: bool,
) -> AsyncIterator[Here]:
    folder, settings = configuration.folder, configuration.settings
    now = datetime.fromtimestamp(clock(), UTC)
    if subscriber is None:
        subscriber = Subscriber(folder, configuration.obeys)
        await asyncio.to_thread(subscriber.load, now)
    process = Process(belongings_of(configuration), environment=environment, clock=clock)
    here = Here(configuration, process, subscriber, notifier=notifier, clock=clock, pace=pace)
    admin = Admin(here)
    stack = AsyncExitStack()
    try:
        if notifier is None:
            own = await stack.enter_async_context(
                WebhookNotifier(folder, settings, environment=environment, clock=clock)
            )
            here.hearing.tell_to(own)
        process.used.hear(await asyncio.to_thread(used_in, folder))
        await here.hearing.look()
        doors = bound(settings.listen)
        here.url = url_of(doors, scheme="http" if settings.tls is None else "https")
        decide = () if settings.decide is None else bound(settings.decide)
        here.decide_url = url_of(decide) if decide else None
        await process.start(doors, decide, settings.grpc)
        looks_in = bound(settings.admin)
        here.admin_url = url_of(looks_in)
        await admin.start(looks_in)
        running = asyncio.create_task(_running(here, follow=follow))
        try:
            yield here
        finally:
            await cancelled(running)
    finally:
        await process.drain(drain_s)
        await stack.aclose()
        here.hearing.close()
        await admin.stop()
        await asyncio.to_thread(here._sign)
        process.close()


async def _running(here: Here, *, follow: bool) -> None:
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(here._each_second())
        if follow:
            tasks.create_task(here.hearing.run())


def belongings_of(configuration: Configured) -> Belongings:
    """Return what a process needs of what a gateway is run by."""
    return Belongings(
        folder=configuration.folder,
        settings=configuration.settings,
        issuers=configuration.obeys.issuers,
        override_keys=configuration.obeys.override_keys,
        card=configuration.key.card,
        salt=configuration.salt,
    )
