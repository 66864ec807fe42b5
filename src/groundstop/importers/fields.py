"""Reading fields of parsed JSON that may be missing, of another type, or no number: what is wrong is none."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import Any

_LONGEST_WORD = 200
_LARGEST_COUNT = 2**53


def mapping(value: Any, *path: str) -> dict[str, Any]:
    """Return the object at a path of keys; an empty one when there is none."""
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}


def items(value: Any, *path: str) -> list[Any]:
    """Return the list at a path of keys; an empty one when there is none."""
    found = _at(value, path)
    return found if isinstance(found, list) else []


def text(value: Any, *path: str) -> str | None:
    """Return the text at a path of keys, whatever its length."""
    found = _at(value, path)
    return found if isinstance(found, str) else None


def word(value: Any, *path: str) -> str | None:
    """Return a short text, such as an id or a name, at a path of keys.

    Returns:
        The text; none when it is empty, long, or has characters that do not print.
    """
    found = text(value, *path)
    return found if found and len(found) <= _LONGEST_WORD and found.isprintable() else None


def number(value: Any, *path: str) -> float | None:
    """Return the finite number at a path of keys; a truth value is no number."""
    found = _at(value, path)
    if isinstance(found, bool) or not isinstance(found, int | float):
        return None
    try:
        result = float(found)
    except OverflowError:
        return None
    return result if math.isfinite(result) else None


def duration(value: Any, *path: str) -> float | None:
    """Return the number at a path of keys when it can be a duration: finite and not below zero."""
    found = number(value, *path)
    return found if found is not None and 0 <= found < _LARGEST_COUNT else None


def count(value: Any, *path: str) -> int | None:
    """Return the whole number at a path of keys, when it is not below zero and has a canonical form."""
    found = duration(value, *path)
    return int(found) if found is not None and found.is_integer() else None


def flag(value: Any, *path: str) -> bool | None:
    """Return the truth value at a path of keys."""
    found = _at(value, path)
    return found if isinstance(found, bool) else None


def is_unicode(written: str) -> bool:
    """Tell whether a text is valid Unicode: JSON can hold halves of characters, which have no bytes."""
    try:
        written.encode()
    except UnicodeEncodeError:
        return False
    return True


def moment(written: str | None, *, utc: bool = False) -> datetime | None:
    """Return a point in time from its ISO 8601 form.

    Args:
        written: The form.
        utc: True when the tool writes UTC without saying so.

    Returns:
        The moment in UTC; none when it is not one, or does not say its zone.
    """
    if written is None:
        return None
    try:
        found = datetime.fromisoformat(written)
        if found.tzinfo is None:
            return found.replace(tzinfo=UTC) if utc else None
        return found.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _at(value: Any, path: tuple[str, ...]) -> Any:
    holder = mapping(value, *path[:-1])
    return holder.get(path[-1])
