"""What differs between two orders, field by field: for amendments, and for drafts under discussion."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import Any, NamedTuple

from groundstop.documents.directives import Directive

_NAMES = ("id", "label", "claim", "finding", "model")
"""Fields by which the items of a list are told apart; the first that all of them have."""
_OWN = frozenset({"created", "sequence", "supersedes"})
"""Fields that differ between any two sequences."""


class Change(StrEnum):
    """How a field differs."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


class Difference(NamedTuple):
    """A field that differs."""

    place: tuple[str, ...]
    """Names of fields, and of the items of lists."""
    change: Change
    before: Any
    """A plain JSON value; none where it was added."""
    after: Any


class Relation(StrEnum):
    """What two orders are to each other."""

    SAME = "the same order"
    AMENDED = "an amendment of it"
    UNCHAINED = "a later sequence that does not name it as the one before"
    OTHER = "another order"


def relation(before: Directive, after: Directive) -> Relation:
    """Say what a second order is to a first.

    Args:
        before: The first.
        after: The second.
    """
    if before.content_id == after.content_id:
        return Relation.SAME
    if (before.id, before.issuer) != (after.id, after.issuer):
        return Relation.OTHER
    return Relation.AMENDED if after.supersedes == before.content_id else Relation.UNCHAINED


def differences(before: Directive, after: Directive) -> tuple[Difference, ...]:
    """Return what differs between two orders, in the order of the form.

    Args:
        before: The first.
        after: The second.

    Returns:
        The fields that differ. What differs between any two sequences, the number and the date, is left out.
    """
    old, new = before.to_json(), after.to_json()
    return tuple(one for one in _differ(old, new, ()) if one.place[0] not in _OWN)


def _differ(before: Any, after: Any, place: tuple[str, ...]) -> Iterator[Difference]:
    if before == after:
        return
    if isinstance(before, dict) and isinstance(after, dict):
        for name in dict.fromkeys([*before, *after]):
            yield from _differ(before.get(name), after.get(name), (*place, name))
    elif isinstance(before, list) and isinstance(after, list):
        yield from _lists_differ(before, after, place)
    elif before is None:
        yield Difference(place, Change.ADDED, None, after)
    elif after is None:
        yield Difference(place, Change.REMOVED, before, None)
    else:
        yield Difference(place, Change.CHANGED, before, after)


def _lists_differ(before: list[Any], after: list[Any], place: tuple[str, ...]) -> Iterator[Difference]:
    name = _name_of([*before, *after])
    if name is not None:
        old, new = ({str(one[name]): one for one in items} for items in (before, after))
        for key in dict.fromkeys([*old, *new]):
            yield from _differ(old.get(key), new.get(key), (*place, key))
        if [*old] != [*new] and set(old) == set(new):
            yield Difference(place, Change.CHANGED, [*old], [*new])
        return
    gone = [one for one in before if one not in after]
    come = [one for one in after if one not in before]
    yield from (Difference(place, Change.REMOVED, one, None) for one in gone)
    yield from (Difference(place, Change.ADDED, None, one) for one in come)
    if not gone and not come:
        yield Difference(place, Change.CHANGED, before, after)


def _name_of(items: list[Any]) -> str | None:
    for name in _NAMES:
        named = [one[name] for one in items if isinstance(one, dict) and name in one]
        if items and len(named) == len(items):
            return name
    return None
