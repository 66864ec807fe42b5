"""Checking what others made, offline: every check with its outcome, and what a failure would mean."""

from groundstop.evidence.audit.audit import audit_bundle, audit_path
from groundstop.evidence.audit.believed import Rerun, Verified, reruns, verifications
from groundstop.evidence.audit.checks import AuditReport, Check, CheckState, Rule
from groundstop.evidence.audit.opened import check_opened
from groundstop.evidence.audit.signatures import KNOWN
from groundstop.evidence.audit.verifications import hides_own_run

__all__ = [
    "KNOWN",
    "AuditReport",
    "Check",
    "CheckState",
    "Rerun",
    "Rule",
    "Verified",
    "audit_bundle",
    "audit_path",
    "check_opened",
    "hides_own_run",
    "reruns",
    "verifications",
]
