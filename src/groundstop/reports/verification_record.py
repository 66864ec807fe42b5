"""The numbers of a verification for a statistician: enough to decide every part again by hand."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, inf, log, log1p

from groundstop.documents import (
    Arm,
    BenignPlan,
    BenignResult,
    Boundaries,
    ClaimPlan,
    ClaimResult,
    DecisionRecord,
    HypothesesRecord,
    PlannedTest,
    Potency,
    PotencyBasis,
    RateInterval,
    StratumPlan,
    StratumResult,
    Verification,
    VerificationPlan,
)
from groundstop.reports.verification_words import rate_words
from groundstop.reports.words import plain

_LARGEST_LOG_E = 600.0


@dataclass(frozen=True, slots=True)
class PartRecord:
    """One part: its name, and what was planned, counted and decided, as pairs of a label and a value."""

    name: str
    facts: tuple[tuple[str, str], ...]


def records_of(plan: VerificationPlan, verification: Verification) -> tuple[PartRecord, ...]:
    """Return the numbers of every part of a verification, in the order in which they are reported.

    Args:
        plan: What was decided in advance.
        verification: What came of it.
    """
    v = verification
    planned = {one.name: one for one in plan.strata}
    records = [
        PartRecord("reported recipe", _arm(v.recipe, v.question)),
        PartRecord("reported recipe, before the fix", _potency(v.recipe_potency, plan, plan.potency)),
        *(
            PartRecord(f"variants: {plain(one.name)}", _stratum(one, plan, planned.get(one.name), v))
            for one in v.strata
        ),
    ]
    if v.mixture is not None:
        records.append(PartRecord("variants: mixture", _arm(v.mixture, v.question)))
    if v.benign is not None:
        records.append(PartRecord("ordinary requests", _benign(v.benign, plan.benign)))
    if v.claim is not None:
        records.append(PartRecord("claimed block rate", _claim(v.claim, plan.claim)))
    return tuple(records)


def exact_hypotheses(question: HypothesesRecord) -> str:
    """Return hypotheses as they were fixed, not rounded."""
    return f"p0 {question.p0:g}, p1 {question.p1:g}, alpha {question.alpha:g}, beta {question.beta:g}"


def stop_rule(boundaries: Boundaries | None) -> str:
    """Return a stop rule in one line, such as "held at call 63 with 0 violations, ..."."""
    if boundaries is None:
        return "none: undetermined from the start"
    held = ", ".join(f"{n} with {count}" for count, n in enumerate(boundaries.held_at))
    violated = ", ".join(f"{count} by {n}" for count, n in boundaries.violated_by)
    return f"held at call {held} violations; violated at {violated} calls; at most {boundaries.cap} calls"


def e_values(decision: DecisionRecord, rate: RateInterval) -> tuple[float, float] | None:
    """Return the evidence of an arm against p0, and against p1.

    Each is the likelihood ratio of the two rates at the counts, which is an e-value for the one-sided
    hypothesis whenever one stops. A trial without a verdict counts against either claim.

    Args:
        decision: With the judged hypotheses; without them there is no e-value.
        rate: The counts.

    Source: A. Wald, Sequential Analysis (1947), chapter 3.
    """
    question = decision.hypotheses
    if question is None:
        return None
    most = rate.violated + rate.undetermined
    against_p0 = _log_ratio(question, violated=most, n=rate.n)
    against_p1 = -_log_ratio(question, violated=rate.violated, n=rate.n)
    return exp(min(against_p0, _LARGEST_LOG_E)), exp(min(against_p1, _LARGEST_LOG_E))


def _log_ratio(question: HypothesesRecord, *, violated: int, n: int) -> float:
    if violated == 0:
        return n * (log1p(-question.p1) - log1p(-question.p0))
    if question.p1 == 0:
        return -inf
    step = log(question.p1) - log(question.p0)
    return violated * step + (n - violated) * (log1p(-question.p1) - log1p(-question.p0))


def _counts(rate: RateInterval) -> tuple[tuple[str, str], ...]:
    return (
        ("n, S, undetermined", f"{rate.n}, {rate.violated}, {rate.undetermined}"),
        ("interval", f"{rate.lower:.5g} to {rate.upper:.5g}, level {rate.level:g}, {plain(rate.method)}"),
    )


def _test(
    decision: DecisionRecord, rate: RateInterval, asked: HypothesesRecord
) -> tuple[tuple[str, str], ...]:
    judged = decision.hypotheses
    evidence = e_values(decision, rate)
    facts = [
        ("asked", exact_hypotheses(asked)),
        ("judged", exact_hypotheses(judged) if judged else "not decidable"),
        ("stop rule", stop_rule(decision.boundaries)),
        *_counts(rate),
        ("decision", f"{decision.decision.value}: {plain(decision.reason)}"),
    ]
    if evidence is not None:
        facts.append(("e-values", f"{evidence[0]:.4g} against p0, {evidence[1]:.4g} against p1"))
    return tuple(facts)


def _arm(arm: Arm, asked: HypothesesRecord) -> tuple[tuple[str, str], ...]:
    return (
        ("rate", rate_words(arm.estimand)),
        *_test(arm.decision, arm.rate, asked),
        ("late", f"{arm.late}"),
    )


def _potency(
    potency: Potency, plan: VerificationPlan, planned: PlannedTest | None
) -> tuple[tuple[str, str], ...]:
    shown = "shown" if potency.shown else "not shown"
    facts = [("potency", f"{shown}; by {potency.basis.value}: {plain(potency.reason)}")]
    if potency.basis is PotencyBasis.RECORD and plan.record_estimand is not None:
        facts.append(("record's rate", rate_words(plan.record_estimand)))
    if potency.decision is not None and potency.rate is not None and planned is not None:
        facts += _test(potency.decision, potency.rate, planned.hypotheses)
    elif potency.rate is not None:
        facts += _counts(potency.rate)
    return tuple(facts)


def _stratum(
    one: StratumResult, plan: VerificationPlan, planned: StratumPlan | None, v: Verification
) -> tuple[tuple[str, str], ...]:
    facts = list(_arm(one.arm, v.question)) if one.arm else [("decision", f"none: {plain(one.reason)}")]
    facts.append(("pool", f"{one.available} variants, {one.unused} of them unused, {one.asked} asked now"))
    if planned is not None:
        facts.append(("pool's digest", planned.digest))
    facts.append(_potency(one.potency, plan, None)[0])
    if one.potency.rate is not None:
        facts.append(("before the fix", _counts(one.potency.rate)[0][1] + " (n, S, undetermined)"))
    return tuple(facts)


def _benign(result: BenignResult, planned: BenignPlan | None) -> tuple[tuple[str, str], ...]:
    facts = []
    if planned is not None:
        facts = [
            ("asked", _margins(planned)),
            ("requests", f"at most {planned.requests} pairs, of {planned.digest}"),
        ]
    cells = ", ".join(f"{cell.before.value}/{cell.after.value} {cell.n}" for cell in result.cells)
    evidence = f"{result.e_not_worse:.4g} that it is not worse, {result.e_over_blocked:.4g} that it is worse"
    return (
        *facts,
        ("pairs", f"{result.pairs} (before/after): {cells}"),
        ("decision", f"{result.decision.value}: {plain(result.reason)}"),
        ("change", f"{result.change:+.5g}, {result.lower:+.5g} to {result.upper:+.5g} (95 %, anytime-valid)"),
        ("e-values", evidence),
    )


def _margins(planned: BenignPlan) -> str:
    return (
        f"margin {planned.margin:g}, error rates {planned.alpha:g} of not-worse and "
        f"{planned.over_blocked_alpha:g} of over-blocked"
    )


def _claim(result: ClaimResult, planned: ClaimPlan | None) -> tuple[tuple[str, str], ...]:
    fixed = f"; {planned.calls} requests were fixed in advance" if planned is not None else ""
    return (
        ("asked", f"a block rate above {result.block_rate:g} at level {result.level:g}{fixed}"),
        ("n, S, undetermined", f"{result.n}, {result.violated}, {result.undetermined}"),
        ("bound", f"at least {result.at_least!r} (Clopper-Pearson, one-sided)"),
        ("decision", f"{'supported' if result.supported else 'not supported'}: {plain(result.reason)}"),
    )
