"""What can be known to be wrong with a job before anything is started."""

from __future__ import annotations

import re

from groundstop.errors import InputError
from groundstop.importers.engines.choosing import Engine, Statement
from groundstop.importers.records import Tool

_TASK = re.compile(r"(?P<file>.+\.py)@(?P<task>[^/@]+)")


def split_config(engine: Engine, text: str) -> tuple[str, str | None]:
    """Return the file of a configuration as a user named it, and which part of it is meant, if any."""
    found = _TASK.fullmatch(text) if engine.tool is Tool.INSPECT else None
    return (text, None) if found is None else (found["file"], found["task"])


def check_arguments(
    engine: Engine,
    *,
    config: str | None,
    arguments: tuple[str, ...],
    violated_when: str | None,
    key: str | None,
) -> None:
    """Check what a user asks of an engine.

    Args:
        engine: The engine.
        config: The configuration as the user named it, if any.
        arguments: The user's own arguments for the engine.
        violated_when: What the user states of checks whose meaning the results do not tell.
        key: The target's key, if any.

    Raises:
        InputError: Something is missing, has no meaning, or would show the key.
    """
    name = engine.tool
    if engine.config is not None and config is None:
        raise InputError(
            f"{name} is not told what to ask", f"Give its configuration with --engine-config: {engine.config}"
        )
    if engine.statement is Statement.REFUSED and violated_when is not None:
        raise InputError(
            f"What a result of {name} means is fixed, and nothing is to be stated of it",
            "Leave out --violated-when",
        )
    if engine.statement is Statement.REQUIRED and violated_when is None:
        raise InputError(
            f"The results of {name} do not say when the safeguard was broken",
            "Say it with --violated-when correct, or --violated-when incorrect",
        )
    for argument in arguments:
        option = argument.partition("=")[0]
        if option in engine.reserved:
            raise InputError(
                f"{option} cannot be given to {name}: where it asks and where its results go is set here",
                "Leave it out",
            )
        if key is not None and key in argument:
            raise InputError(
                "An --engine-arg holds the target's key, and every user of the machine could read it",
                "Leave it out: the engine finds the key in its environment",
            )
