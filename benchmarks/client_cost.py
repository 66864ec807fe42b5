"""Client CPU seconds and peak memory per 1000 calls, evidence kept, beside a bare aiohttp loop.

Every client runs in a process of its own against the same local stub. The marginal cost is the difference
between a long and a short run, so that starting up is not counted in it; starting up is shown apart. Times
are medians of a few such pairs, and the peak is the highest of them. Inspect and promptfoo are measured too
when their commands are found on PATH.

    python benchmarks/client_cost.py
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from stub import running

SHORT, LONG = 200, 1200
"""Calls of the two runs whose difference is 1000."""

PAIRS = 3
"""Pairs of a short and a long run, for each client and setting."""


class ClientError(Exception):
    """A client did not end well, so nothing can be said of its cost."""


@dataclass(frozen=True)
class Cost:
    """What one process used."""

    cpu_s: float
    wall_s: float
    peak_mib: float


def measured(command: list[str], folder: Path) -> Cost:
    """Run a command to its end and return what it used, its children included.

    Raises:
        ClientError: It ended with another exit code than 0.
    """
    environment = {
        **os.environ,
        "STUB_API_KEY": "none",
        "STUB_BASE_URL": "",
        "PROMPTFOO_DISABLE_TELEMETRY": "1",
        "PROMPTFOO_DISABLE_UPDATE": "1",
        "PROMPTFOO_DISABLE_DEBUG_LOG": "1",
        "PROMPTFOO_DISABLE_ERROR_LOG": "1",
        "PROMPTFOO_CONFIG_DIR": str(folder),
    }
    started = time.perf_counter()
    with (folder / "log.txt").open("w") as log:
        process = subprocess.Popen(command, cwd=folder, stdout=log, stderr=log, env=environment)
        _, status, usage = os.wait4(process.pid, 0)
    if os.waitstatus_to_exitcode(status) != 0:
        raise ClientError(f"{' '.join(command)} failed:\n{(folder / 'log.txt').read_text()[-2000:]}")
    return Cost(
        cpu_s=usage.ru_utime + usage.ru_stime,
        wall_s=time.perf_counter() - started,
        peak_mib=usage.ru_maxrss / 1024,
    )


def bare_aiohttp(url: str, calls: int, in_flight: int, _folder: Path) -> list[str]:
    """The floor: the same requests, nothing kept."""
    return [sys.executable, __file__, "--bare", url, str(calls), str(in_flight)]


def groundstop(url: str, calls: int, in_flight: int, folder: Path) -> list[str]:
    """The whole program: paced, judged, booked, every trial kept in SQLite."""
    (folder / "groundstop.toml").write_text(
        f'[targets.stub]\nurl = "{url}"\nmodel = "stub"\nlimits.concurrency = {in_flight}\n'
    )
    return [
        *(sys.executable, "-m", "groundstop", "compare", "--recipe", "canary/keep-secret/list", "--literal"),
        *("--target", "stub", "-n", str(calls // 2), "--json"),
    ]


INSPECT_TASK = """
from inspect_ai import Task, task
from inspect_ai.dataset import Sample
from inspect_ai.scorer import includes
@task
def stub():
    samples = [Sample(input=f"question {{i}}", target="sorry") for i in range({calls})]
    return Task(dataset=samples, scorer=includes())
"""


def inspect(url: str, calls: int, in_flight: int, folder: Path) -> list[str]:
    """Inspect, with its own log as evidence."""
    (folder / "task.py").write_text(INSPECT_TASK.format(calls=calls))
    return [
        *("inspect", "eval", "task.py", "--model", "openai-api/stub/stub", "--model-base-url", url),
        *("--max-connections", str(in_flight), "--max-samples", str(in_flight), "--display", "none"),
    ]


def promptfoo(url: str, calls: int, in_flight: int, folder: Path) -> list[str]:
    """promptfoo, with its own database as evidence."""
    tests = [{"vars": {"n": n}, "assert": [{"type": "contains", "value": "sorry"}]} for n in range(calls)]
    provider = {"id": "openai:chat:stub", "config": {"apiBaseUrl": url, "apiKey": "none"}}
    config = {"prompts": ["question {{n}}"], "providers": [provider], "tests": tests}
    (folder / "config.json").write_text(json.dumps(config))
    return [
        *("promptfoo", "eval", "-c", "config.json", "--no-cache", "--no-table", "--no-progress-bar"),
        *("--max-concurrency", str(in_flight)),
    ]


Client = Callable[[str, int, int, Path], list[str]]


def clients() -> dict[str, Client]:
    """Return the clients that are installed here."""
    found: dict[str, Client] = {"bare aiohttp": bare_aiohttp, "groundstop": groundstop}
    if shutil.which("inspect"):
        found["inspect"] = inspect
    if shutil.which("promptfoo"):
        found["promptfoo"] = promptfoo
    return found


async def ask_bare(url: str, calls: int, in_flight: int) -> None:
    """Send the requests with nothing but aiohttp."""
    import aiohttp

    body = json.dumps({"model": "stub", "messages": [{"role": "user", "content": "x" * 200}]}).encode()
    left = iter(range(calls))
    connector = aiohttp.TCPConnector(limit=in_flight)
    async with aiohttp.ClientSession(connector=connector) as session:

        async def worker() -> None:
            for _ in left:
                async with session.post(
                    f"{url}/chat/completions", data=body, headers={"Content-Type": "application/json"}
                ) as response:
                    json.loads(await response.read())

        await asyncio.gather(*(worker() for _ in range(in_flight)))


def measured_pair(client: Client, url: str, in_flight: int) -> tuple[Cost, Cost]:
    """Run a client for few calls and for many, each in an empty folder."""
    with tempfile.TemporaryDirectory() as short, tempfile.TemporaryDirectory() as long:
        return (
            measured(client(url, SHORT, in_flight, Path(short)), Path(short)),
            measured(client(url, LONG, in_flight, Path(long)), Path(long)),
        )


def main() -> None:
    """Print the table."""
    print(
        f"{'client':<14}{'latency':>9}{'in flight':>11}{'CPU s / 1000':>14}{'start CPU s':>13}"
        f"{'wall s':>9}{'peak MiB':>10}{'x bare':>8}"
    )
    port = 18480
    for latency in (0.0, 0.2):
        for in_flight in (64, 256):
            floor = 0.0
            for name, client in clients().items():
                port += 1
                try:
                    with running(port, latency) as url:
                        pairs = [measured_pair(client, url, in_flight) for _ in range(PAIRS)]
                except ClientError as failure:
                    print(f"{name:<14}{latency * 1000:>6.0f} ms{in_flight:>11}  failed", flush=True)
                    print(failure, file=sys.stderr)
                    continue
                marginal = statistics.median(
                    (long.cpu_s - short.cpu_s) / (LONG - SHORT) * 1000 for short, long in pairs
                )
                start = statistics.median(short.cpu_s for short, _ in pairs) - marginal * SHORT / 1000
                wall = statistics.median(long.wall_s for _, long in pairs)
                peak = max(long.peak_mib for _, long in pairs)
                floor = floor or marginal
                print(
                    f"{name:<14}{latency * 1000:>6.0f} ms{in_flight:>11}{marginal:>14.2f}"
                    f"{start:>13.2f}{wall:>9.1f}{peak:>10.0f}{marginal / floor:>8.1f}",
                    flush=True,
                )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--bare", nargs=3, metavar=("URL", "CALLS", "IN_FLIGHT"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.bare:
        asyncio.run(ask_bare(options.bare[0], int(options.bare[1]), int(options.bare[2])))
    else:
        main()
