"""What an acknowledgement says, and when a new one is due. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

from groundstop.directives.orders import Orders
from groundstop.directives.subscribing import Active, AuthorityStanding
from groundstop.documents.directives import Direction, Override
from groundstop.documents.gateway import Acknowledgement, HeardAuthority, StandingOrder

AT_LEAST_EACH = timedelta(days=1)
"""A new one is made even when nothing has changed: an old word proves little."""
_MOST_REASON = 10


def acknowledgement_of(
    gateway: str,
    active: Active,
    authorities: Sequence[AuthorityStanding],
    *,
    workers: int,
    now: datetime,
    previous: str | None,
) -> Acknowledgement:
    """Return what a gateway can say once all of its processes decide by a table.

    Args:
        gateway: How it calls itself.
        active: What they decide by.
        authorities: What was heard of each.
        workers: How many processes there are.
        now: When the last of them had the table.
        previous: The digest of the acknowledgement before; none for the first.
    """
    return Acknowledgement(
        gateway=gateway,
        created=now,
        table=active.table.digest,
        heard=datetime.fromtimestamp(active.heard, UTC) if active.heard > 0 else None,
        authorities=tuple(_heard(authorities)),
        orders=tuple(_standing(active.orders, now)),
        closed=active.closed[:_MOST_REASON],
        workers=workers,
        previous=previous,
    )


def is_due(before: Acknowledgement | None, after: Acknowledgement) -> bool:
    """Tell whether what would be said is worth saying: it is not what was said before, or that is a day old.

    When something was last heard is told each time, and is no reason by itself.
    """
    if before is None or after.created - before.created >= AT_LEAST_EACH:
        return True
    said = {"heard": before.heard, "created": before.created, "previous": before.previous}
    return after.model_copy(update=said) != before


def _heard(authorities: Sequence[AuthorityStanding]) -> Iterator[HeardAuthority]:
    for one in authorities:
        if one.charter is not None and one.published is not None:
            orders, urgent = one.published
            yield HeardAuthority(authority=one.authority, charter=one.charter, orders=orders, urgent=urgent)


def _standing(orders: Orders, now: datetime) -> Iterator[StandingOrder]:
    for one in orders.orders:
        said = one.directive
        yield StandingOrder(
            id=said.id, sequence=said.sequence, content=one.content, departs=_departs(one.override, now)
        )
    for stop in orders.stops:
        yield StandingOrder(id=stop.stop.id, sequence=1, content=stop.content)


def _departs(override: Override | None, now: datetime) -> bool:
    return override is not None and override.direction is Direction.ALLOW and now < override.until
