"""Batches: every request in them is ruled on when they are handed in, and when they are ordered."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

from aiohttp import web

from groundstop.directives.decision import Ground
from groundstop.documents.gateway import GuardOutcome, GuardSaid
from groundstop.gateway.gate import Ruling
from groundstop.gateway.proxying.asking import routed_to, with_model
from groundstop.gateway.proxying.call import BATCH, Call
from groundstop.gateway.proxying.choosing import chosen_upstream, closed
from groundstop.gateway.proxying.flights import Flight
from groundstop.gateway.proxying.forwarding import forward
from groundstop.gateway.proxying.guarding import BlockedError, guarded, guards_left
from groundstop.gateway.proxying.refusing import Refusal, denial_answer
from groundstop.gateway.proxying.room import apart
from groundstop.gateway.proxying.routing import Routed
from groundstop.gateway.proxying.stored import fetch, file_path
from groundstop.gateway.proxying.upstreams import Sending
from groundstop.gateway.reading import (
    BatchLine,
    order_of,
    read_batch,
    read_inline,
    read_json,
    read_upload,
    written,
    written_upload,
)
from groundstop.gateway.reading.lines import written_batch
from groundstop.gateway.routes import upstream_path
from groundstop.gateway.settings import Upstream

_MOST_MODELS = 64
_MOST_TOLD = 100
"""Lines whose numbers are told."""


class _Batch(NamedTuple):
    """A batch, and where its models are."""

    upstream: Upstream
    lines: Sequence[BatchLine]
    routed: Mapping[str, Routed]
    names: tuple[str, ...]
    """Every name that is ruled on."""

    def as_sent(self) -> tuple[BatchLine, ...]:
        """Return its requests by the upstream's own names of models."""
        return tuple(map(self._as_sent, self.lines))

    def _as_sent(self, line: BatchLine) -> BatchLine:
        asking = line.asking
        body = with_model(asking.body, self.routed[asking.model].model)
        return line._replace(asking=asking._replace(body=body))


class _Judged(NamedTuple):
    """A batch whose every request may go on."""

    ruling: Ruling
    said: tuple[GuardSaid, ...]


async def upload(call: Call) -> web.StreamResponse:
    """Answer an upload. A file that is a batch is handed in only when each of its requests may be made.

    Args:
        call: The request.

    Raises:
        BadRequest: It cannot be read as one thing only.
        Refusal: It is answered with an error.
    """
    upstream = chosen_upstream(call)
    if (denial := closed(call)) is not None:
        return denial_answer(call.dialect, call.id, denial)
    kind, body, batch = await _form(call, upstream)
    names: tuple[str, ...] = ()
    table = ""
    if batch is not None:
        # Last of all: nothing is waited for between this and the request that goes on.
        judged = await _judged(call, batch)
        if isinstance(judged, web.Response):
            return judged
        names, table = batch.names, judged.ruling.table
        _record(call, batch, judged)
        # As objects it is many times as large as its bytes: it is not kept while the answer is waited for.
        del batch
    sending = call.sending(upstream, upstream_path(call.matched), body, content_type=kind)
    flight = call.flight(names, table, upstream.provider)
    return await forward(call, flight, upstream, sending, wants_stream=False)


async def _form(call: Call, upstream: Upstream) -> tuple[str, bytes, _Batch | None]:
    """Return the form that goes on: its kind, its bytes, and the batch in it."""
    content_type = call.request.headers.get("Content-Type", "")
    data = await call.read(call.parts.limits.file_bytes)
    file = await apart(data, lambda form: read_upload(form, content_type))
    del data
    batch = None
    if file.purpose == "batch":
        batch = read = _batch(call, await apart(file.data, read_batch), upstream)
        file = file._replace(data=await apart(file.data, lambda _: written_batch(read.as_sent())))
    kind, body = await apart(file.data, lambda _: written_upload(file, lambda: secrets.token_hex(16)))
    return kind, body, batch


async def order_batch(call: Call) -> web.StreamResponse:
    """Answer the order of a batch, whose requests stand in a file that is fetched and ruled on first.

    Args:
        call: The request.

    Raises:
        BadRequest: It, or the file, cannot be read as one thing only.
        Refusal: It is answered with an error.
    """
    parts = call.parts
    body = read_json(await call.read(parts.limits.body_bytes))
    order = order_of(body)
    upstream = chosen_upstream(call)
    if (denial := closed(call)) is not None:
        return denial_answer(call.dialect, call.id, denial)
    async with parts.files:
        sending = call.sending(upstream, file_path(order.input_file_id), None, method="GET")
        fetched = await fetch(call, upstream, sending, most=parts.limits.file_bytes)
        if isinstance(fetched, web.StreamResponse):
            return fetched
        lines = await apart(fetched.data, lambda data: read_batch(data, order.endpoint))
        batch = _batch(call, lines, upstream, others=order.models)
    # Guards may take long for many requests: nobody else's file waits for that.
    judged = await _judged(call, batch)
    if isinstance(judged, web.Response):
        return judged
    flight, sending = _ready(call, batch, judged, body)
    del fetched, lines, batch
    return await forward(call, flight, upstream, sending, wants_stream=False)


