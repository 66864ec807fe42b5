"""``groundstop directive sign``: signing an order, or adding one's signature to it."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from groundstop.cli import options
from groundstop.cli.directive_show import beyond_charter, charter_file, order_file, signatures_at_hand
from groundstop.errors import ExitCode, InputError

if TYPE_CHECKING:
    from groundstop.directives.reading import OrderFile
    from groundstop.directives.signing import SignedHere
    from groundstop.evidence import OwnKey


@click.command()
@order_file
@click.option("--key", "key_name", help="Your key.")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Default: GSD-….dsse.json for a draft; for an envelope, the file itself.",
)
@click.option("--yes", is_flag=True, help="Do not ask.")
@charter_file
@options.workspace_folder
@options.json_output
def sign(
    file: Path,
    key_name: str | None,
    output: Path | None,
    yes: bool,
    charter_path: Path | None,
    workspace: Path,
    as_json: bool,
) -> int:
    """Sign an order: a draft becomes a signed envelope, and an envelope gets one more signature.

    The order is shown in plain words first. A draft gets its id and its date when it is signed first; what is
    marked FILL IN must be filled in by then. What you sign goes on your workspace's record.

    Exit code: 0 signed, 1 you said no.
    """
    from groundstop.cli.output import error_console, show_json
    from groundstop.cli.parties import own_key, records
    from groundstop.directives.reading import parse_order, read_order_file
    from groundstop.directives.signing import add_signature, sign_order
    from groundstop.documents.directives import Directive
    from groundstop.evidence.disk import write_new, write_whole
    from groundstop.reports.directive_others import said_text, said_title
    from groundstop.reports.directive_record import signature_record

    now = datetime.now(UTC)
    key = own_key(workspace, key_name)
    read = read_order_file(file)
    document = _ready(read, now)
    _check_key(read, document, key, now)
    place = output or (file if read.envelope is not None else Path(f"{_name_of(document)}.dsse.json"))
    if place != file and place.exists():
        raise InputError(f"{place} exists already", "Choose another name with -o; nothing was signed")
    before = signatures_at_hand(read, workspace, charter_path)
    if isinstance(document, Directive) and (beyond := beyond_charter(document, charter_path)):
        raise InputError(beyond[0].removesuffix("."), "Leave it out; nothing was signed")
    if not (yes and as_json):
        error_console().print(said_text(document, before))
    if not yes and not click.confirm(f"Sign this as {key.card.name}?", err=True):
        click.echo("Nothing was signed.", err=True)
        return ExitCode.BAD
    if read.envelope is None:
        envelope = sign_order(document, [key])
    else:
        envelope = add_signature(read.envelope, key, source=str(file))
    after = signatures_at_hand(parse_order(envelope, source=str(place)), workspace, charter_path)
    # On record first: what is out is known to have been signed, and never the other way round.
    records(workspace).enter_signed(envelope, now=now)
    if place == file or (place.exists() and place.samefile(file)):
        write_whole(place, envelope)
    else:
        write_new(place, envelope)
    if as_json:
        show_json(
            {
                "file": str(place),
                "id": getattr(document, "id", None),
                "content": document.content_id,
                "key": key.card.key_id,
                "signatures": signature_record(after),
            }
        )
        return ExitCode.GOOD
    missing = after.missing if after is not None else None
    rest = f"; {missing} more needed" if missing else "; the quorum is reached" if missing == 0 else ""
    click.echo(f"Signed {said_title(document)} as {key.card.name}: {place}{rest}")
    return ExitCode.GOOD


def _ready(read: OrderFile, now: datetime) -> SignedHere:
    """Return what is to be signed: an envelope's document as it is, a draft with its id and date."""
    from groundstop.directives.drafting import numbered
    from groundstop.documents.directives import Directive

    if read.envelope is None and isinstance(read.document, Directive):
        return numbered(read.document, now=now, random_hex=secrets.token_hex, source=read.source)
    return read.document


def _check_key(read: OrderFile, document: SignedHere, key: OwnKey, now: datetime) -> None:
    """Check that the key holds now: what it signs it says at the document's date, and signs today."""
    key.check_valid(now)
    key.check_valid(document.created)
    if key.card.key_id in read.signers:
        raise InputError(
            f"{read.source} has a signature by {key.card.name} already",
            "Give it to the next who must sign, or publish it",
        )


def _name_of(document: SignedHere) -> str:
    name = getattr(document, "id", None)
    return name if isinstance(name, str) else f"{document.kind}-{document.content_id[7:19]}"
