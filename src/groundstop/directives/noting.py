"""What an operator should look at: contradictions, shared names, alternatives that lead round in a ring."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from groundstop.directives.names import Key, keys_of, keys_of_name, spelled
from groundstop.directives.orders import OrderInForce, StopInForce
from groundstop.documents import canonical_bytes
from groundstop.documents.directives import Directive, SubjectModel


class _Use(NamedTuple):
    """A model of an order, where one of its names stands."""

    place: int
    """Of the order among all."""
    order: OrderInForce
    model: SubjectModel


_Ground = tuple[str, int | None]
"""The id of an order or a stop, and the place of an order among all."""

_EVERY = "every:"
"""Begins a name of which every snapshot is meant."""

_Node = int | str
"""The place of an order among all, or a model that is offered instead."""

MOST_TOLD = 10
"""Orders that are named in one note."""

_Uses = Mapping[str, Sequence[_Use]]


def notes_on(orders: Sequence[OrderInForce], stops: Sequence[StopInForce]) -> list[str]:
    """Return notes on orders that stand beside each other."""
    uses: dict[str, list[_Use]] = defaultdict(list)
    under: dict[str, set[_Ground]] = defaultdict(set)
    for place, order in enumerate(orders):
        for model in order.directive.subject.models:
            keys = keys_of(model)
            _put(under, keys, (order.directive.id, place))
            for key in dict.fromkeys(key.key for key in keys):
                uses[key].append(_Use(place, order, model))
    for stop in stops:
        for name in stop.stop.models:
            _put(under, keys_of_name(name, stop.stop.provider), (stop.stop.id, None))
    return [*_conflicts(uses), *_shared_names(uses), *_alternatives(orders, under)]


def _put(under: dict[str, set[_Ground]], keys: Iterable[Key], ground: _Ground) -> None:
    for key, _, every in keys:
        under[key].add(ground)
        if every:
            under[_EVERY + key].add(ground)


def _conflicts(uses: _Uses) -> Iterator[str]:
    """Note orders of two authorities about one model that say different things of it."""
    terms: dict[int, bytes] = {}
    found: set[str] = set()
    for together in uses.values():
        issuers = {one.order.directive.issuer for one in together}
        if len(issuers) < 2:
            continue
        for one in together:
            if one.place not in terms:
                terms[one.place] = _terms(one.order.directive)
        if len({terms[one.place] for one in together}) > 1:
            ids = _and(one.order.directive.id for one in together)
            found.add(f"{_and(issuers)} order different things about one model in {ids}: the stricter wins")
    yield from sorted(found)


def _terms(directive: Directive) -> bytes:
    """Return what an order comes to for whoever asks."""
    return canonical_bytes(
        [
            directive.order,
            sorted(directive.acts),
            [rule.to_json() for rule in directive.scope],
            [rule.to_json() for rule in directive.exceptions],
            [one.condition.to_json() for one in directive.definitions],
            directive.unknown,
        ]
    )


def _shared_names(uses: _Uses) -> Iterator[str]:
    """Note names that two models share: where it is not known whose is meant, both orders apply."""
    for name, together in sorted(uses.items()):
        first, *rest = together
        other = next((one for one in rest if not _same(first.model, one.model)), None)
        if other is not None:
            yield (
                f"The name {name} is that of {_owner(first)} and of {_owner(other)}: where it is not known "
                "whose is meant, both orders apply"
            )


def _same(one: SubjectModel, other: SubjectModel) -> bool:
    """Tell whether two descriptions may be of one model: they share what identifies it, not a name alone."""
    if one == other:
        return True
    identities = [
        {
            *((hosted.provider.casefold(), hosted.name.casefold()) for hosted in model.hosted),
            *(purl.partition("@")[0].casefold() for purl in model.purls),
            *model.weights,
        }
        for model in (one, other)
    ]
    return not identities[0].isdisjoint(identities[1])


def _owner(use: _Use) -> str:
    model = use.model
    whose = f"{model.hosted[0].name} at {model.hosted[0].provider}" if model.hosted else model.label
    return f"{whose} ({use.order.directive.id})"


def _alternatives(orders: Sequence[OrderInForce], under: Mapping[str, set[_Ground]]) -> Iterator[str]:
    """Note alternatives that are themselves grounded, and orders that send people round in a ring."""
    offered: dict[str, list[int]] = defaultdict(list)
    for place, order in enumerate(orders):
        for model in dict.fromkeys(alternative.model for alternative in order.directive.alternatives):
            offered[model].append(place)
    # From orders to what they offer, and on to the orders that this is under.
    leads: dict[_Node, set[_Node]] = defaultdict(set)
    for model, places in sorted(offered.items()):
        keys, families = spelled(model)
        names = (*keys, *(_EVERY + family for family in families))
        grounds = {ground for name in names for ground in under.get(name, ())}
        if grounds:
            alone = f"{model}, an alternative in {_and({orders[place].directive.id for place in places})}"
            yield f"{alone}, is itself under {_and({name for name, _ in grounds})}"
        for place in places:
            leads[place].add(model)
        leads[model] |= {place for _, place in grounds if place is not None}
    for ring in rings(leads):
        ids = {orders[one].directive.id for one in ring if isinstance(one, int)}
        yield f"The alternatives of {_and(ids)} lead round in a ring: none of them may be left"


def rings(leads: Mapping[_Node, set[_Node]]) -> Iterator[frozenset[_Node]]:
    """Yield the sets of more than one node of which each leads to every other.

    Source: Tarjan (1972), strongly connected components, without recursion.
    """
    number: dict[_Node, int] = {}
    low: dict[_Node, int] = {}
    stack: list[_Node] = []
    on_stack: set[_Node] = set()
    for root in leads:
        if root in number:
            continue
        work: list[tuple[_Node, Iterator[_Node]]] = []
        step: _Node | None = root
        while step is not None or work:
            if step is not None:
                number[step] = low[step] = len(number)
                stack.append(step)
                on_stack.add(step)
                work.append((step, iter(leads.get(step, ()))))
            node, following = work[-1]
            step = None
            for one in following:
                if one not in number:
                    step = one
                    break
                if one in on_stack:
                    low[node] = min(low[node], number[one])
            if step is not None:
                continue
            work.pop()
            if work:
                low[work[-1][0]] = min(low[work[-1][0]], low[node])
            if low[node] == number[node]:
                ring = set()
                while node not in ring:
                    ring.add(stack.pop())
                on_stack -= ring
                if len(ring) > 1:
                    yield frozenset(ring)


def _and(names: Iterable[str]) -> str:
    """Return names in a row, in order: the first ten, and how many more there are."""
    told = sorted(set(names))
    if len(told) > MOST_TOLD:
        told[MOST_TOLD:] = [f"{len(told) - MOST_TOLD} more"]
    *first, last = told
    return f"{', '.join(first)} and {last}" if first else last
