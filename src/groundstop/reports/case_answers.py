"""What developers answer, what parties ask each other for, and what is disputed: each kind by itself."""

from __future__ import annotations

from groundstop.cases.asking import answer_to
from groundstop.cases.standing import as_of
from groundstop.cases.state import CaseState, Entry
from groundstop.cases.views import CaseView
from groundstop.documents.cases import (
    BaselineDispute,
    Disputed,
    InterestsChallenged,
    Refused,
    Requested,
    Response,
    Role,
    SeverityDispute,
)
from groundstop.reports.case_details import details
from groundstop.reports.case_parts import Line, Section, Tone
from groundstop.reports.case_words import (
    ASKED,
    label,
    moment,
    numbers,
    own_words,
    statement_words,
)
from groundstop.reports.words import plain

_DISPUTES = (Disputed, BaselineDispute, SeverityDispute, InterestsChallenged)


def responses_section(view: CaseView) -> Section:
    """Return the section of what developers answer, and after them others who can, such as operators.

    Args:
        view: The case at a moment.
    """
    numbered = numbers(view.state.entries)
    given = [entry for entry in view.state.entries if isinstance(entry.said, Response)]
    developers = {party.name for party in view.state.of_role(Role.DEVELOPER)}
    lines: list[Line] = []
    for party in view.state.of_role(Role.DEVELOPER):
        own = [entry for entry in given if entry.by == party.name]
        if not own:
            lines.append(Line(f"{plain(party.name)}: has answered nothing", Tone.OPEN))
        lines += [_said(entry, numbered) for entry in own]
    if not lines:
        lines.append(Line("No developer is in the case", Tone.OPEN))
    others = [entry for entry in given if entry.by not in developers]
    lines += [_said(entry, numbered, f" ({entry.statement.role.value})") for entry in others]
    return Section("What developers and operators answer", tuple(lines))


def _said(entry: Entry, numbered: dict[str, int], role: str = "") -> Line:
    more = details(entry.said, numbered)
    told = f"{numbered[entry.digest]}. {plain(entry.by)}{role}: {label(entry.said)}" + (
        f" ({more})" if more else ""
    )
    tone = (
        Tone.BAD
        if isinstance(entry.said, Refused)
        else Tone.OPEN
        if isinstance(entry.said, _DISPUTES)
        else Tone.PLAIN
    )
    return Line(f"{told}, {moment(entry.at)}{_gone(entry, numbered)}", tone, own_words(entry.said))


def _gone(entry: Entry, numbered: dict[str, int]) -> str:
    if entry.withdrawn_by is not None:
        return f"; TAKEN BACK by {statement_words(entry.withdrawn_by, numbered)}"
    if entry.amended_by is not None:
        return f"; REPLACED by {statement_words(entry.amended_by, numbered)}"
    return ""


def requests_section(view: CaseView) -> Section:
    """Return the section of what parties are asked for.

    Args:
        view: The case at a moment.
    """
    numbered, known = numbers(view.state.entries), as_of(view.state, view.now)
    lines = [_request(entry, said, view, known, numbered) for entry, said in view.requests]
    return Section("What is asked for", tuple(lines) or (Line("Nobody was asked for anything"),))


def _request(
    entry: Entry, said: Requested, view: CaseView, known: CaseState, numbered: dict[str, int]
) -> Line:
    answer = answer_to(known, entry)
    if answer is not None:
        result = f"; answered by {statement_words(answer.digest, numbered)}, {label(answer.said)}"
        result += f", {moment(answer.at)}" + (", late" if answer.at > said.by else "")
    else:
        result = "; the date is past, and nothing answers it" if said.by <= view.now else "; open"
    told = f"{numbered[entry.digest]}. {plain(entry.by)} asks {plain(said.of)} for {ASKED[said.what.value]}"
    return Line(f"{told} by {moment(said.by)}{result}{_gone(entry, numbered)}", quote=own_words(said))


def disputes_section(view: CaseView) -> Section:
    """Return the section of what is disputed, and by whom.

    Args:
        view: The case at a moment.
    """
    numbered = numbers(view.state.entries)
    lines = [_said(entry, numbered) for entry in view.state.entries if isinstance(entry.said, _DISPUTES)]
    nothing = Line("Nobody disputes anything. A refusal is no dispute, and stands under the answers")
    return Section("What is disputed", tuple(lines) or (nothing,))
