"""Metrics as Prometheus reads them. Pure.

Source: Prometheus text exposition format, version 0.0.4.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import accumulate
from typing import NamedTuple

from groundstop.gateway.counting.families import FAMILIES, Family, Kind
from groundstop.gateway.counting.metrics import Labels, Snapshot, Spread

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


class Gauge(NamedTuple):
    """A state of the whole gateway, beside what its processes count."""

    family: Family
    labels: Labels
    value: float


def exposition(snapshot: Snapshot, gauges: Iterable[Gauge] = ()) -> str:
    """Return metrics in the text format.

    Args:
        snapshot: What the processes count.
        gauges: What is known of the whole.
    """
    sums = {**snapshot.sums, **{(one.family.name, one.labels): one.value for one in gauges}}
    return "".join(line + "\n" for family in FAMILIES for line in _family(family, sums, snapshot.spreads))


def _family(
    family: Family, sums: dict[tuple[str, Labels], float], spreads: dict[tuple[str, Labels], Spread]
) -> Iterator[str]:
    yield f"# HELP {family.name} {_help(family.help)}"
    yield f"# TYPE {family.name} {family.kind.value}"
    if family.kind is Kind.HISTOGRAM:
        for (name, labels), spread in sorted(spreads.items()):
            if name == family.name:
                yield from _spread(family, labels, spread)
        return
    found = {labels: value for (name, labels), value in sums.items() if name == family.name}
    if not found and not family.labels:
        found[()] = 0
    for labels, value in sorted(found.items()):
        yield f"{family.name}{_labels(family.labels, labels)} {_number(value)}"


def _spread(family: Family, labels: Labels, spread: Spread) -> Iterator[str]:
    names = (*family.labels, "le")
    ends = (*map(_number, family.buckets), "+Inf")
    for end, so_far in zip(ends, accumulate(spread.counts), strict=True):
        yield f"{family.name}_bucket{_labels(names, (*labels, end))} {so_far}"
    yield f"{family.name}_sum{_labels(family.labels, labels)} {_number(spread.sum)}"
    yield f"{family.name}_count{_labels(family.labels, labels)} {sum(spread.counts)}"


def _labels(names: tuple[str, ...], values: Labels) -> str:
    if not names:
        return ""
    pairs = (f'{name}="{_quoted(value)}"' for name, value in zip(names, values, strict=True))
    return f"{{{','.join(pairs)}}}"


def _quoted(value: str) -> str:
    return value.replace("\\", r"\\").replace("\n", r"\n").replace('"', r"\"")


def _help(text: str) -> str:
    return text.replace("\\", r"\\").replace("\n", r"\n")


def _number(value: float) -> str:
    return str(int(value)) if float(value).is_integer() else repr(float(value))
