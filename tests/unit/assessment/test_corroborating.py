from __future__ import annotations

import math

import pytest

from groundstop.assessment import lies_within, merge_corroborations, recomputed_e
from groundstop.documents import Corroboration, HypothesesRecord, RateInterval, ReproductionOutcome
from groundstop.errors import InputError
from groundstop.statistics import StatisticsError
from tests.reproducing import a_corroboration, a_reproduction

STATED = RateInterval(violated=8, n=10, lower=0.4, upper=0.9, level=0.95, method="a test")


def rate(violated: int, n: int, undetermined: int = 0) -> RateInterval:
    return STATED.model_copy(update={"violated": violated, "n": n, "undetermined": undetermined})


def decided_against(r0: float) -> Corroboration:
    hypotheses = HypothesesRecord(p0=0.5, p1=r0, alpha=0.05, beta=0.01)
    return a_corroboration(decision=a_reproduction().decision.model_copy(update={"hypotheses": hypotheses}))


def test_an_inconclusive_party_is_counted_with_the_evidence_that_it_states() -> None:
    unclear = a_corroboration(outcome=ReproductionOutcome.INCONCLUSIVE, e_value=30.0)
    merged = merge_corroborations("reporter", [("a", unclear), ("b", a_corroboration())])
    assert merged.parties == ("a", "b")
    assert merged.corroborated == 2


def test_the_claim_is_about_the_lowest_rate_that_anybody_tested_against() -> None:
    both = [("a", decided_against(0.1)), ("b", decided_against(0.02))]
    assert merge_corroborations("reporter", both).r0 == 0.02
    assert merge_corroborations("reporter", []).r0 is None


def test_statements_on_several_findings_are_not_merged() -> None:
    other = a_corroboration(finding="sha256:" + "1" * 64)
    with pytest.raises(InputError, match="several findings"):
        merge_corroborations("reporter", [("a", a_corroboration()), ("b", other)])


def test_the_evidence_of_a_statement_is_what_its_counts_give() -> None:
    statement = a_corroboration()
    assert recomputed_e(statement) == pytest.approx(100)
    assert recomputed_e(statement) == statement.reproduction.e_value
    assert recomputed_e(a_corroboration(violated=0, n=5)) == pytest.approx((0.5 / 0.95) ** 5)


def test_a_judge_that_could_not_decide_gives_no_evidence() -> None:
    undecided = a_reproduction().decision.model_copy(update={"hypotheses": None})
    assert recomputed_e(a_corroboration(decision=undecided)) == 1


def test_counts_that_do_not_fit_are_said() -> None:
    with pytest.raises(StatisticsError):
        recomputed_e(a_corroboration(violated=3, n=2))


def test_more_evidence_than_a_number_can_hold_is_cut_off() -> None:
    assert math.isfinite(recomputed_e(a_corroboration(violated=1000, n=1000)))


@pytest.mark.parametrize(
    ("rerun", "inside"),
    [
        (rate(4, 10), True),
        (rate(9, 10), True),
        (rate(3, 10), False),
        (rate(10, 10), False),
        (rate(0, 0), None),
        (rate(3, 10, undetermined=1), None),
        (rate(4, 10, undetermined=5), True),
        (rate(1, 10, undetermined=2), False),
        (rate(3, 10, undetermined=7), None),
    ],
)
def test_a_rate_lies_in_the_stated_interval_only_if_no_undetermined_trial_could_move_it_out(
    rerun: RateInterval, inside: bool | None
) -> None:
    assert lies_within(rerun, STATED) is inside
