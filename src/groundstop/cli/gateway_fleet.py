"""``groundstop gateway fleet``: every gateway that an operator answers for, in one signed list."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from groundstop.cli import options
from groundstop.errors import InputError

if TYPE_CHECKING:
    from groundstop.documents.gateway import Fleet, RegisteredGateway

_fleet_file: options.Decorator = click.argument(
    "file", type=click.Path(path_type=Path, dir_okay=False), metavar="FLEET"
)
_folders: options.Decorator = click.argument(
    "folders", nargs=-1, type=click.Path(path_type=Path, file_okay=False, exists=True), metavar="[FOLDER]..."
)


@click.group()
def fleet() -> None:
    """Register every gateway that you have: a certificate counts these, and no others.

    A FLEET is a JSON file: a draft to add to, and then the signed envelope of it.
    """


@fleet.command()
@_fleet_file
@_folders
@click.option("--operator", required=True, help="Whose gateways they are.")
@options.json_output
def new(file: Path, folders: tuple[Path, ...], operator: str, as_json: bool) -> int:
    """Begin FLEET with the gateways whose operator's FOLDERs are given: name, key, address and models."""
    from groundstop.cli.output import tell
    from groundstop.documents.gateway import Fleet

    if file.exists():
        raise InputError(f"{file} exists already", "Add to it with: groundstop gateway fleet add")
    if not folders:
        raise InputError("No gateway is given", "Give the FOLDER of each gateway, or of the first one")
    gateways = [registered(folder).to_json() for folder in folders]
    value = {"kind": "fleet", "version": 1, "operator": operator, "created": _now(), "gateways": gateways}
    _check_once_each(gateways)
    made = Fleet.from_json(value, source="The fleet")
    _write(file, made)
    tell("\n".join(_told(file, made)), made.to_json(), as_json=as_json)
    return 0


@fleet.command()
@_fleet_file
@_folders
@click.option("--name", help="Of a gateway whose folder is not at hand.")
@click.option("--card", type=click.Path(path_type=Path, dir_okay=False), help="Its key card.")
@click.option("--url", help="Where requests are sent to it, for probes.")
@click.option("--model", "models", multiple=True, help="A name that it offers, aliases too.")
@click.option("--unreachable", "what", metavar="WHAT", help="A copy that nobody can reach or withdraw.")
@click.option("--why", help="Why nobody can.")
@click.option("--copies", type=click.IntRange(1), help="How many; leave it out when nobody knows.")
@options.json_output
def add(
    file: Path,
    folders: tuple[Path, ...],
    name: str | None,
    card: Path | None,
    url: str | None,
    models: tuple[str, ...],
    what: str | None,
    why: str | None,
    copies: int | None,
    as_json: bool,
) -> int:
    """Add gateways to FLEET, or a copy that nobody can reach, which certificates count.

    A fleet that was signed becomes a draft again.
    """
    from groundstop.cli.gateway_given import read_fleet
    from groundstop.cli.output import tell
    from groundstop.documents.gateway import Fleet
    from groundstop.evidence import read_card

    value = read_fleet(file).fleet.to_json()
    added = [registered(folder).to_json() for folder in folders]
    if (name is None) is not (card is None):
        raise InputError("A gateway has a name and a key", "Give --name and --card together")
    if name is not None and card is not None:
        added.append({"name": name, "key": read_card(card).to_json(), "url": url, "models": list(models)})
    elif url is not None or models:
        raise InputError("--url and --model are of a gateway that is named", "Give --name and --card too")
    if (what is None) is not (why is None):
        raise InputError("A copy that nobody can reach has a reason", "Give --unreachable and --why together")
    lost = [] if what is None else [{"what": what, "why": why, "copies": copies}]
    if not added and not lost:
        raise InputError("There is nothing to add", "Give a FOLDER, or --name and --card, or --unreachable")
    _check_once_each([*value["gateways"], *added])
    value |= {
        "gateways": [*value["gateways"], *added],
        "unreachable": [*value["unreachable"], *lost],
        "created": _now(),
    }
    made = Fleet.from_json(value, source="The fleet")
    _write(file, made)
    tell("\n".join(_told(file, made)), made.to_json(), as_json=as_json)
    return 0


