"""Carrying out a verification, signing what came of it, and showing it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from groundstop.documents import Budget, Verification, VerificationPlan
from groundstop.errors import ExitCode, InputError

if TYPE_CHECKING:
    from rich.console import Console

    from groundstop.cli.verification_material import Gathered
    from groundstop.cli.verification_options import Files
    from groundstop.evidence import Bundle, OwnKey
    from groundstop.store import RunRow, Workspace


def finish_verification(
    space: Workspace,
    run: RunRow,
    bundle: Bundle,
    key: OwnKey,
    files: Files,
    *,
    gathered: Gathered | None,
    budget: Budget | None,
    as_json: bool,
) -> int:
    """Carry out a run, take labels, sign the result, write what was asked for, and show it.

    Args:
        space: The verifier's workspace.
        run: The run.
        bundle: The finding's.
        key: Signs the result.
        files: What is read and written.
        gathered: The run's material, if it is at hand already.
        budget: Spend cap in place of the plan's, if any.
        as_json: Whether to print one JSON document.

    Returns:
        The exit code.
    """
    from groundstop.cli.output import error_console

    if not isinstance(run.plan, VerificationPlan):
        raise InputError(f"Run {run.id} is no verification", "See: groundstop runs list")
    console = error_console()
    console.print(f"Run {run.id} · plan {run.plan.content_id}", highlight=False, soft_wrap=True)
    path = files.output or Path(f"{bundle.finding.id}.{key.card.name}.{run.id}.json")
    result = _settled(run, files)
    if result is None:
        gathered = gathered or _gathered_for(space, run, run.plan, bundle, key)
        result = _carried(space, run, gathered, files, console, budget)
    statement = _signed(space, result, key, path, replaces=files.output is None)
    return _present(result, as_json=as_json, files=files, statement=statement, plan=run.plan, console=console)


def _settled(run: RunRow, files: Files) -> Verification | None:
    """Return the result of a run that is done: a plan has one result, which may be signed already.

    Raises:
        InputError: Labels are given that nothing waits for.
    """
    from groundstop.evidence import goes_on

    if not isinstance(run.result, Verification) or goes_on(run.result):
        return None
    if files.labels is not None:
        raise InputError(
            f"No answer of run {run.id} awaits a label", "Leave out --labels; its verdict stands"
        )
    return run.result


def _gathered_for(
    space: Workspace, run: RunRow, plan: VerificationPlan, bundle: Bundle, key: OwnKey
) -> Gathered:
    """Gather the material of a run again; what it asked itself does not count as used."""
    from groundstop.cli.verification_material import gather

    return gather(space, bundle, key, run.options, adjudicated=plan.adjudicated, except_plan=plan.content_id)


def _carried(
    space: Workspace,
    run: RunRow,
    gathered: Gathered,
    files: Files,
    console: Console,
    budget: Budget | None,
) -> Verification:
    """Carry out the run; with labels from a file first, and from a person as long as some are awaited."""
    from groundstop.cli.verification_labels import ask_for_labels, keep_labels, take_labels
    from groundstop.cli.wiring import ledger_of

    judge = gathered.material.judge
    if files.labels is not None:
        labelled = take_labels(space, run, ledger_of(space, run), judge, files.labels)
        console.print(f"{labelled} answers are labelled.", highlight=False)
    result = _once(space, run, gathered, console, budget)
    while files.confirm and result.labels is not None and result.labels.awaiting:
        given, stopped = ask_for_labels(ledger_of(space, run), console)
        if given:
            keep_labels(space, run, judge, given)
            result = _once(space, run, gathered, console, budget)
        if stopped or not given:
            break
    return result


def _once(
    space: Workspace, run: RunRow, gathered: Gathered, console: Console, budget: Budget | None
) -> Verification:
    from groundstop.cli.carrying import carry_out

    result = carry_out(space, run, console, budget=budget, gathered=gathered)
    if not isinstance(result, Verification):
        raise InputError(f"Run {run.id} is no verification", "See: groundstop runs list")
    return result


def _signed(space: Workspace, result: Verification, key: OwnKey, path: Path, *, replaces: bool) -> Path:
    """Sign a verification and write it; one of the same run that came before labels gives way to it."""
    from groundstop.cli.parties import records
    from groundstop.evidence import sign_verification, write_new, write_whole

    signed = sign_verification(result, key)
    if replaces:
        write_whole(path, signed)
    else:
        write_new(path, signed)
    records(space.folder).enter_signed(signed, now=datetime.now(UTC))
    return path


def _present(
    result: Verification,
    *,
    as_json: bool,
    files: Files,
    statement: Path,
    plan: VerificationPlan,
    console: Console,
) -> int:
    """Write the files that were asked for, show a verification, and return the exit code."""
    from groundstop.cli.output import show, show_json, write_file
    from groundstop.reports import verification_text

    if files.junit is not None:
        from groundstop.reports.junit import junit_xml

        write_file(files.junit, junit_xml(result))
    if files.sarif is not None:
        import json

        from groundstop.reports.sarif import sarif

        write_file(files.sarif, json.dumps(sarif(result), indent=2, ensure_ascii=False) + "\n")
    if files.report is not None:
        from groundstop.reports.html import verification_page

        write_file(files.report, verification_page(plan, result))
        console.print(f"Report: {files.report}", highlight=False, soft_wrap=True)
    given = f"verification={statement}"
    if as_json:
        show_json({"statement": str(statement), "verification": result.to_json()})
    else:
        show(verification_text(result))
        click.echo(f"Signed as {statement}. The reporter adds it with: groundstop finding add")
        click.echo(f"Into a case: groundstop case say CASE evidence kind=verification --attach {given}")
    return verdict_code(result)


def verdict_code(result: Verification) -> ExitCode:
    """Return how a command ends that verified a fix."""
    from groundstop.reports.verification_parts import PartState, verdict_state

    return {
        PartState.GOOD: ExitCode.GOOD,
        PartState.BAD: ExitCode.BAD,
    }.get(verdict_state(result), ExitCode.INCONCLUSIVE)
