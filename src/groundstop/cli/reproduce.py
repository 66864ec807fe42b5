"""``groundstop reproduce``: rerun somebody's finding on fresh calls, and say so under one's own name."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from groundstop.cli import options
from groundstop.errors import ExitCode, InputError

if TYPE_CHECKING:
    from groundstop.documents import Budget, Reproduction, Shared
    from groundstop.evidence import Bundle, OwnKey
    from groundstop.store import RunRow, Workspace

_SHARED = ("nothing", "account", "judge", "funder", "cache")


@dataclass(frozen=True, slots=True)
class _Signing:
    """Who signs the result, what is declared with it, and where it goes."""

    key: OwnKey
    shared: tuple[Shared, ...] | None
    interests: str | None
    output: Path | None


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--target", "target_name", help="A URL, embedded:NAME, scripted:NAME, ...")
@click.option("--run", "run_id", help="Go on with this run, or sign its result, instead of a new one.")
@click.option("--key", "key_name", help="Open the recipe and sign with this key.")
@click.option(
    "--judge",
    type=click.Path(path_type=Path, dir_okay=False),
    help="A judge in YAML, if the recipe has none.",
)
@click.option(
    "--r0", type=float, default=0.05, show_default=True, help="Rate up to which nothing reproduces."
)
@click.option("--r1", type=float, default=0.5, show_default=True, help="Rate from which it must be found.")
@click.option(
    "--trials",
    type=click.IntRange(1),
    default=20,
    show_default=True,
    help="Calls made in any case, for the rate.",
)
@click.option(
    "--canaries",
    type=click.IntRange(0),
    default=10,
    show_default=True,
    help="Ordinary requests before and after.",
)
@click.option(
    "--shares",
    type=click.Choice(_SHARED),
    multiple=True,
    help="What you share with the reporter or another corroborator; undeclared counts as sharing.",
)
@click.option("--interests", help="Your interests, in a sentence; or that you have none.")
@click.option(
    "--output", type=click.Path(path_type=Path, dir_okay=False), help="Where the signed statement goes."
)
@options.sampling
@options.budget
@options.seed
@options.workspace_folder
@options.json_output
def reproduce(
    file: Path,
    target_name: str | None,
    run_id: str | None,
    key_name: str | None,
    judge: Path | None,
    r0: float,
    r1: float,
    trials: int,
    canaries: int,
    shares: tuple[str, ...],
    interests: str | None,
    output: Path | None,
    temperature: float | None,
    max_tokens: int | None,
    max_calls: int | None,
    max_tokens_spent: int | None,
    max_money: float | None,
    seed: int | None,
    workspace: Path,
    as_json: bool,
) -> int:
    """Rerun a finding with its sealed recipe, and sign what came of it.

    The recipe is opened with your key, which goes on record; the plan is on record before the first call.
    Publishes an e-value that anyone can recompute from the counts. "Not reproducible now" is about this
    endpoint in this window of time; it does not say that the finding was false.

    Exit code: 0 not reproducible now, 1 reproduced, 3 not decided.
    """
    from groundstop.assessment import make_reproduction_plan
    from groundstop.cli.carrying import open_targets
    from groundstop.cli.case_findings import finding_at
    from groundstop.cli.opening import open_recipe
    from groundstop.cli.parties import own_key
    from groundstop.cli.rerunning import asked_sampling, read_judge, rerun_options
    from groundstop.cli.wiring import open_workspace, read_config

    if (target_name is None) == (run_id is None):
        raise InputError("Either a target or a run is needed", "Give --target for a new run, or --run")
    if output is not None and output.exists():
        raise InputError(f"{output} exists already", "Remove it, or name another file with --output")
    budget = options.read_budget(max_calls, max_tokens_spent, max_money)
    with open_workspace(workspace) as space:
        bundle = finding_at(file)
        key = own_key(workspace, key_name)
        signing = _Signing(key, read_shares(shares), interests, output)
        if run_id is not None:
            return _finish(space, space.run(run_id), bundle, signing, budget=budget, as_json=as_json)
        recipe = open_recipe(workspace, bundle, key, purpose=f"reproduction on {target_name}")
        (target,) = open_targets((target_name or "",), read_config(workspace))
        plan = make_reproduction_plan(
            bundle.finding,
            recipe,
            target.description,
            judge=read_judge(judge),
            hypotheses=options.read_hypotheses(r1, r0, 0.05, 0.01),
            estimate_calls=trials,
            canaries=canaries,
            sampling=asked_sampling(recipe, temperature, max_tokens),
            seed=secrets.randbits(32) if seed is None else seed,
            budget=budget,
            created=datetime.now(UTC),
        )
        run = space.create_run(plan, rerun_options(file, target_name or "", key, judge))
        return _finish(space, run, bundle, signing, budget=budget, as_json=as_json)


def read_shares(shares: tuple[str, ...]) -> tuple[Shared, ...] | None:
    """Read what a party declares to share: none when it declares nothing.

    Raises:
        InputError: It declares to share nothing, and something.
    """
    from groundstop.documents import Shared

    if not shares:
        return None
    if "nothing" in shares and len(set(shares)) > 1:
        raise InputError("--shares says nothing and something", "Declare one or the other")
    return tuple(Shared(one) for one in sorted(set(shares)) if one != "nothing")


def _finish(
    space: Workspace,
    run: RunRow,
    bundle: Bundle,
    signing: _Signing,
    *,
    budget: Budget,
    as_json: bool,
) -> int:
    """Carry out a run, sign what came of it, and show it; return the exit code."""
    from groundstop.cli.carrying import carry_out
    from groundstop.cli.output import error_console, show, show_json
    from groundstop.documents import Budget, Reproduction, ReproductionPlan
    from groundstop.reports import reproduction_text

    console = error_console()
    if not isinstance(run.plan, ReproductionPlan) or run.plan.finding != bundle.finding.content_id:
        raise InputError(
            f"Run {run.id} is no reproduction of {bundle.finding.id}", "See: groundstop runs list"
        )
    console.print(f"Run {run.id} · plan {run.plan.content_id}", highlight=False, soft_wrap=True)
    path = signing.output or Path(f"{bundle.finding.id}.{signing.key.card.name}.{run.id}.json")
    result = carry_out(space, run, console, budget=None if budget == Budget() else budget)
    if not isinstance(result, Reproduction):
        raise InputError(f"Run {run.id} is no reproduction", "See: groundstop runs list")
    statement = _signed(space, bundle, result, signing, path)
    if as_json:
        show_json({"statement": str(statement) if statement else None, "reproduction": result.to_json()})
    else:
        show(reproduction_text(result, bundle.finding))
        if statement is None:
            click.echo("Not signed: a reporter cannot corroborate its own finding.")
        else:
            click.echo(f"Signed as {statement}. Give it to the reporter, who adds it to the finding.")
        if signing.shared is None and statement is not None:
            click.echo("You declared nothing with --shares, so it counts as dependent on the others.")
    return outcome_code(result)


def outcome_code(result: Reproduction) -> ExitCode:
    """Return how a command ends that made a reproduction."""
    from groundstop.documents import ReproductionOutcome

    return {
        ReproductionOutcome.REPRODUCED: ExitCode.BAD,
        ReproductionOutcome.NOT_NOW: ExitCode.GOOD,
        ReproductionOutcome.INCONCLUSIVE: ExitCode.INCONCLUSIVE,
    }[result.outcome]


def _signed(
    space: Workspace, bundle: Bundle, result: Reproduction, signing: _Signing, path: Path
) -> Path | None:
    """Sign a corroboration and write it; none for the reporter's own key."""
    from groundstop.assessment import lies_within
    from groundstop.cli.parties import records
    from groundstop.documents import Corroboration
    from groundstop.evidence import sign_corroboration, write_new

    key = signing.key
    if key.card.key_id in {key_id for key_id, _ in bundle.documents[0].signatures}:
        return None
    now = datetime.now(UTC)
    statement = Corroboration(
        created=now,
        corroborator=key.card.name,
        interests=signing.interests,
        shared=signing.shared,
        reproduction=result,
        within_stated_interval=lies_within(result.rate, bundle.finding.rate),
    )
    signed = sign_corroboration(statement, key)
    write_new(path, signed)
    records(space.folder).enter_signed(signed, now=now)
    return path
