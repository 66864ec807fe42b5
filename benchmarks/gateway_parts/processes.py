"""Programs that run beside a benchmark, and what they use, as the system counts it."""

from __future__ import annotations

import os
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

TICKS = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")
_START_S = 60.0


class Used(NamedTuple):
    """What a process has used, and holds."""

    cpu_s: float
    rss_mib: float
    files: int
    threads: int


def used(pid: int) -> Used:
    """Return what a process has used, and holds now.

    Raises:
        OSError: There is no such process.
    """
    place = Path(f"/proc/{pid}")
    # The name may have spaces; what follows its bracket has none.
    fields = (place / "stat").read_text().rpartition(")")[2].split()
    cpu = (int(fields[11]) + int(fields[12])) / TICKS
    return Used(cpu, int(fields[21]) * PAGE / 2**20, len(list((place / "fd").iterdir())), int(fields[17]))


def children(pid: int) -> list[int]:
    """Return the processes that a process has started, those of its children included."""
    found: list[int] = []
    with suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text().split():
                found += [int(child), *children(int(child))]
    return found


def cpu_of(pids: Sequence[int]) -> float:
    """Return the CPU seconds that some processes have used together."""
    return sum(used(pid).cpu_s for pid in pids)


def a_free_port() -> int:
    """Return a port that nobody listens at now."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        port: int = door.getsockname()[1]
        return port


def wait_for(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    """Wait until a program listens.

    Raises:
        SystemExit: It ended, or does not listen.
    """
    until = time.monotonic() + _START_S
    while time.monotonic() < until:
        if process.poll() is not None:
            break
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.05)
    raise SystemExit(f"{process.args!r} does not serve:\n{log.read_text(errors='replace')[-3000:]}")


@contextmanager
def program(
    command: Sequence[object], port: int, log: Path, environment: Mapping[str, str] | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a program until the block ends; it listens when the block begins.

    Args:
        command: With its arguments.
        port: Where it will listen.
        log: Gets what it says.
        environment: Variables beside those of this process.
    """
    with log.open("wb") as out:
        process = subprocess.Popen(
            [str(one) for one in command], stdout=out, stderr=out, env={**os.environ, **(environment or {})}
        )
    try:
        wait_for(port, process, log)
        yield process
    finally:
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def machine() -> str:
    """Return what the benchmark runs on, and how busy that is."""
    info = Path("/proc/cpuinfo").read_text()
    model = next((line.partition(":")[2].strip() for line in info.splitlines() if "model name" in line), "?")
    load = " ".join(f"{one:.1f}" for one in os.getloadavg())
    return f"{os.cpu_count()} cores ({model}), load {load}"
