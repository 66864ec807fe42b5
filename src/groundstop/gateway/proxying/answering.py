"""Answers of upstreams on their way back: looked at for the model that served, and then handed on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import orjson
from aiohttp import ClientResponse, web

from groundstop.documents.gateway import Change
from groundstop.gateway.dialects import served_in
from groundstop.gateway.proxying.call import Call
from groundstop.gateway.proxying.flights import Flight, Interrupted, must_end
from groundstop.gateway.proxying.refusing import SERVER, SOURCE, Refusal, error_answer
from groundstop.gateway.proxying.room import apart
from groundstop.gateway.proxying.upstreams import UpstreamFailed, read_whole
from groundstop.gateway.reading import REQUEST_HEADER, answer_headers, answer_type, models_in_headers
from groundstop.gateway.routes import Kind
from groundstop.gateway.settings import Upstream

JSON = "application/json"
EVENTS = "text/event-stream"
_MOST_ERROR_BYTES = 1024 * 1024
_MOST_ERROR_TEXT = 4096
_NOT_KNOWN = 401


def headers_for(call: Call, answer: ClientResponse, more: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the headers of what is handed on.

    Args:
        call: The request.
        answer: The upstream's answer.
        more: Headers of ours.
    """
    headers = dict(answer_headers(answer.headers))
    headers[REQUEST_HEADER] = call.id
    headers["Server"] = SERVER
    if more:
        headers.update(more)
    return headers


async def whole_answer(
    call: Call, flight: Flight, answer: ClientResponse, *, more: Mapping[str, str] | None = None
) -> web.Response:
    """Return the answer to a client of an upstream's JSON answer, after a look at which model it names.

    Args:
        call: The request.
        flight: It, on its way.
        answer: The upstream's answer, a good one.
        more: Headers of ours.

    Raises:
        UpstreamFailed: It is no JSON, or not whole.
        Interrupted: An order has reached it meanwhile.
        Refusal: What became of it cannot be put on record.
    """
    limits, route = call.parts.limits, call.matched.route
    kind = answer_type(answer.headers)
    if kind != JSON and route.kind is not Kind.FIXED:
        raise UpstreamFailed(502, "upstream_malformed", "The upstream's answer is no JSON")
    data = await read_whole(
        answer, flight, most=limits.answer_bytes, between_s=limits.between_s, take=call.take
    )
    # What the operator has opened for one model may answer with anything, such as sound.
    named = served_in(route, await apart(data, parsed)) if kind == JSON else ()
    denied = look_at(call, flight, (*named, *models_in_headers(answer.headers)))
    if denied is not None:
        return denied
    return web.Response(
        status=answer.status,
        body=data,
        headers=headers_for(call, answer, more),
        content_type=kind or "application/octet-stream",
    )


def parsed(data: bytes) -> Any:
    """Return what an upstream's JSON says.

    Raises:
        UpstreamFailed: It is none.
    """
    try:
        return orjson.loads(data)
    except ValueError:
        raise UpstreamFailed(502, "upstream_malformed", "The upstream's answer is malformed") from None


def look_at(call: Call, flight: Flight, served: Iterable[str]) -> web.Response | None:
    """Rule once more, by what stands now and by the models that an answer names.

    Args:
        call: The request.
        flight: It, on its way.
        served: Models that the answer names.

    Returns:
        What is answered instead, when it must be kept back.

    Raises:
        Refusal: What became of it cannot be put on record.
    """
    gate = call.parts.gate
    others = tuple(name for name in served if name not in flight.fine)
    for name in others:
        ruling = flight.rule(gate, name)
        if not ruling.allowed:
            return call.withhold(ruling, model=name)
    in_force = gate.in_force
    if in_force is None or in_force.closed or in_force.table.digest != flight.table:
        by_now = must_end(gate, flight, flight.names)
        if by_now is not None:
            return call.withhold(by_now)
    for name in others:
        flight.fine.add(name)
        call.changed(Change.SERVED_AS, model=name)
    return None


async def error_of_upstream(
    call: Call,
    flight: Flight,
    answer: ClientResponse,
    upstream: Upstream,
    *,
    more: Mapping[str, str] | None = None,
) -> web.Response:
    """Return an upstream's error in its own words: clients have to see its 429 as a 429.

    Args:
        call: The request.
        flight: It, on its way.
        answer: The upstream's answer, with a status of 400 or more, or one that is never handed on.
        upstream: Which.
        more: Headers of ours.

    Raises:
        UpstreamFailed: It is not whole, or leads elsewhere.
        Interrupted: An order has reached it meanwhile.
        Refusal: What became of it cannot be put on record.
    """
    if answer.status < 400:
        raise UpstreamFailed(502, "upstream_redirect", "The upstream sends its clients elsewhere")
    between_s = call.parts.limits.between_s
    own = call.parts.upstreams.key(upstream)
    if own and answer.status == _NOT_KNOWN:
        # The client did nothing wrong, and what upstreams say of a key may quote it.
        raise UpstreamFailed(502, "upstream_error", "The upstream does not take the gateway's own key")
    data = await read_whole(answer, flight, most=_MOST_ERROR_BYTES, between_s=between_s, take=call.take)
    kind = answer_type(answer.headers)
    call.changed(Change.FAILED, status=answer.status)
    headers = headers_for(call, answer, {**(more or {}), SOURCE: "upstream"})
    if own and own.encode() in data:
        kind = ""
    if kind == JSON and _is_json(data):
        return web.Response(status=answer.status, body=data, headers=headers, content_type=JSON)
    if kind == "text/plain" and len(data) <= _MOST_ERROR_TEXT:
        return web.Response(status=answer.status, body=data, headers=headers, content_type=kind)
    message = f"The upstream answered {answer.status}, and says nothing that can be handed on"
    return error_answer(call.dialect, call.id, answer.status, "upstream_error", message, headers=headers)


def _is_json(data: bytes) -> bool:
    try:
        orjson.loads(data)
    except ValueError:
        return False
    return True


def failed(call: Call, failure: UpstreamFailed) -> web.Response:
    """Put on record that an upstream gave no whole answer, and return what is answered instead.

    Raises:
        Refusal: It cannot be put on record.
    """
    call.changed(Change.FAILED, status=failure.status)
    return error_answer(call.dialect, call.id, failure.status, failure.code, failure.message)


def interrupted(call: Call, interruption: Interrupted) -> web.Response:
    """Return what is answered to a request that an order, or the end of the process, has reached in flight.

    Raises:
        Refusal: It cannot be put on record, or the process ends.
    """
    if interruption.ruling is None:
        call.changed(Change.FAILED, status=503)
        raise Refusal(
            503, "gateway_stopping", "The gateway is stopping; ask again", headers={"Retry-After": "1"}
        )
    return call.withhold(interruption.ruling)
