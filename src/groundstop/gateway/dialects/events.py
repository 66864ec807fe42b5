"""Streams of events: cut into whole events, the models they name, and how an order ends one."""

from __future__ import annotations

import re
from typing import NamedTuple

import orjson

from groundstop.gateway.denials import Denial
from groundstop.gateway.dialects.answers import served_in
from groundstop.gateway.dialects.errors import error_value
from groundstop.gateway.reading.naming import may_name
from groundstop.gateway.routes import Route
from groundstop.gateway.settings import Dialect

# Possessive: a carriage return and its line feed are one line end, and never two.
_BOUNDARY = re.compile(rb"[\r\n](?:(?<=\r)\n)?+(?:\r\n|\n|\r)")
_LINE_END = re.compile("\r\n|\n|\r")
_LONGEST_BOUNDARY = 4
_MARK = b"\xef\xbb\xbf"
"""May stand at the very beginning of a stream, and tells nothing."""
_DONE = "[DONE]"


class Event(NamedTuple):
    """One event of a stream."""

    raw: bytes
    """Its bytes, with the empty line at its end; comments before it are in them."""
    name: str
    """Its ``event`` field; empty for none."""
    data: str | None
    """Its ``data`` fields, joined by line ends; none where it has none, and so tells nothing."""


class Named(NamedTuple):
    """The models that an event names."""

    models: tuple[str, ...] = ()
    unreadable: bool = False
    """Its data is no JSON, and not ``[DONE]`` either."""


_NOTHING = Named()


class TooLarge(Exception):  # noqa: N818  # what an upstream did, and no error of ours
    """An event is larger than may be."""


class Events:
    """Cuts a stream into events, however its pieces arrive.

    Args:
        limit_bytes: Of one event.
    """

    def __init__(self, limit_bytes: int) -> None:
        self._limit_bytes = limit_bytes
        self._buffer = bytearray()
        self._looked_at = 0
        self._begun = False

    def feed(self, chunk: bytes) -> list[Event]:
        """Return the events that are whole by now.

        Args:
            chunk: The next piece.

        Raises:
            TooLarge: An event is larger than may be.

        Source: WHATWG HTML, "Server-sent events", "Interpreting an event stream".
        """
        self._buffer += chunk
        return self._cut(at_end=False)

    def finish(self) -> list[Event]:
        """Return the events that are whole now that no more comes.

        A stream whose lines end with a carriage return alone is whole only when no line feed follows.

        Raises:
            TooLarge: An event is larger than may be.
        """
        return self._cut(at_end=True)

    def rest(self) -> bytes:
        """Return what is left of an event that was never ended; it must not be handed on unread."""
        return bytes(self._buffer)

    def _cut(self, *, at_end: bool) -> list[Event]:
        events: list[Event] = []
        buffer, begin = self._buffer, 0
        plain = b"\r" not in buffer
        while (end := _end_of(buffer, max(begin, self._looked_at), plain=plain)) > 0:
            if end == len(buffer) and buffer[-1] == 0x0D and not at_end:
                break
            if end - begin > self._limit_bytes:
                raise TooLarge
            events.append(self._event(bytes(buffer[begin:end])))
            begin = end
        if begin:
            del buffer[:begin]
        self._looked_at = max(0, len(buffer) - _LONGEST_BOUNDARY)
        if len(buffer) > self._limit_bytes:
            raise TooLarge
        return events

    def _event(self, raw: bytes) -> Event:
        text = raw
        if not self._begun:
            self._begun = True
            text = raw.removeprefix(_MARK)
        elif raw.startswith(b"data: ") and raw.find(b"\n") == len(raw) - 2 and b"\r" not in raw:
            return Event(raw, "", raw[6:-2].decode("utf-8", "replace"))
        name, data = "", list[str]()
        for line in _LINE_END.split(text.decode("utf-8", "replace")):
            field, _, value = line.partition(":")
            if field == "data":
                data.append(value.removeprefix(" "))
            elif field == "event":
                name = value.removeprefix(" ")
        return Event(raw, name, "\n".join(data) if data else None)


def _end_of(buffer: bytearray, begin: int, *, plain: bool) -> int:
    """Return where the first event ends; 0 where none does. Most streams are plain: with line feeds alone."""
    if plain:
        found = buffer.find(b"\n\n", begin)
        return found + 2 if found >= 0 else 0
    match = _BOUNDARY.search(buffer, begin)
    return 0 if match is None else match.end()


def models_of(route: Route, event: Event) -> Named:
    """Return the models that an event of an answer names.

    Args:
        route: That was asked for.
        event: The event.
    """
    if not event.data or event.data == _DONE:
        return _NOTHING
    try:
        value = orjson.loads(event.data)
    except orjson.JSONDecodeError:
        return Named(unreadable=True)
    return Named(served_in(route, value)) if may_name(event.data) else _NOTHING


def final_event(route: Route, denial: Denial, request: str) -> bytes:
    """Return the event that ends a stream which an order cuts. Official clients raise their error for it.

    Args:
        route: That was asked for.
        denial: What is told.
        request: The request's id.
    """
    return last_event(
        route,
        status=denial.status,
        code=denial.reason.value,
        message=denial.message,
        request=request,
        denial=denial,
    )


def last_event(
    route: Route, *, status: int, code: str, message: str, request: str, denial: Denial | None = None
) -> bytes:
    """Return the event that ends a stream which cannot go on. Official clients raise their error for it.

    Args:
        route: That was asked for.
        status: That would have been answered, had the stream not begun.
        code: A word for programs.
        message: A sentence for people.
        request: The request's id.
        denial: What is told of an order, where one is behind it.
    """
    value = error_value(route.dialect, status, code, message, request, None, denial)
    if route.dialect is Dialect.ANTHROPIC:
        return b"event: error\ndata: " + orjson.dumps(value) + b"\n\n"
    if route.name.startswith("responses"):
        # Its own events have their fields at the top; clients look for an error there, and below "error".
        value = {"type": "error", "code": code, "message": message, "param": None, **value}
        return b"event: error\ndata: " + orjson.dumps(value) + b"\n\n"
    return b"data: " + orjson.dumps(value) + b"\n\n"
