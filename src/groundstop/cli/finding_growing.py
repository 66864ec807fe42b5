"""``groundstop finding grant``, ``add``, ``cosign`` and ``minimize``: what is added to a sealed finding."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from groundstop.cli import options
from groundstop.errors import ExitCode, InputError

PARTS = ("recipe", "plan", "trials")
"""The parts that a finding is sealed with."""

_MOST_BYTES = 4 * 1024 * 1024
"""Of a statement: a verification lists every held-out request that it used up."""

_file = click.argument("file", type=click.Path(path_type=Path, dir_okay=False))


@click.command()
@_file
@click.option("--to", "reader", required=True, metavar="NAME", help="The new reader.")
@click.option("--part", type=click.Choice(PARTS), required=True, help="The one part that is granted.")
@click.option("--key", "key_name", help="Sign with this key, which keeps the finding's log.")
@options.workspace_folder
@options.json_output
def grant(file: Path, reader: str, part: str, key_name: str | None, workspace: Path, as_json: bool) -> None:
    """Let one more party read one part. Other parts, and other readers' files, are not touched."""
    from groundstop.cli.opening import open_recorded
    from groundstop.cli.output import tell
    from groundstop.cli.parties import find_card, own_key
    from groundstop.documents import PartName
    from groundstop.evidence import grant_part, read_bundle, save_bundle

    bundle = read_bundle(file)
    key = own_key(workspace, key_name)
    card = find_card(workspace, reader)
    opened = open_recorded(workspace, bundle, PartName(part), key, purpose=f"grant to {card.name}")
    save_bundle(
        file, grant_part(bundle, PartName(part), opened, card, key, now=datetime.now(UTC)), replaces=True
    )
    sentence = f"{card.name} can now read the part {part} of {bundle.finding.id}"
    tell(sentence, {"finding": bundle.finding.id, "part": part, "reader": card.name}, as_json=as_json)


@click.command()
@_file
@click.argument("statement", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--card", type=click.Path(path_type=Path, dir_okay=False), help="The signer's card, if not trusted yet."
)
@click.option("--key", "key_name", help="The key that keeps the finding's log.")
@options.workspace_folder
@options.json_output
def add(
    file: Path, statement: Path, card: Path | None, key_name: str | None, workspace: Path, as_json: bool
) -> None:
    """Add a corroboration or a verification to a finding, and enter it in the finding's log.

    STATEMENT is the file that "groundstop reproduce" or "groundstop verify-fix" wrote. What would make the
    finding fail its audit is refused.
    """
    from groundstop.cli.output import tell
    from groundstop.cli.parties import own_key, trusted
    from groundstop.evidence import add_statement, read_bounded, read_bundle, read_card, save_bundle

    bundle = read_bundle(file)
    cards = [entry.card for entry in trusted(workspace).keys]
    grown = add_statement(
        bundle,
        read_bounded(statement, most=_MOST_BYTES),
        [read_card(card)] if card is not None else cards,
        own_key(workspace, key_name),
        now=datetime.now(UTC),
    )
    save_bundle(file, grown, replaces=True)
    held = len(grown.document_names)
    sentence = f"Added to {file}, which now holds {held} documents"
    tell(sentence, {"file": str(file), "finding": grown.finding.id, "documents": held}, as_json=as_json)


@click.command()
@_file
@click.option("--key", "key_name", help="The witness' key.")
@options.workspace_folder
@options.json_output
def cosign(file: Path, key_name: str | None, workspace: Path, as_json: bool) -> int:
    """As a witness: audit a finding's log, and sign that it was seen as it is now.

    Refuses a log that fails its audit, or that went backwards or was forked since it was last seen here.
    """
    from groundstop.cli.output import show as show_text
    from groundstop.cli.output import show_json, tell
    from groundstop.cli.parties import data_folder, own_key, trusted
    from groundstop.evidence import read_bundle, save_bundle, with_cosignature
    from groundstop.evidence.audit import audit_path
    from groundstop.reports import audit_text

    report = audit_path(file, trusted(workspace), heads=data_folder(workspace) / "heads")
    if not report.passed:
        if as_json:
            show_json(report.to_json())
        else:
            show_text(audit_text(report))
        return ExitCode.BAD
    key = own_key(workspace, key_name)
    seen = with_cosignature(read_bundle(file), key, now=datetime.now(UTC))
    save_bundle(file, seen, replaces=True)
    sentence = f"{key.card.name} has seen the log of {seen.finding.id} as it is now"
    tell(sentence, {"finding": seen.finding.id, "witness": key.card.name}, as_json=as_json)
    return ExitCode.GOOD


@click.command()
@_file
@click.option("--target", "target_name", help="Where the shorter recipes are tried.")
@click.option("--run", "run_id", help="Go on with this run instead of a new one.")
@click.option("--key", "key_name", help="Open the recipe with this key.")
@click.option(
    "--judge",
    type=click.Path(path_type=Path, dir_okay=False),
    help="A judge in YAML, if the recipe has none.",
)
@click.option(
    "--output", type=click.Path(path_type=Path, dir_okay=False), help="Write the shorter recipe here too."
)
@options.sampling
@options.budget
@options.seed
@options.workspace_folder
@options.json_output
def minimize(
    file: Path,
    target_name: str | None,
    run_id: str | None,
    key_name: str | None,
    judge: Path | None,
    output: Path | None,
    temperature: float | None,
    max_tokens: int | None,
    max_calls: int | None,
    max_tokens_spent: int | None,
    max_money: float | None,
    seed: int | None,
    workspace: Path,
    as_json: bool,
) -> int:
    """Leave out of a recipe the turns and settings that do not matter, so that it is easier to rerun.

    Each is left out in turn, and a sequential test decides whether the recipe still reproduces. Nothing is
    reworded. With the key that keeps the finding's log, the shorter recipe is sealed into the finding.
    """
    from groundstop.cli.minimizing import Wanted, minimize_finding

    if (target_name is None) == (run_id is None):
        raise InputError("Either a target or a run is needed", "Give --target for a new run, or --run")
    wanted = Wanted(
        file=file,
        target=target_name,
        run=run_id,
        key=key_name,
        judge=judge,
        output=output,
        temperature=temperature,
        max_tokens=max_tokens,
        budget=options.read_budget(max_calls, max_tokens_spent, max_money),
        seed=seed,
    )
    return minimize_finding(workspace, wanted, as_json=as_json)
