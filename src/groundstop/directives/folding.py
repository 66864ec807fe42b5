"""The fold: what stands, from what authorities have signed.

Pure: the same documents give the same orders, in whatever order they came, on every machine. Nothing lapses:
what is in doubt stays in force, and is told in a note.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from groundstop.directives.licensed import licences_of
from groundstop.directives.noting import notes_on
from groundstop.directives.orders import (
    OrderInForce,
    Orders,
    Published,
    RefusedDocument,
    StopInForce,
)
from groundstop.directives.taking import Accepted, Taken, refused, take
from groundstop.documents.directives import (
    URGENT_HOURS,
    Direction,
    Directive,
    Lift,
    LiftGround,
    May,
    Override,
    Stop,
)


@dataclass
class _Standing:
    """What stands of one authority."""

    orders: list[OrderInForce] = field(default_factory=list)
    stops: list[StopInForce] = field(default_factory=list)
    history: list[Directive] = field(default_factory=list)
    refused: list[RefusedDocument] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


class _Departure(NamedTuple):
    """The operator's own word on an order; see :class:`groundstop.directives.orders.OrderInForce`."""

    override: Override | None
    hold: Override | None


def fold(published: Sequence[Published], overrides: Sequence[Override] = ()) -> Orders:
    """Work out what stands.

    Args:
        published: What each authority that is obeyed has published. One that is there twice, as in two
            repositories, is taken as two of one name: neither amends, lifts or licenses for the other.
        overrides: The operator's own, their signatures verified.

    Returns:
        All that stands, whatever the time. A document that does not count is refused with the reason, and
        never dropped. A sequence that an amendment has replaced is in the history, and among the orders until
        the amendment takes effect.
    """
    departures = _departures(overrides)
    parts = [_standing(one, departures) for one in published]
    orders = sorted((one for part in parts for one in part.orders), key=_place)
    stops = sorted(
        (one for part in parts for one in part.stops), key=lambda one: (one.stop.id, one.content, one.signers)
    )
    known = {one.content for one in orders}
    notes = [note for part in parts for note in part.notes]
    notes += [
        f"An override of {one.directive} is of a content that does not stand here, and does nothing"
        for one in overrides
        if one.content not in known
    ]
    notes += _spoken_for_twice(published)
    notes += notes_on(orders, stops)
    history = {one.content_id: one for part in parts for one in part.history}
    refusals = {one for part in parts for one in part.refused}
    return Orders(
        orders=tuple(orders),
        stops=tuple(stops),
        history=tuple(
            sorted(history.values(), key=lambda one: (one.id, one.sequence, one.issuer, one.content_id))
        ),
        refused=tuple(
            sorted(refusals, key=lambda one: (one.authority, one.what, one.digest, one.why)),
        ),
        notes=tuple(dict.fromkeys(sorted(notes))),
    )


def urgent_end(directive: Directive) -> datetime:
    """Return when an order ends that no quorum has ratified: it is never in force for more than 72 hours."""
    # An order dated later than it takes effect would outlast them, were they counted from its date.
    begins = min(directive.created, directive.effective)
    return min(directive.expires, begins + timedelta(hours=URGENT_HOURS))


def _place(order: OrderInForce) -> tuple[object, ...]:
    directive = order.directive
    return directive.id, directive.sequence, directive.issuer, order.content, order.ends, order.signers


def _standing(published: Published, departures: Mapping[str, _Departure]) -> _Standing:
    taken, standing = take(published), _Standing()
    standing.refused += taken.refused
    ends = _ends(taken, published, standing)
    lifts = _lifts(taken, standing)
    licences, notes = licences_of(taken)
    standing.notes += notes
    obeyed = frozenset(published.obeyed.acts)
    ratified = {one.said.id for one in taken.directives if one.ratified}
    amended = {one.said.supersedes for one in taken.directives if one.ratified}
    for one in taken.directives:
        directive = one.said
        departure = departures.get(one.content, _Departure(None, None))
        under = licences.get(directive.id, ())
        if under and not one.ratified and directive.id in ratified and one.content not in amended:
            # Whoever licensed the order did not see what one key says beside it, unless they amend that.
            standing.notes.append(
                f"Sequence {directive.sequence} of {directive.id}, which no quorum has signed, stands "
                "without the licences under it"
            )
            under = ()
        standing.orders.append(
            OrderInForce(
                directive=directive,
                content=one.content,
                signers=one.signers,
                ends=ends[one.content],
                ratified=one.ratified,
                acts=frozenset(directive.acts) & obeyed,
                licences=under,
                lifts=tuple(sorted(lifts.get(one.content, ()), key=lambda lift: (lift.id, lift.content_id))),
                override=departure.override,
                hold=departure.hold,
            )
        )
    for stop in taken.stops:
        lift = _lift_of(stop, taken.lifts)
        standing.stops.append(StopInForce(stop.said, stop.content, stop.signers, lift, obeyed))
    return standing


