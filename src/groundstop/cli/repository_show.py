"""``groundstop repository status``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from groundstop.cli import options
from groundstop.cli.directive_acting import now
from groundstop.cli.repository_keys import folder_argument
from groundstop.errors import ExitCode

if TYPE_CHECKING:
    from datetime import datetime

    from groundstop.directives.repository import RepositoryStatus


@click.command()
@folder_argument
@options.json_output
def status(folder: Path, as_json: bool) -> int:
    """Show a REPOSITORY: each role's version, expiry and keys, its authorities, and what waits."""
    from groundstop.cli.output import show_json
    from groundstop.directives.repository import status as status_of

    moment = now()
    found = status_of(folder, now=moment)
    if as_json:
        show_json(_record(found, moment))
    else:
        _show(found, moment)
    return ExitCode.BAD if found.notes else ExitCode.GOOD


def _show(found: RepositoryStatus, moment: datetime) -> None:
    from rich.table import Table

    from groundstop.cli.output import show

    roles = Table("role", "version", "expires", "signed by", box=None, pad_edge=False)
    for role in found.roles:
        expires = f"{role.expires:%Y-%m-%d %H:%M}" + (" EXPIRED" if role.expired(moment) else "")
        roles.add_row(role.name, str(role.version), expires, f"{role.threshold} of {len(role.may_sign)}")
    show(roles)
    for one in found.authorities:
        click.echo(f"{one.name} ({one.called}): charter {one.charter}, {one.documents} documents")
    for change in found.staged:
        click.echo(f"Waits: {change.id}, {change.what}")
        for need in change.needs:
            click.echo(f"  {need.role}: {need.missing} more signatures")
    for note in found.notes:
        click.echo(f"Look at this: {note}.")


def _record(found: RepositoryStatus, moment: datetime) -> dict[str, Any]:
    return {
        "folder": str(found.folder),
        "roles": [
            {
                "name": role.name,
                "version": role.version,
                "expires": role.expires.isoformat(),
                "expired": role.expired(moment),
                "threshold": role.threshold,
                "keys": list(role.may_sign),
                "signed": role.signed,
            }
            for role in found.roles
        ],
        "authorities": [
            {
                "name": one.name,
                "called": one.called,
                "charter": one.charter,
                "orders": one.orders,
                "urgent": one.urgent,
                "documents": one.documents,
                "keys": [{"name": name, "key_id": key_id} for name, key_id in one.keys],
            }
            for one in found.authorities
        ],
        "staged": [
            {
                "id": change.id,
                "what": change.what,
                "made": change.made.isoformat(),
                "overtaken": change.overtaken,
                "needs": [
                    {"role": need.role, "missing": need.missing, "may_sign": list(need.may_sign)}
                    for need in change.needs
                ],
            }
            for change in found.staged
        ],
        "notes": list(found.notes),
    }
