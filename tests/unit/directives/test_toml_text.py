"""TOML of people: what it becomes, and what is refused, quickly and with little memory."""

from __future__ import annotations

import pytest

from groundstop.directives.toml_text import MOST_BYTES, MOST_STEPS, parse_toml
from groundstop.errors import DocumentError

LONG = 150_000


def parsed(text: str) -> object:
    return parse_toml(text.encode(), source="order.toml")


def test_dates_become_texts_and_everything_else_stays() -> None:
    text = 'a = 2026-07-06T12:00:00Z\nb = [1, 2.5, true, "x"]\n[c.d]\ne = 2026-07-06T12:00:00\n'
    assert parsed(text) == {
        "a": "2026-07-06T12:00:00+00:00",
        "b": [1, 2.5, True, "x"],
        "c": {"d": {"e": "2026-07-06T12:00:00"}},
    }


def test_a_mark_at_the_beginning_of_the_file_is_no_part_of_it() -> None:
    assert parse_toml(b"\xef\xbb\xbfa = 1\n", source="order.toml") == {"a": 1}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a = " + "[" * LONG, "nests more than 64 deep"),
        ("a = " + "[" * 70 + "]" * 70, "nests more than 64 deep"),
        ("a = " + "{a=" * LONG, "nests more than 64 deep"),
        (".".join(["a"] * LONG) + " = 1", "names joined by dots"),
        (" . ".join(['"a"'] * 100_000) + " = 1", "names joined by dots"),
        (".".join(["'a'"] * LONG) + " = 1", "names joined by dots"),
        (".".join(['"a\\""'] * LONG) + " = 1", "names joined by dots"),
        ("[" + ".".join(["a"] * LONG) + "]", "names joined by dots"),
        ("a = " + "9" * LONG, "a number or a date that cannot be"),
        ("a = 0x" + "f" * LONG, "too large a number at 'a'"),
        ("a = 9007199254740993", "too large a number at 'a'"),
        ("a = nan", "no finite number at 'a'"),
        ("[a]\nb = [1, -inf]", "no finite number at 'a.b.1'"),
        ("a = 1e999", "no finite number at 'a'"),
        ("a = 2026-07-06", "a date without a time and a zone at 'a'"),
        ("a = 12:00:00", "a date without a time and a zone at 'a'"),
        ("a = 2026-02-31T00:00:00Z", "is not TOML"),
        ("a = 1\na = 2", "is not TOML"),
        ("a", "is not TOML"),
        ('a = "' + "x" * MOST_BYTES + '"', "bytes, more than the"),
    ],
)
def test_a_bomb_or_a_mistake_is_refused_with_its_place(text: str, message: str) -> None:
    with pytest.raises(DocumentError) as refused:
        parsed(text)
    assert message in refused.value.message
    assert refused.value.message.startswith("order.toml ")
    assert refused.value.hint
    assert len(str(refused.value)) < 400


def test_what_is_no_utf_8_is_refused() -> None:
    with pytest.raises(DocumentError, match="not UTF-8 text"):
        parse_toml(b"a = '\xff'", source="order.toml")


def test_a_key_of_as_many_names_as_are_allowed_is_read() -> None:
    assert parsed(".".join(["a"] * MOST_STEPS) + " = 1")
    with pytest.raises(DocumentError):
        parsed(".".join(["a"] * (MOST_STEPS + 1)) + " = 1")


def test_sentences_and_addresses_are_no_long_keys() -> None:
    text = "It is so. " * 200 + "https://a.b.c.office.example/x.y.z ... " * 20
    assert parsed(f'a = """{text}"""') == {"a": text}


def test_an_error_shows_no_control_characters() -> None:
    with pytest.raises(DocumentError) as refused:
        parsed('"\\u001b[2J" = nan')
    assert "\x1b" not in str(refused.value)
