"""Orders as Cedar policies: everybody may, and each order forbids."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from groundstop.directives.cedar.formulas import (
    NO,
    YES,
    contrary,
    counts,
    every,
    excepted_surely,
    rule_maybe,
    rule_surely,
    some,
    text,
    texts,
    unless,
)
from groundstop.directives.compiling import floors_of, keys_of_stop
from groundstop.directives.conditions import Accepted, accepted_for_licences, rules_of
from groundstop.directives.granting import Grant, grant_of
from groundstop.directives.judging import NEVER, STOP_STALE_S, Departures, begins_at, stop_over
from groundstop.directives.names import Key, keys_of
from groundstop.directives.orders import LicenceInForce, OrderInForce, Orders, StopInForce
from groundstop.documents.directives import (
    Act,
    ClaimName,
    OrderKind,
    Silence,
    Unknown,
    WhenDark,
)
from groundstop.errors import InputError

EVERY = "every:"
"""Begins a key that every snapshot of a model is looked up under."""
DARK = "(dark)"
STOPPED = "(stop)"
DEFAULT = '@id("default")\npermit (principal, action, resource);\n'
MOST_MS = 2**52
"""Stands for never."""


class PolicyName(NamedTuple):
    """What a policy is from; its ``@id`` in text."""

    order: str
    content: str
    model: str
    """The model's label in the order; empty for a stop."""
    rule: str
    """A rule of the scope, or ``(dark)`` or ``(stop)``."""

    def __str__(self) -> str:
        return " ".join((self.order, self.content, self.model or "-", self.rule))

    @classmethod
    def parse(cls, said: str) -> PolicyName:
        """Return what a policy is from.

        Raises:
            InputError: It is no name of such a policy.
        """
        parts = said.split(" ")
        if len(parts) != 4:
            raise InputError(f"{said!r} is no policy of an order", "Use policies that cedar_policies wrote")
        order, content, model, rule = parts
        return cls(order, content, "" if model == "-" else model, rule)


class Policy(NamedTuple):
    """One policy."""

    name: PolicyName
    keys: tuple[Key, ...]
    """Under which its model is looked up."""
    text: str


def cedar_policies(orders: Orders) -> str:
    """Return orders as Cedar policies, each with its ``@id``.

    Args:
        orders: What stands.

    Returns:
        One policy that permits everything, and one that forbids for each rule of an order and each of its
        models, for each model that closes when nothing is heard, and for each stop. A virtual patch forbids
        nothing but then. Cedar has neither three-valued logic, so that each rule says what holds for sure or
        may hold; nor names that are spelled in several ways, counts, or salted commitments: they are worked
        out before, and told in the request. Times are compared to the millisecond.
    """
    return "\n".join([DEFAULT, *(one.text for one in policies_of(orders))])


def policies_of(orders: Orders) -> Iterator[Policy]:
    """Yield the policies that forbid."""
    for stop in orders.stops:
        yield _stop(stop)
    floors = floors_of(orders)
    for order in orders.orders:
        yield from _order(order, floors[order.directive.issuer])


def _order(order: OrderInForce, floor: float) -> Iterator[Policy]:
    directive, silence = order.directive, order.directive.silence
    scope, exceptions = rules_of(directive.scope, directive), rules_of(directive.exceptions, directive)
    excepted = some(map(excepted_surely, exceptions))
    denies_unknown = directive.unknown is Unknown.DENY
    for model in directive.subject.models:
        keys = keys_of(model)
        departs = Departures.of(order, model.label, floor)
        stands = every([_is_meant(keys), _in_force(order, floor), _no_departure(departs, silence)])
        licensed = some(_licences(order, model.label, floor, departs))

        def policy(
            rule: str,
            *conditions: str,
            label: str = model.label,
            keys: tuple[Key, ...] = keys,
            stands: str = stands,
        ) -> Policy:
            name = PolicyName(directive.id, order.content, label, rule)
            return _policy(name, keys, order.acts, every([stands, *conditions]))

        if silence.when_dark is WhenDark.CLOSE:
            yield policy(DARK, f"context.silent > {silence.dark_after_s * 1000}")
        if directive.order is not OrderKind.VIRTUAL_PATCH:
            for rule in scope:
                reaches = rule_maybe(rule) if denies_unknown else rule_surely(rule)
                yield policy(rule.id, reaches, contrary(excepted), contrary(licensed))


def _stop(stop: StopInForce) -> Policy:
    keys = tuple(keys_of_stop(stop))
    name = PolicyName(stop.stop.id, stop.content, "", STOPPED)
    stands = every([_is_meant(keys), contrary(_is_over(stop_over(stop), STOP_STALE_S))])
    return _policy(name, keys, stop.acts, stands)


