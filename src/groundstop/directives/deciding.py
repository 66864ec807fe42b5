"""The decision: a pure function of a request's facts, the table, and the time."""

from __future__ import annotations

import math

from groundstop.directives.decision import Decision, Ground
from groundstop.directives.facts import Facts
from groundstop.directives.table import Table

SET_BACK_S = 60
"""A clock that is further behind what was last heard does not tell for how long nothing was heard."""

_KEPT_OUT = {Ground.STOPPED: 0, Ground.DARK: 1}
_LET_THROUGH = (
    Ground.LICENSED,
    Ground.EXCEPTED,
    Ground.OVERRIDDEN,
    Ground.IN_SCOPE,
    Ground.UNKNOWN,
    Ground.UNKNOWN_ALLOWED,
    Ground.OUTSIDE,
)
"""Of several orders that let a request through, it is told of the one that is nearest to keeping it out."""


def decide(facts: Facts, table: Table, now: float, heard: float) -> Decision:
    """Decide whether a request goes on. Safe to call from many threads.

    An order applies from when it is effective until it ends. It is over only for a gateway that has heard
    something since, or heard something lately: else it may have been renewed. A clock that was set back opens
    nothing again: the time is never earlier than ``heard``, and what an authority has last signed by its
    quorum tells that its orders of before have begun, and its licences of before have ended. Nor can such a
    clock hide a silence: where it is more than a minute behind ``heard``, nothing counts as heard lately.

    Args:
        facts: Of the request; never refused, however odd they are.
        table: What is obeyed.
        now: The time, in seconds since 1970.
        heard: When everything that is obeyed was last heard of afresh; minus infinity for never.

    Returns:
        The decision, with all that it rests on.
    """
    model, provider = facts.model, facts.provider
    named = table.index.get(model)
    if named is None:
        named = table.found[model] if model in table.found else table.find(model)
        if named is None:
            return table.nothing
    by_act = named.anywhere if provider is None else named.by_act(provider)
    judges = by_act.get(facts.act, ())
    at, silent = now, now - heard
    if not silent > 0:
        at, silent = set_right(now, heard)
    if len(judges) == 1:
        return judges[0](facts, at, heard, silent) or table.nothing
    decided = [one for judge in judges if (one := judge(facts, at, heard, silent)) is not None]
    return _together(decided) if decided else table.nothing


def set_right(now: float, heard: float) -> tuple[float, float]:
    """Return the time, and for how many seconds nothing was heard, by a clock that may have been set back."""
    if now > heard:
        return now, now - heard
    # A little behind is what clocks do that are kept right over a network.
    return heard, 0.0 if heard - now <= SET_BACK_S else math.inf


def _together(decided: list[Decision]) -> Decision:
    """Return the strictest decision, with the guards of all, and the other orders that keep it out."""
    kept_out = [one for one in decided if not one.allowed]
    if kept_out:
        first = min(kept_out, key=lambda one: _KEPT_OUT.get(one.ground, 2))
    else:
        first = min(decided, key=lambda one: _LET_THROUGH.index(one.ground))
    guards = sorted({guard for one in decided for guard in one.guards})
    others = dict.fromkeys(one.order.id for one in kept_out if one.order is not None)
    if first.order is not None:
        others.pop(first.order.id, None)
    return first._replace(guards=tuple(guards), others=tuple(others))
