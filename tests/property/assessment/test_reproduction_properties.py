"""Laws of a reproduction's result, over any verdicts in any order."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from groundstop.assessment import CallTotals, fold_reproduction
from groundstop.documents import Message, Phase, Reproduction, Sampling, Trial, Verdict
from groundstop.statistics import Outcome, SequentialTest, named_plan
from groundstop.targets.scripted import Script, ScriptedTarget
from tests.reproducing import a_conversation, a_recipe, a_reproduction_plan, minimized
from tests.samples import a_trial
from tests.turns import TurnsTarget

PLAN = a_reproduction_plan(a_recipe(variants=0, canaries=0), ScriptedTarget(Script()))
VERDICTS = st.lists(st.sampled_from(list(Verdict)), max_size=40)
TURNS = ("system: s0", "user: u1", "assistant: a2", "user: u3", "user: ask")


def folded(trials: list[Trial]) -> Reproduction:
    return fold_reproduction(PLAN, trials, CallTotals(0, 0, 0, 0, 0), run="a-test", ended=None)


def trials_of(verdicts: list[Verdict]) -> list[Trial]:
    return [
        a_trial(index=index, verdict=verdict, phase=Phase.REPRODUCE) for index, verdict in enumerate(verdicts)
    ]


@given(VERDICTS, st.randoms())
def test_the_order_of_the_records_changes_nothing(verdicts: list[Verdict], chance: Random) -> None:
    trials = trials_of(verdicts)
    shuffled = list(trials)
    chance.shuffle(shuffled)
    assert folded(shuffled) == folded(trials)


@given(VERDICTS)
def test_the_decision_is_that_of_the_sequential_test_on_the_verdicts_in_order(
    verdicts: list[Verdict],
) -> None:
    test = SequentialTest(named_plan("R50"))
    for verdict in verdicts:
        if test.consume(Outcome(verdict.value)) is not None:
            break
    result = folded(trials_of(verdicts))
    assert result.n == test.position.calls
    assert result.violated == test.position.violations
    assert result.decision.decision.value == (test.decision.value if test.decision else "inconclusive")


@given(VERDICTS, VERDICTS)
def test_what_comes_after_the_first_boundary_changes_the_rate_alone(
    verdicts: list[Verdict], more: list[Verdict]
) -> None:
    first = folded(trials_of(verdicts))
    if first.n < len(verdicts):
        later = folded(trials_of([*verdicts[: first.n], *more]))
        for name in ("outcome", "reason", "decision", "violated", "n", "e_value"):
            assert getattr(later, name) == getattr(first, name)


@given(VERDICTS)
def test_the_rate_is_over_the_calls_fixed_in_advance(verdicts: list[Verdict]) -> None:
    rate = folded(trials_of(verdicts)).rate
    counted = verdicts[: PLAN.estimate_calls]
    assert rate.n == len(counted)
    assert rate.violated == counted.count(Verdict.VIOLATED)
    assert rate.undetermined == counted.count(Verdict.UNDETERMINED)


@given(VERDICTS)
def test_an_undetermined_trial_never_gives_more_evidence_than_either_verdict(verdicts: list[Verdict]) -> None:
    result = folded(trials_of(verdicts))
    assert result.e_value == pytest.approx(
        10.0**result.violated * (0.5 / 0.95) ** (result.n - result.violated), rel=1e-9
    )


@settings(max_examples=40)
@given(st.sets(st.integers(0, 3)), st.booleans(), st.booleans())
def test_exactly_the_turns_and_settings_that_matter_stay(needed: set[int], warm: bool, narrow: bool) -> None:
    texts = [turn.partition(": ")[2] for turn in TURNS]

    def violates(messages: tuple[Message, ...], sampling: Sampling) -> bool:
        said = {message.content for message in messages}
        return (
            {texts[place] for place in needed} <= said
            and (sampling.temperature > 0 or not warm)
            and (sampling.top_p is not None or not narrow)
        )

    recipe = a_conversation(*TURNS, sampling=Sampling(temperature=0.5, top_p=0.5))
    result = minimized(TurnsTarget(violates), recipe)
    kept = [message.content for message in result.recipe.wordings[0].messages]
    assert kept == [text for place, text in enumerate(texts) if place in needed or place == 4]
    assert result.recipe.sampling is not None
    assert (result.recipe.sampling.temperature > 0) is warm
    assert (result.recipe.sampling.top_p is not None) is narrow
