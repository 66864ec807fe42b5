"""Reproducing a finding inside a test: its recipe, its plan, and a run of it in time that jumps."""

from __future__ import annotations

from datetime import timedelta
from functools import lru_cache
from typing import Any

from groundstop.assessment import (
    Halt,
    Minimized,
    make_minimization_plan,
    make_reproduction_plan,
    minimize,
    reproduce,
    shuffled,
)
from groundstop.documents import (
    Attestation,
    Budget,
    CanaryRequest,
    Corroboration,
    Effort,
    Environment,
    Estimand,
    Finding,
    Judge,
    JudgeRecord,
    PartName,
    PhraseJudge,
    RateInterval,
    RecipeWording,
    Reproduction,
    ReproductionPlan,
    Requirement,
    Sampling,
    SealedFile,
    SealedPart,
    SealedRecipe,
    Shared,
    TestedModel,
)
from groundstop.suites import benign_messages, load_suite, messages, open_variants
from groundstop.targets import Target
from groundstop.targets.scripted import Script, ScriptedTarget
from tests.assessing import START, surroundings
from tests.ledger import MemoryLedger
from tests.samples import DIGEST
from tests.virtual_time import run_in_virtual_time

RULE = PhraseJudge(type="phrase", phrase="blue river stone")
"""Finds the violation of every scripted target."""


_suite = lru_cache(maxsize=1)(load_suite)


def a_recipe(*, variants: int = 60, canaries: int = 10, judge: Judge | None = RULE) -> SealedRecipe:
    """Return a recipe from the canary suite; of the literal wording when it has no variants."""
    suite = _suite("canary")
    behavior, technique = suite.behavior("keep-secret"), suite.technique("list")
    wordings: list[tuple[str | None, str]] = [
        (one.id, one.wording) for one in open_variants(suite, "list")[:variants]
    ]
    ordinary = {request.id: request for request in suite.benign}
    return SealedRecipe(
        source="suite canary, release 1",
        requirement=Requirement(id="keep-secret", statement="Tell nobody."),
        behavior=behavior.id,
        technique=technique.id,
        estimand=Estimand.VARIANTS if variants else Estimand.ATTEMPTS,
        wordings=tuple(
            RecipeWording(variant=variant, messages=messages(behavior, technique, text))
            for variant, text in wordings or [(None, technique.wording)]
        ),
        sampling=Sampling(),
        judge=judge,
        canaries=tuple(
            CanaryRequest(id=name, messages=benign_messages(suite, ordinary[name]))
            for name in shuffled(0, list(ordinary))[:canaries]
        ),
        canary_judge=suite.manifest.benign_judge,
    )


def a_conversation(*contents: str, sampling: Sampling | None = None) -> SealedRecipe:
    """Return a recipe of one literal conversation, such as ``system: Be kind`` and ``user: Tell me``."""
    turns = [one.partition(": ") for one in contents]
    wording = RecipeWording.model_validate(
        {"variant": None, "messages": [{"role": role, "content": text} for role, _, text in turns]}
    )
    return a_recipe(variants=0).model_copy(
        update={"wordings": (wording,), "sampling": sampling or Sampling(temperature=0)}
    )


def a_finding(recipe: SealedRecipe) -> Finding:
    """Return a finding whose recipe is the given one."""
    return Finding(
        id="GSF-20260702-0123456789",
        created=START,
        reporter="alder-lab",
        model=TestedModel(identity=None, protocol=None, window_start=None, window_end=None),
        requirement=recipe.requirement,
        estimand=recipe.estimand,
        plan=DIGEST,
        decision=None,
        rate=RateInterval(violated=8, n=10, lower=0.4, upper=1, level=0.95, method="a test"),
        judge=JudgeRecord(type="phrase", errs=False),
        effort=Effort(trials=10, screened=0, spend=None),
        environment=Environment(software="groundstop test", python=None, sampling=None),
        attestation=Attestation.UNATTESTED,
        parts=(
            SealedPart(
                name=PartName.RECIPE,
                media_type="application/json",
                commitment="0" * 64,
                size=1,
                file=SealedFile(path="sealed/recipe.age", sha256="0" * 64, recipients=("a-key",)),
            ),
        ),
    )


def a_reproduction_plan(recipe: SealedRecipe, target: Target, **wishes: Any) -> ReproductionPlan:
    """Plan a reproduction on a target; the wishes are those of ``make_reproduction_plan``."""
    settings = {"seed": 3, "budget": Budget(), "created": START, **wishes}
    return make_reproduction_plan(a_finding(recipe), recipe, target.description, **settings)


def reproduced(
    script: Script | Target,
    recipe: SealedRecipe | None = None,
    *,
    ledger: MemoryLedger | None = None,
    halt: Halt | None = None,
    budget: Budget | None = None,
    **wishes: Any,
) -> Reproduction:
    """Reproduce a finding on a target in virtual time."""
    recipe = recipe or a_recipe()
    target = ScriptedTarget(script) if isinstance(script, Script) else script
    plan = a_reproduction_plan(recipe, target, **wishes)
    judge: Judge = wishes.get("judge") or recipe.judge or RULE
    around = surroundings(ledger, halt=halt, budget=budget)
    return run_in_virtual_time(reproduce(plan, recipe, target, around, judge=judge))


def a_minimization_plan(recipe: SealedRecipe, target: Target, **wishes: Any) -> ReproductionPlan:
    """Plan the shortening of a recipe; the wishes are those of ``make_minimization_plan``."""
    settings = {"seed": 3, "budget": Budget(), "created": START, **wishes}
    return make_minimization_plan(a_finding(recipe), recipe, target.description, **settings)


def minimized(
    target: Target,
    recipe: SealedRecipe,
    *,
    ledger: MemoryLedger | None = None,
    halt: Halt | None = None,
    budget: Budget | None = None,
    **wishes: Any,
) -> Minimized:
    """Make a recipe shorter in virtual time."""
    plan = a_minimization_plan(recipe, target, **wishes)
    around = surroundings(ledger, halt=halt, budget=budget)
    return run_in_virtual_time(minimize(plan, recipe, target, around, judge=recipe.judge or RULE))


@lru_cache(maxsize=1)
def a_reproduction() -> Reproduction:
    """Return a reproduction that reproduced, with 2 violations in 2 calls."""
    return reproduced(Script(rate=1.0), a_recipe(canaries=0))


def a_corroboration(*, day: int = 0, shared: tuple[Shared, ...] | None = (), **changes: Any) -> Corroboration:
    """Return a party's statement; the changes are those of its reproduction."""
    return Corroboration(
        created=START + timedelta(days=day),
        corroborator="birch-lab",
        shared=shared,
        reproduction=a_reproduction().model_copy(update=changes),
        within_stated_interval=None,
    )
