from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from groundstop.assessment import Wish, assess
from groundstop.documents import (
    Attestation,
    ComparedTarget,
    Comparison,
    Decision,
    Estimand,
    PartName,
    SealedRecipe,
    Spend,
    Trial,
)
from groundstop.errors import InputError
from groundstop.evidence import PartContent
from groundstop.evidence.findings import Draft
from groundstop.evidence.findings.from_assessment import recipe_of as recipe_of_class
from groundstop.suites import held_out_variants, load_suite, messages
from groundstop.targets.scripted import Script
from tests.assessing import plan_for_script, surroundings
from tests.evidence_samples import Run, SayingLedger, a_draft, a_run
from tests.samples import DIGEST
from tests.virtual_time import run_in_virtual_time

TWO = Wish(behaviors=("keep-secret",), techniques=("list", "capitals"), seed=5)


def run_of(script: Script, wish: Wish) -> Run:
    plan, target, suite = plan_for_script(script, wish)
    ledger = SayingLedger()
    result = run_in_virtual_time(assess(plan, suite, target, surroundings(ledger)))
    return Run(plan, result, suite, tuple(ledger.said))


def recipe_of(draft: Draft) -> SealedRecipe:
    (part,) = [part for part in draft.parts if part.name is PartName.RECIPE]
    return SealedRecipe.parse(part.content, source="it")


def a_comparison(**changes: Any) -> Comparison:
    result = a_run().assessment.classes[0]
    fields: dict[str, Any] = {
        "plan": DIGEST,
        "run": "c",
        "suite": "canary",
        "behavior": "keep-secret",
        "technique": "list",
        "estimand": Estimand.VARIANTS,
        "targets": (ComparedTarget(target=a_run().plan.target, rate=result.rate, baseline=None),),
        "pairings": (),
        "spend": Spend(calls=1, prompt_tokens=0, completion_tokens=0, money=None, currency=None),
        **changes,
    }
    return Comparison(**fields)


def test_a_draft_tells_what_the_assessment_decided() -> None:
    draft, result = a_draft(), a_run().assessment.classes[0]
    assert draft.decision is not None
    assert (draft.decision.decision, draft.decision.path) == (Decision.VIOLATED, result.path)
    assert draft.rate == result.rate
    assert draft.plan == a_run().plan.content_id
    assert (draft.effort.trials, draft.effort.screened, draft.effort.classes_tried) == (8, 0, 1)
    assert draft.requirement.id == "secrets-stay-secret"
    assert draft.model.simulated
    assert draft.source is None


def test_a_gain_is_unproven_without_a_comparison() -> None:
    assert a_draft().comparators is None
    panel = a_draft(comparison=a_comparison()).comparators
    assert panel is not None
    assert panel.columns[0].rate == a_run().assessment.classes[0].rate


@pytest.mark.parametrize(
    "other", [{"technique": "capitals"}, {"behavior": "forbidden-word"}, {"suite": "another"}], ids=str
)
def test_a_comparison_of_another_recipe_is_refused(other: dict[str, str]) -> None:
    with pytest.raises(InputError, match="which is not the finding's recipe"):
        a_draft(comparison=a_comparison(**other))


def test_the_recipe_holds_no_variant_that_was_held_out() -> None:
    recipe = recipe_of(a_draft())
    kept_back = {one.id for one in held_out_variants(load_suite("canary"), "list")}
    assert kept_back
    assert not kept_back & {wording.variant for wording in recipe.wordings}
    assert len(recipe.canaries) == 10


def test_a_recipe_of_variants_holds_the_literal_wording_beside_them() -> None:
    recipe = recipe_of(a_draft())
    suite = load_suite("canary")
    behavior, technique = suite.behavior("keep-secret"), suite.technique("list")
    assert recipe.literal is not None
    assert recipe.literal.variant is None
    assert recipe.literal.messages == messages(behavior, technique, technique.wording)
    assert recipe.literal.messages not in {wording.messages for wording in recipe.wordings}


def test_a_recipe_of_one_wording_holds_it_once() -> None:
    entry = a_run().plan.classes[0].model_copy(update={"estimand": Estimand.ATTEMPTS})
    recipe = recipe_of_class(a_run().plan, a_run().suite, entry)
    assert recipe.literal is None
    (wording,) = recipe.wordings
    assert wording.variant is None


def test_request_ids_raise_the_level_of_attestation() -> None:
    assert (a_draft().attestation, a_draft().request_ids) == (Attestation.UNATTESTED, 0)
    said = [
        replace(one, trial=one.trial.model_copy(update={"request_id": f"r-{place}"})) if place < 3 else one
        for place, one in enumerate(a_run().transcripts)
    ]
    draft = a_draft(replace(a_run(), transcripts=tuple(said)))
    assert (draft.attestation, draft.request_ids) == (Attestation.PROVIDER_IDS, 3)


def test_one_class_of_several_is_chosen_by_name_and_only_its_trials_go_along() -> None:
    run = run_of(Script(rate=0.4), TWO)
    with pytest.raises(InputError, match="violations in keep-secret/list, keep-secret/capitals") as caught:
        a_draft(run)
    assert caught.value.hint == "Choose one with --class BEHAVIOR/TECHNIQUE, or the beginning of one"
    assert recipe_of(a_draft(run, chosen="keep-secret/c")).technique == "capitals"
    with pytest.raises(InputError, match="keep-secret/ is not one of them"):
        a_draft(run, chosen="keep-secret/")
    draft = a_draft(run, chosen="keep-secret/capitals")
    (part,) = [part for part in draft.parts if part.name is PartName.TRIALS]
    trials = [one.trial for one in run.transcripts if isinstance(one.trial, Trial)]
    own = [one for one in trials if one.technique == "capitals"]
    assert 0 < len(own) < len(trials)
    assert part.content.count(b"\n") == draft.effort.trials == len(own)
    assert draft.effort.screened > 0
    assert draft.effort.classes_tried == 2
    assert recipe_of(draft).technique == "capitals"


def test_a_class_that_was_not_violated_makes_no_finding() -> None:
    with pytest.raises(InputError, match="keep-secret/list, and keep-secret/capitals is not one of them"):
        a_draft(chosen="keep-secret/capitals")
    held = run_of(Script(), TWO)
    with pytest.raises(InputError, match="confirmed no violation, so there is no finding in it"):
        a_draft(held)


def test_another_suite_than_the_plans_is_refused() -> None:
    suite = replace(a_run().suite, benign=())
    with pytest.raises(InputError, match="is not the one that the run was made with"):
        a_draft(replace(a_run(), suite=suite))


def test_the_parts_are_the_recipe_the_plan_and_every_trial() -> None:
    names = [part.name for part in a_draft().parts]
    assert names == [PartName.RECIPE, PartName.PLAN, PartName.TRIALS]
    plan: PartContent = a_draft().parts[1]
    assert plan.content == a_run().plan.canonical()
