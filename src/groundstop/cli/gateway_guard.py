"""``groundstop gateway guard``: virtual patches, made from a sealed recipe and holding none of its text."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from groundstop.cli import gateway_guard_files as files
from groundstop.cli import options
from groundstop.cli.directive_acting import Hours, now
from groundstop.errors import ExitCode, InputError

if TYPE_CHECKING:
    from groundstop.documents.gateway import Guard
    from groundstop.evidence import Bundle
    from groundstop.gateway.guards.calibrating import Ordinary


@click.group()
def guard() -> None:
    """Virtual patches: let a model stay, behind a guard against a finding's recipe.

    A guard holds salted hashes, and vectors where you give a model for them; it holds no text. Build it, try
    it in shadow, then stage it as blocking. It counts for an order of the kind virtual-patch only.
    """


@guard.command()
@click.argument("finding", type=click.Path(path_type=Path, dir_okay=False), metavar="FINDING")
@click.option(
    "--directive",
    required=True,
    metavar="GSD-…|ORDER",
    help="The order that asks for it: its id or its file.",
)
@click.option("--key", "key_name", help="Your key: the recipe is opened with it, which goes on record.")
@click.option("--suite", "suite_name", default="canary", show_default=True, help="Whose ordinary requests.")
@click.option("--benign", type=files.TEXTS, help="More ordinary requests: a line each, or JSON Lines.")
@click.option(
    "--neighbours",
    type=files.TEXTS,
    help="Ordinary requests that are as near to the recipe as they come. Give some: they tell most.",
)
@click.option("--variants", type=files.TEXTS, help="Further wordings to be guarded against.")
@files.embedding_options
@click.option("--hours", type=Hours(24 * 366), default=24.0 * 30, show_default=True, help="For how long.")
@click.option("--output", "-o", type=files.FILE, help="Default: GSG-….json.")
@options.workspace_folder
@options.json_output
def build(
    finding: Path,
    directive: str,
    key_name: str | None,
    suite_name: str,
    benign: Path | None,
    neighbours: Path | None,
    variants: Path | None,
    weights: Path | None,
    tokenizer: Path | None,
    hours: float,
    output: Path | None,
    workspace: Path,
    as_json: bool,
) -> int:
    """Make a guard against the recipe of FINDING, and measure it. It begins in shadow, and is not signed yet.

    The thresholds are chosen on one half of the ordinary requests, none of which it blocks. The rates are
    those of the other half. Where no threshold tells the recipe from them, nothing is written.
    """
    from groundstop.cli.opening import open_recipe
    from groundstop.cli.output import show_json
    from groundstop.cli.parties import own_key
    from groundstop.evidence import PRIVATE, read_bundle, write_new
    from groundstop.gateway.guards.compiling import About, Wordings, compile_guard

    moment, key, bundle = now(), own_key(workspace, key_name), read_bundle(finding)
    about = About(
        _directive(directive, bundle), bundle.finding.content_id, bundle.finding.id, by=key.card.name
    )
    ordinary = _ordinary(workspace, suite_name, benign, neighbours)
    more = files.texts_in(variants) if variants else ()
    embedder = files.embedder(weights, tokenizer)
    recipe = open_recipe(workspace, bundle, key, purpose=f"a guard for {about.directive}")
    wordings = Wordings.of(recipe, more)
    made = compile_guard(
        about,
        wordings,
        ordinary,
        new_id=_new_id(moment),
        salt=secrets.token_hex(16),
        now=moment,
        expires=moment + timedelta(hours=hours),
        embedder=embedder,
    )
    path = output or Path(f"{made.id}.json")
    write_new(path, made.canonical() + b"\n", mode=PRIVATE)
    if as_json:
        show_json({"file": str(path), "too_short": wordings.too_short, **files.told(made)})
        return ExitCode.GOOD
    click.echo(f"{path}: the guard {made.id} against {made.finding_id}, for {made.directive}; in shadow.")
    for line in files.rates(made):
        click.echo(line)
    if wordings.too_short:
        click.echo(f"{wordings.too_short} wordings are too short to be guarded against, and go through.")
    click.echo(f"Sign it with: groundstop gateway guard sign {path}")
    return ExitCode.GOOD


@guard.command()
@files.guard_file
@click.option("--benign", type=files.TEXTS, required=True, help="Ordinary requests of your own.")
@files.embedding_options
@options.json_output
def calibrate(file: Path, benign: Path, weights: Path | None, tokenizer: Path | None, as_json: bool) -> int:
    """Measure how many of your own ordinary requests a guard would block. Nothing of it is changed.

    Exit code: 0 no more than one in twenty, 1 more.
    """
    from groundstop.cli.output import show_json
    from groundstop.gateway.guards.calibrating import MOST_WRONG, measured

    made = files.read(file).guard
    rate = measured(files.scorer(made, weights, tokenizer), made.votes, files.texts_in(benign))
    if as_json:
        show_json({"guard": made.id, "ordinary": rate.to_json()})
    else:
        click.echo(f"{made.id} would block {files.rate_words(rate)} of these requests.")
    return ExitCode.BAD if rate.blocked > MOST_WRONG * rate.n else ExitCode.GOOD


def _directive(text: str, bundle: Bundle) -> str:
    """Return the id of a directive; where its file is given, check that it asks for this guard."""
    import re

    from groundstop.cli.directive_acting import read_directive
    from groundstop.documents.directives import DIRECTIVE_ID, OrderKind

    if re.fullmatch(DIRECTIVE_ID, text):
        return text
    order = read_directive(Path(text))
    if order.order is not OrderKind.VIRTUAL_PATCH:
        raise InputError(f"{order.id} asks for no guard: it is of the kind {order.order}", "Give another")
    if all(one.finding != bundle.finding.content_id for one in order.evidence):
        raise InputError(f"{order.id} does not rest on {bundle.finding.id}", "Give the order that does")
    return order.id


def _ordinary(workspace: Path, suite_name: str, benign: Path | None, neighbours: Path | None) -> Ordinary:
    from groundstop.cli.wiring import open_suite, open_workspace
    from groundstop.gateway.guards.calibrating import Ordinary

    with open_workspace(workspace) as space:
        asked = tuple(one.ask for one in open_suite(suite_name, space).benign)
    more = files.texts_in(benign) if benign else ()
    return Ordinary((*asked, *more), files.texts_in(neighbours) if neighbours else ())


def _new_id(moment: datetime) -> str:
    return f"GSG-{moment:%Y%m%d}-{secrets.token_hex(5)}"


@guard.command()
@files.guard_file
@click.option("--key", "key_name", help="Your key.")
@click.option("--output", "-o", type=files.FILE, help="Default: GSG-….dsse.json.")
@options.workspace_folder
@options.json_output
def sign(file: Path, key_name: str | None, output: Path | None, workspace: Path, as_json: bool) -> int:
    """Sign a guard that was built. Operators put it into the folder "guards" of their gateway's folder.

    It counts there when your key is in the charter of the order's issuer, or among the operator's own.
    """
    read = files.read(file)
    if read.signed is not None:
        raise InputError(f"{file} is signed already", "To sign it with another stage: guard stage")
    return _signed(read.guard, key_name, output, workspace, as_json=as_json)


@guard.command()
@files.guard_file
@click.option(
    "--blocking/--shadow",
    default=None,
    help="Whether what matches is kept out, or only counted.",
)
@click.option("--key", "key_name", help="Your key.")
@click.option("--output", "-o", type=files.FILE, help="Default: GSG-….dsse.json.")
@options.workspace_folder
@options.json_output
def stage(
    file: Path,
    blocking: bool | None,
    key_name: str | None,
    output: Path | None,
    workspace: Path,
    as_json: bool,
) -> int:
    """Make a guard blocking, or put it back into shadow: a new one, signed by you, with the same end.

    Take the file before out of the folder of the gateway: of several guards each is asked, and the strictest
    decides.
    """
    from groundstop.cli.parties import trusted
    from groundstop.documents.gateway import GuardStage
    from groundstop.evidence.statements import signers_of

    if blocking is None:
        raise InputError("It is not said which stage", "Give --blocking or --shadow")
    read, moment = files.read(file), now()
    if read.signed is not None:
        # Who signs it again says that it is as it was: that has to be known.
        signers_of(read.signed, [one.card for one in trusted(workspace).keys if one.revoked is None])
    if read.guard.expires <= moment:
        raise InputError(f"{file} is over since {read.guard.expires:%Y-%m-%d}", "Build a new one")
    chosen = GuardStage.BLOCKING if blocking else GuardStage.SHADOW
    changed = read.guard.model_copy(update={"stage": chosen, "created": moment, "id": _new_id(moment)})
    return _signed(changed, key_name, output, workspace, as_json=as_json)


def _signed(made: Guard, key_name: str | None, output: Path | None, workspace: Path, *, as_json: bool) -> int:
    from groundstop.cli.output import tell
    from groundstop.cli.parties import own_key, records
    from groundstop.evidence import PRIVATE, document_subject, write_new
    from groundstop.evidence.statements import sign as sign_statement

    key = own_key(workspace, key_name)
    path = output or Path(f"{made.id}.dsse.json")
    if path.exists():
        raise InputError(f"{path} exists already", "Choose another name with -o; nothing was signed")
    subjects = [document_subject(f"finding {made.finding_id}", made.finding)]
    envelope = sign_statement(made, subjects, [key])
    # On record first: what is out is known to have been signed, and never the other way round.
    records(workspace).enter_signed(envelope, now=now())
    write_new(path, envelope, mode=PRIVATE)
    tell(
        f"{path}: {made.id} for {made.directive}, {made.stage}, signed by {key.card.name}; "
        f"it ends on {made.expires:%Y-%m-%d %H:%M} UTC.",
        {"file": str(path), "key": key.card.key_id, **files.told(made)},
        as_json=as_json,
    )
    return ExitCode.GOOD


for _command in (files.show, files.check):
    guard.add_command(_command)
