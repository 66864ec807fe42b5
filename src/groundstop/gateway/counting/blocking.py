"""Who is kept out and need not be: for lack of a claim, before a licence, or by an order that is too wide."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING

from groundstop.directives.decision import Ground
from groundstop.directives.facts import Principal
from groundstop.gateway.counting.families import NARROWER, THEN_LICENSED, UNKNOWN_CLAIM

if TYPE_CHECKING:
    from groundstop.gateway.counting.metrics import Metrics
    from groundstop.gateway.counting.narrower import Narrowed
    from groundstop.gateway.recording import Entry

MOST = 20_000
"""Principals who were kept out and are remembered: the ones who came last."""


class Blocked:
    """Counts who is kept out and need not be.

    Args:
        metrics: Where it is counted.
        narrowed: Orders as they might have been.
        most: Principals who are remembered.
    """

    def __init__(self, metrics: Metrics, narrowed: Narrowed | None = None, *, most: int = MOST) -> None:
        self._metrics = metrics
        self._narrowed = narrowed
        self._most = most
        self._kept_out: OrderedDict[tuple[Principal, str], None] = OrderedDict()

    def saw(self, entry: Entry) -> None:
        """Take note of a request that was ruled on."""
        decision = entry.ruling.decision
        if decision is None or decision.order is None:
            return
        order, who = decision.order.id, entry.who.principal
        if decision.allowed:
            if decision.ground is Ground.LICENSED and who is not None and (who, order) in self._kept_out:
                del self._kept_out[who, order]
                self._metrics.add(THEN_LICENSED, (order,))
            return
        if decision.ground is Ground.UNKNOWN:
            for claim in decision.missing:
                self._metrics.add(UNKNOWN_CLAIM, (order, claim.value))
        if who is not None:
            self._kept_out[who, order] = None
            self._kept_out.move_to_end((who, order))
            while len(self._kept_out) > self._most:
                self._kept_out.popitem(last=False)
        if self._narrowed is not None and self._narrowed.lets_through(entry, order):
            self._metrics.add(NARROWER, (order,))
