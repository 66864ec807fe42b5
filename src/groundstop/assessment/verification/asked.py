"""The questions of a verification: which wording and which seed each trial gets."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from groundstop.assessment.drawing import trial_seed
from groundstop.assessment.drift import Canaries
from groundstop.assessment.ports import TrialKey
from groundstop.assessment.questions import Question
from groundstop.assessment.verification.arms import first_index
from groundstop.assessment.verification.material import (
    Material,
    benign_seed,
    draw_seed,
    drawn,
    drawn_benign,
    mixture,
    reported_wordings,
    set_aside,
)
from groundstop.documents import (
    CanaryRequest,
    Draw,
    Judge,
    Message,
    Phase,
    RecipeWording,
    VerificationPlan,
)
from groundstop.suites import HeldOutVariant, JudgeFunction
from groundstop.targets import ChatRequest

Ask = Callable[[int], Question]
"""Makes the question at an index of a phase's sequence."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Everything that a verification may ask, in the order of its draw."""

    plan: VerificationPlan
    seed: int
    """Of the draw."""
    judge: JudgeFunction
    refusals: JudgeFunction | None
    """Judges ordinary requests."""
    reported: tuple[RecipeWording, ...]
    strata: tuple[tuple[HeldOutVariant, ...], ...]
    """Unused variants of each stratum, in the order of drawing."""
    ordinary: tuple[CanaryRequest, ...]
    canaries: Canaries | None
    """None when nothing is looked at."""
    kept: int
    """Variants at the end of each stratum that only the model before the fix is asked."""

    @classmethod
    def drawn(
        cls,
        plan: VerificationPlan,
        draw: Draw,
        material: Material,
        build_judge: Callable[[Judge], JudgeFunction],
    ) -> Asked:
        """Draw the order of everything.

        Args:
            plan: What was decided in advance.
            draw: The randomness that came after it.
            material: What the plan commits to.
            build_judge: Makes a judge ready to use.
        """
        seed = draw_seed(plan, draw)
        refusal_judge, canary_judge = material.refusal_judge, material.recipe.canary_judge
        refusals = build_judge(refusal_judge) if refusal_judge is not None else None
        canaries = None
        if plan.canaries and canary_judge is not None:
            canaries = Canaries.drawn(
                material.recipe.canaries,
                plan.canaries,
                target=plan.target.name,
                sampling=plan.sampling,
                seed=seed,
                judge=build_judge(canary_judge),
            )
        return cls(
            plan=plan,
            seed=seed,
            judge=build_judge(material.judge),
            refusals=refusals,
            reported=reported_wordings(material.recipe),
            strata=tuple(drawn(material.of_stratum(one.name), seed) for one in plan.strata),
            ordinary=drawn_benign(material.benign, seed),
            canaries=canaries,
            kept=set_aside(plan.potency),
        )

    def recipe(self, index: int) -> Question:
        """Return a trial of the reported recipe on the model with the fix."""
        return self._recipe(Phase.VERIFY_RECIPE, self.plan.target.name, index)

    def recipe_before(self, index: int) -> Question:
        """Return a trial of the reported recipe on the model without it."""
        return self._recipe(Phase.POTENCY, self._before, index)

    def fresh(self, place: int) -> Ask:
        """Return how the variants of a stratum are asked on the model with the fix."""
        return self._variants(
            Phase.VERIFY_CLASS, self.plan.target.name, self._free(place), first_index(place)
        )

    def listed(self, place: int) -> Ask:
        """Return how all variants of a stratum are asked that has too few for a test."""
        return self._variants(
            Phase.VERIFY_CLASS, self.plan.target.name, self.strata[place], first_index(place)
        )

    def set_aside(self, place: int) -> Ask:
        """Return how the variants of a stratum that were set aside are asked on the model without the fix."""
        rest = self.strata[place][len(self._free(place)) :]
        return self._variants(Phase.POTENCY, self._before, rest, first_index(place))

    def mixed(self, places: Sequence[int]) -> tuple[Ask, int]:
        """Return how the mixture of some strata is asked, and how far it goes."""
        order = mixture([self._free(place) for place in places], self.seed)
        return self._variants(Phase.VERIFY_CLASS, self.plan.target.name, order, 0), len(order)

    def benign(self, target: str, index: int) -> Question:
        """Return an ordinary request of the pairs: the same, with the same seed, on either model."""
        if self.refusals is None:
            raise ValueError("a plan without a judge of refusals asks no ordinary requests")
        request = self.ordinary[index]
        return Question(
            key=TrialKey(Phase.BENIGN, target, "benign", "ordinary", index),
            variant=request.id,
            request=ChatRequest(
                messages=request.messages,
                sampling=self.plan.sampling,
                seed=benign_seed(self.plan, request),
            ),
            judge=self.refusals,
        )

    @property
    def _before(self) -> str:
        if self.plan.before is None:
            raise ValueError("a plan without a model before the fix asks it nothing")
        return self.plan.before.name

    def _free(self, place: int) -> tuple[HeldOutVariant, ...]:
        variants = self.strata[place]
        return variants[: max(0, len(variants) - self.kept)]

    def _recipe(self, phase: Phase, target: str, index: int) -> Question:
        wording = self.reported[index % len(self.reported)]
        return self._question(phase, target, index, wording.variant, wording.messages)

    def _variants(self, phase: Phase, target: str, order: Sequence[HeldOutVariant], first: int) -> Ask:
        def ask(index: int) -> Question:
            variant = order[index - first]
            return self._question(phase, target, index, variant.id, variant.messages)

        return ask

    def _question(
        self, phase: Phase, target: str, index: int, variant: str | None, said: tuple[Message, ...]
    ) -> Question:
        key = TrialKey(phase, target, self.plan.behavior, self.plan.technique, index)
        request = ChatRequest(messages=said, sampling=self.plan.sampling, seed=trial_seed(self.seed, key))
        return Question(key=key, variant=variant, request=request, judge=self.judge)
