"""From what stands to the items of a feed. A ban and its lifts are in the same one: it restores too."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from functools import cached_property
from typing import Self

from groundstop.directives.feeds.states import ModelStates, called, called_in_stop, states_of, strictness
from groundstop.directives.feeds.words import reach_of
from groundstop.directives.judging import lifted
from groundstop.directives.orders import LicenceInForce, OrderInForce, Orders, StopInForce
from groundstop.documents.directives import (
    Act,
    Directive,
    Lift,
    LiftStage,
    OrderKind,
    Stop,
    SubjectModel,
)
from groundstop.documents.directives.feed import (
    FeedAppeal,
    FeedItem,
    FeedModel,
    ItemKind,
    ItemState,
    ModelState,
)


class FeedItems(tuple[FeedItem, ...]):
    """The items of a feed, with what they come to for each model."""

    _orders: Orders
    _now: datetime

    def __new__(cls, items: Iterable[FeedItem], orders: Orders, now: datetime) -> Self:
        """Return items.

        Args:
            items: In their order.
            orders: What stands, of which they tell.
            now: The time.
        """
        made = super().__new__(cls, items)
        made._orders, made._now = orders, now
        return made

    @cached_property
    def models(self) -> ModelStates:
        """The state of each model; worked out when it is first asked for."""
        return states_of(self, self._orders, self._now)


def feed_items(orders: Orders, now: datetime) -> FeedItems:
    """Return the items of a feed.

    Args:
        orders: What stands. An operator's own overrides are not in a feed: they are orders of nobody.
        now: The time.

    Returns:
        Every order, amendment, stop and lift, the newest change first. None is ever left out: history stays.
    """
    known = {one.content for one in orders.orders}
    replaced = {one.content_id for one in orders.history}
    items = [
        *(_order(one, now, replaced=one.content in replaced) for one in orders.orders),
        *(_past(one, now) for one in orders.history if one.content_id not in known),
        *(_stop(one, now) for one in orders.stops),
        *_lifts(orders, now),
    ]
    once = {item.content: item for item in items}
    ordered = sorted(once.values(), key=lambda one: (-one.changed.timestamp(), one.id, one.content))
    return FeedItems(ordered, orders, now)


def models_table(items: FeedItems) -> ModelStates:
    """Return the state of each model by each of its identifiers, in each act; the strictest order counts.

    It is what a gateway would do that obeys all of them: an order or stop counts for every identifier that
    it reaches, also for one that it does not name in these words.
    """
    return items.models


def _order(order: OrderInForce, now: datetime, *, replaced: bool) -> FeedItem:
    directive = order.directive
    state = _state(order, now, replaced=replaced)
    holds = state in (ItemState.IN_FORCE, ItemState.PARTLY_LIFTED)
    counted = sum(_counts(one, now) for one in order.licences)
    ended = state in (ItemState.EXPIRED, ItemState.SUPERSEDED)
    events = [directive.effective, *([order.ends] if ended else [])]
    for lift in order.lifts:
        events += [lift.created, lift.effective]
    for one in order.licences:
        events += _moments(one)
    return _item(
        directive,
        content=order.content,
        state=state,
        acts=order.acts,
        models=[
            _model(directive, one, order.lifts, now if holds else None) for one in directive.subject.models
        ],
        until=order.ends,
        changed=_latest(directive.created, events, now),
        licences=counted,
        ratified=order.ratified,
    )


def _past(directive: Directive, now: datetime) -> FeedItem:
    """Return a sequence that an amendment has taken the place of."""
    return _item(
        directive,
        content=directive.content_id,
        state=ItemState.SUPERSEDED,
        acts=frozenset(directive.acts),
        models=[_model(directive, one, (), None) for one in directive.subject.models],
        until=directive.expires,
        changed=_latest(directive.created, [directive.effective], now),
        licences=0,
        ratified=True,
    )


def _item(
    directive: Directive,
    *,
    content: str,
    state: ItemState,
    acts: frozenset[Act],
    models: Sequence[FeedModel],
    until: datetime,
    changed: datetime,
    licences: int,
    ratified: bool,
) -> FeedItem:
    appeal = directive.appeal
    return FeedItem(
        id=directive.id,
        content=content,
        what=ItemKind.ORDER if directive.sequence == 1 else ItemKind.AMENDMENT,
        kind=directive.order,
        sequence=directive.sequence,
        issuer=directive.issuer,
        state=state,
        acts=tuple(sorted(acts)),
        models=tuple(models),
        reach=reach_of(directive),
        published=directive.created,
        changed=changed,
        since=directive.effective,
        until=until,
        gist=directive.reasons,
        licences=licences,
        ratified=ratified,
        appeal=FeedAppeal(name=appeal.name, contact=appeal.contact, answer_days=appeal.answer_days),
        more=directive.response.more,
    )


def _state(order: OrderInForce, now: datetime, *, replaced: bool) -> ItemState:
    at = now.timestamp()
    lifts = [lifted(order.lifts, model.label) for model in order.directive.subject.models]
    if replaced and now >= order.ends:
        return ItemState.SUPERSEDED
    if all(one.everybody <= at for one in lifts):
        return ItemState.LIFTED
    if now >= order.ends:
        return ItemState.EXPIRED
    if now < order.directive.effective:
        return ItemState.UPCOMING
    if any(one.everybody <= at or one.licensees <= at for one in lifts):
        return ItemState.PARTLY_LIFTED
    return ItemState.IN_FORCE


def _model(
    directive: Directive, model: SubjectModel, lifts: Sequence[Lift], now: datetime | None
) -> FeedModel:
    """Return a model of an order; now is None when the order does nothing."""
    does_nothing = now is None or lifted(lifts, model.label).everybody <= now.timestamp()
    return FeedModel(
        label=model.label,
        identifiers=tuple(dict.fromkeys(one.identifier for one in called(model))),
        state=ModelState.OPEN if does_nothing else strictness(directive),
    )


def _stop(one: StopInForce, now: datetime) -> FeedItem:
    stop = one.stop
    if one.lift is not None and one.lift.effective <= now:
        state = ItemState.LIFTED
    else:
        state = ItemState.EXPIRED if now >= stop.expires else ItemState.IN_FORCE
    lifts = [] if one.lift is None else [one.lift.created, one.lift.effective]
    return FeedItem(
        id=stop.id,
        content=one.content,
        what=ItemKind.STOP,
        kind=None,
        sequence=None,
        issuer=stop.issuer,
        state=state,
        acts=tuple(sorted(one.acts)),
        models=_stopped(stop, ModelState.CLOSED if state is ItemState.IN_FORCE else ModelState.OPEN),
        reach="everybody",
        published=stop.created,
        changed=_latest(stop.created, [stop.expires] if one.lift is None else lifts, now),
        since=stop.created,
        until=stop.expires,
        gist=stop.reason,
        licences=0,
        contact=stop.contact,
    )


def _stopped(stop: Stop, state: ModelState) -> tuple[FeedModel, ...]:
    names = {label: one.identifier for label, one in called_in_stop(stop)}
    return tuple(
        FeedModel(label=label, identifiers=(identifier,), state=state) for label, identifier in names.items()
    )


def _lifts(orders: Orders, now: datetime) -> Iterator[FeedItem]:
    for order in orders.orders:
        for lift in order.lifts:
            models = [
                _model(order.directive, one, order.lifts, now)
                for one in order.directive.subject.models
                if not lift.models or one.label in lift.models
            ]
            yield _lift(lift, order.directive.order, order.acts, models, now)
    for stop in orders.stops:
        if stop.lift is not None:
            state = ModelState.OPEN if stop.lift.effective <= now else ModelState.CLOSED
            yield _lift(stop.lift, None, stop.acts, _stopped(stop.stop, state), now)


def _lift(
    lift: Lift, kind: OrderKind | None, acts: frozenset[Act], models: Sequence[FeedModel], now: datetime
) -> FeedItem:
    whom = "for holders of licences" if lift.stage is LiftStage.LICENSEES else "for everybody"
    return FeedItem(
        id=lift.id,
        content=lift.content_id,
        what=ItemKind.LIFT,
        kind=kind,
        sequence=None,
        lifts=lift.directive or lift.stop,
        issuer=lift.issuer,
        state=ItemState.IN_FORCE if lift.effective <= now else ItemState.UPCOMING,
        acts=tuple(sorted(acts)),
        models=tuple(models),
        reach="nobody",
        published=lift.created,
        changed=_latest(lift.created, [lift.effective], now),
        since=lift.effective,
        until=None,
        gist=f"Lifted {whom} ({lift.ground.value}): {lift.reason}",
        licences=0,
    )


def _counts(one: LicenceInForce, now: datetime) -> bool:
    licence = one.licence
    ends = licence.expires if one.ends is None else min(licence.expires, one.ends)
    return one.revoked is None and licence.effective <= now < ends


def _moments(one: LicenceInForce) -> list[datetime]:
    revoked = [] if one.revoked is None else [one.revoked.created]
    replaced = [] if one.ends is None else [one.ends]
    return [one.licence.created, one.licence.effective, one.licence.expires, *revoked, *replaced]


def _latest(made: datetime, events: Iterable[datetime], now: datetime) -> datetime:
    """Return when something changed last, to the second: what is still to come has changed nothing."""
    moment = max([made, *(one for one in events if made < one <= now)])
    return moment.astimezone(UTC).replace(microsecond=0)
