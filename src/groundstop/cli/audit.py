"""``groundstop audit``: an offline check of a bundle, a log, or a workspace's records."""

from __future__ import annotations

from pathlib import Path

import click

from groundstop.cli import options
from groundstop.errors import ExitCode


@click.command()
@click.argument("path", type=click.Path(path_type=Path))
@options.workspace_folder
@options.json_output
def audit(path: Path, workspace: Path, as_json: bool) -> int:
    """Check a bundle (.gsb), a log, or the records of a workspace, without asking anyone.

    Prints every check, and what each failure would mean. A log's head that was seen earlier, in this
    workspace, is remembered: one that went backwards or was forked fails.

    Exit code: 0 nothing failed, 1 something failed.
    """
    from groundstop.cli.output import show, show_json
    from groundstop.cli.parties import trusted
    from groundstop.evidence.audit import audit_path
    from groundstop.reports import audit_text

    data = workspace / ".groundstop"
    report = audit_path(path, trusted(workspace), heads=data / "heads" if data.is_dir() else None)
    if as_json:
        show_json(report.to_json())
    else:
        show(audit_text(report))
    return ExitCode.GOOD if report.passed else ExitCode.BAD
