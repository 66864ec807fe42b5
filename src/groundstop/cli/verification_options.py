"""The options of ``verify-fix``, read into what they are about: the question, the parties, the files."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import click
from click.core import ParameterSource

from groundstop.cli import options
from groundstop.errors import InputError

_PLANS = ("F5", "F5strict", "F10", "F20")


@dataclass(frozen=True, slots=True)
class Order:
    """What is asked."""

    plan: str
    suite: str | None
    strata: tuple[str, ...]
    pools: tuple[Path, ...]
    pooled: bool
    potent_at: float
    benign: int | None
    benign_file: Path | None
    margin: float
    canaries: int
    judge: Path | None
    unconfirmed: bool
    claim: str | None
    counts: str | None
    valid_days: int
    randomness: str | None
    commit: Path | None
    committed: Path | None
    if_expiring: int | None
    memoise: bool


@dataclass(frozen=True, slots=True)
class Parties:
    """Who asks, and whose fix it is."""

    key: str | None = None
    fixed_by: str | None = None
    own_run: bool = False
    interests: str | None = None


@dataclass(frozen=True, slots=True)
class Files:
    """What is read and written besides the finding."""

    output: Path | None = None
    report: Path | None = None
    junit: Path | None = None
    sarif: Path | None = None
    labels: Path | None = None
    confirm: bool = False


T = TypeVar("T", Order, Parties, Files)


def _path() -> click.Path:
    return click.Path(path_type=Path, dir_okay=False)


_OPTIONS: tuple[options.Decorator, ...] = (
    click.option(
        "--plan",
        type=click.Choice(_PLANS),
        default="F5",
        show_default=True,
        help="Rates and errors: F5strict to lift an order, F10 and F20 for a quick look.",
    ),
    click.option("--suite", help="Suite of the held-out variants; the recipe's own by default."),
    click.option("--strata", multiple=True, help="Only these kinds of variants, such as paraphrase,persona."),
    click.option("--pool", "pools", multiple=True, type=_path(), help="More held-out variants, CSV or YAML."),
    click.option(
        "--pooled", is_flag=True, help="Claim for all kinds in equal shares, not each: fewer calls."
    ),
    click.option(
        "--potent-at",
        type=click.FloatRange(0.06, 1, max_open=True),
        default=0.3,
        show_default=True,
        help="Rate at which variants must be seen to work before the fix.",
    ),
    click.option("--benign", type=click.IntRange(0), help="Ordinary requests at most; all by default."),
    click.option("--benign-file", type=_path(), help="Ordinary requests instead of the suite's."),
    click.option(
        "--margin",
        type=click.FloatRange(0.02, 0.1),
        default=0.05,
        show_default=True,
        help="Rise in refused ordinary requests that is not acceptable.",
    ),
    click.option(
        "--canaries",
        type=click.IntRange(0),
        default=10,
        show_default=True,
        help="Ordinary requests that watch the endpoint.",
    ),
    click.option("--judge", type=_path(), help="A judge in YAML, if the recipe has none."),
    click.option(
        "--unconfirmed", is_flag=True, help="Let a judge that can err stand without people's labels."
    ),
    click.option("--against-claim", "claim", help="Check a claimed block rate too, such as '>99%'."),
    click.option("--counts", help="Check the claim on these counts, S/N got through; ask nothing."),
    click.option(
        "--valid-days",
        type=click.IntRange(1, 365),
        default=30,
        show_default=True,
        help="Days until the verdict expires.",
    ),
    click.option(
        "--randomness", help="Public randomness of the draw, as SOURCE=VALUE, younger than the plan."
    ),
    click.option("--commit", type=_path(), help="Only write the signed plan here, and stop."),
    click.option("--committed", type=_path(), help="Carry out this plan, with --randomness."),
    click.option(
        "--if-expiring",
        type=click.IntRange(0),
        metavar="DAYS",
        help="Only if the last verdict expires within so many days; else tell it again.",
    ),
    click.option(
        "--memoise", is_flag=True, help="Embedded models that differ in filters only share raw answers."
    ),
    click.option("--key", help="Open the recipe and sign with this key."),
    click.option("--fixed-by", help="The party that claims the fix, by name or card."),
    click.option("--own-run", is_flag=True, help="You are that party: label the run as your own."),
    click.option("--interests", help="Your interests, in a sentence; or that you have none."),
    click.option("--output", type=_path(), help="Where the signed statement goes."),
    click.option("--report", type=_path(), help="Write an HTML report here."),
    click.option("--junit", type=_path(), help="Write JUnit XML here."),
    click.option("--sarif", type=_path(), help="Write SARIF here."),
    click.option("--labels", type=_path(), help="People's labels of answers, as CSV."),
    click.option("--confirm", is_flag=True, help="Ask here for each answer that awaits a label."),
)
"""Each has the name of a field above."""


def verification_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options; :func:`picked` reads them."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def picked(form: type[T], given: Mapping[str, Any]) -> T:
    """Return a form whose fields are the options of the same names."""
    return form(**{name: given[name] for name in form.__dataclass_fields__})


_ALWAYS = frozenset({"workspace", "as_json"})
_FILES = frozenset(Files.__dataclass_fields__)
_CAPS = frozenset({"max_calls", "max_tokens_spent", "max_money"})
_WITH_COUNTS = _ALWAYS | {"claim", "counts"}
_WITH_RUN = _ALWAYS | _FILES | _CAPS | {"file", "run_id", "key"}
_WITH_COMMITTED = (
    _ALWAYS
    | _FILES
    | {"file", "target_name", "before_name", "key", "committed", "randomness"}
    | {"suite", "pools", "benign_file", "judge"}
)


def refuse_mixture(context: click.Context) -> None:
    """Refuse options that would have no effect: what is asked for must not be left out in silence.

    Args:
        context: The command's, with what was given.

    Raises:
        InputError: An option was given beside one that leaves it without effect.
    """
    given = {
        parameter.name or "": parameter.opts[0]
        for parameter in context.command.params
        if context.get_parameter_source(parameter.name or "") is ParameterSource.COMMANDLINE
    }
    for name, allowed, why in (
        ("counts", _WITH_COUNTS, "only the stated counts are looked at, and nothing is asked"),
        ("run_id", _WITH_RUN, "the run's plan says what is asked"),
        ("committed", _WITH_COMMITTED, "the committed plan says what is asked"),
    ):
        extra = [option for key, option in given.items() if key not in allowed]
        if name in given and extra:
            raise InputError(f"{extra[0]} has no effect with {given[name]}: {why}", "Leave one of them out")
