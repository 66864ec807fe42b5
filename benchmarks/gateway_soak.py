"""A gateway under mixed traffic for an hour, while orders come and go: does it leak, or ever answer wrongly?

Everything is real: ``groundstop gateway serve`` with two workers, a repository that an authority publishes
to and that pushes, a provider that fails where it is asked to, and clients that are slow, leave, forge tokens
and ask for what is withdrawn. Each answer is checked against what it must be: its own word and no other's,
the right error, no stream cut off that may go on. Memory, open files and threads of every process are noted;
in the end the receipts are verified, and every request that was answered must be among them.

    python benchmarks/gateway_soak.py --output soak.json          # an hour
    python benchmarks/gateway_soak.py --minutes 1
"""

from __future__ import annotations

import argparse
import asyncio
import json
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import Any

from aiohttp import ClientSession, ClientTimeout, TCPConnector

from gateway_parts.cycles import Cycle, Turns
from gateway_parts.faulty import WITHDRAWN
from gateway_parts.folders import CLAIMED, People, an_operator, for_everybody, settings_text, with_claims
from gateway_parts.hops import HERE, enforcing
from gateway_parts.load import p
from gateway_parts.processes import a_free_port, machine, program
from gateway_parts.traffic import Tally, Traffic
from gateway_parts.watching import Sample, growth, watch
from groundstop.directives.push import serve_repository
from groundstop.documents.gateway import Decided
from groundstop.evidence import KeyFolder
from groundstop.gateway.receipts import read_receipts, verify
from propagation import Bench

STANDING = 40
"""Orders about other models that stand all the time."""
LIMITS = """
[limits]
first_byte_s = 3
between_s = 3
write_s = 20
body_s = 20
drain_s = 10

[receipts]
file_bytes = 4194304
"""


async def soak(folder: Path, options: argparse.Namespace) -> dict[str, Any]:
    """Run it all, and return what is reported."""
    bench, people = Bench(folder, STANDING), People()
    bench.put(with_claims(bench, bench.take_number(), CLAIMED))
    bench.put(for_everybody(bench, bench.take_number(), WITHDRAWN, cut=True))
    provider, ports = a_free_port(), (a_free_port(), a_free_port())
    cycles = (Cycle("cycled-cut-paced-200", cut=True), Cycle("cycled-finish-paced-200", cut=False))
    with ExitStack() as stack:
        command = [sys.executable, HERE / "faulty.py", str(provider)]
        stack.enter_context(program(command, provider, folder / "provider.log"))
        async with serve_repository(bench.public) as repository:
            upstreams = {"provider": (f"http://127.0.0.1:{provider}/v1", ())}
            settings = settings_text(ports, upstreams, workers=options.workers, more=LIMITS)
            place = an_operator(bench, people, settings, url=repository.url)
            log = options.log or folder / "gateway.log"
            command = [sys.executable, "-m", "groundstop", "gateway", "serve", place]
            # It has to be heard while it starts, so its start is waited for elsewhere.
            gateway = await asyncio.to_thread(stack.enter_context, program(command, ports[0], log))
            admin = f"http://127.0.0.1:{ports[1]}"
            await asyncio.to_thread(enforcing, admin, STANDING + 2)
            tally, samples, turns = await _traffic(bench, people, cycles, admin, ports[0], gateway, options)
            ended = await asyncio.to_thread(_ended, gateway)
    return _report(place, tally, samples, turns, ended, options)


async def _traffic(
    bench: Bench,
    people: People,
    cycles: tuple[Cycle, ...],
    admin: str,
    port: int,
    gateway: subprocess.Popen[bytes],
    options: argparse.Namespace,
) -> tuple[Tally, list[Sample], Turns]:
    samples: list[Sample] = []
    connector = TCPConnector(limit=0, keepalive_timeout=4)
    async with ClientSession(connector=connector, timeout=ClientTimeout(total=60)) as session:
        traffic = Traffic(session, f"http://127.0.0.1:{port}", people, cycles, seed=options.seed)
        turns = Turns(bench, admin, cycles, traffic.tally.tell)
        around = [
            asyncio.create_task(watch(gateway.pid, options.sample_s, samples)),
            asyncio.create_task(turns.run(options.cycle_s)),
            asyncio.create_task(_progress(traffic.tally, samples)),
        ]
        try:
            await traffic.run(options.rate, options.minutes * 60)
        finally:
            for task in around:
                if task.done() and not task.cancelled() and (error := task.exception()) is not None:
                    traffic.tally.tell(f"what goes on beside the traffic ended: {error!r}")
                task.cancel()
            await asyncio.gather(*around, return_exceptions=True)
    return traffic.tally, samples, turns


