"""Verifying a claimed fix: the reported recipe, held-out variants and ordinary requests, in one plan.

The plan is fixed, the draw comes after it, and the verdict is a pure function of the trials.
"""

from groundstop.assessment.verification.causes import open_parts
from groundstop.assessment.verification.claim_text import read_block_rate
from groundstop.assessment.verification.claims import judged_claim, plan_claim
from groundstop.assessment.verification.fold import fold_verification
from groundstop.assessment.verification.material import Material, check_same_material
from groundstop.assessment.verification.plans import (
    BENIGN_ALPHA,
    FEWEST_VARIANTS,
    R0,
    USUAL_MARGIN,
    FixQuestion,
    Verifier,
    make_verification_plan,
    verification_judge,
)
from groundstop.assessment.verification.procedure import verify
from groundstop.assessment.verification.strata import class_is_asked
from groundstop.assessment.verification.verdicts import verdict_of

__all__ = [
    "BENIGN_ALPHA",
    "FEWEST_VARIANTS",
    "R0",
    "USUAL_MARGIN",
    "FixQuestion",
    "Material",
    "Verifier",
    "check_same_material",
    "class_is_asked",
    "fold_verification",
    "judged_claim",
    "make_verification_plan",
    "open_parts",
    "plan_claim",
    "read_block_rate",
    "verdict_of",
    "verification_judge",
    "verify",
]
