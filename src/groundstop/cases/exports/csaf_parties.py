"""What parties say, as the involvements and the remediations of a CSAF advisory."""

from __future__ import annotations

from datetime import datetime

from groundstop.cases.exports.csaf_products import Products
from groundstop.cases.exports.exported import Json, JsonValue
from groundstop.cases.exports.fixes import shown_of_claim, shown_sentences
from groundstop.cases.exports.words import (
    RESPONSE_WORDS,
    begun,
    day,
    doing,
    responses,
    stamp,
)
from groundstop.cases.tiers import Told, ToldParty, ToldStatement
from groundstop.documents.cases import Role

STATUSES = {
    "acknowledged": "in_progress",
    "cannot_reproduce": "disputed",
    "accepted_fix_planned": "in_progress",
    "mitigated_temporarily": "in_progress",
    "fix_claimed": "completed",
    "not_a_defect": "disputed",
    "baseline_dispute": "disputed",
    "severity_dispute": "in_progress",
    "wont_fix": "completed",
    "refused": "completed",
    "voluntary_withdrawal": "completed",
    "legal_objection": "open",
}
"""The nearest status of CSAF to each response; the response's own kind stands in the summary."""

REMEDIES = {
    "accepted_fix_planned": "none_available",
    "mitigated_temporarily": "mitigation",
    "fix_claimed": "none_available",
    "wont_fix": "no_fix_planned",
    "refused": "no_fix_planned",
    "voluntary_withdrawal": "mitigation",
}
"""The category of remediation of each response; a claimed fix is a vendor fix once the class is mitigated.

CSAF 2.0 has none for a fix that is planned, or claimed: until one was verified, none is available. One that
is verified to block the reported way of asking, and no more, is a mitigation.
"""

_INVOLVED = {
    Role.COORDINATOR: ("coordinator", "coordinates it"),
    Role.REPORTER: ("discoverer", "reported it"),
}


def involvements(told: Told) -> list[JsonValue]:
    """Return who was involved how, with dates: one entry for each response, and one for silence.

    CSAF allows one entry for a kind of party and a date. Where more fall on one second, they share an entry:
    its status is that of the last, and its summary has all.
    """
    found: dict[tuple[str, datetime], tuple[str, list[str]]] = {}
    for statement in responses(told):
        what = f"{begun(statement.by)} {doing(statement)} ({statement.type})."
        _add(found, "vendor", statement.at, STATUSES[statement.type], what)
    spoke = {statement.by for statement in responses(told)}
    for party in told.parties:
        if party.role is Role.DEVELOPER and party.called not in spoke:
            _add(found, "vendor", *_silent(told, party))
        elif party.role in _INVOLVED:
            kind, does = _INVOLVED[party.role]
            status = "completed" if told.closed else "in_progress"
            first = next((one.at for one in told.statements if one.by == party.called), None)
            if first is not None:
                _add(found, kind, first, status, f"{begun(party.called)} {does}.")
    return [_involvement(kind, at, *entry) for (kind, at), entry in found.items()]


def _silent(told: Told, party: ToldParty) -> tuple[datetime, str, str]:
    if party.reachable:
        return (
            told.opened,
            "contact_attempted",
            f"{begun(party.called)} was named in the case, and has made no response.",
        )
    return told.as_of, "not_contacted", f"No key of {party.called} is known."


def _add(
    found: dict[tuple[str, datetime], tuple[str, list[str]]],
    kind: str,
    at: datetime,
    status: str,
    summary: str,
) -> None:
    key = (kind, at.replace(microsecond=0))
    _, before = found.get(key, (status, []))
    found[key] = (status, [*before, summary])


def _involvement(kind: str, at: datetime, status: str, summaries: list[str]) -> Json:
    return {"party": kind, "status": status, "date": stamp(at), "summary": " ".join(summaries)}


def remediations(told: Told, products: Products) -> list[JsonValue]:
    """Return what is done or refused, from responses and verifications, for the models that need it."""
    found = [_remediation(told, products, one) for one in responses(told) if one.type in REMEDIES]
    covered = {product for one in found if isinstance(ids := one["product_ids"], list) for product in ids}
    rest = [product for product in products.ids(products.open) if product not in covered]
    if rest:
        found.append(
            {
                "category": "none_available",
                "details": "No developer has named a remedy.",
                "product_ids": list(rest),
            }
        )
    return list(found)


def _remediation(told: Told, products: Products, statement: ToldStatement) -> Json:
    category, details = REMEDIES[statement.type], [f"{begun(statement.by)} {RESPONSE_WORDS[statement.type]}."]
    if statement.build is not None:
        details.append(f"The build is {statement.build}.")
    if statement.type == "fix_claimed":
        category, verified = _verified(told, statement)
        details += verified
    if statement.type == "mitigated_temporarily" and statement.date is not None:
        details.append(f"It is to hold until {day(statement.date)}.")
    if statement.withdraws:
        details.append(f"Withdrawn: {', '.join(statement.withdraws)}.")
    if statement.text is not None:
        details.append(f"In its own words: {statement.text}")
    dated = (
        statement.date if statement.type in ("accepted_fix_planned", "voluntary_withdrawal") else statement.at
    )
    return {
        "category": category,
        "date": stamp(dated or statement.at),
        "details": " ".join(details),
        "product_ids": products.ids(products.open or products.models),
    }


def _verified(told: Told, claim: ToldStatement) -> tuple[str, list[str]]:
    """Return the category of a claimed fix, and what is shown of it."""
    shown = shown_of_claim(told, claim)
    if not shown.verifications:
        return REMEDIES[claim.type], ["Nobody independent has verified it."]
    sentences = shown_sentences(told, shown)
    if shown.is_mitigated:
        return "vendor_fix", sentences
    if shown.is_blocked:
        return "mitigation", ["It is no fix of the class.", *sentences]
    if missing := shown.findings - len(shown.verifications):
        sentences.append(f"Of {missing} of the {shown.findings} findings nobody independent has verified it.")
    return REMEDIES[claim.type], sentences
