"""TOML text from plain JSON values, so that it reads back to the same; only what a document needs.

Source: TOML 1.0.0.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

_WIDTH = 100
_BARE = re.compile(r"[A-Za-z0-9_-]+")


@dataclass(frozen=True, slots=True)
class Layout:
    """How fields are written, each by its path: names joined by dots, without the numbers of lists."""

    comments: Mapping[str, str]
    """What is said above a field, where it first stands."""
    inline: frozenset[str] = frozenset()
    """Fields whose tables are written in the line."""
    moments: frozenset[str] = frozenset()
    """Fields whose texts are written as dates."""


def toml_text(table: Mapping[str, Any], layout: Layout) -> str:
    """Return a table as TOML.

    Args:
        table: Plain JSON values; a field whose value is none is left out, since TOML has none.
        layout: How its fields are written.

    Returns:
        The text. Read back, it is the same table without what was none.
    """
    return "\n".join(_table(table, (), _Writing(layout, set()))) + "\n"


class _Writing(NamedTuple):
    """How fields are written, and the comments that stand already."""

    layout: Layout
    done: set[str]

    def comment(self, place: tuple[str, ...]) -> list[str]:
        path = ".".join(place)
        if path in self.done or path not in self.layout.comments:
            return []
        self.done.add(path)
        return [f"# {line}" for line in _folded(self.layout.comments[path], _WIDTH - 2)]


def _table(table: Mapping[str, Any], place: tuple[str, ...], writing: _Writing) -> Iterator[str]:
    """Yield the lines of a table: its plain fields first, as TOML asks, then the tables in it."""
    later: list[tuple[str, Any]] = []
    for name, value in table.items():
        if value is None:
            continue
        if _is_table(value, (*place, name), writing):
            later.append((name, value))
        else:
            yield from writing.comment((*place, name))
            moment = ".".join((*place, name)) in writing.layout.moments
            yield f"{_key(name)} = {value if moment else _value(value, 0)}"
    for name, value in later:
        inner = (*place, name)
        head = ".".join(map(_key, inner))
        for one in value if isinstance(value, list) else [value]:
            yield ""
            yield from writing.comment(inner)
            yield f"[[{head}]]" if isinstance(value, list) else f"[{head}]"
            yield from _table(one, inner, writing)


def _is_table(value: Any, place: tuple[str, ...], writing: _Writing) -> bool:
    if ".".join(place) in writing.layout.inline:
        return False
    if isinstance(value, list):
        return bool(value) and all(isinstance(one, dict) for one in value)
    return isinstance(value, dict)


def _key(name: str) -> str:
    return name if _BARE.fullmatch(name) else _quoted(name)


def _value(value: Any, depth: int) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case float():
            return repr(value)
        case str():
            return _text(value) if depth == 0 else _quoted(value)
        case dict():
            inner = ", ".join(
                f"{_key(name)} = {_value(one, depth + 1)}" for name, one in value.items() if one is not None
            )
            return f"{{ {inner} }}" if inner else "{}"
        case list():
            return _list([_value(one, depth + 1) for one in value], depth)
        case _:
            raise TypeError(f"{type(value).__name__} is no value of TOML")


def _list(values: list[str], depth: int) -> str:
    line = f"[{', '.join(values)}]"
    if len(line) <= _WIDTH - 20 and "\n" not in line:
        return line
    # A line break is allowed in a list, even in one that stands in a table in the line.
    pad = "  " * (depth // 2 + 1)
    return "[\n" + "".join(f"{pad}{one},\n" for one in values) + f"{pad[2:]}]"


def _text(text: str) -> str:
    """Return a text; a long one in several lines that are read as it is."""
    if (len(text) <= _WIDTH - 20 and "\n" not in text) or text.startswith("\n"):
        return _quoted(text)
    lines = [_continued(line) for line in text.split("\n")]
    return '"""\\\n' + "\n".join(lines) + '"""'


def _continued(line: str) -> str:
    """Return a line of a text, folded where a space stands alone: what follows the fold begins with a word.

    A fold is a backslash at the end of a line, after which white space is not read.
    """
    folded = _folded(line, _WIDTH, keep=True)
    pieces = [_escaped(one) for one in folded]
    # White space after the opening fold, or after another one, would not be read.
    if pieces[0][:1] in {" ", "\t"}:
        pieces[0] = f"\\u{ord(pieces[0][0]):04x}{pieces[0][1:]}"
    return "\\\n".join(pieces)


def _folded(line: str, width: int, *, keep: bool = False) -> list[str]:
    """Return a line in pieces; with the spaces between them at the ends of the pieces, if they are kept."""
    pieces, start = [], 0
    while len(line) - start > width:
        cut = _last_single_space(line, start, start + width)
        if cut is None:
            break
        pieces.append(line[start : cut + 1] if keep else line[start:cut])
        start = cut + 1
    return [*pieces, line[start:]]


def _last_single_space(line: str, start: int, end: int) -> int | None:
    for at in range(end, start, -1):
        before, here, after = line[at - 1], line[at : at + 1], line[at + 1 : at + 2]
        if here == " " and before not in " \t" and after not in {" ", "\t", ""}:
            return at
    return None


def _quoted(text: str) -> str:
    return f'"{_escaped(text)}"'


def _escaped(text: str) -> str:
    """Return a text with what a basic string cannot hold escaped; the escapes of JSON are all of TOML."""
    return json.dumps(text, ensure_ascii=False)[1:-1].replace("\x7f", "\\u007f")
