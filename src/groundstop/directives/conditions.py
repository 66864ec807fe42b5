"""What an order asks of claims, as formulas: true, false or unknown, and by which claims.

Kleene's strong three-valued logic: what nobody attested is unknown, and never false. Here is what the words
of an order come to; :mod:`groundstop.directives.branching` makes it quick.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from groundstop.directives.facts import Attested
from groundstop.documents.directives import (
    AllOf,
    AnyOf,
    Assurance,
    ClaimIs,
    ClaimName,
    ClaimNeeded,
    Condition,
    Directive,
    Not,
    PersonClass,
    Rule,
    claims_of,
)

Claims = Mapping[ClaimName, Attested]


class Accepted(NamedTuple):
    """Which attestations of a claim count."""

    issuers: frozenset[str] | None
    """None for any that the operator trusts with it."""
    least: int
    """The lowest rank of assurance."""

    def counts(self, one: Attested, at: float) -> bool:
        """Tell whether an attestation counts at a time."""
        if one.assurance < self.least or not one.until > at:
            return False
        return self.issuers is None or one.issuer in self.issuers

    def values_in(self, claims: Claims, claim: ClaimName, at: float) -> frozenset[str]:
        """Return the values of a claim that count; none of them when it is unknown."""
        one = claims.get(claim)
        return one.values if one is not None and self.counts(one, at) else _NONE


class Leaf(NamedTuple):
    """One question: whether one of a claim's values is among these."""

    claim: ClaimName
    any_of: frozenset[str]
    accepted: Accepted | None
    """None where the order believes nobody."""

    def answer(self, claims: Claims, at: float) -> bool | None:
        """Answer it; none when it is unknown."""
        values = _NONE if self.accepted is None else self.accepted.values_in(claims, self.claim, at)
        return not self.any_of.isdisjoint(values) if values else None


@dataclass(frozen=True, slots=True)
class Literal:
    """A question, or its contrary."""

    leaf: Leaf
    turned: bool
    """Whether the contrary is meant."""


@dataclass(frozen=True, slots=True)
class Junction:
    """Formulas of which every one must be true, or any one."""

    every: bool
    of: tuple[Formula, ...]


Formula = Literal | Junction
"""A condition whose negations stand at its questions."""


@dataclass(frozen=True, slots=True)
class ClassOf:
    """A class of persons: its condition, and what a status says of it."""

    computed: Formula
    is_in: Leaf
    """Whether a status says yes."""
    is_out: Leaf
    """Whether a status says no."""


@dataclass(frozen=True, slots=True)
class RuleOf:
    """A rule; every part of it must hold."""

    id: str
    persons: ClassOf | None
    others: tuple[Leaf, ...]
    """From where, for which organisation, and for what."""


class Outcome(NamedTuple):
    """What some rules come to."""

    truth: bool | None
    rule: str | None
    """The first that holds, or else the first that is unknown."""
    used: tuple[ClaimName, ...]
    """Claims that it rests on."""
    missing: tuple[ClaimName, ...]
    """Claims that would have settled it; only for what is unknown."""


Ask = Callable[[Leaf], bool | None]
"""Answers a question; none when it is unknown."""

_NONE: frozenset[str] = frozenset()
_Names = frozenset[ClaimName]
_Judged = tuple[bool | None, _Names, _Names]
"""True, false or unknown; claims used, and claims missing."""
_NO_NAMES: _Names = frozenset()


def judge_rules(rules: Iterable[RuleOf], ask: Ask, *, doubt: bool | None) -> Outcome:
    """Judge rules of which any one is enough.

    Args:
        rules: Those of the scope, or the exceptions.
        ask: Answers the questions, of which no more are asked than are needed.
        doubt: What holds of a person whose status contradicts itself, or the other claims: the stricter.
    """
    used, missing = _NO_NAMES, _NO_NAMES
    unknown: str | None = None
    for rule in rules:
        truth, rests_on, lacks = _judge_all(_parts(rule, ask, doubt))
        if truth:
            return Outcome(True, rule.id, _in_order(rests_on), ())
        used |= rests_on
        if truth is None:
            missing |= lacks
            unknown = unknown or rule.id
    if unknown is None:
        return Outcome(False, None, _in_order(used), ())
    return Outcome(None, unknown, _in_order(used), _in_order(missing))


def judge_formula(formula: Formula, ask: Ask) -> _Judged:
    """Judge a formula, with the claims that it rests on and those that are missing."""
    if isinstance(formula, Literal):
        return _judge_leaf(formula.leaf, ask, turned=formula.turned)
    parts = (judge_formula(one, ask) for one in formula.of)
    return _judge_all(parts) if formula.every else _judge_any(parts)


def rules_of(rules: Iterable[Rule], directive: Directive) -> tuple[RuleOf, ...]:
    """Return rules of an order as formulas."""
    return tuple(_rule_of(one, directive) for one in rules)


def leaves_of(rule: RuleOf) -> Iterator[Leaf]:
    """Yield every question that a rule may ask, as often as it does."""
    if rule.persons is not None:
        yield from _leaves(rule.persons.computed)
        yield rule.persons.is_in
        yield rule.persons.is_out
    yield from rule.others


