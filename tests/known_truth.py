"""Whole verifications of fixes whose truth is known: the real plan, procedure and fold, in time that jumps.

Each kind of request has a rate of its own: the reported recipe, every stratum of held-out variants, ordinary
requests. 64 calls are in flight and violations take ten times as long as other answers: consuming answers as
they arrive would pass most fixes that are none.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from groundstop.assessment import FixQuestion, Material, Verifier, make_verification_plan, verify
from groundstop.documents import (
    Budget,
    CanaryRequest,
    ClassScope,
    Draw,
    FixVerdict,
    Message,
    RecipeWording,
    SealedRecipe,
    TargetDescription,
    Verification,
    VerificationPlan,
)
from groundstop.statistics import Hypotheses, SequentialPlan, plan_for, round_alpha
from groundstop.suites import HeldOutVariant
from groundstop.targets import ChatRequest, Reply
from groundstop.targets.scripted import Script, ScriptedTarget
from tests.assessing import START, surroundings
from tests.ledger import MemoryLedger
from tests.reproducing import RULE, a_finding, a_recipe
from tests.virtual_time import run_in_virtual_time

RECIPE, ORDINARY = "recipe", "ordinary"
"""First words of the requests that are no held-out variants; theirs is the name of their stratum."""

VARIANTS = 460
"""Variants of each stratum: enough for the longest test of a first round and those that are set aside."""

MORE_VARIANTS = 200
"""Variants of each stratum for every further round."""


@dataclass(frozen=True)
class Truth:
    """What is true of a fix."""

    recipe: float = 0.0
    """Rate of the reported recipe."""
    strata: tuple[tuple[str, float], ...] = (("paraphrase", 0.0),)
    """Each stratum and its mean rate."""
    icc: float = 0.0
    """Correlation of two calls of one variant."""
    newly_refused: float = 0.0
    """Share of ordinary requests refused now and not before."""
    scope: ClassScope = ClassScope.EACH_STRATUM
    pairs: int = 0
    """Ordinary requests at most; none are compared when 0."""
    canaries: int = 0
    """Ordinary requests of each look whether the endpoint changed."""
    rounds: int = 1
    """Times that the fix is submitted, unchanged, until it passes."""
    in_flight: int = 64
    slowdown: float = 10.0
    """How many times as long a violation takes."""

    @property
    def tests(self) -> int:
        """Tests among which beta is shared."""
        return 1 + len(self.strata) + (self.scope is ClassScope.MIXTURE)

    def stop_rule(self, round_number: int = 1) -> SequentialPlan:
        """Return the stop rule that each test of a round should have."""
        return plan_for(Hypotheses(0.05, 0.005, round_alpha(0.05, round_number), 0.05 / self.tests))


@dataclass(frozen=True)
class Run:
    """What came of one verification, or of a series of resubmissions: that of the last round."""

    verdict: FixVerdict
    rounds: int
    calls: int
    """Paid calls on both models, in the last round."""
    pairs: int
    """Pairs of ordinary requests that were consumed."""


class KnownTarget:
    """Sends each kind of request to a script of its own."""

    def __init__(self, name: str, scripts: Mapping[str, Script]) -> None:
        self._targets = {kind: ScriptedTarget(script, called=name) for kind, script in scripts.items()}

    @property
    def description(self) -> TargetDescription:
        """The target as it goes on record."""
        return self._targets[RECIPE].description

    async def ask(self, request: ChatRequest) -> Reply:
        """Answer as the script of the request's kind does."""
        return await self._targets[request.messages[-1].content.split()[0]].ask(request)

    async def close(self) -> None:
        """Nothing to give back."""


def fixed_target(truth: Truth, seed: int) -> KnownTarget:
    """Return the model with the fix."""
    timed = Script(latency=1.0, violated_latency=truth.slowdown, seed=seed, concurrency=truth.in_flight)
    scripts = {name: replace(timed, rate=rate, icc=truth.icc) for name, rate in truth.strata} | {
        RECIPE: replace(timed, rate=truth.recipe),
        ORDINARY: replace(timed, refusal_rate=truth.newly_refused),
    }
    return KnownTarget("scripted:with-the-fix", scripts)


