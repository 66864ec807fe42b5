"""The data plane: each request from its headers to its answer, within limits, ruled on and on record."""

from __future__ import annotations

import asyncio
import logging
import socket
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence

from aiohttp import HttpVersion10, HttpVersion11, web

from groundstop.documents.gateway import Change
from groundstop.gateway.gate import Gate, Who
from groundstop.gateway.proxying.asking import ask
from groundstop.gateway.proxying.batches import order_batch, order_inline, upload
from groundstop.gateway.proxying.call import Call, Sender, busy
from groundstop.gateway.proxying.models import list_models, one_model
from groundstop.gateway.proxying.parts import Guarding, Parts, Standby
from groundstop.gateway.proxying.refusing import CHALLENGE, SOURCE, Refusal, error_answer
from groundstop.gateway.proxying.room import Room
from groundstop.gateway.proxying.routing import Routing
from groundstop.gateway.proxying.stored import read_content, read_stored
from groundstop.gateway.proxying.upstreams import Upstreams
from groundstop.gateway.reading import BadRequest, check_headers, presented
from groundstop.gateway.recording import Counter, Recorder
from groundstop.gateway.routes import Kind, Matched, Refused, routes_with
from groundstop.gateway.serving.attesting import Attester, Presented
from groundstop.gateway.serving.handing import hand_over
from groundstop.gateway.serving.server import Listener
from groundstop.gateway.serving.tls import server_context
from groundstop.gateway.settings import Dialect, Settings

_LOG = logging.getLogger("groundstop.gateway")
_LINGER_S = 0.5
"""So long connections that are idle are kept when no more is accepted: a request may be on its way on one."""
_FILES, _BODIES = 2, 16
"""Of the largest size, which there is room for at the same time."""
_NO_ROUTE = "other"
"""How requests are counted that no route is for."""
_VERSIONS = (HttpVersion10, HttpVersion11)
_OLD = Refused(505, "version_not_supported", "Only HTTP/1.0 and HTTP/1.1 are spoken here", Dialect.OPENAI)
_UNKNOWN = (401, 451)
_LEFT = 499
"""The status that a request is counted with whose client went away."""

_WAYS: Mapping[Kind, Callable[[Call], Awaitable[web.StreamResponse]]] = {
    Kind.ASK: ask,
    Kind.FIXED: ask,
    Kind.UPLOAD: upload,
    Kind.BATCH: order_batch,
    Kind.BATCH_INLINE: order_inline,
    Kind.READ: read_stored,
    Kind.PLAIN: read_stored,
    Kind.CONTENT: read_content,
    Kind.MODELS: list_models,
    Kind.MODEL: one_model,
}


