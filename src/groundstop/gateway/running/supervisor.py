"""The supervisor: hears orders, keeps workers serving by them, and signs for what all of them enforce.

It holds the listening sockets and the key, and answers no request of a client.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, suppress
from datetime import UTC, datetime
from pathlib import Path
from socket import socket

from groundstop.directives.push.following import PACE, Pace
from groundstop.directives.subscribing import Subscriber
from groundstop.errors import GroundstopError, InputError, WorkspaceError
from groundstop.gateway.counting import Snapshot, merged, used_in
from groundstop.gateway.counting.families import RESTARTS
from groundstop.gateway.notifying import Notifier
from groundstop.gateway.receipts import Head
from groundstop.gateway.running.admin import Admin
from groundstop.gateway.running.configuration import Configured, configured
from groundstop.gateway.running.crew import Crew
from groundstop.gateway.running.denied import DenialLog
from groundstop.gateway.running.enforcing import Enforcing
from groundstop.gateway.running.hearing import Heard, Hearing
from groundstop.gateway.running.holding import held
from groundstop.gateway.running.logs import LOG
from groundstop.gateway.running.overseeing import status_of
from groundstop.gateway.running.places import Place, Places, doors_of
from groundstop.gateway.running.service_manager import ServiceManager
from groundstop.gateway.running.sockets import url_of
from groundstop.gateway.running.status import GatewayStatus
from groundstop.gateway.running.told import Told
from groundstop.gateway.running.trusting import refresh_issuers
from groundstop.gateway.running.upgrading import Left, become_next, check_next
from groundstop.gateway.running.waiting import cancelled, first_of
from groundstop.gateway.settings import Settings

START_S = 60.0
"""How long new workers may take until they serve."""
_THREADS = 16
_SECOND = 1.0
_KEYS_S = 900.0
"""Between two looks at the keys of token issuers."""


class Supervisor:
    """Runs a gateway.

    Args:
        folder: The operator's.
        read: Gives the settings, now and when they are to be read again.
        environment: Of the process.
        handed_over: Sockets that a service manager has opened, by door.
        pace: How often repositories are looked at.
        clock: Seconds since 1970.
    """

    def __init__(
        self,
        folder: Path,
        read: Callable[[], Settings],
        *,
        environment: Mapping[str, str] = os.environ,
        handed_over: Mapping[str, tuple[socket, ...]] | None = None,
        pace: Pace = PACE,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._folder = folder
        self._read = read
        self._environment = environment
        self._pace = pace
        self._clock = clock
        self._manager = ServiceManager(environment)
        self._places = Places(handed_over or {})
        self._crews: list[Crew] = []
        """Those that end, and last the one that serves."""
        self._heard: Heard | None = None
        self._heads: dict[str, Head] = {}
        self._confirmed, self._moved = asyncio.Event(), asyncio.Event()
        """Something may have to be acknowledged, and a crew may serve now."""
        self._stopping = asyncio.Event()
        self._reload = asyncio.Event()
        self._upgrade = asyncio.Event()
        self._left = Left(environment)
        self._endings: set[asyncio.Task[None]] = set()
        self._gone = merged(())
        self._restarts = 0
        self._configuration: Configured
        self._hearing: Hearing
        self._notifying = AsyncExitStack()
        self._enforcing: Enforcing
        self._started = self.now()

    def now(self) -> datetime:
        """Return the time."""
        return datetime.fromtimestamp(self._clock(), UTC)

    @property
    def url(self) -> str:
        """Where requests go."""
        tls = self._configuration.settings.tls
        return url_of(self._places.sockets["listen"], scheme="http" if tls is None else "https")

    @property
    def admin_url(self) -> str:
        """Where its state is told."""
        return url_of(self._places.sockets["admin"])

    def stop(self) -> None:
        """Finish what is being answered, and end."""
        self._stopping.set()

    def reload(self) -> None:
        """Read the configuration again; where it cannot be used, the present one stays."""
        self._reload.set()

    def upgrade(self) -> None:
        """Go over to the program that is installed now; where that cannot be used, the present one stays."""
        self._upgrade.set()

    async def run(self, *, started: Callable[[], None] = lambda: None) -> None:
        """Run until :meth:`stop`.

        Args:
            started: Is called when requests are answered.

        Raises:
            GroundstopError: It cannot be started: something in its configuration cannot be used.
        """
        self._configuration = await asyncio.to_thread(configured, self._folder, self._read, self._environment)
        # Each repository may keep a thread waiting; what is told to workers must find one all the same.
        threads = ThreadPoolExecutor(max_workers=_THREADS + len(self._configuration.obeys.repositories))
        asyncio.get_running_loop().set_default_executor(threads)
        with held(self._folder):
            await self._run(started)

    async def _run(self, started: Callable[[], None]) -> None:
        self._tell_warnings()
        self._enforcing = Enforcing(self._configuration, clock=self._clock)
        await self._places.open(self._configuration.settings)
        self._hearing = await self._new_hearing()
        admin = Admin(self)
        tasks: list[asyncio.Task[None]] = []
        try:
            crew = self._crew(self._places.wanted(self._configuration.settings))
            self._crews = [crew]
            crew.begin(await asyncio.to_thread(used_in, self._folder))
            await admin.start(self._places.sockets["admin"])
            hearing = asyncio.create_task(self._hearing.run())
            works = self._acknowledges(), self._each_second(), self._fetches_keys()
            tasks = [asyncio.create_task(work) for work in works]
            await self._wait_for(crew)
            self._manager.tell("READY=1", f"STATUS=Serving at {self.url}")
            LOG.info(
                "serving",
                extra={"url": self.url, "admin": self.admin_url, "folder": str(self._folder)},
            )
            started()
            while not self._stopping.is_set():
                await first_of(self._stopping, self._reload, self._upgrade)
                if self._reload.is_set() and not self._stopping.is_set():
                    self._reload.clear()
                    hearing = await self._reloaded(hearing)
                if self._upgrade.is_set() and not self._stopping.is_set():
                    self._upgrade.clear()
                    await self._upgraded(hearing)
            tasks.append(hearing)
        finally:
            self._manager.tell("STOPPING=1")
            LOG.info("stopping")
            # What is heard still counts for requests in flight.
            await asyncio.gather(*(one.end() for one in self._crews), *self._endings)
            await cancelled(*tasks)
            await self._sign()
            await self._notifying.aclose()
            await admin.stop()
            self._places.close()
            LOG.info("stopped")

    def status(self) -> GatewayStatus:
        """Return how it stands; see :class:`~groundstop.gateway.running.overseeing.Overseen`."""
        return status_of(
            self._configuration,
            self._hearing.subscriber,
            self._enforcing,
            workers=[status for crew in self._crews for status in crew.statuses()],
            listens=[self.url],
            started=self._started,
            now=self.now(),
        )

    def snapshot(self) -> Snapshot:
        """Return what its processes count."""
        found = merged([self._gone, *(crew.snapshot() for crew in self._crews)])
        restarts = self._restarts + sum(crew.restarts for crew in self._crews)
        return found._replace(sums={**found.sums, (RESTARTS.name, ()): float(restarts)})

    def acknowledgement(self) -> bytes | None:
        """Return the last signed acknowledgement; none when there is none."""
        return self._enforcing.acknowledgements.latest

    def _crew(self, places: Mapping[str, Place]) -> Crew:
        return Crew(
            self._configuration,
            doors_of(places),
            on_disk=self._on_disk,
            confirmed=self._hear_of_crew,
            environment=self._environment,
        )

    async def _new_hearing(self) -> Hearing:
        configuration = self._configuration
        subscriber = Subscriber(self._folder, configuration.obeys)
        await asyncio.to_thread(subscriber.load, self.now())
        await self._notifying.aclose()
        self._notifying = AsyncExitStack()
        notifier = Notifier(self._folder, configuration.settings, environment=self._environment)
        await self._notifying.enter_async_context(notifier)
        hearing = Hearing(
            subscriber,
            configuration.obeys.repositories,
            self._take,
            notifier=notifier,
            clock=self._clock,
            pace=self._pace,
        )
        self._notifying.callback(hearing.close)
        return hearing

    async def _take(self, heard: Heard) -> None:
        before = self._heard
        self._heard = heard
        told = Told(heard.news, heard.charters)
        await asyncio.gather(*(crew.tell(told) for crew in self._crews))
        table = heard.active.table.digest
        if before is None or before.active.table.digest != table or before.news.closed != heard.news.closed:
            LOG.info(
                "in_force",
                extra={"table": table, "orders": heard.active.table.size, "closed": heard.news.closed},
            )
            self._confirmed.set()

    async def _acknowledges(self) -> None:
        """Acknowledge what every process has confirmed, whenever that is something new."""
        while True:
            await self._confirmed.wait()
            self._confirmed.clear()
            heard = self._heard
            hands = [hand for crew in self._crews for hand in crew.hands]
            serving = [one for one in hands if not one.draining]
            if heard is None or not serving or not all(crew.agreed for crew in self._crews):
                continue
            said = self._enforcing.acknowledgements.said
            table, closed = heard.active.table.digest, heard.active.closed
            known = said is not None and (said.table, said.closed) == (table, closed)
            if known and not self._crews[-1].settled:
                # One that ends and is begun again, over and over, says nothing new each time.
                continue
            if all(one.table == table for one in hands):
                await asyncio.to_thread(self._enforcing.acknowledge, heard, len(serving))

    def _hear_of_crew(self) -> None:
        self._confirmed.set()
        self._moved.set()

    def _on_disk(self, head: Head) -> None:
        self._heads[head.chain] = head

    async def _sign(self) -> None:
        heads, self._heads = self._heads, {}
        await asyncio.to_thread(self._enforcing.sign, list(heads.values()))

    async def _each_second(self) -> None:
        denials = DenialLog()
        while True:
            try:
                await self._sign()
                for crew in self._crews:
                    await crew.share_used()
                denials.tell(self.snapshot())
                # Each day one is due even when nothing has changed.
                self._confirmed.set()
                self._left.look()
                self._manager.tell("WATCHDOG=1")
            except Exception:  # noqa: BLE001 - the next second may do
                LOG.exception("second_failed")
            await asyncio.sleep(_SECOND)

    async def _fetches_keys(self) -> None:
        """Fetch the keys of token issuers now and then: workers notice when the files change."""
        while True:
            issuers = self._configuration.obeys.issuers
            await asyncio.to_thread(refresh_issuers, issuers, self._folder)
            await asyncio.sleep(_KEYS_S)

    async def _wait_for(self, crew: Crew) -> None:
        """Wait until a crew serves.

        Raises:
            WorkspaceError: It does not within a while, or it is to stop before.
        """
        why = f"the processes did not serve within {START_S:g} seconds"
        with suppress(TimeoutError):
            async with asyncio.timeout(START_S):
                while not self._stopping.is_set():
                    if crew.settled:
                        return
                    if crew.trouble is not None:
                        why = crew.trouble
                        break
                    self._moved.clear()
                    await first_of(self._moved, self._stopping)
        if not self._stopping.is_set():
            raise WorkspaceError(
                f"The gateway cannot be started: {why.rstrip('.')}", "Put that right, then start it again"
            )

    async def _reloaded(self, hearing: asyncio.Task[None]) -> asyncio.Task[None]:
        """Go over to the configuration on disk, if it can be used; return what hears from then on."""
        self._manager.tell("RELOADING=1", f"MONOTONIC_USEC={time.monotonic_ns() // 1000}")
        before = self._configuration
        try:
            found = await asyncio.to_thread(configured, self._folder, self._read, self._environment)
            _check_same(before, found)
            places = self._places.wanted(found.settings)
        except GroundstopError as error:
            LOG.error("configuration_kept", extra={"problem": str(error)})
            self._manager.tell("READY=1", "STATUS=The configuration on disk cannot be used; see the log")
            return hearing
        await cancelled(hearing)
        self._configuration = found
        old, crew = self._crews[-1], self._crew(places)
        try:
            self._hearing = await self._new_hearing()
            self._enforcing.take(found)
            self._crews.append(crew)
            crew.begin(old.used())
            hearing = asyncio.create_task(self._hearing.run())
            await self._wait_for(crew)
        except (GroundstopError, OSError) as error:
            LOG.error("configuration_kept", extra={"problem": str(error)})
            if crew in self._crews:
                self._crews.remove(crew)
            await crew.end()
            await cancelled(hearing)
            self._places.give_up(places)
            self._configuration = before
            self._enforcing.take(before)
            self._hearing = await self._new_hearing()
            self._manager.tell("READY=1", "STATUS=The configuration on disk cannot be used; see the log")
            return asyncio.create_task(self._hearing.run())
        self._places.settle(places)
        self._tell_warnings()
        LOG.info("reloaded")
        self._manager.tell("READY=1", f"STATUS=Serving at {self.url}")
        ending = asyncio.create_task(self._end(old))
        self._endings.add(ending)
        ending.add_done_callback(self._endings.discard)
        return hearing

    async def _upgraded(self, hearing: asyncio.Task[None]) -> None:
        """Become the program that is installed now; it returns only when that cannot be used."""
        try:
            await check_next(self._environment)
        except GroundstopError as error:
            LOG.error("program_kept", extra={"problem": str(error)})
            return
        self._manager.tell("RELOADING=1", f"MONOTONIC_USEC={time.monotonic_ns() // 1000}")
        LOG.info("upgrading")
        await cancelled(hearing)
        await self._notifying.aclose()
        await self._sign()
        workers = [hand.process.pid for crew in self._crews for hand in crew.hands]
        become_next(self._places.sockets, workers, self._environment)

    async def _end(self, crew: Crew) -> None:
        await crew.end()
        if crew in self._crews:
            self._crews.remove(crew)
        self._gone = merged([self._gone, crew.snapshot()])
        self._restarts += crew.restarts

    def _tell_warnings(self) -> None:
        for one in self._configuration.warnings:
            LOG.warning("look_at_this", extra={"what": one})


def _check_same(before: Configured, after: Configured) -> None:
    """Check that what cannot be changed while it runs was not.

    Raises:
        InputError: It was.
    """
    if after.settings.name != before.settings.name:
        raise InputError(
            f"The gateway is called {after.settings.name} now, and its receipts say {before.settings.name}",
            "Restart it, in a folder of its own",
        )
    if after.settings.admin != before.settings.admin:
        raise InputError("The admin listener cannot move while the gateway runs", "Restart it")
