"""``groundstop case remind``: telling people what is due."""

from __future__ import annotations

import json
import os
import re
import shlex
from datetime import timedelta
from pathlib import Path

import click

from groundstop.cli import options
from groundstop.cli.case_acting import case_file, viewed
from groundstop.errors import ExitCode, InputError

_SPAN = re.compile(r"(\d{1,4})([hd])")
_MOST_BYTES = 1024 * 1024


@click.command()
@case_file
@click.option(
    "--within", default="3d", show_default=True, help="What is due in so many hours (h) or days (d)."
)
@click.option("--command", help="Run this program for each reminder, which it gets on standard input.")
@click.option("--apprise-env", metavar="VARIABLE", help="Send to the Apprise address in this variable.")
@click.option(
    "--apprise-file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Send to the Apprise address in the first line of this file.",
)
@options.workspace_folder
@options.json_output
def remind(
    file: Path,
    within: str,
    command: str | None,
    apprise_env: str | None,
    apprise_file: Path | None,
    workspace: Path,
    as_json: bool,
) -> int:
    """Send a reminder of everything that is due soon in a CASE, or late; each of them once.

    Without a way to send, the reminders are printed, and nothing is remembered. They name the case, the
    party, what is due and the date, and nothing that a party wrote. Made for cron.

    Exit code: 0; 4 when a reminder could not be sent, which is tried again next time.
    """
    from groundstop.cases.reminders import reminders
    from groundstop.cases.sending import (
        address_in_file,
        address_in_variable,
        send_by_apprise,
        send_by_command,
    )
    from groundstop.cli.output import show_json
    from groundstop.cli.parties import data_folder
    from groundstop.evidence import PRIVATE, write_whole

    ways = [one for one in (command, apprise_env, apprise_file) if one is not None]
    if len(ways) > 1:
        raise InputError("There are several ways to send reminders", "Give one of them")
    address = None
    if apprise_env is not None:
        address = address_in_variable(apprise_env, os.environ)
    elif apprise_file is not None:
        address = address_in_file(apprise_file)
    program = _split(command) if command is not None else []
    view = viewed(file)
    memory = data_folder(workspace) / "reminders" / f"{view.state.id}.json"
    sent = _sent(memory)
    due = reminders(view.due, view.now, _span(within), case=view.state.id, sent=sent if ways else frozenset())
    for one in due if ways else ():
        if command is not None:
            send_by_command(program, one.text)
        elif address is not None:
            send_by_apprise(address, one.text, title=view.state.id)
        # Remembered one by one: what was sent is not sent again, even if the next one fails.
        sent = sent | {one.key}
        write_whole(memory, json.dumps(sorted(sent)).encode("ascii"), mode=PRIVATE)
    if as_json:
        show_json({"case": view.state.id, "sent": bool(ways), "reminders": [one.text for one in due]})
    else:
        for one in due:
            click.echo(one.text)
        if not due:
            click.echo("Nothing to be reminded of")
    return ExitCode.GOOD


def _split(command: str) -> list[str]:
    try:
        return shlex.split(command)
    except ValueError as error:
        raise InputError(f"The command {command!r} cannot be read: {error}", "Close its quotes") from error


def _span(text: str) -> timedelta:
    found = _SPAN.fullmatch(text)
    if found is None:
        raise InputError(f"{text!r} is no span of time", "Write hours or days, such as 12h or 3d")
    number = int(found[1])
    return timedelta(hours=number) if found[2] == "h" else timedelta(days=number)


def _sent(path: Path) -> frozenset[str]:
    """Return the keys of reminders that were sent; a damaged file makes them be sent again."""
    from groundstop.evidence import read_bounded

    if not path.exists():
        return frozenset()
    try:
        found = json.loads(read_bounded(path, most=_MOST_BYTES))
    except ValueError:
        return frozenset()
    return frozenset(one for one in found if isinstance(one, str)) if isinstance(found, list) else frozenset()
