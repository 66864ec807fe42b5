"""Scores, and measurements put into a case, for what is worked out of them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from groundstop.cases.state import CaseState, Entry, Evidence
from groundstop.cases.views import Corroborations
from groundstop.documents import (
    Attestation,
    ComparedTarget,
    Comparison,
    Corroboration,
    Decision,
    DecisionRecord,
    Document,
    Effort,
    Environment,
    Estimand,
    Finding,
    FixVerdict,
    ModelIdentity,
    PartName,
    RateInterval,
    Reproduction,
    ReproductionOutcome,
    Requirement,
    SealedFile,
    SealedPart,
    Spend,
    TargetDescription,
    TestedModel,
    Verification,
)
from groundstop.documents.cases import (
    Attached,
    AttachedKind,
    AxisValue,
    EvidenceGiven,
    EvidenceKind,
    InterestsDeclared,
    RaisedLevel,
    Scored,
    SeverityDispute,
    SeverityScore,
)
from tests import verifications as made
from tests.case_parts import (
    DEVELOPER,
    EVALUATOR,
    FINDING,
    MODEL,
    REPORTER,
    START,
    entry,
    for_both,
    hours,
    state_of,
)
from tests.verification_parts import drift, interval, judge

CJS_AXES = ("capability_gain", "breadth", "ease_of_weaponization", "discoverability")
SPEND = Spend(calls=640, prompt_tokens=64_000, completion_tokens=9_000, money=None, currency=None)
OTHER_MODEL = ModelIdentity(provider="birch", name="answerer", snapshot="v3")
THIRD_MODEL = ModelIdentity(provider="cedar", name="guide", snapshot=None)
SOME_RUN = "sha256:" + "cd" * 32
FREE = entry(
    EVALUATOR,
    InterestsDeclared(interests=for_both()),
    0,
)
"""That the evaluator has no interest."""
ASKED_ONE = Corroborations(wanted=1, counted=(), not_counted=(), why=())


def score(
    values: Mapping[str, float | str] | Sequence[float],
    *,
    profile: str = "cjs-2026-07-02",
    comparators: str | None = SOME_RUN,
    raised: str | None = None,
) -> SeverityScore:
    """Return a score; a sequence of values is of the axes of CJS, in order, as many as there are."""
    by_axis = values if isinstance(values, Mapping) else dict(zip(CJS_AXES, values, strict=False))
    return SeverityScore(
        profile=profile,
        assessed=START,
        values=tuple(AxisValue(axis=axis, value=value, reason="a test") for axis, value in by_axis.items()),
        raised=RaisedLevel(to=raised, reason="it was used in an election") if raised else None,
        comparators=comparators,
    )


def scored(by: str, given: SeverityScore, at: float = 1, **changes: Any) -> Entry:
    """Return that a party scores; a developer's score is a dispute."""
    said = SeverityDispute(score=given, text="We hold it lower.") if by == DEVELOPER else Scored(score=given)
    return entry(by, said, at, **changes)


def a_finding(rate: RateInterval | None = None, **changes: Any) -> Finding:
    """Return the open part of the finding that the example's case is about."""
    base = Finding(
        id=FINDING.id,
        created=START,
        reporter=REPORTER,
        model=TestedModel(identity=MODEL, protocol="openai", window_start=START, window_end=START),
        requirement=Requirement(id="no-password", statement="The help desk keeps its password."),
        estimand=Estimand.VARIANTS,
        plan="sha256:" + "11" * 32,
        decision=None,
        rate=rate or interval(20, 40),
        judge=judge(),
        effort=Effort(classes_tried=6, trials=40, screened=20, spend=SPEND),
        environment=Environment(software="groundstop test", python=None, sampling=None),
        attestation=Attestation.UNATTESTED,
        parts=(
            SealedPart(
                name=PartName.RECIPE,
                media_type="application/json",
                commitment="22" * 32,
                size=1,
                file=SealedFile(path="sealed/recipe.age", sha256="33" * 32, recipients=("somebody",)),
            ),
        ),
    )
    return base.model_copy(update=changes)