async def order_inline(call: Call) -> web.StreamResponse:
    """Answer the order of a batch whose requests stand in its body.

    Args:
        call: The request.

    Raises:
        BadRequest: It cannot be read as one thing only.
        Refusal: It is answered with an error.
    """
    data = await call.read(call.parts.limits.body_bytes)
    lines = await apart(data, lambda body: read_inline(read_json(body)))
    upstream = routed_to(call, lines[0].asking.model, param="requests").upstream
    batch = _batch(call, lines, upstream)
    requests = await apart(data, partial(_inline, batch))
    # Last of all: nothing is waited for between this and the request that goes on.
    judged = await _judged(call, batch)
    if isinstance(judged, web.Response):
        return judged
    flight, sending = _ready(call, batch, judged, {"requests": requests})
    del data, requests, lines, batch
    return await forward(call, flight, upstream, sending, wants_stream=False)


def _inline(batch: _Batch, _data: bytes) -> list[dict[str, Any]]:
    return [{"custom_id": one.custom_id, "params": one.asking.body} for one in batch.as_sent()]


def _ready(call: Call, batch: _Batch, judged: _Judged, body: Mapping[str, Any]) -> tuple[Flight, Sending]:
    """Put it on record that a batch goes on, and return what is sent."""
    _record(call, batch, judged)
    upstream = batch.upstream
    sending = call.sending(upstream, upstream_path(call.matched), written(body))
    return call.flight(batch.names, judged.ruling.table, upstream.provider), sending


def _record(call: Call, batch: _Batch, judged: _Judged) -> None:
    provider = batch.upstream.provider
    call.record(judged.ruling, batch.names, 200, provider=provider, guards=judged.said, surface=BATCH)


async def _judged(call: Call, batch: _Batch) -> _Judged | web.Response:
    """Rule on every request of a batch; any that is kept out keeps the batch out.

    Args:
        call: The request.
        batch: The batch.

    Returns:
        That it may go on; or the denial, which is on record.

    Raises:
        Refusal: It would go on under a licence with a quota.
    """
    names, provider = batch.names, batch.upstream.provider
    said: dict[str, GuardSaid] = {}
    while True:
        ruling = call.parts.gate.rule(names, call.matched.route.act, call.sender.who, provider)
        if not ruling.allowed:
            return _kept_out(call, batch, ruling)
        if _has_quota(call, ruling):
            message = "The licence has a quota, which counts requests: make those of the batch one by one"
            raise Refusal(403, "batch_under_quota", message, "model")
        wanted = guards_left(ruling, tuple(said.values()))
        if not wanted:
            return _Judged(ruling, tuple(said.values()))
        for line in batch.lines:
            try:
                found = await guarded(call, ruling, wanted, line.asking)
            except BlockedError as blocked:
                return call.deny(
                    ruling._replace(allowed=False),
                    names,
                    provider=provider,
                    denial=blocked.denial,
                    guards=blocked.said,
                    surface=BATCH,
                    more={"lines": [line.number]},
                )
            for one in found:
                # A guard that did not pass one of them did not pass the batch.
                if one.directive not in said or one.outcome is not GuardOutcome.PASSED:
                    said[one.directive] = one


def _batch(
    call: Call, lines: Sequence[BatchLine], upstream: Upstream, *, others: tuple[str, ...] = ()
) -> _Batch:
    """Find where the models of a batch are.

    Args:
        call: The request.
        lines: The batch.
        upstream: Where it goes.
        others: Names that stand beside its requests.

    Raises:
        Refusal: A model is nowhere, or at another upstream, or is retired; or there are too many.
    """
    routed = _routed(call, lines, upstream)
    known = [name for one in routed.values() for name in one.names]
    beside = [name for line in lines for name in line.asking.others]
    names = tuple(dict.fromkeys((*known, *others, *beside)))
    if len(names) > _MOST_MODELS:
        message = f"The batch names more than {_MOST_MODELS} models"
        raise Refusal(400, "too_many_models", message, "model")
    return _Batch(upstream, lines, routed, names)


def _routed(call: Call, lines: Sequence[BatchLine], upstream: Upstream) -> dict[str, Routed]:
    routed: dict[str, Routed] = {}
    for line in lines:
        model = line.asking.model
        if model in routed:
            continue
        found = routed[model] = routed_to(call, model, param=f"line {line.number}")
        if found.upstream is not upstream:
            message = "A request of the batch is for a model that another upstream has"
            raise Refusal(400, "model_elsewhere", message, f"line {line.number}")
    return routed


def _has_quota(call: Call, ruling: Ruling) -> bool:
    """Tell whether it is let through under a licence with a quota: a batch would count as one request."""
    decision, in_force = ruling.decision, call.parts.gate.in_force
    if decision is None or decision.ground is not Ground.LICENSED or in_force is None:
        return False
    licences = (one.licence for order in in_force.orders.orders for one in order.licences)
    return any(one.id == decision.licence and one.quota is not None for one in licences)


def _kept_out(call: Call, batch: _Batch, ruling: Ruling) -> web.Response:
    routed = batch.routed
    denied = [
        line.number
        for line in batch.lines
        if ruling.model in (*routed[line.asking.model].names, *line.asking.others)
    ]
    told = {"lines": denied[:_MOST_TOLD], "lines_denied": len(denied)}
    provider = batch.upstream.provider
    return call.deny(ruling, batch.names, provider=provider, surface=BATCH, more=told)
