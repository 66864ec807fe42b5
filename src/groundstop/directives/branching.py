"""Rules as a decision tree: each question is asked once, and its answer leads to the next, or to an outcome.

A tree grows where it is gone through, by judging the rules with the answers that were given so far, so that
it says what :func:`groundstop.directives.conditions.judge_rules` says. Where a tree has no room to grow, the
rules are judged as they stand. That two threads grow one branch does no harm: what they grow says the same,
and what is kept by one end is never found by another.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from groundstop.directives.conditions import (
    Accepted,
    Ask,
    Claims,
    Leaf,
    Outcome,
    RuleOf,
    judge_rules,
    leaves_of,
    rules_of,
)
from groundstop.documents.directives import ClaimName, Directive, Rule

MOST_NODES = 4000
"""In one tree, or about: threads that grow it at once may miscount by a few."""

MOST_WORK = 200_000
"""Of a tree: its rules are judged once for each question on a way through it. A larger one does not grow."""

MIXED = None
"""Stands for the issuer where there are several."""


@dataclass(frozen=True, slots=True, eq=False)
class End:
    """Where a tree ends. It is like no other but itself, so that what follows from it can be kept by it."""

    outcome: Outcome


Walk = Callable[[Claims, float], tuple[End, str | None]]
"""Judges claims at a time: where it ends, and by whose claims: one issuer's, nobody's (empty), or mixed."""


@dataclass(frozen=True, slots=True)
class _Answered:
    """What is taken for granted at a place in a tree: an answer, and all before it."""

    leaf: Leaf
    answer: bool | None
    before: _Answered | None


def _by_answers(last: _Answered | None) -> Ask:
    """Return what answers the questions that were asked before, and raises for another."""
    known: dict[Leaf, bool] = {}
    # Claims that nobody attested who counts.
    unknown: set[tuple[ClaimName, Accepted | None]] = set()
    while last is not None:
        if last.answer is None:
            unknown.add((last.leaf.claim, last.leaf.accepted))
        else:
            known[last.leaf] = last.answer
        last = last.before

    def ask(leaf: Leaf) -> bool | None:
        if leaf in known:
            return known[leaf]
        if leaf.accepted is None or (leaf.claim, leaf.accepted) in unknown:
            return None
        raise _UndecidedError(leaf)

    return ask


class _UndecidedError(Exception):
    """A question that is not answered yet."""

    def __init__(self, leaf: Leaf) -> None:
        super().__init__(leaf.claim)
        self.leaf = leaf


class Walks:
    """How the rules of orders are judged; rules that are alike share a tree."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, ...], Walk] = {}

    def scope(self, directive: Directive) -> Walk:
        """Return how an order's scope is judged. In doubt whether somebody is in a class, they are."""
        return self._of(directive.scope, directive, doubt=True)

    def exceptions(self, directive: Directive) -> Walk | None:
        """Return how an order's exceptions are judged, if it has any. Whoever is in doubt is not excepted."""
        if not directive.exceptions:
            return None
        return self._of(directive.exceptions, directive, doubt=None)

    def _of(self, rules: tuple[Rule, ...], directive: Directive, *, doubt: bool | None) -> Walk:
        parts = (*rules, *directive.definitions, *directive.claims)
        key = (str(doubt), *(part.model_dump_json() for part in parts))
        if key not in self._known:
            self._known[key] = walk_of(rules_of(rules, directive), doubt=doubt)
        return self._known[key]


def walk_of(rules: tuple[RuleOf, ...], *, doubt: bool | None) -> Walk:
    """Return how rules are judged.

    Args:
        rules: Rules of which any one is enough.
        doubt: See :func:`groundstop.directives.conditions.judge_rules`.
    """
    tree = _Tree(rules, doubt)
    root = tree.grow(None) if tree.is_worth_it() else None
    if isinstance(root, End):
        at_once = (root, "")
        return lambda _claims, _at: at_once

    def walk(claims: Claims, at: float) -> tuple[End, str | None]:
        node: _Branch | End | None = root
        whose: str | None = ""
        while isinstance(node, _Branch):
            claim, issuers, least, any_of = node.question
            one = claims.get(claim)
            if one is None:
                node = node.unknown or tree.grow_from(node, None)
                continue
            values, issuer, assurance, until = one
            if (
                assurance < least
                or not until > at
                or not values
                or (issuers is not None and issuer not in issuers)
            ):
                node = node.unknown or tree.grow_from(node, None)
                continue
            if any_of.isdisjoint(values):
                node = node.no or tree.grow_from(node, False)
            else:
                node = node.yes or tree.grow_from(node, True)
            if issuer != whose:
                whose = issuer if whose == "" else MIXED
        if node is None:
            return End(judge_rules(rules, lambda leaf: leaf.answer(claims, at), doubt=doubt)), MIXED
        return node, whose

    return walk


class _Branch:
    """A question, and where its answers lead to: nowhere yet, until one is given."""

    __slots__ = ("before", "leaf", "no", "question", "unknown", "yes")

    def __init__(self, leaf: Leaf, before: _Answered | None) -> None:
        issuers, least = leaf.accepted or Accepted(None, 0)
        self.question = (leaf.claim, issuers, least, leaf.any_of)
        self.leaf, self.before = leaf, before
        self.yes: _Branch | End | None = None
        self.no: _Branch | End | None = None
        self.unknown: _Branch | End | None = None


class _Tree:
    """A tree that grows."""

    def __init__(self, rules: tuple[RuleOf, ...], doubt: bool | None) -> None:
        self._rules, self._doubt = rules, doubt
        self._size = 0

    def is_worth_it(self) -> bool:
        """Tell whether it grows at all: rules that ask very much are better judged as they stand."""
        asked = [leaf for rule in self._rules for leaf in leaves_of(rule)]
        return len(asked) * len(set(asked)) <= MOST_WORK

    def grow(self, last: _Answered | None) -> _Branch | End:
        """Return what follows from an answer, and all before it."""
        self._size += 1
        try:
            outcome = judge_rules(self._rules, _by_answers(last), doubt=self._doubt)
        except _UndecidedError as undecided:
            return _Branch(undecided.leaf, last)
        return End(outcome)

    def grow_from(self, branch: _Branch, answer: bool | None) -> _Branch | End | None:
        """Return where an answer leads to, and keep it; none when there is no room."""
        if self._size >= MOST_NODES:
            return None
        node = self.grow(_Answered(branch.leaf, answer, branch.before))
        if answer is None:
            branch.unknown = node
        elif answer:
            branch.yes = node
        else:
            branch.no = node
        return node
