"""``groundstop directive publish``: put a signed order where gateways fetch it."""

from __future__ import annotations

from pathlib import Path

import click

from groundstop.cli import options
from groundstop.cli.directive_acting import (
    key_names,
    online_key,
    online_keys,
    outcome_record,
    own_keys,
    publish_envelope,
    tell_outcome,
    tell_unratified,
)
from groundstop.errors import ExitCode

_MOST_BYTES = 8 * 1024 * 1024


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False), metavar="ENVELOPE")
@click.option(
    "--repository",
    required=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="The repository's folder.",
)
@key_names
@online_key
@options.workspace_folder
@options.json_output
def publish(
    file: Path,
    repository: Path,
    key_names: tuple[str, ...],
    online: str | None,
    workspace: Path,
    as_json: bool,
) -> int:
    """Publish a signed ENVELOPE: an order, a stop, a licence, its revocation, or a lift.

    What every gateway would refuse is refused here. With too few keys at hand it waits in the repository, and
    others complete it: groundstop repository sign.
    """
    from groundstop.cli.output import show_json
    from groundstop.directives.signing import said_in
    from groundstop.evidence import read_bounded
    from groundstop.evidence.statements import read_signed

    envelope = read_bounded(file, most=_MOST_BYTES)
    at_hand = own_keys(workspace, key_names) if key_names or online is None else []
    outcome = publish_envelope(repository, envelope, [*at_hand, *online_keys(workspace, online, repository)])
    if as_json:
        show_json(outcome_record(outcome))
    else:
        tell_outcome(outcome)
        content = said_in(read_signed(envelope, source=str(file)), source=str(file)).content_id
        tell_unratified(repository, content, outcome)
    return ExitCode.GOOD if outcome.published else ExitCode.INCONCLUSIVE
