"""Orders as they might have been: the same request is ruled on once more, by the narrower one."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from groundstop.directives.orders import OrderInForce, Orders
from groundstop.directives.reading import read_order_file
from groundstop.documents.directives import Directive
from groundstop.gateway.gate import Gate
from groundstop.gateway.news import News
from groundstop.gateway.recording import Entry
from groundstop.gateway.settings import Narrower


def read_narrower(narrower: Sequence[Narrower], folder: Path) -> dict[str, Directive]:
    """Read the drafts that settings name.

    Args:
        narrower: As settings have them.
        folder: Where the settings' file is.

    Returns:
        The drafts, by the id of the order that each stands for.

    Raises:
        InputError: A file is missing, or holds no directive.
    """
    return {one.directive: read_order_file(folder / one.instead).directive() for one in narrower}


class Narrowed:
    """Rules on what was kept out once more, by each narrower order.

    Args:
        drafts: By the id of the order that each stands for.
        clock: Seconds since 1970.
    """

    def __init__(self, drafts: Mapping[str, Directive], *, clock: Callable[[], float] = time.time) -> None:
        self._drafts = dict(drafts)
        self._gates = {name: Gate(clock=clock) for name in drafts}
        self._standing: Orders | None = None

    def put(self, news: News) -> None:
        """Rule by these news from now on. It takes as long as compiling does, for each draft."""
        same = news.orders is self._standing
        for name, gate in self._gates.items():
            before = gate.in_force
            orders = before.orders if same and before is not None else self._narrowed(news.orders, name)
            gate.put(news._replace(orders=orders, closed=()))
        self._standing = news.orders

    def lets_through(self, entry: Entry, order: str) -> bool:
        """Tell whether a request that an order keeps out would go on under the narrower one."""
        gate = self._gates.get(order)
        return gate is not None and gate.rule(entry.names, entry.act, entry.who, entry.provider).allowed

    def _narrowed(self, orders: Orders, name: str) -> Orders:
        draft = self._drafts[name]
        return dataclasses.replace(
            orders,
            orders=tuple(_instead(one, draft) if one.directive.id == name else one for one in orders.orders),
        )


def _instead(order: OrderInForce, draft: Directive) -> OrderInForce:
    said = order.directive
    # What a draft says of its number and times is not filled in yet; its scope is what counts.
    kept = ("id", "sequence", "supersedes", "issuer", "created", "effective", "review", "expires")
    directive = draft.model_copy(update={field: getattr(said, field) for field in kept})
    return dataclasses.replace(
        order,
        directive=directive,
        content=directive.content_id,
        acts=frozenset(draft.acts) & order.acts,
    )
