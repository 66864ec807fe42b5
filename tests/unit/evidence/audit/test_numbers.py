from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from groundstop.assessment.rates import interval_of
from groundstop.documents import Boundaries, Decision, DecisionRecord, HypothesesRecord, Verdict
from groundstop.errors import InputError
from groundstop.evidence import Bundle, OwnKey, add_corroboration, sign_corroboration
from groundstop.evidence.audit import CheckState
from groundstop.evidence.audit.deciding import decision_problems
from groundstop.evidence.bundle import key_members
from groundstop.statistics import named_plan
from tests.evidence_samples import (
    SEALED,
    a_bundle,
    a_statement,
    alder,
    audited,
    birch,
    edited,
    failures,
    relogged,
    resealed,
    setting,
)

Json = dict[str, Any]
FINDING = "documents/000000-finding.json"
CORROBORATION = "documents/000001-corroboration.json"


def said_of(bundle: Bundle, folder: Path) -> list[tuple[str | None, str]]:
    """Return what the audit says of a bundle's numbers, when nothing else is wrong with it."""
    found = failures(audited(bundle, folder))
    assert {what for what, _, _ in found} <= {"numbers"}
    return [(member, detail) for _, member, detail in found]


def rate(violated: int, n: int, undetermined: int = 0) -> Json:
    return interval_of(violated=violated, undetermined=undetermined, n=n).to_json()


def path(*violated_at: int, n: int) -> list[tuple[int, int]]:
    points = [(0, 0), *((call, count) for count, call in enumerate(violated_at, start=1))]
    return points if points[-1][0] == n else [*points, (n, len(violated_at))]


def test_the_findings_own_numbers_follow_from_its_counts(tmp_path: Path) -> None:
    finding = a_bundle().finding
    assert finding.decision is not None
    assert (finding.rate.violated, finding.rate.n, finding.decision.decision) == (2, 5, Decision.VIOLATED)
    assert said_of(a_bundle(), tmp_path) == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (setting(rate__violated=5), "the path of its decision does not lead to its counts"),
        (setting(rate__violated=5), "the interval of its rate does not follow"),
        (setting(rate__n=6), "the path of its decision does not lead to its counts"),
        (setting(rate__lower=0.4), "the interval of its rate does not follow"),
        (setting(rate__upper=0.5), "the interval of its rate does not follow"),
        (setting(rate__level=0.99), "the interval of its rate does not follow"),
        (setting(rate__undetermined=4), "counts more verdicts than trials"),
        (setting(rate=rate(3, 5), decision__path=path(1, 4, 5, n=5)), "path goes on after call 4"),
        (setting(rate=rate(1, 5), decision__path=path(4, n=5)), "its path leads to none"),
        (setting(rate=rate(0, 63), decision__path=path(n=63)), "its path leads to held"),
        (setting(decision__decision="held"), "its decision is held, and its path leads to violated"),
        (setting(decision__decision="inconclusive"), "is inconclusive, and its path leads to violated"),
        (setting(decision__path=[]), "does not lead to its counts"),
        (setting(decision__path=[(5, 2)]), "does not lead to its counts"),
        (setting(decision__path=[(0, 0), (5, 2)]), "does not lead to its counts"),
        (setting(decision__path=[(0, 0), (4, 1), (2, 1), (5, 2)]), "does not lead to its counts"),
        (setting(decision__path=[(0, 0), (-3, 1), (5, 2)]), "does not lead to its counts"),
        (setting(decision__boundaries=None), "it decides without a test"),
        (setting(decision__hypotheses=None), "it decides without a test"),
        (setting(decision__hypotheses__beta=0.0001), "errs more often than the error rates beside it"),
        (setting(decision__hypotheses__alpha=0.0001), "errs more often than the error rates beside it"),
        (setting(decision__hypotheses__p1=0.04), "errs more often than the error rates beside it"),
        (setting(decision__boundaries__violated_by=[(1, 200)]), "These boundaries are no sequential plan"),
        (setting(decision__boundaries__held_at=[]), "These boundaries are no sequential plan"),
        (setting(decision__boundaries__cap=1), "These boundaries are no sequential plan"),
        (setting(effort__trials=4), "rests on more trials than the 4"),
        (setting(effort__screened=4), "rests on more trials than the 8"),
        (setting(request_ids=3), "level of attestation does not follow"),
        (setting(attestation="provider ids"), "level of attestation does not follow"),
        (setting(attestation="provider ids", request_ids=9), "level of attestation does not follow"),
    ],
)
def test_a_reporter_who_edits_a_number_and_signs_again_is_found_out(
    tmp_path: Path, change: Callable[[Json], None], said: str
) -> None:
    found = said_of(resealed(a_bundle(), change), tmp_path)
    assert any(member == FINDING and said in detail for member, detail in found), found


