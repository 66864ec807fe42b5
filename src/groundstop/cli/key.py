"""``groundstop key``: one's own keys, and the keys of those one believes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from groundstop.cli import options
from groundstop.errors import InputError

if TYPE_CHECKING:
    from groundstop.documents import KeyCard


@click.group()
def key() -> None:
    """Make, show, import and revoke keys."""


@key.command()
@click.argument("name")
@click.option("--expires", "days", type=click.IntRange(1), help="Days until the key ends. Default: no end.")
@click.option(
    "--identity",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Open with this age identity or SSH private key, instead of a fresh one.",
)
@options.workspace_folder
@options.json_output
def new(name: str, days: int | None, identity: Path | None, workspace: Path, as_json: bool) -> None:
    """Make a key that signs and opens. Its private files can be read by their owner only.

    Give the card, .groundstop/keys/NAME.json, to those who should know or trust you.
    """
    now = datetime.now(UTC)
    _make(name, workspace, as_json, now=now, days=days, identity_text=_text(identity), private_pem=None)


@key.command("import")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--witness", is_flag=True, help="Believe this key as a log witness only.")
@click.option("--name", help="For a private key in PEM: how its owner is called.")
@options.workspace_folder
@options.json_output
def import_key(file: Path, witness: bool, name: str | None, workspace: Path, as_json: bool) -> None:
    """Believe the key of a card that another party gave; or bring in a private key in PEM as one's own.

    Compare the line "card" with its owner's on a way that you trust: a card proves nothing by itself, and
    that digest covers the signing key and where things are sealed to.
    """
    from groundstop.cli.output import show_json
    from groundstop.cli.parties import trust_path
    from groundstop.evidence import read_bounded, read_card, read_trust, with_key, write_trust

    data = read_bounded(file, most=64 * 1024)
    if data.lstrip().startswith(b"-----BEGIN"):
        if name is None:
            raise InputError(f"{file} is a private key, which needs a name here", "Give it with --name")
        now = datetime.now(UTC)
        _make(name, workspace, as_json, now=now, days=None, identity_text=None, private_pem=data)
        return
    card = read_card(file)
    path = trust_path(workspace)
    write_trust(path, with_key(read_trust(path), card, witness=witness))
    if as_json:
        show_json(card.to_json())
        return
    _show(card, "a witness" if witness else "trusted")
    click.echo(f'Added to {path}. Compare the line "card" with its owner\'s on a way that you trust.')


@key.command()
@click.argument("name", required=False)
@options.workspace_folder
@options.json_output
def show(name: str | None, workspace: Path, as_json: bool) -> None:
    """Show a key's card, or list all keys: one's own, and those in the trust file."""
    from rich.table import Table

    from groundstop.cli.output import show as show_text
    from groundstop.cli.output import show_json
    from groundstop.cli.parties import find_card

    rows = _rows(workspace)
    if name is not None:
        card = find_card(workspace, name)
        if as_json:
            show_json(card.to_json())
        else:
            _show(
                card, next((row["standing"] for row in rows if row["key_id"] == card.key_id), "not imported")
            )
        return
    if as_json:
        show_json(rows)
        return
    if not rows:
        click.echo("No keys yet. Make one with: groundstop key new NAME")
        return
    table = Table("name", "key id", "standing", "expires", box=None, pad_edge=False)
    for row in rows:
        table.add_row(row["name"], row["key_id"][:16], row["standing"], row["expires"] or "never")
    show_text(table)


@key.command()
@click.argument("name")
@click.option("--reason", required=True, help="Why it is no longer to be believed.")
@options.workspace_folder
@options.json_output
def revoke(name: str, reason: str, workspace: Path, as_json: bool) -> None:
    """Stop believing a key of the trust file, for statements of any date.

    Only what a trusted witness had seen before stays believed.
    """
    from groundstop.cli.output import tell
    from groundstop.cli.parties import trust_path
    from groundstop.evidence import read_trust, without_belief, write_trust

    path = trust_path(workspace)
    write_trust(path, without_belief(read_trust(path), name, at=datetime.now(UTC), reason=reason))
    tell(f"{name} is no longer believed.", {"name": name, "reason": reason}, as_json=as_json)


def _make(
    name: str,
    workspace: Path,
    as_json: bool,
    *,
    now: datetime,
    days: int | None,
    identity_text: str | None,
    private_pem: bytes | None,
) -> None:
    from groundstop.cli.output import show_json
    from groundstop.cli.parties import key_folder

    card = key_folder(workspace).new(
        name,
        created=now,
        expires=now + timedelta(days=days) if days else None,
        private_pem=private_pem,
        identity_text=identity_text,
    )
    if as_json:
        show_json(card.to_json())
        return
    _show(card, "your own")
    click.echo(f"The card to give to others: {workspace / '.groundstop' / 'keys' / f'{name}.json'}")


def _text(path: Path | None) -> str | None:
    from groundstop.evidence import read_bounded

    if path is None:
        return None
    try:
        return read_bounded(path, most=64 * 1024).decode("ascii")
    except UnicodeDecodeError as error:
        raise InputError(f"{path} is no age identity or SSH private key", "Check the path") from error


def _rows(workspace: Path) -> list[dict[str, Any]]:
    from groundstop.cli.parties import key_folder, trust_path
    from groundstop.evidence import read_trust

    def row(card: KeyCard, standing: str) -> dict[str, Any]:
        expires = card.expires.date().isoformat() if card.expires else None
        return {"name": card.name, "key_id": card.key_id, "standing": standing, "expires": expires}

    keys = key_folder(workspace)
    rows = [row(keys.card(name), "your own") for name in keys.names()]
    for entry in read_trust(trust_path(workspace)).keys:
        standing = "revoked" if entry.revoked else "a witness" if entry.witness else "trusted"
        rows.append(row(entry.card, standing))
    return rows


def _show(card: KeyCard, standing: str) -> None:
    from groundstop.cli.output import show as show_text
    from groundstop.reports import card_text

    show_text(card_text(card, standing=standing))
