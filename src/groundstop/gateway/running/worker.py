"""A worker: a process that answers requests, told by its supervisor what to decide by.

Run as ``python -m groundstop.gateway.running.worker``, with the numbers of its inherited sockets as JSON.
"""

from __future__ import annotations

import asyncio
import gc
import json
import os
import signal
import socket
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from groundstop.directives.subscribing.problems import UNREADABLE
from groundstop.documents import KeyCard
from groundstop.errors import GroundstopError
from groundstop.gateway.receipts import read_salt
from groundstop.gateway.running.logs import LOG, log_to
from groundstop.gateway.running.messages import (
    Begin,
    Decides,
    Drain,
    HeadForm,
    HeardAgain,
    Line,
    Listens,
    Reports,
    Trouble,
    UsedElsewhere,
    tally_forms,
)
from groundstop.gateway.running.process import Belongings, Process
from groundstop.gateway.running.told import Told
from groundstop.gateway.settings import Settings

LOOK_S = 1.0
ORPHAN_S = 5.0
"""How long a worker goes on whose supervisor has died: nothing is heard any more, and the port is wanted."""
_UNUSABLE = 3
"""The exit code of a worker that could not begin: it is not begun again at once."""


@dataclass(frozen=True, slots=True)
class Handles:
    """Numbers of inherited sockets."""

    control: int
    listen: tuple[int, ...]
    decide: tuple[int, ...]


def handles_from(text: str) -> Handles:
    """Read the numbers as a supervisor gives them."""
    value = json.loads(text)
    return Handles(value["control"], tuple(value["listen"]), tuple(value["decide"]))


class Worker:
    """Serves until it is told to drain, or its supervisor is gone.

    Args:
        line: To the supervisor.
        begin: What it said first.
        handles: The doors.
        environment: Holds the upstreams' keys.
    """

    def __init__(self, line: Line, begin: Begin, handles: Handles, environment: Mapping[str, str]) -> None:
        folder = Path(begin.folder)
        self._settings = Settings.model_validate(begin.settings)
        self._line = line
        self._handles = handles
        self._process = Process(
            Belongings(
                folder=folder,
                settings=self._settings,
                issuers=begin.issuers,
                override_keys=frozenset(begin.override_keys),
                card=KeyCard.model_validate(begin.card),
                salt=read_salt(folder),
            ),
            environment=environment,
        )
        self._told: Told | None = None
        self._listening = False
        self._alone = False
        """Whether the supervisor is gone."""
        self._end = asyncio.Event()

    async def serve(self) -> None:
        """Serve to the end; every receipt is on disk for good afterwards."""
        # What is said counts for requests in flight too, until the last of them has ended.
        tasks = [asyncio.create_task(self._beat()), asyncio.create_task(self._follow())]
        try:
            await self._end.wait()
            cut = await self._process.drain(self._settings.limits.drain_s)
            LOG.info("drained", extra={"cut": cut})
        finally:
            for one in tasks:
                one.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await self._report()
            self._process.close()

    async def _follow(self) -> None:
        """Do what the supervisor says; when it says nothing any more, it is time to end."""
        try:
            await self._heed()
        except Exception:  # noqa: BLE001 - who cannot be told anything must not serve
            LOG.exception("worker_failed")
        finally:
            self._end.set()

    async def _heed(self) -> None:
        while True:
            match await self._line.heard():
                case (int() as number, Told() as told):
                    self._told = told
                    await self._take(number, told)
                case HeardAgain() as again if self._told is not None:
                    news = self._told.news._replace(heard=again.heard, time=again.time, closed=again.closed)
                    self._told = self._told._replace(news=news)
                    await self._take(again.number, self._told)
                case UsedElsewhere() as used:
                    self._process.used.hear({name: one.tally() for name, one in used.licences.items()})
                case Drain():
                    self._end.set()
                case None:
                    self._alone = True
                    LOG.warning("supervisor_gone", extra={"drains_in_s": ORPHAN_S})
                    await asyncio.sleep(ORPHAN_S)
                    return

    async def _take(self, number: int, told: Told) -> None:
        try:
            in_force = await self._process.take(told)
        except UNREADABLE as error:
            # What was in force stays; the supervisor sees that this number is never confirmed.
            await self._say_trouble(f"What is in force cannot be compiled ({type(error).__name__})")
            return
        await self._line.send(Decides(number=number, table=in_force.table.digest))
        if not self._listening:
            # Not before there is something to decide by: until then another process answers, or nobody.
            self._listening = True
            await self._process.start(
                _sockets(self._handles.listen), _sockets(self._handles.decide), self._settings.grpc
            )
            await self._line.send(Listens())

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(min(LOOK_S, self._settings.receipts.checkpoint_s))
            try:
                await self._process.look()
                await self._report()
            except ConnectionError:
                return
            except Exception:  # noqa: BLE001 - the next look may do
                LOG.exception("look_failed")

    async def _report(self) -> None:
        process = self._process
        try:
            head = await asyncio.to_thread(process.receipts.sync)
        except OSError as error:
            head = None
            await self._say_trouble(f"Receipts cannot be put on disk for good: {error.strerror}")
        writable = process.receipts.writable()
        message = Reports(
            chain=process.receipts.chain,
            metrics=process.snapshot().to_json(),
            used=tally_forms(process.used.own),
            in_flight=process.plane.in_flight,
            writable=writable,
            synced=None if head is None else HeadForm(chain=head.chain, lines=head.lines, digest=head.digest),
        )
        await self._say(message)

    async def _say_trouble(self, what: str) -> None:
        LOG.error("trouble", extra={"problem": what})
        await self._say(Trouble(what=what))

    async def _say(self, message: Reports | Trouble) -> None:
        # Where the supervisor is gone, the next one signs for what is on disk.
        if not self._alone:
            with suppress(ConnectionError):
                await self._line.send(message)


def _sockets(numbers: Sequence[int]) -> list[socket.socket]:
    found = []
    for number in numbers:
        one = socket.socket(fileno=number)
        one.setblocking(False)
        found.append(one)
    return found


async def _main(handles: Handles, environment: Mapping[str, str]) -> int:
    control = socket.socket(fileno=handles.control)
    control.setblocking(False)
    line = Line(*await asyncio.open_unix_connection(sock=control))
    try:
        first = await line.heard()
        if not isinstance(first, Begin):
            return _UNUSABLE
        try:
            worker = Worker(line, first, handles, environment)
        except (GroundstopError, OSError) as error:
            LOG.error("worker_not_begun", extra={"problem": str(error)})
            await line.send(Trouble(what=str(error)[:2000]))
            return _UNUSABLE
        await worker.serve()
    finally:
        line.close()
    return 0


def main() -> int:
    """Run a worker to its end."""
    log_to(sys.stderr)
    # A terminal sends these to everybody in it; the supervisor tells when to end.
    for one in (signal.SIGINT, signal.SIGHUP, signal.SIGTERM, signal.SIGUSR2):
        signal.signal(one, signal.SIG_IGN)
    # What was imported stays. Looking through it at each full collection would hold everybody up for 30 ms.
    gc.freeze()
    return asyncio.run(_main(handles_from(sys.argv[1]), os.environ))


if __name__ == "__main__":
    sys.exit(main())
