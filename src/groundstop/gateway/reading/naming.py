"""Where names of models stand in JSON: in requests, in answers, and in the events of a stream."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import Enum, auto
from typing import Any, NamedTuple

MOST_DEPTH = 64
"""Of what is looked at; requests are never nested more deeply."""
MOST_CHARACTERS = 300
"""Of a name, as receipts have it."""
SPOKEN = frozenset({"content", "input", "instructions", "messages", "prompt", "system"})
"""What a model is told. A ``model`` in it is none, but for those of tools that come with it."""

_MODEL_ENDS = ("model", "models", "model_id", "model_name", "modelid", "modelname")
_MODEL_KEYS = frozenset({"engine", "deployment", "deployment_id"})
_FREE_KEYS = frozenset(
    {
        "attributes",
        "arguments",
        "embedding",
        "headers",
        "input_examples",
        "input_schema",
        "json_schema",
        "logit_bias",
        "logprobs",
        "metadata",
        "parameters",
        "properties",
        "schema",
        "variables",
    }
)
"""What users write as they like, and long rows of numbers: a ``model`` in it is none."""
_SPOKEN_IN_ANSWERS = SPOKEN - {"content", "system"}
"""Blocks of an answer's content say which model they are by, where one stood in for another."""
_TIDY = re.compile(r"[!-)+->@-~]{1,300}")
_DEFAULT = "default"
"""A fallback of this name is whatever the upstream has; its answer says which."""
_LONG_KEY = 64
_MOST_SORTED = 4096
_NAMING = ("model", "engine", "deployment", "fallback", "\\u")
"""Stands in whatever names a model; a key may be written in escapes."""


class Name(NamedTuple):
    """A name of a model."""

    name: str
    key: str
    """The key that it stands under."""


class _Key(Enum):
    OTHER = auto()
    MODEL = auto()
    FALLBACK = auto()
    FREE = auto()


# A module's names are found faster than an enum's, and these are compared for each member of each event.
_OTHER, _MODEL, _FALLBACK, _FREE = _Key


def names_in_request(body: Mapping[str, Any]) -> list[Name]:
    """Return every name of a model in a request, in its order, as it is written.

    Args:
        body: As it was read.
    """
    found: list[Name] = []
    _in_object(body, found, SPOKEN, MOST_DEPTH)
    return found


def names_in_answer(value: object) -> list[Name]:
    """Return every name of a model in an answer or an event: which answered, and which had a part in it.

    Args:
        value: As it was read. What is nested too deeply is left out.
    """
    found: list[Name] = []
    _in_any(value, found, _SPOKEN_IN_ANSWERS, MOST_DEPTH)
    return found


def may_name(text: str) -> bool:
    """Return whether JSON can name a model at all; most events of a stream do not.

    Args:
        text: It, as it is written.
    """
    folded = text.casefold()
    for one in _NAMING:  # noqa: SIM110  # it runs for each event
        if one in folded:
            return True
    return False


def tidy_name(name: str) -> str:
    """Return a name that an upstream gave, so that receipts can hold it; most are left as they are.

    Args:
        name: Any text.

    Returns:
        It without controls, ``*`` and more than one space, and with ``#`` for ``?``, since both end a name;
        empty when nothing is left.
    """
    if _TIDY.fullmatch(name):
        return name
    kept = "".join(
        one for one in name.replace("?", "#") if one not in "*\x7f" and (one >= " " or one.isspace())
    )
    return " ".join(kept.split())[:MOST_CHARACTERS].rstrip()


def _in_any(value: object, found: list[Name], spoken: frozenset[str], depth: int) -> None:
    if isinstance(value, dict):
        _in_object(value, found, spoken, depth)
    elif isinstance(value, list) and depth > 0:
        for one in value:
            if isinstance(one, (dict, list)):
                _in_any(one, found, spoken, depth - 1)


def _in_object(value: Mapping[str, Any], found: list[Name], spoken: frozenset[str], depth: int) -> None:
    if depth <= 0:
        return
    for key, one in value.items():
        # Most members are texts and numbers under other keys: no call for those.
        if isinstance(one, str):
            if (_SORTED.get(key) or _sort(key)) is not _OTHER:
                _member(key, one, found, spoken, depth)
        elif isinstance(one, (dict, list)):
            _member(key, one, found, spoken, depth)


def _member(
    key: str, one: str | dict[str, Any] | list[Any], found: list[Name], spoken: frozenset[str], depth: int
) -> None:
    kind = _SORTED.get(key) or _sort(key)
    if kind is _OTHER:
        if isinstance(one, str):
            return
        if key not in spoken:
            _in_any(one, found, spoken, depth - 1)
        elif isinstance(one, list) and spoken is SPOKEN:
            _in_tools(one, found, depth - 1)
    elif kind is _MODEL:
        _named(one, key, found, spoken, depth - 1)
    elif kind is _FALLBACK:
        _fallback(one, key, found, spoken, depth - 1)


def _in_tools(items: list[Any], found: list[Name], depth: int) -> None:
    """Look at the tools that come with what a model is told."""
    for item in items:
        if isinstance(item, dict) and isinstance(tools := item.get("tools"), list):
            _in_any(tools, found, SPOKEN, depth - 1)


def _named(value: object, key: str, found: list[Name], spoken: frozenset[str], depth: int) -> None:
    if isinstance(value, str):
        found.append(Name(value, key))
    elif isinstance(value, list) and depth > 0:
        for one in value:
            _named(one, key, found, spoken, depth - 1)
    elif isinstance(value, dict):
        found.extend(Name(one, key) for part in ("id", "name") if isinstance(one := value.get(part), str))
        _in_object(value, found, spoken, depth)


def _fallback(value: object, key: str, found: list[Name], spoken: frozenset[str], depth: int) -> None:
    if depth <= 0:
        return
    if isinstance(value, list):
        for one in value:
            _fallback(one, key, found, spoken, depth - 1)
    elif isinstance(value, dict) and "model" not in value:
        for name, instead in value.items():
            # Some gateways write {"elm": ["alder"]}: for elm, alder. Each value is looked at once only, or
            # values within values would be looked at twice as often at each step.
            if isinstance(instead, list) and any(isinstance(one, str) for one in instead):
                found.append(Name(name, key))
                _named(instead, key, found, spoken, depth - 1)
            elif isinstance(instead, (str, dict, list)):
                _member(name, instead, found, spoken, depth)
    elif value != _DEFAULT:
        _named(value, key, found, spoken, depth)


def _sort(key: str) -> _Key:
    folded = key.casefold()
    kind = _OTHER
    if folded in _FREE_KEYS:
        kind = _FREE
    elif "fallback" in folded and not folded.endswith("token"):
        kind = _FALLBACK
    elif folded.endswith(_MODEL_ENDS) or folded in _MODEL_KEYS:
        kind = _MODEL
    if len(key) <= _LONG_KEY and len(_SORTED) < _MOST_SORTED:
        _SORTED[key] = kind
    return kind


_SORTED: dict[str, _Key] = {}
"""What was sorted before; keys of users do not fill it without bounds."""
