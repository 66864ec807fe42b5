"""What was read for a preview: how much, from when to when, and what could not be."""

from __future__ import annotations

from datetime import datetime
from typing import TypeVar

from groundstop.directives.previewing.counting import Tally
from groundstop.directives.previewing.logs import BadLine
from groundstop.directives.previewing.previewed import Replayed
from groundstop.directives.previewing.seen import Seen
from groundstop.documents.directives import RecordedRequest

_MOST_EXAMPLES = 3

Line = TypeVar("Line", bound=RecordedRequest | BadLine)


class Source:
    """What was read: how much, from when to when, and what could not be.

    Args:
        described: Where a population's numbers are from; none for recorded requests.
        salt: For telling users apart.
    """

    def __init__(self, described: str | None, salt: bytes) -> None:
        self._described, self._tally = described, Tally(salt)
        self._first: datetime | None = None
        self._last: datetime | None = None
        self._unread = 0
        self._examples: list[str] = []
        self.any = False

    def note(self, line: Line) -> Line:
        """Note the time of a recorded request, and return it."""
        if isinstance(line, RecordedRequest):
            self._first = line.at if self._first is None else min(self._first, line.at)
            self._last = line.at if self._last is None else max(self._last, line.at)
        return line

    def take(self, seen: Seen) -> None:
        """Count a request."""
        self.any = True
        self._tally.add(seen)

    def refuse(self, line: BadLine) -> None:
        """Count a line that is no request."""
        self._unread += 1
        if len(self._examples) < _MOST_EXAMPLES:
            self._examples.append(f"line {line.number}: {line.why}")

    @property
    def first_problem(self) -> str | None:
        """Why the first line that is none could not be read."""
        return self._examples[0] if self._examples else None

    def replayed(self) -> Replayed:
        """Return what was read."""
        return Replayed(
            self._described,
            self._tally.count,
            self._first,
            self._last,
            self._unread,
            tuple(self._examples),
        )
