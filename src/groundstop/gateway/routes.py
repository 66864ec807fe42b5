"""The routes of both dialects as data, and which of them a request asks for. Any other path is refused."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple
from urllib.parse import quote, unquote_plus, urlencode

from groundstop.documents.directives import Act
from groundstop.errors import InputError
from groundstop.gateway.settings import Dialect, ExtraRoute


class Kind(StrEnum):
    """Where a request, or its answer, names the model."""

    ASK = "ask"
    """The request is a JSON object with a ``model``."""
    FIXED = "fixed"
    """The operator says which model it is about, always."""
    UPLOAD = "upload"
    """A file, as a form of several parts; it names no model by itself, and may be a batch."""
    BATCH = "batch"
    """Its requests stand in a file that was uploaded before."""
    BATCH_INLINE = "batch-inline"
    """Its requests stand in its body, under ``requests``."""
    READ = "read"
    """Something kept; the answer may name the model."""
    CONTENT = "content"
    """Lines of JSON, each of which may name a model."""
    MODELS = "models"
    """The list of models."""
    MODEL = "model"
    """One model, by the name in the path."""
    PLAIN = "plain"
    """It has to do with no model."""


@dataclass(frozen=True, slots=True)
class Route:
    """A route."""

    name: str
    """As receipts have it."""
    dialect: Dialect
    method: str
    path: str
    """With ``{id}`` where an id stands, and ``{model}`` where a model does."""
    act: Act
    kind: Kind
    query: frozenset[str] = frozenset()
    """Names that may stand after the ``?``."""
    streams: bool = False
    """Whether the answer may be a stream of events."""
    always: str | None = None
    """The model that it is about, where the operator says so."""


class Matched(NamedTuple):
    """What a request asks for."""

    route: Route
    ids: tuple[str, ...] = ()
    """What stands where the route has ``{id}`` or ``{model}``, decoded."""
    query: tuple[tuple[str, str], ...] = ()
    """Decoded, in its order."""

    @property
    def streams(self) -> bool:
        """Whether the query asks for a stream of events."""
        return self.route.streams and any(name == "stream" and value == "true" for name, value in self.query)


class Refused(NamedTuple):
    """Why there is nothing at this path."""

    status: int
    code: str
    message: str
    dialect: Dialect
    """The one to answer in."""
    param: str | None = None
    allow: tuple[str, ...] = ()
    """Methods that the path takes, when only the method is wrong."""


_PAGES = frozenset({"after", "limit", "order"})
_ANTHROPIC_PAGES = frozenset({"after_id", "before_id", "limit", "workspace_id", "beta"})
_INCLUDE = frozenset({"include", "include[]"})
_BETA = frozenset({"beta"})
_NONE: frozenset[str] = frozenset()
_REPEATED = frozenset({"include", "include[]", "lifecycle", "lifecycle[]"})
"""Names that may stand in a query more than once."""


def _openai(
    name: str,
    method: str,
    path: str,
    kind: Kind,
    query: frozenset[str] = _NONE,
    *,
    act: Act = Act.INFER,
    streams: bool = False,
) -> Route:
    return Route(name, Dialect.OPENAI, method, f"/v1/{path}", act, kind, query, streams)


def _anthropic(
    name: str, method: str, path: str, kind: Kind, query: frozenset[str] = _BETA, *, streams: bool = False
) -> Route:
    return Route(name, Dialect.ANTHROPIC, method, f"/v1/{path}", Act.INFER, kind, query, streams)


ROUTES: tuple[Route, ...] = (
    _openai("chat.completions", "POST", "chat/completions", Kind.ASK, streams=True),
    _openai("completions", "POST", "completions", Kind.ASK, streams=True),
    _openai("responses", "POST", "responses", Kind.ASK, streams=True),
    _openai("responses.compact", "POST", "responses/compact", Kind.ASK),
    _openai("responses.input_tokens", "POST", "responses/input_tokens", Kind.ASK),
    _openai(
        "responses.get",
        "GET",
        "responses/{id}",
        Kind.READ,
        _INCLUDE | {"include_obfuscation", "starting_after", "stream"},
        streams=True,
    ),
    _openai("responses.delete", "DELETE", "responses/{id}", Kind.PLAIN),
    _openai("responses.cancel", "POST", "responses/{id}/cancel", Kind.READ),
    _openai("responses.input_items", "GET", "responses/{id}/input_items", Kind.READ, _PAGES | _INCLUDE),
    _openai("embeddings", "POST", "embeddings", Kind.ASK),
    _openai("files.upload", "POST", "files", Kind.UPLOAD),
    _openai("files.list", "GET", "files", Kind.PLAIN, _PAGES | {"purpose"}),
    _openai("files.get", "GET", "files/{id}", Kind.PLAIN),
    _openai("files.delete", "DELETE", "files/{id}", Kind.PLAIN),
    _openai("files.content", "GET", "files/{id}/content", Kind.CONTENT),
    _openai("batches", "POST", "batches", Kind.BATCH),
    _openai("batches.list", "GET", "batches", Kind.READ, _PAGES),
    _openai("batches.get", "GET", "batches/{id}", Kind.READ),
    _openai("batches.cancel", "POST", "batches/{id}/cancel", Kind.READ),
    _openai("models.list", "GET", "models", Kind.MODELS),
    _openai("models.get", "GET", "models/{model}", Kind.MODEL),
    _openai("fine_tuning.jobs", "POST", "fine_tuning/jobs", Kind.ASK, act=Act.FINE_TUNE),
    _openai("fine_tuning.jobs.list", "GET", "fine_tuning/jobs", Kind.READ, _PAGES, act=Act.FINE_TUNE),
    _openai("fine_tuning.jobs.get", "GET", "fine_tuning/jobs/{id}", Kind.READ, act=Act.FINE_TUNE),
    _openai("fine_tuning.jobs.cancel", "POST", "fine_tuning/jobs/{id}/cancel", Kind.READ, act=Act.FINE_TUNE),
    _openai(
        "fine_tuning.jobs.events",
        "GET",
        "fine_tuning/jobs/{id}/events",
        Kind.READ,
        _PAGES,
        act=Act.FINE_TUNE,
    ),
    _anthropic("messages", "POST", "messages", Kind.ASK, streams=True),
    _anthropic("messages.count_tokens", "POST", "messages/count_tokens", Kind.ASK),
    _anthropic("messages.batches", "POST", "messages/batches", Kind.BATCH_INLINE),
    _anthropic("messages.batches.list", "GET", "messages/batches", Kind.READ, _ANTHROPIC_PAGES),
    _anthropic("messages.batches.get", "GET", "messages/batches/{id}", Kind.READ),
    _anthropic("messages.batches.cancel", "POST", "messages/batches/{id}/cancel", Kind.READ),
    _anthropic("messages.batches.delete", "DELETE", "messages/batches/{id}", Kind.PLAIN),
    _anthropic("messages.batches.results", "GET", "messages/batches/{id}/results", Kind.CONTENT),
    _anthropic(
        "anthropic.models.list",
        "GET",
        "models",
        Kind.MODELS,
        _ANTHROPIC_PAGES | {"lifecycle", "lifecycle[]"},
    ),
    _anthropic("anthropic.models.get", "GET", "models/{model}", Kind.MODEL),
)
"""Every route that is known. Both dialects ask for models at the same paths: a header tells which it is."""

_ID = "([A-Za-z0-9][A-Za-z0-9._:-]{0,255})"
_MODEL = "([A-Za-z0-9](?:[A-Za-z0-9._:@+,=~/-]|%2[Ff]|%3[AaDd]|%40|%2[Bb]|%2[Cc]|%7[Ee]){0,767})"
_VALUE = re.compile(r"[\x20-\x7e]{0,512}")
_MAX_TARGET = 4096
_MAX_QUERY = 32
_VERSION_HEADER = "anthropic-version"


def _pattern(path: str) -> re.Pattern[str]:
    return re.compile(re.escape(path).replace(r"\{id\}", _ID).replace(r"\{model\}", _MODEL))


def is_id(text: str) -> bool:
    """Return whether a text can stand where a route has ``{id}``."""
    return re.fullmatch(_ID, text) is not None


class Routes:
    """The routes of a gateway.

    Args:
        routes: All of them.
    """

    def __init__(self, routes: Iterable[Route]) -> None:
        self.routes = tuple(routes)
        self._exact: dict[str, list[Route]] = {}
        patterns: dict[str, list[Route]] = {}
        for route in self.routes:
            where = patterns if "{" in route.path else self._exact
            where.setdefault(route.path, []).append(route)
        self._patterns = [(_pattern(path), same) for path, same in patterns.items()]

    def find(self, method: str, raw_target: str, headers: Mapping[str, str]) -> Matched | Refused:
        """Return which route a request asks for.

        Args:
            method: As it was sent.
            raw_target: The path and query as they were sent, with nothing decoded.
            headers: To be looked up in any case of letters, such as aiohttp's.

        Returns:
            The route; or why it is refused, which is what happens to every path that is not known.
        """
        preferred = Dialect.ANTHROPIC if _VERSION_HEADER in headers else Dialect.OPENAI
        path, mark, query = raw_target.partition("?")
        if len(raw_target) > _MAX_TARGET:
            return Refused(414, "uri_too_long", "The path and query are too long", preferred)
        same = self._exact.get(path)
        ids: tuple[str, ...] = ()
        if same is None:
            found = self._by_pattern(path)
            if found is None:
                return _not_found(preferred)
            same, ids = found
        dialects = {one.dialect for one in same}
        dialect = preferred if preferred in dialects else same[0].dialect
        if headers.get("upgrade", "h2c").strip().lower() != "h2c":
            return Refused(400, "upgrade_not_allowed", "A change of protocol is not offered", dialect)
        for route in same:
            if route.method == method and route.dialect is dialect:
                break
        else:
            allow = tuple(sorted({one.method for one in same}))
            message = f"This path takes {' and '.join(allow)}"
            return Refused(405, "method_not_allowed", message, dialect, allow=allow)
        if not mark:
            return Matched(route, ids)
        return _with_query(route, ids, query)

    def _by_pattern(self, path: str) -> tuple[list[Route], tuple[str, ...]] | None:
        for pattern, routes in self._patterns:
            match = pattern.fullmatch(path)
            if match is not None:
                (written,) = match.groups()
                if "{model}" not in routes[0].path:
                    return routes, (written,)
                name = unquote_plus(written.replace("+", "%2B"))
                return (routes, (name,)) if _is_model(name) else None
        return None


def routes_with(extra: Sequence[ExtraRoute]) -> Routes:
    """Return every route that is known, and those of the operator.

    Args:
        extra: Routes beside them.

    Raises:
        InputError: One of them is known already, is there twice, or has a path that cannot be asked for.
    """
    routes = list(ROUTES)
    known = Routes(ROUTES)
    seen: set[tuple[str, str]] = set()
    for one in extra:
        where = f"The route {one.method} {one.path}"
        if any(segment in {"", ".", ".."} for segment in one.path[1:].split("/")):
            raise InputError(f"{where} has an empty segment or dots in its path", "Write the path in full")
        if (one.method, one.path) in seen:
            raise InputError(f"{where} is there twice", "Leave one of them out")
        if known.find(one.method, one.path, {}) != _not_found(Dialect.OPENAI):
            raise InputError(f"{where} is at a path that is known already", "Leave it out")
        seen.add((one.method, one.path))
        kind = Kind.ASK if one.model == "body" else Kind.FIXED
        name = f"extra:{one.path}"[:64]
        routes.append(
            Route(name, Dialect.OPENAI, one.method, one.path, one.act, kind, streams=True, always=one.always)
        )
    return Routes(routes)


_KNOWN = Routes(ROUTES)


def find(method: str, raw_target: str, headers: Mapping[str, str]) -> Matched | Refused:
    """Return which of the known routes a request asks for: :meth:`Routes.find` with no others."""
    return _KNOWN.find(method, raw_target, headers)


def upstream_path(matched: Matched) -> str:
    """Return the path and query to ask an upstream for, made from the route and never from what was sent.

    Args:
        matched: What is asked for.

    Returns:
        What follows the upstream's address, which has the ``/v1`` already: ``/chat/completions``. It begins
        with a slash: else it would belong to the name of the upstream's host.
    """
    path = matched.route.path
    if path.startswith("/v1/"):
        path = path.removeprefix("/v1")
    for name in matched.ids:
        head, _, rest = path.partition("{")
        path = head + quote(name, safe=":@") + rest.partition("}")[2]
    return f"{path}?{urlencode(matched.query)}" if matched.query else path


def _is_model(name: str) -> bool:
    segments = name.split("/")
    return len(name) <= 256 and all(one not in {"", ".", ".."} for one in segments)


def _not_found(dialect: Dialect) -> Refused:
    message = "There is no route at this path, or the operator has not opened it"
    return Refused(404, "route_not_allowed", message, dialect)


def _with_query(route: Route, ids: tuple[str, ...], query: str) -> Matched | Refused:
    pairs: list[tuple[str, str]] = []
    fields = query.split("&") if query else []
    if len(fields) > _MAX_QUERY:
        return Refused(400, "query_not_allowed", "The query has too many fields", route.dialect)
    for field in fields:
        written, _, value = field.partition("=")
        try:
            name, text = unquote_plus(written, errors="strict"), unquote_plus(value, errors="strict")
        except UnicodeDecodeError:
            return Refused(400, "query_not_allowed", "The query is not UTF-8", route.dialect)
        if name.strip().casefold() in {"model", "models", "engine", "deployment"}:
            message = "The model must stand in the body, never in the query"
            return Refused(400, "model_in_query", message, route.dialect, "model")
        if name not in route.query:
            shown = name if re.fullmatch(r"[A-Za-z0-9_.\[\]-]{1,64}", name) else "a name with odd characters"
            message = f"This route takes no {shown} in its query"
            return Refused(400, "query_not_allowed", message, route.dialect, None if shown != name else name)
        if name not in _REPEATED and any(name == before for before, _ in pairs):
            message = f"{name} stands in the query twice"
            return Refused(400, "query_not_allowed", message, route.dialect, name)
        if _VALUE.fullmatch(text) is None:
            message = f"The value of {name} in the query is too long or has odd characters"
            return Refused(400, "query_not_allowed", message, route.dialect, name)
        pairs.append((name, text))
    return Matched(route, ids, tuple(pairs))