def a_comparison(
    *columns: tuple[ModelIdentity, RateInterval, RateInterval | None],
    behavior: str = "keep-secret",
    technique: str = "list",
    run: str = "compare-1",
    reported: bool = True,
) -> Comparison:
    """Return a comparator run: for each model the rate, and the rate of asking plainly.

    The reported model is among them; where it is not given, it is the first.
    """
    if all(model != MODEL for model, _, _ in columns) and reported:
        columns = ((MODEL, interval(20, 40), None), *columns)
    return Comparison(
        plan="sha256:" + "44" * 32,
        run=run,
        suite="canary",
        behavior=behavior,
        technique=technique,
        estimand=Estimand.VARIANTS,
        targets=tuple(
            ComparedTarget(
                target=TargetDescription(
                    name=model.name, protocol="openai", address="https://lamp.example/v1", model=model
                ),
                rate=rate,
                baseline=baseline,
            )
            for model, rate, baseline in columns
        ),
        pairings=(),
        spend=SPEND,
    )


def a_rerun(by: str, outcome: ReproductionOutcome, violated: int = 8, n: int = 20) -> Corroboration:
    """Return a party's rerun of the finding."""
    decision = DecisionRecord(
        decision=Decision.INCONCLUSIVE, reason="a test", hypotheses=None, boundaries=None, path=()
    )
    return Corroboration(
        created=START,
        corroborator=by,
        shared=(),
        reproduction=Reproduction(
            plan="sha256:" + "55" * 32,
            run="reproduce-1",
            finding=FINDING.content,
            finding_id=FINDING.id,
            model=TestedModel(identity=MODEL, protocol="openai", window_start=START, window_end=START),
            outcome=outcome,
            reason="a test",
            decision=decision,
            violated=violated,
            n=n,
            e_value=1,
            rate=interval(violated, n),
            drift=drift(),
            judge=judge(),
            spend=SPEND,
        ),
        within_stated_interval=True,
    )


def a_verification(verdict: FixVerdict = FixVerdict.CLASS_MITIGATED, **changes: Any) -> Verification:
    """Return a verification of the finding, made an hour after the start and holding for thirty days."""
    changes = {
        "created": hours(1),
        "finding": FINDING.content,
        "finding_id": FINDING.id,
        "by": EVALUATOR,
        "expires": hours(24 * 30),
        **changes,
    }
    return made.a_verification(verdict, **changes)


def given(by: str, document: Document, at: float = 1, **changes: Any) -> tuple[Entry, Evidence]:
    """Return that a party puts a measurement into the case, and the measurement.

    Args:
        by: The party that attaches it.
        document: The measurement.
        at: When, in hours after the start.
        changes: What differs in the evidence, such as ``signer`` or ``problem``.
    """
    file = Attached(
        kind=AttachedKind(document.kind), sha256=hashlib.sha256(document.canonical()).hexdigest(), size=1
    )
    statement = entry(by, EvidenceGiven(kind=EvidenceKind(document.kind)), at, attached=(file,))
    assert isinstance(document, Comparison | Corroboration | Verification)
    signer = {"corroboration": "corroborator", "verification": "by"}.get(document.kind)
    evidence = Evidence(statement.digest, by, file, document, getattr(document, signer) if signer else by)
    return statement, replace(evidence, **changes)


def case(*said: Entry | tuple[Entry, Evidence], finding: Finding | None = None, **changes: Any) -> CaseState:
    """Return a case with what was said and given; the changes are those of the state.

    Where there is a verification and the evaluator says nothing of its interests, it has declared that it has
    none, so that its verifications count.
    """
    entries = [one if isinstance(one, Entry) else one[0] for one in said]
    evidence = [one[1] for one in said if not isinstance(one, Entry)]
    declared = any(one.by == EVALUATOR and isinstance(one.said, InterestsDeclared) for one in entries)
    if not declared and any(isinstance(one.document, Verification) for one in evidence):
        entries = [FREE, *entries]
    state = state_of(*entries, evidence=evidence)
    findings = tuple(replace(one, finding=finding or a_finding()) for one in state.findings)
    return replace(state, findings=changes.pop("findings", findings), **changes)
