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
from groundstop.assessment.verification import (
    BENIGN_ALPHA,
    FEWEST_VARIANTS,
    R0,
    USUAL_MARGIN,
    FixQuestion,
    Material,
    Verifier,
    check_same_material,
    class_is_asked,
    fold_verification,
    judged_claim,
    make_verification_plan,
    open_parts,
    plan_claim,
    read_block_rate,
    verdict_of,
    verification_judge,
    verify,
)

__all__ = [
    "BENIGN_ALPHA",
    "DEFAULT_HYPOTHESES",
    "DEFAULT_REPRODUCTION",
    "DEFAULT_SAMPLING",
    "FEWEST_VARIANTS",
    "R0",
    "USUAL_MARGIN",
    "CallTotals",
    "FixQuestion",
    "Halt",
    "Material",
    "MergedEvidence",
    "Minimized",
    "Progress",
    "RunLedger",
    "Surroundings",
    "TrialKey",
    "Verifier",
    "Wish",
    "assess",
    "check_same_material",
    "class_is_asked",
    "compare",
    "fold",
    "fold_comparison",
    "fold_minimization",
    "fold_reproduction",
    "fold_verification",
    "judge_of",
    "judge_record",
    "judged_claim",
    "lies_within",
    "make_comparison_plan",
    "make_minimization_plan",
    "make_plan",
    "make_reproduction_plan",
    "make_verification_plan",
    "merge_corroborations",
    "minimize",
    "open_parts",
    "plan_claim",
    "read_block_rate",
    "recomputed_e",
    "reproduce",
    "shuffled",
    "verdict_of",
    "verification_judge",
    "verify",
]
