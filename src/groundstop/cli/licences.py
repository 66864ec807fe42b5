"""``groundstop licence``: exceptions to an order, each for somebody by name."""

from __future__ import annotations

import click

from groundstop.cli.lazy import LazyGroup

_COMMANDS = {
    "grant": ("groundstop.cli.licence:grant", "Grant a licence under an order."),
    "revoke": ("groundstop.cli.licence:revoke", "End a licence now."),
    "list": ("groundstop.cli.directive_list:list_licences", "List licences, and how they stand."),
}


@click.group(cls=LazyGroup, lazy=_COMMANDS)
def licence() -> None:
    """Grant, revoke and list licences: signed exceptions to an order.

    A licence takes the authority's quorum; one authorised key is enough to end it.
    """
