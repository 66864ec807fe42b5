"""``groundstop assess --engine``: an engine of others asks, and what it found is brought in."""

from __future__ import annotations

import asyncio
import os
import secrets
import signal
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from groundstop.cli.wiring import Interrupted, open_workspace, read_config
from groundstop.errors import InputError

if TYPE_CHECKING:
    from groundstop.cli.engine_aim import Aim
    from groundstop.cli.engine_options import EngineOrder
    from groundstop.cli.engine_outcome import Outcome
    from groundstop.importers.engines import ConfigFile, Engine, OutputLog
    from groundstop.store import Workspace


def assess_with_engine(order: EngineOrder, target_name: str, *, workspace: Path, as_json: bool) -> int:
    """Run an engine against a target, bring in what it found, and show it.

    Args:
        order: What the user asks of the engine.
        target_name: The target, as the user named it.
        workspace: The workspace's folder.
        as_json: Whether to print one JSON document instead of text.

    Returns:
        The exit code: 0 nothing violated, 1 something violated, 3 nothing decided.

    Raises:
        InputError: The target, the configuration or an argument cannot be used.
        EngineError: The engine is not installed, or came to no end. Nothing was brought in.
        Interrupted: The user asked to stop. Nothing was brought in.
    """
    from groundstop.cli.engine_aim import aim_at
    from groundstop.cli.output import show, show_json
    from groundstop.importers.engines import check_arguments, engine_named, find_program

    engine = engine_named(order.name)
    aim = aim_at(target_name, read_config(workspace))
    check_arguments(
        engine,
        config=order.config,
        arguments=order.arguments,
        violated_when=order.violated_when,
        key=aim.key,
    )
    config = _config_file(engine, order.config)
    program = find_program(engine, order.program, os.environ.get("PATH", os.defpath))
    with open_workspace(workspace) as space:
        outcome = _carried_out(space, _Planned(engine, program, config, order, aim))
    if as_json:
        show_json(outcome.to_json())
    else:
        show(outcome.text())
    return outcome.exit_code


def _config_file(engine: Engine, text: str | None) -> ConfigFile | None:
    from groundstop.importers.engines import ConfigFile, split_config

    if text is None:
        return None
    name, part = split_config(engine, text)
    path = Path(name).absolute()
    if not path.is_file():
        raise InputError(f"There is no file {name}", "Correct --engine-config")
    return ConfigFile(path, part)


@dataclass(frozen=True, slots=True)
class _Planned:
    engine: Engine
    program: Path
    config: ConfigFile | None
    order: EngineOrder
    aim: Aim


def _carried_out(space: Workspace, planned: _Planned) -> Outcome:
    from groundstop.cli.elapsed import elapsed_shown
    from groundstop.cli.engine_outcome import Outcome, bring_in_all
    from groundstop.cli.output import error_console
    from groundstop.importers.engines import OutputLog, collect_results

    engine, aim = planned.engine, planned.aim
    stem = f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{engine.tool}-{secrets.token_hex(3)}"
    path = space.data / "engines" / f"{stem}.log"
    with TemporaryDirectory(prefix="groundstop-engine-") as temporary:
        folder = Path(temporary).resolve()
        title = f"{engine.tool} asks {aim.description.name}"
        with OutputLog(path, key=aim.key) as log, elapsed_shown(error_console(), title) as on_tick:
            pattern = _until_done(planned, folder, log, on_tick)
        found = collect_results(engine, folder, pattern, key=aim.key, log=path)
        brought = bring_in_all(
            space,
            engine.tool,
            found,
            target=aim.description,
            violated_when=planned.order.violated_when,
            log=path,
        )
    log.rename(f"{brought[0].run}.log")
    return Outcome(engine.tool, aim.description.name, aim.description.simulated, log.path, brought)


def _until_done(planned: _Planned, folder: Path, log: OutputLog, on_tick: Callable[[float], None]) -> str:
    """Run the engine to its end, stopping it when the user asks to; return the pattern of its results."""

    async def main() -> str:
        task = asyncio.ensure_future(_run(planned, folder, log, on_tick))
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            asyncio.get_running_loop().add_signal_handler(number, task.cancel)
        try:
            return await task
        except asyncio.CancelledError:
            raise Interrupted(
                f"Interrupted; {planned.engine.tool} was stopped, and nothing of it was brought in",
                "Start it again with the same command",
            ) from None

    return asyncio.run(main())


async def _run(planned: _Planned, folder: Path, log: OutputLog, on_tick: Callable[[float], None]) -> str:
    from groundstop.importers.engines import Job, Start, Watch, child_environment, run_engine

    config, order = planned.config, planned.order
    async with planned.aim.reached() as endpoint:
        launch = planned.engine.launch(Job(planned.program, endpoint, config, order.arguments, folder))
        for name, text in launch.files.items():
            (folder / name).write_text(text, encoding="utf-8")
        start = Start(
            command=launch.command,
            environment=child_environment(os.environ, launch.variables, folder),
            # Where the engines expect to be started: relative paths in their configuration lead somewhere.
            folder=config.path.parent if config else Path.cwd(),
        )
        await run_engine(start, Watch(order.timeout_s, on_tick), log)
    return launch.results
