from __future__ import annotations

import json

import pytest

from groundstop.gateway.dialects import Event, Events, Named, TooLarge, final_event, models_of
from groundstop.gateway.routes import ROUTES, Route
from tests.unit.gateway.dialects.test_errors import a_denial


def the_route(name: str) -> Route:
    return next(one for one in ROUTES if one.name == name)


CHAT, RESPONSES, MESSAGES = the_route("chat.completions"), the_route("responses"), the_route("messages")


def cut(*chunks: bytes, limit: int = 10_000) -> tuple[list[Event], bytes]:
    events = Events(limit)
    return [one for chunk in chunks for one in events.feed(chunk)] + events.finish(), events.rest()


@pytest.mark.parametrize(
    ("stream", "told"),
    [
        (b"data: a\n\n", [("", "a")]),
        (b"data: a\n\ndata: b\n\n", [("", "a"), ("", "b")]),
        (b"data: a\r\n\r\ndata: b\r\n\r\n", [("", "a"), ("", "b")]),
        (b"data: a\r\rdata: b\r\r", [("", "a"), ("", "b")]),
        (b"data: a\n\r\ndata: b\r\n\n", [("", "a"), ("", "b")]),
        (b"data: a\ndata: b\n\n", [("", "a\nb")]),
        (b"data: a\rdata: b\n\n", [("", "a\nb")]),
        (b"data: a\r\ndata: b\r\n\r\n", [("", "a\nb")]),
        (b"event: x\ndata: a\n\n", [("x", "a")]),
        (b"event:x\ndata:a\nid: 7\nretry: 5\nodd\n\n", [("x", "a")]),
        (b"data:  a\n\n", [("", " a")]),
        (b"data\n\n", [("", "")]),
        (b": ping\n\n", [("", None)]),
        (b": ping\ndata: a\n\n", [("", "a")]),
        (b"event: x\n\n", [("x", None)]),
        (b"\xef\xbb\xbfdata: a\n\n", [("", "a")]),
        (b"data: a\n\n\xef\xbb\xbfdata: b\n\n", [("", "a"), ("", None)]),
        (b"\n\n\ndata: a\n\n", [("", None), ("", "a")]),
        (b"xdata: a\nDATA: b\n\n", [("", None)]),
        (b"data: \xff\n\n", [("", "\ufffd")]),
        (b"event: a\ndata: x\n\ndata: \xc3\xbc\n\n", [("a", "x"), ("", "ü")]),
    ],
)
def test_events_are_told_apart_wherever_their_pieces_end(
    stream: bytes, told: list[tuple[str, str | None]]
) -> None:
    for pieces in ([stream], [stream[n : n + 1] for n in range(len(stream))]):
        events, rest = cut(*pieces)
        assert [(one.name, one.data) for one in events] == told
        assert b"".join(one.raw for one in events) == stream
        assert rest == b""


def test_only_whole_events_are_handed_on() -> None:
    events = Events(10_000)
    assert events.feed(b"data: a\n") == []
    assert events.feed(b"\ndata: b") == [Event(b"data: a\n\n", "", "a")]
    assert events.finish() == []
    assert events.rest() == b"data: b"


def test_a_carriage_return_at_the_end_waits_for_what_may_belong_to_it() -> None:
    events = Events(10_000)
    assert events.feed(b"data: a\r\n\r") == []
    assert events.feed(b"\n") == [Event(b"data: a\r\n\r\n", "", "a")]
    assert events.feed(b"data: b\r\r") == []
    assert events.feed(b"data: c") == [Event(b"data: b\r\r", "", "b")]


@pytest.mark.parametrize("chunk", [b"data: " + b"a" * 100, b"data: " + b"a" * 100 + b"\n\n"])
def test_an_event_that_is_too_large_is_refused(chunk: bytes) -> None:
    assert cut(b"data: " + b"a" * 90 + b"\n\n", limit=100)[1] == b""
    with pytest.raises(TooLarge):
        cut(chunk, limit=100)


@pytest.mark.parametrize(
    ("route", "data", "models"),
    [
        (CHAT, '{"object":"chat.completion.chunk","model":"alder","choices":[]}', ("alder",)),
        (CHAT, '{"choices":[{"delta":{"content":"a"}}]}', ()),
        (CHAT, '{"model":"alder","choices":[],"moderation":{"model":"beech"}}', ("alder", "beech")),
        (CHAT, '{"error":{"message":"no"}}', ()),
        (RESPONSES, '{"type":"response.created","response":{"model":"alder","tools":[]}}', ("alder",)),
        (RESPONSES, '{"type":"response.output_text.delta","delta":"a"}', ()),
        (MESSAGES, '{"type":"message_start","message":{"model":"alder","content":[]}}', ("alder",)),
        (MESSAGES, '{"type":"content_block_delta","index":0,"delta":{"text":"a"}}', ()),
        (
            MESSAGES,
            '{"type":"content_block_start","content_block":{"type":"fallback","to":{"model":"alder"}}}',
            ("alder",),
        ),
        (
            MESSAGES,
            '{"type":"message_delta","usage":{"iterations":[{"model":"alder"},{"model":null}]}}',
            ("alder",),
        ),
        (MESSAGES, '{"type":"content_block_start","content_block":{"input":{"model":"beech"}}}', ()),
        (MESSAGES, '{"type":"ping"}', ()),
        (MESSAGES, '"text"', ()),
        (CHAT, "[DONE]", ()),
        (CHAT, "", ()),
    ],
)
def test_an_event_tells_which_model_serves(route: Route, data: str, models: tuple[str, ...]) -> None:
    assert models_of(route, Event(b"", "", data)) == Named(models)


def test_an_event_without_data_tells_nothing() -> None:
    assert models_of(CHAT, Event(b": ping\n\n", "", None)) == Named()


@pytest.mark.parametrize("data", ["{", "hello", "[DONE] {}", '{"model":NaN}', "\ufffd"])
def test_an_event_that_cannot_be_read_is_known(data: str) -> None:
    assert models_of(CHAT, Event(b"", "", data)) == Named(unreadable=True)


def test_the_event_that_cuts_a_stream_tells_why() -> None:
    denial = a_denial()
    for route, name in ((CHAT, ""), (RESPONSES, "error"), (MESSAGES, "error")):
        (event,), rest = cut(final_event(route, denial, "r-1"))
        assert (event.name, rest) == (name, b"")
        assert event.data is not None
        value = json.loads(event.data)
        assert value["error"]["groundstop"] == {"request": "r-1", **denial.details()}
        assert value["error"]["code"] == "model_withdrawn"
        assert value.get("type") == (None if route is CHAT else "error")
