"""``groundstop gateway receipts``: what a gateway decided, verified, exported and shown."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from groundstop.cli import options
from groundstop.cli.obeys_files import folder_argument
from groundstop.errors import ExitCode, InputError, WorkspaceError

if TYPE_CHECKING:
    from groundstop.documents import KeyCard
    from groundstop.documents.gateway import Receipt


@click.group()
def receipts() -> None:
    """Verify, export and show the receipts of a gateway: each request, and by what it was decided."""


@receipts.command()
@folder_argument
@click.option(
    "--key",
    "cards",
    multiple=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help="Card of the gateway's key, as its operator gave it. Default: those in FOLDER/keys.",
)
@options.json_output
def verify(folder: Path, cards: tuple[Path, ...], as_json: bool) -> int:
    """Check that no line of FOLDER's receipts was changed, added or taken out, without asking anyone.

    Without --key it is the folder's own word: whoever can rewrite all of it can make another key too.

    Exit codes: 0 nothing failed, 1 something failed.
    """
    from groundstop.cli.output import show, show_json
    from groundstop.evidence import read_card
    from groundstop.gateway.receipts import verify as verify_receipts
    from groundstop.reports import audit_text

    believed = [read_card(path) for path in cards] or own_cards(folder)
    report = verify_receipts(folder, believed)
    if as_json:
        show_json(report.to_json())
    else:
        show(audit_text(report))
    return ExitCode.GOOD if report.passed else ExitCode.BAD


def own_cards(folder: Path) -> list[KeyCard]:
    """Return the cards of the keys in an operator's folder.

    Raises:
        InputError: There are none.
    """
    from groundstop.evidence import KeyFolder

    if not folder.is_dir():
        raise InputError(f"There is no folder {folder}", "Give the folder of a gateway that has served")
    keys = KeyFolder(folder / "keys")
    found = [keys.card(name) for name in keys.names()]
    if not found:
        raise InputError(f"There is no key in {folder / 'keys'}", "Give the gateway's card with --key")
    return found


@receipts.command()
@folder_argument
@click.option(
    "--to",
    "form",
    type=click.Choice(["parquet", "requests"]),
    required=True,
    help="A Parquet file; or recorded requests, which groundstop directive preview --log replays.",
)
@click.option(
    "--output", "-o", required=True, type=click.Path(path_type=Path, dir_okay=False), help="The file."
)
def export(folder: Path, form: str, output: Path) -> int:
    """Export FOLDER's receipts for other tools; they are not verified by that.

    Parquet tells which claims were attested, and not their values. Recorded requests have the values too,
    since orders are decided by them.
    """
    from groundstop.gateway.receipts.exporting import export_parquet, recorded, write_recorded

    if output.exists():
        raise InputError(f"{output} exists already", "Remove it, or choose another name")

    def told(so_far: int) -> None:
        if sys.stderr.isatty():
            click.echo(f"\r{so_far:,} lines", nl=False, err=True)

    # What breaks off in the middle leaves nothing that looks like all of it.
    part = output.with_name(f"{output.name}.part")
    try:
        if form == "parquet":
            written = export_parquet(folder, part, told=told)
        else:
            with part.open("wb") as out:
                written = write_recorded(recorded(folder), out, told=told)
        part.replace(output)
    except OSError as error:
        # The library that writes Parquet has words of its own for what went wrong.
        why = os.strerror(error.errno or errno.EIO)
        raise WorkspaceError(
            f"{output} cannot be written: {why}", "Check its folder, permissions and free space"
        ) from error
    finally:
        part.unlink(missing_ok=True)
    click.echo(f"{output}: {written:,} {'receipts' if form == 'parquet' else 'requests'}")
    return ExitCode.GOOD


@receipts.command()
@folder_argument
@click.option("--request", help="Only this request, by its id as the answer's header told it.")
@click.option("--denied", is_flag=True, help="Only what was kept out.")
@click.option("--last", type=click.IntRange(1), default=20, show_default=True, help="Only so many.")
@options.json_output
def show(folder: Path, request: str | None, denied: bool, last: int, as_json: bool) -> int:
    """Show the last receipts of FOLDER. Values of claims are not shown."""
    from heapq import nlargest

    from groundstop.cli.output import show_json
    from groundstop.documents.gateway import Begun, Decided
    from groundstop.gateway.receipts import read_receipts

    def wanted(one: Receipt) -> bool:
        what = one.what
        if request is not None and (isinstance(what, Begun) or what.request != request):
            return False
        return not denied or (isinstance(what, Decided) and not what.allowed)

    # Each process writes a chain of its own, and they are read one after the other.
    numbered = enumerate(filter(wanted, read_receipts(folder)))
    found = nlargest(last, numbered, key=lambda pair: (pair[1].at, pair[0]))
    ordered = [one for _, one in reversed(found)]
    if request is not None and not ordered:
        raise InputError(
            f"No receipt in {folder} is about {request}",
            "Give the id in the header Groundstop-Request, and the folder of the gateway that answered",
        )
    if as_json:
        show_json([_without_values(one) for one in ordered])
    elif ordered:
        _show(ordered)
    else:
        click.echo("Nothing was kept out." if denied else "Nothing was decided yet.")
    return ExitCode.GOOD


def _without_values(receipt: Receipt) -> dict[str, object]:
    value = receipt.to_json()
    asked = value["what"].get("asked")
    if asked is not None:
        asked["claims"] = [{"claim": one["claim"], "issuer": one["issuer"]} for one in asked["claims"]]
    return value


def _show(receipts: Sequence[Receipt]) -> None:
    from groundstop.documents.gateway import Begun, Changed

    for one in receipts:
        at, what = f"{one.at:%Y-%m-%d %H:%M:%S}", one.what
        match what:
            case Begun():
                lost = f", after {what.lost_bytes} bytes of a line were lost" if what.lost_bytes else ""
                click.echo(f"{at}  {what.gateway} begins to write{lost}")
            case Changed():
                click.echo(f"{at}  {what.request}  {what.change.value}")
            case _:
                told = "allowed" if what.allowed else "KEPT OUT"
                order = "" if what.order is None else f" ({what.order})"
                missing = ", ".join(one.value for one in what.missing)
                click.echo(
                    f"{at}  {what.request}  {what.asked.model}: {told}, {what.status}, {what.ground}{order}"
                    + (f", missing: {missing}" if missing else "")
                )
