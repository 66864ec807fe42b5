"""A CycloneDX VEX document of what a case tells.

Source: CycloneDX 1.6 (ECMA-424), vulnerabilities with an analysis; a VEX without an inventory of its own.
"""

from __future__ import annotations

import uuid

from groundstop.cases.exports.csaf_products import Products, products_of
from groundstop.cases.exports.exported import Exported, Json, JsonValue, Publisher
from groundstop.cases.exports.fixes import shown_of_case, shown_of_claim, shown_sentences
from groundstop.cases.exports.words import (
    begun,
    credited_in,
    doing,
    ranges_sentence,
    reruns_sentence,
    responses,
    stamp,
    standing_sentence,
)
from groundstop.cases.tiers import Told, ToldModel
from groundstop.documents.cases import StandingKind

_NAMESPACE = uuid.UUID("6f1d1b3a-5f0e-5a57-9f0e-0a5f6d2c7b11")
"""Of serial numbers: one for each case, tier and moment, the same whenever it is made again."""

RESPONSES = {
    "wont_fix": "will_not_fix",
    "refused": "will_not_fix",
    "mitigated_temporarily": "workaround_available",
}
"""The nearest response of CycloneDX; a claimed fix is an update once the class is mitigated."""

_LOST = (
    "Each response of a developer: CycloneDX has none for a dispute, a refusal or an objection.",
    "The own kinds of the responses stand in the analysis as text.",
    "The analysis is one for all parties; who says what stands in the text.",
    "Severity: a level of another profile is no severity of CycloneDX; it stands as text, without a number.",
    "Counts with their intervals, comparators and verdicts stand as text.",
    "Interests, deadlines, notices and the embargo have no place.",
    "Signatures, logs and their proofs.",
)


def export_cyclonedx(told: Told, publisher: Publisher) -> Exported:
    """Make a CycloneDX VEX document.

    Args:
        told: What the case tells, at the tier that the document is for.
        publisher: Who publishes it.

    Returns:
        The document, and what was lost.
    """
    products = products_of(told)
    serial = uuid.uuid5(_NAMESPACE, f"{told.case} {told.tier.value} {stamp(told.as_of)}")
    document: Json = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{serial}",
        "version": 1,
        "metadata": {
            "timestamp": stamp(told.as_of),
            "supplier": {"name": publisher.name, "url": [publisher.namespace]},
            "properties": [{"name": "groundstop:tlp", "value": told.tlp}],
        },
        "components": [_component(products, model) for model in products.models],
        "vulnerabilities": [_vulnerability(told, publisher, products)],
    }
    return Exported("cyclonedx", f"{told.case.lower()}.cdx.json", document, (*_LOST, *products.lost))


def _component(products: Products, model: ToldModel) -> Json:
    component: Json = {
        "type": "machine-learning-model",
        "bom-ref": products.id_of(model),
        "supplier": {"name": model.provider},
        "name": model.name,
    }
    if model.snapshot is not None:
        component["version"] = model.snapshot
    if model.purl is not None:
        component["purl"] = model.purl
    return component


def _vulnerability(told: Told, publisher: Publisher, products: Products) -> Json:
    source: Json = {"name": publisher.name, "url": publisher.namespace}
    newest = max(one.at for one in told.statements)
    vulnerability: Json = {
        "bom-ref": told.case,
        "id": told.case,
        "source": source,
        "description": told.title,
        "detail": "\n\n".join((standing_sentence(told), reruns_sentence(told), *told.unknown)),
        "created": stamp(told.opened),
        "updated": stamp(newest),
        "analysis": _analysis(told),
        "affects": [_affects(products, model) for model in products.models],
        "properties": _properties(told),
    }
    if ranges := ranges_sentence(told):
        vulnerability["ratings"] = [{"source": source, "method": "other", "justification": ranges}]
    if credited := credited_in(told):
        vulnerability["credits"] = {"organizations": [{"name": name} for name in credited]}
    return vulnerability


def _properties(told: Told) -> list[JsonValue]:
    found: list[JsonValue] = []
    for one in told.findings:
        found.append({"name": "groundstop:finding", "value": one.id})
        if one.rate is not None:
            found.append({"name": f"groundstop:rate:{one.id}", "value": one.rate.words})
    return found


def _affects(products: Products, model: ToldModel) -> Json:
    status = (
        "affected" if model in products.affected else "unaffected" if model in products.fixed else "unknown"
    )
    version: Json = {"version": model.snapshot or "not stated", "status": status}
    return {"ref": products.id_of(model), "versions": [version]}


def _analysis(told: Told) -> Json:
    said = [f"{stamp(one.at)} {begun(one.by)} {doing(one)} ({one.type})." for one in responses(told)]
    shown = shown_sentences(told, shown_of_case(told))
    said += [f"Of the fix that is claimed: {sentence}" for sentence in shown]
    analysis: Json = {
        "state": state_of(told),
        "detail": "\n".join(said) or "No developer has made a response.",
    }
    if given := _responses(told):
        analysis["response"] = given
    dates = [one.at for one in responses(told)]
    if dates:
        analysis |= {"firstIssued": stamp(min(dates)), "lastUpdated": stamp(max(dates))}
    return analysis


def state_of(told: Told) -> str:
    """Return the state of the analysis. A dispute alone never makes a finding a false positive.

    ``resolved`` when the latest verification that counts has the verdict ``class_mitigated``, for every
    finding; ``exploitable`` when a stated requirement is said to be broken and enough independent reruns
    count, or a developer accepts the finding; ``in_triage`` otherwise.
    """
    if shown_of_case(told).is_mitigated:
        return "resolved"
    is_defect = told.standing is not None and told.standing.standing is StandingKind.DEFECT
    rerun = told.corroborations.counted >= max(1, told.corroborations.wanted)
    accepting = {
        "accepted_fix_planned",
        "mitigated_temporarily",
        "fix_claimed",
        "wont_fix",
        "voluntary_withdrawal",
    }
    accepted = any(one.type in accepting for one in responses(told))
    return "exploitable" if accepted or (is_defect and rerun) else "in_triage"


def _responses(told: Told) -> list[JsonValue]:
    found = []
    for one in responses(told):
        shown = shown_of_claim(told, one) if one.type == "fix_claimed" else None
        if shown is not None and shown.is_mitigated:
            found.append("update")
        elif shown is not None and shown.is_blocked:
            found.append("workaround_available")
        elif one.type in RESPONSES:
            found.append(RESPONSES[one.type])
    return list(dict.fromkeys(found))
