"""``groundstop import``: other tools' result files, with every record accounted for."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from groundstop.cli import options

if TYPE_CHECKING:
    from rich.console import RenderableType

    from groundstop.documents import Import, TargetDescription
    from groundstop.store import Workspace


@click.command("import")
@click.argument("tool", type=click.Choice(["garak", "pyrit", "promptfoo", "inspect", "deepteam"]))
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--violated-when",
    type=click.Choice(["correct", "incorrect"]),
    help="What a passed check means where the file does not say, as with Inspect; nothing is assumed.",
)
@options.workspace_folder
@options.json_output
def import_results(tool: str, file: Path, violated_when: str | None, workspace: Path, as_json: bool) -> None:
    """Bring in the results of another tool, as a run that can be sealed as an unattested finding.

    Every record is imported, or skipped with a reason. What was asked and answered is encrypted at rest.
    Fields that the file lacks are told as not attested.
    """
    from groundstop.cli.output import show, show_json
    from groundstop.cli.wiring import open_workspace

    with open_workspace(workspace) as space:
        run, account = bring_in(space, tool, file, violated_when)
    if as_json:
        show_json({"run": run, "import": account.to_json()})
        return
    show(account_text(account))
    if account.counts.violated:
        click.echo(f"Seal it as a finding with: groundstop finding seal {run}")


def bring_in(
    space: Workspace,
    tool: str,
    file: Path,
    violated_when: str | None,
    target: TargetDescription | None = None,
) -> tuple[str, Import]:
    """Read a result file and put it on record as a run.

    Args:
        space: The workspace.
        tool: Whose file it is.
        file: The file.
        violated_when: What the user states of checks whose meaning the file does not tell.
        target: Whom this program had the tool ask; none when the file came from elsewhere.

    Returns:
        The run's id and the account.
    """
    from groundstop.cli.wiring import identity
    from groundstop.importers import read_results
    from groundstop.store import RunOptions

    result = read_results(tool, file, now=datetime.now(UTC), violated_when=violated_when)
    key = identity(space)
    account = result.document.model_copy(update={"target": target})
    named = RunOptions(targets=(target.name,) if target else (), suite=file.name)
    row = space.record_import(account, result.conversations, named, seal=key.seal)
    return row.id, account


def account_text(account: Import) -> RenderableType:
    """Return what became of a file's records, for the terminal."""
    from rich.console import Group
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False)
    for name in ("behavior", "technique"):
        # Whole names: --class wants them.
        table.add_column(name, overflow="fold")
    for name in ("violated", "held", "undetermined"):
        table.add_column(name)
    for one in account.classes:
        counts = one.counts
        row = (counts.violated, counts.held, counts.undetermined)
        table.add_row(one.behavior, one.technique, *(str(count) for count in row))
    version = account.tool_version or "(version not attested)"
    lines = [
        f"{account.tool} {version}: {account.records} records, {account.counts.total} imported",
        *(f"skipped {skip.count}: {skip.reason}" for skip in account.skipped),
    ]
    if account.target is not None:
        lines.insert(1, f"asked by it here: {account.target.name}")
        if account.target.simulated:
            lines.insert(2, "simulated: no model was asked")
    after = [f"not attested: {', '.join(account.not_attested) or 'nothing'}"]
    if account.credentials_removed:
        after.append(f"credentials removed at {account.credentials_removed} places")
    if account.violations_only:
        after.append("the file lists violations only, so no rate can be had from it")
    return Group(*(Text(line) for line in lines), table, *(Text(line) for line in after))
