"""Sending a request on that was allowed, and handing its answer back."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import TypeVar

from aiohttp import ClientResponse, web

from groundstop.gateway.proxying.answering import (
    EVENTS,
    error_of_upstream,
    failed,
    interrupted,
    whole_answer,
)
from groundstop.gateway.proxying.call import Call
from groundstop.gateway.proxying.flights import Flight, Interrupted
from groundstop.gateway.proxying.streaming import Stream
from groundstop.gateway.proxying.upstreams import Asked, Sending, UpstreamFailed
from groundstop.gateway.reading import answer_type
from groundstop.gateway.settings import Upstream

_T = TypeVar("_T")


async def forward(
    call: Call,
    flight: Flight,
    upstream: Upstream,
    sending: Sending,
    *,
    wants_stream: bool,
    more: Mapping[str, str] | None = None,
) -> web.StreamResponse:
    """Send a request on, and return its answer; whatever goes wrong is worded for the client.

    Args:
        call: The request; it is on record.
        flight: It, by what allowed it.
        upstream: Where to.
        sending: What is sent.
        wants_stream: Whether the answer may be a stream of events.
        more: Headers of ours for the answer.

    Returns:
        The answer, which has been sent already when it is a stream.

    Raises:
        Refusal: What became of it cannot be put on record, or the process ends.
    """

    async def handed_back(answer: ClientResponse, asked: Asked) -> web.StreamResponse:
        if answer_type(answer.headers) != EVENTS:
            return await whole_answer(call, flight, answer, more=more)
        if not wants_stream:
            message = "The upstream streams an answer that was asked for as a whole"
            raise UpstreamFailed(502, "upstream_malformed", message)
        call.parts.counter.streams(1)
        try:
            return await Stream(call, flight, answer, asked, more=more).hand_on()
        finally:
            call.parts.counter.streams(-1)

    return await exchanged(call, flight, upstream, sending, handed_back, more=more)


async def exchanged(
    call: Call,
    flight: Flight,
    upstream: Upstream,
    sending: Sending,
    use: Callable[[ClientResponse, Asked], Awaitable[_T]],
    *,
    more: Mapping[str, str] | None = None,
) -> _T | web.StreamResponse:
    """Send a request, in flight and counted, and use the good answer.

    Args:
        call: The request of the client.
        flight: It, by what allowed it.
        upstream: Where to.
        sending: What is sent.
        use: Makes something of an answer that is no error.
        more: Headers of ours for the answer to the client.

    Returns:
        What was made of it; or what the client is answered, whatever went wrong.

    Raises:
        Refusal: What became of it cannot be put on record, or the process ends.
    """
    parts = call.parts
    asked = Asked(parts.counter, upstream.name)
    parts.flights.begin(flight)
    try:
        answer = await parts.upstreams.send(upstream, sending, flight)
        asked.answered(answer.status)
        async with answer:
            if not 200 <= answer.status < 300:
                return await error_of_upstream(call, flight, answer, upstream, more=more)
            return await use(answer, asked)
    except UpstreamFailed as failure:
        asked.failed(failure)
        return failed(call, failure)
    except Interrupted as interruption:
        return interrupted(call, interruption)
    finally:
        parts.flights.end(flight)
        asked.ended()
