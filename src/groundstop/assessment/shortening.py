"""What can be left out of a recipe, and the recipe without it. Nothing is ever reworded or added."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from groundstop.documents import Message, RecipeWording, Sampling, SealedRecipe


@dataclass(frozen=True, slots=True)
class Turn:
    """A turn at the same place in every wording."""

    place: int
    """Its place in the whole wording, from 0."""
    name: str
    """How it is called in the open; never what it says."""


@dataclass(frozen=True, slots=True)
class Setting:
    """A sampling setting that can be dropped or made plain."""

    field: Literal["top_p", "temperature"]
    plain: float | None
    """Its value when it is left out."""
    name: str


RecipePart = Turn | Setting


def parts_to_leave_out(recipe: SealedRecipe, sampling: Sampling) -> tuple[RecipePart, ...]:
    """Return what to try without, in the order of trying.

    The last turn of the user, which asks, always stays. The longest answer stays too: a shorter one
    makes no simpler recipe, it hides from the judge what would have come later.

    Args:
        recipe: The whole recipe.
        sampling: How its answers are drawn.

    Returns:
        The system message and the earlier turns, where every wording has them, in the order of the
        conversation; then top_p and temperature, where they are not plain already.
    """
    shared = set.intersection(*(_turns(wording.messages) for wording in recipe.wordings))
    turns = sorted(shared, key=lambda turn: turn.place)
    settings = (
        Setting("top_p", None, "setting top_p"),
        Setting("temperature", 0.0, "setting temperature"),
    )
    return (*turns, *(one for one in settings if getattr(sampling, one.field) != one.plain))


def without(
    wordings: Sequence[RecipeWording], sampling: Sampling, left_out: Sequence[RecipePart]
) -> tuple[tuple[RecipeWording, ...], Sampling]:
    """Return wordings and sampling with some parts left out.

    Args:
        wordings: Whole wordings; a part's place is its place in these.
        sampling: The recipe's sampling.
        left_out: What to leave out.
    """
    places = {part.place for part in left_out if isinstance(part, Turn)}
    plain: dict[str, float | None] = {
        part.field: part.plain for part in left_out if isinstance(part, Setting)
    }
    shorter = tuple(
        wording.model_copy(
            update={
                "messages": tuple(
                    message for place, message in enumerate(wording.messages) if place not in places
                )
            }
        )
        for wording in wordings
    )
    return shorter, sampling.model_copy(update=plain)


def _turns(messages: Sequence[Message]) -> set[Turn]:
    """Return every turn but the one that asks, which is the last one of the user."""
    asking = max((place for place, message in enumerate(messages) if message.role == "user"), default=-1)
    found, turns, systems = set(), 0, 0
    for place, message in enumerate(messages):
        if message.role == "system":
            systems += 1
            found.add(Turn(place, "system message" if systems == 1 else f"system message {systems}"))
            continue
        turns += 1
        if place != asking:
            found.add(Turn(place, f"turn {turns} ({message.role})"))
    return found if asking >= 0 else set()
