"""TOML of people, read within bounds: as plain JSON values, or refused with the place and what to do."""

from __future__ import annotations

import math
import re
import tomllib
from datetime import date, datetime, time
from typing import Any

from groundstop.errors import DocumentError

MOST_BYTES = 1024 * 1024
"""Largest TOML file that is read; an order of a thousand models is smaller."""

MOST_DEPTH = 64
MOST_STEPS = 24
"""Most names in one dotted key. The standard library's parser takes memory as the square of them."""

_LARGEST_WHOLE = 2**53 - 1
"""Of JSON: RFC 8785."""

# A name starts at a word's beginning and is never read twice, so that this stays linear in the text.
_NAME = r"""(?:(?<![\w-])[\w-]++|"(?:[^"\\\n]|\\.)*+"|'[^'\n]*+')"""
_LONG_KEY = re.compile(rf"(?:{_NAME}[ \t]*+\.[ \t]*+){{{MOST_STEPS}}}")


def parse_toml(data: bytes, *, source: str) -> dict[str, Any]:
    """Parse TOML into plain JSON values.

    Args:
        data: UTF-8 bytes.
        source: Where they came from, for the error message.

    Returns:
        The table. Dates are texts, as in JSON; one without a time or a zone stays without it.

    Raises:
        DocumentError: The bytes are too large, too deep, not UTF-8 or not TOML, or hold a number that JSON
            does not have.

    Source: TOML 1.0.0; RFC 8785 for numbers.
    """
    if len(data) > MOST_BYTES:
        raise DocumentError(
            f"{source} holds {len(data):,} bytes, more than the {MOST_BYTES:,} of TOML that are read",
            "Check that it is the file you meant, or give it as JSON",
        )
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DocumentError(f"{source} is not UTF-8 text (byte {error.start})", "Save it as UTF-8") from error
    if _LONG_KEY.search(text):
        raise DocumentError(
            f"{source} has a key of more than {MOST_STEPS} names joined by dots",
            "Check that it is the file you meant",
        )
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise DocumentError(
            f"{source} is not TOML: {_safe(str(error))}",
            "Correct that line; groundstop directive draft writes an example",
        ) from error
    except RecursionError as error:
        raise _too_deep(source) from error
    except ValueError as error:  # a number of thousands of digits, or a date that the calendar does not have
        raise DocumentError(f"{source} holds a number or a date that cannot be", "Correct it") from error
    plain = _plain(table, source, (), 1)
    assert isinstance(plain, dict)  # noqa: S101 - a table stays one
    return plain


def _plain(value: Any, source: str, place: tuple[str, ...], depth: int) -> Any:
    """Return a value of TOML as one of JSON."""
    if depth > MOST_DEPTH:
        raise _too_deep(source)
    match value:
        case dict():
            return {key: _plain(one, source, (*place, key), depth + 1) for key, one in value.items()}
        case list():
            return [_plain(one, source, (*place, str(at)), depth + 1) for at, one in enumerate(value)]
        case datetime():
            return value.isoformat()
        case date() | time():
            raise DocumentError(
                f"{source} has a date without a time and a zone at {_where(place)}",
                "Write it as 2026-07-06T09:00:00Z",
            )
        case float() if not math.isfinite(value):
            raise DocumentError(f"{source} has no finite number at {_where(place)}", "Give a number")
        case int() if not isinstance(value, bool) and abs(value) > _LARGEST_WHOLE:
            raise DocumentError(
                f"{source} has too large a number at {_where(place)}", f"Give one up to {_LARGEST_WHOLE}"
            )
        case _:
            return value


def _where(place: tuple[str, ...]) -> str:
    return repr(_safe(".".join(place)))


def _safe(text: str) -> str:
    """Return a text of a file as it may be printed: short, and without control characters."""
    short = text if len(text) <= 200 else f"{text[:200]}…"
    return "".join(one if one.isprintable() else "\N{REPLACEMENT CHARACTER}" for one in short)


def _too_deep(source: str) -> DocumentError:
    return DocumentError(f"{source} nests more than {MOST_DEPTH} deep", "Check that it is the file you meant")
