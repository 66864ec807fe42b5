"""A CSAF 2.0 security advisory of what a case tells.

Source: OASIS, Common Security Advisory Framework Version 2.0, profile 4.4 (Security Advisory).
"""

from __future__ import annotations

import re

from groundstop.cases.exports.csaf_parties import involvements, remediations
from groundstop.cases.exports.csaf_products import Products, products_of
from groundstop.cases.exports.exported import Exported, Json, JsonValue, Publisher
from groundstop.cases.exports.fixes import shown_of_case, shown_sentences
from groundstop.cases.exports.words import (
    EXPOSURE_WORDS,
    begun,
    credited_in,
    doing,
    ended,
    ranges_sentence,
    reruns_sentence,
    stamp,
    standing_sentence,
)
from groundstop.cases.tiers import Told
from groundstop.documents.cases import Tier

TLP_1 = {Tier.PUBLIC: "WHITE", Tier.BRIEF: "GREEN", Tier.TECHNICAL: "AMBER", Tier.FULL: "RED"}
"""CSAF 2.0 knows the marks of the Traffic Light Protocol 1.0; the mark of version 2.0 stands in the text."""

_LOST = (
    "Signatures, logs and their proofs: the advisory is a copy of words, and proves nothing by itself.",
    "The difference between what parties say and what was measured is kept in notes alone.",
    "Each response of a developer becomes one of six statuses; its own kind stands in the summary beside it.",
    "A legal objection has no status: it stands as open, with the kind in the summary.",
    "A fix that is planned, or claimed and not verified, stands as none_available, with what was said of it.",
    "A fix that is verified to block no more than the reported way of asking stands as a mitigation.",
    "Comparators, counts with their intervals, and verdicts of verifications stand in notes as text.",
    "No CVE is named and no CVSS vector is given: nobody has made them. Severity stands as text.",
    "No weakness (CWE) is named: a case does not say whether prompt injection is meant.",
)


def csaf_file_name(case: str) -> str:
    """Return the file name that CSAF prescribes for a tracking id (section 5.1)."""
    return re.sub(r"[^+\-a-z0-9]+", "_", case.lower()) + ".json"


def export_csaf(told: Told, publisher: Publisher) -> Exported:
    """Make a CSAF 2.0 security advisory.

    Args:
        told: What the case tells, at the tier that the advisory is for.
        publisher: Who publishes it.

    Returns:
        The advisory, and what was lost.
    """
    products = products_of(told)
    name = csaf_file_name(told.case)
    document: Json = {
        "document": _document(told, publisher, name),
        "product_tree": products.tree(),
        "vulnerabilities": [_vulnerability(told, products)],
    }
    lost = [*_LOST]
    if told.tier is Tier.TECHNICAL:
        lost.append("TLP:AMBER+STRICT stands as AMBER: CSAF 2.0 has the marks of TLP 1.0.")
    if told.tier is not Tier.PUBLIC:
        lost.append("Interests, deadlines and what is due have no place.")
    if any(model.digest for model in products.models):
        lost.append("Digests of weights: CSAF ties a digest to a file name, and a model has none.")
    return Exported("csaf", name, _sorted(document), (*lost, *products.lost))


def _sorted(value: Json) -> Json:
    """Return an object with its keys in the order that CSAF recommends: the alphabet's (test 6.2.13)."""
    return {key: _in_order(value[key]) for key in sorted(value)}


def _in_order(value: JsonValue) -> JsonValue:
    if isinstance(value, dict):
        return _sorted(value)
    return [_in_order(one) for one in value] if isinstance(value, list) else value


