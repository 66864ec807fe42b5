"""What was measured in a case: findings, independent reruns, comparator runs, verifications of fixes."""

from __future__ import annotations

from groundstop.cases.state import CaseFinding
from groundstop.cases.views import CaseView
from groundstop.cases.weighing import Weighed, weighed
from groundstop.documents import Comparison, Corroboration, Reproduction, Verification
from groundstop.reports.case_parts import Cell, Grid, Line, Section, Tone
from groundstop.reports.case_words import model_words, numbers, plain_lines
from groundstop.reports.verification_parts import PartState, verdict_state
from groundstop.reports.verification_verdict import verdict_sentence
from groundstop.reports.verification_words import VERDICT_NAMES
from groundstop.reports.words import plain, plain_rate

_TONES = {
    PartState.GOOD: Tone.GOOD,
    PartState.BAD: Tone.BAD,
    PartState.UNDECIDED: Tone.OPEN,
    PartState.NO_CLAIM: Tone.SOFT,
}


def measured_section(view: CaseView) -> Section:
    """Return the section of what was measured.

    Args:
        view: The case at a moment.
    """
    numbered = numbers(view.state.entries)
    lines = [_finding(one) for one in view.state.findings]
    given = weighed(view)
    rows = tuple(_row(one, numbered.get(one.evidence.entry), view) for one in given)
    grids = (
        [Grid("Measurements that parties put in", ("Statement", "What", "Result", "Counts"), rows)]
        if rows
        else []
    )
    verified = False
    for one in given:
        document = one.evidence.document
        if isinstance(document, Verification):
            verified = verified or one.why_not is None
            lines.append(_verified(one, document))
        if isinstance(document, Comparison):
            grids.append(_panel(one, document, numbered.get(one.evidence.entry)))
    if not verified:
        lines.append(Line("No fix was verified by anybody whose word counts", Tone.OPEN))
    return Section("What was measured", tuple(lines), tuple(grids))


def _finding(one: CaseFinding) -> Line:
    named = f"Finding {one.ref.id}, {model_words(one.ref.model)}"
    if one.finding is None:
        return Line(f"{named}: its bundle is not in this copy, so nothing of it is known here", Tone.OPEN)
    return Line(f"{named}: {plain_rate(one.finding.rate)} violated")


def _verified(given: Weighed, document: Verification) -> Line:
    told = f"Verified for {plain(given.evidence.by)}: {verdict_sentence(document).removesuffix('.')}"
    if given.why_not is not None:
        return Line(f"Not counted, as {plain_lines(given.why_not).removesuffix('.')}: {told}", Tone.SOFT)
    return Line(told, _TONES[verdict_state(document)])


def _row(given: Weighed, number: int | None, view: CaseView) -> tuple[Cell, ...]:
    one, why_not = given.evidence, given.why_not
    if why_not is None and isinstance(one.document, Corroboration):
        why_not = _not_asked_for(view, one.signer)
    by = f"{number}. {plain(one.by)}" if number else plain(one.by)
    counts = Cell("yes", Tone.GOOD) if why_not is None else Cell(f"no: {plain_lines(why_not)}", Tone.BAD)
    signer = f", signed by {plain(one.signer)}" if one.signer else ", signed by nobody in the case"
    if isinstance(one.document, Comparison):
        signer = ""
    return (Cell(by), Cell(one.attached.kind.value + signer), _result(given), counts)


def _not_asked_for(view: CaseView, signer: str | None) -> str | None:
    """Return why a valid rerun is none of the independent ones that the case asks for; none when it is."""
    if signer is None or signer in view.corroborations.counted:
        return None
    return dict(view.corroborations.not_counted).get(signer)


def _result(given: Weighed) -> Cell:
    match given.evidence.document:
        case Verification() as found:
            return Cell(
                VERDICT_NAMES[found.verdict], Tone.SOFT if given.why_not else _TONES[verdict_state(found)]
            )
        case Corroboration() as found:
            return Cell(_rerun(found.reproduction))
        case Comparison() as found:
            return Cell(f"{len(found.targets)} models compared, below")
    return Cell("not in this copy", Tone.OPEN)


def _rerun(found: Reproduction) -> str:
    """Return the result of a rerun; where its test decided early, both counts, and what each is of."""
    if not _stopped(found):
        return f"{found.outcome.value}, {plain_rate(found.rate)}"
    used = f"its test used {found.n}, of which {found.violated} got through"
    return f"{found.outcome.value}, {plain_rate(found.rate)} over the calls fixed in advance; {used}"


def _stopped(found: Reproduction) -> bool:
    return found.n != found.rate.n


def stopped_early(view: CaseView) -> bool:
    """Tell whether a rerun has a test that used fewer calls than were fixed in advance.

    Args:
        view: The case at a moment.
    """
    documents = (one.document for one in view.state.evidence)
    return any(isinstance(one, Corroboration) and _stopped(one.reproduction) for one in documents)


def _panel(one: Weighed, found: Comparison, number: int | None) -> Grid:
    rows = tuple(
        (
            Cell(plain(column.target.name) + (" (simulated)" if column.target.simulated else "")),
            Cell(plain_rate(column.rate)),
            Cell(plain_rate(column.baseline) if column.baseline else "not measured"),
        )
        for column in found.targets
    )
    named = f"Comparator run that {plain(one.evidence.by)} put in"
    named += f", statement {number}" if number else ""
    named += f"; not counted, as {plain_lines(one.why_not)}" if one.why_not else ""
    return Grid(named, ("Model", "Violated", "Asked plainly"), rows)