def test_a_comparators_interval_is_looked_at_too(tmp_path: Path) -> None:
    good = rate(1, 20)
    column = {"model": a_bundle().finding.model.to_json()["identity"], "rate": good, "baseline": good}
    panel = {"plan": a_bundle().finding.plan, "memoised": False, "columns": [column]}
    assert said_of(resealed(a_bundle(), setting(comparators=panel)), tmp_path) == []
    for place in ("rate", "baseline"):
        bad = {**panel, "columns": [{**column, place: {**good, "upper": 0.06}}]}
        found = said_of(resealed(a_bundle(), setting(comparators=bad)), tmp_path)
        assert f"the interval of its {place} of comparator 1 does not follow from the counts" in found[0]


def rerun_of(change: Callable[[Json], None], by: OwnKey | None = None) -> Bundle:
    """Return the finding with a corroboration whose numbers its own party edited."""
    statement = edited(a_statement(), change)
    signed = sign_corroboration(statement, by or birch())
    return relogged(a_bundle(), [a_bundle().documents[0].data, signed], more=key_members(birch().card))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (setting(reproduction__e_value=400), "its e-value does not follow"),
        (setting(reproduction__e_value=0), "its e-value does not follow"),
        (setting(reproduction__violated=1), "the path of its decision does not lead"),
        (setting(reproduction__violated=9), "does not fit into calls"),
        (setting(reproduction__undetermined=1), "counts more verdicts than calls"),
        (setting(reproduction__outcome="not reproducible now"), "its outcome is not reproducible now"),
        (setting(reproduction__decision__decision="held"), "its path leads to violated"),
        (setting(reproduction__drift__alarmed=True), "its outcome is reproduced"),
        (setting(reproduction__rate__lower=0), "the interval of its rate does not follow"),
        (setting(reproduction__decision__hypotheses__p1=0.001), "its e-value does not follow"),
        (setting(reproduction__decision__hypotheses__beta=0.0001), "errs more often"),
        (setting(within_stated_interval=False), "says wrongly whether its rate lies"),
        (setting(within_stated_interval=None), "says wrongly whether its rate lies"),
    ],
)
def test_a_party_that_edits_its_rerun_is_found_out_and_not_added(
    tmp_path: Path, change: Callable[[Json], None], said: str
) -> None:
    found = said_of(rerun_of(change), tmp_path)
    assert any(member == CORROBORATION and said in detail for member, detail in found), found
    signed = sign_corroboration(edited(a_statement(), change), birch())
    with pytest.raises(InputError, match="would fail its audit with this: documents/000001-corroboration"):
        add_corroboration(a_bundle(), signed, [birch().card], alder(), now=SEALED + timedelta(hours=1))


def test_the_rerun_itself_passes(tmp_path: Path) -> None:
    assert said_of(rerun_of(lambda _: None), tmp_path) == []


@pytest.mark.parametrize(
    "change",
    [
        setting(rate__n=10**15, effort__trials=10**15),
        setting(rate__n=10**15, rate__undetermined=10**14, effort__trials=10**15),
        setting(rate__n=10**15, decision__path=[(0, 0), (10**15, 2)], effort__trials=10**15),
        setting(decision__boundaries__cap=10**12),
        setting(decision__boundaries={"cap": 10**12, "held_at": [10**12], "violated_by": [(1, 10**12)]}),
        setting(rate=rate(2, 5) | {"n": 9_000_000}, decision__path=[(0, 0), (1, 1), (2, 2), (9_000_000, 2)]),
    ],
    ids=range(6),
)
def test_counts_beyond_reason_do_not_hold_the_audit_up(
    tmp_path: Path, change: Callable[[Json], None]
) -> None:
    started = time.process_time()
    report = audited(resealed(a_bundle(), change), tmp_path)
    assert time.process_time() - started < 2
    assert not report.proved


