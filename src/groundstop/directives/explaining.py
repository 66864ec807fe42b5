"""A decision in plain sentences, for whoever was kept out and whoever asks why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from groundstop.directives.decision import Decision, Ground, OrderInfo
from groundstop.documents.directives import Direction

_WHAT = {
    Ground.OUTSIDE: "The order does not reach whoever asks.",
    Ground.IN_SCOPE: "The order reaches whoever asks, by its rule {rule}.",
    Ground.EXCEPTED: "The order makes an exception, by its rule {rule}.",
    Ground.LICENSED: "The licence {licence} makes an exception.",
    Ground.UNKNOWN: "It is not known whether the order reaches whoever asks, by its rule {rule}; "
    "it applies to those of whom it is not known.",
    Ground.UNKNOWN_ALLOWED: "It is not known whether the order reaches whoever asks, by its rule {rule}; "
    "it lets those through of whom it is not known.",
    Ground.OVERRIDDEN: "The operator does not enforce the order here.",
    Ground.DARK: "This gateway has heard nothing for too long, and the order closes the model then.",
    Ground.STOPPED: "The model is stopped for everybody.",
}


def explain(decision: Decision) -> tuple[str, ...]:
    """Return what decided, in plain sentences.

    Args:
        decision: What was decided.

    Returns:
        One sentence a line: what was decided, by whose order and rule, on which claims of which issuers, what
        is missing, the licence, what else may be used, until when, and where to object.
    """
    order = decision.order
    if order is None:
        return ("The request goes on: there is no order about this model.",)
    return (
        "The request goes on." if decision.allowed else "The request is kept out.",
        _which(order),
        _WHAT[decision.ground].format(rule=decision.rule, licence=decision.licence),
        *_departs(order),
        *_claims(decision),
        *_licence(decision),
        *_more(decision),
        *(() if decision.allowed else _instead(order)),
    )


def _which(order: OrderInfo) -> str:
    if order.kind is None:
        return f"It falls under the stop {order.id} by {order.issuer}."
    sequence = f", sequence {order.sequence}" if order.sequence > 1 else ""
    return f"It falls under the order {order.id}{sequence} by {order.issuer} ({order.kind})."


def _departs(order: OrderInfo) -> Iterator[str]:
    departs = order.departs
    if departs is not None:
        word = "lets it rest" if departs.direction is Direction.ALLOW else "keeps it, whatever lifts it"
        yield (
            f"{departs.by} {word} here, in its own name, until {departs.until:%Y-%m-%d %H:%M} UTC: "
            f"{departs.reason}"
        )


def _claims(decision: Decision) -> Iterator[str]:
    if decision.claims:
        yield f"This rests on {_and(f'{one.claim} as {one.issuer} attests it' for one in decision.claims)}."
    if decision.missing:
        yield f"What is not attested, or not by somebody whom the order believes: {_or(decision.missing)}."


def _licence(decision: Decision) -> Iterator[str]:
    if decision.licence_failed is not None:
        yield f"The licence {decision.licence} does not help: {decision.licence_failed}."


def _more(decision: Decision) -> Iterator[str]:
    if decision.guards:
        yield f"It must pass the guard of {_and(decision.guards)} first."
    if decision.others:
        yield f"It is kept out by {_and(decision.others)} too."


def _instead(order: OrderInfo) -> Iterator[str]:
    yield f"The issuer says: {order.message}"
    if order.alternatives:
        yield f"What may be used instead: {_or(_alternatives(order))}."
    elif order.kind is not None:
        yield "The order names no other model that may be used."
    yield f"It ends on {order.until:%Y-%m-%d at %H:%M} UTC, unless it is lifted or renewed before."
    if order.appeal is not None:
        days = order.appeal.answer_days
        when = "" if days is None else f"; they are answered within {days} days"
        yield f"Objections go to {order.appeal.name} at {order.appeal.contact}{when}."
    if order.more is not None:
        yield f"More about the order: {order.more}"


def _alternatives(order: OrderInfo) -> Iterator[str]:
    for one in order.alternatives:
        yield f"{one.model} ({'not tested' if one.tested is None else 'tested'})"


def _and(names: Iterable[str]) -> str:
    return _joined(names, "and")


def _or(names: Iterable[str]) -> str:
    return _joined(names, "or")


def _joined(names: Iterable[str], word: str) -> str:
    *first, last = names
    return f"{', '.join(first)} {word} {last}" if first else last
