"""What processes hold over time, and how it grows."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from gateway_parts.processes import children, used


@dataclass(frozen=True)
class Sample:
    """A process at a moment."""

    at_s: float
    pid: int
    role: str
    cpu_s: float
    rss_mib: float
    files: int
    threads: int


@dataclass(frozen=True)
class Growth:
    """What a process held first, last, and how fast its memory grew in the second half."""

    pid: int
    role: str
    samples: int
    first_mib: float
    half_mib: float
    last_mib: float
    mib_per_h: float
    most_files: int
    last_files: int
    most_threads: int


async def watch(supervisor: int, every_s: float, samples: list[Sample]) -> None:
    """Note what a gateway's processes hold, until cancelled."""
    began = time.monotonic()
    while True:
        at = time.monotonic() - began
        for pid in (supervisor, *children(supervisor)):
            role = "supervisor" if pid == supervisor else "worker"
            with suppress(OSError):
                samples.append(Sample(round(at, 1), pid, role, *used(pid)))
        await asyncio.sleep(every_s)


def growth(samples: Sequence[Sample]) -> list[Growth]:
    """Return how each process grew."""
    found = []
    for pid in dict.fromkeys(one.pid for one in samples):
        own = [one for one in samples if one.pid == pid]
        late = own[len(own) // 2 :]
        found.append(
            Growth(
                pid=pid,
                role=own[0].role,
                samples=len(own),
                first_mib=round(own[0].rss_mib, 1),
                half_mib=round(late[0].rss_mib, 1),
                last_mib=round(own[-1].rss_mib, 1),
                mib_per_h=round(slope([(one.at_s / 3600, one.rss_mib) for one in late]), 2),
                most_files=max(one.files for one in own),
                last_files=own[-1].files,
                most_threads=max(one.threads for one in own),
            )
        )
    return found


def slope(points: Sequence[tuple[float, float]]) -> float:
    """Return the slope of the line that fits some points best; 0 where they are at one place."""
    n = len(points)
    mean_x, mean_y = sum(x for x, _ in points) / n, sum(y for _, y in points) / n
    below = sum((x - mean_x) ** 2 for x, _ in points)
    return sum((x - mean_x) * (y - mean_y) for x, y in points) / below if below else 0.0
