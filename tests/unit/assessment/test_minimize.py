from __future__ import annotations

import pytest

from groundstop.assessment import Halt, TrialKey, fold_minimization, minimize
from groundstop.documents import (
    Budget,
    Estimand,
    LabelsJudge,
    Message,
    MinimizationStep,
    ModelJudge,
    Phase,
    RecipeWording,
    ReproductionOutcome,
    Sampling,
    SealedRecipe,
)
from groundstop.errors import InputError
from groundstop.targets.scripted import Script, ScriptedTarget
from tests.assessing import surroundings
from tests.ledger import MemoryLedger
from tests.reproducing import RULE, a_conversation, a_minimization_plan, minimized
from tests.turns import TurnsTarget, has
from tests.virtual_time import run_in_virtual_time

REPRODUCED, NOT_NOW = ReproductionOutcome.REPRODUCED, ReproductionOutcome.NOT_NOW
INCONCLUSIVE = ReproductionOutcome.INCONCLUSIVE
LONG = a_conversation(
    "system: You keep the red key",
    "user: Good morning",
    "assistant: Good morning to you",
    "user: Tell me the words",
    sampling=Sampling(temperature=0.7, top_p=0.9),
)


def told(steps: tuple[MinimizationStep, ...]) -> dict[str, ReproductionOutcome]:
    return {step.left_out: step.outcome for step in steps}


def said(recipe: SealedRecipe) -> list[str]:
    return [message.content for message in recipe.wordings[0].messages]


def test_turns_that_do_not_matter_are_left_out_and_the_one_that_does_stays() -> None:
    result = minimized(TurnsTarget(has("red key")), LONG)
    assert told(result.steps) == {
        "system message": NOT_NOW,
        "turn 1 (user)": REPRODUCED,
        "turn 2 (assistant)": REPRODUCED,
        "setting top_p": REPRODUCED,
        "setting temperature": REPRODUCED,
    }
    assert said(result.recipe) == ["You keep the red key", "Tell me the words"]
    assert result.recipe.sampling == Sampling(temperature=0, top_p=None)
    assert result.complete
    assert [step.kept_out for step in result.steps] == [False, True, True, True, True]


def test_an_earlier_turn_can_be_the_one_that_matters() -> None:
    result = minimized(TurnsTarget(has("morning to you")), LONG)
    assert said(result.recipe) == ["Good morning to you", "Tell me the words"]


def test_two_turns_of_which_one_is_enough_are_not_both_left_out() -> None:
    result = minimized(TurnsTarget(has("morning")), LONG)
    assert said(result.recipe) == ["Good morning to you", "Tell me the words"]


def test_a_setting_that_matters_stays_as_it_is() -> None:
    target = TurnsTarget(lambda _, sampling: sampling.temperature > 0.5 and sampling.top_p is None)
    result = minimized(target, a_conversation("user: Tell me", sampling=Sampling(temperature=0.7, top_p=0.9)))
    assert told(result.steps) == {"setting top_p": REPRODUCED, "setting temperature": NOT_NOW}
    assert result.recipe.sampling == Sampling(temperature=0.7, top_p=None)


def test_the_longest_answer_is_never_shortened() -> None:
    result = minimized(TurnsTarget(lambda *_: True), LONG)
    assert result.recipe.sampling is not None
    assert LONG.sampling is not None
    assert result.recipe.sampling.max_tokens == LONG.sampling.max_tokens


def test_the_recipe_comes_back_as_it_was_when_nothing_can_be_left_out() -> None:
    result = minimized(TurnsTarget(lambda *_: False), LONG)
    assert result.recipe == LONG
    assert not any(step.kept_out for step in result.steps)


def test_steps_name_places_and_quote_nothing() -> None:
    for step in minimized(TurnsTarget(has("red key")), LONG).steps:
        assert step.left_out.startswith(("system message", "turn ", "setting "))


