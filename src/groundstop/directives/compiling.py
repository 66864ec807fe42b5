"""Compiling what stands into a table that is indexed by every name of a model.

Pure: the same orders give the same table, whose digest names them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from groundstop.directives.branching import Walks
from groundstop.directives.decision import Decision, Ground, OrderInfo
from groundstop.directives.granting import Grants
from groundstop.directives.judging import NEVER, Here, judge_of, judge_of_stop, lifted, told_of_stop
from groundstop.directives.names import Key, keys_of, keys_of_name, owners_of, spelled, spelled_alone
from groundstop.directives.orders import OrderInForce, Orders, StopInForce
from groundstop.directives.table import ByAct, Judge, Named, Table, in_order
from groundstop.documents.directives import Act, OrderKind


class _Entry(NamedTuple):
    """An order or stop about one model, as it is put under a key."""

    rank: int
    provider: str | None
    known: bool = False
    """Whether it counts only where the provider is known: the key is the last part of the name alone."""


class _Compiled(NamedTuple):
    """An order or stop about one model."""

    judge: Judge
    acts: frozenset[Act]


class _Index:
    """What is compiled, by name."""

    def __init__(self) -> None:
        self.compiled: list[_Compiled] = []
        self.names: dict[str, set[_Entry]] = {}
        self.families: dict[str, set[_Entry]] = {}
        self._known: dict[tuple[_Entry, ...], Named] = {}

    def enter(self, judge: Judge, acts: frozenset[Act], keys: Iterable[Key]) -> None:
        """Put what is compiled under its keys; its rank is its place."""
        self.compiled.append(_Compiled(judge, acts))
        for key, provider, every in keys:
            entry = _Entry(judge.rank, provider)
            self.names.setdefault(key, set()).add(entry)
            if every:
                self.families.setdefault(key, set()).add(entry)

    def whole(self, key: str) -> set[_Entry]:
        """Return everything about a key: also what is said of every snapshot of what it is one of."""
        keys, bases = spelled(key)
        found = self.names[key].union(*(self.names.get(other, ()) for other in keys if other != key))
        found = found.union(*(self.families.get(base, ()) for base in bases))
        alone, families = spelled_alone(key)
        more = set[_Entry]().union(*(self.names.get(other, ()) for other in alone))
        more = more.union(*(self.families.get(base, ()) for base in families))
        return found | {
            one._replace(known=True) for one in more if found.isdisjoint((one, one._replace(provider=None)))
        }

    def named(self, entries: Iterable[_Entry]) -> Named:
        """Return what entries say; those that are the same are compiled once."""
        order = tuple(sorted(entries, key=lambda one: (one.rank, one.provider or "", one.known)))
        found = self._known.get(order)
        if found is None:
            owners = {one.provider for one in order} - {None}
            found = self._known[order] = Named(
                anywhere=self._by_act(one for one in order if not one.known),
                at={
                    owner: self._by_act(one for one in order if one.provider in (None, *owners_of(owner)))
                    for owner in owners
                    if owner is not None
                },
                elsewhere=self._by_act(one for one in order if one.provider is None),
            )
        return found

    def _by_act(self, entries: Iterable[_Entry]) -> ByAct:
        found: dict[Act, list[Judge]] = {}
        for one in entries:
            judge, acts = self.compiled[one.rank]
            for act in acts:
                found.setdefault(act, []).append(judge)
        return {act: in_order(judges) for act, judges in found.items()}


def compile_table(orders: Orders) -> Table:
    """Compile what stands.

    Args:
        orders: As :func:`groundstop.directives.folding.fold` gives them.

    Returns:
        The table, for :func:`groundstop.directives.deciding.decide`.
    """
    here = Here(_digest(orders), _licence_digest(orders))
    index = _Index()
    for stop in sorted(orders.stops, key=lambda one: (-one.stop.expires.timestamp(), one.content)):
        rank = len(index.compiled)
        judge_stop = judge_of_stop(stop, rank=rank, told=told_of_stop(stop), here=here)
        index.enter(judge_stop, stop.acts, keys_of_stop(stop))
    grounded, floors, walks = _grounded(orders), floors_of(orders), Walks()
    for order in sorted(orders.orders, key=_strictness):
        told, floor = told_of(order, grounded.has), floors[order.directive.issuer]
        grants = Grants(order, floor) if order.licences else None
        for model in order.directive.subject.models:
            rank = len(index.compiled)
            judge = judge_of(
                order,
                model.label,
                rank=rank,
                told=told,
                floor=floor,
                here=here,
                walks=walks,
                grants=grants,
            )
            index.enter(judge, order.acts, keys_of(model))
    nothing = Decision(True, Ground.NO_ORDER, None, None, (), (), None, None, (), (), *here)
    return Table(
        index={key: index.named(index.whole(key)) for key in index.names if key},
        families={key: index.named(entries) for key, entries in index.families.items() if key},
        nothing=nothing,
        digest=here.table,
        licences=here.licences,
        size=len(orders.orders) + len(orders.stops),
    )


def told_of(order: OrderInForce, grounded: Callable[[str], bool]) -> OrderInfo:
    """Return what is told of an order.

    Args:
        order: What stands.
        grounded: Tells of a model's name whether nobody may use it: then it is no alternative.
    """
    directive = order.directive
    return OrderInfo(
        id=directive.id,
        sequence=directive.sequence,
        content=order.content,
        issuer=directive.issuer,
        kind=directive.order,
        until=order.ends,
        alternatives=tuple(one for one in directive.alternatives if not grounded(one.model)),
        fallback=directive.fallback,
        in_flight=directive.in_flight,
        appeal=directive.appeal,
        message=directive.response.message,
        more=directive.response.more,
        departs=order.override,
    )


def _strictness(order: OrderInForce) -> tuple[object, ...]:
    """Return what orders are sorted by: those without any licence first, then those that last longest."""
    directive = order.directive
    until = -order.ends.timestamp()
    return bool(order.licences), until, directive.id, directive.sequence, order.content, directive.issuer


def keys_of_stop(stop: StopInForce) -> Iterable[Key]:
    """Return every key that the models of a stop are found under, once each."""
    keys = (key for name in stop.stop.models for key in keys_of_name(name, stop.stop.provider))
    return dict.fromkeys(keys)


def floors_of(orders: Orders) -> Mapping[str, float]:
    """Return when each authority has last signed something by its quorum.

    What one key has signed alone does not count: its clock may be anything. A quorum that dates a document
    ahead ends its own licences early and begins its orders early, which errs to the strict side.
    """
    found: dict[str, float] = {}
    for order in orders.orders:
        signed = [one.licence.created for one in order.licences] + [one.created for one in order.lifts]
        if order.ratified:
            signed.append(order.directive.created)
        latest = max((one.timestamp() for one in signed), default=-NEVER)
        issuer = order.directive.issuer
        found[issuer] = max(latest, found.get(issuer, -NEVER))
    return found


@dataclass(frozen=True, slots=True)
class _Grounded:
    """Names of models that nobody may use for answering."""

    names: frozenset[str]
    families: frozenset[str]
    """Of which every snapshot is meant."""

    def has(self, name: str) -> bool:
        """Tell whether a name is one of them."""
        keys, families = spelled(name)
        return not (self.names.isdisjoint(keys) and self.families.isdisjoint(families))


def _grounded(orders: Orders) -> _Grounded:
    """Return the names of models that nobody may use for answering, as long as what stands holds."""
    found: set[Key] = set()
    for stop in orders.stops:
        if stop.lift is None and Act.INFER in stop.acts:
            found.update(keys_of_stop(stop))
    for order in orders.orders:
        directive = order.directive
        if (
            directive.order is OrderKind.VIRTUAL_PATCH
            or Act.INFER not in order.acts
            or not any(rule.reaches_everybody for rule in directive.scope)
        ):
            continue
        for model in directive.subject.models:
            if lifted(order.lifts, model.label).everybody == NEVER:
                found.update(keys_of(model))
    return _Grounded(frozenset(one.key for one in found), frozenset(one.key for one in found if one.every))


def _licence_digest(orders: Orders) -> str:
    return _digest_of({row for order in orders.orders for row in _licence_rows(order)})


def _licence_rows(order: OrderInForce) -> Iterator[str]:
    for one in order.licences:
        revoked = "" if one.revoked is None else one.revoked.content_id
        yield _row("licence", one.digest, "" if one.ends is None else one.ends.isoformat(), revoked)


def _digest(orders: Orders) -> str:
    """Return the digest of all that a table is compiled from."""
    rows = {_order_row(order) for order in orders.orders}
    for stop in orders.stops:
        lift = "" if stop.lift is None else stop.lift.content_id
        rows.add(_row("stop", stop.content, lift, *sorted(stop.acts)))
    return _digest_of(rows)


def _order_row(order: OrderInForce) -> str:
    return _row(
        "order",
        order.content,
        order.ends.isoformat(),
        "ratified" if order.ratified else "urgent",
        "" if order.override is None else order.override.content_id,
        "" if order.hold is None else order.hold.content_id,
        *sorted(order.acts),
        *sorted(_licence_rows(order)),
        *sorted(one.content_id for one in order.lifts),
    )


def _row(*words: str) -> str:
    return " ".join(words)


def _digest_of(rows: Iterable[str]) -> str:
    """Return ``sha256:`` and the digest of rows: sorted lines of words, none of which has a space in it."""
    return "sha256:" + hashlib.sha256("".join(f"{row}\n" for row in sorted(rows)).encode()).hexdigest()
