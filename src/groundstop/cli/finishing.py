"""Ending a command that carried out a run: result, report, exit code."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from groundstop.cli.carrying import carry_out
from groundstop.cli.output import error_console, exit_code, show, show_json, write_file
from groundstop.documents import (
    Assessment,
    Budget,
    Comparison,
    ComparisonPlan,
    Minimization,
    Plan,
    Reproduction,
    Verification,
    VerificationPlan,
)
from groundstop.errors import ExitCode, InputError

if TYPE_CHECKING:
    from rich.console import RenderableType

    from groundstop.store import RunPlan, RunResult, RunRow, Workspace


def finish(
    workspace: Workspace,
    run: RunRow,
    *,
    as_json: bool,
    report: Path | None,
    budget: Budget | None = None,
) -> int:
    """Carry out a run, show its result, and return the exit code.

    Args:
        workspace: Where the run is.
        run: The run.
        as_json: Whether to print one JSON document instead of text.
        report: Where an HTML report is written, if anywhere.
        budget: Spend cap in place of the plan's, if any.
    """
    console = error_console()
    console.print(f"Run {run.id} · plan {run.plan.content_id}", highlight=False, soft_wrap=True)
    result = carry_out(workspace, run, console, budget=budget)
    if report is not None:
        write_file(report, page(run.plan, result))
        console.print(f"Report: {report}", highlight=False, soft_wrap=True)
    return present(run.plan, result, as_json=as_json)


def present(plan: RunPlan, result: RunResult, *, as_json: bool) -> int:
    """Show a result and return the exit code that goes with it."""
    from groundstop.cli.reproduce import outcome_code
    from groundstop.cli.verification_end import verdict_code

    if as_json:
        show_json(result.to_json())
    else:
        show(text(plan, result))
    if isinstance(result, Assessment):
        return exit_code(result.decision)
    if isinstance(result, Verification):
        return verdict_code(result)
    return outcome_code(result) if isinstance(result, Reproduction) else ExitCode.GOOD


def text(plan: RunPlan, result: RunResult) -> RenderableType:
    """Return what the terminal shows of a result."""
    from groundstop.reports import (
        assessment_text,
        comparison_text,
        minimization_text,
        reproduction_text,
        verification_text,
    )

    match plan, result:
        case Plan(), Assessment():
            return assessment_text(plan, result)
        case ComparisonPlan(), Comparison():
            return comparison_text(plan, result)
        case _, Reproduction():
            return reproduction_text(result, None)
        case _, Minimization():
            return minimization_text(result)
        case _, Verification():
            return verification_text(result)
    raise TypeError("the result is not of the plan's kind")


def page(plan: RunPlan, result: RunResult) -> str:
    """Return the HTML report of a result.

    Raises:
        InputError: Results of this kind have no page.
    """
    from groundstop.reports.html import assessment_page, comparison_page, verification_page

    match plan, result:
        case Plan(), Assessment():
            return assessment_page(plan, result)
        case ComparisonPlan(), Comparison():
            return comparison_page(plan, result)
        case VerificationPlan(), Verification():
            return verification_page(plan, result)
    raise InputError(
        f"There is no HTML report of a {result.kind}", "Show it with: groundstop runs show, or use --json"
    )
