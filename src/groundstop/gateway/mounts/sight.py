"""What a gateway that forwards requests lets us see of one: its path, its headers, and perhaps its body."""

from __future__ import annotations

from typing import Any, NamedTuple

from multidict import MultiMapping

from groundstop.documents.directives import Act
from groundstop.gateway.mounts.paths import NotSeen, Paths, Place
from groundstop.gateway.mounts.questions import JSON, Question
from groundstop.gateway.mounts.showing import certificate_of, only, shown
from groundstop.gateway.reading.asking import Asking, asked_of, is_name
from groundstop.gateway.reading.body import read_json
from groundstop.gateway.reading.headers import check_headers
from groundstop.gateway.reading.lines import read_inline
from groundstop.gateway.reading.refusing import BadRequest
from groundstop.gateway.routes import Kind, Matched, Refused, Routes
from groundstop.gateway.serving.attesting import Presented
from groundstop.gateway.settings import Dialect, Mounts

_MARK = b"\xef\xbb\xbf"


class Seen(NamedTuple):
    """A request, as far as another gateway hands it on."""

    method: str
    target: str
    """Path and query, as the client sent them."""
    headers: MultiMapping[str]
    body: bytes | None = None
    """None where it is not handed on, or not as a whole."""
    certificate: str = ""
    """Of the client, where the gateway hands it on beside the headers."""


class _Told(NamedTuple):
    """What a body tells."""

    names: tuple[str, ...] = ()
    texts: tuple[str, ...] | None = None
    opaque: bool = False


class Sight:
    """Makes questions of what is seen of requests.

    Args:
        mounts: Where models stand in paths and headers.
        routes: Routes whose bodies are understood.
    """

    def __init__(self, mounts: Mounts, routes: Routes) -> None:
        self._mounts = mounts
        self._paths = Paths(mounts)
        self._routes = routes

    def dialect(self, headers: MultiMapping[str]) -> Dialect:
        """Return the dialect in which somebody is to be answered of whose request nothing is known yet."""
        return Dialect.ANTHROPIC if "anthropic-version" in headers else Dialect.OPENAI

    def question(self, seen: Seen, surface: str) -> Question | None:
        """Return what is to be decided; None for a path that has nothing to do with a model.

        Args:
            seen: The request.
            surface: The enforcement point that asks.

        Raises:
            BadRequest: It cannot be read in one way only, or its model is not seen.
        """
        place = self._paths.find(seen.target)
        header = only(seen.headers, self._mounts.model_header) if self._mounts.model_header else ""
        if header and not is_name(header):
            raise BadRequest(400, "malformed_model", "What the header tells is no name of a model")
        told_by_header = (header,) if header else ()
        if isinstance(place, NotSeen) and place.odd:
            raise BadRequest(404, "route_not_allowed", place.why)
        if isinstance(place, Place):
            if not place.names and not told_by_header:
                return None
            told = self._beside(seen, place)
            return Question(
                names=tuple(dict.fromkeys((*place.names, *told_by_header, *told.names))),
                surface=surface,
                route=place.route,
                act=place.act,
                presented=self._shown(seen),
                provider=place.provider,
                dialect=place.dialect,
                texts=told.texts,
                opaque=told.opaque,
            )
        return self._by_route(seen, surface, told_by_header, place)

    def _by_route(self, seen: Seen, surface: str, by_header: tuple[str, ...], place: NotSeen) -> Question:
        """Return the question of a request at a path that no pattern of the operator fits."""
        matched = self._routes.find(seen.method, seen.target, seen.headers)
        if isinstance(matched, Refused):
            if matched.code != "route_not_allowed":
                raise BadRequest(matched.status, matched.code, matched.message, matched.param)
            if not by_header:
                raise BadRequest(404, "route_not_allowed", place.why)
            route, act, dialect, told = "header", Act.INFER, self.dialect(seen.headers), _Told()
        else:
            route, act, dialect = matched.route.name, matched.route.act, matched.route.dialect
            told = self._told(seen, matched)
        names = tuple(dict.fromkeys((*by_header, *told.names)))
        if not names:
            raise BadRequest(404, "route_not_allowed", _why_not(seen, place))
        presented = self._shown(seen)
        return Question(names, surface, route, act, presented, None, dialect, told.texts, told.opaque)

    def _shown(self, seen: Seen) -> Presented:
        presented = shown(seen.headers, self._mounts)
        beside = certificate_of(seen.certificate)
        return presented if beside is None else presented._replace(certificate=beside)

    def _told(self, seen: Seen, matched: Matched) -> _Told:
        """Return what a request at a route that is known tells; nothing where its body is not seen."""
        route = matched.route
        if not seen.body or route.kind not in (Kind.ASK, Kind.FIXED, Kind.BATCH_INLINE):
            return _Told(() if route.always is None else (route.always,))
        check_headers(seen.headers, route)
        body = read_json(seen.body)
        if route.kind is not Kind.BATCH_INLINE:
            return _asked(asked_of(matched, body))
        lines = [_asked(one.asking) for one in read_inline(body)]
        return _Told(
            tuple(name for one in lines for name in one.names),
            tuple(text for one in lines for text in one.texts or ()),
            any(one.opaque for one in lines),
        )

    def _beside(self, seen: Seen, place: Place) -> _Told:
        """Return what a body tells beside a path that names the model: servers may look at either."""
        if not seen.body or not place.names:
            return _Told()
        if only(seen.headers, "Content-Encoding").strip().lower() not in ("", "identity"):
            message = "The body is encoded, so that another model in it cannot be seen"
            raise BadRequest(415, "encoding_not_supported", message)
        kind = only(seen.headers, "Content-Type").partition(";")[0].strip().lower()
        # Some servers read JSON whatever its kind is said to be.
        if kind != JSON and not seen.body.removeprefix(_MARK).lstrip().startswith(b"{"):
            return _Told()
        body: dict[str, Any] = read_json(seen.body)
        main = next(
            one for one in self._routes.routes if one.kind is Kind.ASK and one.dialect is place.dialect
        )
        return _asked(asked_of(Matched(main), {"model": place.names[0], **body}))


def _asked(asking: Asking) -> _Told:
    return _Told((asking.model, *asking.others), tuple(asking.texts()), asking.opaque())


def _why_not(seen: Seen, place: NotSeen) -> str:
    if seen.body == b"":
        return "The body, in which the model stands, was not handed on to where it is decided"
    return place.why
