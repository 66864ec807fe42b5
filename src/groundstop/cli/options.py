"""Options that several commands share, each defined once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from groundstop.errors import InputError

if TYPE_CHECKING:  # imported where they are made, so that --help need not wait for them
    from groundstop.documents import Budget, HypothesesRecord, Sampling

_LARGEST_CAP = 2**53
"""What JSON numbers can hold; nobody needs a larger cap."""

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]

json_output: Decorator = click.option(
    "--json", "as_json", is_flag=True, help="Print one JSON document on standard output."
)

workspace_folder: Decorator = click.option(
    "--workspace",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path(),
    envvar="GROUNDSTOP_WORKSPACE",
    help="Folder with groundstop.toml; records go to .groundstop/ in it. Default: this folder.",
)

suite_name: Decorator = click.option(
    "--suite", "suite_name", default="canary", show_default=True, help="A suite's name or folder."
)

seed: Decorator = click.option(
    "--seed",
    type=click.IntRange(0, 2**53 - 1),
    default=None,
    help="Seed of all drawing; a fresh one by default. It is part of the plan.",
)


def budget(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the three spend caps."""
    command = click.option("--max-money", type=float, help="Spend cap in the target's currency.")(command)
    command = click.option("--max-tokens-spent", type=int, help="Spend cap in tokens, both ways.")(command)
    return click.option("--max-calls", type=int, help="Spend cap in calls, retries included.")(command)


def sampling(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add how answers are drawn."""
    command = click.option(
        "--max-tokens", type=click.IntRange(1), default=None, help="Longest answer, in tokens."
    )(command)
    return click.option(
        "--temperature", type=click.FloatRange(0, 2), default=None, help="Sampling temperature."
    )(command)


def read_budget(max_calls: int | None, max_tokens_spent: int | None, max_money: float | None) -> Budget:
    """Check the spend caps.

    Raises:
        InputError: A cap is zero or negative: nothing could be asked.
    """
    caps = {"--max-calls": max_calls, "--max-tokens-spent": max_tokens_spent, "--max-money": max_money}
    for option, value in caps.items():
        if value is not None and not value > 0:
            raise InputError(
                f"{option} is {value}, which allows no call at all", "Give a positive cap, or none"
            )
        if value is not None and not value < _LARGEST_CAP:
            raise InputError(f"{option} is {value}, which caps nothing", "Give a smaller cap, or none")
    from groundstop.documents import Budget

    return Budget(calls=max_calls, tokens=max_tokens_spent, money=max_money)


def read_hypotheses(p0: float, p1: float, alpha: float, beta: float) -> HypothesesRecord:
    """Check the hypotheses.

    Raises:
        InputError: They are no hypotheses that a test can decide between.
    """
    if not 0 <= p1 < p0 < 1:
        raise InputError(
            f"p1 = {p1} and p0 = {p0} leave nothing to decide",
            "Choose 0 <= p1 < p0 < 1: p1 is the rate that counts as safe, p0 the rate that does not",
        )
    for name, value in (("alpha", alpha), ("beta", beta)):
        if not 0 < value < 0.5:
            raise InputError(
                f"{name} = {value} is no error rate for a decision", "Choose a value between 0 and 0.5"
            )
    from groundstop.documents import HypothesesRecord

    return HypothesesRecord(p0=p0, p1=p1, alpha=alpha, beta=beta)


def read_sampling(default: Sampling, temperature: float | None, max_tokens: int | None) -> Sampling:
    """Return the sampling settings with what the user changed.

    Raises:
        InputError: The temperature is no number.
    """
    if temperature is not None and temperature != temperature:
        raise InputError("--temperature is no number", "Give one from 0 to 2")
    changes = {"temperature": temperature, "max_tokens": max_tokens}
    return default.model_copy(update={key: value for key, value in changes.items() if value is not None})
