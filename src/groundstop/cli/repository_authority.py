"""``groundstop repository charter`` and ``authority``: who may speak, with which keys, about which models."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from groundstop.cli import options
from groundstop.cli.directive_acting import key_names, now, outcome_record, own_keys, tell_outcome
from groundstop.cli.repository_keys import folder_argument
from groundstop.errors import ExitCode, InputError

if TYPE_CHECKING:
    from groundstop.documents.directives import About

_MOST_BYTES = 4 * 1024 * 1024


@click.command()
@click.argument("name")
@click.option("--called", required=True, help="The authority's name for people.")
@click.option(
    "--signer", "signers", multiple=True, required=True, metavar="NAME|CARD", help="One of its keys."
)
@click.option("--quorum", type=click.IntRange(1), required=True, help="How many of them an order takes.")
@click.option(
    "--urgent", multiple=True, metavar="NAME", help="A signer who alone may add a denial for 72 hours."
)
@click.option(
    "--about",
    "abouts",
    multiple=True,
    required=True,
    metavar="PROVIDER[/MODEL]|pkg:…/",
    help="Models that it may speak about: a provider's, one of them, or those of a package namespace.",
)
@click.option(
    "--number", type=click.IntRange(1), default=1, show_default=True, help="One more at each change."
)
@click.option(
    "--output", "-o", type=click.Path(path_type=Path, dir_okay=False), help="Default: NAME.charter.json."
)
@options.workspace_folder
@options.json_output
def charter(
    name: str,
    called: str,
    signers: tuple[str, ...],
    quorum: int,
    urgent: tuple[str, ...],
    abouts: tuple[str, ...],
    number: int,
    output: Path | None,
    workspace: Path,
    as_json: bool,
) -> int:
    """Write the charter of the authority NAME, for the holders of a repository's root to sign."""
    from groundstop.cli.output import show_json
    from groundstop.cli.parties import find_card
    from groundstop.documents.directives import Charter
    from groundstop.evidence import write_new

    cards = {one: find_card(workspace, one) for one in signers}
    by_name = {**cards, **{card.name: card for card in cards.values()}}
    if unknown := [one for one in urgent if one not in by_name]:
        raise InputError(f"The urgent key {unknown[0]!r} is none of the signers", "Name it with --signer too")
    made = Charter.from_json(
        {
            "kind": "charter",
            "version": 1,
            "authority": name,
            "called": called,
            "number": number,
            "created": now().isoformat(),
            "keys": [card.to_json() for card in cards.values()],
            "quorum": quorum,
            "urgent": [by_name[one].key_id for one in urgent],
            "about": [_about(text).to_json() for text in abouts],
        },
        source="The charter",
    )
    path = output or Path(f"{name}.charter.json")
    write_new(path, made.canonical() + b"\n")
    if as_json:
        show_json(made.to_json())
    else:
        click.echo(f"{path}: {called}, {quorum} of {len(cards)} keys, {len(urgent)} of which may deny alone.")
    return ExitCode.GOOD


def _about(text: str) -> About:
    from groundstop.documents.directives import About

    try:
        if text.startswith("pkg:"):
            return About(purl_prefix=text)
        provider, _, model = text.partition("/")
        return About(provider=provider, name=model or None)
    except ValueError as error:
        raise InputError(
            f"{text!r} names no models", "Give PROVIDER, PROVIDER/MODEL or the beginning of a package URL"
        ) from error


@click.command()
@folder_argument
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False), metavar="CHARTER")
@click.option(
    "--signed-again",
    "resigned",
    multiple=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help="An order that the new keys have signed.",
)
@click.option(
    "--may-fall",
    multiple=True,
    metavar="ID",
    help="What may count differently from now on; a revocation is GSL-….revoked.",
)
@key_names
@options.workspace_folder
@options.json_output
def authority(
    folder: Path,
    file: Path,
    resigned: tuple[Path, ...],
    may_fall: tuple[str, ...],
    key_names: tuple[str, ...],
    workspace: Path,
    as_json: bool,
) -> int:
    """Let the authority of a CHARTER publish in a REPOSITORY; or change its charter, if it has one.

    The root keys sign it, and the authority's own. When a key was lost or stolen, write the next charter
    without it: what only that key's signature had carried is named, and nothing is changed, until it is
    signed again or given up by name.
    """
    from groundstop.cli.output import show_json
    from groundstop.directives.repository import add_charter, replace_charter
    from groundstop.documents.directives import Charter
    from groundstop.evidence import read_bounded

    made = Charter.parse(read_bounded(file, most=_MOST_BYTES), source=str(file))
    keys = own_keys(workspace, key_names)
    if made.number == 1:
        outcome = add_charter(folder, made, keys, now=now())
    else:
        again = [read_bounded(path, most=_MOST_BYTES) for path in resigned]
        outcome = replace_charter(folder, made, keys, now=now(), resigned=again, may_fall=may_fall)
    if as_json:
        show_json(outcome_record(outcome))
    else:
        tell_outcome(outcome)
    return ExitCode.GOOD if outcome.published else ExitCode.INCONCLUSIVE
