"""The state of each model by each of its identifiers: what a gateway would do that obeys what stands.

The decision table is asked, and not the identifiers compared: an identifier is reached by whatever its name
falls under, such as a stop of every snapshot, or a provider's alias for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from groundstop.directives.compiling import compile_table
from groundstop.directives.facts import Facts
from groundstop.directives.names import PURL, WEIGHTS, normal
from groundstop.directives.orders import Orders
from groundstop.directives.table import Table
from groundstop.documents.directives import (
    EVERY_SNAPSHOT,
    Act,
    Directive,
    HostedModel,
    OrderKind,
    Stop,
    SubjectModel,
)
from groundstop.documents.directives.feed import FeedItem, ItemKind, ModelState

ModelStates = dict[str, dict[Act, ModelState]]
"""By identifier and act."""

_PLACES = {state: place for place, state in enumerate(ModelState)}


class Called(NamedTuple):
    """An identifier of a model, and one way of asking for it."""

    identifier: str
    name: str
    provider: str | None


def states_of(items: Iterable[FeedItem], orders: Orders, now: datetime) -> ModelStates:
    """Return the state of each model by each of its identifiers, in each act; the strictest counts.

    Args:
        items: What is in the feed: each identifier in it is in the table.
        orders: What stands.
        now: The time.
    """
    found: ModelStates = {}
    for item in items:
        if item.what is ItemKind.LIFT:
            continue
        for model in item.models:
            for name in model.identifiers:
                for act in item.acts:
                    _add(found, name, act, model.state)
    obeyed = _without_overrides(orders)
    table = compile_table(obeyed)
    kinds = {one.content: strictness(one.directive) for one in obeyed.orders}
    asked = {one for one in _called_in(obeyed) if one.identifier in found}
    for one in asked:
        for act, state in _asked(one, table, kinds, now.timestamp()):
            _add(found, one.identifier, act, state)
    return {name: dict(sorted(found[name].items())) for name in sorted(found)}


def strictness(directive: Directive) -> ModelState:
    """Return what an order does to its models while it is in force."""
    if directive.order is OrderKind.VIRTUAL_PATCH:
        return ModelState.GUARDED
    everybody = any(rule.reaches_everybody for rule in directive.scope) and not directive.exceptions
    return ModelState.CLOSED if everybody else ModelState.RESTRICTED


def called(model: SubjectModel) -> Iterator[Called]:
    """Yield the identifiers of a model of an order, each with every way of asking for it."""
    for one in model.hosted:
        for name in (_whole(one), *model.aliases):
            yield from _hosted(one.provider, name)
        if one.snapshot.startswith(one.name):
            # A snapshot may be given by its full name, and is then asked for by it.
            yield Called(f"{one.provider}/{_whole(one)}", one.snapshot, one.provider)
    for purl in model.purls:
        yield Called(purl, purl, None)
    for digest in model.weights:
        yield Called(f"sha256:{digest}", f"sha256:{digest}", None)


def called_in_stop(stop: Stop) -> Iterator[tuple[str, Called]]:
    """Yield the names in a stop, each with a way of asking for it."""
    for name in stop.models:
        key = normal(name)
        if key.startswith(WEIGHTS):
            yield name, Called(key, key, None)
        elif stop.provider is None or key.startswith(PURL):
            yield name, Called(name, name, None)
        else:
            for one in _hosted(stop.provider, name):
                yield name, one


def _hosted(provider: str, name: str) -> Iterator[Called]:
    identifier = f"{provider}/{name}"
    yield Called(identifier, identifier, None)
    yield Called(identifier, name, provider)


def _whole(one: HostedModel) -> str:
    return one.name if one.snapshot == EVERY_SNAPSHOT else f"{one.name}@{one.snapshot}"


def _without_overrides(orders: Orders) -> Orders:
    """Leave out what an operator departs in: it is no order of anybody."""
    return replace(orders, orders=tuple(replace(one, override=None, hold=None) for one in orders.orders))


def _called_in(orders: Orders) -> Iterator[Called]:
    for directive in (*(one.directive for one in orders.orders), *orders.history):
        for model in directive.subject.models:
            yield from called(model)
    for stop in orders.stops:
        yield from (one for _, one in called_in_stop(stop.stop))


def _asked(
    one: Called, table: Table, kinds: dict[str, ModelState], at: float
) -> Iterator[tuple[Act, ModelState]]:
    """Yield what each order and stop does that a request for a model comes under, as the decision finds them.

    The decision tells of one order alone, and for one person: each of its judges is asked instead.
    """
    named = table.index.get(one.name) or table.find(one.name)
    if named is None:
        return
    for act, judges in (named.anywhere if one.provider is None else named.by_act(one.provider)).items():
        facts = Facts(one.name, act=act, provider=one.provider)
        for judge in judges:
            decided = judge(facts, at, at, 0.0)
            if decided is not None:
                content = None if decided.order is None else decided.order.content
                yield act, kinds.get(content or "", ModelState.CLOSED)


def _add(found: ModelStates, name: str, act: Act, state: ModelState) -> None:
    acts = found.setdefault(name, {})
    acts[act] = max(acts.get(act, ModelState.OPEN), state, key=_PLACES.__getitem__)