@fleet.command()
@_fleet_file
@options.workspace_folder
@options.json_output
def show(file: Path, workspace: Path, as_json: bool) -> int:
    """Show the gateways of FLEET, and who has signed it."""
    from groundstop.cli.gateway_given import cards_at_hand, read_fleet
    from groundstop.cli.output import show_json
    from groundstop.errors import DocumentError
    from groundstop.evidence.statements import read_signed, signers_of

    read = read_fleet(file)
    signers: list[str] = []
    why = "nobody has signed it"
    if read.envelope is not None:
        try:
            cards = cards_at_hand(workspace)
            signers = [one.name for one in signers_of(read_signed(read.envelope, source=str(file)), cards)]
        except DocumentError as error:
            why = error.message
    if as_json:
        show_json({"fleet": read.fleet.to_json(), "signers": signers, "signed": read.envelope is not None})
        return 0
    click.echo(f"The fleet of {read.fleet.operator}, {read.fleet.created:%Y-%m-%d %H:%M} UTC")
    click.echo(f"Signed by {', '.join(signers)}." if signers else f"Not proved: {why}.")
    for one in read.fleet.gateways:
        click.echo(f"  {one.name}  {one.key.key_id[:12]}  {one.url or 'not reachable for probes'}")
    for lost in read.fleet.unreachable:
        number = "an unknown number" if lost.copies is None else str(lost.copies)
        click.echo(f"  out of reach: {lost.what}, {number} ({lost.why})")
    return 0


@fleet.command()
@_fleet_file
@click.option("--key", "key_name", help="Your key.")
@click.option(
    "--output", "-o", type=click.Path(path_type=Path, dir_okay=False), help="Where to. Default: FLEET."
)
@options.workspace_folder
@options.json_output
def sign(file: Path, key_name: str | None, output: Path | None, workspace: Path, as_json: bool) -> int:
    """Sign FLEET: your word that these are all the gateways that you have."""
    from groundstop.cli.gateway_given import read_fleet
    from groundstop.cli.output import tell
    from groundstop.cli.parties import own_key
    from groundstop.evidence.disk import write_whole
    from groundstop.evidence.statements import digest_of
    from groundstop.gateway.certifying import sign_fleet
    from groundstop.reports.words import counted_large

    listed = read_fleet(file).fleet
    key = own_key(workspace, key_name)
    envelope = sign_fleet(listed.model_copy(update={"created": datetime.now(UTC)}), key)
    path = output or file
    write_whole(path, envelope)
    done = {"file": str(path), "digest": digest_of(envelope), "gateways": len(listed.gateways)}
    tell(
        f"{path}: signed by {key.card.name}, with {counted_large(len(listed.gateways), 'gateway')} in it.",
        done,
        as_json=as_json,
    )
    return 0


def registered(folder: Path) -> RegisteredGateway:
    """Return a gateway as its operator's folder has it.

    Raises:
        InputError: There is no gateway in the folder, or it has no key yet.
    """
    from groundstop.documents.gateway import RegisteredGateway
    from groundstop.evidence import KeyFolder
    from groundstop.gateway.concerned import offered_by
    from groundstop.gateway.config import read_settings
    from groundstop.gateway.folder import KEYS
    from groundstop.gateway.settings import FILE_NAME

    settings = read_settings(folder / FILE_NAME)
    scheme = "http" if settings.tls is None else "https"
    return RegisteredGateway(
        name=settings.name,
        key=KeyFolder(folder / KEYS).card(settings.key),
        url=None if settings.listen.endswith(":0") else f"{scheme}://{settings.listen}",
        models=tuple(dict.fromkeys(one.name for one in offered_by(settings))),
    )


def _check_once_each(gateways: Sequence[Mapping[str, Any]]) -> None:
    """Check that no two gateways have the same name or key.

    Raises:
        InputError: Two have.
    """
    seen: set[str] = set()
    keys: dict[str, str] = {}
    for one in gateways:
        name, key = one["name"], one["key"]["key_id"]
        if name in seen:
            raise InputError(
                f"Two gateways of the fleet are called {name}",
                "Give one another name in its gateway.toml, and start it again",
            )
        if key in keys:
            raise InputError(
                f"{name} and {keys[key]} have the same key", "Give each gateway a folder and a key of its own"
            )
        seen.add(name)
        keys[key] = name


def _told(file: Path, made: Fleet) -> Iterator[str]:
    """Yield what a draft has in it, and what is likely to be wrong with it."""
    from groundstop.reports.words import counted_large

    lost = counted_large(len(made.unreachable), "kind") + " of copies out of reach"
    also = f", {lost}" if made.unreachable else ""
    yield f"{file}: {counted_large(len(made.gateways), 'gateway')}{also}. Sign it when it is whole."
    at: dict[str, list[str]] = {}
    for one in made.gateways:
        if one.url is not None:
            at.setdefault(one.url, []).append(one.name)
    for url, names in at.items():
        if len(names) > 1:
            yield (
                f"Look at this: {', '.join(names)} are all at {url}: a probe cannot tell them apart. "
                "Give each its own address in gateway.toml, or with --url."
            )


def _write(path: Path, made: Fleet) -> None:
    from groundstop.cli.output import write_file
    from groundstop.documents import canonical_bytes

    write_file(path, canonical_bytes(made.to_json()).decode() + "\n")


def _now() -> str:
    return datetime.now(UTC).replace(microsecond=0).isoformat()