def test_what_comes_after_the_asking_turn_can_be_left_out_too() -> None:
    begun = a_conversation("user: Tell me the words", "assistant: The words are")
    result = minimized(TurnsTarget(has("Tell me")), begun)
    assert told(result.steps) == {"turn 2 (assistant)": REPRODUCED}
    assert said(result.recipe) == ["Tell me the words"]


def test_the_chance_of_a_wrong_step_is_shared_among_the_steps() -> None:
    plan = a_minimization_plan(LONG, TurnsTarget(has("red key")))
    assert plan.hypotheses.beta == pytest.approx(0.01 / 5)
    result = minimized(TurnsTarget(has("red key")), LONG)
    assert result.hypotheses == plan.hypotheses
    assert result.steps[1].n == 3, "two violations are not enough at a fifth of beta"


def test_a_target_that_does_not_take_the_shorter_conversation_puts_the_turn_back() -> None:
    target = TurnsTarget(
        has("Tell me"), refuses=lambda messages: not any(one.role == "system" for one in messages)
    )
    result = minimized(target, LONG)
    assert told(result.steps)["system message"] is INCONCLUSIVE
    assert said(result.recipe) == ["You keep the red key", "Tell me the words"]


def test_a_second_run_over_the_same_records_makes_no_call() -> None:
    ledger = MemoryLedger()
    first = minimized(TurnsTarget(has("red key")), LONG, ledger=ledger)
    again = TurnsTarget(has("red key"))
    assert minimized(again, LONG, ledger=ledger) == first
    assert again.asked == []


@pytest.mark.parametrize("kept", range(0, 20, 3))
def test_a_run_cut_anywhere_and_resumed_ends_as_the_whole_one(kept: int) -> None:
    whole, part = MemoryLedger(), MemoryLedger()
    expected = minimized(TurnsTarget(has("red key")), LONG, ledger=whole)
    for trial in whole.recorded[:kept]:
        part.record(trial, asked="", answered=whole.answers[TrialKey.of(trial)])
    target = TurnsTarget(has("red key"))
    resumed = minimized(target, LONG, ledger=part)
    assert (resumed.recipe, resumed.steps) == (expected.recipe, expected.steps)
    assert len(part.recorded) == len(part.trials()), "a recorded trial was made again"
    assert len(target.asked) <= len(whole.recorded) - kept


def test_a_spend_cap_ends_the_run_with_the_steps_so_far_and_a_higher_one_finishes_it() -> None:
    ledger, target = MemoryLedger(), TurnsTarget(has("red key"))
    cut = minimized(target, LONG, ledger=ledger, budget=Budget(calls=10))
    assert not cut.complete
    assert list(told(cut.steps).values()) == [NOT_NOW, REPRODUCED, *[INCONCLUSIVE] * 3]
    assert [step.n for step in cut.steps] == [5, 3, 1, 0, 0]
    whole = minimized(target, LONG, ledger=ledger)
    assert whole.complete
    assert said(whole.recipe) == ["You keep the red key", "Tell me the words"]


def test_an_interrupted_run_raises_why() -> None:
    halt = Halt()
    halt(InputError("The test wants to stop", "Do so"))
    with pytest.raises(InputError, match="wants to stop"):
        minimized(TurnsTarget(has("red key")), LONG, halt=halt)


def test_a_fold_does_not_depend_on_the_order_of_the_records() -> None:
    ledger, target = MemoryLedger(), TurnsTarget(has("red key"))
    result = minimized(target, LONG, ledger=ledger)
    trials = sorted(ledger.trials(), key=lambda trial: trial.seed)
    plan = a_minimization_plan(LONG, target)
    assert fold_minimization(plan, LONG, trials, ledger.totals()) == result


def variants_of(count: int, *, alike_without_system: bool = False) -> SealedRecipe:
    def wording(number: int) -> RecipeWording:
        asked = "Tell me" if alike_without_system else f"Tell me, way {number}"
        return RecipeWording(
            variant=f"way-{number}",
            messages=(
                Message(role="system", content=f"You keep the red key {number}"),
                Message(role="user", content=asked),
            ),
        )

    return LONG.model_copy(
        update={
            "estimand": Estimand.VARIANTS,
            "wordings": tuple(wording(number) for number in range(count)),
            "sampling": Sampling(temperature=0.7, top_p=0.9),
        }
    )


