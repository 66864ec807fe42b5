from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from groundstop.documents import ReproductionOutcome
from groundstop.documents.gateway import (
    EnforcementCertificate,
    Lack,
    ProbeCounts,
    ProbeOutcome,
    ProbeReport,
    RerunOnFallback,
    Smoke,
    results_of,
)
from groundstop.evidence.statements import read_signed
from tests.directive_parts import FINDING
from tests.proving_parts import GOOD, NAMES, a_probed, a_report, an_acknowledgement, joined


def a_report_of(*probes: Any, **changes: Any) -> ProbeReport:
    signed = read_signed(a_report(NAMES[0], probes or GOOD), source="it")
    return ProbeReport.model_validate({**signed.predicate, **changes})


def test_requests_that_came_out_alike_stand_together_and_come_apart_again() -> None:
    probes = tuple(
        one.model_copy(update={"probe": one.probe.model_copy(update={"model": name})})
        for name in ("desk-helper", "helper-latest")
        for one in (*GOOD, a_probed(ProbeOutcome.LEAK))
    )
    results = results_of(probes)
    assert len(results) == 3
    assert {one.models for one in results} == {("desk-helper", "helper-latest")}
    apart = [probed for one in results for probed in one.probes]
    assert sorted(apart, key=repr) == sorted(probes, key=repr)
    assert ProbeCounts.of(results).asked == 6
    assert ProbeCounts.of(results).leaks == 2


def test_a_report_counts_what_it_has() -> None:
    report = a_report_of(*GOOD)
    wrong = {**report.counts.to_json(), "leaks": 1}
    with pytest.raises(ValidationError, match="not those of its results"):
        a_report_of(counts=wrong)
    with pytest.raises(ValidationError, match="before it began"):
        a_report_of(began="2026-07-06T15:00:00Z")


def test_a_certificate_is_complete_when_nothing_is_missing_and_only_then() -> None:
    made = joined([an_acknowledgement(one) for one in NAMES], [a_report(one) for one in NAMES]).to_json()
    lacking = [{**one, "lacks": [Lack.SILENT]} for one in made["gateways"]]
    for changes in ({"complete": False}, {"gateways": lacking}):
        with pytest.raises(ValidationError, match="complete when no gateway lacks anything"):
            EnforcementCertificate.model_validate({**made, **changes})
    with pytest.raises(ValidationError, match="counts other gateways"):
        EnforcementCertificate.model_validate({**made, "gateways": made["gateways"][:2]})


def test_no_more_is_answered_than_asked() -> None:
    with pytest.raises(ValidationError, match="more were answered"):
        Smoke(asked=1, answered=2)


@pytest.mark.parametrize(
    ("outcome", "upper", "passed"),
    [
        (ReproductionOutcome.NOT_NOW, 0.05, True),
        (ReproductionOutcome.NOT_NOW, 0.051, False),
        (ReproductionOutcome.INCONCLUSIVE, 0.0, False),
        (ReproductionOutcome.REPRODUCED, 0.0, False),
    ],
)
def test_a_rerun_on_a_fallback_passes_below_its_bound(
    outcome: ReproductionOutcome, upper: float, passed: bool
) -> None:
    rerun = RerunOnFallback(
        finding=FINDING, outcome=outcome, trials=120, violated=0, upper=upper, stated=0.05
    )
    assert rerun.passed is passed
