"""What there is to tell: which orders touch the models of a gateway, and what happened to them. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from groundstop.directives.orders import OrderInForce, Orders, StopInForce
from groundstop.directives.subscribing.stopping import OPERATOR
from groundstop.documents.directives import Act, Directive, Stop
from groundstop.documents.gateway import GatewayNotice, NoticeEvent
from groundstop.gateway.concerned import Offered, Offers, names_in, offered_by
from groundstop.gateway.settings import Settings


class Touching(NamedTuple):
    """An order that touches models which are offered here, as it stands."""

    key: str
    """By which it is known from one look to the next."""
    state: str
    """A digest of all that is told of it."""
    content: str
    lifted: tuple[str, ...]
    """Ids of its lifts."""
    order: OrderInForce | StopInForce
    models: tuple[str, ...]


class Told(NamedTuple):
    """What was told of an order last."""

    state: str
    lifted: tuple[str, ...]
    notice: str
    """The last notice, as JSON."""


def touches(orders: Orders, settings: Settings) -> tuple[Touching, ...]:
    """Return the orders and stops that touch models which a gateway offers.

    An upstream whose models are not listed offers whatever it has: there an order's own names count.

    Args:
        orders: What stands.
        settings: Of the gateway.
    """
    return tuple(_touching(orders, settings))


def notices(
    before: Mapping[str, Told], after: Sequence[Touching], *, gateway: str, now: datetime
) -> tuple[tuple[str, GatewayNotice, Told], ...]:
    """Return what is to be told.

    Args:
        before: What was told last, by an order's key.
        after: What touches the gateway now.
        gateway: Its name.
        now: The time.

    Returns:
        Each order's key, what is told of it, and what was told of it from then on. What was told of an order
        that touches nothing any more is left out of what the caller keeps, when its notice says that it is
        gone.
    """
    found = []
    for one in after:
        known = before.get(one.key)
        if known is not None and known.state == one.state:
            continue
        notice = _notice(one, _event(known, one), gateway, now)
        found.append((one.key, notice, Told(one.state, one.lifted, notice.canonical().decode())))
    kept = {one.key for one in after}
    for key, known in before.items():
        if key not in kept:
            last = GatewayNotice.parse(known.notice.encode(), source="The last notice")
            gone = {"event": NoticeEvent.GONE, "created": now}
            number = _number(gateway, key, known.state, NoticeEvent.GONE)
            found.append((key, last.model_copy(update={**gone, "id": number}), known))
    return tuple(found)


def _event(known: Told | None, one: Touching) -> NoticeEvent:
    if known is None:
        return NoticeEvent.ARRIVED
    return NoticeEvent.LIFTED if set(one.lifted) - set(known.lifted) else NoticeEvent.CHANGED


def _touching(orders: Orders, settings: Settings) -> Iterator[Touching]:
    offered = Offers(offered_by(settings))
    open_ended = [upstream.provider for upstream in settings.upstream if not upstream.models]
    # Until an amendment takes effect, the sequence before it stands beside it: they are one order.
    by_id: dict[str, list[OrderInForce]] = {}
    for order in orders.orders:
        by_id.setdefault(order.directive.id, []).append(order)
    for key, sequences in by_id.items():
        found = [_models(one.directive, offered, open_ended) for one in sequences]
        models = tuple(dict.fromkeys(name for names in found for name in names))
        if models:
            last = max(sequences, key=lambda one: one.directive.sequence)
            lifts = tuple(sorted(lift.id for one in sequences for lift in one.lifts))
            state = _digest(*(_state(one, models) for one in sequences))
            yield Touching(key, state, last.content, lifts, last, models)
    for stop in orders.stops:
        models = _models(stop.stop, offered, open_ended)
        if models:
            lifts = () if stop.lift is None else (stop.lift.id,)
            key, state = _of_stop(stop, models)
            yield Touching(key, state, stop.content, lifts, stop, models)


def _models(document: Directive | Stop, offered: Offers, open_ended: Sequence[str | None]) -> tuple[str, ...]:
    found = [one.name for one in offered.meant_by(document)]
    if open_ended:
        own = Offers(Offered(name, provider) for provider in open_ended for name in names_in(document))
        found += [one.name for one in own.meant_by(document)]
    return tuple(dict.fromkeys(found))


def _state(order: OrderInForce, models: Sequence[str]) -> str:
    licences = [f"{one.digest}{'-' if one.revoked else '+'}" for one in order.licences]
    override = "" if order.override is None else order.override.content_id
    lifts = sorted(one.content_id for one in order.lifts)
    return _digest(
        order.content,
        order.ends.isoformat(),
        str(order.ratified),
        override,
        *sorted(licences),
        *lifts,
        *models,
    )


def _of_stop(stop: StopInForce, models: Sequence[str]) -> tuple[str, str]:
    lift = "" if stop.lift is None else stop.lift.content_id
    if stop.stop.issuer == OPERATOR:
        # Those of the stop file are made anew each day, with another date and the same names.
        return f"{OPERATOR} {stop.stop.id.rpartition('-')[2]}", _digest(lift, *models)
    return stop.stop.id, _digest(stop.content, lift, *models)


def _notice(one: Touching, event: NoticeEvent, gateway: str, now: datetime) -> GatewayNotice:
    number = _number(gateway, one.key, one.state, event)
    order = one.order
    if isinstance(order, StopInForce):
        stop = order.stop
        return GatewayNotice(
            id=number,
            gateway=gateway,
            created=now,
            event=event,
            order=stop.id,
            sequence=1,
            content=order.content,
            order_kind=None,
            issuer=stop.issuer,
            ratified=False,
            acts=tuple(sorted(order.acts)),
            effective=stop.created,
            until=stop.expires,
            models=one.models,
        )
    directive = order.directive
    return GatewayNotice(
        id=number,
        gateway=gateway,
        created=now,
        event=event,
        order=directive.id,
        sequence=directive.sequence,
        content=order.content,
        order_kind=directive.order,
        issuer=directive.issuer,
        ratified=order.ratified,
        acts=directive.acts,
        effective=directive.effective,
        until=order.ends,
        models=one.models,
        response_needed=tuple(_needed(directive)),
        more=directive.response.more,
    )


def _needed(directive: Directive) -> Iterator[str]:
    for text in directive.not_enforced:
        yield f"No gateway can see this condition, and it binds you: {text}"
    elsewhere = [one.value for one in directive.acts if one not in (Act.INFER, Act.FINE_TUNE)]
    if elsewhere:
        yield f"It covers what does not pass through a gateway for requests: {', '.join(elsewhere)}."


def _number(gateway: str, key: str, state: str, event: NoticeEvent) -> str:
    return _digest(gateway, key, state, event.value)[:32]


def _digest(*words: str) -> str:
    return hashlib.sha256("\0".join(words).encode()).hexdigest()
