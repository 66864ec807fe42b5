"""The engines that are known, and finding one on this machine."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType

from groundstop.importers.engines.errors import EngineError
from groundstop.importers.engines.garak import RESERVED as GARAK_RESERVED
from groundstop.importers.engines.garak import garak_finished, launch_garak
from groundstop.importers.engines.inspect_eval import RESERVED as INSPECT_RESERVED
from groundstop.importers.engines.inspect_eval import inspect_finished, launch_inspect
from groundstop.importers.engines.launching import Job, Launch
from groundstop.importers.engines.promptfoo import RESERVED as PROMPTFOO_RESERVED
from groundstop.importers.engines.promptfoo import launch_promptfoo, promptfoo_finished
from groundstop.importers.records import Tool


class Statement(StrEnum):
    """Whether the user says when the safeguard was broken."""

    REQUIRED = "required"
    OPTIONAL = "optional"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Engine:
    """What is known of an engine."""

    tool: Tool
    program: str
    """Its name on the PATH."""
    install: str
    """How its makers say it is installed."""
    config: str | None
    """What its configuration is called where it cannot do without one."""
    statement: Statement
    reserved: frozenset[str]
    """Its options that are no business of the user here."""
    launch: Callable[[Job], Launch]
    finished: Callable[[bytes], bool]
    """Whether a result file is that of a run that came to its end."""


ENGINES: Mapping[Tool, Engine] = MappingProxyType({
    Tool.GARAK: Engine(
        tool=Tool.GARAK,
        program="garak",
        install="pip install garak",
        config=None,
        statement=Statement.REFUSED,
        reserved=GARAK_RESERVED,
        launch=launch_garak,
        finished=garak_finished,
    ),
    Tool.PROMPTFOO: Engine(
        tool=Tool.PROMPTFOO,
        program="promptfoo",
        install="npm install promptfoo",
        config="a promptfooconfig.yaml with prompts and tests",
        statement=Statement.OPTIONAL,
        reserved=PROMPTFOO_RESERVED,
        launch=launch_promptfoo,
        finished=promptfoo_finished,
    ),
    Tool.INSPECT: Engine(
        tool=Tool.INSPECT,
        program="inspect",
        install="pip install inspect-ai openai",
        config="a file of tasks, as FILE.py or FILE.py@TASK",
        statement=Statement.REQUIRED,
        reserved=INSPECT_RESERVED,
        launch=launch_inspect,
        finished=inspect_finished,
    ),
})  # fmt: skip


def engine_named(name: str) -> Engine:
    """Return an engine by its name, which is that of the tool whose results it leaves."""
    return ENGINES[Tool(name)]


def find_program(engine: Engine, given: Path | None, search_path: str) -> Path:
    """Find an engine's program.

    Args:
        engine: The engine.
        given: Where the user says it is, if anywhere.
        search_path: Folders to look in otherwise, as in ``PATH``.

    Returns:
        The absolute path, with symbolic links as they are: a program in an environment of its own finds that
        environment by where it was called.

    Raises:
        EngineError: It is not there.
    """
    if given is not None:
        if not given.is_file() or not os.access(given, os.X_OK):
            raise EngineError(f"{given} is no program that can be run", "Correct --engine-path")
        return given.absolute()
    found = shutil.which(engine.program, path=search_path)
    if found is None:
        raise EngineError(
            f"{engine.tool} is not installed: there is no program {engine.program!r} on the PATH",
            f"Install it in an environment of its own ({engine.install}), "
            "and name its program with --engine-path",
        )
    return Path(found).absolute()
