"""What stands while an order is previewed: files taken at their word, and the order as if in effect."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from groundstop.directives.orders import LicenceInForce, OrderInForce, Orders, StopInForce
from groundstop.directives.reading import NOT_NUMBERED
from groundstop.directives.signing import SignedHere
from groundstop.documents.directives import (
    Directive,
    Licence,
    LicenceRevocation,
    Lift,
    Stop,
)

NOTHING = Orders((), (), (), (), ())


def standing_of(documents: Iterable[SignedHere]) -> Orders:
    """Return what stands if documents are taken at their word: as a quorum's, signatures not looked at.

    Args:
        documents: Directives, stops, licences, revocations and lifts, in any order.

    Returns:
        What stands, for a preview only: a gateway believes signatures. Of a directive's sequences the latest
        counts. Overrides and countersignatures say nothing here.
    """
    given = list(documents)
    latest: dict[tuple[str, str], Directive] = {}
    for one in given:
        if isinstance(one, Directive):
            before = latest.get((one.issuer, one.id))
            if before is None or one.sequence > before.sequence:
                latest[one.issuer, one.id] = one
    licences = [one for one in given if isinstance(one, Licence)]
    revocations = [one for one in given if isinstance(one, LicenceRevocation)]
    lifts = [one for one in given if isinstance(one, Lift)]
    orders = [
        replace(
            _in_force(one, licences, revocations),
            lifts=tuple(
                lift
                for lift in lifts
                if (lift.issuer, lift.directive, lift.content) == (one.issuer, one.id, one.content_id)
            ),
        )
        for one in latest.values()
    ]
    stops = [
        StopInForce(
            one,
            one.content_id,
            (),
            next(
                (
                    lift
                    for lift in lifts
                    if (lift.issuer, lift.stop, lift.content) == (one.issuer, one.id, one.content_id)
                ),
                None,
            ),
        )
        for one in given
        if isinstance(one, Stop)
    ]
    orders.sort(key=lambda one: (one.directive.id, one.directive.sequence))
    return Orders(tuple(orders), tuple(stops), (), (), ())


def with_order(standing: Orders, directive: Directive, licences: Sequence[Licence]) -> Orders:
    """Return what would stand with an order: in the place of the sequence that it amends, if it does.

    Args:
        standing: What stands.
        directive: The order, as if it were ratified.
        licences: Licences under it; those of its earlier sequence stay.
    """
    amended = [one for one in standing.orders if _is_earlier(one.directive, directive)]
    kept = [one for one in standing.orders if one not in amended]
    added = _in_force(directive, licences_under(directive, licences), ())
    inherited = {one.digest: one for order in amended for one in order.licences}
    inherited.update({one.digest: one for one in added.licences})
    added = replace(added, licences=tuple(inherited.values()))
    return replace(standing, orders=(*kept, added))


def licences_under(directive: Directive, licences: Sequence[Licence]) -> tuple[Licence, ...]:
    """Return the licences that count under an order: its own; for a draft without an id all by its issuer.

    Args:
        directive: The order.
        licences: Those that would be granted.
    """
    by_issuer = [one for one in licences if one.issuer == directive.issuer]
    if directive.id == NOT_NUMBERED:
        return tuple(one.model_copy(update={"directive": NOT_NUMBERED}) for one in by_issuer)
    return tuple(one for one in by_issuer if one.directive == directive.id)


def alone(directive: Directive) -> Orders:
    """Return what would stand if an order were the only one, and had no licences."""
    return replace(NOTHING, orders=(_in_force(directive, (), ()),))


def _is_earlier(one: Directive, than: Directive) -> bool:
    return (one.id, one.issuer) == (than.id, than.issuer)


def _in_force(
    directive: Directive, licences: Sequence[Licence], revocations: Sequence[LicenceRevocation]
) -> OrderInForce:
    newest: dict[str, Licence] = {}
    for one in licences:
        under = (one.directive, one.issuer) == (directive.id, directive.issuer)
        if under and (one.id not in newest or one.sequence > newest[one.id].sequence):
            newest[one.id] = one
    revoked = {one.licence: one for one in revocations if one.issuer == directive.issuer}
    return OrderInForce(
        directive=directive,
        content=directive.content_id,
        signers=(),
        ends=directive.expires,
        ratified=True,
        acts=frozenset(directive.acts),
        licences=tuple(LicenceInForce(one, one.content_id, revoked.get(one.id)) for one in newest.values()),
        lifts=(),
        override=None,
    )
