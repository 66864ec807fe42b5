"""Documents for people: terminal text here, self-contained HTML pages in :mod:`groundstop.reports.html`.

A report is made of documents alone, so it can be made of one that somebody else sent.
"""

from groundstop.reports.evidence_text import (
    attestation_words,
    audit_text,
    card_text,
    finding_text,
    minimization_text,
    reproduction_text,
)
from groundstop.reports.text import assessment_text, comparison_text
from groundstop.reports.words import plain_rate

__all__ = [
    "assessment_text",
    "attestation_words",
    "audit_text",
    "card_text",
    "comparison_text",
    "finding_text",
    "minimization_text",
    "plain_rate",
    "reproduction_text",
]
