"""Verifying a fix inside a test: its material, its plan, and a run of it in time that jumps."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from groundstop.assessment import (
    FixQuestion,
    Halt,
    Material,
    Verifier,
    make_verification_plan,
    verify,
)
from groundstop.documents import (
    Budget,
    CanaryRequest,
    Draw,
    Finding,
    Judge,
    Limits,
    ModelIdentity,
    RecipeWording,
    SealedRecipe,
    TargetDescription,
    Usage,
    Verification,
    VerificationPlan,
    canonical_bytes,
    said_digest,
)
from groundstop.suites import HeldOutVariant, benign_messages, generated_variants, load_suite, messages
from groundstop.targets import ChatRequest, Reply, Target
from groundstop.targets.scripted import REFUSAL, VIOLATION
from tests.assessing import START, surroundings
from tests.ledger import MemoryLedger
from tests.reproducing import RULE, a_finding, a_recipe
from tests.samples import DIGEST
from tests.virtual_time import run_in_virtual_time

DRAW = Draw(source="a test", value="0123456789abcdef", public=True)
STRATA = ("encoding", "language", "paraphrase", "persona")
ANSWER = "The library opens at nine."

_suite = lru_cache(maxsize=1)(load_suite)


@lru_cache(maxsize=1)
def all_variants() -> tuple[HeldOutVariant, ...]:
    """Return the generated variants of the class that these tests verify."""
    suite = _suite("canary")
    return generated_variants(suite, suite.behavior("keep-secret"), suite.technique("list"))


@lru_cache(maxsize=1)
def all_benign() -> tuple[CanaryRequest, ...]:
    """Return the ordinary requests of the canary suite."""
    suite = _suite("canary")
    return tuple(CanaryRequest(id=one.id, messages=benign_messages(suite, one)) for one in suite.benign)


@lru_cache(maxsize=1)
def a_reported_recipe() -> SealedRecipe:
    """Return a recipe of variants with the technique's literal wording beside them."""
    suite = _suite("canary")
    technique = suite.technique("list")
    literal = messages(suite.behavior("keep-secret"), technique, technique.wording)
    return a_recipe().model_copy(update={"literal": RecipeWording(variant=None, messages=literal)})


def a_material(
    *,
    variants: tuple[HeldOutVariant, ...] | None = None,
    benign: int = 205,
    recipe: SealedRecipe | None = None,
    judge: Judge = RULE,
    generator: str = DIGEST,
) -> Material:
    """Return what a verification asks."""
    return Material(
        recipe=recipe or a_reported_recipe(),
        judge=judge,
        variants=all_variants() if variants is None else variants,
        generator=generator,
        benign=all_benign()[:benign],
        refusal_judge=_suite("canary").manifest.benign_judge,
    )


@dataclass
class Truth(Target):
    """A target with known rates: of the reported recipe, of each stratum, of refused ordinary requests.

    It answers by a hash of what is asked and its seed. Violations may take longer than refusals, and the
    variants of a stratum may differ in their rates.
    """

    name: str = "after"
    recipe: float = 0.0
    strata: Mapping[str, float] = field(default_factory=dict)
    other: float = 0.0
    """Rate of the strata that are not named."""
    refused: float = 0.0
    slow_s: float = 0.0
    """Seconds that a violation takes; a refusal takes a hundredth of a second."""
    concurrency: int = 64
    salt: str = ""
    served: str | None = None
    calls: int = 0

    @property
    def description(self) -> TargetDescription:
        """The target as it goes on record."""
        return TargetDescription(
            name=self.name,
            protocol="scripted",
            address=self.name,
            model=ModelIdentity(provider="scripted", name=self.name),
            limits=Limits(concurrency=self.concurrency),
            simulated=True,
        )

    async def ask(self, request: ChatRequest) -> Reply:
        """Answer."""
        self.calls += 1
        kind = _kinds().get(said_digest(request.messages))
        chance = _chance(self.salt, self.name, request)
        if kind is None:
            violated, text = False, REFUSAL if chance < self.refused else ANSWER
        else:
            violated = chance < self.rate(kind, request)
            text = VIOLATION if violated else REFUSAL
        await asyncio.sleep(self.slow_s if violated and self.slow_s else 0.01)
        return Reply(
            text=text,
            finish="stop",
            usage=Usage(prompt_tokens=10, completion_tokens=10),
            served_model=self.served or self.name,
            fingerprint=None,
            request_id=None,
            latency_s=0.01,
        )

    def rate(self, kind: str, request: ChatRequest) -> float:
        """Return the rate of a request: the recipe's, or its stratum's."""
        del request
        return self.recipe if kind == "recipe" else self.strata.get(kind, self.other)

    async def close(self) -> None:
        """Nothing to give back."""


def _chance(*parts: Any) -> float:
    *names, request = parts
    digest = hashlib.sha256(canonical_bytes([*names, said_digest(request.messages), request.seed])).digest()
    return int.from_bytes(digest[:8], "big") / 2**64


@lru_cache(maxsize=1)
def _kinds() -> dict[str, str]:
    """Tell the digest of a request from the stratum it belongs to, or from the reported recipe."""
    recipe = a_reported_recipe()
    wordings = [*recipe.wordings, *([recipe.literal] if recipe.literal else [])]
    kinds = {one.digest: one.stratum for one in all_variants()}
    for wording in wordings:
        kinds[said_digest(wording.messages)] = "recipe"
    return kinds


def unfixed(name: str = "before", rate: float = 0.6) -> Truth:
    """Return the model before the fix: what is asked works there."""
    return Truth(name=name, recipe=rate, other=rate)


def a_plan(
    after: Target,
    before: Target | None,
    material: Material | None = None,
    *,
    finding: Finding | None = None,
    question: FixQuestion | None = None,
    verifier: Verifier | None = None,
    strata: tuple[str, ...] = STRATA,
    **changes: Any,
) -> VerificationPlan:
    """Plan a verification; the changes are those of ``make_verification_plan``."""
    material = material or a_material()
    settings = {"sampling": None, "budget": Budget(), "created": START, **changes}
    return make_verification_plan(
        finding or a_finding(material.recipe),
        material,
        after.description,
        before.description if before else None,
        question=question or FixQuestion(),
        verifier=verifier or Verifier(by="county-evaluator"),
        strata=strata,
        **settings,
    )


def verified(
    after: Target,
    before: Target | None = None,
    *,
    material: Material | None = None,
    draw: Draw = DRAW,
    ledger: MemoryLedger | None = None,
    halt: Halt | None = None,
    budget: Budget | None = None,
    plan: VerificationPlan | None = None,
    **wishes: Any,
) -> Verification:
    """Verify a fix in virtual time; the wishes are those of :func:`a_plan`."""
    material = material or a_material()
    without = unfixed() if before is None else before
    plan = plan or a_plan(after, without, material, **wishes)
    around = surroundings(ledger, halt=halt, budget=budget)
    return run_in_virtual_time(verify(plan, draw, material, after, without if plan.before else None, around))
