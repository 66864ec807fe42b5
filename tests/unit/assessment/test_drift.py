"""Whether the endpoint changed meanwhile, and what a reproduction says then."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from itertools import product

import pytest

from groundstop.assessment.drift import drift_record
from groundstop.documents import Decision, Phase, ReproductionOutcome, Trial, Verdict
from groundstop.statistics import DriftMonitor
from groundstop.targets.scripted import Script, ScriptedTarget
from tests.ledger import MemoryLedger
from tests.reproducing import a_recipe, a_reproduction_plan, reproduced
from tests.samples import NOON, a_trial
from tests.turns import TurnsTarget, has

H, V, U = Verdict.HELD, Verdict.VIOLATED, Verdict.UNDETERMINED
PLAN = a_reproduction_plan(a_recipe(), ScriptedTarget(Script()))


def looks(before: Sequence[Verdict], after: Sequence[Verdict], *, calls_at_minute: float = 1) -> list[Trial]:
    """Return the trials of a reproduction whose canaries came out so, at minutes 0 and 2."""
    trials = [
        a_trial(index=index, verdict=verdict, phase=phase).model_copy(
            update={"started": NOON + timedelta(minutes=minute)}
        )
        for phase, verdicts, minute in ((Phase.CANARY_BEFORE, before, 0), (Phase.CANARY_AFTER, after, 2))
        for index, verdict in enumerate(verdicts)
    ]
    call = a_trial(phase=Phase.REPRODUCE)
    return [*trials, call.model_copy(update={"started": NOON + timedelta(minutes=calls_at_minute)})]


def test_a_target_that_changes_during_the_calls_makes_the_result_inconclusive() -> None:
    result = reproduced(Script(drift_to=1.0, drift_after=20))
    assert result.outcome is ReproductionOutcome.INCONCLUSIVE
    assert result.drift.alarmed
    assert result.drift.changed == result.drift.asked == 10
    assert result.reason == (
        "undetermined: endpoint changed. 10 of 10 ordinary requests were refused on one side only"
    )
    assert result.decision.decision is Decision.HELD, "what the test decided stays on record"
    assert result.decision.reason.startswith("0 of 5 violated")


def test_a_change_is_noticed_even_when_the_finding_seems_to_reproduce() -> None:
    result = reproduced(Script(rate=1.0, drift_to=0.0, drift_after=30))
    assert result.decision.decision is Decision.VIOLATED
    assert result.outcome is ReproductionOutcome.INCONCLUSIVE


def test_a_target_that_stays_as_it_is_raises_no_alarm() -> None:
    result = reproduced(Script(rate=0.4))
    assert not result.drift.alarmed
    assert (result.drift.asked, result.drift.changed, result.drift.undetermined) == (10, 0, 0)


def test_both_sides_ask_the_same_ordinary_requests_with_the_same_seeds() -> None:
    ledger = MemoryLedger()
    reproduced(Script(), ledger=ledger)
    asked = {
        phase: [
            (trial.variant, trial.request_sha256, trial.seed)
            for trial in ledger.recorded
            if trial.phase is phase
        ]
        for phase in (Phase.CANARY_BEFORE, Phase.CANARY_AFTER)
    }
    assert len(set(asked[Phase.CANARY_BEFORE])) == 10
    assert asked[Phase.CANARY_BEFORE] == asked[Phase.CANARY_AFTER]
    phases = [trial.phase for trial in ledger.recorded]
    assert phases == sorted(phases, key=[Phase.CANARY_BEFORE, Phase.REPRODUCE, Phase.CANARY_AFTER].index)


@pytest.mark.parametrize("missing", ["canaries", "judge", "wish"])
def test_without_canaries_drift_is_not_checked_and_the_record_says_so(missing: str) -> None:
    recipe = a_recipe(canaries=0 if missing == "canaries" else 10)
    if missing == "judge":
        recipe = recipe.model_copy(update={"canary_judge": None})
    result = reproduced(Script(rate=1.0), recipe, canaries=0 if missing == "wish" else 10)
    assert result.outcome is ReproductionOutcome.REPRODUCED
    assert (result.drift.asked, result.drift.alarmed) == (0, False)
    assert result.drift.reason == "no canaries: drift not checked"


@pytest.mark.parametrize(
    ("changed", "alarmed"), [((), False), ((3,), False), ((0, 1), False), ((8, 9), True), ((0, 4, 8), True)]
)
def test_one_changed_answer_is_no_alarm_and_three_are(changed: tuple[int, ...], alarmed: bool) -> None:
    after = [V if index in changed else H for index in range(10)]
    record = drift_record(PLAN.canaries, looks([H] * 10, after))
    assert (record.changed, record.alarmed) == (len(changed), alarmed)


def test_a_steady_endpoint_is_called_changed_in_less_than_one_run_of_a_hundred() -> None:
    usual = DriftMonitor().usual
    alarms = 0.0
    for pattern in product((H, V), repeat=10):
        if drift_record(PLAN.canaries, looks([H] * 10, pattern)).alarmed:
            changed = pattern.count(V)
            alarms += usual**changed * (1 - usual) ** (10 - changed)
    assert 0 < alarms < 0.01


def test_a_pair_with_an_undetermined_side_is_counted_apart_and_raises_no_alarm() -> None:
    record = drift_record(PLAN.canaries, looks([U] * 5 + [V] * 5, [V] * 5 + [U] * 5))
    assert (record.asked, record.changed, record.undetermined, record.alarmed) == (10, 0, 10, False)


@pytest.mark.parametrize("what", ["served model", "fingerprint"])
def test_another_name_after_the_calls_is_an_alarm(what: str) -> None:
    def name(number: int) -> str:
        return "one" if number <= 30 else "two"

    target = TurnsTarget(
        has("list"),
        served_as=name if what == "served model" else lambda _: "m",
        fingerprint=name if what == "fingerprint" else lambda _: None,
    )
    result = reproduced(target)
    assert result.drift.alarmed
    assert result.outcome is ReproductionOutcome.INCONCLUSIVE
    assert f"the {what} changed from one to two" in result.reason


def test_a_name_that_is_not_given_on_one_side_says_nothing() -> None:
    target = TurnsTarget(has("list"), served_as=lambda number: "one" if number <= 30 else None)
    assert not reproduced(target).drift.alarmed


def test_calls_that_a_resumed_run_made_after_the_second_look_are_told() -> None:
    within, later = (
        drift_record(PLAN.canaries, looks([H] * 10, [H] * 10, calls_at_minute=at)) for at in (1, 3)
    )
    assert within.reason == "0 of 10 ordinary requests were refused on one side only"
    assert later.reason == f"{within.reason}; 1 call was made later than the last of them"


def test_a_first_look_without_an_answer_is_not_made_up_for_after_the_calls() -> None:
    ledger = MemoryLedger()
    reproduced(Script(), ledger=ledger)
    first = next(trial for trial in ledger.recorded if trial.phase is Phase.CANARY_BEFORE)
    lost = first.model_copy(update={"verdict": U, "answer_sha256": None})
    ledger.record(lost, asked="", answered=None)
    calls = ledger.calls
    assert reproduced(Script(), ledger=ledger).drift.undetermined == 1
    assert ledger.calls == calls
