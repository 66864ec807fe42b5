"""An AVID report of what a case tells.

Source: AI Vulnerability Database, report data model of avidtools 0.1 (https://github.com/avidml/avidtools).
"""

from __future__ import annotations

from groundstop.cases.exports.exported import Exported, Json, JsonValue, Publisher
from groundstop.cases.exports.fixes import shown_of_case, shown_sentences
from groundstop.cases.exports.words import (
    credited_in,
    ranges_sentence,
    reruns_sentence,
    standing_sentence,
)
from groundstop.cases.tiers import Told, ToldFinding, ToldRate
from groundstop.documents.cases import Role

_LANGUAGE = "eng"

_LOST = (
    "An AVID number: AVID gives it. The case's own id stands in its place.",
    "AVID's taxonomy (risk domain, effect, stage of life): nobody in the case has judged it.",
    "Responses of developers, disputes, interests and deadlines have no place.",
    "A verification of a fix stands in the description as text.",
    "Signatures, logs and their proofs.",
)


def export_avid(told: Told, publisher: Publisher) -> Exported:
    """Make an AVID report.

    Args:
        told: What the case tells, at the tier that the report is for.
        publisher: Who publishes it; its folder, where it is known, becomes a reference.

    Returns:
        The report, and what was lost.
    """
    document: Json = {
        "data_type": "AVID",
        "data_version": "0.2",
        "metadata": {"report_id": told.case},
        "affects": {
            "developer": list(dict.fromkeys(model.provider for model in told.models)),
            "deployer": [one.called for one in told.parties if one.role is Role.OPERATOR and one.name],
            "artifacts": [{"type": "Model", "name": model.label} for model in told.models],
        },
        "problemtype": {"classof": "LLM Evaluation", "type": "Measurement", "description": _said(told.title)},
        "metrics": [*_metrics(told)],
        "references": _references(publisher),
        "description": _said(_description(told)),
        "credit": [_said(name) for name in credited_in(told)],
        "reported_date": told.opened.date().isoformat(),
    }
    lost = [*_LOST]
    if not told.models:
        lost.append("The affected model: which one answered is not attested.")
    return Exported("avid", f"{told.case.lower()}.avid.json", document, tuple(lost))


def _said(text: str) -> Json:
    return {"lang": _LANGUAGE, "value": text}


def _description(told: Told) -> str:
    parts = [told.title, standing_sentence(told), reruns_sentence(told)]
    shown = shown_sentences(told, shown_of_case(told))
    parts += [f"Of the fix that is claimed: {sentence}" for sentence in shown]
    if ranges := ranges_sentence(told):
        parts.append(ranges)
    parts += told.unknown
    return "\n\n".join(parts)


def _metrics(told: Told) -> list[JsonValue]:
    found = [_of_finding(one) for one in told.findings]
    found += [
        _metric(f"comparator {one.model}: safeguard did not hold", one.rate) for one in told.comparators
    ]
    found += [_metric(f"rerun by {one.by}: {one.outcome}", one.rate) for one in told.reruns if one.counts]
    return [one for one in found if one is not None]


def _of_finding(finding: ToldFinding) -> Json | None:
    return None if finding.rate is None else _metric(f"{finding.id}: safeguard did not hold", finding.rate)


def _metric(name: str, rate: ToldRate) -> Json:
    return {
        "name": name,
        "detection_method": {"type": "Significance Test", "name": "exact sequential test on counts"},
        "results": {
            "violated": rate.violated,
            "n": rate.n,
            "undetermined": rate.undetermined,
            "lower": rate.lower,
            "upper": rate.upper,
            "level": rate.level,
        },
    }


def _references(publisher: Publisher) -> list[JsonValue]:
    if publisher.folder is None:
        return []
    return [{"type": "source", "label": f"Published by {publisher.name}", "url": publisher.folder}]
