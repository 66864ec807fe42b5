"""A sealed recipe ready to be asked again: which wording and which seed each trial gets."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from groundstop.assessment.drawing import trial_seed
from groundstop.assessment.ports import TrialKey
from groundstop.assessment.questions import Question
from groundstop.documents import (
    Estimand,
    Phase,
    RecipeWording,
    ReproductionPlan,
    Sampling,
    SealedRecipe,
    content_id,
)
from groundstop.documents.canonical import canonical_bytes
from groundstop.errors import InputError
from groundstop.suites import JudgeFunction
from groundstop.targets import ChatRequest


def drawn_wordings(recipe: SealedRecipe, seed: int) -> tuple[RecipeWording, ...]:
    """Return a recipe's wordings in the order in which they are asked.

    Args:
        recipe: The recipe.
        seed: The plan's seed, which alone fixes the order.

    Returns:
        Variants in random order, one that stands twice only once; or the literal wording alone.
    """
    if recipe.estimand is Estimand.ATTEMPTS:
        return recipe.wordings[:1]
    by_words = {_words(wording): wording for wording in reversed(recipe.wordings)}
    order = sorted(by_words, key=lambda words: hashlib.sha256(canonical_bytes([seed, words])).digest())
    return tuple(by_words[words] for words in order)


def all_differ(wordings: Sequence[RecipeWording]) -> bool:
    """Tell whether no two wordings ask the same."""
    return len({_words(wording) for wording in wordings}) == len(wordings)


def askable(estimand: Estimand, wordings: int, wanted: int) -> int:
    """Return how many of the wanted trials can be asked: each variant once, a literal wording always."""
    return wanted if estimand is Estimand.ATTEMPTS else min(wanted, wordings)


@dataclass(frozen=True, slots=True)
class Rerun:
    """Makes the questions of a sequence of trials of one recipe."""

    plan: ReproductionPlan
    phase: Phase
    wordings: tuple[RecipeWording, ...]
    """In the order in which they are asked."""
    sampling: Sampling
    judge: JudgeFunction
    first: int = 0
    """Index of the trial that gets the first wording."""

    def question(self, index: int) -> Question:
        """Return the trial at an index of the phase's sequence.

        Its sampling seed comes from the plan's own seed and phase, so it is none of the reporter's.
        """
        place = index - self.first if self.plan.estimand is Estimand.VARIANTS else 0
        wording = self.wordings[place]
        key = TrialKey(self.phase, self.plan.target.name, self.plan.behavior, self.plan.technique, index)
        request = ChatRequest(
            messages=wording.messages, sampling=self.sampling, seed=trial_seed(self.plan.seed, key)
        )
        return Question(key=key, variant=wording.variant, request=request, judge=self.judge)


def check_same_recipe(plan: ReproductionPlan, recipe: SealedRecipe, judge_id: str) -> None:
    """Check that a recipe and a judge are those that a plan was made with.

    Args:
        plan: The plan.
        recipe: The opened recipe.
        judge_id: Content id of the judge.

    Raises:
        InputError: One of them is another.
    """
    if recipe.content_id != plan.recipe:
        raise InputError(
            f"The recipe of {plan.finding_id} is not the one that the plan was made with",
            "Open the recipe that the plan names, or start a new run",
        )
    if judge_id != plan.judge_id:
        raise InputError(
            f"The judge of {plan.finding_id} is not the one that the plan was made with",
            "Restore the judge of the plan, or start a new run",
        )


def _words(wording: RecipeWording) -> str:
    return content_id([message.to_json() for message in wording.messages])
