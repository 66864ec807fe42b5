"""Asking upstreams: one session each, with what is sent made here and nothing followed blindly."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from io import BytesIO
from typing import NamedTuple

import aiohttp
from yarl import URL

from groundstop.gateway.proxying.flights import Flight
from groundstop.gateway.recording import Counter
from groundstop.gateway.settings import Limits, Upstream

_KEEP_S = 4.0
"""How long an idle connection is kept: most servers close theirs after five seconds, and a request that meets
that close could not be sent again, since nobody knows whether it was read."""
_MOST_LINE_BYTES = 64 * 1024
_MOST_URLS = 1000
_LARGE_BYTES = 1024 * 1024


class UpstreamFailed(Exception):  # noqa: N818  # what an upstream did, and no error of ours
    """An upstream gave no answer that can be handed on.

    Args:
        status: What the client is answered with.
        code: A word for programs.
        message: A sentence for people, without a final full stop.
        outcome: As it is counted: ``error``, ``timeout`` or ``unreachable``.
    """

    def __init__(self, status: int, code: str, message: str, outcome: str = "error") -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.outcome = outcome


class Sending(NamedTuple):
    """What is sent to an upstream."""

    method: str
    path: str
    """What follows its address."""
    headers: Sequence[tuple[str, str]]
    body: bytes | None = None


class Asked:
    """Counts how an upstream answers one request.

    Args:
        counter: Is told.
        upstream: Which is asked, by its name.
    """

    def __init__(self, counter: Counter, upstream: str) -> None:
        self._counter = counter
        self._upstream = upstream
        self._began = time.perf_counter()
        self._waited: float | None = None
        self._outcome = ""

    def answered(self, status: int) -> None:
        """It has begun to answer."""
        self._waited = time.perf_counter() - self._began
        self._outcome = "ok" if status < 500 else "error"

    def failed(self, failure: UpstreamFailed) -> None:
        """It gave no whole answer, though one may have begun."""
        self._outcome = failure.outcome

    def ended(self) -> None:
        """Count it; nothing is counted of a request that was ended here before anything came."""
        if self._outcome:
            waited = time.perf_counter() - self._began if self._waited is None else self._waited
            self._counter.upstream(self._upstream, self._outcome, waited)


class Upstreams:
    """Every upstream of a gateway. Nothing is sent before :meth:`open`.

    Args:
        upstreams: Their settings.
        limits: Of time and size.
        environment: Holds their keys.
    """

    def __init__(self, upstreams: Sequence[Upstream], limits: Limits, environment: Mapping[str, str]) -> None:
        self._upstreams = {one.name: one for one in upstreams}
        self._keys = {one.name: environment.get(one.key, "") for one in upstreams if one.key is not None}
        self._limits = limits
        self._sessions: dict[str, aiohttp.ClientSession] = {}
        self._urls: dict[tuple[str, str], URL] = {}

    def open(self) -> None:
        """Get ready to send; inside the event loop that will."""
        limits = self._limits
        for name in self._upstreams:
            self._sessions[name] = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=_KEEP_S, ttl_dns_cache=30),
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=aiohttp.ClientTimeout(total=None, sock_connect=limits.connect_s),
                trust_env=False,
                auto_decompress=True,
                max_line_size=_MOST_LINE_BYTES,
                max_field_size=_MOST_LINE_BYTES,
            )

    async def close(self) -> None:
        """Close every connection."""
        sessions, self._sessions = self._sessions, {}
        for one in sessions.values():
            await one.close()

    def key(self, upstream: Upstream) -> str | None:
        """Return the gateway's own key for an upstream; none where clients use theirs."""
        return self._keys.get(upstream.name)

    async def send(self, upstream: Upstream, sending: Sending, flight: Flight) -> aiohttp.ClientResponse:
        """Send a request, and wait until its answer begins.

        Args:
            upstream: Where to.
            sending: What.
            flight: Whose it is.

        Returns:
            The answer; whoever gets it has to release or close it.

        Raises:
            UpstreamFailed: There is none.
            Interrupted: The flight has to end.
        """
        session = self._sessions[upstream.name]
        url = self._url(upstream, sending.path)

        body = sending.body
        # What is large is written piece by piece, so that nobody else waits.
        data = BytesIO(body) if body is not None and len(body) > _LARGE_BYTES else body

        async def ask() -> aiohttp.ClientResponse:
            return await session.request(
                sending.method, url, data=data, headers=sending.headers, allow_redirects=False
            )

        try:
            return await flight.within(self._limits.first_byte_s, ask)
        except (aiohttp.ClientError, OSError, ValueError) as error:  # TimeoutError is an OSError
            raise failure_of(error) from None

    def _url(self, upstream: Upstream, path: str) -> URL:
        url = self._urls.get((upstream.name, path))
        if url is None:
            url = URL(upstream.url.rstrip("/") + path, encoded=True)
            if len(self._urls) < _MOST_URLS:
                self._urls[upstream.name, path] = url
        return url


def failure_of(error: Exception) -> UpstreamFailed:
    """Return what an error of the connection to an upstream comes to.

    Args:
        error: That sending to it, or reading from it, raised.
    """
    match error:
        case TimeoutError():
            return UpstreamFailed(504, "upstream_timeout", "The upstream took too long", "timeout")
        case aiohttp.ClientConnectorError():
            return UpstreamFailed(
                502, "upstream_unreachable", "The upstream cannot be reached", "unreachable"
            )
        case aiohttp.ServerDisconnectedError() | aiohttp.ClientPayloadError() | ConnectionError():
            return UpstreamFailed(502, "upstream_closed", "The upstream ended the connection too early")
        case aiohttp.ClientConnectionError():
            return UpstreamFailed(
                502, "upstream_unreachable", "The upstream cannot be reached", "unreachable"
            )
        case _:
            return UpstreamFailed(502, "upstream_malformed", "The upstream's answer is malformed")


async def read_whole(
    answer: aiohttp.ClientResponse,
    flight: Flight,
    *,
    most: int,
    between_s: float,
    take: Callable[[int], bool],
) -> bytes:
    """Return the whole body of an answer.

    Args:
        answer: That has begun.
        flight: Whose it is.
        most: Bytes that it may have.
        between_s: Seconds that may pass between two pieces.
        take: Takes room for so many bytes; false where there is none.

    Raises:
        UpstreamFailed: It is larger, there is no room for it, or it stops before its end, or is malformed.
        Interrupted: The flight has to end.
    """
    content = answer.content
    length = answer.content_length
    pieces: list[bytes] = []
    size = 0
    try:
        if content.is_eof() and (length is None or length <= most):
            data = content.read_nowait()  # It is all here: most answers are, and a wait costs something.
            if len(data) <= most:
                return data
            size = len(data)
        while size <= most and (length is None or length <= most):
            piece = await flight.within(between_s, content.readany)
            if not piece:
                return pieces[0] if len(pieces) == 1 else b"".join(pieces)
            if not take(len(piece)):
                message = "The gateway holds as many answers as it has room for; ask again"
                raise UpstreamFailed(503, "gateway_busy", message)
            pieces.append(piece)
            size += len(piece)
    except (aiohttp.ClientError, OSError, ValueError) as error:
        raise failure_of(error) from None
    raise UpstreamFailed(502, "upstream_too_large", "The upstream's answer is larger than is handed on")
