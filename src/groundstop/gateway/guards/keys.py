"""Whose guards an operator believes, from what it obeys."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from groundstop.directives.subscribing import operator_cards
from groundstop.documents.directives import Charter
from groundstop.gateway.guards.loading import GuardKeys


def guard_keys(charters: Sequence[Charter], folder: Path, allowed: frozenset[str]) -> GuardKeys:
    """Return whose guards are believed.

    Args:
        charters: Those of the authorities that are obeyed;
            :attr:`~groundstop.directives.subscribing.Subscriber.charters` gives them.
        folder: The operator's folder, with the cards of its own keys in ``override-keys``.
        allowed: Ids of the operator's keys, as ``obeys.toml`` has them at ``override_keys``.
    """
    cards, _ = operator_cards(folder, allowed)
    return GuardKeys({one.authority: tuple(one.keys) for one in charters}, cards)
