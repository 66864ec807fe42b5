from __future__ import annotations

import hashlib
import math
from datetime import UTC, datetime

import pytest

from groundstop.errors import DocumentError
from groundstop.importers import json_text
from groundstop.importers.fields import count, duration, flag, items, mapping, moment, number, text, word
from groundstop.importers.json_text import UnreadableError, json_lines, parse
from groundstop.importers.naming import identifier, shown
from groundstop.importers.versions import check_version


def problems(data: bytes) -> list[str | None]:
    return [line.problem for line in json_lines(data, source="a file")]


def test_nan_is_read_and_is_no_number() -> None:
    value = parse(b'{"a": NaN, "b": -Infinity, "c": 1e999, "d": 1}').value
    assert math.isnan(value["a"])
    assert [number(value, key) for key in "abcd"] == [None, None, None, 1.0]


def test_an_object_with_a_key_twice_stands_for_nothing() -> None:
    value = parse(b'{"a": {"x": 1, "x": 2}, "b": 1}').value
    assert mapping(value, "a") == {}
    assert count(value, "b") == 1
    with pytest.raises(UnreadableError, match="the same key twice"):
        parse(b'{"a": 1, "a": 1}')


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"\xff{}", "not UTF-8 text"),
        (b"{", "not JSON"),
        (b"", "not JSON"),
        (b"[" * 100_000, "nested more than 64 deep"),
        (b"[" * 65 + b"]" * 65, "nested more than 64 deep"),
        (b"1" * 5000, "a number with too many digits"),
    ],
)
def test_what_cannot_be_parsed_is_told_without_quoting_it(data: bytes, reason: str) -> None:
    with pytest.raises(UnreadableError) as caught:
        parse(data)
    assert str(caught.value) == reason


def test_64_levels_are_read() -> None:
    parse(b"[" * 64 + b"]" * 64)


def test_a_byte_order_mark_is_no_fault() -> None:
    assert parse(b"\xef\xbb\xbf[1]").value == [1]


def test_a_piece_over_the_limit_is_not_parsed() -> None:
    with pytest.raises(UnreadableError, match="larger than 10 bytes"):
        parse(b'"0123456789"', limit=10)


def test_lines_are_counted_as_an_editor_does_and_blank_ones_left_out() -> None:
    lines = list(json_lines(b"1\r\n\n \n[2]\n", source="a file"))
    assert [(line.number, line.value) for line in lines] == [(1, 1), (4, [2])]


def test_a_last_line_that_is_cut_off_is_told_apart_from_a_damaged_one() -> None:
    assert problems(b'{"a": 1}\n{"a": ') == [None, "the last line is cut off"]
    assert problems(b'{"a": 1}\n{"a": \n') == [None, "not JSON"]
    assert problems(b'{"a": 1}\n{"a": "\xc3') == [None, "the last line is cut off"]
    assert problems(b'{"a": \n{"a": 1}') == ["not JSON", None]


def test_too_many_lines_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_text, "MAX_LINES", 3)
    with pytest.raises(DocumentError, match="more than 3 lines"):
        list(json_lines(b"\n\n\n1", source="a file"))


def test_fields_of_another_type_are_none() -> None:
    value = {
        "text": 1,
        "list": {},
        "number": True,
        "flag": 1,
        "half": 0.5,
        "minus": -1,
        "whole": 2.0,
        "big": 2**53,
    }
    assert text(value, "text") is None
    assert items(value, "list") == []
    assert number(value, "number") is None
    assert flag(value, "flag") is None
    assert [count(value, key) for key in ("half", "minus", "whole", "big")] == [None, None, 2, None]
    assert [duration(value, key) for key in ("half", "minus", "missing")] == [0.5, None, None]
    assert number({"a": 10**400}, "a") is None
    assert text(value, "text", "deeper") is None
    assert mapping([1], "a") == {}


def test_a_word_is_short_and_prints() -> None:
    assert [word({"a": one}, "a") for one in ("id-1", "", "x" * 201, "a\nb", 7)] == [
        "id-1",
        None,
        None,
        None,
        None,
    ]


@pytest.mark.parametrize(
    ("written", "utc", "expected"),
    [
        ("2026-07-02T12:00:00Z", False, datetime(2026, 7, 2, 12, tzinfo=UTC)),
        ("2026-07-02T14:00:00+02:00", False, datetime(2026, 7, 2, 12, tzinfo=UTC)),
        ("2026-07-02 12:00:00", True, datetime(2026, 7, 2, 12, tzinfo=UTC)),
        ("2026-07-02 12:00:00", False, None),
        ("0001-01-01T00:00:00+14:00", False, None),
        ("noon", True, None),
        (None, True, None),
    ],
)
def test_a_moment_needs_its_zone(written: str | None, utc: bool, expected: datetime | None) -> None:
    assert moment(written, utc=utc) == expected


@pytest.mark.parametrize(
    ("name", "stem"),
    [("dan.Dan", "dan.dan-"), ("Tea & Cup", "tea-cup-"), ("-.Tea.-", "tea-"), ("  ", ""), ("é", "")],
)
def test_an_identifier_is_what_is_left_of_a_name_and_digits_of_its_digest(name: str, stem: str) -> None:
    assert identifier(name) == stem + hashlib.sha256(name.encode()).hexdigest()[:8]


def test_a_name_that_is_an_identifier_stays_and_no_name_is_unnamed() -> None:
    assert [identifier(name) for name in ("includes", "a.b_c-d", None)] == ["includes", "a.b_c-d", "unnamed"]


def test_names_that_differ_give_identifiers_that_differ() -> None:
    names = ["Tea", "TEA", "tea", "tea ", "Tea!", "té", "x" * 64, "x" * 65, "x" * 66, "-tea", ""]
    assert len({identifier(name) for name in names}) == len(names)
    assert all(len(identifier(name)) <= 64 for name in names)


def test_a_name_is_shown_on_one_line_of_bounded_length() -> None:
    assert shown("a\n\tb\x1b[0m") == "a b [0m"
    assert len(shown("x" * 10_000)) < 200
    assert shown("x" * 10_000) != shown("x" * 10_001)


@pytest.mark.parametrize("found", [None, "2", "0.17", "0.17.1", "0.17.1.post1", "0.17-rc1"])
def test_a_known_version_passes(found: str | None) -> None:
    check_version(found, ("2", "0.17"), source="a file", what="tea")


@pytest.mark.parametrize("found", ["3", "0.171", "0.1", "20"])
def test_another_version_is_refused(found: str) -> None:
    with pytest.raises(DocumentError) as caught:
        check_version(found, ("2", "0.17"), source="a file", what="tea")
    assert caught.value.message == f"a file has version {found} of tea, which this groundstop does not know"
    assert caught.value.hint.startswith("Known are 2, 0.17;")


def test_a_version_that_is_a_text_of_another_kind_is_not_quoted() -> None:
    with pytest.raises(DocumentError, match="version of another form"):
        check_version("tell me\nabout tea", ("2",), source="a file", what="tea")
