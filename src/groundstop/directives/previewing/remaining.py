"""What is left when an order is in effect, and what its preview cannot tell."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from groundstop.directives.deciding import decide
from groundstop.directives.decision import Ground
from groundstop.directives.facts import Facts
from groundstop.directives.previewing.previewed import AlternativeLeft, Replayed
from groundstop.directives.previewing.standing import licences_under
from groundstop.directives.table import Table
from groundstop.documents.directives import Act, Directive, Licence


def alternatives_left(directive: Directive, after: Table, at: float) -> tuple[AlternativeLeft, ...]:
    """Return the models that an order offers instead, and whether anything stands against them.

    Args:
        directive: The order.
        after: What would stand with it.
        at: When.
    """
    found = []
    for one in directive.alternatives:
        decision = decide(Facts(one.model, Act.INFER), after, at, at)
        if decision.ground is Ground.NO_ORDER:
            words = "no order is about it"
        elif decision.allowed:
            words = f"open, under the order {decision.order.id if decision.order else ''}"
        else:
            words = f"kept from whoever shows no claim, by {decision.order.id if decision.order else ''}"
        found.append(AlternativeLeft(one.model, one.tested is not None, decision.allowed, words))
    return tuple(found)


def notes_of(
    directive: Directive, licences: Sequence[Licence], replayed: Replayed, *, standing_known: bool
) -> tuple[str, ...]:
    """Return what a preview cannot tell; sentences.

    Args:
        directive: The order.
        licences: Licences that would be granted.
        replayed: What was replayed.
        standing_known: Whether what stands was given.
    """
    return tuple(_notes(directive, licences, replayed, standing_known=standing_known))


def _notes(
    directive: Directive, licences: Sequence[Licence], replayed: Replayed, *, standing_known: bool
) -> Iterator[str]:
    for condition in directive.not_enforced:
        yield f"No gateway can see this condition, and nothing enforces it: {' '.join(condition.split())}"
    if not standing_known:
        yield "What stands already was not given: what is cut off by another order counts as newly cut off."
    if replayed.described is not None:
        yield "The population is described, not recorded: the numbers are as good as the description."
    if replayed.total.anonymous:
        unnamed = replayed.total.anonymous
        yield f"Nobody knows who made {unnamed:,} of the requests: they are in no count of users."
    if replayed.unread:
        yield f"{replayed.unread:,} lines are no recorded requests, and in no count."
    counted = {one.id for one in licences_under(directive, licences)}
    foreign = [one.id for one in licences if one.id not in counted]
    if foreign:
        yield f"Not counted, since they are under another order: licences {', '.join(foreign)}."
    if any(one.quota is not None for one in licences if one.id in counted):
        yield "Quotas of licences are not counted: a licensee may be served less."
