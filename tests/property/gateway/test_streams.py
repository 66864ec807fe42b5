"""However a stream arrives in pieces, its events are the same, and nothing of it is lost."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from groundstop.gateway.dialects import Event, Events

PARTS = st.sampled_from(
    [
        b"\n",
        b"\r",
        b"\r\n",
        b"\n\n",
        b"data: a",
        b"data:b",
        b"event: x",
        b": c",
        b"\xef\xbb\xbf",
        b"\xff",
        b"id",
    ]
)


def cut(chunks: list[bytes]) -> tuple[list[Event], bytes]:
    events = Events(10_000)
    return [one for chunk in chunks for one in events.feed(chunk)] + events.finish(), events.rest()


@st.composite
def pieces(draw: st.DrawFn, stream: bytes) -> list[bytes]:
    places = draw(st.lists(st.integers(0, len(stream)), max_size=6).map(sorted))
    return [stream[a:b] for a, b in zip([0, *places], [*places, len(stream)], strict=True)]


def reference(stream: bytes) -> list[tuple[str, str | None]]:
    """Read a stream line by line, as the standard tells it; events without data are left out."""
    told: list[tuple[str, str | None]] = []
    text = stream.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace")
    name, data = "", list[str]()
    for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n")[:-1]:
        field, _, value = line.partition(":")
        if not line:
            if data:
                told.append((name, "\n".join(data)))
            name, data = "", []
        elif field == "data":
            data.append(value.removeprefix(" "))
        elif field == "event":
            name = value.removeprefix(" ")
    return told


STREAMS = st.lists(PARTS, max_size=14).map(b"".join)


@settings(max_examples=300, deadline=None)
@given(STREAMS.flatmap(lambda stream: st.tuples(st.just(stream), pieces(stream))))
def test_events_do_not_depend_on_how_a_stream_arrives(drawn: tuple[bytes, list[bytes]]) -> None:
    stream, chunks = drawn
    events, rest = cut(chunks)
    assert (events, rest) == cut([stream])
    assert b"".join(one.raw for one in events) + rest == stream


@settings(max_examples=300, deadline=None)
@given(STREAMS)
def test_events_are_those_of_the_standard(stream: bytes) -> None:
    events, _ = cut([stream])
    assert [(one.name, one.data) for one in events if one.data is not None] == reference(stream)