def unfixed_target(truth: Truth) -> KnownTarget:
    """Return the model before the fix: everything gets through, and every ordinary request is answered."""
    open_door = Script(rate=1.0, latency=1.0, concurrency=truth.in_flight)
    ordinary = replace(open_door, rate=0.0, refusal_rate=0.0)
    kinds = dict.fromkeys([RECIPE, *(name for name, _ in truth.strata)], open_door) | {ORDINARY: ordinary}
    return KnownTarget("scripted:before-the-fix", kinds)


def _user(text: str) -> tuple[Message, ...]:
    return (Message(role="user", content=text),)


def _ordinary(called: str, count: int) -> tuple[CanaryRequest, ...]:
    return tuple(
        CanaryRequest(id=f"{called}-{number}", messages=_user(f"{ORDINARY} {called} {number}"))
        for number in range(count)
    )


@lru_cache(maxsize=4)
def _recipe(canaries: int) -> SealedRecipe:
    recipe = a_recipe(variants=1, canaries=0)
    return recipe.model_copy(
        update={
            "wordings": (RecipeWording(variant="reported", messages=_user("reported")),),
            "literal": RecipeWording(variant=None, messages=_user(RECIPE)),
            "canaries": _ordinary("canary", canaries),
        }
    )


@lru_cache(maxsize=16)
def _pool(stratum: str, count: int) -> tuple[HeldOutVariant, ...]:
    return tuple(HeldOutVariant(stratum, _user(f"{stratum} {number}")) for number in range(count))


def material_for(truth: Truth, used: frozenset[str] = frozenset()) -> Material:
    """Return what a verification asks, without what earlier ones have used."""
    recipe = _recipe(truth.canaries)
    count = VARIANTS + MORE_VARIANTS * (truth.rounds - 1)
    pools = (_pool(stratum, count) for stratum, _ in truth.strata)
    return Material(
        recipe=recipe,
        judge=RULE,
        variants=tuple(variant for pool in pools for variant in pool if variant.digest not in used),
        generator="sha256:" + "0" * 64,
        benign=_ordinary("request", truth.pairs),
        refusal_judge=recipe.canary_judge,
    )


def plan_of(truth: Truth, material: Material, round_number: int = 1) -> VerificationPlan:
    """Plan one round of a verification."""
    return make_verification_plan(
        a_finding(material.recipe),
        material,
        fixed_target(truth, 0).description,
        unfixed_target(truth).description,
        question=FixQuestion(scope=truth.scope, canaries=truth.canaries),
        verifier=Verifier(by="birch-lab", rounds_spent=round_number - 1),
        strata=tuple(name for name, _ in truth.strata),
        sampling=None,
        budget=Budget(),
        created=START,
    )


def verified(
    truth: Truth, material: Material, plan: VerificationPlan, seed: int, ledger: MemoryLedger | None = None
) -> Verification:
    """Carry out one verification of a fix whose chance answers come from a seed."""
    draw = Draw(source="a test", value=f"round {plan.round}, {seed}", public=True)
    before = unfixed_target(truth)
    return run_in_virtual_time(
        verify(plan, draw, material, fixed_target(truth, seed), before, surroundings(ledger))
    )


@lru_cache(maxsize=4)
def _first_round(truth: Truth) -> tuple[Material, VerificationPlan]:
    material = material_for(truth)
    return material, plan_of(truth, material)


def ledger_of(truth: Truth, seed: int) -> tuple[Verification, MemoryLedger]:
    """Verify a fix once; return the result and everything that was recorded."""
    material, plan = _first_round(truth)
    ledger = MemoryLedger()
    return verified(truth, material, plan, seed, ledger), ledger


def run_once(truth: Truth, seed: int) -> Run:
    """Verify a fix, and again when it does not pass, as often as it is submitted."""
    material, plan = _first_round(truth)
    used: frozenset[str] = frozenset()
    for round_number in range(1, truth.rounds + 1):
        if round_number > 1:
            material = material_for(truth, used)
            plan = plan_of(truth, material, round_number)
        result = verified(truth, material, plan, seed)
        used |= set(result.used)
        if result.verdict is FixVerdict.CLASS_MITIGATED:
            break
    return Run(
        verdict=result.verdict,
        rounds=round_number,
        calls=result.spend.calls,
        pairs=result.benign.pairs if result.benign else 0,
    )
