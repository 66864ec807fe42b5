"""Making a finding's recipe shorter, for the command: plan, steps, and the shorter recipe sealed."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from groundstop.errors import ExitCode, InputError

if TYPE_CHECKING:
    from groundstop.documents import Budget, SealedRecipe
    from groundstop.evidence import Bundle, OwnKey
    from groundstop.store import RunRow, Workspace


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the user asked for."""

    file: Path
    target: str | None
    run: str | None
    key: str | None
    judge: Path | None
    output: Path | None
    temperature: float | None
    max_tokens: int | None
    budget: Budget
    seed: int | None


def minimize_finding(workspace: Path, wanted: Wanted, *, as_json: bool) -> int:
    """Carry out a minimization; return the exit code: 0 when every step was decided, else 3."""
    from groundstop.assessment import fold_minimization
    from groundstop.cli.carrying import carry_out
    from groundstop.cli.opening import open_recipe
    from groundstop.cli.output import error_console, show, show_json
    from groundstop.cli.parties import own_key
    from groundstop.cli.rerunning import minimization, seal_shorter
    from groundstop.cli.wiring import open_workspace
    from groundstop.documents import ReproductionPlan
    from groundstop.evidence import PRIVATE, add_minimization, read_bundle, save_bundle, write_new
    from groundstop.reports import minimization_text
    from groundstop.store import RunKind

    console = error_console()
    with open_workspace(workspace) as space:
        bundle = read_bundle(wanted.file)
        key = own_key(workspace, wanted.key)
        recipe = open_recipe(workspace, bundle, key, purpose="minimization")
        run = space.run(wanted.run) if wanted.run else _new_run(space, wanted, bundle, recipe, key)
        if run.kind is not RunKind.MINIMIZE or not isinstance(run.plan, ReproductionPlan):
            raise InputError(f"Run {run.id} makes no recipe shorter", "See: groundstop runs list")
        console.print(f"Run {run.id} · plan {run.plan.content_id}", highlight=False, soft_wrap=True)
        carry_out(space, run, console)
        ledger = space.ledger(run.id)
        shorter = fold_minimization(run.plan, recipe, list(ledger.trials()), ledger.totals())
        gone = any(step.kept_out for step in shorter.steps)
        part, sealed = seal_shorter(workspace, bundle, shorter.recipe, key) if gone else (None, None)
        now = datetime.now(UTC)
        result = minimization(bundle, shorter, key, part=part, now=now)
        if key.card.key_id == bundle.documents[0].signatures[0][0]:
            grown = add_minimization(bundle, result, sealed, key, now=now)
            save_bundle(wanted.file, grown, replaces=True)
        if wanted.output is not None:
            write_new(wanted.output, shorter.recipe.canonical() + b"\n", mode=PRIVATE)
    if as_json:
        show_json(result.to_json())
    else:
        show(minimization_text(result))
    return ExitCode.GOOD if shorter.complete else ExitCode.INCONCLUSIVE


def _new_run(space: Workspace, wanted: Wanted, bundle: Bundle, recipe: SealedRecipe, key: OwnKey) -> RunRow:
    from groundstop.assessment import make_minimization_plan
    from groundstop.cli.carrying import open_targets
    from groundstop.cli.rerunning import asked_sampling, read_judge, rerun_options
    from groundstop.cli.wiring import read_config
    from groundstop.store import RunKind

    name = wanted.target or ""
    (target,) = open_targets((name,), read_config(space.folder))
    plan = make_minimization_plan(
        bundle.finding,
        recipe,
        target.description,
        judge=read_judge(wanted.judge),
        sampling=asked_sampling(recipe, wanted.temperature, wanted.max_tokens),
        seed=secrets.randbits(32) if wanted.seed is None else wanted.seed,
        budget=wanted.budget,
        created=datetime.now(UTC),
    )
    chosen = rerun_options(wanted.file, name, key, wanted.judge)
    return space.create_run(plan, chosen, kind=RunKind.MINIMIZE)