def _policy(name: PolicyName, keys: tuple[Key, ...], acts: Iterable[Act], when: str) -> Policy:
    actions = ", ".join(f"Action::{text(act)}" for act in sorted(acts))
    return Policy(
        name,
        keys,
        f"@id({text(str(name))})\nforbid (principal, action in [{actions}], resource)\nwhen {{ {when} }};\n",
    )


def _is_meant(keys: Iterable[Key]) -> str:
    by_owner: dict[str | None, set[str]] = {}
    for key, owner, all_of_it in keys:
        found = by_owner.setdefault(owner, set())
        found.update({key, EVERY + key} if all_of_it else {key})
    return some(
        every([_routed_to(owner), f"resource.keys.containsAny({texts(names)})"])
        for owner, names in sorted(by_owner.items(), key=lambda item: item[0] or "")
    )


def _routed_to(owner: str | None) -> str:
    if owner is None:
        return YES
    is_owner = f"resource.provider == {text(owner)}"
    if "/" not in owner:
        # A route's prefix is left out.
        last = text(f"/{owner}")[1:-1].replace(text("*")[1:-1], r"\*")
        is_owner = some([is_owner, f'resource.provider like "*{last}"'])
    return unless("resource has provider", is_owner)


def _in_force(order: OrderInForce, floor: float) -> str:
    over = _is_over(order.ends.timestamp(), order.directive.silence.stale_after_s)
    return every([_since(begins_at(order, floor)), contrary(over)])


def _no_departure(departs: Departures | None, silence: Silence) -> str:
    if departs is None:
        return YES
    overridden = every([_since(departs.over_from), _before(departs.over_until)])
    follows = _since(departs.held_until)
    lifted = every([follows, _is_over(departs.opens, silence.stale_after_s)])
    return contrary(some([overridden, lifted]))


def _licences(order: OrderInForce, label: str, floor: float, departs: Departures | None) -> Iterator[str]:
    directive = order.directive
    organisation = accepted_for_licences(directive, ClaimName.ORGANISATION)
    purpose = accepted_for_licences(directive, ClaimName.PURPOSE)
    for_licensees = NO
    if departs is not None:
        stale = directive.silence.stale_after_s
        opens = _is_over(departs.opens_for_licensees, stale)
        for_licensees = every([_since(departs.held_until), opens])
    for one in order.licences:
        if one.revoked is None:
            grant = grant_of(one, order, floor)
            helps = some([for_licensees, _helps(grant, one, label, purpose)])
            yield every([_is_holder(grant, one.digest, organisation), _holds(grant), helps])


def _is_holder(grant: Grant, digest: str, organisation: Accepted) -> str:
    known = counts(ClaimName.ORGANISATION, organisation)
    claim = f"principal.claims[{text(ClaimName.ORGANISATION)}]"
    works = every([known, f"{claim}.values.contains({text(grant.organisation)})"])
    if grant.salt is None:
        return works
    return every([f"principal.named.contains({text(digest)})", some([works, contrary(known)])])


def _holds(grant: Grant) -> str:
    silent = f"context.silent <= {grant.outlasts * 1000:.0f}"
    return every([_since(grant.begins), _before(grant.ends), silent])


def _helps(grant: Grant, one: LicenceInForce, label: str, accepted: Accepted) -> str:
    if not grant.covers(label):
        return NO
    parts = [f"action in [{', '.join(f'Action::{text(act)}' for act in sorted(grant.acts))}]"]
    if grant.purposes:
        claim = f"principal.claims[{text(ClaimName.PURPOSE)}]"
        parts += [
            counts(ClaimName.PURPOSE, accepted),
            f"{claim}.values.containsAny({texts(grant.purposes)})",
        ]
    if grant.quota is not None:
        parts.append(contrary(f"principal.spent.contains({text(one.digest)})"))
    return every(parts)


def _since(moment: float) -> str:
    if moment == NEVER:
        return NO
    return YES if moment == -NEVER else f"context.at >= {_ms(moment)}"


def _before(moment: float) -> str:
    if moment == -NEVER:
        return NO
    return YES if moment == NEVER else f"context.at < {_ms(moment)}"


def _is_over(moment: float, stale: float) -> str:
    if moment == NEVER:
        return NO
    heard = f"(context.heard >= {_ms(moment)} || context.silent <= {stale * 1000:.0f})"
    return every([_since(moment), heard])


def _ms(moment: float) -> int:
    return max(-MOST_MS, min(MOST_MS, round(moment * 1000)))
