"""``groundstop directive preview``: whom an order would cut off, by recorded or described requests."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from groundstop.cli import options
from groundstop.cli.directive_show import check_apart
from groundstop.errors import ExitCode, InputError

if TYPE_CHECKING:
    from groundstop.directives.previewing import BadLine
    from groundstop.documents.directives import Population, RecordedRequest

_MOST_ORDERS = 8
_SALT_BYTES = 32


def _files(name: str, parameter: str, text: str) -> options.Decorator:
    path = click.Path(path_type=Path, dir_okay=False)
    return click.option(name, parameter, multiple=True, type=path, help=text)


@click.command()
@click.argument(
    "files", nargs=-1, required=True, type=click.Path(path_type=Path, dir_okay=False), metavar="ORDER..."
)
@_files("--log", "logs", "A decision log: JSON Lines, or packed by gzip. Several are read as one.")
@click.option(
    "--population",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Who uses which models, described (TOML or JSON), where nothing is recorded.",
)
@_files("--standing", "standing", "An order, stop, licence or lift that stands already.")
@click.option(
    "--from",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    help="Everything that stands in this repository, or this operator's folder, stands already.",
)
@_files("--licence", "licences", "A licence that would be granted under one of the orders.")
@click.option("--report", type=click.Path(path_type=Path, dir_okay=False), help="Write a page (HTML) here.")
@options.json_output
def preview(
    files: tuple[Path, ...],
    logs: tuple[Path, ...],
    population: Path | None,
    standing: tuple[Path, ...],
    folder: Path | None,
    licences: tuple[Path, ...],
    report: Path | None,
    as_json: bool,
) -> int:
    """Say whom an ORDER would cut off, inside and outside the restricted class, and what is not known.

    Several orders are shown side by side, each by itself, such as a shutdown for everybody beside a scoped
    order. Requests are decided by the very rule that gateways use; nothing is promised that they cannot see.

    Exit code: 0; 1 when somebody outside the restricted class would be cut off.
    """
    from groundstop.cli.directive_source import orders_in
    from groundstop.cli.output import error_console, show_json, write_file
    from groundstop.cli.output import show as show_text
    from groundstop.directives.previewing import (
        Membership,
        Outcome,
        Setting,
        previews,
        read_population,
        standing_of,
    )
    from groundstop.directives.reading import read_order_file
    from groundstop.documents.directives import Licence
    from groundstop.reports.directive_preview_page import preview_page
    from groundstop.reports.directive_preview_record import preview_record
    from groundstop.reports.directive_preview_text import preview_text

    if bool(logs) is (population is not None):
        raise InputError(
            "Requests are replayed from a log or a population, and one of them is given",
            "Give --log FILE, or --population FILE",
        )
    if len(files) > _MOST_ORDERS:
        raise InputError(f"{len(files)} orders are too many side by side", f"Give {_MOST_ORDERS} at most")
    if report is not None:
        check_apart(report, *files, *logs, *([population] if population else []))
    directives = [read_order_file(path).directive() for path in files]
    granted = [read_order_file(path).document for path in licences]
    known = standing_of(read_order_file(path).document for path in standing) if standing else None
    if folder is not None:
        if known is not None:
            raise InputError("What stands is given twice", "Give --standing FILE, or --from FOLDER")
        known = orders_in(folder)
    setting = Setting(
        now=datetime.now(UTC),
        salt=secrets.token_bytes(_SALT_BYTES),
        standing=known,
        licences=tuple(one for one in granted if isinstance(one, Licence)),
    )
    if len(setting.licences) < len(granted):
        raise InputError("Something given with --licence is no licence", "Give licences only")
    source: Population | Iterator[RecordedRequest | BadLine]
    source = _lines(logs) if population is None else read_population(population)
    made = previews(directives, source, setting)
    if report is not None:
        write_file(report, preview_page(made))
        error_console().print(f"Report: {report}", highlight=False, soft_wrap=True)
    if as_json:
        show_json(preview_record(made))
    else:
        show_text(preview_text(made))
    outside = [one.count((Membership.OUTSIDE,), (Outcome.NEWLY_DENIED,)).requests for one in made]
    return ExitCode.BAD if any(outside) else ExitCode.GOOD


def _lines(logs: tuple[Path, ...]) -> Iterator[RecordedRequest | BadLine]:
    from groundstop.directives.previewing import read_log

    for path in logs:
        yield from read_log(path)
