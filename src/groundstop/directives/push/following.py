"""Following repositories: events wake a subscriber, and it looks every few seconds in any case."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple, Protocol

import aiohttp

if TYPE_CHECKING:
    from groundstop.directives.subscribing import Refreshed

_CHUNK = 4096
_MARK = b"data:"
"""In every event, and in no heartbeat."""


class Refreshing(Protocol):
    """What is woken: a :class:`~groundstop.directives.subscribing.Subscriber`."""

    def refresh(self, now: datetime, *, only: str | None = None) -> Refreshed:
        """Look, and put what follows in force."""


class Pace(NamedTuple):
    """How often what is done."""

    poll_s: float = 7.0
    """Seconds between looks when nothing wakes it."""
    least_s: float = 0.2
    """Seconds between looks at least, however many events come."""
    silent_s: float = 45.0
    """Seconds without a heartbeat after which a line is taken for dead."""
    again_s: float = 0.5
    """Seconds before a line is opened again; doubled each time that it fails."""
    most_s: float = 30.0
    """Seconds before a line is opened again at most."""

    def wait(self, failures: int, chance: float) -> float:
        """Return how long to wait before a line is opened again.

        Args:
            failures: How often it has failed in a row.
            chance: From 0 to 1: it keeps many subscribers from coming back all at once.
        """
        doubled = self.again_s * 2.0 ** min(failures, 20)
        return min(self.most_s, doubled) * (0.5 + chance / 2)


PACE = Pace()
"""How often what is done when nothing else is said."""


def _clock() -> datetime:
    return datetime.now(UTC)


async def follow(
    subscriber: Refreshing,
    repository: str,
    events: str | None,
    *,
    pace: Pace = PACE,
    clock: Callable[[], datetime] = _clock,
    chance: Callable[[], float] = random.random,
    told: Callable[[Refreshed], None] | None = None,
) -> None:
    """Keep one repository of a subscriber fresh until cancelled.

    An event carries nothing that is believed. Forged ones, or a flood of them, make the subscriber look a few
    times a second and no more often. When it is cancelled while it looks, the look is waited for: it has its
    own limits of time.

    Args:
        subscriber: What is woken.
        repository: The repository's name in ``obeys.toml``.
        events: Where its events come from; only looked at every few seconds when none.
        pace: How often what is done.
        clock: Gives the time.
        chance: Gives numbers from 0 to 1.
        told: Is told what each look did.
    """
    wake = asyncio.Event()
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(_look(subscriber, repository, wake, pace, clock, told))
        if events is not None:
            tasks.create_task(_listen(events, wake, pace, chance))


async def _look(
    subscriber: Refreshing,
    repository: str,
    wake: asyncio.Event,
    pace: Pace,
    clock: Callable[[], datetime],
    told: Callable[[Refreshed], None] | None,
) -> None:
    while True:
        # What happens from here on is seen by this look, or wakes the next.
        wake.clear()
        work = asyncio.ensure_future(asyncio.to_thread(subscriber.refresh, clock(), only=repository))
        try:
            done = await asyncio.shield(work)
        except asyncio.CancelledError:
            # A thread cannot be stopped; leaving it behind would leave it writing.
            await asyncio.wait([work])
            raise
        if told is not None:
            told(done)
        await asyncio.sleep(pace.least_s)
        try:
            async with asyncio.timeout(pace.poll_s):
                await wake.wait()
        except TimeoutError:
            continue


async def _listen(events: str, wake: asyncio.Event, pace: Pace, chance: Callable[[], float]) -> None:
    timeout = aiohttp.ClientTimeout(total=None, sock_connect=10, sock_read=pace.silent_s)
    failures = 0
    async with aiohttp.ClientSession(timeout=timeout) as session:
        while True:
            try:
                async with session.get(
                    events, headers={"Accept": "text/event-stream"}, allow_redirects=False
                ) as response:
                    if response.status == 200:
                        failures = 0
                        # Something may have changed while nobody listened.
                        wake.set()
                        await _hear(response.content, wake, pace)
            except (aiohttp.ClientError, TimeoutError, OSError, ValueError):
                pass
            await asyncio.sleep(pace.wait(failures, chance()))
            failures += 1


async def _hear(content: aiohttp.StreamReader, wake: asyncio.Event, pace: Pace) -> None:
    """Wake at each event until the line ends. Of a flood no more is read than one chunk at a time."""
    tail = b""
    while chunk := await content.read(_CHUNK):
        if _MARK in tail + chunk:
            wake.set()
            tail = b""
            await asyncio.sleep(pace.least_s)
        else:
            tail = chunk[-len(_MARK) :]
