"""Putting the packages together for a command: workspace, suite, targets, surroundings."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from groundstop.errors import ExitCode, GroundstopError

if TYPE_CHECKING:
    from groundstop.assessment import Halt
    from groundstop.evidence import WorkspaceIdentity
    from groundstop.store import RunRow, SqliteLedger, Workspace
    from groundstop.suites import Suite
    from groundstop.targets import Config, Target

T = TypeVar("T")


class Interrupted(GroundstopError):  # noqa: N818 - what the user did is no error
    """The user asked to stop; what was recorded stays."""

    exit_code = ExitCode.INTERRUPTED


@contextmanager
def open_workspace(folder: Path) -> Iterator[Workspace]:
    """Open the workspace of a folder for the length of a block."""
    from groundstop.store import Workspace

    workspace = Workspace(folder)
    try:
        yield workspace
    finally:
        workspace.close()


def read_config(folder: Path) -> Config:
    """Read ``groundstop.toml`` of a workspace's folder; an absent file names no targets."""
    from groundstop.targets import load_config

    return load_config(folder / "groundstop.toml")


def open_suite(name: str, workspace: Workspace) -> Suite:
    """Load a suite, with the workspace's key at hand for a sealed one."""
    from groundstop.suites import load_suite

    return load_suite(name, unseal=unsealer(workspace))


def unsealer(workspace: Workspace) -> Callable[[bytes], bytes]:
    """Return what opens sealed content of a workspace; the key is read when it is needed."""
    return lambda data: identity(workspace).unseal(data)


def identity(workspace: Workspace) -> WorkspaceIdentity:
    """Return the workspace's key, making one when there is none."""
    from groundstop.evidence import WorkspaceIdentity

    return WorkspaceIdentity.load_or_create(workspace.data / "identity.txt")


def open_ledger(workspace: Workspace, run: str, suite: Suite) -> SqliteLedger:
    """Open a run's ledger; what is said in a sealed suite is sealed in it too."""
    if not suite.manifest.sealed:
        return workspace.ledger(run)
    key = identity(workspace)
    return workspace.ledger(run, seal=key.seal, unseal=key.unseal)


def ledger_of(workspace: Workspace, run: RunRow) -> SqliteLedger:
    """Open a run's ledger; what is said in reruns and imports is always sealed."""
    from groundstop.store import RunKind

    if run.kind in (RunKind.ASSESS, RunKind.COMPARE):
        return open_ledger(workspace, run.id, open_suite(run.options.suite, workspace))
    key = identity(workspace)
    return workspace.ledger(run.id, seal=key.seal, unseal=key.unseal)


@asynccontextmanager
async def opened(targets: list[Target]) -> AsyncIterator[list[Target]]:
    """Close targets when a block ends, however it ends."""
    try:
        yield targets
    finally:
        for target in targets:
            await target.close()


def run_until_done(work: Coroutine[Any, Any, T], halt: Halt, *, run: str) -> T:
    """Run a procedure; the first Ctrl-C lets the calls in flight end, the second stops at once.

    Args:
        work: The procedure.
        halt: Ends the launching of trials.
        run: The run's id, for the hint.

    Returns:
        What the procedure returns.

    Raises:
        Interrupted: The user asked to stop.
    """
    stopped = Interrupted(
        f"Interrupted; every trial recorded so far is kept in run {run}",
        f"Go on with: groundstop runs resume {run}",
    )

    async def main() -> T:
        task = asyncio.ensure_future(work)
        loop = asyncio.get_running_loop()

        def on_signal() -> None:
            if halt.reason is None:
                halt(stopped)
            else:
                task.cancel()

        for signal_number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(signal_number, on_signal)
        try:
            return await task
        except asyncio.CancelledError:
            raise stopped from None

    try:
        return asyncio.run(main())
    except BaseExceptionGroup as group:
        raise _first(group) from group


def _first(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """Return the first exception of a group that is not a group."""
    inner = group.exceptions[0]
    return _first(inner) if isinstance(inner, BaseExceptionGroup) else inner
