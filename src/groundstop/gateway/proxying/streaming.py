"""Streams: handed on event by event, each looked at, and ended in the middle when an order says so."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

from aiohttp import ClientError, ClientResponse, web

from groundstop.documents.gateway import Change
from groundstop.gateway.denials import denial_of
from groundstop.gateway.dialects import Event, Events, TooLarge, final_event, last_event, models_of
from groundstop.gateway.gate import Ruling
from groundstop.gateway.proxying.answering import EVENTS, headers_for, look_at
from groundstop.gateway.proxying.call import Call
from groundstop.gateway.proxying.flights import Flight, Interrupted
from groundstop.gateway.proxying.refusing import Refusal
from groundstop.gateway.proxying.upstreams import Asked, UpstreamFailed, failure_of
from groundstop.gateway.reading import models_in_headers

_LAST_S = 5.0
_STOPPING = UpstreamFailed(503, "gateway_stopping", "The gateway is stopping; ask again")


class _Denied(Exception):  # noqa: N818  # a decision, and no error of ours
    """An event names a model that is kept out."""

    def __init__(self, ruling: Ruling, model: str) -> None:
        super().__init__()
        self.ruling = ruling
        self.model = model


class _Gone(Exception):  # noqa: N818  # what a client did
    """The client went away, or does not take what it asked for."""


class Stream:
    """A stream that is handed on.

    Args:
        call: The request.
        flight: It, on its way.
        answer: The upstream's answer.
        asked: Counts how the upstream does.
        more: Headers of ours.
    """

    def __init__(
        self,
        call: Call,
        flight: Flight,
        answer: ClientResponse,
        asked: Asked,
        *,
        more: Mapping[str, str] | None = None,
    ) -> None:
        self._call = call
        self._flight = flight
        self._answer = answer
        self._asked = asked
        self._more = more
        self._limits = call.parts.limits
        self._events = Events(self._limits.event_bytes)
        self._response: web.StreamResponse | None = None

    async def hand_on(self) -> web.StreamResponse:
        """Hand the whole of it on.

        Returns:
            The response, which has been sent; or one that is still to be sent, when the stream was stopped
            before its first event.

        Raises:
            UpstreamFailed: It failed before its first event.
            Interrupted: It was interrupted before its first event.
            Refusal: What became of it cannot be put on record, before its first event.
        """
        denied = look_at(self._call, self._flight, models_in_headers(self._answer.headers))
        if denied is not None:
            return denied
        try:
            while piece := await self._next():
                await self._write(self._seen(self._cut(piece)))
            await self._write(self._seen(self._cut(None)))
            if self._events.rest().strip():
                raise UpstreamFailed(502, "upstream_closed", "The upstream ended in the middle of an event")
            return await self._end()
        except _Denied as denied_now:
            if self._response is None:
                return self._call.withhold(denied_now.ruling, model=denied_now.model)
            return await self._cut_off(denied_now.ruling, denied_now.model)
        except Interrupted as interruption:
            if self._response is None:
                raise
            if interruption.ruling is None:
                return await self._fail(_STOPPING)
            return await self._cut_off(interruption.ruling, None)
        except UpstreamFailed as failure:
            self._asked.failed(failure)
            if self._response is None:
                raise
            return await self._fail(failure)
        except Refusal as refusal:
            if self._response is None:
                raise
            return await self._fail(UpstreamFailed(refusal.status, refusal.code, refusal.message))
        except _Gone:
            self._call.ended(Change.LEFT)
            return self._abort()

    async def _next(self) -> bytes:
        try:
            return await self._flight.within(self._limits.between_s, self._answer.content.readany)
        except (ClientError, OSError, ValueError) as error:
            raise failure_of(error) from None

    def _cut(self, piece: bytes | None) -> list[Event]:
        """Return the events that are whole; none for the piece when no more comes."""
        try:
            return self._events.finish() if piece is None else self._events.feed(piece)
        except TooLarge:
            message = "The upstream sent an event that is larger than is handed on"
            raise UpstreamFailed(502, "upstream_too_large", message) from None

    def _seen(self, events: Sequence[Event]) -> bytes:
        """Return the bytes of events whose models are allowed."""
        fine, route = self._flight.fine, self._call.matched.route
        for event in events:
            named = models_of(route, event)
            if named.unreadable:
                message = "The upstream sent an event that is malformed"
                raise UpstreamFailed(502, "upstream_malformed", message)
            for name in named.models:
                if name not in fine:
                    self._rule(name)
        return b"".join([event.raw for event in events])

    def _rule(self, name: str) -> None:
        flight = self._flight
        ruling = flight.rule(self._call.parts.gate, name)
        if not ruling.allowed:
            raise _Denied(ruling, name)
        flight.fine.add(name)
        self._call.changed(Change.SERVED_AS, model=name)

    async def _write(self, data: bytes) -> None:
        if not data:
            return
        response = self._response
        call = self._call
        if response is None:
            self._flight.check()
            headers = headers_for(call, self._answer, self._more)
            headers["Content-Type"] = EVENTS
            headers.setdefault("Cache-Control", "no-cache")
            # Proxies in front of the gateway would hold the pieces back.
            headers["X-Accel-Buffering"] = "no"
            response = self._response = web.StreamResponse(status=200, headers=headers)
            if "upgrade" in call.request.headers:
                response.force_close()
            try:
                await response.prepare(call.request)
            except ConnectionError:
                raise _Gone from None
            waited = asyncio.get_running_loop().time() - call.began
            call.parts.counter.first_piece(call.matched.route.name, waited)
        try:
            await self._flight.within(self._limits.write_s, lambda: response.write(data))
        except (TimeoutError, ConnectionError):
            raise _Gone from None

    async def _end(self) -> web.StreamResponse:
        response = self._response
        if response is None:
            raise UpstreamFailed(502, "upstream_closed", "The upstream's stream is empty")
        try:
            await self._flight.within(self._limits.write_s, response.write_eof)
        except (TimeoutError, ConnectionError):
            raise _Gone from None
        return response

    async def _cut_off(self, ruling: Ruling, model: str | None) -> web.StreamResponse:
        call = self._call
        call.ended(Change.CUT, ruling=ruling, model=model)
        return await self._last(final_event(call.matched.route, denial_of(ruling), call.id))

    async def _fail(self, failure: UpstreamFailed) -> web.StreamResponse:
        self._call.ended(Change.FAILED)
        route, message = self._call.matched.route, f"{failure.message}."
        return await self._last(
            last_event(
                route, status=failure.status, code=failure.code, message=message, request=self._call.id
            )
        )

    async def _last(self, event: bytes) -> web.StreamResponse:
        """End what has begun with an event that tells why, if the client takes it."""
        response = self._response
        assert response is not None  # noqa: S101  # something was sent before
        self._answer.close()
        # The connection stays: a client that asks again on it must read a denial, not meet its end.
        try:
            async with asyncio.timeout(_LAST_S):
                await response.write(event)
                await response.write_eof()
        except (TimeoutError, ConnectionError):
            return self._abort()
        return response

    def _abort(self) -> web.StreamResponse:
        """Break the connection off: what was sent must not look whole."""
        response = self._response
        assert response is not None  # noqa: S101  # something was sent before
        self._answer.close()
        transport = self._call.request.transport
        if transport is not None:
            transport.abort()
        return response
