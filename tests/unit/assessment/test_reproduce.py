from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import pytest

from groundstop.assessment import Halt, TrialKey, fold_reproduction, reproduce
from groundstop.assessment.drawing import trial_seed
from groundstop.documents import (
    Budget,
    Decision,
    Estimand,
    LabelsJudge,
    ModelJudge,
    Phase,
    PhraseJudge,
    ReproductionOutcome,
    Trial,
    Verdict,
)
from groundstop.errors import BudgetError, InputError, TargetError
from groundstop.targets.scripted import VIOLATION, Script, ScriptedTarget
from tests.assessing import surroundings
from tests.ledger import MemoryLedger, Silent
from tests.reproducing import RULE, a_recipe, a_reproduction_plan, reproduced
from tests.unit.assessment.test_judges import GOOD, JudgingModel
from tests.virtual_time import run_in_virtual_time


def test_a_target_that_always_violates_reproduces_at_the_second_call_and_is_asked_twenty_times() -> None:
    ledger = MemoryLedger()
    result = reproduced(Script(rate=1.0), ledger=ledger)
    assert result.outcome is ReproductionOutcome.REPRODUCED
    assert (result.violated, result.n) == (2, 2)
    assert result.e_value == pytest.approx(100)
    assert result.decision.path == ((0, 0), (1, 1), (2, 2))
    assert (result.rate.violated, result.rate.n) == (20, 20)
    assert ledger.calls == result.spend.calls == 40
    assert (
        result.reason
        == result.decision.reason
        == "2 of 2 violated: more than a rate of 5.00% would give by chance"
    )


def test_a_target_that_never_violates_is_not_reproducible_now_after_five_calls() -> None:
    result = reproduced(Script())
    assert result.outcome is ReproductionOutcome.NOT_NOW
    assert result.decision.decision is Decision.HELD
    assert result.n == 5
    assert result.rate.n == 20
    assert result.e_value == pytest.approx((0.5 / 0.95) ** 5)
    assert result.reason == "0 of 5 violated: fewer than a rate of 50.00% would give by chance"


def test_the_result_says_who_answered_when_and_what_was_tested() -> None:
    recipe = a_recipe()
    target = ScriptedTarget(Script(rate=1.0))
    result = reproduced(Script(rate=1.0), recipe)
    assert result.plan == a_reproduction_plan(recipe, target).content_id
    assert result.model.identity == target.description.model
    assert result.model.served_as == ("scripted:custom",)
    assert result.model.simulated
    assert result.model.window_start is not None
    assert result.model.window_end is not None
    assert result.judge.type == "phrase"


def test_calls_are_fresh_variants_each_asked_once_with_seeds_of_the_plans_own() -> None:
    ledger = MemoryLedger()
    reproduced(Script(rate=0.3), ledger=ledger, seed=11)
    asked = [trial for trial in ledger.recorded if trial.phase is Phase.REPRODUCE]
    assert len({trial.variant for trial in asked}) == len(asked) >= 20
    others = {
        trial_seed(seed, replace(TrialKey.of(trial), phase=phase))
        for trial in asked
        for seed, phase in ((11, Phase.CONFIRM), (11, Phase.SCREEN), (3, Phase.REPRODUCE))
    }
    assert others.isdisjoint(trial.seed for trial in asked)


def test_another_seed_draws_other_variants_and_the_order_in_the_recipe_means_nothing() -> None:
    def order(seed: int, *, turned: bool = False) -> list[str | None]:
        recipe, ledger = a_recipe(), MemoryLedger()
        if turned:
            recipe = recipe.model_copy(update={"wordings": recipe.wordings[::-1]})
        reproduced(Script(concurrency=1), recipe, ledger=ledger, seed=seed)
        return [trial.variant for trial in ledger.recorded if trial.phase is Phase.REPRODUCE]

    assert order(1) == order(1, turned=True)
    assert order(1) != order(2)


