"""The one order in which the statements of a case are read, whoever reads them."""

from __future__ import annotations

import heapq
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from groundstop.documents.cases import CaseStatement


@dataclass(frozen=True, slots=True)
class Ordered:
    """Statements in order, and those that cannot be placed yet."""

    placed: tuple[str, ...]
    """Envelopes, each after all that it names."""
    waiting: Mapping[str, str]
    """Envelopes that name one that is not at hand, each with one of those."""


def before(statement: CaseStatement) -> tuple[str, ...]:
    """Return the envelopes that a statement names as earlier than itself."""
    return statement.seen if statement.previous is None else (statement.previous, *statement.seen)


def in_order(statements: Mapping[str, CaseStatement], opening: str) -> Ordered:
    """Put statements into the one order that follows from them.

    A statement comes after those that its author had seen; among those that knew nothing of each other, the
    one that says it is earlier comes first, and the digest decides between equals. The same statements give
    the same order, in whatever order they arrived.

    Args:
        statements: By the digests of their envelopes.
        opening: The envelope of the opening, which comes first.

    Returns:
        The order. What names an envelope that is not there waits, and so does what comes after it.
    """
    after: dict[str, list[str]] = {}
    open_names: dict[str, int] = {}
    for digest, statement in statements.items():
        named = before(statement)
        if digest != opening and not named:
            named = (opening,)
        open_names[digest] = len(named)
        for one in named:
            after.setdefault(one, []).append(digest)
    ready: list[tuple[datetime, str]] = []

    def add(digest: str) -> None:
        heapq.heappush(ready, (statements[digest].created, digest))

    if opening in statements:
        add(opening)
    placed: list[str] = []
    while ready:
        _, digest = heapq.heappop(ready)
        placed.append(digest)
        for later in after.get(digest, ()):
            open_names[later] -= 1
            if open_names[later] == 0:
                add(later)
    there = set(placed)
    waiting = {
        digest: next(one for one in (*before(statement), opening) if one not in there)
        for digest, statement in statements.items()
        if digest not in there
    }
    return Ordered(tuple(placed), waiting)


def heads(statements: Mapping[str, CaseStatement]) -> frozenset[str]:
    """Return the envelopes that no other statement names: naming these names all of them."""
    named = {one for statement in statements.values() for one in before(statement)}
    return frozenset(statements) - named
