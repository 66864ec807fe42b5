"""What was measured, as it is told: findings, comparator runs, reruns, verifications of a fix."""

from __future__ import annotations

from datetime import datetime

from groundstop.cases.state import CaseFinding, Evidence
from groundstop.cases.tiers.taking import Taking
from groundstop.cases.tiers.told import (
    ToldBound,
    ToldColumn,
    ToldFinding,
    ToldModel,
    ToldPanel,
    ToldRate,
    ToldRerun,
    ToldVerification,
)
from groundstop.cases.weighing import Weighed
from groundstop.documents import (
    Arm,
    Attestation,
    BenignDecision,
    BenignResult,
    Comparator,
    ComparatorPanel,
    ComparedTarget,
    Comparison,
    Corroboration,
    Effort,
    Finding,
    FixVerdict,
    ModelIdentity,
    PartyRef,
    RateInterval,
    Reproduction,
    ReproductionOutcome,
    Shared,
    StratumResult,
    TargetDescription,
    TestedModel,
    Undetermined,
    Verification,
)
from groundstop.documents.cases import FindingRef


def tell_model(take: Taking, identity: ModelIdentity) -> ToldModel:
    """Return a model's identity as it is told."""
    return ToldModel(
        provider=take.sure(identity, "provider", str),
        name=take.sure(identity, "name", str),
        snapshot=take.one(identity, "snapshot", str),
        purl=take.one(identity, "purl", str),
        digest=take.one(identity, "digest", str),
    )


def tell_rate(take: Taking, rate: RateInterval) -> ToldRate:
    """Return a count with its interval as it is told."""
    return ToldRate(
        violated=take.sure(rate, "violated", int),
        n=take.sure(rate, "n", int),
        undetermined=take.sure(rate, "undetermined", int),
        lower=take.number(rate, "lower") or 0.0,
        upper=take.number(rate, "upper") or 0.0,
        level=take.number(rate, "level") or 0.0,
    )


def tell_finding(take: Taking, found: CaseFinding) -> ToldFinding:
    """Return a finding as it is told; of one whose bundle is missing, what the case says of it."""
    ref = take.sure(found, "ref", FindingRef)
    finding = take.one(found, "finding", Finding)
    identity = take.one(ref, "model", ModelIdentity)
    model = None if finding is None else take.one(finding, "model", TestedModel)
    attestation = None if finding is None else take.one(finding, "attestation", Attestation)
    effort = None if finding is None else take.one(finding, "effort", Effort)
    return ToldFinding(
        id=take.sure(ref, "id", str),
        content=take.sure(ref, "content", str),
        model=None if identity is None else tell_model(take, identity),
        rate=None if finding is None else _rate(take, finding, "rate"),
        window_start=None if model is None else take.one(model, "window_start", datetime),
        window_end=None if model is None else take.one(model, "window_end", datetime),
        attestation=None if attestation is None else attestation.value,
        trials=None if effort is None else take.one(effort, "trials", int),
        simulated=model is not None and take.sure(model, "simulated", bool),
        comparators=() if finding is None else _comparators(take, finding),
    )


def tell_panel(take: Taking, one: Weighed, comparison: Comparison) -> ToldPanel:
    """Return a comparator run as it is told."""
    columns = []
    for column in take.many(comparison, "targets", ComparedTarget):
        target = take.sure(column, "target", TargetDescription)
        columns.append(_column(take, column, take.sure(target, "model", ModelIdentity)))
    return ToldPanel(take.name(one.evidence, "by") or "", tuple(columns), one.why_not is None)


def tell_rerun(take: Taking, one: Weighed, document: Corroboration) -> ToldRerun:
    """Return an independent rerun as it is told."""
    rerun = take.sure(document, "reproduction", Reproduction)
    shared = take.many(document, "shared", Shared)
    return ToldRerun(
        by=take.name(document, "corroborator") or "",
        outcome=take.sure(rerun, "outcome", ReproductionOutcome).value,
        rate=tell_rate(take, take.sure(rerun, "rate", RateInterval)),
        at=take.sure(document, "created", datetime),
        shared=tuple(each.value for each in shared) if take.holds(document, "shared") else None,
        counts=one.why_not is None,
    )


def tell_verification(take: Taking, one: Weighed, document: Verification) -> ToldVerification:
    """Return what is true of a claimed fix, as it is told."""
    model = take.one(take.sure(document, "model", TestedModel), "identity", ModelIdentity)
    tested = None if model is None else tell_model(take, model)
    benign = take.one(document, "benign", BenignResult)
    decision = None if benign is None else take.sure(benign, "decision", BenignDecision)
    fixer = take.one(document, "fixer", PartyRef)
    mixture = take.one(document, "mixture", Arm)
    return ToldVerification(
        by=take.name(document, "by") or "",
        finding=take.sure(document, "finding", str),
        fixer=None if fixer is None else take.name(fixer, "name"),
        own_run=take.sure(document, "own_run", bool),
        at=take.sure(document, "created", datetime),
        model=None if tested is None else tested.label,
        tested=tested,
        verdict=take.sure(document, "verdict", FixVerdict).value,
        undetermined=tuple(each.value for each in take.many(document, "undetermined", Undetermined)),
        recipe=_arm(take, take.sure(document, "recipe", Arm)),
        held_out=_strata(take, document),
        mixture=None if mixture is None else _arm(take, mixture),
        benign_change=None if benign is None else take.number(benign, "change"),
        benign_lower=None if benign is None else take.number(benign, "lower"),
        benign_upper=None if benign is None else take.number(benign, "upper"),
        benign_decision=None if decision is None else decision.value,
        expires=take.one(document, "expires", datetime),
        counts=one.why_not is None,
        problem=one.why_not if take.may(Evidence, "problem") else None,
    )


def _rate(take: Taking, holder: object, field: str) -> ToldRate | None:
    rate = take.one(holder, field, RateInterval)
    return None if rate is None else tell_rate(take, rate)


def _arm(take: Taking, arm: Arm) -> ToldRate:
    return tell_rate(take, take.sure(arm, "rate", RateInterval))


def _column(take: Taking, holder: object, model: ModelIdentity) -> ToldColumn:
    rate = tell_rate(take, take.sure(holder, "rate", RateInterval))
    return ToldColumn(tell_model(take, model).label, rate, _rate(take, holder, "baseline"))


def _comparators(take: Taking, finding: Finding) -> tuple[ToldColumn, ...]:
    panel = take.one(finding, "comparators", ComparatorPanel)
    if panel is None:
        return ()
    return tuple(
        _column(take, column, take.sure(column, "model", ModelIdentity))
        for column in take.many(panel, "columns", Comparator)
    )


def _strata(take: Taking, document: Verification) -> tuple[ToldBound, ...]:
    """Return what was found of the kinds of held-out variants that were asked."""
    found = []
    for stratum in take.many(document, "strata", StratumResult):
        arm = take.one(stratum, "arm", Arm)
        if arm is not None:
            listed = take.sure(stratum, "listed_only", bool)
            found.append(ToldBound(take.one(stratum, "name", str), _arm(take, arm), listed))
    return tuple(found)