def test_a_literal_wording_is_repeated_with_a_seed_for_each_call() -> None:
    ledger = MemoryLedger()
    result = reproduced(Script(rate=1.0), a_recipe(variants=0), ledger=ledger)
    asked = [trial for trial in ledger.recorded if trial.phase is Phase.REPRODUCE]
    assert len(asked) == result.rate.n == 20
    assert len({trial.request_sha256 for trial in asked}) == 1
    assert len({trial.seed for trial in asked}) == 20


def test_the_test_goes_on_beyond_the_estimate_when_it_has_to() -> None:
    ledger = MemoryLedger()
    result = reproduced(Script(rate=0.3, seed=2), ledger=ledger, estimate_calls=3)
    assert result.n > 3
    assert result.rate.n == 3
    first = [trial for trial in ledger.trials() if trial.phase is Phase.REPRODUCE and trial.index < 3]
    assert result.rate.violated == sum(trial.verdict is Verdict.VIOLATED for trial in first)


def test_few_variants_limit_the_calls_and_none_is_asked_twice() -> None:
    ledger = MemoryLedger()
    result = reproduced(Script(), a_recipe(variants=7), ledger=ledger)
    asked = [trial for trial in ledger.recorded if trial.phase is Phase.REPRODUCE]
    assert len({trial.variant for trial in asked}) == len(asked) == result.rate.n == 7
    assert result.outcome is ReproductionOutcome.NOT_NOW


def test_variants_that_are_used_up_leave_the_test_undecided() -> None:
    results = (
        reproduced(Script(rate=0.25, seed=seed), a_recipe(variants=6, canaries=0)) for seed in range(40)
    )
    undecided = next(one for one in results if one.outcome is ReproductionOutcome.INCONCLUSIVE)
    assert undecided.n == 6
    counts = f"{undecided.violated} of 6 violated"
    assert undecided.reason == f"{counts}, and the variants of the recipe are used up"


def test_a_variant_that_stands_twice_in_the_recipe_is_asked_once() -> None:
    recipe, ledger = a_recipe(variants=8), MemoryLedger()
    twice = recipe.model_copy(update={"wordings": recipe.wordings + recipe.wordings})
    assert reproduced(Script(), twice, ledger=ledger).rate.n == 8


def test_no_concurrency_changes_the_result() -> None:
    script = Script(rate=0.25, latency=1, violated_latency=10, seed=5)
    results = [reproduced(replace(script, concurrency=flight)) for flight in (1, 3, 64)]
    assert len({(one.outcome, one.n, one.violated, one.rate, one.e_value) for one in results}) == 1


def test_an_undetermined_trial_counts_as_held_in_the_evidence_and_as_both_in_the_decision() -> None:
    result = reproduced(Script(empty_rate=1.0))
    assert result.outcome is ReproductionOutcome.INCONCLUSIVE
    assert result.violated == 0
    assert result.e_value == pytest.approx((0.5 / 0.95) ** result.n)
    assert f"{result.n} undetermined trials could turn the decision either way" in result.reason
    assert result.rate.undetermined == 20


def test_a_second_run_over_the_same_records_makes_no_call() -> None:
    ledger = MemoryLedger()
    first = reproduced(Script(rate=0.3), ledger=ledger)
    calls = ledger.calls
    assert reproduced(Script(rate=0.3), ledger=ledger) == first
    assert ledger.calls == calls


@pytest.mark.parametrize("kept", [0, 1, 7, 10, 11, 25, 31, 39])
def test_a_run_cut_anywhere_and_resumed_ends_as_the_whole_one(kept: int) -> None:
    script = Script(rate=0.3, latency=1, violated_latency=9, concurrency=16)
    whole, part = MemoryLedger(), MemoryLedger()
    expected = reproduced(script, ledger=whole)
    for trial in whole.recorded[:kept]:
        part.record(trial, asked="", answered=whole.answers[TrialKey.of(trial)])
    resumed = reproduced(script, ledger=part)
    assert len(part.recorded) == len(part.trials()), "a recorded trial was made again"
    for name in ("outcome", "reason", "decision", "violated", "n", "e_value", "rate"):
        assert getattr(resumed, name) == getattr(expected, name)
    assert (resumed.drift.asked, resumed.drift.changed) == (expected.drift.asked, expected.drift.changed)


