"""Making findings: a run's records of one class, turned into counts anyone may see and parts few may read."""

from groundstop.evidence.findings.draft import Draft, Transcript
from groundstop.evidence.findings.from_assessment import draft_from_assessment
from groundstop.evidence.findings.from_import import draft_from_import
from groundstop.evidence.findings.seal import Reader, seal_finding

__all__ = [
    "Draft",
    "Reader",
    "Transcript",
    "draft_from_assessment",
    "draft_from_import",
    "seal_finding",
]
