"""What a case comes to: who is in it, what is due, what developers answer, what others ask and dispute."""

from __future__ import annotations

from groundstop.cases.views import CaseView
from groundstop.reports.case_answers import disputes_section, requests_section, responses_section
from groundstop.reports.case_deadlines import clocks_section, due_section
from groundstop.reports.case_measured import measured_section
from groundstop.reports.case_parts import Line, Section, Tone
from groundstop.reports.case_people import interests_section, parties_section
from groundstop.reports.case_reach import embargo_section, notices_section
from groundstop.reports.case_severity import severity_section
from groundstop.reports.case_words import moment, own_words, plain_lines
from groundstop.reports.verification_words import capital
from groundstop.reports.words import plain


def case_sections(view: CaseView) -> tuple[Section, ...]:
    """Return every section of the report of a case, in order; doubts about its record come first.

    Args:
        view: The case at a moment.
    """
    doubts = _doubts(view)
    told = (
        _standing(view),
        due_section(view),
        clocks_section(view),
        responses_section(view),
        requests_section(view),
        disputes_section(view),
        measured_section(view),
        severity_section(view),
        interests_section(view),
        notices_section(view),
        embargo_section(view),
        parties_section(view),
    )
    loud = view.state.forks or view.state.set_aside or view.state.missing
    return (doubts, *told) if loud else (*told, doubts)


def standing_words(view: CaseView) -> tuple[str, Tone]:
    """Return what kind of case it is, in a sentence: which requirement is broken, or that none is."""
    if view.standing is None:
        return "No requirement was stated yet: no fix clock runs", Tone.OPEN
    _, said = view.standing
    if said.requirement is None:
        return (
            f"{capital(said.standing.value)}: no stated requirement is broken, and no fix clock runs",
            Tone.OPEN,
        )
    told = f"{plain(said.requirement.id)}, version {plain(said.requirement_version or 'not stated')}"
    if view.is_defect:
        return f"{capital(said.standing.value)}: {told}", Tone.BAD
    return f"{capital(said.standing.value)} ({told}): no fix clock runs", Tone.OPEN


def _doubts(view: CaseView) -> Section:
    """Tell of forks, statements set aside and missing files: what a reader must know before all else."""
    state = view.state
    lines = [
        Line(
            f"FORK: {plain(one.party)} showed different things to different people. {plain_lines(one.what)}",
            Tone.BAD,
        )
        for one in state.forks
    ]
    lines += [
        Line(
            f"SET ASIDE: a statement{f' of {plain(one.by)}' if one.by else ''} does not count: "
            f"{plain_lines(one.why)} ({one.digest[7:19]})",
            Tone.BAD,
        )
        for one in state.set_aside
    ]
    lines += [
        Line(
            f"MISSING: this copy lacks a file, {one.kind.value} ({one.size:,} bytes, {one.sha256[:12]})",
            Tone.OPEN,
        )
        for one in state.missing
    ]
    if not lines:
        lines.append(Line("No fork, nothing set aside, no file missing", Tone.GOOD))
    return Section("Whether the record holds together", tuple(lines))


def _standing(view: CaseView) -> Section:
    sentence, tone = standing_words(view)
    lines = [Line(sentence, tone)]
    if view.standing is not None:
        entry, said = view.standing
        lines.append(Line(f"Stated by {plain(entry.by)}, {moment(entry.at)}", quote=own_words(said)))
        if said.requirement is not None:
            one = said.requirement
            source = f", from {plain_lines(one.source)}" if one.source else ""
            lines.append(Line(f"The requirement{source}", quote=plain_lines(one.statement)))
    emergency = "; this is an emergency" if view.emergency else ""
    lines.append(
        Line(f"Exposure: {view.exposure.value}{emergency}", Tone.BAD if view.emergency else Tone.PLAIN)
    )
    if view.closed is not None:
        lines.append(
            Line(
                f"Closed by {plain(view.closed.by)}, {moment(view.closed.at)}",
                quote=own_words(view.closed.said),
            )
        )
    return Section("What is broken", tuple(lines))