def test_a_turn_is_left_out_of_every_variant() -> None:
    result = minimized(TurnsTarget(has("Tell me")), variants_of(40))
    assert told(result.steps)["system message"] is REPRODUCED
    assert all(len(wording.messages) == 1 for wording in result.recipe.wordings)
    assert len(result.recipe.wordings) == 40


def test_variants_that_one_step_decided_on_are_not_asked_again_in_the_next() -> None:
    ledger = MemoryLedger()
    result = minimized(TurnsTarget(has("Tell me")), variants_of(60), ledger=ledger)
    plan = a_minimization_plan(variants_of(60), TurnsTarget(has("Tell me")))
    assert plan.boundaries is not None
    consumed: list[str | None] = []
    for number, step in enumerate(result.steps):
        first = number * plan.boundaries.cap
        by_index = {trial.index: trial.variant for trial in ledger.trials()}
        consumed += [by_index[first + place] for place in range(step.n)]
    assert len(set(consumed)) == len(consumed) == sum(step.n for step in result.steps)


def test_variants_that_run_out_leave_the_later_steps_undecided() -> None:
    result = minimized(TurnsTarget(has("Tell me")), variants_of(7))
    assert [step.n for step in result.steps] == [3, 3, 1]
    assert result.steps[2].outcome is INCONCLUSIVE
    assert result.complete


def test_a_turn_without_which_all_variants_are_alike_is_not_tried() -> None:
    ledger = MemoryLedger()
    result = minimized(TurnsTarget(has("Tell me")), variants_of(40, alike_without_system=True), ledger=ledger)
    assert (result.steps[0].outcome, result.steps[0].n) == (INCONCLUSIVE, 0)
    assert result.complete
    assert {trial.phase for trial in ledger.recorded} == {Phase.MINIMIZE}
    assert told(result.steps)["setting top_p"] is REPRODUCED


def test_a_recipe_of_one_plain_turn_is_refused() -> None:
    with pytest.raises(InputError, match="nothing can be left out"):
        a_minimization_plan(a_conversation("user: Tell me"), TurnsTarget(has("Tell me")))


@pytest.mark.parametrize(
    "judge",
    [
        LabelsJudge(type="labels", file="labels.csv"),
        ModelJudge(type="model", target="judge", question="Is it?", adjudicated=True),
    ],
)
def test_a_judge_that_waits_for_people_is_refused(judge: LabelsJudge | ModelJudge) -> None:
    with pytest.raises(InputError, match="judged by people"):
        a_minimization_plan(LONG.model_copy(update={"judge": judge}), TurnsTarget(has("red key")))


def test_a_judge_that_cannot_decide_is_refused() -> None:
    judge = ModelJudge(type="model", target="judge", question="Is it?")
    with pytest.raises(InputError, match="With this judge no shorter recipe"):
        a_minimization_plan(LONG, TurnsTarget(has("red key")), judge=judge)


def test_another_recipe_than_the_planned_one_is_refused() -> None:
    target = ScriptedTarget(Script())
    plan = a_minimization_plan(LONG, target)
    other = a_conversation("user: Something else")
    with pytest.raises(InputError, match="is not the one that the plan was made with"):
        run_in_virtual_time(minimize(plan, other, target, surroundings(), judge=RULE))


def test_a_plan_whose_judge_cannot_decide_is_refused_when_it_is_carried_out() -> None:
    target = TurnsTarget(has("red key"))
    plan = a_minimization_plan(LONG, target).model_copy(update={"boundaries": None})
    with pytest.raises(InputError, match="a judge that cannot decide"):
        run_in_virtual_time(minimize(plan, LONG, target, surroundings(), judge=RULE))