def test_a_fold_does_not_depend_on_the_order_of_the_records() -> None:
    recipe, ledger = a_recipe(), MemoryLedger()
    script = Script(rate=0.3, latency=1, violated_latency=9)
    result = reproduced(script, recipe, ledger=ledger)
    plan = a_reproduction_plan(recipe, ScriptedTarget(script))
    trials = sorted(ledger.trials(), key=lambda trial: trial.request_sha256)
    assert fold_reproduction(plan, trials, ledger.totals(), run="a-test", ended=None) == result


def test_a_spend_cap_leaves_the_result_inconclusive_and_a_higher_one_ends_it() -> None:
    ledger = MemoryLedger()
    cut = reproduced(Script(), ledger=ledger, budget=Budget(calls=12))
    assert cut.outcome is ReproductionOutcome.INCONCLUSIVE
    assert cut.reason == "0 of 2 violated when the budget ended"
    assert ledger.calls == 12
    assert reproduced(Script(), ledger=ledger).outcome is ReproductionOutcome.NOT_NOW
    assert ledger.calls == 40


def test_a_decision_without_the_planned_second_look_is_none() -> None:
    ledger = MemoryLedger()
    cut = reproduced(Script(rate=1.0), ledger=ledger, budget=Budget(calls=33))
    assert cut.decision.decision is Decision.VIOLATED
    assert cut.outcome is ReproductionOutcome.INCONCLUSIVE
    assert "before it looked again" in cut.reason
    assert cut.drift.asked == 3
    assert "7 were not asked again" in cut.drift.reason
    assert reproduced(Script(rate=1.0), ledger=ledger).outcome is ReproductionOutcome.REPRODUCED


def test_the_cap_of_a_run_without_canaries_hides_nothing_that_was_decided() -> None:
    result = reproduced(Script(rate=1.0), a_recipe(canaries=0), budget=Budget(calls=2))
    assert result.outcome is ReproductionOutcome.REPRODUCED
    assert result.rate.n == 2


def test_an_interrupted_run_raises_why_and_makes_no_call() -> None:
    ledger, halt = MemoryLedger(), Halt()
    halt(InputError("The test wants to stop", "Do so"))
    with pytest.raises(InputError, match="wants to stop"):
        reproduced(Script(), ledger=ledger, halt=halt)
    assert ledger.calls == 0


def test_a_run_that_is_interrupted_keeps_its_trials_and_goes_on_where_it_was() -> None:
    class Interrupting(Silent):
        def trial(self, trial: Trial) -> None:
            if trial.phase is Phase.REPRODUCE and trial.index == 4:
                halt(InputError("The test wants to stop", "Do so"))

    recipe, ledger, halt = a_recipe(), MemoryLedger(), Halt()
    target = ScriptedTarget(Script(rate=0.3, concurrency=2))
    plan = a_reproduction_plan(recipe, target)
    around = replace(surroundings(ledger, halt=halt), progress=Interrupting())
    with pytest.raises(InputError, match="wants to stop"):
        run_in_virtual_time(reproduce(plan, recipe, target, around, judge=RULE))
    assert 15 <= ledger.calls == len(ledger.ended) == len(ledger.recorded) < 40
    result = reproduced(Script(rate=0.3, concurrency=2), ledger=ledger)
    assert result.spend.calls == len(ledger.recorded)
    assert (result.outcome, result.n) == (
        reproduced(Script(rate=0.3)).outcome,
        reproduced(Script(rate=0.3)).n,
    )