def _ends(taken: Taken, published: Published, standing: _Standing) -> dict[str, datetime]:
    """Return when each order ends, by its content; amendments end what they replace."""
    by_content = {one.content: one for one in taken.directives}
    ends = {
        one.content: one.said.expires if one.ratified else urgent_end(one.said) for one in taken.directives
    }
    for one in taken.directives:
        amendment = one.said
        if amendment.supersedes is None:
            continue
        called = f"Sequence {amendment.sequence} of {amendment.id}"
        before = by_content.get(amendment.supersedes)
        if before is None or not _follows(amendment, before.said):
            standing.notes.append(f"{called} stands beside what was there: what it amends is not at hand")
        elif not one.ratified:
            standing.notes.append(f"{called} stands beside what it amends: no quorum has signed it")
        elif May.LIFT not in published.obeyed.may:
            standing.notes.append(
                f"{called} stands beside what it amends: the operator does not let {amendment.issuer} lift"
            )
        else:
            standing.history.append(before.said)
            ends[before.content] = min(ends[before.content], amendment.effective)
    standing.notes += _forks(taken.directives)
    return ends


def _follows(amendment: Directive, before: Directive) -> bool:
    return (amendment.id, amendment.sequence) == (before.id, before.sequence + 1)


def _forks(directives: Sequence[Accepted[Directive]]) -> list[str]:
    places: dict[tuple[str, int], int] = defaultdict(int)
    for one in directives:
        places[one.said.id, one.said.sequence] += 1
    return [
        f"There are {count} orders that are sequence {sequence} of {name}: all of them stand"
        for (name, sequence), count in places.items()
        if count > 1
    ]


def _lifts(taken: Taken, standing: _Standing) -> dict[str, list[Lift]]:
    """Return the lifts of each order, by its content."""
    by_content = {one.content: one.said for one in taken.directives}
    stops = {(one.said.id, one.content) for one in taken.stops}
    found: dict[str, list[Lift]] = defaultdict(list)
    for one in taken.lifts:
        lift = one.said
        if lift.stop is not None:
            if (lift.stop, lift.content) not in stops:
                standing.notes.append(
                    f"Lift {lift.id} is of a content of {lift.stop} that is not at hand, and lifts nothing"
                )
            continue
        order = by_content.get(lift.content)
        if order is None or order.id != lift.directive:
            standing.notes.append(
                f"Lift {lift.id} is of a content of {lift.directive} that is not at hand, and lifts nothing"
            )
            continue
        why = _does_not_lift(lift, order)
        if why is None:
            found[order.content_id].append(lift)
        else:
            standing.refused += [refused(digest, lift, why) for digest in one.digests]
    return found


def _does_not_lift(lift: Lift, order: Directive) -> str | None:
    strange = sorted(set(lift.models) - {model.label for model in order.subject.models})
    if strange:
        return f"it lifts {strange[0]}, which is no model of {order.id}"
    if lift.ground is not LiftGround.CRITERIA_MET:
        return None
    criteria = order.lifting
    for what, named, needed in (
        ("verifications", lift.verifications, criteria.verifiers_needed),
        ("countersignatures", lift.countersignatures, criteria.countersigners_needed),
    ):
        if len(set(named)) < needed:
            return f"it names {len(set(named))} of the {needed} {what} that {order.id} asks for"
    return None


def _lift_of(stop: Accepted[Stop], lifts: Sequence[Accepted[Lift]]) -> Lift | None:
    """Return what lifts a stop, the earliest; never what is of another content of its id."""
    found = [one.said for one in lifts if (one.said.stop, one.said.content) == (stop.said.id, stop.content)]
    return min(found, key=lambda one: (one.effective, one.id, one.content_id), default=None)


def _departures(overrides: Sequence[Override]) -> dict[str, _Departure]:
    """Return what the operator says of each order, by its content; the stricter of two at one moment.

    The last word holds. When that is not to enforce an order for a while, what was said before to keep it
    holds again when the while is over.
    """
    order = sorted(
        overrides,
        key=lambda one: (one.created, one.direction is Direction.DENY, one.content_id),
    )
    found: dict[str, _Departure] = {}
    for one in order:
        if one.direction is Direction.DENY:
            found[one.content] = _Departure(one, None)
        else:
            last = found.get(one.content, _Departure(None, None))
            was_kept = last.override is not None and last.override.direction is Direction.DENY
            found[one.content] = _Departure(one, last.override if was_kept else last.hold)
    return found


def _spoken_for_twice(published: Sequence[Published]) -> list[str]:
    names = [one.charter.authority for one in published]
    return [
        f"{name} speaks in more than one repository: each is taken by itself, and the stricter wins"
        for name in sorted({name for name in names if names.count(name) > 1})
    ]