async def _progress(tally: Tally, samples: list[Sample]) -> None:
    """Print each minute how it goes: somebody may be waiting for an hour."""
    minute, told = 0, 0
    while True:
        await asyncio.sleep(60)
        minute += 1
        for one in tally.wrong[told:]:
            print(f"WRONG: {one}", flush=True)
        told = len(tally.wrong)
        last = {one.pid: f"{one.role} {one.rss_mib:.1f} MiB, {one.files} files" for one in samples[-20:]}
        good, bad = sum(tally.good.values()), len(tally.wrong)
        print(f"minute {minute}: {good} as they must be, {bad} not; {'; '.join(last.values())}", flush=True)


def _ended(gateway: subprocess.Popen[bytes]) -> int:
    gateway.send_signal(signal.SIGTERM)
    return gateway.wait(60)


def _report(
    folder: Path,
    tally: Tally,
    samples: list[Sample],
    turns: Turns,
    ended: int,
    options: argparse.Namespace,
) -> dict[str, Any]:
    keys = KeyFolder(folder / "keys")
    checked = verify(folder, [keys.card(name) for name in keys.names()])
    missing, lines = set(tally.requests), 0
    for receipt in read_receipts(folder):
        lines += 1
        if isinstance(receipt.what, Decided):
            missing.discard(receipt.what.request)
    if missing:
        tally.tell(f"{len(missing)} requests that were answered have no receipt, such as {min(missing)}")
    if ended != 0:
        tally.tell(f"the gateway ended with {ended}")
    grown = growth(samples)
    if len(grown) != options.workers + 1:
        tally.tell(f"{len(grown)} processes were seen, not {options.workers + 1}: one ended and began again")
    return {
        "machine": machine(),
        "minutes": options.minutes,
        "rate": options.rate,
        "workers": options.workers,
        "good": dict(tally.good),
        "bad": dict(tally.bad),
        "wrong": tally.wrong,
        "latency": _by_minute(tally.latency),
        "orders": {
            "changes": len(turns.took_s),
            "p50_s": p(turns.took_s, 0.5),
            "worst_s": max(turns.took_s, default=None),
        },
        "receipts": {
            "lines": lines,
            "passed": checked.passed,
            "answered": len(tally.requests),
            "without": len(missing),
        },
        "growth": [asdict(one) for one in grown],
        "samples": [asdict(one) for one in samples],
    }


def _by_minute(latency: Sequence[tuple[float, float]]) -> list[dict[str, float]]:
    minutes: dict[int, list[float]] = {}
    for at, taken in latency:
        minutes.setdefault(int(at // 60), []).append(taken)
    return [
        {
            "minute": minute,
            "n": len(taken),
            "p50_ms": round(p(taken, 0.5), 2),
            "p99_ms": round(p(taken, 0.99), 2),
        }
        for minute, taken in sorted(minutes.items())
    ]


def show(report: dict[str, Any]) -> None:
    """Print a report."""
    print(f"{report['minutes']:g} minutes at {report['rate']:g} requests/s, {report['workers']} workers")
    print(f"machine: {report['machine']}")
    for name, count in sorted(report["good"].items()):
        print(f"  {name:<20}{count:>8} as they must be{report['bad'].get(name, 0):>6} not")
    for one in report["wrong"]:
        print(f"  WRONG: {one}")
    latency = report["latency"]
    for one in latency if len(latency) < 8 else latency[:: len(latency) // 6]:
        print(f"  minute {one['minute']:>3}: p50 {one['p50_ms']:.1f} ms, p99 {one['p99_ms']:.1f} ms")
    print(f"  orders: {report['orders']}")
    print(f"  receipts: {report['receipts']}")
    for one in report["growth"]:
        print(
            f"  {one['role']} {one['pid']}: {one['first_mib']} MiB, half way {one['half_mib']}, in the end"
            f" {one['last_mib']}; {one['mib_per_h']:+} MiB an hour; at most {one['most_files']} files"
            f" ({one['last_files']} in the end), {one['most_threads']} threads"
        )


def main(options: argparse.Namespace) -> int:
    """Run it, print and write the report, and return 1 if anything was wrong."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory(dir=options.folder) as place:
        report = asyncio.run(soak(Path(place), options))
    report["took_s"] = round(time.monotonic() - began, 1)
    show(report)
    if options.output:
        options.output.write_text(json.dumps(report))
    return 0 if not report["wrong"] and report["receipts"]["passed"] else 1


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--rate", type=float, default=40, help="requests a second")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--cycle-s", type=float, default=40, help="between withdrawals of a model")
    parser.add_argument("--sample-s", type=float, default=10)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--output", type=Path, help="gets the report as JSON")
    parser.add_argument("--log", type=Path, help="gets the gateway's log")
    parser.add_argument("--folder", type=Path, help="where all of it is kept meanwhile")
    sys.exit(main(parser.parse_args()))
