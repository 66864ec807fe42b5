"""``groundstop repository init``, ``sign``, ``withdraw``, ``refresh`` and ``rotate``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from groundstop.cli import options
from groundstop.cli.directive_acting import key_names, now, outcome_record, own_keys, tell_outcome
from groundstop.errors import ExitCode

if TYPE_CHECKING:
    from groundstop.directives.repository import Outcome
    from groundstop.documents import KeyCard

folder_argument: options.Decorator = click.argument(
    "folder", type=click.Path(path_type=Path, file_okay=False), metavar="REPOSITORY"
)
_roots = click.option(
    "--root",
    "roots",
    multiple=True,
    required=True,
    metavar="NAME|CARD",
    help="A root key: its party or card.",
)
_threshold = click.option(
    "--threshold", type=click.IntRange(1), required=True, help="How many root keys it takes."
)
_online = click.option(
    "--online", required=True, metavar="NAME|CARD", help="The key that says how fresh the repository is."
)


@click.command()
@folder_argument
@_roots
@_threshold
@_online
@key_names
@options.workspace_folder
@options.json_output
def init(
    folder: Path,
    roots: tuple[str, ...],
    threshold: int,
    online: str,
    key_names: tuple[str, ...],
    workspace: Path,
    as_json: bool,
) -> int:
    """Make a REPOSITORY. Serve its folder public/ with any web server.

    Give subscribers its 1.root.json and the digest that is printed, on a way that they trust.
    """
    from groundstop.cli.parties import find_card
    from groundstop.directives.repository import create

    cards = [find_card(workspace, name) for name in roots]
    keys = own_keys(workspace, key_names)
    outcome = create(folder, cards, threshold, find_card(workspace, online), keys, now=now())
    return _ended(outcome, folder, as_json=as_json)


@click.command()
@folder_argument
@_roots
@_threshold
@_online
@key_names
@options.workspace_folder
@options.json_output
def rotate(
    folder: Path,
    roots: tuple[str, ...],
    threshold: int,
    online: str,
    key_names: tuple[str, ...],
    workspace: Path,
    as_json: bool,
) -> int:
    """Give a REPOSITORY these root keys, this threshold and this online key, from now on.

    The old root keys and the new ones sign it. Subscribers follow by themselves. It also renews a root that
    is about to expire.
    """
    from groundstop.cli.parties import find_card
    from groundstop.directives.repository import rotate_keys

    cards: list[KeyCard] = [find_card(workspace, name) for name in roots]
    keys = own_keys(workspace, key_names)
    outcome = rotate_keys(folder, cards, threshold, find_card(workspace, online), keys, now=now())
    return _ended(outcome, folder, as_json=as_json)


@click.command()
@folder_argument
@click.argument("change")
@key_names
@options.workspace_folder
@options.json_output
def sign(folder: Path, change: str, key_names: tuple[str, ...], workspace: Path, as_json: bool) -> int:
    """Sign a CHANGE that waits in a REPOSITORY; the last signature makes it public."""
    from groundstop.directives.repository import sign_staged

    outcome = sign_staged(folder, change, own_keys(workspace, key_names), now=now())
    return _ended(outcome, folder, as_json=as_json)


@click.command()
@folder_argument
@click.argument("change")
@options.json_output
def withdraw(folder: Path, change: str, as_json: bool) -> int:
    """Give up a CHANGE that waits in a REPOSITORY. Nothing that is public is touched."""
    from groundstop.cli.output import tell
    from groundstop.directives.repository import withdraw_staged

    withdraw_staged(folder, change)
    tell(f"The change {change} is given up.", {"withdrawn": change}, as_json=as_json)
    return ExitCode.GOOD


@click.command()
@folder_argument
@key_names
@options.workspace_folder
@options.json_output
def refresh(folder: Path, key_names: tuple[str, ...], workspace: Path, as_json: bool) -> int:
    """Sign a new timestamp of a REPOSITORY with its online key, and publish what waited for that key only.

    A timestamp lives for five minutes: run this every minute, or let groundstop repository serve do it.
    """
    from groundstop.cli.output import tell
    from groundstop.directives.repository import refresh as renew

    (key,) = own_keys(workspace, key_names[:1])
    done = renew(folder, key, now=now())
    told = f"Timestamp {done.timestamp}, snapshot {done.snapshot}."
    told += "".join(f"\nPublished: {what}." for what in done.published)
    told += "".join(f"\nStill waits: {why}" for why in done.waiting)
    record = {
        "timestamp": done.timestamp,
        "snapshot": done.snapshot,
        "published": list(done.published),
        "waiting": list(done.waiting),
    }
    tell(told, record, as_json=as_json)
    return ExitCode.GOOD


def _ended(outcome: Outcome, folder: Path, *, as_json: bool) -> int:
    from groundstop.cli.output import show_json
    from groundstop.directives.repository import Places
    from groundstop.evidence import read_bounded
    from groundstop.evidence.statements import digest_of

    root = Places(folder).role("root", 1)
    digest = digest_of(read_bounded(root, most=1024 * 1024)) if root.exists() else None
    if as_json:
        show_json({**outcome_record(outcome), "root": digest})
    else:
        tell_outcome(outcome)
        if digest is not None:
            click.echo(f"Subscribers trust {root} by its digest: {digest}")
    return ExitCode.GOOD if outcome.published else ExitCode.INCONCLUSIVE