def _document(told: Told, publisher: Publisher, name: str) -> Json:
    history = _history(told)
    ranges = ranges_sentence(told)
    references: list[JsonValue] = []
    if publisher.folder is not None:
        url = f"{publisher.folder.rstrip('/')}/{name}"
        references.append({"category": "self", "summary": "This advisory.", "url": url})
    document: Json = {
        "category": "csaf_security_advisory",
        "csaf_version": "2.0",
        "lang": "en",
        "title": told.title,
        "publisher": {
            "category": publisher.category.value,
            "name": publisher.name,
            "namespace": publisher.namespace,
        },
        "distribution": {
            "text": f"{told.tlp}. It leaves out: {'; '.join(told.left_out)}.",
            "tlp": {"label": TLP_1[told.tier], "url": "https://www.first.org/tlp/"},
        },
        "notes": _notes(told),
        "tracking": {
            "id": told.case,
            "status": "final" if told.closed else "interim",
            "version": str(len(history)),
            "initial_release_date": history[0]["date"],
            "current_release_date": history[-1]["date"],
            "revision_history": list(history),
        },
    }
    if ranges is not None:
        document["aggregate_severity"] = {"text": ranges}
    if references:
        document["references"] = references
    if credited := credited_in(told):
        document["acknowledgments"] = [{"organization": one, "summary": "Reported it."} for one in credited]
    return document


def _history(told: Told) -> list[Json]:
    """Return the statements as revisions, by the dates that their authors gave."""
    ordered = sorted(told.statements, key=lambda one: one.at)
    return [
        {"date": stamp(one.at), "number": str(number), "summary": f"{begun(one.by)} {doing(one)}."}
        for number, one in enumerate(ordered, start=1)
    ]


def _notes(told: Told) -> list[JsonValue]:
    notes = [
        ("general", "Standing", standing_sentence(told)),
        ("general", "As of", f"The case as it stood on {stamp(told.as_of)}."),
    ]
    if ranges := ranges_sentence(told):
        notes.append(("other", "Severity", ranges))
    for score in told.scores:
        values = ", ".join(f"{axis} {value}" for axis, value in score.values)
        aside = ended(f" Left out of the range: {score.excluded}") if score.excluded else ""
        aside += ended(f" No longer holds: {score.stale}") if score.stale else ""
        text = f"{score.profile}, assessed on {stamp(score.assessed)}: {score.level} ({values}).{aside}"
        notes.append(("other", f"Severity by {score.party}", text))
    if told.unknown:
        notes.append(("details", "What is not known", "\n".join(told.unknown)))
    return [{"category": kind, "title": title, "text": text} for kind, title, text in notes]


def _vulnerability(told: Told, products: Products) -> Json:
    ids: list[JsonValue] = [{"system_name": "Groundstop case", "text": told.case}]
    ids += [{"system_name": "Groundstop finding", "text": finding.id} for finding in told.findings]
    vulnerability: Json = {
        "title": told.title,
        "ids": ids,
        "notes": _measured(told),
        "product_status": products.status(),
        "involvements": involvements(told),
        "remediations": remediations(told, products),
        "threats": [
            {
                "category": "exploit_status",
                "date": stamp(told.as_of),
                "details": EXPOSURE_WORDS[told.exposure],
            }
        ],
    }
    if ends := [finding.window_end for finding in told.findings if finding.window_end]:
        vulnerability["discovery_date"] = stamp(min(ends))
    return vulnerability


def _measured(told: Told) -> list[JsonValue]:
    lines = [("description", "What was reported", told.title)]
    for finding in told.findings:
        if finding.rate is not None:
            where = f" on {finding.model.label}" if finding.model else ""
            text = f"In the reported test the safeguard did not hold in {finding.rate.words} tries{where}."
            lines.append(("details", f"Measured: {finding.id}", text))
    lines.append(("details", "Independent reruns", reruns_sentence(told)))
    for column in told.comparators:
        plainly = f"; asked plainly, {column.baseline.words}" if column.baseline else ""
        lines.append(("details", f"Comparator {column.model}", f"{column.rate.words} tries{plainly}."))
    lines += [("details", f"{one.code} {one.what}", one.value) for one in told.facts if one.value is not None]
    shown = shown_sentences(told, shown_of_case(told))
    lines += [("details", "Verification of the fix", sentence) for sentence in shown]
    lines += [
        ("other", f"{one.by}, {stamp(one.at)}: {one.type}", one.text)
        for one in told.statements
        if one.text is not None and one.stands
    ]
    return [{"category": kind, "title": title, "text": text} for kind, title, text in lines]
