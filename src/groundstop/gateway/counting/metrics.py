"""Metrics of one process, and several put together."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable
from typing import Any, NamedTuple

from groundstop.gateway.counting.families import (
    FAMILIES,
    FIRST_PIECE,
    REQUESTS,
    SECONDS,
    STREAMS,
    UPSTREAM_SECONDS,
    UPSTREAMS,
    Family,
    Kind,
)

Labels = tuple[str, ...]
_BY_NAME = {one.name: one for one in FAMILIES}
_MOST_SERIES = 5_000
"""Of one process. What comes after is not counted: no client can fill the memory with names."""


class Spread(NamedTuple):
    """A histogram at a moment."""

    counts: tuple[int, ...]
    """In each bucket alone, and beyond the last."""
    sum: float


class Snapshot(NamedTuple):
    """Metrics at a moment."""

    sums: dict[tuple[str, Labels], float]
    """Counters and gauges, by family and labels."""
    spreads: dict[tuple[str, Labels], Spread]

    def to_json(self) -> dict[str, Any]:
        """Return it as plain JSON types."""
        return {
            "sums": [[name, list(labels), value] for (name, labels), value in self.sums.items()],
            "spreads": [
                [name, list(labels), list(one.counts), one.sum]
                for (name, labels), one in self.spreads.items()
            ],
        }

    @classmethod
    def from_json(cls, value: Any) -> Snapshot:
        """Read what :meth:`to_json` gave.

        Raises:
            ValueError, TypeError, KeyError: It is none.
        """
        sums = {(_known(name), tuple(map(str, labels))): float(one) for name, labels, one in value["sums"]}
        spreads = {
            (_known(name), tuple(map(str, labels))): Spread(tuple(map(int, counts)), float(total))
            for name, labels, counts, total in value["spreads"]
        }
        return cls(sums, spreads)

    def counted(self) -> Snapshot:
        """Return what stays of a process that has ended: counts, and no states."""
        return Snapshot(
            {key: one for key, one in self.sums.items() if _BY_NAME[key[0]].kind is Kind.COUNTER},
            self.spreads,
        )


NOTHING = Snapshot({}, {})


def merged(snapshots: Iterable[Snapshot]) -> Snapshot:
    """Return several processes' metrics as those of one."""
    sums: dict[tuple[str, Labels], float] = defaultdict(float)
    spreads: dict[tuple[str, Labels], Spread] = {}
    for one in snapshots:
        for key, value in one.sums.items():
            sums[key] += value
        for key, spread in one.spreads.items():
            before = spreads.get(key)
            if before is not None and len(before.counts) == len(spread.counts):
                counts = tuple(map(sum, zip(before.counts, spread.counts, strict=True)))
                spread = Spread(counts, before.sum + spread.sum)
            spreads[key] = spread
    return Snapshot(dict(sums), spreads)


class Metrics:
    """Counts what one process does: a :class:`~groundstop.gateway.recording.Counter`.

    It is used from one thread; a snapshot may be taken from another.
    """

    def __init__(self) -> None:
        self._sums: dict[tuple[str, Labels], float] = {}
        self._spreads: dict[tuple[str, Labels], tuple[list[int], list[float]]] = {}

    def answered(self, route: str, status: int, seconds: float) -> None:
        """A request was answered; see :class:`~groundstop.gateway.recording.Counter`."""
        self.add(REQUESTS, (route, str(status)))
        self.observe(SECONDS, (route,), seconds)

    def first_piece(self, route: str, seconds: float) -> None:
        """The first piece of a stream was handed on."""
        self.observe(FIRST_PIECE, (route,), seconds)

    def streams(self, by: int) -> None:
        """So many more streams are open."""
        self.add(STREAMS, (), by)

    def upstream(self, name: str, outcome: str, seconds: float) -> None:
        """An upstream answered, or failed."""
        self.add(UPSTREAMS, (name, outcome))
        self.observe(UPSTREAM_SECONDS, (name,), seconds)

    def add(self, family: Family, labels: Labels, by: float = 1) -> None:
        """Add to a counter or a gauge."""
        key = family.name, labels
        if key in self._sums:
            self._sums[key] += by
        elif len(self._sums) < _MOST_SERIES:
            self._sums[key] = by

    def observe(self, family: Family, labels: Labels, seconds: float) -> None:
        """Add a time to a histogram."""
        key = family.name, labels
        found = self._spreads.get(key)
        if found is None:
            if len(self._spreads) >= _MOST_SERIES:
                return
            found = self._spreads[key] = ([0] * (len(family.buckets) + 1), [0.0])
        counts, total = found
        counts[bisect_left(family.buckets, seconds)] += 1
        total[0] += seconds

    def snapshot(self) -> Snapshot:
        """Return the metrics as they are now."""
        # One copy of a dict is not torn by another thread that adds to it.
        return Snapshot(
            self._sums.copy(),
            {key: Spread(tuple(counts), total[0]) for key, (counts, total) in self._spreads.copy().items()},
        )


def _known(name: object) -> str:
    if not isinstance(name, str) or name not in _BY_NAME:
        raise ValueError("it is no metric of this release")
    return name
