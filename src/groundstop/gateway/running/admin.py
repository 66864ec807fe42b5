"""The admin listener, for the operator only: health, metrics, status and the last acknowledgement."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import NamedTuple

import orjson
from aiohttp import web

from groundstop.gateway.counting.words import CONTENT_TYPE
from groundstop.gateway.running.logs import LOG
from groundstop.gateway.running.overseeing import Overseen, metrics_text

JSON = "application/json"
_IDLE_S = 15.0


class _Page(NamedTuple):
    """What is answered."""

    status: int
    body: bytes
    content_type: str = JSON


class Admin:
    """Answers whoever looks after a gateway.

    Args:
        overseen: The gateway.
    """

    def __init__(self, overseen: Overseen) -> None:
        self._overseen = overseen
        self._pages: Mapping[str, Callable[[], Awaitable[_Page]]] = {
            "/healthz": self._health,
            "/readyz": self._ready,
            "/metrics": self._metrics,
            "/status": self._status,
            "/acknowledgement": self._acknowledgement,
        }
        self._server = web.Server(self._answer, access_log=None, keepalive_timeout=_IDLE_S)
        self._listening: list[asyncio.Server] = []

    async def start(self, sockets: Sequence[socket.socket]) -> None:
        """Answer on some sockets; they belong to this from now on."""
        loop = asyncio.get_running_loop()
        self._listening = [await loop.create_server(self._server, sock=one) for one in sockets]

    async def stop(self) -> None:
        """Answer no more."""
        for one in self._listening:
            one.close()
        await self._server.shutdown(0.5)
        self._listening = []

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        page = self._pages.get(request.path)
        if page is None:
            answer = _words(404, f"There are {', '.join(self._pages)}")
        elif request.method not in ("GET", "HEAD"):
            answer = _words(405, "It is only read here")
        else:
            try:
                answer = await page()
            except Exception:  # noqa: BLE001 - nobody who looks in gets a traceback
                LOG.exception("admin_failed", extra={"path": request.path})
                answer = _words(500, "A mistake in groundstop itself; the log has its place")
        body = b"" if request.method == "HEAD" else answer.body
        return web.Response(
            status=answer.status,
            body=body,
            headers={"Content-Type": answer.content_type, "Cache-Control": "no-store"},
        )

    async def _health(self) -> _Page:
        return _words(200, "alive")

    async def _ready(self) -> _Page:
        status = await asyncio.to_thread(self._overseen.status)
        why = status.not_ready
        return _Page(503 if why else 200, orjson.dumps({"ready": not why, "why": why}))

    async def _metrics(self) -> _Page:
        text = await asyncio.to_thread(metrics_text, self._overseen)
        return _Page(200, text.encode(), CONTENT_TYPE)

    async def _status(self) -> _Page:
        status = await asyncio.to_thread(self._overseen.status)
        return _Page(200, orjson.dumps(status.to_json()))

    async def _acknowledgement(self) -> _Page:
        envelope = self._overseen.acknowledgement()
        return _words(404, "Nothing was acknowledged yet") if envelope is None else _Page(200, envelope)


def _words(status: int, sentence: str) -> _Page:
    return _Page(status, orjson.dumps({"message": sentence}))
