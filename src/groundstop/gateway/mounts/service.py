"""The service that other gateways ask: its doors, at one address that only they can reach."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Callable, Sequence
from contextlib import suppress
from time import perf_counter
from urllib.parse import unquote

import orjson
from aiohttp import web

from groundstop.gateway.gate import Gate
from groundstop.gateway.mounts.asking import DecideRequest, DownloadRequest, read_question, verdict_json
from groundstop.gateway.mounts.auth_request import AuthRequest
from groundstop.gateway.mounts.ext_authz import PREFIX, ExtAuthz, http_answer
from groundstop.gateway.mounts.point import DecisionPoint
from groundstop.gateway.mounts.questions import JSON, OURS, Question, refused
from groundstop.gateway.mounts.showing import shown
from groundstop.gateway.mounts.sight import Seen, Sight
from groundstop.gateway.proxying.parts import Guarding
from groundstop.gateway.reading import BadRequest
from groundstop.gateway.recording import Counter, Recorder
from groundstop.gateway.routes import routes_with
from groundstop.gateway.serving.attesting import Attester
from groundstop.gateway.serving.server import Listener
from groundstop.gateway.settings import Settings

_LOG = logging.getLogger("groundstop.gateway")
DOWNLOADS = "/download/"


class DecisionService:
    """Answers questions of other gateways over HTTP.

    Args:
        point: Decides.
        settings: Of the gateway.
    """

    def __init__(self, point: DecisionPoint, settings: Settings) -> None:
        self._point = point
        self._settings = settings
        self.sight = Sight(settings.mounts, routes_with(settings.route))
        self._nginx = AuthRequest(point, self.sight)
        self.envoy = ExtAuthz(point, self.sight)
        self._listener = Listener(self.handle, settings.limits, new_id=point.new_id, tls=None)
        self._asked = 0
        self._answered = asyncio.Event()

    @property
    def attester(self) -> Attester:
        """Tells who asks; it is replaced as a whole when the issuers change."""
        return self._point.attester

    @attester.setter
    def attester(self, attester: Attester) -> None:
        self._point.attester = attester

    async def start(self, sockets: Sequence[socket.socket]) -> None:
        """Answer on some sockets from now on.

        Args:
            sockets: Bound; they belong to the service from now on.
        """
        await self._listener.start(sockets)

    async def stop(self, within_s: float) -> None:
        """Take no more questions, and answer those that were asked.

        Args:
            within_s: After which the rest is cut off.
        """
        self._listener.stop_accepting()
        if self._asked:
            self._answered.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(within_s):
                    await self._answered.wait()
        await self._listener.close()

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer a question. Whatever goes wrong is no permission."""
        self._asked += 1
        try:
            return await self._answer(request)
        except BadRequest as bad:
            return refused(self._point.new_id(), bad.status, bad.code, bad.message).answer()
        except (asyncio.CancelledError, ConnectionError):
            raise
        except Exception as error:  # noqa: BLE001 - a mistake of ours must not become a permission
            # What went wrong may quote what was asked: only its kind is told.
            _LOG.error("decision_failed", extra={"problem": type(error).__name__})
            return refused(self._point.new_id(), 500, "internal_error", "Nothing was decided").answer()
        finally:
            self._asked -= 1
            if not self._asked:
                self._answered.set()

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        path = request.raw_path
        if path.startswith(f"{PREFIX}/"):
            target = path.removeprefix(PREFIX)
            return await self.envoy.answer(
                Seen(request.method, target, request.headers, await self._body(request))
            )
        match request.method, path:
            case "GET", "/auth-request":
                return await self._nginx.answer(request.headers)
            case "POST", "/v1/decide":
                return await self._decide(read_question(await self._body(request), DecideRequest))
            case "POST", "/v1/download-check":
                return await self._decide(read_question(await self._body(request), DownloadRequest))
            case (("GET" | "HEAD"), _) if path.startswith(DOWNLOADS):
                return await self._download(path.removeprefix(DOWNLOADS), request)
            case "GET", "/healthz":
                return web.Response(status=503 if self._point.gate.in_force is None else 200, headers=OURS)
            case _:
                raise BadRequest(404, "route_not_allowed", "There is no door at this path")

    async def _decide(self, question: Question) -> web.Response:
        verdict = await self._point.decide(question)
        status = 503 if verdict.code == "receipts_unavailable" else 200
        data = orjson.dumps(verdict_json(verdict))
        return web.Response(status=status, headers=OURS, body=data, content_type=JSON)

    async def _download(self, purl: str, request: web.BaseRequest) -> web.Response:
        """Answer whether a package may be handed out; its URL is what follows in the path."""
        question = read_question(orjson.dumps({"purl": unquote(purl)}), DownloadRequest)
        presented = shown(request.headers, self._settings.mounts)
        return http_answer(await self._point.decide(question._replace(presented=presented)))

    async def _body(self, request: web.BaseRequest) -> bytes:
        """Return the body of a question, within bounds of size and time."""
        limits = self._settings.limits
        pieces, size = [], 0
        try:
            async with asyncio.timeout(limits.body_s):
                async for piece in request.content.iter_any():
                    size += len(piece)
                    if size > limits.body_bytes:
                        message = f"It is larger than the {limits.body_bytes:,} bytes that are read"
                        raise BadRequest(413, "request_too_large", message)
                    pieces.append(piece)
        except TimeoutError:
            raise BadRequest(408, "too_slow", "Its body did not come in time") from None
        return b"".join(pieces)


def decision_service(
    settings: Settings,
    gate: Gate,
    *,
    attester: Attester,
    recorder: Recorder,
    counter: Counter,
    guards: Guarding,
    new_id: Callable[[], str],
    clock: Callable[[], float] = perf_counter,
) -> DecisionService:
    """Return the service that other gateways ask.

    Args:
        settings: Of the gateway.
        gate: Rules; the same that the gateway's own requests are ruled on by.
        attester: Tells who asks.
        recorder: Keeps receipts.
        counter: Counts.
        guards: Guards that orders ask for.
        new_id: Gives each request its id.
        clock: Counts seconds up; for measuring only.

    Raises:
        InputError: A route of the settings cannot be.
    """
    point = DecisionPoint(settings, gate, attester, recorder, counter, guards, new_id, clock)
    return DecisionService(point, settings)
