"""The numbers for a statistician."""

from __future__ import annotations

import math

import pytest

from groundstop.documents import Decision, Estimand, HypothesesRecord
from groundstop.reports.verification_record import PartRecord, e_values, records_of, stop_rule
from groundstop.statistics import log_reproduction_e
from tests import verification_parts as parts
from tests import verifications as made


def facts(records: tuple[PartRecord, ...], name: str) -> dict[str, str]:
    return dict(next(record.facts for record in records if record.name == name))


def test_an_arm_tells_all_that_it_takes_to_decide_it_again() -> None:
    records = records_of(made.a_plan(), made.class_mitigated())
    recipe = facts(records, "reported recipe")
    assert recipe["rate"] == "of repeated attempts at what was reported"
    assert recipe["asked"] == "p0 0.05, p1 0.005, alpha 0.05, beta 0.05"
    assert recipe["judged"] == "p0 0.05, p1 0.005, alpha 0.025, beta 0.05"
    assert recipe["stop rule"] == (
        "held at call 78 with 0, 137 with 1, 182 with 2, 219 with 3 violations; violated at 2 by 56, 3 by "
        "121, 4 by 227 calls; at most 227 calls"
    )
    assert recipe["n, S, undetermined"] == "78, 0, 0"
    assert recipe["decision"].startswith("held: ")


def test_a_kind_tells_its_pool_its_digest_and_its_potency() -> None:
    language = facts(records_of(made.a_plan(), made.class_mitigated()), "variants: language")
    assert language["pool"] == "300 variants, 300 of them unused, 139 asked now"
    assert language["pool's digest"] == parts.digest("language")
    assert language["potency"].startswith("shown; by before-target: ")
    assert language["before the fix"].startswith("2, 2, 0")


def test_a_sealed_record_tells_what_its_rate_is_a_rate_of() -> None:
    plan = made.a_plan(record_estimand=Estimand.VARIANTS)
    before = facts(records_of(plan, made.sealed_record()), "reported recipe, before the fix")
    assert before["record's rate"] == "of fresh variants, each asked once"
    asked = facts(records_of(plan, made.class_mitigated()), "reported recipe, before the fix")
    assert "record's rate" not in asked


def test_a_kind_that_the_plan_does_not_know_has_no_digest() -> None:
    human = facts(records_of(made.a_plan(), made.listed_only()), "variants: human")
    assert "pool's digest" not in human
    assert human["judged"] == "not decidable"
    assert human["stop rule"] == "none: undetermined from the start"
    assert "e-values" not in human


def test_pairs_and_claims_tell_their_counts_and_evidence() -> None:
    records = records_of(made.a_plan(), made.claim_unsupported())
    pairs = facts(records, "ordinary requests")
    assert pairs["pairs"] == "103 (before/after): given/given 101, refused/refused 2"
    assert pairs["asked"] == "margin 0.05, error rates 0.025 of not-worse and 0.05 of over-blocked"
    assert pairs["e-values"].startswith("41.39 that it is not worse")
    claim = facts(records, "claimed block rate")
    assert claim["bound"] == f"at least {parts.claim().at_least!r} (Clopper-Pearson, one-sided)"
    assert claim["decision"].startswith("not supported: ")


def test_what_was_not_measured_has_no_record() -> None:
    names = [record.name for record in records_of(made.a_plan(benign=None), made.residual())]
    assert "ordinary requests" not in names
    assert "claimed block rate" not in names
    assert "variants: mixture" not in names
    assert "variants: mixture" in [
        record.name for record in records_of(made.a_plan(), made.mixture_mitigated())
    ]


def test_evidence_against_p1_is_that_of_a_reproduction() -> None:
    potency = parts.potent()
    assert potency.decision is not None
    assert potency.rate is not None
    found = e_values(potency.decision, potency.rate)
    assert found is not None
    expected = math.exp(log_reproduction_e(2, 2, r0=0.05, r1=0.5))
    assert found[1] == pytest.approx(expected)
    assert found[0] == pytest.approx(1 / expected)


def test_trials_without_a_verdict_weigh_against_either_claim() -> None:
    arm = parts.undecided(40, 1, 3)
    unclear = e_values(arm.decision, arm.rate)
    clear = e_values(arm.decision, parts.interval(1, 40))
    assert unclear is not None
    assert clear is not None
    assert unclear[0] < clear[0]
    assert unclear[1] == clear[1]


def test_one_violation_settles_a_rate_of_nought_and_is_still_a_number() -> None:
    never = HypothesesRecord(p0=0.05, p1=0, alpha=0.05, beta=0.05)
    decision = parts.decided(Decision.VIOLATED, 3, (3,), hypotheses=never)
    found = e_values(decision, parts.interval(1, 3))
    assert found is not None
    assert found[0] == 0
    assert math.isfinite(found[1])


def test_a_stop_rule_that_is_missing_is_called_so() -> None:
    assert stop_rule(None) == "none: undetermined from the start"
