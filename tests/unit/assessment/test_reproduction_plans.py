from __future__ import annotations

from typing import Any

import pytest

from groundstop.assessment import DEFAULT_REPRODUCTION, judge_record
from groundstop.documents import (
    Budget,
    Estimand,
    HypothesesRecord,
    LabelledCounts,
    LabelsJudge,
    ModelJudge,
    PhraseJudge,
    RefusalJudge,
    ReproductionOutcome,
    ReproductionPlan,
    Requirement,
    Sampling,
    SealedRecipe,
    WordsJudge,
    content_id,
)
from groundstop.errors import InputError
from groundstop.statistics import Hypotheses, named_plan, plan_for
from groundstop.targets.scripted import Script, ScriptedTarget
from tests.ledger import MemoryLedger
from tests.reproducing import RULE, a_recipe, a_reproduction_plan, reproduced
from tests.samples import TARGET

FROM_TEN = HypothesesRecord(p0=0.5, p1=0.1, alpha=0.05, beta=0.01)


def model_judge(measured: LabelledCounts | None, *, adjudicated: bool = False) -> ModelJudge:
    return ModelJudge(
        type="model", target="judge", question="Is it?", measured=measured, adjudicated=adjudicated
    )


def labels(*, negatives: int, false: int, positives: int = 400, missed: int = 4) -> LabelledCounts:
    return LabelledCounts(
        positives=positives,
        true_positives=positives - missed,
        negatives=negatives,
        true_negatives=negatives - false,
        source="a test",
    )


def planned(recipe: SealedRecipe | None = None, **wishes: Any) -> ReproductionPlan:
    return a_reproduction_plan(recipe or a_recipe(), ScriptedTarget(Script()), **wishes)


def note_of(plan: ReproductionPlan) -> str:
    assert plan.judge.note is not None
    return plan.judge.note


def test_the_default_question_is_that_of_the_shipped_plan() -> None:
    asked = DEFAULT_REPRODUCTION
    shipped = named_plan("R50")
    assert plan_for(Hypotheses(asked.p0, asked.p1, asked.alpha, asked.beta)) is shipped
    boundaries = planned().boundaries
    assert boundaries is not None
    assert (boundaries.cap, boundaries.held_at) == (shipped.cap, shipped.held_at)
    assert boundaries.violated_by == shipped.violated_by


def test_a_plan_commits_to_recipe_judge_seed_and_budget() -> None:
    recipe = a_recipe()
    plan = planned()
    assert plan.recipe == recipe.content_id
    assert plan.judge_id == content_id(RULE.to_json())
    others = [
        planned(seed=4),
        planned(budget=Budget(calls=50)),
        planned(estimate_calls=21),
        planned(judge=WordsJudge(type="words", words=("river",))),
        planned(a_recipe(variants=59)),
    ]
    assert len({plan.content_id, *(other.content_id for other in others)}) == 6
    assert planned().content_id == plan.content_id


@pytest.mark.parametrize(("variants", "calls"), [(0, 20), (60, 20), (20, 20), (19, 19), (5, 5)])
def test_the_estimate_is_over_no_more_calls_than_there_are_variants(variants: int, calls: int) -> None:
    assert planned(a_recipe(variants=variants)).estimate_calls == calls


def test_too_few_variants_for_either_decision_are_refused() -> None:
    with pytest.raises(InputError, match="has 4 variants, and no test") as caught:
        planned(a_recipe(variants=4))
    assert "fewer than 5" in caught.value.message
    assert "more variants" in caught.value.hint


def test_no_more_canaries_are_planned_than_the_recipe_brings() -> None:
    assert planned(a_recipe(canaries=4)).canaries == 4
    assert planned(canaries=3).canaries == 3
    assert planned(a_recipe().model_copy(update={"canary_judge": None})).canaries == 0


def test_a_recipe_without_a_judge_needs_one() -> None:
    recipe = a_recipe(judge=None)
    with pytest.raises(InputError, match="has no judge") as caught:
        planned(recipe)
    assert "--judge" in caught.value.hint
    assert planned(recipe, judge=RULE).judge.type == "phrase"


