"""Acting as an authority: the keys that sign, the files that are written, and publishing at once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from groundstop.cli import options
from groundstop.errors import InputError

if TYPE_CHECKING:
    from groundstop.directives.repository import Outcome
    from groundstop.directives.signing import SignedHere
    from groundstop.documents.directives import Directive
    from groundstop.evidence import OwnKey


class Hours(click.FloatRange):
    """A number of hours, above none and up to a most."""

    def __init__(self, most: float) -> None:
        super().__init__(0, most, min_open=True)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Read it; what is no number is refused."""
        hours: float = super().convert(value, param, ctx)
        if hours != hours:
            self.fail(f"{value!r} is no number of hours.", param, ctx)
        return hours


ENDING = ".dsse.json"
"""How the name of a signed order's file ends."""

order_file: options.Decorator = click.argument(
    "order", type=click.Path(path_type=Path, dir_okay=False), metavar="ORDER"
)
key_names: options.Decorator = click.option(
    "--key", "key_names", multiple=True, metavar="NAME", help="Your key; several times for several signers."
)
output_file: options.Decorator = click.option(
    "--output", "-o", type=click.Path(path_type=Path, dir_okay=False), help="Where to. Default: by its id."
)
online_key: options.Decorator = click.option(
    "--online",
    metavar="NAME",
    help="The repository's online key, when it is yours: it makes a change public.",
)


def repository_folder(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add publishing at once."""
    command = online_key(command)
    return click.option(
        "--repository",
        type=click.Path(path_type=Path, file_okay=False),
        help="Publish it at once in this repository, as far as the keys at hand allow.",
    )(command)


def now() -> datetime:
    """Return the time."""
    return datetime.now(UTC)


def own_keys(workspace: Path, names: tuple[str, ...]) -> list[OwnKey]:
    """Return the keys that sign: the named ones, or the only one there is.

    Raises:
        InputError: There is none of a name; or none is named, and there are several.
    """
    from groundstop.cli.parties import own_key

    if len(set(names)) != len(names):
        raise InputError("A key is given twice with --key", "Give each once: a key signs once")
    return [own_key(workspace, name) for name in names or (None,)]


def online_keys(workspace: Path, name: str | None, repository: Path) -> list[OwnKey]:
    """Return the online key of a repository, if it is at hand.

    Raises:
        InputError: There is no such key or repository, or it is not its online key.
    """
    from groundstop.cli.parties import own_key
    from groundstop.directives.repository import status

    if name is None:
        return []
    key = own_key(workspace, name)
    roles = {role.name: role.may_sign for role in status(repository, now=now()).roles}
    if key.card.key_id not in roles.get("timestamp", ()):
        raise InputError(
            f"The key {name} is not the online key of {repository}", "Give the key that signs its timestamp"
        )
    return [key]


def read_directive(path: Path) -> Directive:
    """Read a directive: from a file, or what stands under its id, as ``FOLDER/ID``.

    Raises:
        InputError: The file cannot be read, or holds another document.
        DocumentError: It is malformed.
    """
    from groundstop.directives.reading import NOT_NUMBERED, read_order_file
    from groundstop.documents.directives import Directive

    if not path.exists() and (standing := _standing(path)) is not None:
        return standing
    document = read_order_file(path).document
    if not isinstance(document, Directive):
        raise InputError(f"{path} is a {document.kind}, not a directive", "Give the order that it is about")
    if document.id == NOT_NUMBERED:
        raise InputError(f"{path} is a draft that nobody has signed", "Sign it: groundstop directive sign")
    return document


def _standing(path: Path) -> Directive | None:
    """Return the order that ``FOLDER/ID`` names in a repository, or for an operator; none for other paths."""
    from groundstop.cli.directive_source import orders_in

    if not path.name.startswith("GSD-") or not path.parent.is_dir():
        return None
    found = [one.directive for one in orders_in(path.parent).orders if one.directive.id == path.name]
    if not found:
        raise InputError(
            f"No order {path.name} stands in {path.parent}", "See: groundstop directive list FOLDER --all"
        )
    return max(found, key=lambda one: one.sequence)


def sign_and_put(
    document: SignedHere,
    called: str,
    keys: list[OwnKey],
    *,
    output: Path | None,
    repository: Path | None,
    online: str | None,
    workspace: Path,
    as_json: bool,
) -> None:
    """Sign what an authority says, write and record it, publish it if asked, and say so.

    Args:
        document: What is said.
        called: Its id: the name of its file, if no other is given.
        keys: Who signs.
        output: The file.
        repository: The repository to publish it in; none not to.
        online: The repository's online key, by its name here; it signs no document.
        workspace: The folder with the keys and the records.
        as_json: Whether to print one JSON document.
    """
    from groundstop.cli.output import show_json
    from groundstop.cli.parties import records
    from groundstop.directives.signing import sign_order
    from groundstop.evidence import write_new
    from groundstop.evidence.statements import digest_of

    envelope = sign_order(document, keys)
    path = output or Path(f"{called}{ENDING}")
    if path.exists():
        raise InputError(f"{path} exists already", "Choose another name with -o; nothing was changed")
    outcome = None
    if repository is not None:
        at_hand = [*keys, *online_keys(workspace, online, repository)]
        outcome = publish_envelope(repository, envelope, at_hand)
    # What a repository refuses leaves no file behind that would be in the way of the next try.
    write_new(path, envelope)
    records(workspace).enter_signed(envelope, now=now())
    if as_json:
        told: dict[str, Any] = {"file": str(path), "id": called, "envelope": digest_of(envelope)}
        told["content"] = document.content_id
        told["signed_by"] = [key.card.name for key in keys]
        if outcome is not None:
            told["publishing"] = outcome_record(outcome)
        show_json(told)
        return
    click.echo(f"{path}: {called}, signed by {', '.join(key.card.name for key in keys)}.")
    if outcome is not None and repository is not None:
        tell_outcome(outcome)
        tell_unratified(repository, document.content_id, outcome)


def tell_unratified(repository: Path, content: str, outcome: Outcome) -> None:
    """Say so when what was published is a denial that no quorum has ratified: it ends soon."""
    from groundstop.directives.repository import orders_of

    if not outcome.published:
        return
    for one in orders_of(repository).orders:
        if one.content == content and not one.ratified:
            click.echo(
                f"No quorum has ratified it: it ends on {one.ends:%Y-%m-%d %H:%M} UTC, "
                "unless it is published again with more signatures"
            )


def publish_envelope(repository: Path, envelope: bytes, keys: list[OwnKey]) -> Outcome:
    """Publish a signed document, as far as the keys at hand allow."""
    from groundstop.directives.repository import publish

    return publish(repository, envelope, keys, now=now())


def outcome_record(outcome: Outcome) -> dict[str, Any]:
    """Return what became of a change, as plain JSON types."""
    return {
        "what": outcome.what,
        "published": outcome.published,
        "staged": outcome.staged,
        "needs": [
            {
                "role": need.role,
                "have": list(need.have),
                "missing": need.missing,
                "may_sign": list(need.may_sign),
            }
            for need in outcome.needs
        ],
    }


def tell_outcome(outcome: Outcome) -> None:
    """Say what became of a change, and whose signature it waits for."""
    if outcome.published:
        click.echo(f"Published: {outcome.what}.")
        return
    click.echo(f"Not public yet: {outcome.what}. It waits as {outcome.staged}.")
    for need in outcome.needs:
        click.echo(
            f"  {need.role}: {len(need.have)} signed, {need.missing} more needed, of "
            f"{len(need.may_sign)} keys that have not signed"
        )
