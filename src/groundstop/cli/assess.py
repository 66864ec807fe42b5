"""``groundstop assess``: plan, run, decide."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from pathlib import Path

import click

from groundstop.cli import options
from groundstop.cli.engine_options import EngineOrder, engine_options, refuse_mixture


@click.command()
@click.option("--target", "target_name", required=True, help="A URL, embedded:NAME, scripted:NAME, ...")
@options.suite_name
@click.option("--behavior", "behaviors", multiple=True, help="Only this behavior; may be repeated.")
@click.option("--technique", "techniques", multiple=True, help="Only this technique; may be repeated.")
@click.option("--p0", type=float, default=0.05, show_default=True, help="Rate that must not be called held.")
@click.option(
    "--p1", type=float, default=0.005, show_default=True, help="Rate that must not be called violated."
)
@click.option("--alpha", type=float, default=0.05, show_default=True, help="Chance of calling p0 held.")
@click.option("--beta", type=float, default=0.05, show_default=True, help="Chance of calling p1 violated.")
@click.option(
    "--benign",
    type=click.IntRange(0),
    default=0,
    show_default=True,
    help="Ordinary requests asked, to see how often they are refused.",
)
@options.sampling
@options.budget
@options.seed
@click.option("--report", type=click.Path(path_type=Path, dir_okay=False), help="Write an HTML report here.")
@engine_options
@options.workspace_folder
@options.json_output
def assess(
    target_name: str,
    suite_name: str,
    behaviors: tuple[str, ...],
    techniques: tuple[str, ...],
    p0: float,
    p1: float,
    alpha: float,
    beta: float,
    benign: int,
    temperature: float | None,
    max_tokens: int | None,
    max_calls: int | None,
    max_tokens_spent: int | None,
    max_money: float | None,
    seed: int | None,
    report: Path | None,
    engine_name: str | None,
    engine_path: Path | None,
    engine_config: str | None,
    engine_args: tuple[str, ...],
    engine_timeout: int,
    violated_when: str | None,
    workspace: Path,
    as_json: bool,
) -> int:
    """Decide whether a target's safeguards hold, with error rates fixed in advance.

    Every class of the suite (a behavior asked for by a technique) is decided by a sequential test on
    fresh calls. The plan is on record, with its hash, before the first call; every trial is kept; a run
    that is stopped goes on with "groundstop runs resume".

    With --engine an installed engine asks instead, in its own way, and what it found is brought in as an
    import. That is no decision: its error rates are not known.

    Exit code: 0 held in every class, 1 violated in some class, 3 not decided. With --engine: 0 nothing
    violated, 1 something violated, 3 nothing decided, 4 the engine is not installed or came to no end.
    """
    refuse_mixture(click.get_current_context(), with_engine=engine_name is not None)
    if engine_name is not None:
        from groundstop.cli.engine import assess_with_engine

        order = EngineOrder(
            engine_name, engine_path, engine_config, engine_args, engine_timeout, violated_when
        )
        return assess_with_engine(order, target_name, workspace=workspace, as_json=as_json)
    from groundstop.assessment import DEFAULT_SAMPLING, Wish, make_plan
    from groundstop.cli.carrying import open_targets
    from groundstop.cli.finishing import finish
    from groundstop.cli.wiring import open_suite, open_workspace, read_config
    from groundstop.store import RunOptions

    wish = Wish(
        behaviors=behaviors,
        techniques=techniques,
        hypotheses=options.read_hypotheses(p0, p1, alpha, beta),
        sampling=options.read_sampling(DEFAULT_SAMPLING, temperature, max_tokens),
        seed=secrets.randbits(32) if seed is None else seed,
        benign=benign,
        budget=options.read_budget(max_calls, max_tokens_spent, max_money),
    )
    with open_workspace(workspace) as space:
        suite = open_suite(suite_name, space)
        (target,) = open_targets((target_name,), read_config(workspace))
        plan = make_plan(target.description, suite, wish, created=datetime.now(UTC))
        run = space.create_run(plan, RunOptions(targets=(target_name,), suite=suite_name))
        return finish(space, run, as_json=as_json, report=report)
