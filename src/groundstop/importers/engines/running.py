"""Running an engine: a process group of its own, a time limit, and nothing of it left behind."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from asyncio.subprocess import Process
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from groundstop.errors import GroundstopError
from groundstop.importers.engines.errors import EngineError
from groundstop.importers.engines.output import OutputLog

_DRAIN_S = 5.0
"""How long output is waited for once the engine has ended: a stranger may hold the other end."""

_TICK_S = 1.0
_CHUNK_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class Start:
    """How a program is started."""

    command: tuple[str, ...]
    environment: Mapping[str, str] = field(repr=False)
    """All of it; it may hold the key."""
    folder: Path
    """In which it starts."""


@dataclass(frozen=True, slots=True)
class Watch:
    """How a program is waited for."""

    timeout_s: float
    """How long it may run."""
    on_tick: Callable[[float], None] = lambda _elapsed_s: None
    """Told now and then how many seconds it has been running."""
    grace_s: float = 10.0
    """How long it may take to end once it was asked to."""
    clock: Callable[[], float] = time.monotonic
    """Seconds."""


async def run_engine(start: Start, watch: Watch, log: OutputLog) -> None:
    """Run an engine to its end.

    However this ends, no process of the engine's group is left. It is first asked to end as by Ctrl-C, so
    that it can clean up behind itself; it is killed when it takes too long, or when this is cancelled again.

    Args:
        start: The program, its environment and its folder.
        watch: Time limits, and who is told how long it has been running.
        log: Takes its output.

    Raises:
        EngineError: It did not start, did not finish in time, or ended with a failure.
        WorkspaceError: Its output cannot be kept.
    """
    program = Path(start.command[0]).name
    process, output = await _started(start)
    in_time = await _watched(process, output, watch, log)
    if not in_time:
        raise EngineError(
            f"{program} did not finish within {watch.timeout_s:g} s and was stopped",
            f"Give it more time with --engine-timeout; its output is in {log.path}",
        )
    code, seen = process.returncode or 0, f"See its output in {log.path}"
    if code < 0:
        raise EngineError(f"{program} was ended by signal {-code}", seen)
    if code > 0:
        raise EngineError(f"{program} failed with exit code {code}", seen)


async def _started(start: Start) -> tuple[Process, int]:
    """Start the program; return it and where its output can be read."""
    output, write_end = os.pipe()
    try:
        process = await asyncio.create_subprocess_exec(
            *start.command,
            stdin=asyncio.subprocess.DEVNULL,
            # A pipe of our own: with asyncio's, the end of the program would be noticed only once every
            # process that it left behind has closed it.
            stdout=write_end,
            stderr=write_end,
            cwd=start.folder,
            env=dict(start.environment),
            start_new_session=True,
        )
    except BaseException as error:
        os.close(output)
        if not isinstance(error, OSError | ValueError):
            raise
        reason = error.strerror if isinstance(error, OSError) else "an argument that no program can take"
        raise EngineError(
            f"{start.command[0]} could not be started: {reason}", "Check that it runs by itself"
        ) from None
    finally:
        os.close(write_end)
    return process, output


async def _watched(process: Process, output: int, watch: Watch, log: OutputLog) -> bool:
    """Wait until the program has ended, and tell whether it did so by itself."""
    in_time = True
    try:
        async with asyncio.TaskGroup() as group:
            copying = group.create_task(_copy(output, log))
            ticking = group.create_task(_tick(watch))
            try:
                async with asyncio.timeout(watch.timeout_s):
                    await process.wait()
            except TimeoutError:
                in_time = False
            finally:
                ticking.cancel()
                await _stop(process, watch.grace_s)
            await asyncio.wait({copying}, timeout=_DRAIN_S)
            copying.cancel()
    except* GroundstopError as failed:
        raise failed.exceptions[0] from None
    return in_time


async def _copy(output: int, log: OutputLog) -> None:
    reader = asyncio.StreamReader(limit=_CHUNK_BYTES)
    transport, _ = await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(output, "rb", buffering=0)
    )
    try:
        while data := await reader.read(_CHUNK_BYTES):
            log.write(data)
    finally:
        transport.close()


async def _tick(watch: Watch) -> None:
    started = watch.clock()
    while True:
        watch.on_tick(watch.clock() - started)
        await asyncio.sleep(_TICK_S)


async def _stop(process: Process, grace_s: float) -> None:
    """End what is left of the group: by asking while its first process runs, then for certain."""
    try:
        if process.returncode is None:
            _signal(process.pid, signal.SIGINT)
            with suppress(TimeoutError):
                async with asyncio.timeout(grace_s):
                    await process.wait()
    finally:
        _signal(process.pid, signal.SIGKILL)
        await process.wait()


def _signal(group: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)
