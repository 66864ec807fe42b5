"""The options of ``groundstop assess`` for engines, and what they cannot be mixed with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from groundstop.errors import InputError

NAMES = ("garak", "promptfoo", "inspect")
_OF_ENGINES = frozenset({"engine_path", "engine_config", "engine_args", "engine_timeout", "violated_when"})
_OF_BOTH = frozenset({"engine_name", "target_name", "workspace", "as_json"})


@dataclass(frozen=True, slots=True)
class EngineOrder:
    """What the user asks of an engine."""

    name: str
    program: Path | None
    """None: the one on the PATH."""
    config: str | None
    arguments: tuple[str, ...]
    timeout_s: float
    violated_when: str | None


def engine_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options for engines."""
    for option in reversed((
        click.option("--engine", "engine_name", type=click.Choice(NAMES), help="Let this engine ask."),
        click.option(
            "--engine-path",
            type=click.Path(path_type=Path, dir_okay=False),
            help="The engine's program. Default: the one on the PATH.",
        ),
        click.option("--engine-config", metavar="FILE", help="The engine's own: what it asks."),
        click.option(
            "--engine-arg", "engine_args", multiple=True, help="An argument for the engine; may be repeated."
        ),
        click.option(
            "--engine-timeout",
            type=click.IntRange(1),
            default=3600,
            show_default=True,
            help="Seconds after which the engine is stopped.",
        ),
        click.option(
            "--violated-when",
            type=click.Choice(["correct", "incorrect"]),
            help="What a passed check of the engine means where its results do not say.",
        ),
    )):  # fmt: skip
        command = option(command)
    return command


def refuse_mixture(context: click.Context, *, with_engine: bool) -> None:
    """Refuse options that would have no effect: a spend cap that caps nothing must not pass in silence.

    Args:
        context: The command's, with what was given.
        with_engine: Whether an engine was named.

    Raises:
        InputError: An option of ours was given with an engine, or one of engines without.
    """
    for parameter in context.command.params:
        name = parameter.name or ""
        if name in _OF_BOTH or context.get_parameter_source(name) is not ParameterSource.COMMANDLINE:
            continue
        option = parameter.opts[0]
        if with_engine and name not in _OF_ENGINES:
            raise InputError(
                f"{option} has no effect with --engine: what is asked is the engine's business",
                "Leave it out, and set its like in the engine's own configuration",
            )
        if not with_engine and name in _OF_ENGINES:
            raise InputError(
                f"{option} is for engines, and none is named",
                f"Name one with --engine ({', '.join(NAMES)}), or leave it out",
            )
