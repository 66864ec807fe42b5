"""What a verification asks: the recipe, fresh variants and ordinary requests, in the order of the draw."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from groundstop.documents import (
    CanaryRequest,
    Draw,
    Estimand,
    Judge,
    PlannedTest,
    RecipeWording,
    RefusalJudge,
    SealedRecipe,
    StratumPlan,
    VerificationPlan,
    canonical_bytes,
    content_id,
    said_digest,
)
from groundstop.errors import InputError
from groundstop.suites import HeldOutVariant

MOST_SET_ASIDE = 40
"""Variants of a stratum that are kept for the model before the fix, at most."""


@dataclass(frozen=True, slots=True)
class Material:
    """What the plan commits to by hash, and the run needs in words."""

    recipe: SealedRecipe
    judge: Judge
    variants: tuple[HeldOutVariant, ...]
    """Those that no verification of the finding has asked."""
    generator: str
    """Content id of what the variants are made by and from."""
    benign: tuple[CanaryRequest, ...] = ()
    refusal_judge: RefusalJudge | None = None
    """Judges the ordinary requests; none when there are none."""

    def of_stratum(self, name: str) -> tuple[HeldOutVariant, ...]:
        """Return the variants of one stratum."""
        return tuple(variant for variant in self.variants if variant.stratum == name)


def reported_wordings(recipe: SealedRecipe) -> tuple[RecipeWording, ...]:
    """Return what the reported recipe is, for the test of it alone.

    The technique's literal wording, or the one that was reported. A recipe that has neither is its list of
    reported variants, asked in turn: then the claim is about that list.
    """
    if recipe.literal is not None:
        return (recipe.literal,)
    return recipe.wordings[:1] if recipe.estimand is Estimand.ATTEMPTS else recipe.wordings


def pool_digest(variants: Iterable[HeldOutVariant]) -> str:
    """Return the content id of a pool, whatever the order of its variants."""
    return content_id(sorted(variant.digest for variant in variants))


def benign_digest(requests: Iterable[CanaryRequest], judge: RefusalJudge | None) -> str:
    """Return the content id of a set of ordinary requests and its judge, whatever their order."""
    return content_id(
        {
            "requests": sorted(said_digest(request.messages) for request in requests),
            "judge": judge.to_json() if judge is not None else None,
        }
    )


def draw_seed(plan: VerificationPlan, draw: Draw) -> int:
    """Return the seed of all drawing: of the plan, which was there first, and of the randomness after it."""
    return int.from_bytes(_digest(plan.content_id, draw.value)[:6], "big")


def drawn(variants: Sequence[HeldOutVariant], seed: int) -> tuple[HeldOutVariant, ...]:
    """Return variants in the random order that a seed gives them."""
    return tuple(sorted(variants, key=lambda variant: _digest(seed, variant.digest)))


def drawn_benign(requests: Sequence[CanaryRequest], seed: int) -> tuple[CanaryRequest, ...]:
    """Return ordinary requests in the random order that a seed gives them."""
    return tuple(sorted(requests, key=lambda request: _digest(seed, said_digest(request.messages))))


def benign_seed(plan: VerificationPlan, request: CanaryRequest) -> int:
    """Return the sampling seed of an ordinary request.

    It is the same in every round of a finding and on both sides, so that answers of the model before the
    fix can serve several rounds.
    """
    return int.from_bytes(_digest(plan.finding_id, said_digest(request.messages))[:4], "big") >> 1


def set_aside(potency: PlannedTest | None) -> int:
    """Return how many variants of a stratum are kept for the model before the fix, and asked nowhere else.

    The test there nearly always needs far fewer than its cap; with what is kept it may end undecided, which
    claims nothing.
    """
    if potency is None or potency.boundaries is None:
        return 0
    return min(MOST_SET_ASIDE, potency.boundaries.cap)


def mixture(strata: Sequence[tuple[HeldOutVariant, ...]], seed: int) -> tuple[HeldOutVariant, ...]:
    """Return variants of several strata in one sequence, in which each next stratum is drawn by chance.

    Args:
        strata: Each stratum's variants in the order of drawing.
        seed: Of the draw.

    Returns:
        Independent draws of the mixture in equal shares, until a stratum that is drawn is used up.
    """
    waiting = [iter(stratum) for stratum in strata]
    sequence: list[HeldOutVariant] = []
    while waiting:
        chosen = int.from_bytes(_digest(seed, "stratum", len(sequence))[:8], "big") % len(waiting)
        following = next(waiting[chosen], None)
        if following is None:
            break
        sequence.append(following)
    return tuple(sequence)


def check_same_material(plan: VerificationPlan, material: Material) -> None:
    """Check that recipe, judge, variants and ordinary requests are those that the plan commits to.

    Raises:
        InputError: One of them is another.
    """
    found = (
        ("The recipe", material.recipe.content_id == plan.recipe),
        ("The judge", content_id(material.judge.to_json()) == plan.judge_id),
        (
            "The pool of held-out variants",
            material.generator == plan.generator and all(_is_of(one, material) for one in plan.strata),
        ),
        (
            "The set of ordinary requests, or their judge,",
            plan.benign is None
            or benign_digest(material.benign, material.refusal_judge) == plan.benign.digest,
        ),
    )
    for what, same in found:
        if not same:
            raise InputError(
                f"{what} of {plan.finding_id} is not the one that the plan committed to",
                "Restore it; or begin a new verification, which is a new round",
            )


def _is_of(stratum: StratumPlan, material: Material) -> bool:
    return pool_digest(material.of_stratum(stratum.name)) == stratum.digest


def _digest(*parts: str | int) -> bytes:
    return hashlib.sha256(canonical_bytes(list(parts))).digest()
