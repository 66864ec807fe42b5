"""``groundstop case read``: what somebody's advisory tells, before a case is opened about it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from groundstop.cli import options
from groundstop.errors import ExitCode

if TYPE_CHECKING:
    from groundstop.cases.reading import Imported


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False), metavar="ADVISORY")
@options.json_output
def read(file: Path, as_json: bool) -> int:
    """Show what an ADVISORY tells: CSAF 2.0, an AVID report, a flaw report or CycloneDX VEX.

    It is its publisher's word, and never becomes a statement of somebody else. "case open --advisory"
    attaches it to a new case.
    """
    from groundstop.cases.reading import MAX_BYTES, read_advisory
    from groundstop.cases.records import plain_record
    from groundstop.cli.output import show_json
    from groundstop.evidence import read_bounded

    found = read_advisory(read_bounded(file, most=MAX_BYTES), str(file))
    if as_json:
        show_json(plain_record(found))
    else:
        for line in _lines(found):
            click.echo(line)
    return ExitCode.GOOD


def _lines(found: Imported) -> Iterator[str]:
    from groundstop.reports.words import plain

    yield plain(f"{found.kind}: {found.title}")
    if found.publisher is not None:
        dated = f", {found.dated:%Y-%m-%d}" if found.dated else ""
        yield plain(f"Published by {found.publisher}{dated}{', ' + found.tlp if found.tlp else ''}")
    for model in found.models:
        yield plain(f"Model: {' '.join(one for one in (model.provider, model.name, model.version) if one)}")
    if found.requirement is not None:
        yield plain(f"Requirement: {found.requirement}")
    if found.description is not None:
        yield plain(f"Description: {found.description}")
    for status in found.statuses:
        yield plain(f"Told of {status.of}: {status.status}{': ' + status.text if status.text else ''}")
    for name, address in found.references:
        yield plain(f"Reference: {name} {address}")
    for one in found.not_read:
        yield plain(f"Not read: {one}")