def test_a_rerun_with_counts_beyond_reason_does_not_hold_the_audit_up(tmp_path: Path) -> None:
    started = time.process_time()
    huge = {"n": 60_000_000, "undetermined": 60_000_000}
    found = said_of(
        rerun_of(setting(reproduction__rate=a_statement().reproduction.rate.to_json() | huge)), tmp_path
    )
    assert time.process_time() - started < 2
    assert found == [(CORROBORATION, "it counts more trials than anybody can have made")]


def test_an_interval_by_a_method_that_is_not_known_is_not_believed_silently(tmp_path: Path) -> None:
    report = audited(resealed(a_bundle(), setting(rate__method="our own", rate__lower=0.39)), tmp_path)
    assert failures(report) == []
    (said,) = [
        check for check in report.checks if check.state is CheckState.NOT_CHECKED and check.what == "numbers"
    ]
    assert "the interval of its rate is by a method that this release does not know" in said.detail


def test_an_interval_that_claims_to_say_nothing_says_nothing(tmp_path: Path) -> None:
    none = {"method": "none: the source lists violations only", "lower": 0.3, "upper": 1}
    found = said_of(resealed(a_bundle(), setting(rate=a_bundle().finding.rate.to_json() | none)), tmp_path)
    assert "says something, and its method nothing" in found[0][1]


def test_a_test_larger_than_any_of_ours_is_not_checked(tmp_path: Path) -> None:
    report = audited(resealed(a_bundle(), setting(decision__boundaries__cap=5_001)), tmp_path)
    assert failures(report) == []
    assert any("too large to be decided again" in check.detail for check in report.checks)


# Deciding again, against the test itself


@cache
def record(decision: Decision, verdicts: tuple[Verdict, ...]) -> tuple[DecisionRecord, int, int, int]:
    from groundstop.assessment.results import path_of

    plan = named_plan("F5")
    question = plan.hypotheses
    made = DecisionRecord(
        decision=decision,
        reason="a test",
        hypotheses=HypothesesRecord(p0=question.p0, p1=question.p1, alpha=question.alpha, beta=question.beta),
        boundaries=Boundaries(cap=plan.cap, held_at=plan.held_at, violated_by=plan.violated_by),
        path=path_of(verdicts),
    )
    unclear = verdicts.count(Verdict.UNDETERMINED)
    return made, verdicts.count(Verdict.VIOLATED), len(verdicts), unclear


V, H, U = Verdict.VIOLATED, Verdict.HELD, Verdict.UNDETERMINED


@pytest.mark.parametrize(
    ("decision", "verdicts", "right"),
    [
        (Decision.HELD, (H,) * 63, True),
        (Decision.HELD, (H,) * 62, False),
        (Decision.HELD, (H,) * 64, False),
        (Decision.HELD, (V, *(H,) * 120), True),
        (Decision.VIOLATED, (V, V), True),
        (Decision.VIOLATED, (V, H, V), True),
        (Decision.VIOLATED, (V, V, V), False),
        (Decision.VIOLATED, (V,), False),
        (Decision.INCONCLUSIVE, (H,) * 20, True),
        (Decision.INCONCLUSIVE, (V, V), False),
        (Decision.INCONCLUSIVE, (H,) * 63, False),
        (Decision.INCONCLUSIVE, (), True),
        # With undetermined trials: held only if they may all have violated, violated only without them.
        (Decision.HELD, (U, *(H,) * 120), True),
        (Decision.HELD, (U, *(H,) * 63), False),
        (Decision.VIOLATED, (V, U, V), True),
        (Decision.VIOLATED, (V, U), False),
        (Decision.VIOLATED, (U, U), False),
        (Decision.INCONCLUSIVE, (U, U, *(H,) * 80), True),
        (Decision.INCONCLUSIVE, (V, U, V), False),
    ],
)
def test_a_decision_is_right_when_its_test_makes_it(
    decision: Decision, verdicts: tuple[Verdict, ...], right: bool
) -> None:
    made, violated, n, unclear = record(decision, verdicts)
    problems = list(decision_problems(made, violated, n, unclear=unclear))
    assert (problems == []) is right, problems
