"""A crew: the workers of one configuration, begun, told, watched and ended by the supervisor."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from groundstop.gateway.counting import Snapshot, Tally, merged
from groundstop.gateway.counting.metrics import NOTHING
from groundstop.gateway.counting.quotas import together
from groundstop.gateway.receipts import Head
from groundstop.gateway.running.configuration import Configured
from groundstop.gateway.running.logs import LOG
from groundstop.gateway.running.messages import (
    Begin,
    Decides,
    Drain,
    FromWorker,
    HeardAgain,
    Line,
    Listens,
    Reports,
    Trouble,
    UsedElsewhere,
    pickled_news,
    tally_forms,
)
from groundstop.gateway.running.status import WorkerStatus
from groundstop.gateway.running.told import Told

SILENT_S = 30.0
"""Without a word for so long a worker is taken for stuck, and ended."""
_SEND_S = 5.0
"""Whoever does not take what it is told in this time keeps it from no other."""
_EXIT_S = 30.0
_AGAIN_S = 0.2
_MOST_AGAIN_S = 10.0
_SETTLED_S = 30.0
"""After so long a worker that ends did not fail at its start."""
_MORE_THAN_DRAIN_S = 5.0


@dataclass(frozen=True, slots=True)
class Doors:
    """Sockets that workers inherit."""

    listen: tuple[socket.socket, ...]
    decide: tuple[socket.socket, ...] = ()


@dataclass(slots=True, eq=False)
class Hand:
    """A worker, as its supervisor knows it."""

    process: asyncio.subprocess.Process
    line: Line
    began: float
    number: int = 0
    """Of the news that it has confirmed last."""
    table: str | None = None
    listens: bool = False
    draining: bool = False
    chain: str | None = None
    in_flight: int = 0
    writable: bool = True
    metrics: Snapshot = NOTHING
    used: Mapping[str, Tally] = field(default_factory=dict)
    sent: Told | None = None
    """What it was told in full last."""
    sending: asyncio.Lock = field(default_factory=asyncio.Lock)


class Crew:
    """Workers of one configuration.

    Args:
        configuration: What they serve by.
        doors: Sockets that they inherit.
        on_disk: Is given how far a worker's receipts go, on disk for good.
        confirmed: Is called when a worker has confirmed news, or is gone.
        environment: Of the workers.
    """

    def __init__(
        self,
        configuration: Configured,
        doors: Doors,
        *,
        on_disk: Callable[[Head], None],
        confirmed: Callable[[], None],
        environment: Mapping[str, str],
    ) -> None:
        self._configuration = configuration
        self._doors = doors
        self._on_disk = on_disk
        self._confirmed = confirmed
        self._environment = dict(environment)
        self._hands: list[Hand] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._ending = asyncio.Event()
        self._number = 0
        self._told: Told | None = None
        self._pickled: tuple[Told, bytes] | None = None
        self._before: dict[str, Tally] = {}
        """What was counted before these workers began, and by those that are gone."""
        self._gone = NOTHING
        self.restarts = 0
        self.trouble: str | None = None
        """What a worker has said last that something is wrong."""

    @property
    def hands(self) -> Sequence[Hand]:
        """Those that run."""
        return tuple(self._hands)

    @property
    def number(self) -> int:
        """Of the news that were told last."""
        return self._number

    @property
    def agreed(self) -> bool:
        """Whether every worker that runs decides by what was told last."""
        return all(one.number == self._number for one in self._hands)

    @property
    def settled(self) -> bool:
        """Whether as many workers serve as should, each by what was told last."""
        full = len(self._hands) == self._configuration.settings.workers
        return full and self.agreed and all(one.listens for one in self._hands)

    def begin(self, used: Mapping[str, Tally]) -> None:
        """Begin the workers; each serves as soon as it was told something.

        Args:
            used: What was counted under licences so far.
        """
        self._before = dict(used)
        for _ in range(self._configuration.settings.workers):
            task = asyncio.create_task(self._keep())
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def tell(self, told: Told) -> None:
        """Tell every worker what is in force.

        Args:
            told: What is in force; the orders are sent only where they are not what was sent last.
        """
        before = self._told
        if before is None or _differ(before, told) or before.news.closed != told.news.closed:
            # Heard again, and nothing else, would need no new confirmation.
            self._number += 1
        self._told = told
        await asyncio.gather(*(self._tell(one) for one in self._hands))

    async def share_used(self) -> None:
        """Tell every worker what all others have counted under licences."""
        for one in self.hands:
            others = together([self._before, *(each.used for each in self._hands if each is not one)])
            if others:
                await self._send(one, UsedElsewhere(licences=tally_forms(others)))

    def used(self) -> dict[str, Tally]:
        """Return what was counted under licences, ever."""
        return together([self._before, *(one.used for one in self._hands)])

    def snapshot(self) -> Snapshot:
        """Return what all of them count, those that are gone too."""
        return merged([self._gone, *(one.metrics for one in self._hands)])

    def statuses(self) -> list[WorkerStatus]:
        """Return how each stands."""
        return [
            WorkerStatus(
                pid=one.process.pid,
                state=self._state(one),
                table=one.table,
                chain=one.chain,
                in_flight=one.in_flight,
                receipts_writable=one.writable,
            )
            for one in self._hands
        ]

    async def end(self) -> None:
        """Let every worker finish what it answers, and end it."""
        self._ending.set()
        for one in self.hands:
            one.draining = True
            await self._send(one, Drain())
        within = self._configuration.settings.limits.drain_s + _MORE_THAN_DRAIN_S
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=within)
            for one in self.hands:
                LOG.error("worker_killed", extra={"pid": one.process.pid, "problem": "it did not drain"})
                _kill(one)
            if late:
                await asyncio.wait(late, timeout=_MORE_THAN_DRAIN_S)

    def _state(self, one: Hand) -> str:
        if one.draining:
            return "draining"
        if not one.listens:
            return "starting"
        return "ready" if one.number == self._number else "behind"

    async def _keep(self) -> None:
        """Keep one worker running until the crew ends."""
        again_s = _AGAIN_S
        while not self._ending.is_set():
            began = time.monotonic()
            try:
                await self._one()
            except OSError as error:
                LOG.error("worker_not_begun", extra={"problem": error.strerror})
            if self._ending.is_set():
                return
            self.restarts += 1
            settled = time.monotonic() - began > _SETTLED_S
            again_s = _AGAIN_S if settled else min(again_s * 2, _MOST_AGAIN_S)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(again_s):
                    await self._ending.wait()

    async def _one(self) -> None:
        """Run one worker from its beginning to its end."""
        hand = await self._begun()
        try:
            await self._heed(hand)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_EXIT_S):
                    await hand.process.wait()
        finally:
            hand.line.close()
            _kill(hand)
            code = await hand.process.wait()
            self._hands.remove(hand)
            self._gone = merged([self._gone, hand.metrics.counted()])
            self._before = together([self._before, hand.used])
            self._confirmed()
            if not hand.draining:
                LOG.error("worker_ended", extra={"pid": hand.process.pid, "code": code})

    async def _begun(self) -> Hand:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        with theirs:
            ours.setblocking(False)
            listen = [one.fileno() for one in self._doors.listen]
            decide = [one.fileno() for one in self._doors.decide]
            numbers = {"control": theirs.fileno(), "listen": listen, "decide": decide}
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "groundstop.gateway.running.worker",
                json.dumps(numbers),
                pass_fds=(theirs.fileno(), *listen, *decide),
                stdin=asyncio.subprocess.DEVNULL,
                env=self._environment,
            )
        line = Line(*await asyncio.open_unix_connection(sock=ours))
        hand = Hand(process, line, began=time.monotonic())
        configuration = self._configuration
        begin = Begin(
            folder=str(configuration.folder.absolute()),
            settings=configuration.settings.to_json(),
            issuers=tuple(configuration.obeys.issuers),
            override_keys=tuple(sorted(configuration.obeys.override_keys)),
            card=configuration.key.card.to_json(),
        )
        await self._send(hand, begin)
        # Only now: nothing may be told to it before it was told what to serve.
        self._hands.append(hand)
        await self._tell(hand)
        if self._ending.is_set():
            hand.draining = True
            await self._send(hand, Drain())
        return hand

    async def _heed(self, hand: Hand) -> None:
        """Take in what a worker says until it is gone, or is silent for too long."""
        while True:
            try:
                async with asyncio.timeout(SILENT_S):
                    said = await hand.line.told()
                if said is None:
                    return
                self._take(hand, said)
            except TimeoutError:
                LOG.error("worker_silent", extra={"pid": hand.process.pid})
                _kill(hand)
                return
            except (ValueError, TypeError, KeyError) as error:
                LOG.error("worker_strange", extra={"pid": hand.process.pid, "problem": type(error).__name__})
                _kill(hand)
                return

    def _take(self, hand: Hand, said: FromWorker) -> None:
        match said:
            case Decides():
                hand.number, hand.table = said.number, said.table
                self._confirmed()
            case Listens():
                hand.listens = True
                LOG.info("worker_listens", extra={"pid": hand.process.pid})
                self._confirmed()
            case Reports():
                if any(one.chain == said.chain for one in self._hands if one is not hand):
                    raise ValueError("a chain has one writer")
                hand.chain, hand.in_flight, hand.writable = said.chain, said.in_flight, said.writable
                hand.metrics = Snapshot.from_json(said.metrics)
                hand.used = {name: one.tally() for name, one in said.used.items()}
                if said.synced is not None and said.synced.chain == said.chain:
                    self._on_disk(Head(said.synced.chain, said.synced.lines, said.synced.digest))
            case Trouble():
                self.trouble = said.what
                self._confirmed()
                LOG.error("worker_trouble", extra={"pid": hand.process.pid, "problem": said.what})

    async def _tell(self, hand: Hand) -> None:
        async with hand.sending:
            told, number = self._told, self._number
            if told is None:
                return
            before, hand.sent = hand.sent, told
            if before is None or _differ(before, told):
                await self._send(hand, await self._pickle(number, told))
                return
            news = told.news
            await self._send(
                hand, HeardAgain(number=number, heard=news.heard, time=news.time, closed=news.closed)
            )

    async def _pickle(self, number: int, told: Told) -> bytes:
        """Return news as they are sent; for several workers they are pickled once."""
        if self._pickled is None or self._pickled[0] is not told:
            self._pickled = told, await asyncio.to_thread(pickled_news, number, told)
        return self._pickled[1]

    async def _send(self, hand: Hand, message: Begin | HeardAgain | UsedElsewhere | Drain | bytes) -> None:
        try:
            async with asyncio.timeout(_SEND_S):
                if isinstance(message, bytes):
                    await hand.line.send_news(message)
                else:
                    await hand.line.send(message)
        except TimeoutError:
            LOG.error("worker_silent", extra={"pid": hand.process.pid})
            _kill(hand)
        except OSError:
            # It is gone; whoever heeds it notices.
            return


def _differ(before: Told, after: Told) -> bool:
    """Tell whether what is decided by is another, but for when it was heard."""
    return before.news.orders is not after.news.orders or before.charters != after.charters


def _kill(hand: Hand) -> None:
    if hand.process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            hand.process.kill()
