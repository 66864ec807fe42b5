"""What an author should look at before an order is signed. None of it is refused: it is said."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from groundstop.directives.orders import Orders
from groundstop.directives.surfaces import GapKind, gaps, surfaces
from groundstop.documents.directives import (
    EVERY_SNAPSHOT,
    ClaimName,
    Directive,
    OrderKind,
    Rule,
    SubjectModel,
    Unknown,
)

_LONG = timedelta(days=366)
_LONG_UNSEEN = timedelta(days=92)
_MANY_CALLS = 100_000
_MANY_COUNTRIES = 100


def review_directive(directive: Directive, orders: Orders | None = None) -> tuple[str, ...]:
    """Return what an author should look at.

    Args:
        directive: The order, signed or not.
        orders: What stands; none when that is not known.

    Returns:
        Sentences; none when there is nothing to say.
    """
    found = [
        *_reach(directive),
        *_models(directive),
        *_unknowns(directive),
        *_points(directive),
        *_alternatives(directive),
        *_lifting(directive),
        *_times(directive),
    ]
    if orders is not None:
        found += _overlaps(directive, orders)
    return tuple(found)


def reaches_everybody(directive: Directive) -> bool:
    """Tell whether a rule of an order's scope reaches everybody, world-wide."""
    return any(rule.reaches_everybody for rule in directive.scope)


def _reach(directive: Directive) -> Iterator[str]:
    if reaches_everybody(directive):
        rest = " but for its exceptions" if directive.exceptions else ""
        yield f"It reaches everybody, world-wide{rest}: preview shows whom that cuts off."
        conditioned = [rule.id for rule in directive.scope if not rule.reaches_everybody]
        if conditioned:
            yield f"Everybody is reached already, so this adds nothing: rule {', '.join(conditioned)}."
    for rule in directive.scope:
        if len(rule.destinations) >= _MANY_COUNTRIES:
            yield f"The rule {rule.id} names {len(rule.destinations)} countries: it is nearly world-wide."
    if directive.order is OrderKind.EXPORT_BAN and not any(map(_conditioned, directive.scope)):
        yield "It is called an export ban, and names neither persons nor destinations."


def _conditioned(rule: Rule) -> bool:
    return rule.persons is not None or bool(rule.destinations)


def _models(directive: Directive) -> Iterator[str]:
    swept = [model.label for model in directive.subject.models if not model.findings]
    if swept and directive.evidence:
        yield f"Swept in without a finding: {', '.join(swept)}."
    named = {one.finding for one in directive.evidence}
    for model in directive.subject.models:
        if directive.evidence and set(model.findings) - named:
            yield f"The model {model.label} has a finding that is not among the evidence."
        if any(one.snapshot == EVERY_SNAPSHOT for one in model.hosted):
            yield f"Every snapshot of {model.label} is meant, later ones too."
    if directive.withheld is not None:
        yield "Its evidence is withheld: nobody can check what it rests on."


def _unknowns(directive: Directive) -> Iterator[str]:
    looked_at = directive.claims_looked_at()
    if not looked_at:
        return
    if directive.unknown is Unknown.ALLOW:
        yield "Whoever shows no claim is let through: it is kept only from those who say who they are."
    else:
        yield "Whoever shows no claim is kept out: preview shows how many that are."
    if ClaimName.LOCATED_IN in looked_at:
        yield "Where a request comes from must be attested: what an address tells of it decides nothing."
    if directive.not_enforced:
        yield f"Conditions that no gateway can see, and nothing enforces: {len(directive.not_enforced)}."


def _points(directive: Directive) -> Iterator[str]:
    unable: dict[str, list[str]] = {}
    for point in surfaces().values():
        for gap in gaps(directive, point):
            if gap.kind is not GapKind.ACT and set(point.acts) & set(directive.acts):
                unable.setdefault(gap.words, []).append(point.called)
    for words, points in unable.items():
        yield f"At {', '.join(points)}: {words[0].lower()}{words[1:]}"
    kept = {act for point in surfaces().values() for act in point.acts}
    acts = [act.value for act in directive.acts if act not in kept]
    if acts:
        yield f"No enforcement point sees {', '.join(acts)}: nothing enforces that part."


def _alternatives(directive: Directive) -> Iterator[str]:
    names = {name.casefold() for model in directive.subject.models for name in names_of(model)}
    for one in directive.alternatives:
        if one.model.casefold() in names:
            yield f"The alternative {one.model} is withdrawn by this very order."
        elif one.tested is None:
            yield f"The alternative {one.model} was not tested: the finding may come back in it."
    if directive.fallback and not directive.alternatives:
        yield "Another model may answer, and none is named."


def _lifting(directive: Directive) -> Iterator[str]:
    criteria = directive.lifting
    if criteria.minimum_n > _MANY_CALLS:
        yield f"Lifting it takes {criteria.minimum_n:,} calls at least: few can make so many."
    if directive.issuer in criteria.verifiers:
        yield "The issuer may verify the fix itself."
    if not criteria.independent:
        yield "The party that claims the fix may verify it itself."
    if criteria.benign_margin is None:
        yield "Nothing is asked of what the fix costs ordinary requests."
    if not directive.evidence:
        yield "It names no finding, so no verification can lift it: it expires, or is rescinded."


def _times(directive: Directive) -> Iterator[str]:
    if directive.expires - directive.effective > _LONG:
        yield f"It lasts {(directive.expires - directive.effective).days} days."
    if directive.review - directive.effective > _LONG_UNSEEN:
        yield f"It is not looked at again for {(directive.review - directive.effective).days} days."


def _overlaps(directive: Directive, orders: Orders) -> Iterator[str]:
    mine = {name.casefold() for model in directive.subject.models for name in names_of(model)}
    for order in orders.orders:
        other = order.directive
        if (other.id, other.issuer) == (directive.id, directive.issuer):
            continue
        shared = sorted(
            model.label
            for model in other.subject.models
            if mine & {name.casefold() for name in names_of(model)}
        )
        if shared:
            yield (
                f"The order {other.id} by {other.issuer} is about {', '.join(shared)} too: "
                "both apply, and the stricter wins."
            )


def names_of(model: SubjectModel) -> frozenset[str]:
    """Return the names by which a model is known, with its provider where it has one."""
    hosted = {f"{one.provider}/{one.name}" for one in model.hosted} | {one.name for one in model.hosted}
    return frozenset({*hosted, *model.aliases, *model.purls, *model.weights})
