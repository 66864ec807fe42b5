"""Asking guards, where an order lets a model stay behind them."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from groundstop.documents.gateway import GuardOutcome, GuardSaid
from groundstop.gateway.denials import Denial, guard_denial
from groundstop.gateway.gate import Ruling
from groundstop.gateway.guards import rule_when_not_assessed
from groundstop.gateway.proxying.call import Call
from groundstop.gateway.reading import Asking

_FINE = (GuardOutcome.PASSED, GuardOutcome.SHADOW)


class BlockedError(Exception):
    """A guard blocks a request, or could not look at it where that keeps it out.

    Args:
        denial: What is told.
        said: What all guards said.
    """

    def __init__(self, denial: Denial, said: tuple[GuardSaid, ...]) -> None:
        super().__init__()
        self.denial = denial
        self.said = said


def guards_left(ruling: Ruling, said: Sequence[GuardSaid]) -> tuple[str, ...]:
    """Return the guards that a ruling asks for and that have not said anything yet.

    Args:
        ruling: That lets a request on.
        said: What was said of the request so far.
    """
    decision = ruling.decision
    if decision is None or not decision.guards:
        return ()
    heard = {one.directive for one in said}
    return tuple(one for one in decision.guards if one not in heard)


async def guarded(
    call: Call, ruling: Ruling, wanted: tuple[str, ...], asking: Asking
) -> tuple[GuardSaid, ...]:
    """Let guards look at a request.

    Args:
        call: The request.
        ruling: That lets it on if they pass it.
        wanted: The guards, by their orders' ids.
        asking: What is asked.

    Returns:
        What each of them said. A guard that says nothing was not assessed; nor is one that passes a request
        of which it has not seen all: pictures, files, and what only the upstream keeps.

    Raises:
        BlockedError: It does not go on.
    """
    decision = ruling.decision
    assert decision is not None  # noqa: S101  # it asked for the guards
    # Apart: a body may nest a million lists, and a batch may have as many requests.
    texts, opaque = await asyncio.to_thread(lambda: (tuple(asking.texts()), asking.opaque()))
    found = await call.parts.guards.check(wanted, texts)
    if opaque:
        found = tuple(_not_assessed(one.directive) if one.outcome in _FINE else one for one in found)
    heard = {one.directive for one in found}
    silent = [one for one in wanted if one not in heard]
    said = (*found, *map(_not_assessed, silent))
    if any(one.outcome is GuardOutcome.BLOCKED for one in said):
        raise BlockedError(guard_denial(decision, asking.model, blocked=True), said)
    missed = [one.directive for one in said if one.outcome is GuardOutcome.NOT_ASSESSED]
    in_force = call.parts.gate.in_force
    if any(in_force is None or not rule_when_not_assessed(in_force.orders, one) for one in missed):
        raise BlockedError(guard_denial(decision, asking.model, blocked=False), said)
    return said


def _not_assessed(directive: str) -> GuardSaid:
    return GuardSaid(directive=directive, outcome=GuardOutcome.NOT_ASSESSED)
