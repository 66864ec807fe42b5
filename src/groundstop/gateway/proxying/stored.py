"""What an upstream keeps: responses, files, batches, jobs. Its model is known only once it was fetched."""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import quote

from aiohttp import ClientResponse, web

from groundstop.gateway.dialects import served_in
from groundstop.gateway.proxying.answering import JSON, failed, headers_for, parsed
from groundstop.gateway.proxying.call import BATCH, Call
from groundstop.gateway.proxying.choosing import chosen_upstream, closed
from groundstop.gateway.proxying.flights import Flight
from groundstop.gateway.proxying.forwarding import exchanged, forward
from groundstop.gateway.proxying.refusing import denial_answer
from groundstop.gateway.proxying.room import apart
from groundstop.gateway.proxying.upstreams import Asked, Sending, UpstreamFailed, read_whole
from groundstop.gateway.reading import answer_type, models_in_results, read_json, written
from groundstop.gateway.routes import upstream_path
from groundstop.gateway.settings import Upstream

_OUTPUT = frozenset({"responses.get", "responses.cancel"})
"""Routes whose answers hold what a model said. The others tell of batches and jobs: cancelling one, say, must
work whatever became of its model."""
_NO_BODY = 204
_RESULTS = "messages.batches.results"
"""Always of a batch; the content of a file may be of one."""


class Fetched(NamedTuple):
    """What an upstream has answered, as a whole."""

    status: int
    kind: str
    data: bytes
    headers: dict[str, str]
    """Those that go back."""


async def fetch(
    call: Call, upstream: Upstream, sending: Sending, *, most: int
) -> Fetched | web.StreamResponse:
    """Fetch something from an upstream, before anything is decided by it.

    Args:
        call: The request.
        upstream: Where from.
        sending: What is asked.
        most: Bytes that it may have.

    Returns:
        It; or what the client is answered when there is none.
    """
    flight = Flight((), call.matched.route.act, call.sender.who, upstream.provider, "")

    async def read(answer: ClientResponse, _asked: Asked) -> Fetched:
        between_s = call.parts.limits.between_s
        data = await read_whole(answer, flight, most=most, between_s=between_s, take=call.take)
        return Fetched(answer.status, answer_type(answer.headers), data, headers_for(call, answer))

    return await exchanged(call, flight, upstream, sending, read)


async def read_stored(call: Call) -> web.StreamResponse:
    """Answer a request about something kept, of which the model is known only from the answer.

    Args:
        call: The request.

    Raises:
        BadRequest: It cannot be read as one thing only.
        Refusal: It is answered with an error.
    """
    upstream = chosen_upstream(call)
    if (denial := closed(call)) is not None:
        return denial_answer(call.dialect, call.id, denial)
    limits = call.parts.limits
    data = await call.read(limits.body_bytes)
    body = written(await apart(data, read_json)) if data else None
    path = upstream_path(call.matched)
    if call.matched.streams:
        path = path.partition("?")[0]
    fetched = await fetch(call, upstream, call.sending(upstream, path, body), most=limits.answer_bytes)
    if isinstance(fetched, web.StreamResponse):
        return fetched
    if not fetched.data and fetched.status == _NO_BODY:
        return web.Response(status=fetched.status, headers=fetched.headers)
    if fetched.kind != JSON:
        return failed(call, UpstreamFailed(502, "upstream_malformed", "The upstream's answer is no JSON"))
    try:
        value = await apart(fetched.data, parsed)
    except UpstreamFailed as failure:
        return failed(call, failure)
    route = call.matched.route
    names = served_in(route, value) if route.name in _OUTPUT else ()
    if route.name in _OUTPUT and not names:
        return failed(call, UpstreamFailed(502, "upstream_malformed", "The upstream's answer names no model"))
    if names:
        ruling = call.parts.gate.rule(names, route.act, call.sender.who, upstream.provider)
        if not ruling.allowed:
            return call.deny(ruling, names, provider=upstream.provider)
        call.record(ruling, names, 200, provider=upstream.provider)
        if call.matched.streams:
            # The stream may begin anywhere, and need not name its model: what was fetched has named it.
            sending = call.sending(upstream, upstream_path(call.matched), None)
            flight = call.flight(names, ruling.table, upstream.provider)
            return await forward(call, flight, upstream, sending, wants_stream=True)
    return web.Response(status=fetched.status, body=fetched.data, headers=fetched.headers, content_type=JSON)


async def read_content(call: Call) -> web.StreamResponse:
    """Answer a request for the content of a file or the results of a batch: ruled on before the first byte.

    Args:
        call: The request.

    Raises:
        Refusal: It is answered with an error.
    """
    upstream = chosen_upstream(call)
    if (denial := closed(call)) is not None:
        return denial_answer(call.dialect, call.id, denial)
    await call.read(0)
    parts = call.parts
    async with parts.files:
        sending = call.sending(upstream, upstream_path(call.matched), None)
        fetched = await fetch(call, upstream, sending, most=parts.limits.file_bytes)
        if isinstance(fetched, web.StreamResponse):
            return fetched
        found = await apart(fetched.data, models_in_results)
    if found.unreadable and (found.of_batch or call.matched.route.name == _RESULTS):
        message = "A line of the results cannot be read: nobody knows which model it is by"
        return failed(call, UpstreamFailed(502, "upstream_malformed", message))
    names = tuple(sorted(found.models))
    if names:
        ruling = parts.gate.rule(names, call.matched.route.act, call.sender.who, upstream.provider)
        if not ruling.allowed:
            return call.deny(ruling, names, provider=upstream.provider, surface=BATCH)
        call.record(ruling, names, 200, provider=upstream.provider, surface=BATCH)
    return web.Response(
        status=fetched.status,
        body=fetched.data,
        headers=fetched.headers,
        content_type=fetched.kind or "application/octet-stream",
    )


def file_path(file: str) -> str:
    """Return where an upstream has the content of a file."""
    return f"/files/{quote(file, safe=':')}/content"
