"""Whether the numbers of a verification follow from the counts beside them."""

from __future__ import annotations

from collections.abc import Iterator

from groundstop.documents import (
    Arm,
    Decision,
    DecisionRecord,
    Finding,
    Potency,
    PotencyBasis,
    RateInterval,
    Verification,
)
from groundstop.evidence.audit.benign_numbers import benign_problems
from groundstop.evidence.audit.closeness import same
from groundstop.evidence.audit.deciding import decision_problems, is_too_large
from groundstop.evidence.audit.verdicts import claim_problems, scope_problems, verdict_problems

_MOST_PARTS = 100
"""More kinds of variants than anybody has tested, so that none holds the audit up."""
_MOST_TESTS = 10
"""Different stop rules; a plan has one for what must be blocked, and one for the model before the fix."""


def rates_of(told: Verification) -> Iterator[tuple[str, RateInterval]]:
    """Return every rate in a verification, with what it is called."""
    for what, arm in _arms(told):
        yield f"rate of the {what}", arm.rate
    for what, potency in _potencies(told):
        if potency.rate is not None:
            yield f"rate of the {what}", potency.rate
    if told.benign is not None:
        yield "share refused before", told.benign.refused_before
        yield "share refused after", told.benign.refused_after


def decisions_of(told: Verification) -> Iterator[DecisionRecord]:
    """Return every decision in a verification."""
    for _, arm in _arms(told):
        yield arm.decision
    for _, potency in _potencies(told):
        if potency.decision is not None:
            yield potency.decision


def verification_problems(told: Verification, finding: Finding | None) -> Iterator[str]:
    """Decide again all that a verification decides, and say what differs.

    Args:
        told: The verification; none of its counts is beyond reason.
        finding: Its finding, where it is at hand.

    Raises:
        StatisticsError: The boundaries of a test are those of none, or its counts are no counts.
    """
    if len(told.strata) > _MOST_PARTS:
        yield "it tells of more kinds of variants than anybody can have tested"
        return
    if len({(one.hypotheses, one.boundaries) for one in decisions_of(told)}) > _MOST_TESTS:
        yield "its tests differ from each other more than any plan's"
        return
    yield from _alpha_problems(told)
    for what, arm in _arms(told):
        yield from _decision_problems(arm.decision, arm.rate, what)
        yield from _question_problems(arm.decision, told, what)
    for what, potency in _potencies(told):
        yield from _potency_problems(potency, told, what)
        if potency.basis is PotencyBasis.RECORD and finding is not None and potency.rate != finding.rate:
            yield f"{what}: the rate that it rests on is not the finding's"
    if told.benign is not None:
        yield from benign_problems(told.benign, told.alpha)
    if told.claim is not None:
        yield from claim_problems(told.claim, told)
    yield from scope_problems(told)
    yield from verdict_problems(told)


def _arms(told: Verification) -> Iterator[tuple[str, Arm]]:
    yield "recipe", told.recipe
    if told.mixture is not None:
        yield "mixture", told.mixture
    for stratum in told.strata:
        if stratum.arm is not None:
            yield f"stratum {stratum.name}", stratum.arm


def _potencies(told: Verification) -> Iterator[tuple[str, Potency]]:
    yield "recipe before the fix", told.recipe_potency
    for stratum in told.strata:
        yield f"stratum {stratum.name} before the fix", stratum.potency


def _alpha_problems(told: Verification) -> Iterator[str]:
    from groundstop.statistics import round_alpha

    if told.round > 1000 or not same(told.alpha, round_alpha(told.question.alpha, told.round)):
        yield f"its alpha is not what round {told.round} may spend of the finding's"


def _decision_problems(record: DecisionRecord, rate: RateInterval, what: str) -> Iterator[str]:
    if is_too_large(record):
        return
    for problem in decision_problems(record, rate.violated, rate.n, unclear=rate.undetermined):
        yield f"{what}: {problem}"


def _question_problems(record: DecisionRecord, told: Verification, what: str) -> Iterator[str]:
    """Say where a test is not one of what was asked, at what this round may spend."""
    asked, tested = told.question, record.hypotheses
    if tested is None:
        return
    as_asked = (tested.p0, tested.p1) == (asked.p0, asked.p1)
    if not as_asked and (not told.judge.errs or tested.p0 > asked.p0):
        yield f"{what}: its test is of other rates than the question"
    spends_all = same(tested.alpha, told.alpha)
    if not spends_all and (as_asked or tested.alpha > told.alpha):
        yield f"{what}: its test spends another alpha than this round may"
    if tested.beta > asked.beta * (1 + 1e-9):
        yield f"{what}: its test accuses a good fix more often than the question allows"


def _potency_problems(potency: Potency, told: Verification, what: str) -> Iterator[str]:
    from groundstop.assessment import R0

    record, rate = potency.decision, potency.rate
    if record is not None and rate is not None:
        yield from _decision_problems(record, rate, what)
    match potency.basis:
        case PotencyBasis.BEFORE if record is not None and rate is not None and told.before is not None:
            shown = record.decision is Decision.VIOLATED
        case PotencyBasis.RECORD if record is None and rate is not None:
            shown = rate.lower > R0
        case _:
            shown = False
    if potency.shown is not shown:
        yield f"{what}: whether it is shown to work does not follow from what was asked there"
