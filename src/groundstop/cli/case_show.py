"""``groundstop case show``, ``state``, ``timeline`` and ``policies``: reading a case."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from groundstop.cli import options
from groundstop.cli.case_acting import case_file, check_apart, read, viewed
from groundstop.errors import ExitCode

if TYPE_CHECKING:
    from groundstop.cases.views import CaseView

_report: options.Decorator = click.option(
    "--report", type=click.Path(path_type=Path, dir_okay=False), help="Write a page (HTML) here."
)


@click.command()
@case_file
@_report
@options.json_output
def show(file: Path, report: Path | None, as_json: bool) -> int:
    """Show a whole CASE as it stands now: for the parties of the case.

    With --report, the page of the whole case with the picture of its timeline.

    Exit code: 0; 1 when a party has shown different things to different parties.
    """
    from groundstop.cli.output import show as show_text
    from groundstop.cli.output import show_json
    from groundstop.reports.case_page import case_page
    from groundstop.reports.case_record import state_record
    from groundstop.reports.case_text import case_state_text

    check_apart(report, file)
    view = viewed(file)
    _write(report, case_page, view)
    if as_json:
        show_json(state_record(view))
    else:
        show_text(case_state_text(view))
    return ExitCode.BAD if view.state.forks else ExitCode.GOOD


@click.command()
@case_file
@options.json_output
def state(file: Path, as_json: bool) -> int:
    """Say what is due in a CASE, from whom, and what happens next.

    Exit code: 0 nothing is late, 1 something is.
    """
    from groundstop.cli.output import show as show_text
    from groundstop.cli.output import show_json
    from groundstop.reports.case_due import due_record, due_text

    view = viewed(file)
    if as_json:
        show_json(due_record(view))
    else:
        show_text(due_text(view))
    return ExitCode.BAD if any(one.late for one in view.due) else ExitCode.GOOD


@click.command()
@case_file
@_report
@options.json_output
def timeline(file: Path, report: Path | None, as_json: bool) -> int:
    """Show who knew and said what in a CASE, when, and which logs prove it.

    With --report, a page with a picture: parties as lanes, statements, clocks, disclosures, verifications.
    """
    from groundstop.cases.proofs import log_proofs
    from groundstop.cli.output import show as show_text
    from groundstop.cli.output import show_json
    from groundstop.reports.case_page import timeline_page
    from groundstop.reports.case_record import timeline_record
    from groundstop.reports.case_text import timeline_text

    check_apart(report, file)
    view = viewed(file)
    _write(report, timeline_page, view)
    if as_json:
        show_json(timeline_record(view, log_proofs(read(file), view.state.cards)))
    else:
        show_text(timeline_text(view))
    return ExitCode.GOOD


@click.command()
@click.argument("name", required=False, metavar="[POLICY]")
@options.json_output
def policies(name: str | None, as_json: bool) -> int:
    """Show the clock policies: each deadline, and where it comes from."""
    from groundstop.cases.clocks import describe_policy, policies
    from groundstop.cli.output import show_json

    names = [name] if name is not None else list(policies())
    texts = {one: describe_policy(one) for one in names}
    if as_json:
        show_json({"policies": [{"name": one, "text": text} for one, text in texts.items()]})
    else:
        click.echo("\n\n".join(texts.values()))
    return ExitCode.GOOD


def _write(report: Path | None, page: Callable[[CaseView], str], view: CaseView) -> None:
    """Write the page that was asked for, if one was."""
    from groundstop.cli.output import error_console, write_file

    if report is not None:
        write_file(report, page(view))
        error_console().print(f"Report: {report}", highlight=False, soft_wrap=True)
