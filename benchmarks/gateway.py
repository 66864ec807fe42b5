"""What the gateway costs: latency, requests for each core, streams; beside the provider and peers in one run.

The provider is nginx with a fixed answer, and a node program that streams 50 pieces. Groundstop runs as an
operator runs it: ``groundstop gateway serve`` with one worker, orders in force, receipts written and signed
for. Latency and throughput are wrk's; CPU time is that of the processes that serve, as the system counts it.
Everything is asked in rounds, one after the other, and the median of the rounds counts: other work on the
machine then meets all of them alike.

    python benchmarks/gateway.py                         # about five minutes
    python benchmarks/gateway.py --seconds 1 --rounds 1 --streams 200 --idle 0
    GROUNDSTOP_BENCH_LITELLM=/path/to/venv/bin/python python benchmarks/gateway.py --json

LiteLLM and Portkey take part where GROUNDSTOP_BENCH_LITELLM names the Python of an environment that has
LiteLLM, and GROUNDSTOP_BENCH_PORTKEY the file ``start-server.js`` of Portkey's gateway.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import resource
import socket
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from gateway_parts.hops import Compared, Running, afresh, compared
from gateway_parts.load import WRK, Streamed, median, p, streams_at_once, streams_one_by_one, wrk
from gateway_parts.processes import cpu_of, machine, used

PACED = "paced-200"
"""A model whose 50 pieces come 200 ms apart: a stream lasts ten seconds."""


@dataclass(frozen=True)
class Row:
    """What one of them takes. Milliseconds, of one request after the other, and requests in a second."""

    name: str
    p50_ms: float
    p99_ms: float
    added_p50_ms: float
    added_p99_ms: float
    per_s: float
    """At 32 connections."""
    cpu_us: float | None
    """CPU microseconds of a request, at 8 connections; none for the provider."""
    per_core: float | None
    failed: int


@dataclass(frozen=True)
class StreamRow:
    """How long the first of 50 pieces takes, and all of them."""

    name: str
    first_p50_ms: float
    first_p99_ms: float
    added_p50_ms: float
    whole_p50_ms: float
    complete: bool


@dataclass(frozen=True)
class ManyRow:
    """Many streams at the same time."""

    name: str
    streams: int
    complete: int
    first_p50_ms: float
    first_p99_ms: float
    cpu_s: float | None
    before_mib: float | None
    peak_mib: float | None


@dataclass(frozen=True)
class IdleRow:
    """Connections on which nothing is asked."""

    connections: int
    before_mib: float
    with_mib: float
    kib_each: float
    answered: bool
    """Whether requests on other connections were answered meanwhile."""


def whole(found: Compared, folder: Path, *, seconds: int, rounds: int) -> list[Row]:
    """Measure whole answers."""
    alone: dict[str, list[tuple[float, float]]] = {one.name: [] for one in found.running}
    many: dict[str, list[float]] = {one.name: [] for one in found.running}
    cost: dict[str, list[float]] = {one.name: [] for one in found.running}
    failed = dict.fromkeys(alone, 0)
    for one in found.running:
        wrk(one.hop, folder, connections=8, seconds=min(seconds, 2))
    for _ in range(rounds):
        for one in found.running:
            first = wrk(one.hop, folder, connections=1, seconds=seconds)
            alone[one.name].append((first.p50_ms, first.p99_ms))
            before = cpu_of(one.pids)
            eight = wrk(one.hop, folder, connections=8, seconds=seconds)
            cost[one.name].append((cpu_of(one.pids) - before) / eight.requests * 1e6)
            full = wrk(one.hop, folder, connections=32, seconds=seconds)
            many[one.name].append(full.per_s)
            failed[one.name] += first.failed + eight.failed + full.failed
    direct = found.running[0].name
    rows = []
    for one in found.running:
        p50, p99 = (median([pair[n] for pair in alone[one.name]]) for n in (0, 1))
        base = [median([pair[n] for pair in alone[direct]]) for n in (0, 1)]
        cpu = median(cost[one.name]) if one.pids else None
        rows.append(
            Row(
                name=one.name,
                p50_ms=p50,
                p99_ms=p99,
                added_p50_ms=p50 - base[0],
                added_p99_ms=p99 - base[1],
                per_s=median(many[one.name]),
                cpu_us=cpu,
                per_core=None if not cpu else 1e6 / cpu,
                failed=failed[one.name],
            )
        )
    return rows


async def streams(found: Compared, count: int, rounds: int) -> list[StreamRow]:
    """Measure streams, one after the other."""
    taken: dict[str, list[Streamed]] = {one.name: [] for one in found.running if one.streams}
    for _ in range(rounds):
        for one in found.running:
            if one.streams:
                fewer = count if one.quick else max(20, count // 10)
                taken[one.name] += await streams_one_by_one(one.hop, fewer)
    base = median([one.first_ms for one in taken[found.running[0].name]])
    return [
        StreamRow(
            name=name,
            first_p50_ms=median([one.first_ms for one in all_]),
            first_p99_ms=p([one.first_ms for one in all_], 0.99),
            added_p50_ms=median([one.first_ms for one in all_]) - base,
            whole_p50_ms=median([one.whole_ms for one in all_]),
            complete=all(one.complete for one in all_),
        )
        for name, all_ in taken.items()
    ]


async def many_streams(one: Running, count: int) -> ManyRow:
    """Measure many streams at the same time."""
    hop = one.hop._replace(stream_model=PACED)
    before = used(one.pids[0]).rss_mib if one.pids else None
    cpu = cpu_of(one.pids)
    peak = [before or 0.0]

    async def watch() -> None:
        while one.pids:
            peak.append(used(one.pids[0]).rss_mib)
            await asyncio.sleep(0.5)

    watching = asyncio.create_task(watch())
    ended = await streams_at_once(hop, count, over_s=4)
    watching.cancel()
    good = [each for each in ended if isinstance(each, Streamed) and each.complete]
    first = [each.first_ms for each in good]
    return ManyRow(
        name=one.name,
        streams=count,
        complete=len(good),
        first_p50_ms=median(first),
        first_p99_ms=p(first, 0.99),
        cpu_s=cpu_of(one.pids) - cpu if one.pids else None,
        before_mib=before,
        peak_mib=max(peak) if one.pids else None,
    )


def idle(one: Running, count: int, folder: Path) -> IdleRow:
    """Measure connections on which nothing is asked."""
    port = int(one.hop.url.split(":")[2].split("/")[0])
    before = used(one.pids[0]).rss_mib
    lines = [socket.create_connection(("127.0.0.1", port)) for _ in range(count)]
    try:
        answered = wrk(one.hop, folder, connections=4, seconds=1)
        now = used(one.pids[0])
    finally:
        for line in lines:
            line.close()
    if now.files < count:
        raise SystemExit(f"the gateway holds {now.files} files open, fewer than {count} connections")
    each = (now.rss_mib - before) * 1024 / count
    return IdleRow(count, before, now.rss_mib, each, answered.failed == 0)


def show(rows: Sequence[Row], streamed: Sequence[StreamRow]) -> None:
    """Print the tables."""
    heads = ("added p50 ms", "p99 ms", "req/s at 32", "CPU us/req", "req/s/core", "failed")
    print(f"{'':<38}" + "".join(f"{head:>14}" for head in heads))
    for row in rows:
        cpu = "" if row.cpu_us is None else f"{row.cpu_us:.0f}"
        core = "" if row.per_core is None else f"{row.per_core:,.0f}"
        added = f"({row.p50_ms:.3f})" if row is rows[0] else f"{row.added_p50_ms:.3f}"
        cells = (added, f"{row.p99_ms:.2f}", f"{row.per_s:,.0f}", cpu, core, str(row.failed))
        print(f"{row.name:<38}" + "".join(f"{cell:>14}" for cell in cells))
    if not streamed:
        return
    names = ("first p50 ms", "first p99 ms", "added p50 ms", "whole p50 ms", "complete")
    print(f"\n{'streams of 50 pieces':<38}" + "".join(f"{name:>14}" for name in names))
    for each in streamed:
        times = (each.first_p50_ms, each.first_p99_ms, each.added_p50_ms, each.whole_p50_ms)
        told = "".join(f"{one:>14.2f}" for one in times)
        print(f"{each.name:<38}{told}{'yes' if each.complete else 'NO':>14}")


def show_many(row: ManyRow) -> None:
    """Print how many streams went."""
    first = f"first piece p50 {row.first_p50_ms:.1f} ms, p99 {row.first_p99_ms:.1f} ms"
    print(f"\n{row.streams} streams at once, {row.name}: {row.complete} complete, {first}")
    if row.cpu_s is not None:
        print(
            f"    {row.cpu_s:.1f} CPU s; memory {row.before_mib:.1f} MiB before, {row.peak_mib:.1f} at most"
        )


def show_idle(row: IdleRow) -> None:
    """Print what idle connections take."""
    told = "answered" if row.answered else "NOT ANSWERED"
    memory = f"{row.before_mib:.1f} MiB before, {row.with_mib:.1f} with them, {row.kib_each:.1f} KiB each"
    print(f"\n{row.connections} idle connections: {memory}; other requests are {told}")


def main(options: argparse.Namespace) -> None:
    """Measure, and print the tables."""
    if not WRK.exists():
        raise SystemExit(f"There is no {WRK}: install wrk")
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    told = f"{machine()}; {options.orders} orders in force"
    print(told, flush=True)
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        with compared(folder, options.orders) as found:
            for name, why in found.skipped.items():
                print(f"{name} is left out: {why}")
            rows = whole(found, folder, seconds=options.seconds, rounds=options.rounds)
            streamed = asyncio.run(streams(found, options.one_by_one, options.rounds))
            show(rows, streamed)
            many = []
            for one in (found.running[0], afresh(found)) if options.streams else ():
                many.append(asyncio.run(many_streams(one, options.streams)))
                show_many(many[-1])
            quiet = None
            if options.idle:
                quiet = idle(afresh(found), min(options.idle, hard - 500), folder)
                show_idle(quiet)
            print(f"\nin the end: {machine()}")
    if options.json:
        value = {
            "machine": told,
            "whole": [asdict(one) for one in rows],
            "streamed": [asdict(one) for one in streamed],
            "many": [asdict(one) for one in many],
            "idle": None if quiet is None else asdict(quiet),
            "skipped": found.skipped,
        }
        print(json.dumps(value))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--seconds", type=int, default=4, help="of each run of wrk")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--orders", type=int, default=100)
    parser.add_argument("--one-by-one", type=int, default=200, help="streams in each round")
    parser.add_argument("--streams", type=int, default=1000, help="at the same time; 0 for none")
    parser.add_argument("--idle", type=int, default=10_000, help="idle connections; 0 for none")
    parser.add_argument("--json", action="store_true", help="print everything as JSON too")
    main(parser.parse_args())