class DataPlane:
    """Answers requests.

    Args:
        settings: Of the gateway; paths in it are absolute, or start from where the process is.
        gate: Rules.
        attester: Tells who asks.
        recorder: Keeps receipts.
        counter: Counts.
        guards: Look at the words of requests where an order asks for it.
        standby: Knows which fallbacks are ready.
        environment: Holds the upstreams' keys.
        new_id: Gives each request its id.
        clock: Seconds since 1970.

    Raises:
        InputError: A route of the settings cannot be.
        OSError: A file of the TLS settings cannot be used.
    """

    def __init__(
        self,
        settings: Settings,
        gate: Gate,
        *,
        attester: Attester,
        recorder: Recorder,
        counter: Counter,
        guards: Guarding,
        standby: Standby,
        environment: Mapping[str, str],
        new_id: Callable[[], str],
        clock: Callable[[], float] = time.time,
    ) -> None:
        limits = settings.limits
        self._settings = settings
        self._routes = routes_with(settings.route)
        self.attester = attester
        """Replaced as a whole when the issuers change."""
        self._new_id = new_id
        self._upstreams = Upstreams(settings.upstream, limits, environment)
        self._parts = Parts(
            gate=gate,
            routing=Routing(settings),
            upstreams=self._upstreams,
            recorder=recorder,
            counter=counter,
            guards=guards,
            standby=standby,
            limits=limits,
            clock=clock,
            room=Room(max(_FILES * limits.file_bytes, _BODIES * limits.body_bytes)),
            answers=Room(max(_FILES * limits.file_bytes, _BODIES * limits.answer_bytes)),
            is_busy=self._is_busy,
        )
        tls = None if settings.tls is None else server_context(settings.tls)
        self._listener = Listener(self._answer, limits, new_id=new_id, tls=tls)
        self._in_flight = 0
        self._draining = False
        self._empty = asyncio.Event()

    @property
    def in_flight(self) -> int:
        """Requests that are being answered."""
        return self._in_flight

    @property
    def connections(self) -> int:
        """Connections that are open."""
        return self._listener.connections

    async def start(self, sockets: Sequence[socket.socket]) -> None:
        """Answer requests from now on.

        Args:
            sockets: Bound; they belong to the data plane from now on.
        """
        self._upstreams.open()
        await self._listener.start(sockets)

    def look(self) -> None:
        """Rule again on everything in flight: after each change of what is in force, and once a second."""
        self._parts.flights.look(self._parts.gate)

    async def drain(self, within_s: float) -> int:
        """Accept no more, let what is in flight finish, and end the rest.

        Args:
            within_s: How long requests may still take.

        Returns:
            How many had to be cut off.
        """
        self._draining = True
        self._listener.stop_accepting()
        cut = 0
        if within_s > 0 and self._listener.connections:
            await asyncio.sleep(min(_LINGER_S, within_s))
            await self._wait(within_s)
        if self._in_flight:
            cut = self._in_flight
            for flight in self._parts.flights:
                flight.interrupt(None)
            await self._wait(_LINGER_S)
        await self._listener.close()
        await self._upstreams.close()
        return cut

    async def _wait(self, seconds: float) -> None:
        if not self._in_flight:
            return
        self._empty.clear()
        try:
            async with asyncio.timeout(seconds):
                await self._empty.wait()
        except TimeoutError:
            return

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer a request; nothing but cancellation leaves it."""
        began = asyncio.get_running_loop().time()
        self._in_flight += 1
        id_, route, status = self._new_id(), _NO_ROUTE, _LEFT
        try:
            matched = self._routes.find(request.method, request.raw_path, request.headers)
            if request.version not in _VERSIONS:
                matched = _OLD
            if isinstance(matched, Refused):
                answer: web.StreamResponse = _no_route(matched, id_)
                answer.force_close()
            else:
                route = matched.route.name
                answer = await self._matched(request, matched, id_, began)
            status = answer.status
            if status in _UNKNOWN and answer.headers.get(SOURCE) == "gateway":
                self._challenge(answer)
            self._close_after(request, answer)
            return answer
        finally:
            self._in_flight -= 1
            if not self._in_flight:
                self._empty.set()
            self._parts.counter.answered(route, status, asyncio.get_running_loop().time() - began)

    def _close_after(self, request: web.BaseRequest, answer: web.StreamResponse) -> None:
        """End the connection after an answer, where no further request may be read from it."""
        # Behind an offer to change the protocol nobody knows where the next request begins.
        if (self._draining or "upgrade" in request.headers) and not answer.prepared:
            answer.force_close()

    def _is_busy(self) -> bool:
        return self._in_flight - self._parts.room.waiting > self._parts.limits.in_flight

    def _challenge(self, answer: web.StreamResponse) -> None:
        """Tell whoever may still show who they are which challenge a credential has to answer."""
        nonce = self.attester.challenge(self._parts.gate.time())
        if nonce is not None:
            answer.headers[CHALLENGE] = nonce

    async def _matched(
        self, request: web.BaseRequest, matched: Matched, id_: str, began: float
    ) -> web.StreamResponse:
        dialect = matched.route.dialect
        call: Call | None = None
        try:
            if self._is_busy():
                raise busy()
            check_headers(request.headers, matched.route)
            sender = self._sender(request)
            call = Call(self._parts, request, matched, id=id_, sender=sender, began=began)
            answer = await _WAYS[matched.route.kind](call)
            if isinstance(answer, web.Response) and isinstance(body := answer.body, bytes):
                self._close_after(request, answer)
                return await hand_over(request, answer, body, self._parts.limits.write_s)
            return answer
        except (BadRequest, Refusal) as refused:
            headers = refused.headers if isinstance(refused, Refusal) else None
            refusal = error_answer(
                dialect, id_, refused.status, refused.code, refused.message, refused.param, headers=headers
            )
            if call is None or not request.content.is_eof():
                # Where its headers are odd, nobody knows where the next request begins.
                refusal.force_close()
            return refusal
        except asyncio.CancelledError:
            if call is not None:
                call.ended(Change.LEFT)
            raise
        except Exception as error:  # a request must not end without an answer, whatever happened
            _LOG.error(
                "internal_error", extra={"request": id_, "route": matched.route.name, "error": _kind(error)}
            )
            if call is not None:
                call.ended(Change.FAILED)
            if request.writer.output_size > 0:
                # A second answer in the middle of the first would be read as a part of it: it breaks off.
                raise
            return error_answer(
                dialect, id_, 500, "internal_error", "The gateway has met an error of its own"
            )
        finally:
            if call is not None:
                call.let_go()

    def _sender(self, request: web.BaseRequest) -> Sender:
        credentials = presented(request.headers)
        transport = request.transport
        secured = None if transport is None else transport.get_extra_info("ssl_object")
        certificate = None if secured is None else secured.getpeercert(binary_form=True)
        # By the gate's time: a clock that is set back does not bring back tokens that have ended.
        now = self._parts.gate.time()
        examined = self.attester.examine(Presented(credentials.tokens, certificate), now)
        who = examined.who
        if self._settings.clients.credentials == "required" and who.principal is None and not who.claims:
            raise Refusal(401, "credentials_required", _why(who), headers={"WWW-Authenticate": "Bearer"})
        return Sender(who, credentials, examined.ours)


def _no_route(refused: Refused, id_: str) -> web.Response:
    headers = {"Allow": ", ".join(refused.allow)} if refused.allow else None
    return error_answer(
        refused.dialect, id_, refused.status, refused.code, refused.message, refused.param, headers=headers
    )


def _why(who: Who) -> str:
    """Return why nobody is known to ask, without a word of what was presented."""
    if not who.refused:
        return "Nothing was presented that tells who asks, and this gateway answers nobody unknown"
    reasons = "; ".join(dict.fromkeys(one.why.value for one in who.refused))
    return f"What was presented does not count: {reasons}"


def _kind(error: Exception) -> str:
    """Return what kind of error it was, and where: never its text, which may quote a request."""
    place = error.__traceback__
    while place is not None and place.tb_next is not None:
        place = place.tb_next
    where = "" if place is None else f" at {place.tb_frame.f_code.co_qualname}:{place.tb_lineno}"
    return f"{type(error).__name__}{where}"


__all__ = ["DataPlane", "Guarding", "Standby"]
