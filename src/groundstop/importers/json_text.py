"""JSON as other tools write it: bounded, cleaned of credentials, and as lenient as their writers need.

``groundstop.documents.parse_json`` refuses a whole file for one NaN, and Python tools write NaN into fields
that nobody needs. Here such a value is read, and is then no number; an object with a key twice says two
things at once, and stands for nothing. Depth is bounded as it is there, and size by ``limits``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from groundstop.documents.canonical import MAX_DEPTH
from groundstop.errors import DocumentError
from groundstop.importers.credentials import remove_credentials
from groundstop.importers.limits import MAX_LINES, MAX_RECORD_BYTES

KEY_TWICE = "an object has the same key twice"
NOT_JSON = "not JSON"
CUT_OFF = "the last line is cut off"


class UnreadableError(Exception):
    """A piece of JSON cannot be used; its text is the reason, which quotes nothing of the piece.

    It never leaves the package: a record is skipped for it, or a file refused.
    """


class _Ambiguous:
    """What an object with a key twice stands for: nothing that any field can be read from."""


_AMBIGUOUS = _Ambiguous()


@dataclass(frozen=True, slots=True)
class Cleaned:
    """A parsed value without credentials."""

    value: Any
    credentials: int
    """How many were taken out."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a file of JSON lines."""

    number: int
    """From 1, as an editor counts them."""
    value: Any
    """The parsed line; none when there is a problem."""
    problem: str | None
    """Why the line cannot be used."""
    credentials: int


def parse(data: bytes, *, limit: int = MAX_RECORD_BYTES) -> Cleaned:
    """Parse a piece of JSON and take its credentials out.

    Args:
        data: UTF-8, with or without a byte order mark.
        limit: Most bytes that are read.

    Returns:
        The value. Numbers in it may be NaN or infinite; read them through ``fields``.

    Raises:
        UnreadableError: It is too large, too deep, not UTF-8, not JSON, or an object with a key twice.
    """
    if len(data) > limit:
        raise UnreadableError(f"larger than {limit:,} bytes")
    try:
        value = json.loads(data.decode("utf-8-sig"), object_pairs_hook=_object)
    except UnicodeDecodeError:
        raise UnreadableError("not UTF-8 text") from None
    except json.JSONDecodeError:
        raise UnreadableError(NOT_JSON) from None
    except RecursionError:
        raise UnreadableError(_too_deep()) from None
    except ValueError:
        raise UnreadableError("a number with too many digits") from None
    if value is _AMBIGUOUS:
        raise UnreadableError(KEY_TWICE)
    return _clean(value)


def json_lines(data: bytes, *, source: str) -> Iterator[Line]:
    """Parse a file of JSON lines, one by one; blank lines are left out.

    Args:
        data: The whole file.
        source: Its name, for the error message.

    Yields:
        The lines. One that cannot be read has a problem instead of a value.

    Raises:
        DocumentError: There are too many lines.
    """
    start, number = 0, 0
    while start < len(data):
        end = data.find(b"\n", start)
        stop = len(data) if end < 0 else end
        number += 1
        if number > MAX_LINES:
            raise DocumentError(f"{source} has more than {MAX_LINES:,} lines", "Split it")
        piece = data[start:stop]
        if piece.strip():
            yield _line(number, piece, last=end < 0)
        start = stop + 1


def _line(number: int, piece: bytes, *, last: bool) -> Line:
    try:
        cleaned = parse(piece)
    except UnreadableError as error:
        # A writer ends each line with a newline: without one, it was stopped in the middle.
        cut = last and str(error) in (NOT_JSON, "not UTF-8 text")
        return Line(number, None, CUT_OFF if cut else str(error), 0)
    return Line(number, cleaned.value, None, cleaned.credentials)


def _object(pairs: list[tuple[str, Any]]) -> Any:
    result = dict(pairs)
    return result if len(result) == len(pairs) else _AMBIGUOUS


def _clean(value: Any) -> Cleaned:
    """Take credentials out in place, without recursion so that a hostile file cannot exhaust the stack."""
    root, removed = [value], 0
    stack: list[tuple[Any, int]] = [(root, 0)]
    while stack:
        holder, depth = stack.pop()
        if depth > MAX_DEPTH:
            raise UnreadableError(_too_deep())
        places = holder.items() if isinstance(holder, dict) else enumerate(holder)
        for place, child in places:
            if isinstance(child, str):
                text, count = remove_credentials(child, field=place if isinstance(place, str) else None)
                if count:
                    holder[place] = text
                    removed += count
            elif isinstance(child, dict | list):
                stack.append((child, depth + 1))
    return Cleaned(root[0], removed)


def _too_deep() -> str:
    return f"nested more than {MAX_DEPTH} deep"
