"""``groundstop licence grant`` and ``revoke``: signed exceptions to an order."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from groundstop.cli import options
from groundstop.cli.directive_acting import (
    key_names,
    now,
    order_file,
    output_file,
    own_keys,
    read_directive,
    repository_folder,
    sign_and_put,
)
from groundstop.errors import ExitCode, InputError

if TYPE_CHECKING:
    from groundstop.directives.licensing import Named
    from groundstop.documents.directives import Licence, Quota

_MOST_STAFF_BYTES = 1024 * 1024


@click.command()
@order_file
@click.option("--organisation", required=True, help="Who may, as its token issuer calls it.")
@click.option(
    "--staff",
    type=click.Path(path_type=Path, dir_okay=False),
    help="File of named staff, a line each: ISSUER NAME. Only commitments to them are published. "
    "Default: whoever is attested to work there.",
)
@click.option("--model", "models", multiple=True, metavar="LABEL", help="For this model only.")
@click.option("--act", "acts", multiple=True, help="For this act only. Default: every act of the order.")
@click.option("--purpose", "purposes", multiple=True, help="For this attested purpose only.")
@click.option("--quota", metavar="N/day|N", help="Requests that it is good for, at each gateway.")
@click.option(
    "--condition", "conditions", multiple=True, help="What the holder takes on; enforced by nothing."
)
@click.option("--days", type=click.IntRange(1), help="Default: as long as the order.")
@click.option(
    "--grace", "grace_s", type=click.IntRange(0, 86_400), default=0, show_default=True,
    help="Seconds for which it holds at a gateway that has heard nothing for too long.",
)  # fmt: skip
@key_names
@output_file
@repository_folder
@options.workspace_folder
@options.json_output
def grant(
    order: Path,
    organisation: str,
    staff: Path | None,
    models: tuple[str, ...],
    acts: tuple[str, ...],
    purposes: tuple[str, ...],
    quota: str | None,
    conditions: tuple[str, ...],
    days: int | None,
    grace_s: int,
    key_names: tuple[str, ...],
    output: Path | None,
    repository: Path | None,
    online: str | None,
    workspace: Path,
    as_json: bool,
) -> int:
    """Grant a licence under an ORDER. It takes the authority's quorum to come into force."""
    from groundstop.directives.ids import Numbered, new_id
    from groundstop.directives.licensing import Wanted, new_licence
    from groundstop.documents.directives import Act

    directive, moment = read_directive(order), now()
    known = {act.value for act in Act}
    if unknown := sorted(set(acts) - known):
        raise InputError(f"There is no act {unknown[0]!r}", f"Choose among: {', '.join(sorted(known))}")
    made = new_licence(
        directive,
        Wanted(
            organisation=organisation,
            staff=_staff(staff),
            models=models,
            acts=tuple(Act(act) for act in acts),
            purposes=purposes,
            quota=None if quota is None else _quota(quota),
            conditions=conditions,
            grace_s=grace_s,
            effective=max(moment, directive.effective),
            expires=_ends(days, moment, directive.expires),
        ),
        licence_id=new_id(Numbered.LICENCE, moment, secrets.token_hex),
        salt=secrets.token_hex(32),
        now=moment,
    )
    keys = own_keys(workspace, key_names)
    sign_and_put(
        made,
        made.id,
        keys,
        output=output,
        repository=repository,
        online=online,
        workspace=workspace,
        as_json=as_json,
    )
    return ExitCode.GOOD


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False), metavar="LICENCE")
@click.option("--reason", required=True, help="Why it ends.")
@key_names
@output_file
@repository_folder
@options.workspace_folder
@options.json_output
def revoke(
    file: Path,
    reason: str,
    key_names: tuple[str, ...],
    output: Path | None,
    repository: Path | None,
    online: str | None,
    workspace: Path,
    as_json: bool,
) -> int:
    """End a LICENCE now. It takes a right away, so that one authorised key is enough."""
    from groundstop.documents.directives import LicenceRevocation

    held = _read_licence(file)
    made = LicenceRevocation(licence=held.id, issuer=held.issuer, created=now(), reason=reason)
    keys = own_keys(workspace, key_names)
    sign_and_put(
        made,
        f"{held.id}.revoked",
        keys,
        output=output,
        repository=repository,
        online=online,
        workspace=workspace,
        as_json=as_json,
    )
    return ExitCode.GOOD


def _read_licence(path: Path) -> Licence:
    from groundstop.directives.reading import read_order_file
    from groundstop.documents.directives import Licence

    document = read_order_file(path).document
    if not isinstance(document, Licence):
        raise InputError(
            f"{path} is a {document.kind}, not a licence", "Give what groundstop licence grant wrote"
        )
    return document


def _ends(days: int | None, moment: datetime, latest: datetime) -> datetime | None:
    if days is None:
        return None
    # A licence that outlives its order would be good for nothing then.
    return min(moment + timedelta(days=min(days, 36_500)), latest)


def _staff(path: Path | None) -> tuple[Named, ...]:
    """Read named staff: a token issuer and a name a line; the name is all after the first space."""
    from groundstop.directives.licensing import Named
    from groundstop.evidence import read_bounded

    if path is None:
        return ()
    try:
        lines = read_bounded(path, most=_MOST_STAFF_BYTES).decode("utf-8").splitlines()
    except UnicodeDecodeError as error:
        raise InputError(f"{path} is not UTF-8 text", "Save it as UTF-8") from error
    found = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        issuer, _, name = line.strip().partition(" ")
        if not name.strip():
            raise InputError(f"Line {number} of {path} is no issuer and name", "Write: ISSUER NAME")
        found.append(Named(issuer, name.strip()))
    if not found:
        raise InputError(f"{path} names nobody", "Write a line each: ISSUER NAME; or leave --staff out")
    return tuple(found)


def _quota(text: str) -> Quota:
    from groundstop.documents.directives import Quota, QuotaPeriod

    count, _, period = text.partition("/")
    if not count.isdecimal() or len(count) > 12 or int(count) < 1 or period not in ("", "day"):
        raise InputError(f"{text!r} is no quota", "Give a number of requests, such as 1000, or 50/day")
    return Quota(requests=int(count), per=QuotaPeriod.DAY if period else QuotaPeriod.TOTAL)
