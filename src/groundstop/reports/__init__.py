"""Documents for people: terminal text here, self-contained HTML pages in :mod:`groundstop.reports.html`.

For other programs: JUnit XML and SARIF.

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
from groundstop.reports.junit import junit_xml
from groundstop.reports.sarif import sarif
from groundstop.reports.text import assessment_text, comparison_text
from groundstop.reports.verification_parts import PartState, verdict_state
from groundstop.reports.verification_text import verification_text
from groundstop.reports.verification_verdict import verdict_sentence
from groundstop.reports.words import plain_rate

__all__ = [
    "PartState",
    "assessment_text",
    "attestation_words",
    "audit_text",
    "card_text",
    "comparison_text",
    "finding_text",
    "junit_xml",
    "minimization_text",
    "plain_rate",
    "reproduction_text",
    "sarif",
    "verdict_sentence",
    "verdict_state",
    "verification_text",
]
