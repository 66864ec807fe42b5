"""Deciding and estimating from trials: sequential plans, e-values, intervals, judge error.

Pure functions and small state machines of numbers. Nothing here knows of models, files or time, and
no number is rounded to a yes: what cannot be said comes back as a value that says so.
"""

from groundstop.statistics._induction import CallWeights
from groundstop.statistics.alpha_ledger import AlphaLedger, round_alpha
from groundstop.statistics.benign import BenignVerdict, OverRefusalTest, over_refusal_log_e
from groundstop.statistics.claims import calls_for_claim, claim_supported, supported_block_rate
from groundstop.statistics.drift import Canary, DriftMonitor
from groundstop.statistics.effective import (
    EffectiveHypotheses,
    JudgeUndetermined,
    PositiveReview,
    effective_hypotheses,
    labelled_negatives_needed,
)
from groundstop.statistics.errors import StatisticsError
from groundstop.statistics.evalues import (
    Dependence,
    e_bh,
    log_improvement_e,
    log_improvement_mixture_e,
    log_mean_exp,
    log_mixture_e,
    log_partial_conjunction_e,
    log_reproduction_e,
)
from groundstop.statistics.hypotheses import Hypotheses
from groundstop.statistics.indexed import IndexedTest, Launch
from groundstop.statistics.intervals import (
    Interval,
    clopper_pearson,
    clopper_pearson_lower,
    clopper_pearson_upper,
    confidence_sequence,
    jeffreys,
)
from groundstop.statistics.judge import JudgeError, rogan_gladen
from groundstop.statistics.operating import (
    FixedDesign,
    OperatingCharacteristics,
    fixed_design,
    lower_bound,
    operating_characteristics,
    zero_violation_floor,
)
from groundstop.statistics.ordering import SubmissionOrder
from groundstop.statistics.outcomes import Decision, Outcome
from groundstop.statistics.pairs import Answer, BenignPair, change_interval
from groundstop.statistics.plans import SequentialPlan, named_plan, plan_for, shipped_plans
from groundstop.statistics.screening import Arm, Screening, ScreeningRule
from groundstop.statistics.sequential import PathPoint, SequentialTest
from groundstop.statistics.solver import solve_plan
from groundstop.statistics.two_phase import (
    TwoPhaseSample,
    two_phase_exact_interval,
    two_phase_interval,
)
from groundstop.statistics.variants import (
    p0_for_budget,
    rate_of_variant,
    success_at_k,
    variants_for_prevalence,
    variants_from_pool,
)

__all__ = [
    "AlphaLedger",
    "Answer",
    "Arm",
    "BenignPair",
    "BenignVerdict",
    "CallWeights",
    "Canary",
    "Decision",
    "Dependence",
    "DriftMonitor",
    "EffectiveHypotheses",
    "FixedDesign",
    "Hypotheses",
    "IndexedTest",
    "Interval",
    "JudgeError",
    "JudgeUndetermined",
    "Launch",
    "OperatingCharacteristics",
    "Outcome",
    "OverRefusalTest",
    "PathPoint",
    "PositiveReview",
    "Screening",
    "ScreeningRule",
    "SequentialPlan",
    "SequentialTest",
    "StatisticsError",
    "SubmissionOrder",
    "TwoPhaseSample",
    "calls_for_claim",
    "change_interval",
    "claim_supported",
    "clopper_pearson",
    "clopper_pearson_lower",
    "clopper_pearson_upper",
    "confidence_sequence",
    "e_bh",
    "effective_hypotheses",
    "fixed_design",
    "jeffreys",
    "labelled_negatives_needed",
    "log_improvement_e",
    "log_improvement_mixture_e",
    "log_mean_exp",
    "log_mixture_e",
    "log_partial_conjunction_e",
    "log_reproduction_e",
    "lower_bound",
    "named_plan",
    "operating_characteristics",
    "over_refusal_log_e",
    "p0_for_budget",
    "plan_for",
    "rate_of_variant",
    "rogan_gladen",
    "round_alpha",
    "shipped_plans",
    "solve_plan",
    "success_at_k",
    "supported_block_rate",
    "two_phase_exact_interval",
    "two_phase_interval",
    "variants_for_prevalence",
    "variants_from_pool",
    "zero_violation_floor",
]
