"""The operator's own departures from orders: signed, with a reason, and only by keys that it lists."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from groundstop.directives.subscribing.problems import UNREADABLE
from groundstop.documents import KeyCard
from groundstop.documents.directives import Override
from groundstop.errors import InputError
from groundstop.evidence import read_bounded, read_card
from groundstop.evidence.statements import read_as, signers_of

FOLDER = "overrides"
"""Signed overrides, one a file ``*.json``."""
KEYS = "override-keys"
"""The cards of the keys that may sign them, one a file ``*.json``; a card proves nothing, its id does."""
_MOST_BYTES = 1024 * 1024
_MOST_FILES = 1000


@dataclass(frozen=True, slots=True)
class Overrides:
    """What the operator has signed."""

    overrides: tuple[Override, ...]
    notes: tuple[str, ...]
    """Files that do not count, and why."""


def read_overrides(folder: Path, allowed: frozenset[str]) -> Overrides:
    """Read the operator's overrides. One that cannot be believed is told, and counts for nothing.

    Args:
        folder: The operator's folder.
        allowed: Ids of the keys that may sign.
    """
    from securesystemslib.exceptions import VerificationError

    paths = sorted((folder / FOLDER).glob("*.json"))
    if not paths:
        return Overrides((), ())
    notes = [f"Of {len(paths)} overrides only the first {_MOST_FILES} are read"] * (len(paths) > _MOST_FILES)
    cards, unread = operator_cards(folder, allowed)
    notes += unread
    found = []
    for path in paths[:_MOST_FILES]:
        try:
            found.append(_read(path, cards))
        except (*UNREADABLE, VerificationError) as error:
            notes.append(f"The override {path.name} does not count: {error}")
    return Overrides(tuple(found), tuple(notes))


def operator_cards(folder: Path, allowed: frozenset[str]) -> tuple[tuple[KeyCard, ...], tuple[str, ...]]:
    """Return the cards of the keys that may sign in the operator's name, and which could not be read.

    Args:
        folder: The operator's folder.
        allowed: Ids of the keys, as ``obeys.toml`` has them.
    """
    cards, notes = [], []
    for path in sorted((folder / KEYS).glob("*.json"))[:_MOST_FILES]:
        try:
            card = read_card(path)
        except UNREADABLE as error:
            notes.append(f"The card {path.name} cannot be read: {error}")
        else:
            cards += [card] if card.key_id in allowed else []
    return tuple(cards), tuple(notes)


def _read(path: Path, cards: Sequence[KeyCard]) -> Override:
    signed, override = read_as(
        read_bounded(path, most=_MOST_BYTES), Override, source=path.name, hint="Put overrides there only"
    )
    valid = [
        card
        for card in signers_of(signed, cards)
        if card.created <= override.created and (card.expires is None or override.created <= card.expires)
    ]
    if not valid:
        raise InputError(
            f"Its key had ended, or not begun, at {override.created:%Y-%m-%d %H:%M}", "Sign it again"
        )
    return override
