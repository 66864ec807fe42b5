"""Reading an AVID report, an AI flaw report, and a CycloneDX VEX document."""

from __future__ import annotations

from groundstop.cases.reading.fields import Fields
from groundstop.cases.reading.imported import Imported, ImportedModel, ImportedStatus, Notes, moment
from groundstop.errors import DocumentError


def read_avid(top: Fields, source: str) -> Imported:
    """Read an AVID report.

    Raises:
        DocumentError: A field has the wrong type.
    """
    notes = Notes()
    affects = top.inner("affects")
    developers = affects.texts("developer")
    artifacts = affects.each(notes.first(affects.items("artifacts")), "artifacts")
    provider = developers[0] if len(developers) == 1 else None
    if len(developers) > 1:
        notes.add("Which of its developers made which artifact is not said.")
    if "metrics" in top:
        notes.add("Metrics: what was measured is measured again, or is a finding of its own.")
    if "impact" in top:
        notes.add("The taxonomy of AVID.")
    problem = top.inner("problemtype").inner("description").text("value")
    references = top.each(notes.first(top.items("references")), "references")
    return Imported(
        kind="avid",
        source=source,
        title=notes.title(problem, "A report without a title"),
        ids=tuple(one for one in (top.inner("metadata").text("report_id"),) if one),
        publisher=None,
        tlp=None,
        dated=moment(top.text("reported_date")),
        models=tuple(
            dict.fromkeys(
                ImportedModel(provider, one.text("name") or "artifact without a name", None, None)
                for one in artifacts
            )
        ),
        requirement=None,
        description=notes.text(top.inner("description").text("value")),
        references=tuple(
            (one.text("label") or url, url) for one in references if (url := one.text("url")) is not None
        ),
        statuses=(),
        not_read=tuple(notes.left),
    )


def read_flaw_report(top: Fields, source: str) -> Imported:
    """Read an AI flaw report: an object with the fields of the form.

    What gives a way of asking is not taken: it belongs into a sealed finding, and not into a case.

    Raises:
        DocumentError: A field has the wrong type.
    """
    notes = Notes()
    for secret in ("Proof-of-Concept Exploit", "Examples"):
        if secret in top:
            notes.add(f"{secret}: it belongs into a sealed finding.")
    developers, versions = top.texts("Developer"), top.texts("System Version(s)")
    provider = developers[0] if len(developers) == 1 else None
    description = top.text("Flaw Description")
    first = (description or "").strip().split("\n", 1)[0]
    status = top.text("Report Status")
    return Imported(
        kind="flaw-report",
        source=source,
        title=notes.title(first, "A flaw report without a description"),
        ids=tuple(one for one in (top.text("Report ID"),) if one),
        publisher=top.text("Reporter ID"),
        tlp=None,
        dated=moment(top.text("Report Timestamp")),
        models=tuple(ImportedModel(provider, name, None, None) for name in versions or top.texts("System")),
        requirement=notes.text(top.text("Policy Violation")),
        description=notes.text(description),
        references=(),
        statuses=() if status is None else (ImportedStatus("report", status, None, None),),
        not_read=tuple(notes.left),
    )


def read_cyclonedx(top: Fields, source: str) -> Imported:
    """Read a CycloneDX document with vulnerabilities.

    Raises:
        DocumentError: It has no vulnerability, or a field has the wrong type.
    """
    notes = Notes()
    found = top.items("vulnerabilities")
    if not found:
        raise DocumentError(
            f"{source} is a CycloneDX document without vulnerabilities", "Give a VEX, and not an inventory"
        )
    vulnerabilities = top.each(notes.first(found), "vulnerabilities")
    if len(found) > 1:
        notes.add(
            f"It has {len(found)} vulnerabilities: the text is that of the first, the statuses are of all."
        )
    if any("ratings" in one for one in vulnerabilities):
        notes.add("Ratings: a case has severity profiles of its own, each with a scorer.")
    components = top.each(notes.first(top.items("components")), "components")
    first = vulnerabilities[0]
    metadata = top.inner("metadata")
    advisories = first.each(notes.first(first.items("advisories")), "advisories")
    return Imported(
        kind="cyclonedx",
        source=source,
        title=notes.title(first.text("description"), first.text("id") or "A vulnerability without a title"),
        ids=tuple(dict.fromkeys(one for each in vulnerabilities if (one := each.text("id")))),
        publisher=first.inner("source").text("name") or metadata.inner("supplier").text("name"),
        tlp=None,
        dated=moment(metadata.text("timestamp")),
        models=tuple(dict.fromkeys(_component(one) for one in components)),
        requirement=None,
        description=notes.text(first.text("detail")),
        references=tuple(
            (one.text("title") or url, url) for one in advisories if (url := one.text("url")) is not None
        ),
        statuses=tuple(status for one in vulnerabilities for status in _analysis(one, notes)),
        not_read=tuple(notes.left),
    )


def _component(component: Fields) -> ImportedModel:
    return ImportedModel(
        provider=component.inner("supplier").text("name"),
        name=component.text("name") or "component without a name",
        version=component.text("version"),
        purl=component.text("purl"),
    )


def _analysis(one: Fields, notes: Notes) -> list[ImportedStatus]:
    analysis = one.inner("analysis")
    at = moment(analysis.text("lastUpdated"))
    of = one.text("id") or "vulnerability"
    found = []
    if (state := analysis.text("state")) is not None:
        found.append(ImportedStatus(of, state, at, notes.text(analysis.text("detail"))))
    return found + [ImportedStatus(of, response, at, None) for response in analysis.texts("response")]
