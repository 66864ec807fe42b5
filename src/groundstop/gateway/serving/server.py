"""The HTTP server: connections within limits, each request to one handler, and broken ones answered alike.

aiohttp reads the requests, by its strict parser. What it leaves open is limited here: how long headers may
take, how many connections there may be, and in which words a broken request is answered.
"""

from __future__ import annotations

import asyncio
import logging
import socket
import ssl
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from aiohttp import web
from aiohttp.http_exceptions import LineTooLong

from groundstop.gateway.proxying.refusing import error_answer
from groundstop.gateway.settings import Dialect, Limits

Handler = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]

BACKLOG = 1024
_LINE_BYTES = 8190
_FIELD_BYTES = 64 * 1024
"""Of one header: a credential with its disclosures is large."""
_MOST_HEADERS = 100
_LINGER_S = 1.0
"""So long the rest of a body is read that nobody wants: else its sender would not see the answer."""
_QUIET = logging.getLogger("groundstop.gateway.http")
_QUIET.setLevel(logging.CRITICAL)

_BUSY = (
    b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nConnection: close\r\n"
    b"Content-Type: application/json\r\nContent-Length: 89\r\n\r\n"
    b'{"error":{"type":"api_error","code":"too_many_connections","message":"Ask again later."}}'
)
_LATE = b"HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"


class Listener:
    """Serves HTTP on sockets that are given to it.

    Args:
        handler: Answers each request; it raises nothing but cancellation, which means the client has left.
        limits: Of connections.
        new_id: Gives ids for requests that could not be read.
        tls: What connections are opened with; none for plain HTTP.
    """

    def __init__(
        self, handler: Handler, limits: Limits, *, new_id: Callable[[], str], tls: ssl.SSLContext | None
    ) -> None:
        self._handler = handler
        self._limits = limits
        self._new_id = new_id
        self._tls = tls
        self._server: _Server | None = None
        self._listening: list[asyncio.Server] = []

    @property
    def connections(self) -> int:
        """How many are open."""
        return 0 if self._server is None else self._server.open

    async def start(self, sockets: Sequence[socket.socket]) -> None:
        """Accept connections.

        Args:
            sockets: Bound; they are closed when no more is accepted.
        """
        loop = asyncio.get_running_loop()
        limits = self._limits
        self._server = _Server(
            self._handler,
            limits,
            self._new_id,
            handler_cancellation=True,
            keepalive_timeout=limits.idle_s,
            access_log=None,
            auto_decompress=False,
            lingering_time=_LINGER_S,
            max_line_size=_LINE_BYTES,
            max_field_size=_FIELD_BYTES,
            logger=_QUIET,
        )
        secure: dict[str, Any] = {}
        if self._tls is not None:
            secure = {
                "ssl": self._tls,
                "ssl_handshake_timeout": limits.headers_s,
                "ssl_shutdown_timeout": 5.0,
            }
        for one in sockets:
            one.setblocking(False)
            self._listening.append(
                await loop.create_server(self._server, sock=one, backlog=BACKLOG, **secure)
            )

    def stop_accepting(self) -> None:
        """Accept no more connections; those that are open go on."""
        for one in self._listening:
            one.close()

    async def close(self) -> None:
        """Close what is open; requests that are being answered are cancelled."""
        self.stop_accepting()
        if self._server is not None:
            self._server.pre_shutdown()
            await self._server.shutdown(0.05)
        for one in self._listening:
            await one.wait_closed()
        self._listening.clear()


class _Server(web.Server):
    """Makes connections, and counts them."""

    def __init__(self, handler: Handler, limits: Limits, new_id: Callable[[], str], **settings: Any) -> None:
        super().__init__(handler, **settings)
        self._settings = settings
        self.limits = limits
        self.new_id = new_id
        self.open = 0

    def __call__(self) -> _Connection:
        kept = {name: one for name, one in self._settings.items() if name != "handler_cancellation"}
        return _Connection(self, loop=self._loop, **kept)


class _Connection(web.RequestHandler):
    """A connection. It looks at how far aiohttp has read, which aiohttp tells nobody: faults have tests."""

    __slots__ = ("_counted", "_heard", "_late", "_owner")

    def __init__(self, manager: _Server, **settings: Any) -> None:
        super().__init__(manager, **settings)
        self._owner = manager
        self._late: asyncio.TimerHandle | None = None
        self._heard = False
        self._counted = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        owner = self._owner
        if owner.open >= owner.limits.connections:
            assert isinstance(transport, asyncio.Transport)  # noqa: S101  # the base is what asyncio declares
            self._force_close = True
            transport.write(_BUSY)
            transport.close()
            return
        owner.open += 1
        self._counted = True
        super().connection_made(transport)
        self._wait_for_headers()

    def connection_lost(self, exc: BaseException | None) -> None:
        if self._counted:
            self._owner.open -= 1
            self._counted = False
        self._stop_waiting()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        self._heard = True
        super().data_received(data)
        if self._is_idle():
            if self._late is None:
                self._wait_for_headers()
        elif self._late is not None:
            self._stop_waiting()

    def _is_idle(self) -> bool:
        """Tell whether no request is being answered, nor has been read and waits for that."""
        waiter = self._waiter
        return waiter is not None and not waiter.done()

    def _wait_for_headers(self) -> None:
        self._late = self._loop.call_later(self._owner.limits.headers_s, self._too_late)

    def _stop_waiting(self) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None

    def _too_late(self) -> None:
        self._late = None
        if not self._is_idle() or self.transport is None:
            return
        if self._heard:
            self.transport.write(_LATE)
        self.force_close()

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,  # noqa: ARG002  # it may quote what was sent
    ) -> web.StreamResponse:
        """Return the answer to what could not be read; nothing of it is quoted or logged."""
        if request.writer.output_size > 0:
            raise ConnectionError("an answer has begun")
        code, told = "malformed_request", "The request is no HTTP request that can be read as one thing only"
        if isinstance(exc, LineTooLong):
            status, code, told = 431, "headers_too_large", "The request's first line or a header is too long"
        elif status >= 500:
            code, told = "internal_error", "The gateway has met an error of its own"
        answer = error_answer(Dialect.OPENAI, self._owner.new_id(), status, code, told)
        answer.force_close()
        return answer


__all__ = ["BACKLOG", "Handler", "Listener"]
