"""``groundstop case open`` and ``reveal``: beginning a case, and who a withheld party is."""

from __future__ import annotations

import secrets
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from groundstop.cli import options
from groundstop.cli.case_acting import case_file, key_name, now, read, said_in, words_options
from groundstop.errors import InputError

if TYPE_CHECKING:
    from groundstop.documents.cases import PartyEntry, WithheldIdentity

_ROLES = ("reporter", "developer", "authority", "coordinator", "operator", "corroborator")
_OPENING = ("reporter", "coordinator", "authority")
_EXPOSURES = ("restricted", "offered", "recipe public", "exploited")
_LONGEST_IDENTITY = 500
_LONGEST_TITLE = 200


@click.command("open")
@click.argument(
    "findings", nargs=-1, required=True, type=click.Path(path_type=Path, dir_okay=False), metavar="FINDING..."
)
@click.option("--title", help="For everybody; it must give no way of asking.")
@click.option(
    "--advisory",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Somebody's advisory about it (CSAF, AVID, flaw report, CycloneDX): it is attached, and gives the "
    "title if none is given. What it says stays its publisher's word.",
)
@click.option("--role", type=click.Choice(_OPENING), default="reporter", show_default=True, help="Your own.")
@click.option(
    "--party",
    "parties",
    multiple=True,
    metavar="ROLE=NAME",
    help="Another party; its card is looked for in the trust file, or NAME is its card's path.",
)
@click.option("--exposure", type=click.Choice(_EXPOSURES), default="offered", show_default=True)
@click.option("--policy", default="groundstop-2026", show_default=True, help="See: groundstop case policies.")
@click.option("--zone", default="UTC", show_default=True, help="Time zone of the business days.")
@click.option("--holiday", "holidays", multiple=True, metavar="YYYY-MM-DD", help="No business day.")
@click.option(
    "--identity-held-by",
    "holder",
    metavar="NAME",
    help="Withhold who you are: your key's name is a pseudonym, and this party keeps your identity.",
)
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False), help="Default: CASE-ID.gsb.")
@key_name
@words_options
@options.workspace_folder
@options.json_output
def open_case(
    findings: tuple[Path, ...],
    title: str | None,
    advisory: Path | None,
    role: str,
    parties: tuple[str, ...],
    exposure: str,
    policy: str,
    zone: str,
    holidays: tuple[str, ...],
    holder: str | None,
    output: Path | None,
    key_name: str | None,
    summary: str | None,
    public: str | None,
    workspace: Path,
    as_json: bool,
) -> None:
    """Open a case about one or more FINDINGs (.gsb), which are put into it as they are.

    A party whose card is not at hand is named without a key: it can be told, and cannot answer until its key
    is named with "case invite CASE". With --identity-held-by your identity is read from standard input.
    """
    from groundstop.cases.attachments import finding_ref
    from groundstop.cases.clocks import check_opening
    from groundstop.cases.files import save_new
    from groundstop.cases.reading import MAX_BYTES as ADVISORY_BYTES
    from groundstop.cases.reading import read_advisory
    from groundstop.cases.speaking import Words, new_case_id, read_said
    from groundstop.cases.speaking import open_case as opened_case
    from groundstop.cli.case_memory import memory_of
    from groundstop.cli.output import tell
    from groundstop.cli.parties import own_key
    from groundstop.documents.cases import AttachedKind, Opened, PartyEntry, Role
    from groundstop.evidence import read_bounded, read_bundle
    from groundstop.evidence.archive import MOST_BYTES

    key = own_key(workspace, key_name)
    bundles = [(read_bundle(path), read_bounded(path, most=MOST_BYTES)) for path in findings]
    others = [_party(workspace, text) for text in parties]
    named = [bundle.finding.reporter for bundle, _ in bundles if bundle.finding.reporter != key.card.name]
    if holder is not None and named:
        raise InputError(
            f"The finding says that it is by {named[0]}: its bundle would tell who {key.card.name} is",
            f"Seal the finding with the key {key.card.name}, which is the pseudonym",
        )
    withheld: WithheldIdentity | None = None
    files: tuple[tuple[AttachedKind, bytes], ...] = ()
    if holder is not None:
        withheld, sealed = _withheld(holder, [*others], key.card.recipient)
        files = ((AttachedKind.ESCROW, sealed),)
    if advisory is not None:
        data = read_bounded(advisory, most=ADVISORY_BYTES)
        title = title or read_advisory(data, str(advisory)).title[:_LONGEST_TITLE]
        files = (*files, (AttachedKind.OTHER, data))
    if title is None:
        raise InputError("The case has no title", "Give --title, or an --advisory that has one")
    mine = PartyEntry(name=key.card.name, role=Role(role), card=key.card, withheld=withheld)
    opened = read_said(
        {
            "type": "opened",
            "title": title,
            "findings": [finding_ref(bundle).to_json() for bundle, _ in bundles],
            "parties": [party.to_json() for party in (mine, *others)],
            "exposure": exposure,
            "policy": policy,
            "calendar": {"zone": zone, "holidays": list(holidays)},
        }
    )
    assert isinstance(opened, Opened)  # noqa: S101 - what is said is of the type that was given
    check_opening(opened)
    moment = now()
    case_id = new_case_id(moment)
    begun = opened_case(
        case_id,
        opened,
        Role(role),
        bundles,
        key,
        now=moment,
        words=Words(summary=summary, public=public, files=files),
    )
    path = output or Path(f"{case_id}.gsb")
    save_new(path, begun)
    memory_of(workspace, begun, key).keep(begun, key, 1)
    without = [party.name for party in others if party.card is None]
    if as_json:
        tell("", {"case": case_id, "file": str(path), "without_key": without}, as_json=True)
        return
    click.echo(f"Case {case_id} opened as {path}")
    for name in without:
        click.echo(f"No key of {name} is known: it can be told, and cannot answer yet")
    click.echo(f"Next: groundstop case state {path}")


