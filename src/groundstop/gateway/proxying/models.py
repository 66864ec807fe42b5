"""Lists of models: of all upstreams together, each marked with whether it is open to whoever asks."""

from __future__ import annotations

import asyncio
from typing import Any
from urllib.parse import urlencode

import orjson
from aiohttp import web

from groundstop.documents.directives import Act
from groundstop.gateway.dialects import marked
from groundstop.gateway.gate import Ruling
from groundstop.gateway.proxying.answering import JSON
from groundstop.gateway.proxying.asking import routed_to
from groundstop.gateway.proxying.call import Call
from groundstop.gateway.proxying.refusing import SERVER
from groundstop.gateway.proxying.stored import Fetched, fetch
from groundstop.gateway.reading import REQUEST_HEADER
from groundstop.gateway.routes import upstream_path
from groundstop.gateway.settings import Dialect, Upstream

_LONGEST = 1000
"""Models that are asked for of each upstream, where there are several."""
_SINCE = "1970-01-01T00:00:00Z"


async def list_models(call: Call) -> web.StreamResponse:
    """Answer a request for all models: those that can be asked for here, and their aliases.

    Args:
        call: The request.

    Raises:
        Refusal: It is answered with an error.
    """
    await call.read(0)
    upstreams = call.parts.routing.speaking(call.dialect)
    if len(upstreams) == 1:
        found = await _ask(call, upstreams[0], upstream_path(call.matched))
        whole = found if isinstance(found, dict) else None
        if whole is None and isinstance(found, web.StreamResponse) and not upstreams[0].models:
            return found
        entries = _offered(call, upstreams[0], whole)
    else:
        path = upstream_path(call.matched).partition("?")[0]
        if call.dialect is Dialect.ANTHROPIC:
            path = f"{path}?{urlencode({'limit': _LONGEST})}"
        # The client's own key is for one of them; where it may be any, none gets it.
        alone = sum(one.key is None for one in upstreams) == 1
        answers = await asyncio.gather(*(_ask(call, one, path, clients_key=alone) for one in upstreams))
        whole, entries = None, []
        for upstream, answer in zip(upstreams, answers, strict=True):
            entries += _offered(call, upstream, answer if isinstance(answer, dict) else None)
    entries += _aliases(call, {one["id"] for one in entries})
    return _answer(call, {**_frame(call.dialect, entries, whole), "data": entries})


async def one_model(call: Call) -> web.StreamResponse:
    """Answer a request for one model.

    Args:
        call: The request.

    Raises:
        Refusal: There is none of that name, or it is retired.
    """
    await call.read(0)
    asked = call.matched.ids[0]
    routed = routed_to(call, asked)
    upstream = routed.upstream
    path = upstream_path(call.matched._replace(ids=(routed.model,)))
    found = await _ask(call, upstream, path)
    if not isinstance(found, dict):
        if routed.model not in upstream.models and found is not None:
            return found
        found = _entry(call.dialect, asked, upstream)
    return _answer(call, {**found, "id": asked})


async def _ask(
    call: Call, upstream: Upstream, path: str, *, clients_key: bool = True
) -> dict[str, Any] | web.StreamResponse | None:
    """Return what an upstream says of its models; its error; or none where it makes no sense."""
    sending = call.sending(upstream, path, None, clients_key=clients_key)
    fetched = await fetch(call, upstream, sending, most=call.parts.limits.answer_bytes)
    if not isinstance(fetched, Fetched):
        return fetched
    try:
        value = orjson.loads(fetched.data)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def _offered(call: Call, upstream: Upstream, whole: dict[str, Any] | None) -> list[dict[str, Any]]:
    """Return the models of an upstream that a request would be routed to it for."""
    listed = [] if whole is None else whole.get("data")
    entries = [
        one
        for one in (listed if isinstance(listed, list) else [])
        if isinstance(one, dict) and isinstance(one.get("id"), str)
    ]
    known = {one["id"] for one in entries}
    if whole is None:
        entries += [_entry(call.dialect, name, upstream) for name in upstream.models if name not in known]
    routing = call.parts.routing
    return [
        one
        for one in entries
        if (routed := routing.find(call.dialect, one["id"])) is not None
        and routed.upstream is upstream
        and routing.retired(*routed.names) is None
    ]


def _aliases(call: Call, known: set[str]) -> list[dict[str, Any]]:
    routing = call.parts.routing
    entries = []
    for alias in routing.aliases(call.dialect):
        routed = routing.find(call.dialect, alias)
        if alias not in known and routed is not None and routing.retired(*routed.names) is None:
            entries.append(_entry(call.dialect, alias, routed.upstream))
    return entries


def _entry(dialect: Dialect, name: str, upstream: Upstream) -> dict[str, Any]:
    if dialect is Dialect.ANTHROPIC:
        return {"type": "model", "id": name, "display_name": name, "created_at": _SINCE}
    return {"id": name, "object": "model", "created": 0, "owned_by": upstream.provider or upstream.name}


def _frame(dialect: Dialect, entries: list[dict[str, Any]], whole: dict[str, Any] | None) -> dict[str, Any]:
    if whole is not None:
        return whole
    if dialect is Dialect.OPENAI:
        return {"object": "list"}
    ids = [one["id"] for one in entries]
    return {"has_more": False, "first_id": ids[0] if ids else None, "last_id": ids[-1] if ids else None}


def _answer(call: Call, value: dict[str, Any]) -> web.Response:
    routing = call.parts.routing

    def rule(name: str) -> Ruling:
        routed = routing.find(call.dialect, name)
        names = (name,) if routed is None else routed.names
        provider = None if routed is None else routed.upstream.provider
        return call.parts.gate.rule(names, Act.INFER, call.sender.who, provider)

    return web.Response(
        body=orjson.dumps(marked(call.dialect, value, rule)),
        headers={REQUEST_HEADER: call.id, "Server": SERVER},
        content_type=JSON,
    )
