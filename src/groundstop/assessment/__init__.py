"""Running trials and deciding: plans, the trial runner, and the procedures built on them."""

from groundstop.assessment.assess import assess
from groundstop.assessment.compare import compare, fold_comparison, make_comparison_plan
from groundstop.assessment.corroborating import (
    MergedEvidence,
    lies_within,
    merge_corroborations,
    recomputed_e,
)
from groundstop.assessment.dispatch import Halt
from groundstop.assessment.drawing import shuffled
from groundstop.assessment.judges import judge_record
from groundstop.assessment.minimization_plans import make_minimization_plan
from groundstop.assessment.minimizations import Minimized, fold_minimization
from groundstop.assessment.minimize import minimize
from groundstop.assessment.planning import DEFAULT_HYPOTHESES, DEFAULT_SAMPLING, Wish, make_plan
from groundstop.assessment.ports import CallTotals, Progress, RunLedger, TrialKey
from groundstop.assessment.reproduce import reproduce
from groundstop.assessment.reproduction_plans import (
    DEFAULT_REPRODUCTION,
    judge_of,
    make_reproduction_plan,
)
from groundstop.assessment.reproductions import fold_reproduction
from groundstop.assessment.results import fold
from groundstop.assessment.surroundings import Surroundings

__all__ = [
    "DEFAULT_HYPOTHESES",
    "DEFAULT_REPRODUCTION",
    "DEFAULT_SAMPLING",
    "CallTotals",
    "Halt",
    "MergedEvidence",
    "Minimized",
    "Progress",
    "RunLedger",
    "Surroundings",
    "TrialKey",
    "Wish",
    "assess",
    "compare",
    "fold",
    "fold_comparison",
    "fold_minimization",
    "fold_reproduction",
    "judge_of",
    "judge_record",
    "lies_within",
    "make_comparison_plan",
    "make_minimization_plan",
    "make_plan",
    "make_reproduction_plan",
    "merge_corroborations",
    "minimize",
    "recomputed_e",
    "reproduce",
    "shuffled",
]
