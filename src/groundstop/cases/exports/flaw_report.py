"""An AI flaw report of what a case tells: the fields of the form that was proposed for all who report.

Source: Longpre and others, "In-House Evaluation Is Not Enough: Towards Robust Third-Party Flaw Disclosure for
General-Purpose AI" (2025, arXiv:2503.16861), whose form has these fields; no schema of it is published.
"""

from __future__ import annotations

from groundstop.cases.exports.exported import Exported, Json, JsonValue, Publisher
from groundstop.cases.exports.fixes import shown_of_case
from groundstop.cases.exports.words import (
    ranges_sentence,
    reruns_sentence,
    stamp,
    standing_sentence,
)
from groundstop.cases.tiers import Told
from groundstop.documents.cases import Exposure, Role

COMMON_FIELDS = (
    "Reporter ID",
    "Report ID",
    "System Version(s)",
    "Report Status",
    "Session ID",
    "Report Timestamp",
    "Flaw Timestamp(s)",
    "Context Info",
    "Flaw Description",
    "Policy Violation",
    "Developer",
    "System",
    "Severity",
    "Prevalence",
    "Impacts",
    "Impacted Stakeholder(s)",
    "Risk Source",
    "Bounty Eligibility",
)
"""Fields of every flaw report."""

KIND_FIELDS = {
    "Vulnerability Report": ("Proof-of-Concept Exploit",),
    "Hazard Report": ("Examples", "Replication Packet", "Statistical Argument"),
    "Malign Actor": ("Tactic Select", "Impact"),
}
"""Fields that a kind of report adds, for the kinds that a case can be."""

SEALED = "Sealed: it is given, encrypted, to named readers of the finding."

_LOST = (
    "Session ID, Bounty Eligibility, Impacts, Impacted Stakeholder(s), Risk Source: a case says none.",
    "Proof-of-Concept Exploit and Examples: they are sealed, and no tier of the case tells them.",
    "Responses of developers become one of five statuses; disputes, interests and deadlines have no place.",
    "The comparator panel and the verification of a fix have no field of their own.",
    "Signatures, logs and their proofs.",
)


def export_flaw_report(told: Told, publisher: Publisher) -> Exported:
    """Make a flaw report.

    Args:
        told: What the case tells, at the tier that the report is for.
        publisher: Who sends it in: the contact, where this tier does not name the reporter.

    Returns:
        The report, with none for what the case does not say, and what was lost.
    """
    kinds = ["Vulnerability Report", "Hazard Report"]
    if told.exposure is Exposure.EXPLOITED:
        kinds.append("Malign Actor")
    document: Json = {"Report Types": [*kinds], **_common(told, publisher)}
    document["Proof-of-Concept Exploit"] = SEALED
    document["Examples"] = SEALED
    document["Replication Packet"] = [f"{one.id} {one.content}" for one in told.findings]
    document["Statistical Argument"] = _argument(told)
    lost = [*_LOST]
    if told.exposure is Exposure.EXPLOITED:
        document |= {"Tactic Select": None, "Impact": None}
        lost.append("Tactic and impact of whoever uses it: a case does not say them.")
    return Exported("flaw-report", f"{told.case.lower()}.flaw-report.json", document, tuple(lost))


def _common(told: Told, publisher: Publisher) -> Json:
    reporters = [one.called for one in told.parties if one.role is Role.REPORTER]
    windows = [
        stamp(at) for one in told.findings for at in (one.window_start, one.window_end) if at is not None
    ]
    ranges = ranges_sentence(told)
    prevalence = [one.rate.words for one in told.findings if one.rate is not None]
    return {
        "Reporter ID": ", ".join(reporters) or publisher.name,
        "Report ID": told.case,
        "System Version(s)": [model.label for model in told.models],
        "Report Status": status_of(told),
        "Session ID": None,
        "Report Timestamp": stamp(told.opened),
        "Flaw Timestamp(s)": [*windows],
        "Context Info": _context(told, publisher),
        "Flaw Description": _description(told),
        "Policy Violation": standing_sentence(told),
        "Developer": list(dict.fromkeys(model.provider for model in told.models)),
        "System": list(dict.fromkeys(model.name for model in told.models)),
        "Severity": ranges,
        "Prevalence": [*prevalence],
        "Impacts": None,
        "Impacted Stakeholder(s)": None,
        "Risk Source": None,
        "Bounty Eligibility": None,
    }


def _context(told: Told, publisher: Publisher) -> str:
    return f"{told.tlp}. As of {stamp(told.as_of)}. Sent by {publisher.name} ({publisher.namespace})."


def status_of(told: Told) -> str:
    """Return the nearest of the form's statuses. That a finding is rejected is never said by a case."""
    if told.closed is not None:
        return "Closed"
    if shown_of_case(told).is_mitigated:
        return "Fixed"
    spoke = any(one.role is Role.DEVELOPER and one.stands for one in told.statements)
    return "Under investigation" if spoke else "Submitted"


def _description(told: Told) -> str:
    words = [one.text for one in told.statements if one.role is Role.REPORTER and one.text and one.stands]
    return "\n\n".join([told.title, *words])


def _argument(told: Told) -> JsonValue:
    counted = [
        f"{one.id}: the safeguard did not hold in {one.rate.words} tries."
        for one in told.findings
        if one.rate is not None
    ]
    return "\n".join([*counted, reruns_sentence(told)])
