"""Severity: measured facts above judged axes, scores side by side, and the recommended next step.

A profile is data and a small function. Each score is one scorer's word, dated, and nothing is averaged.
"""

from groundstop.cases.severity.cjs import CJS
from groundstop.cases.severity.facts import facts_of
from groundstop.cases.severity.next_step import (
    UNKNOWN,
    DecisionTable,
    FixState,
    Transfer,
    decision_table,
    fix_state,
    next_step,
    transfer_of,
)
from groundstop.cases.severity.profile import NotComputedError, Profile, ProfileKind, Scale
from groundstop.cases.severity.registry import describe_profile, profile_named, profiles
from groundstop.cases.severity.scoring import Outcome, check_score, outcome_of
from groundstop.cases.severity.view import severity_of

__all__ = [
    "CJS",
    "UNKNOWN",
    "DecisionTable",
    "FixState",
    "NotComputedError",
    "Outcome",
    "Profile",
    "ProfileKind",
    "Scale",
    "Transfer",
    "check_score",
    "decision_table",
    "describe_profile",
    "facts_of",
    "fix_state",
    "next_step",
    "outcome_of",
    "profile_named",
    "profiles",
    "severity_of",
    "transfer_of",
]
