"""``groundstop directive show`` and ``diff``: orders in plain language."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from groundstop.cli import options
from groundstop.errors import ExitCode, InputError

if TYPE_CHECKING:
    from groundstop.directives.reading import OrderFile
    from groundstop.directives.signatures import Signatures
    from groundstop.documents.directives import Charter, Directive

_MOST_CHARTER_BYTES = 1024 * 1024

order_file: options.Decorator = click.argument(
    "file", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE"
)
charter_file: options.Decorator = click.option(
    "--charter",
    "charter_path",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The authority's charter: it says whose signatures count, and how many it takes.",
)


@click.command()
@order_file
@charter_file
@click.option(
    "--licence",
    "licences",
    multiple=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help="A licence under it, to be shown too.",
)
@click.option("--report", type=click.Path(path_type=Path, dir_okay=False), help="Write a page (HTML) here.")
@options.workspace_folder
@options.json_output
def show(
    file: Path,
    charter_path: Path | None,
    licences: tuple[Path, ...],
    report: Path | None,
    workspace: Path,
    as_json: bool,
) -> int:
    """Show an order in plain language: a draft (TOML, JSON) or a signed envelope.

    Stops, licences, lifts, countersignatures and overrides are shown too.

    Exit code: 0; 1 when a signature is wrong.
    """
    from groundstop.cli.output import error_console, show_json, write_file
    from groundstop.cli.output import show as show_text
    from groundstop.directives.drafting import blanks_of, review_directive
    from groundstop.directives.reading import read_order_file
    from groundstop.directives.signatures import SignatureState
    from groundstop.documents.directives import Directive, Licence
    from groundstop.reports.directive_others import said_text
    from groundstop.reports.directive_page import directive_page
    from groundstop.reports.directive_record import order_record
    from groundstop.reports.directive_text import directive_text

    read = read_order_file(file)
    document = read.document
    given = [one.document for one in map(read_order_file, licences)]
    granted = [one for one in given if isinstance(one, Licence)]
    if len(granted) < len(given):
        raise InputError("Something given with --licence is no licence", "Give licences only")
    signatures = signatures_at_hand(read, workspace, charter_path)
    notes: list[str] = []
    if isinstance(document, Directive):
        notes = [f"Still to be filled in: {one}." for one in blanks_of(document)]
        notes += review_directive(document)
        notes += beyond_charter(document, charter_path)
        if report is not None:
            check_apart(report, file, *licences)
            write_file(report, directive_page(document, signatures, licences=granted, notes=notes))
            error_console().print(f"Report: {report}", highlight=False, soft_wrap=True)
    elif report is not None:
        raise InputError(f"{file} is a {document.kind}: only a directive has a page", "Leave --report out")
    if as_json:
        show_json(order_record(read, signatures, notes))
    elif isinstance(document, Directive):
        show_text(directive_text(document, signatures, licences=granted, notes=notes))
    else:
        show_text(said_text(document, signatures))
    wrong = signatures is not None and any(one.state is SignatureState.WRONG for one in signatures.told)
    return ExitCode.BAD if wrong else ExitCode.GOOD


@click.command()
@click.argument("before", type=click.Path(path_type=Path, dir_okay=False), metavar="BEFORE")
@click.argument("after", type=click.Path(path_type=Path, dir_okay=False), metavar="AFTER")
@options.json_output
def diff(before: Path, after: Path, as_json: bool) -> int:
    """Say what differs between two orders: of an amendment, or of drafts under discussion.

    Exit code: 0 nothing but number and date, 1 something.
    """
    from groundstop.cli.output import show as show_text
    from groundstop.cli.output import show_json
    from groundstop.directives.differing import differences
    from groundstop.directives.reading import read_order_file
    from groundstop.reports.directive_diff import directive_diff_record, directive_diff_text

    one, other = read_order_file(before).directive(), read_order_file(after).directive()
    if as_json:
        show_json(directive_diff_record(one, other))
    else:
        show_text(directive_diff_text(one, other))
    return ExitCode.BAD if differences(one, other) else ExitCode.GOOD


def signatures_at_hand(read: OrderFile, workspace: Path, charter_path: Path | None) -> Signatures | None:
    """Look at an order's signatures with the keys at hand; none for a draft when no charter is given.

    Args:
        read: The order.
        workspace: The folder whose trust file and own keys are believed.
        charter_path: The authority's charter, whose keys count then.
    """
    from groundstop.cli.parties import trusted
    from groundstop.directives.signatures import signatures_of

    charter = None if charter_path is None else read_charter(charter_path)
    if read.envelope is None and charter is None:
        return None
    # Reading must not make a workspace where there is none.
    known = trusted(workspace).keys if charter is None and (workspace / ".groundstop").is_dir() else ()
    cards = [entry.card for entry in known if entry.revoked is None and not entry.witness]
    return signatures_of(read, cards, charter)


def beyond_charter(directive: Directive, charter_path: Path | None) -> list[str]:
    """Return what an order speaks about and its issuer's charter does not allow; sentences."""
    from groundstop.directives.charters import outside
    from groundstop.reports.words import plain

    beyond = None if charter_path is None else outside(read_charter(charter_path), directive)
    if beyond is None:
        return []
    return [f"Every gateway refuses it: the charter does not allow {plain(beyond)}."]


def read_charter(path: Path) -> Charter:
    """Read an authority's charter."""
    from groundstop.documents.directives import Charter
    from groundstop.evidence import read_bounded

    return Charter.parse(read_bounded(path, most=_MOST_CHARTER_BYTES), source=str(path))


def check_apart(output: Path, *read: Path) -> None:
    """Check that what is written does not take the place of what is read.

    Raises:
        InputError: It would.
    """
    if output.suffix == ".gsb" or any(output.resolve() == one.resolve() for one in read):
        raise InputError(f"{output} is what is read, or is called like a case", "Choose another name")
