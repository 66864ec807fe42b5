"""Blanks of a draft: what only its issuer can fill in, marked so that nobody signs it as it is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from groundstop.directives.reading import NOT_MADE, NOT_NUMBERED
from groundstop.documents.directives import Directive

BLANK = "FILL IN"
"""How a text begins that is still to be written."""
BLANK_NAME = "fill-in"
"""An identifier that is still to be chosen."""
NO_FINDING = f"sha256:{'0' * 64}"
NO_FINDING_ID = "GSF-00000000-0000000000"

_SIGNING_FILLS = frozenset({"id", "created"})


def blank(what: str) -> str:
    """Return a text that is still to be written.

    Args:
        what: What is to be written there.
    """
    return f"{BLANK}: {what}"


def blanks_of(directive: Directive) -> tuple[str, ...]:
    """Return the places of a draft that are still to be filled in.

    Args:
        directive: The draft.

    Returns:
        Paths of fields, such as ``basis.text``, in the order of the form; none when it can be signed.
    """
    return tuple(_blanks(directive.to_json(), ()))


def _blanks(value: Any, place: tuple[str, ...]) -> Iterator[str]:
    if isinstance(value, dict):
        for name, inner in value.items():
            if place or name not in _SIGNING_FILLS:
                yield from _blanks(inner, (*place, name))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _blanks(inner, (*place, str(number)))
    elif isinstance(value, str) and _is_blank(value):
        yield ".".join(place)


def _is_blank(text: str) -> bool:
    return text.startswith(BLANK) or text in (BLANK_NAME, NO_FINDING, NO_FINDING_ID, NOT_MADE, NOT_NUMBERED)
