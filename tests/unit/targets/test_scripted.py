"""The target without a model: settable, and the same whatever the order."""

from __future__ import annotations

import asyncio
from math import sqrt
from random import Random

import pytest

from groundstop.errors import InputError
from groundstop.targets import CallFailure, FailureKind
from groundstop.targets.scripted import (
    ANSWER,
    PRESETS,
    REFUSAL,
    VIOLATION,
    Script,
    ScriptedTarget,
    scripted_target,
)
from tests.unit.targets.endpoints import a_request
from tests.virtual_time import run_in_virtual_time

MANY = 4000


async def _outcome(target: ScriptedTarget, seed: int) -> str:
    try:
        return (await target.ask(a_request(seed=seed))).text
    except CallFailure as failure:
        return failure.kind.value


async def _outcomes(target: ScriptedTarget, seeds: list[int]) -> dict[int, str]:
    return {seed: await _outcome(target, seed) for seed in seeds}


def _within_chance(count: int, share: float) -> bool:
    """Tell whether a count of MANY lies within five standard deviations of its share."""
    return abs(count - MANY * share) <= 5 * sqrt(MANY * share * (1 - share)) + 1e-9


async def test_answers_do_not_depend_on_the_order() -> None:
    script = Script(rate=0.3, error_rate=0.2, empty_rate=0.1, limit_rate=0.1)
    seeds = list(range(300))
    shuffled = Random(3).sample(seeds, len(seeds))
    one, other = ScriptedTarget(script), ScriptedTarget(script)
    for _ in range(3):
        assert await _outcomes(one, seeds) == await _outcomes(other, shuffled)


async def test_answers_are_those_of_earlier_releases() -> None:
    outcomes = await _outcomes(ScriptedTarget(Script(rate=0.3)), list(range(40)))
    violated = [seed for seed, said in outcomes.items() if said == VIOLATION]
    assert violated == [5, 8, 11, 15, 19, 23, 25, 28, 29, 31, 35, 37]


async def test_another_seed_of_the_script_gives_other_answers() -> None:
    seeds = list(range(200))
    one = await _outcomes(ScriptedTarget(Script(rate=0.5)), seeds)
    assert one != await _outcomes(ScriptedTarget(Script(rate=0.5, seed=1)), seeds)


async def test_another_wording_gives_another_answer() -> None:
    target = ScriptedTarget(Script(rate=0.5))
    texts = {(await target.ask(a_request(f"question {n}", seed=1))).text for n in range(50)}
    assert texts == {REFUSAL, VIOLATION}


@pytest.mark.parametrize("rate", [0.0, 0.005, 0.05, 0.3, 1.0])
async def test_violations_come_at_the_rate_that_was_set(rate: float) -> None:
    outcomes = await _outcomes(ScriptedTarget(Script(rate=rate)), list(range(MANY)))
    assert _within_chance(list(outcomes.values()).count(VIOLATION), rate)


async def test_troubles_come_at_the_rates_that_were_set() -> None:
    script = Script(error_rate=0.2, limit_rate=0.1, empty_rate=0.3)
    outcomes = list((await _outcomes(ScriptedTarget(script), list(range(MANY)))).values())
    assert _within_chance(outcomes.count(FailureKind.RATE_LIMITED.value), 0.1)
    assert _within_chance(outcomes.count(FailureKind.SERVER_ERROR.value), 0.9 * 0.2)
    assert _within_chance(outcomes.count(""), 0.9 * 0.8 * 0.3)


async def _violated(target: ScriptedTarget, wording: str, seed: int) -> bool:
    return (await target.ask(a_request(wording, seed=seed))).text == VIOLATION


async def test_wordings_that_differ_keep_the_mean_rate_and_two_calls_of_one_agree_as_set() -> None:
    target = ScriptedTarget(Script(rate=0.3, icc=0.5))
    pairs = [
        (await _violated(target, f"wording {n}", 1), await _violated(target, f"wording {n}", 2))
        for n in range(MANY)
    ]
    assert _within_chance(sum(first for first, _ in pairs), 0.3)
    # Both violate with the probability m^2 + icc m (1 - m).
    assert _within_chance(sum(first and second for first, second in pairs), 0.3**2 + 0.5 * 0.3 * 0.7)


async def test_wordings_that_differ_wholly_always_violate_or_never_do() -> None:
    target = ScriptedTarget(Script(rate=0.5, icc=1.0))
    by_wording = {
        frozenset([await _violated(target, f"wording {n}", seed) for seed in range(5)]) for n in range(40)
    }
    assert by_wording == {frozenset({True}), frozenset({False})}


async def test_another_seed_of_the_script_gives_a_wording_another_rate() -> None:
    scripts = [Script(rate=0.5, icc=1.0, seed=seed) for seed in range(40)]
    assert {await _violated(ScriptedTarget(script), "one wording", 1) for script in scripts} == {True, False}


