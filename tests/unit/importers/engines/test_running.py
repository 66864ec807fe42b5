"""Running a program as an engine: however it ends, its output is kept and none of its processes is left."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from groundstop.errors import ExitCode, WorkspaceError
from groundstop.importers.engines import EngineError, OutputLog, Start, Watch, run_engine

WAIT_WITH_A_CHILD = 'sleep 600 & echo "$$ $!" > "$0.part"; mv "$0.part" "$0"; wait'
DEAF = f"trap '' INT; {WAIT_WITH_A_CHILD}"
SHELL = "/bin/sh"


async def run(
    folder: Path,
    *arguments: str,
    program: str = sys.executable,
    timeout_s: float = 60,
    grace_s: float = 60,
    on_tick: Callable[[float], None] = lambda _elapsed_s: None,
) -> str:
    """Run a program to its end; return its output."""
    start = Start((program, *arguments), {"PATH": os.environ["PATH"], "TOLD": "yes"}, folder)
    with OutputLog(folder / "x.log", key="tk-4f9a-plain-key-77") as log:
        await run_engine(start, Watch(timeout_s, on_tick, grace_s), log)
    return (folder / "x.log").read_text()


def alive(process: int) -> bool:
    """Tell whether a process runs; one that ended and was not collected by its parent does not."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def written(path: Path) -> list[int]:
    """Return the processes that a program wrote down; none before it has."""
    return [int(word) for word in path.read_text().split()] if path.exists() else []


async def told(path: Path) -> list[int]:
    """Return the processes that a program wrote down, once it has."""
    async with asyncio.timeout(30):
        while not written(path):  # noqa: ASYNC110 - another process writes it
            await asyncio.sleep(0.01)
    return written(path)


async def gone(processes: list[int]) -> None:
    """Wait until processes have ended: a kill takes a moment."""
    async with asyncio.timeout(5):
        while any(alive(process) for process in processes):  # noqa: ASYNC110 - none of ours
            await asyncio.sleep(0.01)


async def test_its_output_is_kept_in_order_and_its_environment_is_what_was_given(tmp_path: Path) -> None:
    code = "import os, sys; print(sorted(os.environ), os.getcwd(), sys.stdin.read() == '', flush=True); "
    said = await run(tmp_path, "-c", code + "print('two', file=sys.stderr)")
    assert "'TOLD'" in said
    assert "HOME" not in said
    assert said.endswith(f"{tmp_path} True\ntwo\n")


async def test_a_program_that_fails_is_said_with_its_exit_code_and_where_its_output_is(
    tmp_path: Path,
) -> None:
    with pytest.raises(EngineError) as caught:
        await run(tmp_path, "-c", "print('said'); raise SystemExit(7)")
    assert "failed with exit code 7" in caught.value.message
    assert str(tmp_path / "x.log") in caught.value.hint
    assert caught.value.exit_code is ExitCode.UNREACHABLE
    assert (tmp_path / "x.log").read_text() == "said\n"


async def test_a_program_that_is_killed_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="ended by signal 9"):
        await run(tmp_path, "-c", "import os; os.kill(os.getpid(), 9)")


@pytest.mark.parametrize(("content", "mode"), [("not a program\n", 0o755), ("#!/no/such/thing\n", 0o755)])
async def test_what_cannot_be_started_is_said(tmp_path: Path, content: str, mode: int) -> None:
    program = tmp_path / "program"
    program.write_text(content)
    program.chmod(mode)
    with pytest.raises(EngineError, match="could not be started"):
        await run(tmp_path, program=str(program))


async def test_an_argument_that_no_program_can_take_is_said(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="an argument that no program can take"):
        await run(tmp_path, "a\0b")


async def test_a_program_that_takes_too_long_is_stopped_with_all_its_processes(tmp_path: Path) -> None:
    with pytest.raises(EngineError) as caught:
        await run(tmp_path, "-c", WAIT_WITH_A_CHILD, str(tmp_path / "told"), program=SHELL, timeout_s=1)
    assert "did not finish within 1 s" in caught.value.message
    assert "--engine-timeout" in caught.value.hint
    await gone(await told(tmp_path / "told"))


async def test_a_program_that_does_not_listen_is_killed_after_a_while(tmp_path: Path) -> None:
    command = ("-c", DEAF, str(tmp_path / "told"))
    with pytest.raises(EngineError, match="did not finish"):
        await run(tmp_path, *command, program=SHELL, timeout_s=1, grace_s=0.1)
    await gone(await told(tmp_path / "told"))


@pytest.mark.parametrize("code", [WAIT_WITH_A_CHILD, DEAF], ids=["listens", "deaf"])
async def test_a_second_cancellation_does_not_wait_for_a_program_that_does_not_listen(
    tmp_path: Path, code: str
) -> None:
    task = asyncio.ensure_future(run(tmp_path, "-c", code, str(tmp_path / "told"), program=SHELL))
    processes = await told(tmp_path / "told")
    assert all(alive(process) for process in processes)
    task.cancel()
    await asyncio.sleep(0.05)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await gone(processes)


async def test_a_process_that_is_left_behind_is_ended_and_not_waited_for(tmp_path: Path) -> None:
    code = 'sleep 600 & echo "$!" > "$0"; echo done'
    async with asyncio.timeout(30):
        assert await run(tmp_path, "-c", code, str(tmp_path / "told"), program=SHELL) == "done\n"
    await gone(await told(tmp_path / "told"))


async def test_somebody_is_told_how_long_it_has_been_running(tmp_path: Path) -> None:
    heard: list[float] = []
    await run(tmp_path, "-c", "", on_tick=heard.append)
    assert heard
    assert heard[0] >= 0


async def test_a_log_that_cannot_be_written_stops_the_program(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_log: OutputLog, _data: bytes) -> None:
        raise WorkspaceError("The disk is full", "Make room")

    monkeypatch.setattr(OutputLog, "write", full)
    code = f"echo said; {WAIT_WITH_A_CHILD}"
    with pytest.raises(WorkspaceError, match="The disk is full"):
        await run(tmp_path, "-c", code, str(tmp_path / "told"), program=SHELL)
