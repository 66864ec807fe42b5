"""Three-valued formulas as Cedar expressions, which have two values: what holds surely, and what may hold."""

from __future__ import annotations

from collections.abc import Iterable

from groundstop.directives.conditions import Accepted, ClassOf, Formula, Leaf, Literal, RuleOf
from groundstop.documents.directives import ClaimName

YES, NO = "true", "false"


def text(value: str) -> str:
    """Return a string as Cedar writes it."""
    plain = (
        one
        if one.isascii() and one.isprintable() and one not in '"\\*'
        else "\ufffd"
        if 0xD800 <= ord(one) <= 0xDFFF
        else f"\\u{{{ord(one):x}}}"
        for one in value
    )
    return f'"{"".join(plain)}"'


def texts(values: Iterable[str]) -> str:
    """Return a set of strings as Cedar writes it, in order."""
    return f"[{', '.join(map(text, sorted(values)))}]"


def every(parts: Iterable[str]) -> str:
    """Return an expression that holds where all do."""
    kept = [one for one in dict.fromkeys(parts) if one != YES]
    if NO in kept:
        return NO
    return YES if not kept else kept[0] if len(kept) == 1 else f"({' && '.join(kept)})"


def some(parts: Iterable[str]) -> str:
    """Return an expression that holds where any does."""
    kept = [one for one in dict.fromkeys(parts) if one != NO]
    if YES in kept:
        return YES
    return NO if not kept else kept[0] if len(kept) == 1 else f"({' || '.join(kept)})"


def contrary(one: str) -> str:
    """Return an expression that holds where another does not."""
    return NO if one == YES else YES if one == NO else f"!({one})"


def unless(known: str, holds: str) -> str:
    """Return an expression that holds where something is not known, or holds itself.

    In this form Cedar's validator sees that nothing is looked at that is not there.
    """
    return YES if known == NO else f"(if {known} then {holds} else {YES})"


def counts(claim: ClaimName, accepted: Accepted | None) -> str:
    """Return that a claim is attested by somebody who counts."""
    if accepted is None:
        return NO
    name = text(claim)
    here = f"principal.claims[{name}]"
    parts = [f"principal.claims has {name}", f"!{here}.values.isEmpty()", f"{here}.until > context.at"]
    if accepted.least > 0:
        parts.append(f"{here}.assurance >= {accepted.least}")
    if accepted.issuers is not None:
        parts.append(f"{texts(accepted.issuers)}.contains({here}.issuer)")
    return every(parts)


def surely(formula: Formula) -> str:
    """Return that a formula is true, whatever is unknown."""
    if isinstance(formula, Literal):
        leaf = formula.leaf
        holds = contrary(_one_of(leaf)) if formula.turned else _one_of(leaf)
        return every([counts(leaf.claim, leaf.accepted), holds])
    parts = map(surely, formula.of)
    return every(parts) if formula.every else some(parts)


def maybe(formula: Formula) -> str:
    """Return that a formula is true or unknown."""
    if isinstance(formula, Literal):
        leaf = formula.leaf
        known = counts(leaf.claim, leaf.accepted)
        holds = contrary(_one_of(leaf)) if formula.turned else _one_of(leaf)
        return unless(known, holds)
    parts = map(maybe, formula.of)
    return every(parts) if formula.every else some(parts)


def rule_surely(rule: RuleOf) -> str:
    """Return that a rule of the scope holds; whoever is in doubt is in a class."""
    persons = [] if rule.persons is None else [_in_class_surely(rule.persons)]
    return every([*persons, *(surely(Literal(leaf, turned=False)) for leaf in rule.others)])


def rule_maybe(rule: RuleOf) -> str:
    """Return that a rule of the scope holds or is unknown."""
    persons = [] if rule.persons is None else [_in_class_maybe(rule.persons)]
    return every([*persons, *(maybe(Literal(leaf, turned=False)) for leaf in rule.others)])


def excepted_surely(rule: RuleOf) -> str:
    """Return that an exception holds; whoever is in doubt is in no class."""
    persons = [] if rule.persons is None else [_excepted_class(rule.persons)]
    return every([*persons, *(surely(Literal(leaf, turned=False)) for leaf in rule.others)])


def _in_class_surely(persons: ClassOf) -> str:
    return some([_said(persons.is_in), surely(persons.computed)])


def _in_class_maybe(persons: ClassOf) -> str:
    out = _said(persons.is_out)
    unless_out = some([contrary(out), surely(persons.computed)])
    return some([_said(persons.is_in), every([maybe(persons.computed), unless_out])])


def _excepted_class(persons: ClassOf) -> str:
    is_in = some([_said(persons.is_in), surely(persons.computed)])
    return every([contrary(_said(persons.is_out)), maybe(persons.computed), is_in])


def _said(leaf: Leaf) -> str:
    return surely(Literal(leaf, turned=False))


def _one_of(leaf: Leaf) -> str:
    return f"principal.claims[{text(leaf.claim)}].values.containsAny({texts(leaf.any_of)})"