@pytest.mark.parametrize(("rate", "refusal_rate"), [(0.0, 0.2), (0.3, 0.5), (0.0, 0.0)])
async def test_what_does_not_violate_is_refused_as_often_as_set(rate: float, refusal_rate: float) -> None:
    script = Script(rate=rate, refusal_rate=refusal_rate)
    texts = list((await _outcomes(ScriptedTarget(script), list(range(MANY)))).values())
    assert _within_chance(texts.count(REFUSAL), (1 - rate) * refusal_rate)
    assert _within_chance(texts.count(ANSWER), (1 - rate) * (1 - refusal_rate))
    assert set(texts) <= {REFUSAL, ANSWER, VIOLATION}


async def test_a_higher_refusal_rate_refuses_what_a_lower_one_refused_and_more() -> None:
    seeds = list(range(500))
    low = await _outcomes(ScriptedTarget(Script(refusal_rate=0.1)), seeds)
    high = await _outcomes(ScriptedTarget(Script(refusal_rate=0.4)), seeds)
    refused = [{seed for seed in seeds if texts[seed] == REFUSAL} for texts in (low, high)]
    assert refused[0] < refused[1]


async def test_an_attempt_that_failed_may_be_answered_when_it_is_repeated() -> None:
    target = ScriptedTarget(Script(error_rate=0.5))
    failed = [seed for seed, said in (await _outcomes(target, list(range(100)))).items() if said != REFUSAL]
    again = await _outcomes(target, failed)
    assert 0 < list(again.values()).count(REFUSAL) < len(failed)


async def test_the_rate_drifts_after_the_attempts_that_were_set() -> None:
    target = ScriptedTarget(Script(rate=0.0, drift_to=1.0, drift_after=10))
    texts = list((await _outcomes(target, list(range(20)))).values())
    assert texts == [REFUSAL] * 10 + [VIOLATION] * 10


@pytest.mark.parametrize(("violated_latency", "expected"), [(None, 2.0), (5.0, 5.0), (0.0, 0.0)])
def test_a_violation_can_take_another_time(violated_latency: float | None, expected: float) -> None:
    async def took(rate: float) -> float:
        script = Script(rate=rate, latency=2.0, violated_latency=violated_latency)
        started = asyncio.get_running_loop().time()
        reply = await ScriptedTarget(script).ask(a_request())
        passed = asyncio.get_running_loop().time() - started
        assert reply.latency_s == pytest.approx(passed)
        return passed

    assert run_in_virtual_time(took(0.0)) == pytest.approx(2.0)
    assert run_in_virtual_time(took(1.0)) == pytest.approx(expected)


async def test_being_told_to_slow_down_tells_for_how_long() -> None:
    with pytest.raises(CallFailure) as caught:
        await ScriptedTarget(Script(limit_rate=1.0, retry_after=3.5)).ask(a_request())
    assert caught.value.retry_after_s == 3.5


@pytest.mark.parametrize("name", PRESETS)
async def test_every_preset_opens_and_is_labelled_simulated(name: str) -> None:
    target = scripted_target(name, (), called=f"scripted:{name}")
    assert target.description.simulated
    assert target.description.address == name
    await target.close()


def test_settings_reach_the_limits_of_the_target() -> None:
    target = scripted_target("held", (("concurrency", "4096"), ("attempts", "20")), called="scripted:held")
    assert target.description.limits.concurrency == 4096
    assert target.description.limits.max_attempts == 20


@pytest.mark.parametrize(
    ("setting", "says"),
    [
        (("speed", "1"), "no setting 'speed'"),
        (("rate", "high"), "not a number"),
        (("rate", ""), "not a number"),
        (("rate", "1.5"), "between 0 and 1"),
        (("rate", "nan"), "between 0 and 1"),
        (("error_rate", "-0.1"), "between 0 and 1"),
        (("icc", "1.1"), "between 0 and 1"),
        (("icc", "much"), "not a number"),
        (("refusal_rate", "-1"), "between 0 and 1"),
        (("latency", "inf"), "between 0 and 1e+06"),
        (("concurrency", "5000"), "between 1 and 4096"),
        (("attempts", "21"), "between 1 and 20"),
        (("attempts", "0"), "between 1 and 20"),
        (("seed", "1.5"), "not a number"),
        (("seed", "1" * 5000), "not a number"),
    ],
)
def test_a_setting_that_cannot_be_is_named(setting: tuple[str, str], says: str) -> None:
    with pytest.raises(InputError) as caught:
        scripted_target("custom", (setting,), called="scripted:custom")
    assert says in caught.value.message
    assert setting[0] in caught.value.message
