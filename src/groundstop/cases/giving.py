"""Giving notices out: whether that may be, and the notice as data."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from groundstop.cases.records import plain_record
from groundstop.cases.tiers import Told
from groundstop.cases.views import CaseView
from groundstop.documents import canonical_bytes
from groundstop.documents.cases import Tier
from groundstop.errors import InputError


def check_embargo(view: CaseView, tier: Tier) -> None:
    """Check that something may be made for a tier while an embargo may last.

    Raises:
        InputError: It is for everybody, and an embargo lasts.
    """
    if tier is Tier.PUBLIC and view.embargo is not None and view.embargo.active:
        raise InputError(
            f"The embargo lasts until {view.embargo.until:%Y-%m-%d %H:%M} UTC, and this is for everybody",
            "Wait, or end it with: groundstop case say CASE early_release reason=...",
        )


def check_disclosure(view: CaseView, tier: Tier, names: Sequence[str], readers: Collection[str]) -> None:
    """Check that a notice may be given to some recipients.

    Args:
        view: The case.
        tier: The notice's tier.
        names: The recipients.
        readers: Ids of the keys that can open the recipe.

    Raises:
        InputError: It is public while an embargo lasts; or it is for the parties of the case and a recipient
            is none, or has no key that is known; or it has the recipe, and a recipient cannot open that.
    """
    check_embargo(view, tier)
    if tier in (Tier.PUBLIC, Tier.BRIEF):
        return
    for name in names:
        party = view.state.party(name)
        if party is None or party.card is None:
            raise InputError(
                f"{name} has no key in the case, and a {tier} notice is for parties whose key is known",
                "Name its key with: groundstop case invite, or choose the brief",
            )
        if tier is Tier.FULL and party.card.key_id not in readers:
            raise InputError(
                f"{name} cannot open the recipe, which a full notice comes with",
                "Let it read that with groundstop finding grant, and attach the bundle to the case again",
            )


def notice_bytes(notice: Told) -> bytes:
    """Return a notice as the canonical JSON that is attached to its disclosure."""
    return canonical_bytes(told_record(notice))


def told_record(notice: Told) -> dict[str, Any]:
    """Return what is told as plain JSON types."""
    return plain_record(notice)
