"""Rerunning a finding: its recipe is opened, with a record of that, and asked again."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from groundstop.cli import options
from groundstop.cli.opening import open_recipe
from groundstop.cli.parties import own_key, trusted
from groundstop.documents import (
    Judge,
    Minimization,
    PartName,
    ReproductionPlan,
    Sampling,
    SealedPart,
    SealedRecipe,
)
from groundstop.errors import InputError

if TYPE_CHECKING:
    from groundstop.assessment import Minimized, Surroundings
    from groundstop.evidence import Bundle, OwnKey
    from groundstop.store import RunOptions, RunResult, RunRow, Workspace
    from groundstop.targets import Target

_MOST_JUDGE_BYTES = 64 * 1024


def rerun_procedure(
    workspace: Workspace, run: RunRow, plan: ReproductionPlan
) -> Callable[[list[Target], Surroundings], Awaitable[RunResult]]:
    """Return what a reproduction or a minimization does, with the finding's recipe opened.

    Raises:
        InputError: The finding cannot be opened with the run's key, or its judge cannot be read.
    """
    from groundstop.assessment import judge_of, minimize, reproduce
    from groundstop.cli.case_findings import finding_at
    from groundstop.store import RunKind

    bundle = finding_at(Path(run.options.finding or ""))
    key = own_key(workspace.folder, run.options.key)
    recipe = open_recipe(workspace.folder, bundle, key, purpose=f"{run.kind} run {run.id}")
    judge = judge_of(recipe, read_judge(run.options.judge))

    async def procedure(targets: list[Target], around: Surroundings) -> RunResult:
        if run.kind is RunKind.REPRODUCE:
            return await reproduce(plan, recipe, targets[0], around, judge=judge)
        shorter = await minimize(plan, recipe, targets[0], around, judge=judge)
        return minimization(bundle, shorter, key, part=None, now=around.clock())

    return procedure


def minimization(
    bundle: Bundle, shorter: Minimized, key: OwnKey, *, part: SealedPart | None, now: datetime
) -> Minimization:
    """Return the steps to a shorter recipe as a document.

    Args:
        bundle: The finding's.
        shorter: What came of the steps.
        key: Whose word it is.
        part: The shorter recipe, sealed, where it is given to others.
        now: The time.
    """
    return Minimization(
        created=now,
        finding=bundle.finding.content_id,
        finding_id=bundle.finding.id,
        by=key.card.name,
        model=shorter.model,
        hypotheses=shorter.hypotheses,
        steps=shorter.steps,
        spend=shorter.spend,
        part=part,
    )


def seal_shorter(
    workspace: Path, bundle: Bundle, recipe: SealedRecipe, key: OwnKey
) -> tuple[SealedPart, bytes]:
    """Seal a shorter recipe to those who may read the whole one, as far as their cards are at hand."""
    from groundstop.evidence import PartContent, new_salt, sealed_part

    readers = {reader for file in bundle.sealed_files(PartName.RECIPE) for reader in file.recipients}
    known = [*(entry.card for entry in trusted(workspace).keys), *bundle.cards]
    cards = [key.card, *(card for card in known if card.key_id in readers)]
    return sealed_part(PartContent.of(PartName.MINIMAL, recipe), cards, new_salt=new_salt)


def asked_sampling(
    recipe: SealedRecipe, temperature: float | None, max_tokens: int | None
) -> Sampling | None:
    """Return how answers are to be drawn; none for the recipe's own way, when nobody asked for another."""
    from groundstop.assessment import DEFAULT_SAMPLING

    if recipe.sampling is not None and temperature is None and max_tokens is None:
        return None
    return options.read_sampling(recipe.sampling or DEFAULT_SAMPLING, temperature, max_tokens)


def rerun_options(file: Path, target: str, key: OwnKey, judge: Path | None) -> RunOptions:
    """Return how a rerun finds its finding, key and judge again, from whatever folder it is resumed."""
    from groundstop.store import RunOptions

    return RunOptions(
        targets=(target,),
        finding=str(file.resolve()),
        key=key.card.name,
        judge=str(judge.resolve()) if judge else None,
    )


def read_judge(path: str | Path | None) -> Judge | None:
    """Read a judge from a YAML file, as a suite's behavior has it; none when no file is given.

    Raises:
        InputError: The file cannot be read, or is no judge.
    """
    from pydantic import TypeAdapter, ValidationError

    from groundstop.documents import describe
    from groundstop.evidence import read_bounded
    from groundstop.suites.yaml_text import parse_yaml

    if path is None:
        return None
    data = read_bounded(Path(path), most=_MOST_JUDGE_BYTES)
    try:
        judge: Judge = TypeAdapter(Judge).validate_python(parse_yaml(data, source=str(path)))
    except ValidationError as error:
        raise InputError(*describe(error, source=str(path))) from error
    return judge
