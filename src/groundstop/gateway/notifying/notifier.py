"""The notifier: told what stands, it tells receivers what touches this gateway, until they have taken it."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType

from aiohttp import ClientSession, DummyCookieJar

from groundstop.directives.orders import Orders
from groundstop.documents.gateway import NoticeEvent
from groundstop.errors import GroundstopError
from groundstop.gateway.notifying.outbox import FILE_NAME, Outbox, Waiting
from groundstop.gateway.notifying.sending import send
from groundstop.gateway.notifying.touching import notices, touches
from groundstop.gateway.settings import Settings, Webhook

_LOG = logging.getLogger("groundstop.gateway")
_FIRST_WAIT_S = 1.0
_LONGEST_WAIT_S = 600.0
_MOST_AGE_S = 7 * 86_400.0
"""After which a notice that nobody has taken is given up."""


class Notifier:
    """Tells receivers of orders that touch this gateway's models: at least once, the oldest first.

    Use it as an asynchronous context: inside, what waits is sent; what is left then is sent by the next one.

    Args:
        folder: The operator's.
        settings: Of the gateway.
        environment: Holds the secrets.
        clock: Seconds since 1970.
        sleep: Waits before it is tried again.

    Raises:
        InputError: What is kept in the folder cannot be read.
    """

    def __init__(
        self,
        folder: Path,
        settings: Settings,
        *,
        environment: Mapping[str, str],
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._settings, self._environment = settings, environment
        self._clock, self._sleep = clock, sleep
        self._outbox = Outbox(folder / FILE_NAME)
        self._writing = asyncio.Lock()
        self._new = {hook.url: asyncio.Event() for hook in settings.notify}
        self._tasks: list[asyncio.Task[None]] = []
        self._session: ClientSession | None = None

    async def heard(self, before: Orders | None, after: Orders) -> None:  # noqa: ARG002 - for others
        """Note what is to be told of a change, on disk before it returns.

        Args:
            before: What stood before; what was told is known from the folder, since a process may have ended
                in between.
            after: What stands.

        Raises:
            WorkspaceError: It cannot be kept.
        """
        if not self._settings.notify:
            return
        async with self._writing:
            await asyncio.to_thread(self._note, after)
        for event in self._new.values():
            event.set()

    def _note(self, after: Orders) -> None:
        now = self._clock()
        told = dict(self._outbox.told)
        waiting = []
        moment = datetime.fromtimestamp(int(now), UTC)
        for key, notice, last in notices(
            told, touches(after, self._settings), gateway=self._settings.name, now=moment
        ):
            if notice.event is NoticeEvent.GONE:
                told.pop(key, None)
            else:
                told[key] = last
            body = notice.canonical().decode()
            waiting += [
                Waiting(id=notice.id, url=hook.url, body=body, since=now) for hook in self._settings.notify
            ]
        if waiting:
            self._outbox.put(told, waiting)

    async def __aenter__(self) -> Notifier:
        """Begin to send."""
        urls = [hook.url for hook in self._settings.notify]
        if urls:
            self._outbox.keep_only(urls)
            self._session = ClientSession(cookie_jar=DummyCookieJar(), trust_env=False)
            for hook in {hook.url: hook for hook in self._settings.notify}.values():
                self._tasks.append(asyncio.create_task(self._sending(hook)))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End sending; what was not taken stays on disk."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks.clear()
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def _sending(self, hook: Webhook) -> None:
        """Send what waits for a receiver, one after another; one that does not answer holds up no other."""
        new = self._new[hook.url]
        wait_s = _FIRST_WAIT_S
        while True:
            new.clear()
            waiting = self._outbox.waiting(hook.url)
            if not waiting:
                wait_s = _FIRST_WAIT_S
                await new.wait()
                continue
            one = waiting[0]
            if await self._taken(hook, one) or self._clock() - one.since > _MOST_AGE_S:
                wait_s = _FIRST_WAIT_S
                await self._done(one)
                continue
            await self._sleep(wait_s)
            wait_s = min(_LONGEST_WAIT_S, 2 * wait_s)

    async def _taken(self, hook: Webhook, one: Waiting) -> bool:
        if self._session is None:
            return False
        secret = None if hook.secret is None else self._environment.get(hook.secret)
        if hook.secret is not None and not secret:
            # Unsigned it would be taken for somebody else's.
            _LOG.warning("a notice waits: its secret is not in the environment", extra={"event": "notice"})
            return False
        body, at = one.body.encode(), int(self._clock())
        return await send(self._session, one.url, body, number=one.id, secret=secret, at=at)

    async def _done(self, one: Waiting) -> None:
        try:
            async with self._writing:
                await asyncio.to_thread(self._outbox.sent, one)
        except GroundstopError as error:
            _LOG.warning("%s", error.message, extra={"event": "notice"})
            await self._sleep(_FIRST_WAIT_S)
