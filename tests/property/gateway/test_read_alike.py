"""Whatever a body is: when it is read at all, what goes on is read the same by every other reader."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable
from typing import Any

import orjson
from hypothesis import example, given, settings
from hypothesis import strategies as st
from multidict import CIMultiDict

from groundstop.gateway.reading import Asking, BadRequest, asked_of, read_json, written
from groundstop.gateway.routes import Matched, find

MATCHED = find("POST", "/v1/chat/completions", CIMultiDict())
assert isinstance(MATCHED, Matched)
CHAT = MATCHED


def spelled(text: str) -> st.SearchStrategy[str]:
    """Return ways to write a text: as it is, all in escapes, or the first character in one."""
    plain = json.dumps(text, ensure_ascii=False)
    codes = [ord(one) for one in text]
    escaped = "".join(f"\\u{code:04x}" if code <= 0xFFFF else chr(code) for code in codes)
    first = f"\\u{ord(text[0]):04X}" if text and ord(text[0]) <= 0xFFFF else ""
    rest = json.dumps(text[1:] if first else text, ensure_ascii=False)[1:-1]
    return st.sampled_from([plain, f'"{escaped}"', f'"{first}{rest}"'])


KEYS = st.sampled_from(
    ["model", "model", "Model", "models", "fallbacks", "stream", "tools", "messages", "input", "content"]
) | st.sampled_from(["type", "text", "file_id", "data", "url", "a", "model\x00", "", "id"])
NUMBERS = st.sampled_from(
    ["0", "-0", "1e5", "1E400", "9" * 25, "18446744073709551615", "0.1", "1.0", "-9223372036854775809", "01"]
) | st.integers(-(2**70), 2**70).map(str)
TEXTS = st.sampled_from(["elm", "alder", "elm-1", "\ud800", "\x00", "é", "💡", "\u2028"]) | st.text(
    max_size=5
)
SCALARS = st.sampled_from(["true", "false", "null", "NaN", "-Infinity"]) | NUMBERS | TEXTS.flatmap(spelled)


def objects(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    members = st.tuples(KEYS.flatmap(spelled), inner).map(":".join)
    return st.lists(members, max_size=4).map(lambda parts: "{" + ",".join(parts) + "}")


VALUES = st.recursive(
    SCALARS,
    lambda inner: objects(inner) | st.lists(inner, max_size=3).map(lambda parts: f"[{', '.join(parts)}]"),
    max_leaves=8,
)
BODIES = objects(VALUES) | objects(VALUES).map(lambda text: '{"model":"elm",' + text[1:])


def read(data: bytes) -> tuple[dict[str, Any], Asking] | None:
    try:
        body = read_json(data)
        return body, asked_of(CHAT, body)
    except BadRequest:
        return None


def as_bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


@settings(max_examples=300, deadline=None)
@given(BODIES.map(as_bytes) | st.binary(max_size=60))
@example(b'{"model":"elm","mod\\u0065l":"alder"}')
@example(b'{"model":"elm","messages":[{"a":1,"a":2}]}')
@example(b'{"model":"elm","a":1e400}')
@example(b'{"model":"elm","a":-0}')
def test_what_goes_on_is_read_the_same_by_every_reader(data: bytes) -> None:
    taken = read(data)
    if taken is None:
        return
    body, asking = taken
    assert all(isinstance(one, str) for one in asking.texts())
    assert asking.opaque() in {True, False}
    sent = written(body)
    assert json.loads(sent) == orjson.loads(sent) == body
    assert json.loads(sent)["model"] == asking.model
    assert asked_of(CHAT, read_json(sent)) == asking


@settings(max_examples=200, deadline=None)
@given(BODIES.map(as_bytes))
def test_what_is_read_says_to_every_reader_what_it_says_to_us(data: bytes) -> None:
    taken = read(data)
    if taken is None:
        return
    body, _ = taken
    assert json.loads(data) == body
    first_wins = json.loads(data, object_pairs_hook=lambda pairs: dict(reversed(pairs)))
    assert first_wins == body


READERS: tuple[Callable[[str], str], ...] = (
    str.casefold,
    str.strip,
    lambda key: key.partition("\x00")[0],
    lambda key: unicodedata.normalize("NFKC", key).casefold(),
    lambda key: "".join(one for one in key if one.isprintable()),
)
"""How other readers may take a key: by what they ignore."""
AROUND = st.sampled_from(["", " ", "\t", "\x00", "\u200b", "\xad", "_", "x", "\ufeff", "."])
MODEL = st.tuples(
    *(st.sampled_from([one, one.upper(), chr(ord(one) + 0xFEE0)]) for one in "model")  # also in full width
).map("".join)


@settings(max_examples=200, deadline=None)
@given(st.tuples(AROUND, MODEL, AROUND, st.sampled_from(["", "x"])).map("".join))
def test_no_key_is_the_model_to_another_reader_and_not_to_us(key: str) -> None:
    taken = read(as_bytes(json.dumps({"model": "elm"} | {key: "alder"})))
    if taken is not None and key != "model":
        assert "model" not in {reader(key) for reader in READERS}
