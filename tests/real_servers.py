"""Programs of other people that serve on loopback, for tests against the real thing."""

from __future__ import annotations

import asyncio
import socket
from asyncio.subprocess import DEVNULL, STDOUT, Process
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

LOOK_S = 0.02


def a_free_port() -> int:
    """Return a port that nobody listens on just now."""
    with socket.create_server(("127.0.0.1", 0)) as found:
        port: int = found.getsockname()[1]
        return port


@asynccontextmanager
async def a_program(
    command: Sequence[str | Path],
    *,
    port: int,
    folder: Path,
    environment: Mapping[str, str] | None = None,
    within_s: float = 30.0,
) -> AsyncIterator[Process]:
    """Run a program until the block is left.

    Args:
        command: Its arguments.
        port: Of this machine, at which it answers when it is ready.
        folder: In which it runs; what it prints is in ``printed.txt`` there.
        environment: All that it sees of variables; none for ours.
        within_s: Until when it must answer.
    """
    printed = folder / "printed.txt"
    with printed.open("wb") as output:
        process = await asyncio.create_subprocess_exec(
            *map(str, command), cwd=folder, stdin=DEVNULL, stdout=output, stderr=STDOUT, env=environment
        )
    try:
        async with asyncio.timeout(within_s):
            while not await _answers(port):
                if process.returncode is not None:
                    raise AssertionError(f"it ended: {printed.read_text(errors='replace')[-2000:]}")
                await asyncio.sleep(LOOK_S)
        yield process
    except TimeoutError:
        raise AssertionError(f"it does not answer: {printed.read_text(errors='replace')[-2000:]}") from None
    finally:
        if process.returncode is None:
            process.terminate()
            try:
                await asyncio.wait_for(process.wait(), 10)
            except TimeoutError:
                process.kill()
        await process.wait()


async def _answers(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    await writer.wait_closed()
    return True
