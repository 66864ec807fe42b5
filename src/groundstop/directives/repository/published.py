"""What stands of everything that a repository has published, where all of its authorities are obeyed."""

from __future__ import annotations

from pathlib import Path

from groundstop.directives.folding import fold
from groundstop.directives.orders import Orders, Published
from groundstop.directives.repository.disk import authorities_of, locked, read_current
from groundstop.directives.repository.publishing import read_sets
from groundstop.documents.directives import Obeyed


def orders_of(folder: Path) -> Orders:
    """Return what stands of everything that a repository has published.

    Args:
        folder: The repository's folder.

    Raises:
        InputError: There is none.
        DocumentError: It is damaged.
        WorkspaceError: Another program is publishing.
    """
    with locked(folder) as places:
        current = read_current(places)
        sets = [read_sets(places, current, name) for name in authorities_of(current)]
    return fold(
        [
            Published(
                one.charter,
                tuple(one.envelopes),
                Obeyed(authority=one.charter.authority, repository="this"),
            )
            for one in sets
        ]
    )