def test_a_recipe_without_sampling_needs_it_and_one_with_it_takes_no_other() -> None:
    bare = a_recipe().model_copy(update={"sampling": None})
    with pytest.raises(InputError, match="does not say how its answers were drawn"):
        planned(bare)
    assert planned(bare, sampling=Sampling(max_tokens=9)).sampling.max_tokens == 9
    assert planned(sampling=Sampling()).sampling == Sampling()
    with pytest.raises(InputError, match="something else is asked for"):
        planned(sampling=Sampling(max_tokens=9))


@pytest.mark.parametrize(
    "change",
    [{"estimand": Estimand.ATTEMPTS}, {"requirement": Requirement(id="other", statement="Do not.")}],
)
def test_the_recipe_of_another_finding_is_refused(change: dict[str, Any]) -> None:
    from groundstop.assessment import make_reproduction_plan
    from tests.assessing import START
    from tests.reproducing import a_finding

    recipe = a_recipe()
    with pytest.raises(InputError, match="is not that of GSF-20260702-0123456789"):
        make_reproduction_plan(
            a_finding(recipe),
            recipe.model_copy(update=change),
            TARGET,
            seed=1,
            budget=Budget(),
            created=START,
        )


def test_a_null_rate_of_zero_is_refused() -> None:
    with pytest.raises(InputError, match="A rate of 0"):
        planned(hypotheses=HypothesesRecord(p0=0.5, p1=0, alpha=0.05, beta=0.01))


def test_an_unmeasured_judge_makes_the_reproduction_inconclusive_before_the_first_call() -> None:
    judge, ledger = model_judge(None), MemoryLedger()
    plan = planned(judge=judge)
    assert plan.boundaries is None
    assert plan.judge.errs
    result = reproduced(Script(rate=1.0), judge=judge, ledger=ledger)
    assert result.outcome is ReproductionOutcome.INCONCLUSIVE
    assert result.reason.startswith("undetermined: judge")
    assert (result.n, result.rate.n, result.e_value) == (0, 0, 1)
    assert result.decision.boundaries is None
    assert ledger.calls == 0


def test_a_judge_whose_false_alarms_may_reach_r0_decides_nothing() -> None:
    judge = model_judge(labels(negatives=100, false=0))
    plan = planned(judge=judge)
    assert plan.boundaries is None
    assert "undetermined: judge. It may raise false alarms in up to 0.0603" in note_of(plan)
    assert "test a higher r0" in note_of(plan)


def test_a_higher_r0_is_what_such_a_judge_can_decide() -> None:
    plan = planned(judge=model_judge(labels(negatives=100, false=0)), hypotheses=FROM_TEN)
    assert plan.boundaries is not None
    assert FROM_TEN.p1 < plan.hypotheses.p1 < plan.hypotheses.p0 < FROM_TEN.p0
    assert "measured error moves the hypotheses" in note_of(plan)


def test_positives_that_people_confirm_leave_r0_as_it_is() -> None:
    judge = model_judge(labels(negatives=100, false=10), adjudicated=True)
    plan = planned(judge=judge)
    assert plan.boundaries is not None
    assert plan.hypotheses.p1 == DEFAULT_REPRODUCTION.p1
    assert "people confirm each positive" in note_of(plan)


def test_a_judges_record_tells_its_kind_and_error_and_never_what_it_looks_for() -> None:
    counts = labels(negatives=10, false=1)
    records = {
        one.type: judge_record(one)
        for one in (
            PhraseJudge(type="phrase", phrase="hush"),
            WordsJudge(type="words", words=("hush",)),
            RefusalJudge(type="refusal", phrases=("hush",)),
            LabelsJudge(type="labels", file="hush.csv"),
            model_judge(counts),
        )
    }
    assert {name for name, record in records.items() if record.errs} == {"model"}
    assert records["model"].measured == counts
    assert records["labels"].note == "people decided, by labels of the answers"
    assert not any("hush" in record.model_dump_json() for record in records.values())
