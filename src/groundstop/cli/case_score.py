"""``groundstop case score`` and ``profiles``: one's own severity score."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from groundstop.cli import options
from groundstop.cli.case_acting import case_file, key_name, now, read, said_in, words_options
from groundstop.errors import ExitCode, InputError

if TYPE_CHECKING:
    from groundstop.cases.state import CaseState

_MOST_BYTES = 64 * 1024 * 1024


@click.command()
@case_file
@click.argument("axes", nargs=-1, required=True, metavar="AXIS=VALUE...")
@click.option("--profile", default="cjs-2026-07-02", show_default=True, help="See: groundstop case profiles.")
@click.option("--reason", "reasons", multiple=True, metavar="AXIS=TEXT", help="Why; for every axis.")
@click.option(
    "--comparators",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The comparator run (groundstop compare --json) that a gain is measured against; "
    "default: the newest one in the case. It is put into the case if it is not there.",
)
@click.option("--raise-to", metavar="LEVEL", help="A higher level than the computed one.")
@click.option("--raise-reason", help="Why it is raised.")
@click.option("--text", help="For a developer: why the severity is another.")
@key_name
@words_options
@options.workspace_folder
@options.json_output
def score(
    file: Path,
    axes: tuple[str, ...],
    profile: str,
    reasons: tuple[str, ...],
    comparators: Path | None,
    raise_to: str | None,
    raise_reason: str | None,
    text: str | None,
    key_name: str | None,
    summary: str | None,
    public: str | None,
    workspace: Path,
    as_json: bool,
) -> int:
    """Give your severity score of a CASE, each AXIS with its value and reason.

    Scores stand side by side and are never averaged. A developer's is a dispute of the severity, and needs
    --text. A result can be raised with a reason, never lowered.
    """
    from groundstop.cases.folding import fold
    from groundstop.cases.severity import check_score, outcome_of
    from groundstop.cases.speaking import Words, read_said
    from groundstop.cli.output import tell
    from groundstop.cli.parties import own_key
    from groundstop.documents.cases import (
        AttachedKind,
        EvidenceGiven,
        EvidenceKind,
        Role,
        Scored,
        SeverityDispute,
    )

    key = own_key(workspace, key_name)
    state = fold(read(file))
    run, new = _comparators(state, comparators)
    if raise_to is not None and not raise_reason:
        raise InputError("A raised level has no reason", "Give --raise-reason")
    told = _pairs(reasons, "reason")
    values: dict[str, Any] = {
        "profile": profile,
        "assessed": now(),
        "values": [
            {"axis": axis, "value": _number(value), "reason": told.pop(axis, "")}
            for axis, value in _pairs(axes, "axis").items()
        ],
        "raised": {"to": raise_to, "reason": raise_reason or ""} if raise_to is not None else None,
        "comparators": run,
    }
    if told:
        raise InputError(f"There is a reason for {', '.join(told)}, and no value", "Give the axis too")
    if any(not one["reason"] for one in values["values"]):
        raise InputError("An axis has no reason", "Give --reason AXIS=TEXT for every axis")
    party = state.party(key.card.name)
    disputes = party is not None and party.role is Role.DEVELOPER
    said = read_said(
        {"type": "severity_dispute", "score": values, "text": text or ""}
        if disputes
        else {"type": "scored", "score": values}
    )
    assert isinstance(said, Scored | SeverityDispute)  # noqa: S101 - of the type that was given
    check_score(said.score)
    if new is not None:
        given = EvidenceGiven(kind=EvidenceKind.COMPARISON)
        said_in(workspace, file, given, key, Words(files=((AttachedKind.COMPARISON, new),)))
    _, digest = said_in(workspace, file, said, key, Words(summary=summary, public=public))
    outcome = outcome_of(said.score)
    sentence = f"Scored {outcome.level} under {profile}; deciding: {', '.join(outcome.deciding) or 'no axis'}"
    value = {"statement": digest, "level": outcome.level, "deciding": list(outcome.deciding)}
    tell(sentence, value, as_json=as_json)
    return ExitCode.GOOD


@click.command()
@click.argument("name", required=False, metavar="[PROFILE]")
@options.json_output
def profiles(name: str | None, as_json: bool) -> int:
    """Show the severity profiles: axes, allowed values, levels and rules."""
    from groundstop.cases.severity import describe_profile, profiles
    from groundstop.cli.output import show_json

    names = [name] if name is not None else list(profiles())
    texts = {one: describe_profile(one) for one in names}
    if as_json:
        show_json({"profiles": [{"name": one, "text": text} for one, text in texts.items()]})
    else:
        click.echo("\n\n".join(texts.values()))
    return ExitCode.GOOD


def _comparators(state: CaseState, path: Path | None) -> tuple[str | None, bytes | None]:
    """Return the content id of the comparator run of a score, and the run if the case lacks it."""
    from groundstop.documents import Comparison
    from groundstop.evidence import read_bounded

    known = [
        one.document.content_id
        for one in state.evidence
        if isinstance(one.document, Comparison) and (entry := state.entry(one.entry)) and entry.stands
    ]
    if path is None:
        return (known[-1] if known else None), None
    run = Comparison.parse(read_bounded(path, most=_MOST_BYTES), source=str(path))
    return run.content_id, (None if run.content_id in known else run.canonical())


def _pairs(texts: tuple[str, ...], what: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals or not name or name in found:
            raise InputError(f"{text!r} is no {what}, or stands there twice", "Write AXIS=VALUE once each")
        found[name] = value
    return found


def _number(text: str) -> float | str:
    try:
        return float(text)
    except ValueError:
        return text