@click.command()
@case_file
@click.argument("party")
@key_name
@options.workspace_folder
@options.json_output
def reveal(file: Path, party: str, key_name: str | None, workspace: Path, as_json: bool) -> None:
    """Tell the case who a withheld PARTY is; for that party itself, or for whoever keeps its identity."""
    from groundstop.cases.escrow import opened_identity
    from groundstop.cases.folding import fold
    from groundstop.cli.output import tell
    from groundstop.cli.parties import own_key
    from groundstop.documents.cases import IdentityRevealed

    key = own_key(workspace, key_name)
    case = read(file)
    salt, identity = opened_identity(case, fold(case), party, key)
    _, digest = said_in(workspace, file, IdentityRevealed(party=party, salt=salt, identity=identity), key)
    tell(f"The case now says who {party} is", {"party": party, "statement": digest}, as_json=as_json)


@click.command()
@case_file
@click.argument("party", metavar="ROLE=NAME")
@key_name
@options.workspace_folder
@options.json_output
def invite(file: Path, party: str, key_name: str | None, workspace: Path, as_json: bool) -> None:
    """Bring another party into a CASE, or name the key of one that had none.

    Its card is looked for in the trust file, or NAME is its card's path. For a coordinator, an authority, or
    whoever opened the case; and for every party to name a new key of its own, signed with the old one.
    """
    from groundstop.cli.output import tell
    from groundstop.cli.parties import own_key
    from groundstop.documents.cases import PartyNamed

    entry = _party(workspace, party)
    _, digest = said_in(workspace, file, PartyNamed(party=entry), own_key(workspace, key_name))
    known = "with its key" if entry.card else "without a key: it can be told, and cannot answer yet"
    value = {
        "party": entry.name,
        "role": entry.role.value,
        "key": entry.card is not None,
        "statement": digest,
    }
    tell(f"{entry.name} is now {entry.role} in the case, {known}", value, as_json=as_json)


def _party(workspace: Path, text: str) -> PartyEntry:
    from groundstop.cli.parties import find_card
    from groundstop.documents.cases import PartyEntry, Role

    role, equals, name = text.partition("=")
    if not equals or role not in _ROLES or not name:
        raise InputError(f"{text!r} is no party", f"Write ROLE=NAME, with a role of {', '.join(_ROLES)}")
    try:
        card = find_card(workspace, name)
    except InputError:
        if Path(name).name != name or Path(name).suffix == ".json":
            raise
        card = None
    try:
        return PartyEntry(name=card.name if card else name, role=Role(role), card=card)
    except ValueError as error:
        raise InputError(
            f"{name!r} cannot be the name of a party", "Use small letters, digits, dots and hyphens"
        ) from error


def _withheld(holder: str, others: list[PartyEntry], own: str) -> tuple[WithheldIdentity, bytes]:
    from groundstop.cases.escrow import withheld_identity

    found = next((party for party in others if party.name == holder), None)
    if found is None or found.card is None:
        raise InputError(
            f"The party {holder!r} cannot keep an identity: it is no party of the case whose key is known",
            "Name it with --party, and import its card first with groundstop key import",
        )
    if sys.stdin.isatty():
        click.echo("Your identity, on one line (only the holder can read it):", err=True)
    identity = sys.stdin.readline(4 * _LONGEST_IDENTITY).strip()
    if not 0 < len(identity) <= _LONGEST_IDENTITY:
        raise InputError(
            f"An identity has 1 to {_LONGEST_IDENTITY} characters", "Give it on one line of standard input"
        )
    return withheld_identity(identity, holder, [found.card.recipient, own], secrets.token_bytes(32))
