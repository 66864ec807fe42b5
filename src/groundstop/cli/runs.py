"""``groundstop runs``: what was done here, and going on with it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from groundstop.cli import options
from groundstop.errors import ExitCode, InputError

if TYPE_CHECKING:
    from groundstop.documents import Import, ImportedTrial, Trial
    from groundstop.store import RunRow, Workspace


@click.group()
def runs() -> None:
    """List, show, resume and report runs."""


_run_argument = click.argument("run", default="last")


@runs.command("list")
@options.workspace_folder
@options.json_output
def list_runs(workspace: Path, as_json: bool) -> None:
    """List the runs of a workspace, newest first."""
    from rich.table import Table

    from groundstop.cli.output import show, show_json
    from groundstop.cli.wiring import open_workspace

    with open_workspace(workspace) as space:
        rows = [_summary(space, run) for run in space.runs()]
    if as_json:
        show_json(rows)
        return
    if not rows:
        click.echo("No runs yet. Start one with: groundstop assess --target TARGET")
        return
    table = Table(box=None, pad_edge=False)
    table.add_column("run", no_wrap=True)  # whole, since other commands want it
    for name in ("kind", "targets", "suite", "calls", "result"):
        table.add_column(name, overflow="fold")
    for row in rows:
        targets = ", ".join(row["targets"])
        table.add_row(row["run"], row["kind"], targets, row["suite"], str(row["calls"]), row["result"])
    show(table)


@runs.command()
@_run_argument
@click.option("--trials", is_flag=True, help="List every trial, one line each.")
@options.workspace_folder
@options.json_output
def show(run: str, trials: bool, workspace: Path, as_json: bool) -> int:
    """Show a run's result again (RUN is an id, its beginning, or "last")."""
    from groundstop.cli.finishing import present
    from groundstop.cli.output import show_json
    from groundstop.cli.wiring import open_workspace

    with open_workspace(workspace) as space:
        row = space.run(run)
        if trials:
            for trial in space.ledger(row.id).records():
                click.echo(trial.model_dump_json() if as_json else _trial_line(trial))
            return ExitCode.GOOD
    from groundstop.documents import Import

    if isinstance(row.plan, Import):
        return _show_import(row.plan, as_json=as_json)
    if row.result is None:
        if as_json:
            show_json({"run": row.id, "result": None, "plan": row.plan.to_json()})
        else:
            click.echo(f"Run {row.id} is not finished. Go on with: groundstop runs resume {row.id}")
        return ExitCode.INCONCLUSIVE
    return present(row.plan, row.result, as_json=as_json)


@runs.command()
@_run_argument
@options.budget
@click.option("--report", type=click.Path(path_type=Path, dir_okay=False), help="Write an HTML report here.")
@options.workspace_folder
@options.json_output
def resume(
    run: str,
    max_calls: int | None,
    max_tokens_spent: int | None,
    max_money: float | None,
    report: Path | None,
    workspace: Path,
    as_json: bool,
) -> int:
    """Go on with a run that was stopped. No call on record is made again.

    Trials that got no answer are asked again; trials that wait for a label are judged again. A spend cap
    given here replaces the plan's: a cap never decides, so raising it changes no error rate.
    """
    from groundstop.cli.finishing import finish
    from groundstop.cli.wiring import open_workspace
    from groundstop.documents import Budget, VerificationPlan

    with open_workspace(workspace) as space:
        caps = options.read_budget(max_calls, max_tokens_spent, max_money)
        row = space.run(run)
        if not isinstance(row.plan, VerificationPlan):
            budget = None if caps == Budget() else caps
            return finish(space, row, as_json=as_json, report=report, budget=budget)
    from groundstop.cli.verification_options import Files, Parties
    from groundstop.cli.verification_run import go_on

    return go_on(workspace, None, row.id, Parties(), Files(report=report), budget=caps, as_json=as_json)


@runs.command("report")
@_run_argument
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False), help="Default: RUN.html.")
@options.workspace_folder
def report_run(run: str, output: Path | None, workspace: Path) -> None:
    """Write a run's HTML report: one file that needs nothing else."""
    from groundstop.cli.finishing import page
    from groundstop.cli.output import write_file
    from groundstop.cli.wiring import open_workspace
    from groundstop.documents import Import

    with open_workspace(workspace) as space:
        row = space.run(run)
    if isinstance(row.plan, Import):
        raise InputError(
            f"There is no HTML report of an import such as {row.id}", f"See: groundstop runs show {row.id}"
        )
    if row.result is None:
        raise InputError(
            f"Run {row.id} has no result to report", f"Go on with: groundstop runs resume {row.id}"
        )
    path = output or Path(f"{row.id}.html")
    write_file(path, page(row.plan, row.result))
    click.echo(path)


@runs.command()
@_run_argument
@click.option("--all", "everything", is_flag=True, help="All answers, not only those without a verdict.")
@click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    default=Path("answers.csv"),
    show_default=True,
    help="The sheet; readable by you only.",
)
@options.workspace_folder
@options.json_output
def answers(run: str, everything: bool, output: Path, workspace: Path, as_json: bool) -> None:
    """Write a sheet of answers for people to label: what was asked and answered, and an empty verdict.

    Fill in violated, held or undetermined, leave out the rows that you cannot judge, and save the sheet as
    the labels file that the judge names. Then resume the run.
    """
    from groundstop.cli.answers import answer_sheet
    from groundstop.cli.output import tell
    from groundstop.cli.wiring import ledger_of, open_workspace
    from groundstop.evidence import PRIVATE, write_new

    with open_workspace(workspace) as space:
        said = ledger_of(space, space.run(run)).transcripts()
        sheet, rows = answer_sheet(said, everything=everything)
    write_new(output, sheet.encode("utf-8", "replace"), mode=PRIVATE)
    tell(f"{rows} answers to label in {output}", {"file": str(output), "answers": rows}, as_json=as_json)


def _trial_line(trial: Trial | ImportedTrial) -> str:
    from groundstop.documents import Trial

    what = f"{trial.behavior}/{trial.technique} #{trial.index} {trial.verdict} ({trial.reason})"
    return f"{trial.phase} {trial.target} {what}" if isinstance(trial, Trial) else f"imported {what}"


def _show_import(account: Import, *, as_json: bool) -> int:
    from groundstop.cli.importing import account_text
    from groundstop.cli.output import show as show_text
    from groundstop.cli.output import show_json

    if as_json:
        show_json(account.to_json())
    else:
        show_text(account_text(account))
    return ExitCode.GOOD


def _summary(space: Workspace, run: RunRow) -> dict[str, Any]:
    from groundstop.documents import Assessment, Import, Reproduction, Verification

    match run.result:
        case Assessment():
            result = run.result.decision.value
        case Reproduction():
            result = run.result.outcome.value
        case Verification():
            result = run.result.verdict.value
        case None:
            result = f"imported from {run.plan.tool}" if isinstance(run.plan, Import) else "not finished"
        case _:
            result = "done"
    return {
        "run": run.id,
        "kind": run.kind.value,
        "created": run.created.isoformat(),
        "targets": list(run.options.targets),
        "suite": run.options.suite,
        "calls": space.ledger(run.id).totals().calls,
        "result": result,
    }
