"""``groundstop directive stop``: halt a model now; everything else can wait."""

from __future__ import annotations

import secrets
from datetime import timedelta
from pathlib import Path

import click

from groundstop.cli import options
from groundstop.cli.directive_acting import (
    Hours,
    key_names,
    now,
    output_file,
    own_keys,
    repository_folder,
    sign_and_put,
)
from groundstop.errors import ExitCode


@click.command()
@click.argument("models", nargs=-1, required=True, metavar="MODEL...")
@click.option("--reason", required=True, help="One line, for whoever is kept out.")
@click.option("--issuer", required=True, metavar="AUTHORITY", help="In whose name: as in the charter.")
@click.option("--contact", required=True, help="Whom to ask.")
@click.option("--provider", help="Whose models they are. Default: whatever goes by these names.")
@click.option("--hours", type=Hours(72), default=72.0, show_default=True, help="For how long.")
@key_names
@output_file
@repository_folder
@options.workspace_folder
@options.json_output
def stop(
    models: tuple[str, ...],
    reason: str,
    issuer: str,
    contact: str,
    provider: str | None,
    hours: float,
    key_names: tuple[str, ...],
    output: Path | None,
    repository: Path | None,
    online: str | None,
    workspace: Path,
    as_json: bool,
) -> int:
    """Halt each MODEL for everybody, in every act, for 72 hours at most.

    One authorised key is enough. It rests on no finding and has no criteria: issue a directive before it
    ends, or lift it. A MODEL is a name, an alias, a package URL or sha256:DIGEST of weights.
    """
    from groundstop.directives.ids import Numbered, new_id
    from groundstop.documents.directives import Stop

    moment = now()
    made = Stop.from_json(
        {
            "kind": "stop",
            "version": 1,
            "id": new_id(Numbered.STOP, moment, secrets.token_hex),
            "issuer": issuer,
            "created": moment.isoformat(),
            "provider": provider,
            "models": list(dict.fromkeys(models)),
            "expires": (moment + timedelta(hours=hours)).isoformat(),
            "reason": reason,
            "contact": contact,
        },
        source="The stop",
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
