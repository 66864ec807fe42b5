"""Hearing: what a subscriber has in force, handed on each second and at once when it changes."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import NamedTuple, Protocol

from groundstop.directives.orders import Orders
from groundstop.directives.push.following import PACE, Pace, follow
from groundstop.directives.subscribing import Active, AuthorityStanding, Refreshed, Repository, Subscriber
from groundstop.documents.directives import Charter
from groundstop.gateway.news import News, news_of
from groundstop.gateway.running.logs import LOG

LOOK_S = 1.0
"""Between two looks at the operator's own files."""
_AGAIN_S = 5.0


class Heard(NamedTuple):
    """What is in force at a moment, and what it rests on."""

    active: Active
    authorities: tuple[AuthorityStanding, ...]
    """What was heard of each, at least as much as :attr:`active` has in it."""
    charters: tuple[Charter, ...]
    news: News


class Notifier(Protocol):
    """Is told when orders change, to tell others."""

    async def heard(self, before: Orders | None, after: Orders) -> None:
        """Orders have changed; before none was known when it is none."""


class Hearing:
    """Keeps a subscriber up to date, and hands on what it has in force.

    Args:
        subscriber: What is loaded already.
        repositories: Those that are followed.
        hand_on: Is given what is in force, one after the other.
        notifier: Is told when orders change.
        clock: Seconds since 1970.
        pace: How often repositories are looked at.
        look_s: Between two looks at the operator's own files.
    """

    def __init__(
        self,
        subscriber: Subscriber,
        repositories: Sequence[Repository],
        hand_on: Callable[[Heard], Awaitable[None]],
        *,
        notifier: Notifier | None = None,
        clock: Callable[[], float] = time.time,
        pace: Pace = PACE,
        look_s: float = LOOK_S,
    ) -> None:
        self.subscriber = subscriber
        self._repositories = tuple(repositories)
        self._hand_on = hand_on
        self._notifier = notifier
        self._clock = clock
        self._pace = pace
        self._look_s = look_s
        # A thread of its own: repositories that are slow to answer must not keep the stop file waiting.
        self._looker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="look")
        self._wake = asyncio.Event()
        self._looking = asyncio.Lock()
        self._orders: Orders | None = None
        """Those that were told of last."""
        self._charters: tuple[Charter, ...] = ()
        self._of: Orders | None = None
        """The orders that the charters were looked up for."""
        self._told: dict[str, tuple[str, ...]] = {}

    def now(self) -> datetime:
        """Return the time."""
        return datetime.fromtimestamp(self._clock(), UTC)

    def tell_to(self, notifier: Notifier) -> None:
        """Tell somebody when orders change, from now on."""
        self._notifier = notifier

    async def look(self) -> Heard:
        """Look at the operator's own files, and hand on what is in force."""
        async with self._looking:
            heard = await asyncio.get_running_loop().run_in_executor(self._looker, self._heard)
            await self._hand_on(heard)
            if self._orders is not heard.active.orders:
                if self._notifier is not None:
                    await self._notifier.heard(self._orders, heard.active.orders)
                # Only now: what could not be told is told again.
                self._orders = heard.active.orders
            return heard

    async def refresh(self) -> Refreshed:
        """Read every repository now, and hand on what follows."""
        done = await asyncio.to_thread(self.subscriber.refresh, self.now())
        await self.look()
        return done

    async def run(self) -> None:
        """Follow repositories and look until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            for one in self._repositories:
                tasks.create_task(self._following(one))
            tasks.create_task(self._looks())

    def close(self) -> None:
        """End its thread; nothing is looked at afterwards."""
        self._looker.shutdown(wait=True)

    def _heard(self) -> Heard:
        now = self.now()
        # Before the look: what was heard till then is in what the look puts in force, and not the other way.
        authorities = self.subscriber.status(now).authorities
        self.subscriber.look_here(now)
        active = self.subscriber.active
        if self._of is not active.orders:
            # They are not looked up each second: orders are folded anew whenever a charter changes.
            self._charters, self._of = self.subscriber.charters, active.orders
        news = news_of(active, self.subscriber.time(now).timestamp())
        return Heard(active, authorities, self._charters, news)

    async def _looks(self) -> None:
        while True:
            self._wake.clear()
            try:
                await self.look()
            except Exception:  # noqa: BLE001 - the stop file must be looked at again, whatever happened
                LOG.exception("look_failed")
            try:
                async with asyncio.timeout(self._look_s):
                    await self._wake.wait()
            except TimeoutError:
                continue

    async def _following(self, one: Repository) -> None:
        while True:
            try:
                await follow(
                    self.subscriber,
                    one.name,
                    one.events,
                    pace=self._pace,
                    clock=self.now,
                    told=lambda done: self._refreshed(one.name, done),
                )
            except Exception:  # noqa: BLE001 - it is followed again
                LOG.exception("following_failed", extra={"repository": one.name})
            await asyncio.sleep(_AGAIN_S)

    def _refreshed(self, name: str, done: Refreshed) -> None:
        self._wake.set()
        problems = tuple(str(one) for one in done.problems if one.repository == name)
        if problems != self._told.get(name, ()):
            self._told[name] = problems
            LOG.warning("repository_problems", extra={"repository": name, "problems": problems})
