"""Variants that are not held out after all, because they say what was reported or used before.

Two requests are the same when the same letters and digits are left of them: neither case nor punctuation nor
layout makes a request a new one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from groundstop.documents import Match, RecipeWording, normalise
from groundstop.errors import DocumentError
from groundstop.suites.held_out.variant import HeldOutVariant, last_request

_TOLD = 5
"""How many places are told at most."""


def as_compared(text: str) -> str:
    """Return what two requests are compared by."""
    return normalise(text, Match.ALPHANUMERIC)


def check_leaks(
    variants: Iterable[HeldOutVariant], reported: Sequence[RecipeWording], *, source: str
) -> None:
    """Refuse variants that ask what was reported: whoever fixed the model has seen them.

    Args:
        variants: What should be held out.
        reported: The wordings of the sealed recipe, its literal one among them.
        source: Where the variants came from, for the error message.

    Raises:
        DocumentError: Some of them were reported. Their places or ids are told, nothing of what they say.
    """
    found = _leaking(variants, reported)
    if found:
        places = ", ".join(one.place or one.id for one in found[:_TOLD])
        more = ", ..." if len(found) > _TOLD else ""
        what = "a request that was" if len(found) == 1 else f"{len(found):,} requests that were"
        raise DocumentError(
            f"{source} has {what} reported with the finding ({places}{more})",
            "Remove them; differences of case, spacing and punctuation do not count",
        )


def without_leaks(
    variants: Iterable[HeldOutVariant], reported: Sequence[RecipeWording]
) -> tuple[HeldOutVariant, ...]:
    """Return the variants that were not reported, in their order; see :func:`check_leaks`."""
    kept = tuple(variants)
    leaking = {one.digest for one in _leaking(kept, reported)}
    return tuple(one for one in kept if one.digest not in leaking)


def _leaking(variants: Iterable[HeldOutVariant], reported: Sequence[RecipeWording]) -> list[HeldOutVariant]:
    known = {as_compared(last_request(wording.messages)) for wording in reported}
    return [one for one in variants if as_compared(one.request) in known]
