"""Where what stands is read from: a repository's folder, or the folder of an operator who obeys."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from groundstop.cli import options
from groundstop.errors import InputError

if TYPE_CHECKING:
    from groundstop.directives.orders import Orders

source_argument: options.Decorator = click.argument(
    "folder", type=click.Path(path_type=Path, file_okay=False), metavar="FOLDER"
)
"""A repository, or an operator's folder."""


def orders_in(folder: Path) -> Orders:
    """Return what stands in a repository, or for an operator with the authorities that it obeys.

    Raises:
        InputError: The folder is neither.
        DocumentError: It is damaged.
    """
    from groundstop.directives.repository import Places, orders_of

    if (folder / "obeys.toml").exists():
        from groundstop.cli.obeys_hearing import subscriber_of

        return subscriber_of(folder).active.orders
    if Places(folder).timestamp.exists():
        return orders_of(folder)
    raise InputError(
        f"{folder} is no repository of orders, and nobody obeys from it",
        "Give the folder of groundstop repository init or of groundstop obeys init",
    )
