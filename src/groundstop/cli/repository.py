"""``groundstop repository``: where authorities publish, as plain files that any TUF client verifies."""

from __future__ import annotations

import click

from groundstop.cli.lazy import LazyGroup

_COMMANDS = {
    "init": ("groundstop.cli.repository_keys:init", "Make a repository."),
    "charter": ("groundstop.cli.repository_authority:charter", "Write an authority's charter."),
    "authority": (
        "groundstop.cli.repository_authority:authority",
        "Let an authority in, or change its charter.",
    ),
    "sign": ("groundstop.cli.repository_keys:sign", "Sign what waits for signatures."),
    "withdraw": ("groundstop.cli.repository_keys:withdraw", "Give up a change that waits."),
    "refresh": (
        "groundstop.cli.repository_keys:refresh",
        "Sign that nothing has changed, as a gateway must hear.",
    ),
    "rotate": (
        "groundstop.cli.repository_keys:rotate",
        "Change root keys, their threshold, or the online key.",
    ),
    "status": ("groundstop.cli.repository_show:status", "Show versions, expiries, keys, and what waits."),
    "serve": ("groundstop.cli.repository_serve:serve", "Serve the files, wake subscribers, keep it fresh."),
}


@click.group(cls=LazyGroup, lazy=_COMMANDS)
def repository() -> None:
    """Keep a repository of orders: plain files for any web server, verified by any TUF client.

    Root keys stay offline and let authorities in. Each authority signs with its own keys. The online key only
    says how fresh it is.
    """
