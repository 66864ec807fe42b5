"""Answers: the models that they name, and lists of models with what is open to whoever asks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from groundstop.gateway.denials import denial_of
from groundstop.gateway.gate import Ruling
from groundstop.gateway.reading.naming import names_in_answer, tidy_name
from groundstop.gateway.routes import Kind, Route
from groundstop.gateway.settings import Dialect

_LISTS = frozenset({Kind.MODELS, Kind.MODEL})


def served_in(route: Route, value: object) -> tuple[str, ...]:
    """Return the models that a JSON answer names, each once: which answered, and which had a part in it.

    Args:
        route: That was asked for.
        value: The answer, decoded.

    Returns:
        Names in a form that receipts can hold; the one at the top of the answer is the first. Of lists of
        models none: see :func:`marked`.
    """
    if route.kind in _LISTS:
        return ()
    found = names_in_answer(value)
    if not found:
        return ()
    if len(found) == 1:
        name = tidy_name(found[0].name)
        return (name,) if name else ()
    if isinstance(value, dict) and isinstance(first := value.get("model"), str):
        return tuple(dict.fromkeys(filter(None, map(tidy_name, (first, *(one.name for one in found))))))
    return tuple(dict.fromkeys(filter(None, (tidy_name(one.name) for one in found))))


def marked(_dialect: Dialect, value: Any, rule: Callable[[str], Ruling]) -> Any:
    """Return a list of models, or one model, with ``groundstop`` in each: whether it is open to whoever asks.

    Args:
        _dialect: Of the answer; both have the same form.
        value: The answer, decoded. It is not changed.
        rule: Rules on a model by its name.

    Returns:
        The same, with ``"groundstop": {"available": true}`` in each model that is open, and with all that a
        denial tells in each that is not. What a gateway behind this one keeps out stays marked by it.
    """
    if not isinstance(value, dict):
        return value
    if isinstance(models := value.get("data"), list):
        return {**value, "data": [_marked(one, rule) for one in models]}
    return _marked(value, rule)


def _marked(model: Any, rule: Callable[[str], Ruling]) -> Any:
    if not isinstance(model, dict) or not isinstance(name := model.get("id"), str):
        return model
    ruling = rule(name)
    if not ruling.allowed:
        return {**model, "groundstop": {"available": False, **denial_of(ruling).details()}}
    before = model.get("groundstop")
    if isinstance(before, dict) and before.get("available") is False:
        # It is kept out by a gateway behind this one, which says by what.
        return model
    return {**model, "groundstop": {"available": True}}
