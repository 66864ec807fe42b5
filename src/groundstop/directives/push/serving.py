"""Serving a repository's public folder, with events that wake whoever follows it.

Any web server does for the files; this one adds ``/events`` (server-sent events), and can keep the timestamp
fresh. It listens on this machine only, unless told otherwise.
"""

from __future__ import annotations

import asyncio
import re
from collections import OrderedDict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from aiohttp import web

from groundstop.directives.repository import LIVES, Lives, Renewed, refresh
from groundstop.errors import GroundstopError, TargetError
from groundstop.evidence import OwnKey

EVENTS = "/events"
CHANGED = b"event: changed\ndata: {}\n\n"
"""All that is ever said."""
BEAT = b": still here\n\n"

_FILE = re.compile(r"(metadata|targets/(charters|orders|urgent))/[A-Za-z0-9][A-Za-z0-9._-]*\.json")
_WRITE_S = 5.0
"""Seconds that a subscriber may take to take an event in."""
_MOST_FOLLOWERS = 10_000
_SMALL = 256 * 1024
"""Bytes of a file that is kept in memory at most."""
_REMEMBERED = 256
"""Files that are kept in memory at most."""
_BUSY_S = 30
"""Seconds after which one that was turned away may try again."""

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Renewing(NamedTuple):
    """How the timestamp is kept fresh."""

    folder: Path
    """The repository's, of which the public folder is served."""
    key: OwnKey
    """Its online key."""
    clock: Callable[[], datetime]
    every_s: float = 60.0
    lives: Lives = LIVES
    told: Callable[[Renewed | GroundstopError], None] | None = None
    """Is told how each renewal went."""


@dataclass
class RepositoryServer:
    """A server that runs."""

    url: str
    """Where the repository is: its files are below, and its events at ``events``."""
    followers: set[asyncio.Event] = field(default_factory=set)
    closed: bool = False
    """Whether it has stopped."""
    turned_away: int = 0
    """How often a follower was one too many."""

    def announce(self) -> None:
        """Wake everybody who follows."""
        for follower in self.followers:
            follower.set()


@asynccontextmanager
async def serve_repository(
    public: Path,
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    watch_s: float = 0.1,
    beat_s: float = 15.0,
    most_followers: int = _MOST_FOLLOWERS,
    renewing: Renewing | None = None,
) -> AsyncIterator[RepositoryServer]:
    """Serve a repository for as long as the context lasts.

    Args:
        public: Its public folder.
        host: The address to listen on: this machine only by default.
        port: The port; any free one when 0.
        watch_s: How often the timestamp is looked at for a change.
        beat_s: How often followers hear that the line is alive.
        most_followers: How many may follow at once; one more is answered 503.
        renewing: How the timestamp is kept fresh, and what waits for the online key published; not at all
            when none.

    Yields:
        The server.

    Raises:
        TargetError: The address cannot be listened on.
    """
    server = RepositoryServer("")
    application = web.Application()
    application.router.add_get(EVENTS, _events(server, most_followers, beat_s))
    application.router.add_get("/{path:.+}", _files(public))
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=1.0, handler_cancellation=True)
    await runner.setup()
    try:
        site = web.TCPSite(runner, host, port, backlog=1024)
        try:
            await site.start()
        except OSError as error:
            raise TargetError(
                f"Nothing can listen on {host}, port {port}: {error.strerror}", "Choose another port"
            ) from error
        server.url = f"http://{_named(host)}:{runner.addresses[0][1]}/"
        running = [asyncio.create_task(_watch(server, public / "metadata" / "timestamp.json", watch_s))]
        if renewing is not None:
            running.append(asyncio.create_task(_renew(renewing)))
        try:
            yield server
        finally:
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)
            server.closed = True
            server.announce()
    finally:
        await runner.cleanup()


def _named(host: str) -> str:
    return f"[{host}]" if ":" in host else host


class _SmallFiles:
    """Small files that were read last, so that many who ask at once for the same few wait for no thread."""

    def __init__(self) -> None:
        self._read: OrderedDict[Path, tuple[object, bytes]] = OrderedDict()

    def get(self, path: Path) -> bytes | None:
        """Return a file's content; none when it is large, or is none."""
        mark = _mark(path)
        if mark is None or mark.size > _SMALL:
            return None
        known = self._read.get(path)
        if known is not None and known[0] == mark:
            self._read.move_to_end(path)
            return known[1]
        try:
            data = path.read_bytes()
        except OSError:
            return None
        self._read[path] = mark, data
        if len(self._read) > _REMEMBERED:
            self._read.popitem(last=False)
        return data


def _files(public: Path) -> Handler:
    small = _SmallFiles()

    async def files(request: web.Request) -> web.StreamResponse:
        name = request.match_info["path"]
        if not _FILE.fullmatch(name):
            raise web.HTTPNotFound
        path = public / name
        if path.is_symlink() or not path.is_file():
            raise web.HTTPNotFound
        # All others keep what they hold for ever.
        caching = "no-cache" if name == "metadata/timestamp.json" else "public, max-age=300"
        headers = {"Cache-Control": caching}
        data = small.get(path)
        if data is None:
            return web.FileResponse(path, headers=headers)
        return web.Response(body=data, content_type="application/json", headers=headers)

    return files


def _events(server: RepositoryServer, most: int, beat_s: float) -> Handler:
    async def events(request: web.Request) -> web.StreamResponse:
        if len(server.followers) >= most:
            server.turned_away += 1
            raise web.HTTPServiceUnavailable(headers={"Retry-After": str(_BUSY_S)})
        response = web.StreamResponse(
            headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"}
        )
        changed = asyncio.Event()
        server.followers.add(changed)
        try:
            await response.prepare(request)
            await response.write(BEAT)
            while not server.closed:
                said = await _next(changed, beat_s)
                async with asyncio.timeout(_WRITE_S):
                    await response.write(said)
        except (TimeoutError, ConnectionError):
            pass
        finally:
            server.followers.discard(changed)
        return response

    return events


async def _next(changed: asyncio.Event, beat_s: float) -> bytes:
    try:
        async with asyncio.timeout(beat_s):
            await changed.wait()
    except TimeoutError:
        return BEAT
    changed.clear()
    return CHANGED


async def _watch(server: RepositoryServer, timestamp: Path, watch_s: float) -> None:
    seen = _mark(timestamp)
    while True:
        await asyncio.sleep(watch_s)
        mark = _mark(timestamp)
        if mark != seen:
            seen = mark
            server.announce()


class _Mark(NamedTuple):
    """What changes when a file is replaced."""

    inode: int
    changed_ns: int
    size: int


def _mark(path: Path) -> _Mark | None:
    with suppress(OSError):
        found = path.stat()
        return _Mark(found.st_ino, found.st_mtime_ns, found.st_size)
    return None


async def _renew(renewing: Renewing) -> None:
    while True:
        try:
            done: Renewed | GroundstopError = await asyncio.to_thread(
                refresh, renewing.folder, renewing.key, now=renewing.clock(), lives=renewing.lives
            )
        except GroundstopError as error:
            done = error
        if renewing.told is not None:
            renewing.told(done)
        await asyncio.sleep(renewing.every_s)
