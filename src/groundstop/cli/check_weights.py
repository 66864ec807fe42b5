"""``groundstop directive check-weights``: whether files of weights are among those that orders ground."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from groundstop.cli import options
from groundstop.errors import ExitCode, InputError

if TYPE_CHECKING:
    from groundstop.directives.weights import GroundedModel, Inventory, Match, WeightsReport

_MOST_SHOWN = 50


@click.command("check-weights")
@click.argument("path", type=click.Path(path_type=Path))
@click.option(
    "--orders",
    "files",
    type=click.Path(path_type=Path, dir_okay=False),
    multiple=True,
    help="A directive or a stop, as a draft, a document or an envelope. May be given several times.",
)
@click.option(
    "--from",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    help="Everything that stands in this repository, or this operator's folder: verified, lifts included.",
)
@click.option(
    "--lineage",
    "lineage_file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Which weights were made out of which: TOML or JSON.",
)
@click.option(
    "--purl",
    "purls",
    multiple=True,
    help="The package URL, with its revision, that the files are from. May be given several times.",
)
@options.json_output
def check_weights(
    path: Path,
    files: tuple[Path, ...],
    folder: Path | None,
    lineage_file: Path | None,
    purls: tuple[str, ...],
    as_json: bool,
) -> int:
    """Check whether the weights in a folder, a file or a manifest are grounded by orders.

    PATH is a folder, a file of weights, or a manifest: an OpenSSF model signature, a statement of digests, or
    lines as sha256sum writes them. Exact copies are caught whatever they are called; converted ones are not,
    unless their lineage is declared or was derived again.

    Exit codes: 0 none is grounded, 1 some are, 3 that cannot be told.
    """
    from groundstop.cli.output import show_json
    from groundstop.directives.weights import check, read_lineage

    for purl in purls:
        if not purl.startswith("pkg:"):
            raise InputError(f"{purl!r} is no package URL", "Write it as pkg:huggingface/OWNER/NAME@REVISION")
    if not files and folder is None:
        raise InputError("There are no orders to compare with", "Give --orders FILE, or --from FOLDER")
    models, notes = _grounded(files, folder, datetime.now(UTC))
    lineage = None if lineage_file is None else read_lineage(lineage_file)
    report = check(inventory_of(path, purls), models, lineage)
    if as_json:
        show_json(_record(report, notes))
    else:
        _show(report, notes)
    return _exit_code(report)


def _grounded(
    files: Sequence[Path], folder: Path | None, now: datetime
) -> tuple[tuple[GroundedModel, ...], tuple[str, ...]]:
    """Read the orders, and say what should be known about them."""
    from groundstop.cli.directive_source import orders_in
    from groundstop.directives.reading import read_order_file
    from groundstop.directives.weights import grounded_by, grounded_in, still_there
    from groundstop.documents.directives import Directive, Stop

    models: list[GroundedModel] = []
    for file in files:
        document = read_order_file(file).document
        if not isinstance(document, Directive | Stop):
            raise InputError(
                f"{file} is a {document.kind}, and grounds no model", "Give directives and stops"
            )
        models += grounded_by(document)
    if folder is not None:
        models += grounded_in(orders_in(folder), now)
    standing = still_there(models, now)
    ended = {one.order: one.until for one in models if now >= one.until}
    unverified = "Of orders that were read from files, no signature was verified, and no lift is known"
    notes = [unverified] if files else []
    notes += [f"{order} ended on {until:%Y-%m-%d}, and grounds nothing" for order, until in ended.items()]
    notes += [
        f"{one.order} takes effect on {one.since:%Y-%m-%d %H:%M} UTC only"
        for one in standing
        if one.since > now
    ]
    return standing, tuple(dict.fromkeys(notes))


def inventory_of(path: Path, purls: tuple[str, ...]) -> Inventory:
    """Look at a folder, a file or a manifest of weights, and hash what is to be hashed."""
    from groundstop.directives.weights import ToHash, hashed, look_at

    found = look_at(path, purls=purls)
    if not isinstance(found, ToHash):
        return found
    with _progress(found.size) as on_bytes:
        return hashed(found, on_bytes)


@contextmanager
def _progress(size: int) -> Iterator[Callable[[int], None]]:
    """Show how far the hashing is, on a terminal; standard output holds the result alone."""
    from groundstop.cli.output import error_console

    console = error_console()
    if not console.is_terminal:
        yield lambda _: None
        return
    from rich.progress import BarColumn, DownloadColumn, Progress, TimeRemainingColumn, TransferSpeedColumn

    columns = (BarColumn(), DownloadColumn(), TransferSpeedColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("", total=max(size, 1))
        yield lambda count: progress.advance(task, count)


def _exit_code(report: WeightsReport) -> ExitCode:
    from groundstop.directives.weights import Outcome

    if report.outcome is Outcome.CAUGHT:
        return ExitCode.BAD
    return ExitCode.GOOD if report.can_tell else ExitCode.INCONCLUSIVE


def _show(report: WeightsReport, notes: Sequence[str]) -> None:
    from groundstop.directives.weights import NOT_CAUGHT
    from groundstop.reports.words import plain

    click.echo(_sentence(report))
    shown = report.matches[:_MOST_SHOWN]
    for model in dict.fromkeys(one.model for one in shown):
        click.echo(plain(f"{model.order} by {model.issuer}, {model.label}:"))
        _show_matches([one for one in shown if one.model == model])
    if (more := len(report.matches) - _MOST_SHOWN) > 0:
        click.echo(f"And {more} more, which --json has.")
    for line in (*_doubts(report), *notes, *report.inventory.notes, NOT_CAUGHT):
        click.echo(f"{plain(line)}.")


def _show_matches(matches: Sequence[Match]) -> None:
    from rich.table import Table

    from groundstop.cli.output import show as show_text

    table = Table(box=None, pad_edge=True, show_header=False)
    for one in matches:
        table.add_row(*(_cell(text) for text in (one.outcome.value, one.name, one.link.value)))
    show_text(table)


def _cell(text: str) -> Any:
    from rich.text import Text

    from groundstop.reports.words import plain

    return Text(plain(text), overflow="fold")


def _sentence(report: WeightsReport) -> str:
    from groundstop.directives.weights import Outcome

    count = len(report.inventory.files)
    looked = f"{count} {'file' if count == 1 else 'files'} compared"
    caught = sum(one.outcome is Outcome.CAUGHT for one in report.matches)
    if caught:
        return f"Grounded: {caught} {'match' if caught == 1 else 'matches'}, {looked}."
    if not report.can_tell:
        return f"It cannot be told whether any of it is grounded: {looked}."
    return f"Nothing of it is grounded: {looked}."


def _doubts(report: WeightsReport) -> Iterator[str]:
    unread = report.inventory.unread
    for one in unread[:_MOST_SHOWN]:
        yield f"Not compared: {one.name}: {one.why}"
    if (more := len(unread) - _MOST_SHOWN) > 0:
        yield f"And {more} more were not compared"
    for model in report.unrecognisable[:_MOST_SHOWN]:
        yield (
            f"{model.order} names nothing of {model.label} that these files could be compared with"
            + (": say with --purl where they are from" if model.repositories else "")
        )


def _record(report: WeightsReport, notes: Sequence[str]) -> dict[str, Any]:
    from groundstop.directives.weights import NOT_CAUGHT

    inventory = report.inventory
    return {
        "source": inventory.source,
        "outcome": None if report.outcome is None else report.outcome.value,
        "can_tell": report.can_tell,
        "files": [one._asdict() for one in inventory.files],
        "repositories": list(inventory.purls),
        "matches": [_match(one) for one in report.matches],
        "not_compared": [one._asdict() for one in inventory.unread],
        "not_recognisable": [{"order": one.order, "model": one.label} for one in report.unrecognisable],
        "notes": [*notes, *inventory.notes, NOT_CAUGHT],
    }


def _match(one: Match) -> dict[str, Any]:
    return {
        "outcome": one.outcome.value,
        "how": one.link.value,
        "name": one.name,
        "sha256": one.sha256,
        "order": one.model.order,
        "issuer": one.model.issuer,
        "model": one.model.label,
        "acts": [act.value for act in one.model.acts],
        "since": one.model.since.isoformat(),
        "until": one.model.until.isoformat(),
    }
