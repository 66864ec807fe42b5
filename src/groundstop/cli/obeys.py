"""``groundstop obeys``: whom an operator obeys, what it was told, and what is decided by it."""

from __future__ import annotations

import click

from groundstop.cli.lazy import LazyGroup

_COMMANDS = {
    "init": ("groundstop.cli.obeys_files:init", "Begin to obey an authority."),
    "refresh": ("groundstop.cli.obeys_hearing:refresh", "Fetch and verify what authorities say, once."),
    "follow": ("groundstop.cli.obeys_hearing:follow", "Stay up to date: woken by events, polling anyway."),
    "status": (
        "groundstop.cli.obeys_hearing:status",
        "Show what was heard, verified and is in force; offline.",
    ),
    "keys": ("groundstop.cli.obeys_hearing:keys", "Fetch the keys of token issuers that publish them."),
    "decide": ("groundstop.cli.obeys_deciding:decide", "Say what would be decided of a request, and why."),
    "stop": ("groundstop.cli.obeys_files:stop", "Halt models here at once, without anybody's order."),
    "override": ("groundstop.cli.obeys_files:override", "Depart from an order here, in your own name."),
}


@click.group(cls=LazyGroup, lazy=_COMMANDS)
def obeys() -> None:
    """Obey authorities: whom, how far, and what follows.

    A FOLDER holds obeys.toml, which names the repositories and authorities; what was heard is kept beside it.
    There is no default authority.
    """
