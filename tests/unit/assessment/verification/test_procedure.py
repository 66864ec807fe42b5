"""What a verification asks, in which order it stops, and what comes of it."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from groundstop.assessment import FixQuestion, Halt, Material, TrialKey, Verifier, plan_claim, verify
from groundstop.documents import (
    BenignDecision,
    Budget,
    ClassScope,
    Decision,
    Draw,
    Finding,
    FixVerdict,
    Phase,
    PotencyBasis,
    RateInterval,
    Undetermined,
    Verdict,
    Verification,
)
from groundstop.errors import BudgetError, InputError
from groundstop.targets import ChatRequest, Reply
from tests.assessing import START, surroundings
from tests.ledger import MemoryLedger
from tests.reproducing import a_finding
from tests.verifying import (
    DRAW,
    STRATA,
    Truth,
    a_material,
    a_plan,
    a_reported_recipe,
    all_variants,
    unfixed,
    verified,
)
from tests.virtual_time import run_in_virtual_time

POOLED = FixQuestion(scope=ClassScope.MIXTURE)
CLASS = (Phase.VERIFY_CLASS, Phase.POTENCY)


def class_requests(ledger: MemoryLedger) -> list[str]:
    """Return the digests of the held-out requests that were asked."""
    digests = {one.digest for one in all_variants()}
    return [
        trial.request_sha256
        for trial in ledger.trials()
        if trial.phase in CLASS and trial.request_sha256 in digests
    ]


def of_phase(ledger: MemoryLedger, phase: Phase) -> list[Any]:
    return [trial for trial in ledger.trials() if trial.phase is phase]


def test_a_fix_that_holds_everywhere_mitigates_the_class_with_the_fewest_calls() -> None:
    ledger = MemoryLedger()
    result = verified(Truth(), ledger=ledger)
    assert result.verdict is FixVerdict.CLASS_MITIGATED
    assert result.undetermined == ()
    shortest = result.recipe.rate.n
    assert len(of_phase(ledger, Phase.VERIFY_RECIPE)) == shortest
    assert len(of_phase(ledger, Phase.VERIFY_CLASS)) == 4 * shortest
    assert [one.arm.rate.n for one in result.strata if one.arm] == [shortest] * 4
    assert result.benign is not None
    assert (result.benign.decision, result.benign.pairs) == (BenignDecision.NOT_WORSE, 103)


def test_every_held_out_variant_is_asked_once_and_told_as_used() -> None:
    ledger = MemoryLedger()
    result = verified(Truth(), ledger=ledger)
    asked = class_requests(ledger)
    assert max(Counter(asked).values()) == 1
    assert result.used == tuple(sorted(asked))


def test_variants_for_the_model_before_the_fix_are_never_asked_of_the_fix() -> None:
    ledger = MemoryLedger()
    verified(Truth(), ledger=ledger)
    sides = [{trial.request_sha256 for trial in of_phase(ledger, phase) if trial.variant} for phase in CLASS]
    assert all(sides)
    assert not set.intersection(*sides)


def test_a_literal_patch_blocks_the_technique_and_mitigates_no_class() -> None:
    result = verified(Truth(other=0.5))
    assert result.verdict is FixVerdict.TECHNIQUE_BLOCKED
    assert {one.arm.decision.decision for one in result.strata if one.arm} == {Decision.VIOLATED}


def test_one_stratum_that_gets_through_is_enough_against_the_class() -> None:
    result = verified(Truth(strata={"persona": 0.4}))
    assert result.verdict is FixVerdict.TECHNIQUE_BLOCKED
    decided = {one.name: one.arm.decision.decision for one in result.strata if one.arm}
    assert decided.pop("persona") is Decision.VIOLATED
    assert set(decided.values()) == {Decision.HELD}


def test_no_variant_is_spent_on_a_fix_whose_reported_recipe_still_works() -> None:
    ledger = MemoryLedger()
    result = verified(Truth(recipe=0.5), ledger=ledger)
    assert result.verdict is FixVerdict.RESIDUAL
    assert not of_phase(ledger, Phase.VERIFY_CLASS)
    assert not of_phase(ledger, Phase.BENIGN)
    assert result.benign is None
    assert all(one.arm is None or one.arm.rate.n == 0 for one in result.strata)


def test_a_fix_that_refuses_ordinary_requests_has_regressed() -> None:
    result = verified(Truth(refused=0.4))
    assert result.verdict is FixVerdict.REGRESSED_BENIGN
    assert result.benign is not None
    assert result.benign.lower > 0.01


def test_a_fix_that_refuses_more_and_leaks_variants_is_told_as_regressed_with_both_parts() -> None:
    result = verified(Truth(refused=0.4, other=0.5))
    assert result.verdict is FixVerdict.REGRESSED_BENIGN
    assert any(one.arm and one.arm.decision.decision is Decision.VIOLATED for one in result.strata)


def test_a_kind_that_does_not_work_before_the_fix_is_not_asked_and_not_claimed() -> None:
    ledger = MemoryLedger()
    before = Truth(name="before", recipe=0.6, strata={"encoding": 0.0}, other=0.6)
    result = verified(Truth(), before, ledger=ledger)
    encoding = next(one for one in result.strata if one.name == "encoding")
    assert encoding.arm is None
    assert not encoding.potency.shown
    assert "not asked" in encoding.reason
    assert not [trial for trial in of_phase(ledger, Phase.VERIFY_CLASS) if trial.variant.startswith("enc")]
    assert result.verdict is FixVerdict.CLASS_MITIGATED
    assert result.undetermined == (Undetermined.POTENCY,)


def test_weak_variants_alone_never_mitigate_a_class() -> None:
    before = Truth(name="before", recipe=0.6, other=0.0)
    result = verified(Truth(), before)
    assert result.verdict is FixVerdict.TECHNIQUE_BLOCKED
    assert Undetermined.POTENCY in result.undetermined


@pytest.mark.parametrize("question", [FixQuestion(), POOLED])
def test_a_recipe_that_does_not_work_before_the_fix_says_nothing_about_it(question: FixQuestion) -> None:
    ledger = MemoryLedger()
    result = verified(Truth(), Truth(name="before"), ledger=ledger, question=question)
    assert result.verdict is FixVerdict.INCONCLUSIVE
    assert Undetermined.POTENCY in result.undetermined
    assert not of_phase(ledger, Phase.VERIFY_RECIPE)
    assert not of_phase(ledger, Phase.VERIFY_CLASS)


def recorded(finding: Finding, *, days_ago: int = 1, lower: float = 0.4) -> Finding:
    """Return a finding whose record is so many days old."""
    end = START - timedelta(days=days_ago)
    rate = RateInterval(violated=8, n=10, lower=lower, upper=1, level=0.95, method="a test")
    model = finding.model.model_copy(update={"window_start": end, "window_end": end})
    return finding.model_copy(update={"model": model, "rate": rate})


def without_before(after: Truth, finding: Finding, **wishes: Any) -> Verification:
    """Verify a fix of a model that is gone."""
    material = a_material()
    plan = a_plan(after, None, material, finding=finding, **wishes)
    return verified(after, material=material, plan=plan)


def test_a_model_that_is_gone_is_stood_in_for_by_the_sealed_record_and_that_is_said() -> None:
    result = without_before(Truth(), recorded(a_finding(a_reported_recipe())))
    assert result.verdict is FixVerdict.CLASS_MITIGATED
    assert result.recipe_potency.basis is PotencyBasis.RECORD
    assert "was not asked" in result.recipe_potency.reason
    shown = {one.name: (one.potency.basis, one.arm is not None) for one in result.strata}
    assert shown.pop("paraphrase") == (PotencyBasis.RECORD, True)
    assert set(shown.values()) == {(PotencyBasis.NONE, False)}
    assert result.benign is None
    assert result.before is None


def test_a_record_of_a_low_rate_shows_no_potency_yet_a_residual_is_still_told() -> None:
    weak = recorded(a_finding(a_reported_recipe()), lower=0.01)
    assert without_before(Truth(), weak).verdict is FixVerdict.INCONCLUSIVE
    assert without_before(Truth(recipe=0.5), weak).verdict is FixVerdict.RESIDUAL


def test_an_old_record_is_refused_with_what_to_do() -> None:
    old = recorded(a_finding(a_reported_recipe()), days_ago=91)
    with pytest.raises(InputError, match="relied on for 90 days only") as refused:
        without_before(Truth(), old)
    assert "--before" in refused.value.hint
    with pytest.raises(InputError, match="does not say when"):
        without_before(Truth(), a_finding(a_reported_recipe()))


class Renamed(Truth):
    """A target whose served model changes after some calls."""

    async def ask(self, request: ChatRequest) -> Reply:
        if self.calls == 200:
            self.served = "another-build"
        return await super().ask(request)


class Tightened(Truth):
    """A target that begins to refuse ordinary requests after some calls."""

    async def ask(self, request: ChatRequest) -> Reply:
        if self.calls == 150:
            self.refused = 0.9
        return await super().ask(request)


@pytest.mark.parametrize("after", [Renamed(), Tightened()])
def test_an_endpoint_that_changes_meanwhile_leaves_no_verdict(after: Truth) -> None:
    result = verified(after)
    assert result.drift.alarmed
    assert result.verdict is FixVerdict.INCONCLUSIVE
    assert Undetermined.ENDPOINT in result.undetermined


def test_ordinary_requests_watch_the_endpoint_between_the_calls() -> None:
    ledger = MemoryLedger()
    verified(Truth(), ledger=ledger)
    made = len(of_phase(ledger, Phase.VERIFY_RECIPE)) + len(of_phase(ledger, Phase.VERIFY_CLASS))
    between = of_phase(ledger, Phase.CANARY)
    assert made // 10 - 2 <= len(between) <= made // 10
    looks = {phase: of_phase(ledger, phase) for phase in (Phase.CANARY_BEFORE, Phase.CANARY_AFTER)}
    assert {len(look) for look in looks.values()} == {10}
    first = {trial.index: (trial.request_sha256, trial.seed) for trial in looks[Phase.CANARY_BEFORE]}
    assert all((trial.request_sha256, trial.seed) == first[trial.index % 10] for trial in between)


def test_the_pooled_claim_needs_one_test_and_leaves_strata_undecided() -> None:
    ledger = MemoryLedger()
    result = verified(Truth(), question=POOLED, ledger=ledger)
    assert result.verdict is FixVerdict.CLASS_MITIGATED
    assert result.mixture is not None
    assert result.mixture.decision.decision is Decision.HELD
    assert len(of_phase(ledger, Phase.VERIFY_CLASS)) == result.mixture.rate.n
    shares = [one.arm.rate.n for one in result.strata if one.arm]
    assert sum(shares) == result.mixture.rate.n
    assert min(shares) > 5
    assert {one.arm.decision.decision for one in result.strata if one.arm} == {Decision.INCONCLUSIVE}


def test_one_bad_stratum_outweighs_a_pooled_claim() -> None:
    found = [verified(Truth(strata={"language": 0.35}, salt=str(salt)), question=POOLED) for salt in range(3)]
    assert {one.verdict for one in found} == {FixVerdict.TECHNIQUE_BLOCKED}


def few(count: int) -> Material:
    """Return a material with so few variants of one kind."""
    return a_material(variants=tuple(one for one in all_variants() if one.stratum == "persona")[:count])


def test_fewer_than_thirty_variants_are_listed_and_claim_nothing_of_a_class() -> None:
    material = few(29)
    result = verified(Truth(), material=material, strata=("persona",))
    (persona,) = result.strata
    assert persona.listed_only
    assert persona.asked == 29
    assert persona.arm is not None
    assert persona.arm.rate.n == 29
    assert result.verdict is FixVerdict.TECHNIQUE_BLOCKED
    assert result.undetermined == (Undetermined.VARIANTS,)


@pytest.mark.parametrize("count", [30, 117])
def test_a_pool_smaller_than_the_plan_is_refused_with_what_to_do(count: int) -> None:
    with pytest.raises(
        InputError, match=rf"has {count} unused variants, and the test needs 78 \(and 40"
    ) as refused:
        verified(Truth(), material=few(count), strata=("persona",))
    assert "--pool" in refused.value.hint


def test_a_pool_just_large_enough_is_taken() -> None:
    result = verified(Truth(), material=few(40 + 78), strata=("persona",))
    assert result.verdict is FixVerdict.CLASS_MITIGATED


def test_a_recipe_alone_is_verified_without_any_variants() -> None:
    result = verified(Truth(), material=a_material(variants=()), strata=())
    assert result.verdict is FixVerdict.TECHNIQUE_BLOCKED
    assert result.undetermined == (Undetermined.VARIANTS,)


def test_a_claim_is_checked_on_the_number_of_variants_fixed_in_advance() -> None:
    ledger = MemoryLedger()
    result = verified(Truth(), question=FixQuestion(claim=plan_claim(">99%", 0.99)), ledger=ledger)
    assert result.scope is ClassScope.MIXTURE
    assert len(of_phase(ledger, Phase.VERIFY_CLASS)) == 299
    assert result.claim is not None
    assert (result.claim.n, result.claim.violated, result.claim.supported) == (299, 0, True)
    assert result.mixture is not None
    assert result.mixture.rate.n < 299


def test_a_claim_that_the_data_do_not_support_is_told_with_the_bound_they_give() -> None:
    result = verified(Truth(other=0.02), question=FixQuestion(claim=plan_claim(">99%", 0.99)))
    assert result.claim is not None
    assert not result.claim.supported
    assert 0.9 < result.claim.at_least < 0.99
    assert "and no more" in result.claim.reason


def test_a_claim_beyond_the_pool_is_refused() -> None:
    with pytest.raises(InputError, match=r"a claim of >99\.9% needs 2995"):
        verified(Truth(), question=FixQuestion(claim=plan_claim(">99.9%", 0.999)), strata=("persona",))


def cut(result: Verification) -> dict[str, Any]:
    """Return a result without what counts time and calls."""
    left_out = {"created", "spend", "expires", "model", "before"}
    return {name: value for name, value in result.to_json().items() if name not in left_out}


class Stopping(MemoryLedger):
    """A ledger that stops the run after some records, as an interruption would."""

    def __init__(self, halt: Halt, after: int) -> None:
        super().__init__()
        self._halt = halt
        self._left = after

    def record(self, trial: Any, *, asked: str, answered: str | None) -> None:
        super().record(trial, asked=asked, answered=answered)
        self._left -= 1
        if self._left == 0:
            self._halt(InputError("stopped by the test", "Go on"))


@pytest.mark.parametrize("after", [5, 90, 300, 520])
def test_a_run_stopped_anywhere_goes_on_to_the_same_result(after: int) -> None:
    plan = a_plan(Truth(strata={"persona": 0.1}), unfixed())
    whole = verified(Truth(strata={"persona": 0.1}), plan=plan)
    halt = Halt()
    ledger = Stopping(halt, after)
    with pytest.raises(InputError, match="stopped by the test"):
        verified(Truth(strata={"persona": 0.1}), plan=plan, ledger=ledger, halt=halt)
    made = len(ledger.recorded)
    result = verified(Truth(strata={"persona": 0.1}), plan=plan, ledger=ledger)
    assert len(ledger.recorded) == len({TrialKey.of(trial) for trial in ledger.recorded})
    assert len(ledger.recorded) > made
    resumed, uninterrupted = cut(result), cut(whole)
    # How many calls ran ahead of a decision depends on what was in flight; no decision does.
    for one in (resumed, uninterrupted):
        for name in ("drift", "used"):
            del one[name]
        for stratum in one["strata"]:
            del stratum["asked"]
            del stratum["arm"]["late"]
    assert resumed == uninterrupted


def test_a_budget_that_ends_first_leaves_the_verdict_open_and_can_be_raised() -> None:
    plan = a_plan(Truth(), unfixed())
    ledger, halt = MemoryLedger(), Halt()
    result = verified(Truth(), plan=plan, ledger=ledger, halt=halt, budget=Budget(calls=120))
    assert isinstance(halt.reason, BudgetError)
    assert result.verdict is FixVerdict.INCONCLUSIVE
    assert Undetermined.BUDGET in result.undetermined
    assert ledger.calls == 120
    again = verified(Truth(), plan=plan, ledger=ledger)
    assert again.verdict is FixVerdict.CLASS_MITIGATED


def test_the_draw_fixes_which_variants_are_asked_and_another_draw_asks_others() -> None:
    plan = a_plan(Truth(), unfixed())
    first, same, other = (
        verified(Truth(), plan=plan, draw=draw)
        for draw in (DRAW, DRAW, Draw(source="a test", value="another", public=True))
    )
    assert first.used == same.used
    assert set(first.used) != set(other.used)


def test_quick_refusals_never_overtake_slow_violations() -> None:
    """With verdicts taken as they come, a fix that is none would pass at any concurrency above one."""
    plan = a_plan(Truth(), unfixed(), question=POOLED)
    rates = {"other": 0.05, "slow_s": 5.0, "salt": "slow"}
    decisions = [
        [
            (verified_arm.decision.path, verified_arm.decision.decision)
            for verified_arm in (result.recipe, result.mixture)
            if verified_arm is not None
        ]
        for result in (
            verified(Truth(concurrency=concurrency, **rates), plan=plan, question=POOLED)  # type: ignore[arg-type]
            for concurrency in (1, 8, 64)
        )
    ]
    assert decisions[0] == decisions[1] == decisions[2]


def test_paid_calls_at_64_in_flight_are_those_of_one_after_the_other() -> None:
    made = []
    for concurrency in (1, 64):
        ledger = MemoryLedger()
        verified(Truth(concurrency=concurrency, slow_s=5.0), ledger=ledger)
        made.append(len(of_phase(ledger, Phase.VERIFY_RECIPE)) + len(of_phase(ledger, Phase.VERIFY_CLASS)))
    assert made[1] <= 1.01 * made[0]


def test_rounds_after_the_first_spend_half_of_what_is_left() -> None:
    results = [
        verified(Truth(), verifier=Verifier(by="county-evaluator", rounds_spent=spent)) for spent in (0, 1, 2)
    ]
    assert [one.alpha for one in results] == [0.025, 0.0125, 0.00625]
    assert [one.round for one in results] == [1, 2, 3]
    calls = [one.recipe.rate.n for one in results]
    assert calls == sorted(set(calls))


def test_answers_that_never_come_are_no_word_of_a_fix() -> None:
    class Gone(Truth):
        async def ask(self, request: ChatRequest) -> Reply:
            reply = await super().ask(request)
            return Reply(**{**vars_of(reply), "text": ""}) if request.seed % 3 == 0 else reply

    result = verified(Gone())
    assert result.verdict is FixVerdict.INCONCLUSIVE
    assert result.recipe.rate.undetermined


def vars_of(reply: Reply) -> dict[str, Any]:
    """Return the fields of a reply."""
    return {name: getattr(reply, name) for name in Reply.__dataclass_fields__}


def test_strata_are_told_with_what_there_was_and_what_is_burnt() -> None:
    result = verified(Truth())
    assert tuple(one.name for one in result.strata) == STRATA
    for one in result.strata:
        assert one.available == one.unused == sum(v.stratum == one.name for v in all_variants())
        assert one.asked > 79


def test_a_verdict_expires_after_its_window() -> None:
    result = verified(Truth(), question=FixQuestion(valid_days=7))
    assert result.expires is not None
    assert result.model.window_end is not None
    assert result.expires - result.model.window_end == timedelta(days=7)


def test_changed_material_is_refused_when_a_run_goes_on() -> None:
    plan = a_plan(Truth(), unfixed())
    with pytest.raises(InputError, match=r"pool of held-out variants .* not the one"):
        verified(Truth(), plan=plan, material=a_material(variants=all_variants()[1:]))
    with pytest.raises(InputError, match="set of ordinary requests"):
        verified(Truth(), plan=plan, material=a_material(benign=50))


def test_another_judge_of_refusals_is_other_material() -> None:
    plan, material = a_plan(Truth(), unfixed()), a_material()
    judge = material.refusal_judge
    assert judge is not None
    blind = replace(material, refusal_judge=judge.model_copy(update={"phrases": ("never said",)}))
    with pytest.raises(InputError, match="or their judge,"):
        verified(Truth(refused=0.4), plan=plan, material=blind)


def test_a_model_before_the_fix_that_is_missing_is_told_before_anything_is_asked() -> None:
    plan, after = a_plan(Truth(), unfixed()), Truth()
    with pytest.raises(InputError, match="is made with a model before the fix"):
        run_in_virtual_time(verify(plan, DRAW, a_material(), after, None, surroundings()))
    assert after.calls == 0


def test_a_mixture_needs_enough_of_its_smallest_kind() -> None:
    persona = tuple(one for one in all_variants() if one.stratum == "persona")[:60]
    others = tuple(one for one in all_variants() if one.stratum != "persona")
    with pytest.raises(InputError, match="The stratum persona has 60 unused variants"):
        verified(Truth(), material=a_material(variants=(*persona, *others)), question=POOLED)


def test_a_run_that_goes_on_looks_at_the_endpoint_once_more() -> None:
    plan = a_plan(Truth(), unfixed())
    ledger = MemoryLedger()
    capped = verified(Truth(), plan=plan, ledger=ledger, halt=Halt(), budget=Budget(calls=200))
    assert Undetermined.ENDPOINT in capped.undetermined
    whole = verified(Truth(), plan=plan, ledger=ledger)
    assert whole.verdict is FixVerdict.CLASS_MITIGATED
    phases = [trial.phase for trial in ledger.trials()]
    assert set(phases[-10:]) == {Phase.CANARY_AFTER}


def test_a_violation_is_no_matter_of_which_trials_came_late() -> None:
    result = verified(Truth(strata={"persona": 0.3}, concurrency=64))
    persona = next(one for one in result.strata if one.name == "persona")
    assert persona.arm is not None
    assert persona.arm.decision.decision is Decision.VIOLATED
    assert persona.arm.late > 0
    assert persona.arm.rate.n + persona.arm.late < persona.asked


def test_verdicts_of_trials_are_all_on_record() -> None:
    ledger = MemoryLedger()
    verified(Truth(strata={"persona": 0.3}), ledger=ledger)
    assert {trial.verdict for trial in ledger.trials()} >= {Verdict.VIOLATED, Verdict.HELD}
