"""How severe a case is: measured facts above judged axes, scores side by side, never an average."""

from __future__ import annotations

from groundstop.cases.views import CaseView, Scored, Severity, SeverityRange
from groundstop.reports.case_measured import stopped_early
from groundstop.reports.case_parts import Cell, Grid, Line, Section, Tone
from groundstop.reports.case_same import same_model
from groundstop.reports.case_words import counted, listed, plain_lines
from groundstop.reports.words import plain

_RERUNS = "F7"
_TWO_COUNTS = (
    f"{_RERUNS} counts the calls that a rerun's test used until it decided; the rate among the measurements "
    "is over all the calls that were fixed in advance"
)


def severity_section(view: CaseView) -> Section:
    """Return the section of severity: facts, scores and ranges.

    Args:
        view: The case at a moment.
    """
    severity = view.severity
    lines = [Line(range_words(one)) for one in severity.ranges]
    if not severity.ranges:
        lines.append(Line("No score counts: the severity is not known", Tone.OPEN))
    lines += [
        Line(
            f"{plain(one.party)} raised the level to {plain(one.score.raised.to)}",
            quote=plain_lines(one.score.raised.reason),
        )
        for one in severity.scores
        if one.score.raised is not None
    ]
    if any(one.code == _RERUNS and one.value for one in severity.facts) and stopped_early(view):
        lines.append(Line(_TWO_COUNTS, Tone.SOFT))
    grids = [_facts(view)]
    if severity.scores:
        grids.append(_scores(severity))
    return Section("How severe it is", tuple(lines), tuple(grids))


def range_words(one: SeverityRange) -> str:
    """Return the lowest and the highest level under a profile."""
    by = f"by {counted(one.scorers, 'scorer')}; never an average"
    if one.lowest == one.highest:
        return f"{plain(one.profile)}: {plain(one.lowest)}, {by}"
    return f"{plain(one.profile)}: {plain(one.lowest)} to {plain(one.highest)}, {by}"


def _facts(view: CaseView) -> Grid:
    rows = tuple(
        (
            Cell(plain(one.code)),
            Cell(plain_lines(one.what)),
            Cell(same_model(view, one) or "not measured", Tone.SOFT)
            if one.value is None
            else Cell(plain_lines(one.value)),
            Cell(plain_lines(one.source or "")),
        )
        for one in view.severity.facts
    )
    return Grid("Measured facts", ("Fact", "What", "Measured", "Where"), rows)


def _scores(severity: Severity) -> Grid:
    heads = ("Scorer", "Level", "Axes", "Deciding", "Counts")
    return Grid("Judged axes, scorer by scorer", heads, tuple(_score(one) for one in severity.scores))


def _score(one: Scored) -> tuple[Cell, ...]:
    axes = ", ".join(f"{value.axis} {value.value}" for value in one.score.values)
    raised = ", raised" if one.score.raised else ""
    total = "" if one.total is None else f", sum {one.total:g}"
    return (
        Cell(plain(f"{one.party} ({one.score.profile}, {one.score.assessed:%Y-%m-%d})")),
        Cell(plain(one.level) + raised + total),
        Cell(plain(axes)),
        Cell(plain(listed(one.deciding)) or "none alone"),
        _counts(one),
    )


def _counts(one: Scored) -> Cell:
    reasons = [f"excluded: {plain_lines(one.excluded)}"] if one.excluded else []
    reasons += [f"stale: {plain_lines(one.stale)}"] if one.stale else []
    return Cell("; ".join(reasons), Tone.OPEN) if reasons else Cell("yes", Tone.GOOD)