def formula_of(
    condition: Condition, accepted: Mapping[ClaimName, Accepted], *, turned: bool = False
) -> Formula:
    """Return a condition, or its contrary, with its negations pushed inwards.

    Args:
        condition: What is asked.
        accepted: Which attestations count; of a claim that is not in it, none does.
        turned: Whether the contrary is meant.
    """
    match condition:
        case ClaimIs():
            return Literal(_leaf(condition.claim, condition.any_of, accepted), turned)
        case Not():
            return formula_of(condition.of, accepted, turned=not turned)
        case AllOf() | AnyOf():
            of = tuple(formula_of(one, accepted, turned=turned) for one in condition.of)
            return Junction(isinstance(condition, AllOf) is not turned, of)


def accepted_by(directive: Directive) -> dict[ClaimName, Accepted]:
    """Return which attestations count under an order, of the claims that it speaks of."""
    return {one.claim: _accepted(one) for one in directive.claims}


def accepted_for_licences(directive: Directive, claim: ClaimName) -> Accepted:
    """Return which attestations count for a licence: as the order says, else of substantial assurance."""
    needed = next((one for one in directive.claims if one.claim is claim), None)
    return Accepted(None, Assurance.SUBSTANTIAL.rank) if needed is None else _accepted(needed)


def accepted_status(directive: Directive, definition: PersonClass) -> Accepted:
    """Return which attestations of a status settle a class of persons.

    Where the order does not say, a status must be as good as all that it stands for: of the highest
    assurance that is asked of the class's claims, by an issuer who is believed for each of them.
    """
    accepted = accepted_by(directive)
    if ClaimName.STATUS in accepted:
        return accepted[ClaimName.STATUS]
    stood_for = [accepted[name] for name in sorted(claims_of(definition.condition)) if name in accepted]
    least = max((one.least for one in stood_for), default=0)
    named = [one.issuers for one in stood_for if one.issuers is not None]
    issuers = frozenset.intersection(*named) if named else None
    return Accepted(issuers, max(least, Assurance.LOW.rank))


def _rule_of(rule: Rule, directive: Directive) -> RuleOf:
    accepted = accepted_by(directive)
    persons = None
    if rule.persons is not None:
        definition = directive.definition(rule.persons)
        status = accepted_status(directive, definition)
        persons = ClassOf(
            formula_of(definition.condition, accepted),
            is_in=Leaf(ClaimName.STATUS, frozenset({f"{definition.id}:yes"}), status),
            is_out=Leaf(ClaimName.STATUS, frozenset({f"{definition.id}:no"}), status),
        )
    others = (
        (ClaimName.LOCATED_IN, rule.destinations),
        (ClaimName.ORGANISATION, rule.organisations),
        (ClaimName.PURPOSE, rule.purposes),
    )
    leaves = tuple(_leaf(claim, values, accepted) for claim, values in others if values)
    return RuleOf(rule.id, persons, leaves)


def _leaves(formula: Formula) -> Iterator[Leaf]:
    if isinstance(formula, Literal):
        yield formula.leaf
    else:
        for one in formula.of:
            yield from _leaves(one)


def _leaf(claim: ClaimName, values: Iterable[str], accepted: Mapping[ClaimName, Accepted]) -> Leaf:
    return Leaf(claim, frozenset(values), accepted.get(claim))


def _accepted(needed: ClaimNeeded) -> Accepted:
    return Accepted(frozenset(needed.issuers) or None, needed.assurance.rank)


def _parts(rule: RuleOf, ask: Ask, doubt: bool | None) -> Iterator[_Judged]:
    if rule.persons is not None:
        yield _judge_class(rule.persons, ask, doubt)
    for leaf in rule.others:
        yield _judge_leaf(leaf, ask, turned=False)


def _judge_class(persons: ClassOf, ask: Ask, doubt: bool | None) -> _Judged:
    status = frozenset({ClaimName.STATUS})
    truth, used, missing = judge_formula(persons.computed, ask)
    is_in, is_out = bool(ask(persons.is_in)), bool(ask(persons.is_out))
    if not (is_in or is_out):
        return truth, used, missing | status if truth is None else _NO_NAMES
    if (is_in and is_out) or (truth is not None and truth is not is_in):
        return doubt, used | status, _NO_NAMES
    return is_in, status, _NO_NAMES


def _judge_leaf(leaf: Leaf, ask: Ask, *, turned: bool) -> _Judged:
    answer = ask(leaf)
    claim = frozenset({leaf.claim})
    if answer is None:
        return None, _NO_NAMES, claim
    return answer is not turned, claim, _NO_NAMES


def _judge_all(parts: Iterable[_Judged]) -> _Judged:
    truth: bool | None = True
    used, missing = _NO_NAMES, _NO_NAMES
    for found, rests_on, lacks in parts:
        if found is False:
            return False, rests_on, _NO_NAMES
        used, missing = used | rests_on, missing | lacks
        truth = None if found is None else truth
    return truth, used, missing


def _judge_any(parts: Iterable[_Judged]) -> _Judged:
    truth: bool | None = False
    used, missing = _NO_NAMES, _NO_NAMES
    for found, rests_on, lacks in parts:
        if found:
            return True, rests_on, _NO_NAMES
        used, missing = used | rests_on, missing | lacks
        truth = None if found is None else truth
    return truth, used, missing


def _in_order(names: _Names) -> tuple[ClaimName, ...]:
    return tuple(name for name in ClaimName if name in names)
