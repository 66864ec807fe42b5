"""Requests that name their model in a JSON body: ruled on, guarded, and sent on or answered by another."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from aiohttp import web

from groundstop.documents.directives import Act
from groundstop.documents.gateway import GuardSaid
from groundstop.gateway.denials import denial_of
from groundstop.gateway.gate import Ruling
from groundstop.gateway.proxying.call import Call
from groundstop.gateway.proxying.forwarding import forward
from groundstop.gateway.proxying.guarding import BlockedError, guarded, guards_left
from groundstop.gateway.proxying.refusing import ANSWERED_BY, FALLBACK, INSTEAD_OF, ORDER, Refusal
from groundstop.gateway.proxying.room import apart
from groundstop.gateway.proxying.routing import Routed
from groundstop.gateway.proxying.upstreams import Sending
from groundstop.gateway.reading import Asking, asked_of, read_json, written
from groundstop.gateway.routes import Kind, upstream_path
from groundstop.gateway.settings import Upstream


class Plan(NamedTuple):
    """What would be done with a request."""

    asking: Asking
    routed: Routed
    names: tuple[str, ...]
    """Every name that is ruled on."""

    @property
    def provider(self) -> str | None:
        """Whose model it is routed to."""
        return self.routed.upstream.provider


class Instead(NamedTuple):
    """Another model that answers."""

    routed: Routed
    ruling: Ruling


async def ask(call: Call) -> web.StreamResponse:
    """Answer a request that names its model in its body, or is always about one.

    Args:
        call: The request.

    Returns:
        The answer, which has been sent already when it is a stream.

    Raises:
        BadRequest: It cannot be read as one thing only.
        Refusal: It is answered with an error.
    """
    plan = await _planned(call)
    said: tuple[GuardSaid, ...] = ()
    while True:
        ruling = call.parts.gate.rule(plan.names, call.matched.route.act, call.sender.who, plan.provider)
        if not ruling.allowed:
            return await _kept_out(call, plan, ruling)
        wanted = guards_left(ruling, said)
        if not wanted:
            break
        try:
            said += await guarded(call, ruling, wanted, plan.asking)
        except BlockedError as blocked:
            return call.deny(
                ruling._replace(allowed=False),
                plan.names,
                provider=plan.provider,
                denial=blocked.denial,
                guards=said + blocked.said,
            )
        # What stood when the guards began may not stand any more: it is ruled on again.
    call.record(ruling, plan.names, 200, provider=plan.provider, guards=said)
    flight, upstream = call.flight(plan.names, ruling.table, plan.provider), plan.routed.upstream
    sending, stream = _sending(call, plan.asking, plan.routed), plan.asking.stream
    # A body as objects is many times as large as its bytes: it is not kept while the answer is waited for.
    del plan
    return await forward(call, flight, upstream, sending, wants_stream=stream)


async def _planned(call: Call) -> Plan:
    route = call.matched.route
    data = await call.read(call.parts.limits.body_bytes)
    if route.kind is Kind.FIXED and not data:
        asking = asked_of(call.matched, {})
    else:
        asking = await apart(data, lambda body: asked_of(call.matched, read_json(body)))
    routing = call.parts.routing
    routed = routed_to(call, asking.model)
    names = dict.fromkeys(routed.names)
    for other in asking.others:
        found = routing.find(call.dialect, other)
        names.update(dict.fromkeys((other,) if found is None else found.names))
    return Plan(asking, routed, tuple(names))


def routed_to(call: Call, model: str, *, param: str = "model") -> Routed:
    """Return where a model is that a request asks for.

    Args:
        call: The request.
        model: As it is asked for.
        param: Where the request names it.

    Raises:
        Refusal: No upstream has it, or it is retired.
    """
    routing = call.parts.routing
    retired = routing.retired(model)
    if retired is None:
        routed = routing.find(call.dialect, model)
        if routed is None:
            raise Refusal(404, "model_not_found", "No upstream of this gateway has this model", param)
        retired = routing.retired(*routed.names)
        if retired is None:
            return routed
    since = "" if retired.since is None else f" since {retired.since:%Y-%m-%d}"
    message = f"{retired.model} is retired{since}: its provider no longer offers it, by no order"
    if retired.use is not None:
        message = f"{message}. Ask for {retired.use} instead"
    raise Refusal(410, "model_retired", message, param)


async def _kept_out(call: Call, plan: Plan, ruling: Ruling) -> web.StreamResponse:
    """Answer a request that is kept out: by another model where its order lets one answer."""
    instead = instead_of(call, plan, ruling)
    if not isinstance(instead, Instead):
        more = None if instead is None else {"fallback": instead}
        return call.deny(ruling, plan.names, provider=plan.provider, more=more)
    asking, (routed, allowed) = plan.asking, instead
    provider = routed.upstream.provider
    order = denial_of(ruling).order
    call.record(allowed, routed.names, 200, provider=provider, instead_of=asking.model, because=order)
    told = {ANSWERED_BY: routed.names[0], INSTEAD_OF: asking.model}
    if order is not None:
        told[ORDER] = order
    # The client's key is for where it asked, and for nobody else.
    same_place = _origin(routed.upstream) == _origin(plan.routed.upstream)
    sending = _sending(call, asking, routed, clients_key=same_place)
    flight = call.flight(routed.names, allowed.table, provider)
    return await forward(call, flight, routed.upstream, sending, wants_stream=asking.stream, more=told)


def instead_of(call: Call, plan: Plan, ruling: Ruling) -> Instead | str | None:
    """Return which model answers in place of one that is kept out.

    Args:
        call: The request.
        plan: What would have been done.
        ruling: That keeps it out.

    Returns:
        The model; or why the one that is named may not answer; or none where none is named, or the order
        lets none answer.
    """
    parts, decision = call.parts, ruling.decision
    if decision is None or decision.order is None or not decision.order.fallback:
        return None
    entry = parts.routing.fallback(*plan.routed.names)
    if entry is None or call.matched.route.act is not Act.INFER or call.matched.route.kind is not Kind.ASK:
        # Where a path is always about one model, none answers there in its place.
        return None
    if call.request.headers.get(FALLBACK, "").strip().lower() == "no":
        return "The request asked for no other model"
    if plan.asking.others:
        return "The request names other models besides"
    why = parts.standby.ready(entry.model, entry.use, parts.clock())
    if why is not None:
        return why
    routed = parts.routing.find(call.dialect, entry.use)
    if routed is None or parts.routing.retired(*routed.names) is not None:
        return f"{entry.use} is not offered here"
    allowed = parts.gate.rule(routed.names, Act.INFER, call.sender.who, routed.upstream.provider)
    if not allowed.allowed:
        return f"{entry.use} is kept out too"
    if allowed.decision is not None and allowed.decision.guards:
        return f"{entry.use} is behind a guard itself"
    return Instead(routed, allowed)


def _sending(call: Call, asking: Asking, routed: Routed, *, clients_key: bool = True) -> Sending:
    route = call.matched.route
    body: bytes | None = None
    if route.kind is not Kind.FIXED or asking.body:
        body = written(with_model(asking.body, routed.model) if route.kind is Kind.ASK else asking.body)
    return call.sending(routed.upstream, upstream_path(call.matched), body, clients_key=clients_key)


def _origin(upstream: Upstream) -> tuple[str, str]:
    url = urlsplit(upstream.url)
    return url.scheme, url.netloc.lower()


def with_model(body: Mapping[str, Any], model: str) -> Mapping[str, Any]:
    """Return a body that asks for a model by another name; the same body where it is the same name."""
    return body if body.get("model") == model else {**body, "model": model}
