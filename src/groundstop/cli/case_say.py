"""``groundstop case say``, ``types`` and ``interests``: speaking in one's own name."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from groundstop.cli import options
from groundstop.cli.case_acting import called, case_file, key_name, read, said_in, words_options
from groundstop.errors import ExitCode, InputError

if TYPE_CHECKING:
    from groundstop.cases.state import CaseState
    from groundstop.documents.cases import AttachedKind

_WORDS = ("text", "reason", "evidence", "risk", "basis")
"""Fields that hold somebody's words, whatever they begin with."""
_REFERENCES = ("statement", "challenge", "disclosure")
"""Fields that name another statement."""
_ATTACHED = ("corroboration", "verification", "comparison", "finding", "other")
_MOST_FIELD_BYTES = 64 * 1024
_MOST_ATTACHED_BYTES = 512 * 1024 * 1024


@click.command()
@case_file
@click.argument("kind", metavar="TYPE")
@click.argument("fields", nargs=-1, metavar="[FIELD=VALUE]...")
@click.option("--attach", multiple=True, metavar="KIND=FILE", help=f"Attach a file: {', '.join(_ATTACHED)}.")
@click.option("--amends", metavar="STATEMENT", help="Your own statement that this one replaces.")
@key_name
@words_options
@options.workspace_folder
@options.json_output
def say(
    file: Path,
    kind: str,
    fields: tuple[str, ...],
    attach: tuple[str, ...],
    amends: str | None,
    key_name: str | None,
    summary: str | None,
    public: str | None,
    workspace: Path,
    as_json: bool,
) -> int:
    """Make a statement in a CASE, in your own name.

    "groundstop case types" lists each TYPE with its fields and who may say it. A field that takes a list is
    given several times; a value that begins with { or [ is JSON, @FILE is what a file holds, and @@ is an @.
    Another statement is named by its number or the first digits of its digest, as "case timeline" has them.
    Dates have a zone: 2026-07-06T09:00Z.
    """
    from groundstop.cases.folding import fold
    from groundstop.cases.speaking import Words, read_said
    from groundstop.cli.output import tell
    from groundstop.cli.parties import own_key

    state = fold(read(file))
    _check_type(kind)
    values = {"type": kind, **_values(kind, fields, state)}
    said = read_said(values)
    words = Words(
        summary=summary,
        public=public,
        amends=called(state, amends) if amends is not None else None,
        files=tuple(map(_attached, attach)),
    )
    _, digest = said_in(workspace, file, said, own_key(workspace, key_name), words)
    sentence = f"Said {kind} in {state.id}, as statement {digest.removeprefix('sha256:')[:12]}"
    tell(sentence, {"case": state.id, "type": kind, "statement": digest}, as_json=as_json)
    return ExitCode.GOOD


@click.command()
@click.argument("kind", required=False, metavar="[TYPE]")
@options.json_output
def types(kind: str | None, as_json: bool) -> int:
    """List what can be said in a case, with its fields and who may say it."""
    from groundstop.cases.catalogue import catalogue
    from groundstop.cli.output import show, show_json
    from groundstop.reports.case_catalogue import catalogue_text

    if kind is not None:
        _check_type(kind)
    found = [one for one in catalogue() if kind in (None, one.type)]
    if as_json:
        show_json({"types": [one.to_json() for one in found]})
    else:
        show(catalogue_text(found))
    return ExitCode.GOOD


@click.command()
@case_file
@click.argument("declared", nargs=-1, metavar="[HOLDER:KIND=PARTY]...")
@click.option("--none-of", multiple=True, type=click.Choice(["organisation", "person"]), help="It has none.")
@click.option("--detail", help="More about what is declared, in a sentence.")
@key_name
@words_options
@options.workspace_folder
@options.json_output
def interests(
    file: Path,
    declared: tuple[str, ...],
    none_of: tuple[str, ...],
    detail: str | None,
    key_name: str | None,
    summary: str | None,
    public: str | None,
    workspace: Path,
    as_json: bool,
) -> int:
    """Declare what your organisation and its people have to gain or to lose; the later declaration counts.

    Both the organisation and its people are declared for, such as: organisation:equity=alder-models
    organisation:reseller=alder-models --none-of person. The kinds
    are equity, board, reseller, supplier, customer, competitor, litigation, "trading position", "government
    contract" and family. An interest never discards what you say: see docs/reference/interests.md.
    """
    from groundstop.cases.speaking import Words, read_said
    from groundstop.cli.output import tell
    from groundstop.cli.parties import own_key

    listed = [
        *(_interest(text, detail) for text in declared),
        *({"kind": "none", "of": holder} for holder in none_of),
    ]
    if not listed:
        raise InputError("Nothing is declared", "Give HOLDER:KIND=PARTY, or --none-of organisation")
    said = read_said({"type": "interests", "interests": listed})
    _, digest = said_in(
        workspace, file, said, own_key(workspace, key_name), Words(summary=summary, public=public)
    )
    tell("Declared", {"statement": digest, "interests": listed}, as_json=as_json)
    return ExitCode.GOOD


def _interest(text: str, detail: str | None) -> dict[str, Any]:
    holder, colon, rest = text.partition(":")
    kind, equals, party = rest.partition("=")
    if not colon or not equals:
        raise InputError(f"{text!r} is no interest", "Write HOLDER:KIND=PARTY, as organisation:equity=NAME")
    return {"kind": kind, "of": holder, "in_party": party, "detail": detail}


def _check_type(kind: str) -> None:
    from groundstop.cases.rights import RIGHTS

    if kind not in RIGHTS:
        raise InputError(
            f"There is no statement of the type {kind!r}", "See them with: groundstop case types"
        )


def _values(kind: str, fields: tuple[str, ...], state: CaseState) -> dict[str, Any]:
    from groundstop.cases.catalogue import catalogue

    lists = {
        one.name for type_of in catalogue() if type_of.type == kind for one in type_of.fields if one.many
    }
    values: dict[str, Any] = {}
    for text in fields:
        name, equals, value = text.partition("=")
        if not equals or not name:
            raise InputError(f"{text!r} is no field", "Write FIELD=VALUE")
        read_value: Any = called(state, value) if name in _REFERENCES else _value(name, value)
        if name in lists and not isinstance(read_value, list):
            values.setdefault(name, []).append(read_value)
        elif name in values:
            raise InputError(f"The field {name} is given twice", "Give it once")
        else:
            values[name] = read_value
    return values


def _value(name: str, text: str) -> Any:
    """Return a field's value: what begins as JSON is read as JSON, and @FILE is what the file holds."""
    from groundstop.documents import parse_json
    from groundstop.evidence import read_bounded

    if text.startswith("@@"):
        return text[1:]
    if text.startswith("@"):
        text = read_bounded(Path(text[1:]), most=_MOST_FIELD_BYTES).decode("utf-8", "replace").strip()
    if name in _WORDS or not text.startswith(("{", "[")):
        return text
    return parse_json(text.encode("utf-8"), source=f"The field {name}")


def _attached(text: str) -> tuple[AttachedKind, bytes]:
    from groundstop.documents.cases import AttachedKind
    from groundstop.evidence import read_bounded

    kind, equals, path = text.partition("=")
    if not equals or kind not in _ATTACHED:
        raise InputError(f"{text!r} names no file to attach", f"Write KIND=FILE, with {', '.join(_ATTACHED)}")
    return AttachedKind(kind), read_bounded(Path(path), most=_MOST_ATTACHED_BYTES)
