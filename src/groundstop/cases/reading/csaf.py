"""Reading a CSAF 2.0 document: title, products, what is said of parties and products, references."""

from __future__ import annotations

from collections import deque

from groundstop.cases.reading.fields import Fields
from groundstop.cases.reading.imported import (
    MAX_ITEMS,
    Imported,
    ImportedModel,
    ImportedStatus,
    Notes,
    moment,
)
from groundstop.errors import DocumentError


def read_csaf(top: Fields, source: str) -> Imported:
    """Read a CSAF 2.0 document.

    Raises:
        DocumentError: It is of another version, or a field has the wrong type.
    """
    notes = Notes()
    document = top.needed("document")
    if document.text("csaf_version") != "2.0":
        raise DocumentError(f"{source} is a CSAF document of another version", "Give one of CSAF version 2.0")
    tracking = document.inner("tracking")
    found = top.items("vulnerabilities")
    vulnerabilities = top.each(notes.first(found), "vulnerabilities")
    if len(found) > 1:
        notes.add(
            f"It has {len(found)} vulnerabilities: the text is that of the first, the statuses are of all."
        )
    if any("scores" in one for one in vulnerabilities):
        notes.add("CVSS scores: a case has severity profiles of its own, each with a scorer.")
    named = dict(_products(top.inner("product_tree"), notes))
    label = document.inner("distribution").inner("tlp").text("label")
    ids = [tracking.text("id")]
    for one in vulnerabilities:
        ids += [one.text("cve"), *(each.text("text") for each in one.each(one.items("ids"), "ids"))]
    texts = [
        note.text("text")
        for holder in (*vulnerabilities[:1], document)
        for note in holder.each(holder.items("notes"), "notes")
        if note.text("category") in ("description", "summary")
    ]
    return Imported(
        kind="csaf",
        source=source,
        title=notes.title(document.text("title"), "An advisory without a title"),
        ids=tuple(dict.fromkeys(one for one in ids if one)),
        publisher=document.inner("publisher").text("name"),
        tlp=None if label is None else f"TLP:{label}",
        dated=moment(tracking.text("current_release_date")),
        models=tuple(dict.fromkeys(named.values())),
        requirement=None,
        description=notes.text(next((one for one in texts if one), None)),
        references=_references(document, vulnerabilities, notes),
        statuses=tuple(status for one in vulnerabilities for status in _statuses(one, named, notes)),
        not_read=tuple(notes.left),
    )


def _products(tree: Fields, notes: Notes) -> list[tuple[str, ImportedModel]]:
    """Return the products, with the branches above them; relationships make no model of their own."""
    found: list[tuple[str, ImportedModel]] = []
    top: dict[str, str] = {}
    waiting = deque((one, top) for one in tree.each(notes.first(tree.items("branches")), "branches"))
    if "relationships" in tree or "product_groups" in tree:
        notes.add("Relationships and groups of products.")
    while waiting and len(found) < MAX_ITEMS:
        branch, above = waiting.popleft()
        named: dict[str, str] = {**above, branch.text("category") or "": branch.text("name") or ""}
        if "product" in branch:
            found.append(_product(branch.inner("product"), named))
        below = branch.each(notes.first(branch.items("branches")), "branches")
        waiting += [(one, named) for one in below]
    flat = tree.each(notes.first(tree.items("full_product_names")), "full_product_names")
    return [*found, *(_product(one, {}) for one in flat)][:MAX_ITEMS]


def _product(product: Fields, named: dict[str, str]) -> tuple[str, ImportedModel]:
    purl = product.inner("product_identification_helper").text("purl")
    name = named.get("product_name") or product.text("name") or "product without a name"
    version = named.get("product_version")
    return product.text("product_id") or "", ImportedModel(named.get("vendor"), name, version, purl)


def _references(document: Fields, vulnerabilities: list[Fields], notes: Notes) -> tuple[tuple[str, str], ...]:
    found: dict[tuple[str, str], None] = {}
    for holder in (document, *vulnerabilities):
        for one in holder.each(notes.first(holder.items("references")), "references"):
            if (url := one.text("url")) is not None:
                found[(one.text("summary") or url, url)] = None
    return tuple(found)[:MAX_ITEMS]


def _statuses(one: Fields, named: dict[str, ImportedModel], notes: Notes) -> list[ImportedStatus]:
    found = [
        ImportedStatus(
            of=each.text("party") or "party",
            status=each.text("status") or "not stated",
            at=moment(each.text("date")),
            text=notes.text(each.text("summary")),
        )
        for each in one.each(notes.first(one.items("involvements")), "involvements")
    ]
    states = one.inner("product_status")
    for state in ("known_affected", "fixed", "first_fixed", "known_not_affected", "under_investigation"):
        for product in states.texts(state)[:MAX_ITEMS]:
            model = named.get(product)
            found.append(ImportedStatus(model.name if model else product, state, None, None))
    for each in one.each(notes.first(one.items("remediations")), "remediations"):
        category = each.text("category") or "remediation"
        found.append(
            ImportedStatus(
                "remediation", category, moment(each.text("date")), notes.text(each.text("details"))
            )
        )
    return found