@pytest.mark.parametrize(
    ("rate", "outcome"), [(0.0, ReproductionOutcome.NOT_NOW), (1.0, ReproductionOutcome.REPRODUCED)]
)
def test_a_measured_model_judges_and_its_calls_are_booked(rate: float, outcome: ReproductionOutcome) -> None:
    judge = ModelJudge(type="model", target="judge", question="Does it tell?", measured=GOOD)
    recipe, ledger, model = a_recipe(canaries=0), MemoryLedger(), JudgingModel()
    target = ScriptedTarget(Script(rate=rate))
    plan = a_reproduction_plan(recipe, target, judge=judge)
    around = replace(surroundings(ledger), open_judge=lambda _: model)
    result = run_in_virtual_time(reproduce(plan, recipe, target, around, judge=judge))
    assert result.outcome is outcome
    assert result.judge.measured == GOOD
    assert ledger.calls == 2 * len(ledger.recorded) == 2 * model.asked


def test_a_target_that_stops_answering_ends_the_run_with_what_was_kept() -> None:
    ledger = MemoryLedger()
    with pytest.raises(TargetError, match="has stopped answering"):
        reproduced(Script(error_rate=1.0, attempts=2, concurrency=4), ledger=ledger)
    assert ledger.recorded
    assert reproduced(Script(concurrency=4), ledger=ledger).outcome is ReproductionOutcome.NOT_NOW


def test_a_budget_that_ended_is_no_error() -> None:
    halt = Halt()
    halt(BudgetError("The cap is reached", "Raise it"))
    result = reproduced(Script(), halt=halt)
    assert result.outcome is ReproductionOutcome.INCONCLUSIVE
    assert (result.n, result.e_value) == (0, 1)


def test_another_recipe_judge_or_target_than_the_planned_one_is_refused() -> None:
    recipe = a_recipe()
    target = ScriptedTarget(Script())
    plan = a_reproduction_plan(recipe, target)
    other_judge = PhraseJudge(type="phrase", phrase="umbrella")
    for message, changed, opened, judge in (
        ("The recipe of GSF-20260702-0123456789", a_recipe(variants=5), target, RULE),
        ("The judge of GSF-20260702-0123456789", recipe, target, other_judge),
        ("not the target", recipe, ScriptedTarget(Script(), called="scripted:other"), RULE),
    ):
        with pytest.raises(InputError, match=message):
            run_in_virtual_time(reproduce(plan, changed, opened, surroundings(), judge=judge))


def test_answers_that_wait_for_a_label_are_judged_later_without_another_call(tmp_path: Path) -> None:
    judge = LabelsJudge(type="labels", file="labels.csv")
    recipe = a_recipe(judge=judge)
    target = ScriptedTarget(Script(rate=1.0))
    plan = a_reproduction_plan(recipe, target)
    around = replace(surroundings(ledger := MemoryLedger()), labels_folder=tmp_path)
    waiting = run_in_virtual_time(reproduce(plan, recipe, target, around, judge=judge))
    assert waiting.outcome is ReproductionOutcome.INCONCLUSIVE
    assert waiting.judge.note == "people decided, by labels of the answers"
    calls = ledger.calls
    digest = hashlib.sha256(VIOLATION.encode()).hexdigest()
    (tmp_path / "labels.csv").write_text(f"answer_sha256,verdict\n{digest},violated\n")
    labelled = run_in_virtual_time(reproduce(plan, recipe, target, around, judge=judge))
    assert labelled.outcome is ReproductionOutcome.REPRODUCED
    assert ledger.calls == calls


def test_the_estimand_is_that_of_the_recipe() -> None:
    target = ScriptedTarget(Script())
    assert a_reproduction_plan(a_recipe(), target).estimand is Estimand.VARIANTS
    assert a_reproduction_plan(a_recipe(variants=0), target).estimand is Estimand.ATTEMPTS
