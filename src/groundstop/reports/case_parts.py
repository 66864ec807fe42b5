"""The parts that a report of a case is made of: sections with lines and tables, for a page and a terminal."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Tone(StrEnum):
    """How something is taken; the words say it too. The values are classes of the style sheet."""

    PLAIN = ""
    GOOD = "held"
    BAD = "violated"
    OPEN = "inconclusive"
    SOFT = "unasked"
    """Nothing follows from it."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A field of a table."""

    text: str
    """Safe to print."""
    tone: Tone = Tone.PLAIN


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a section."""

    text: str
    """Safe to print."""
    tone: Tone = Tone.PLAIN
    quote: str | None = None
    """What a party says of it, in its own words."""


@dataclass(frozen=True, slots=True)
class Grid:
    """A table; each row begins with its name."""

    caption: str
    heads: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True, slots=True)
class Section:
    """A section of a report: its lines, and below them its tables."""

    title: str
    lines: tuple[Line, ...] = ()
    grids: tuple[Grid, ...] = ()


def cells(*texts: str) -> tuple[Cell, ...]:
    """Return a row of plain fields."""
    return tuple(Cell(text) for text in texts)
