"""Who is in a case, with what interests, and how many independent reruns that calls for."""

from __future__ import annotations

from groundstop.cases.state import PartyState
from groundstop.cases.views import (
    CaseView,
    DeclarationState,
    PartyInterests,
)
from groundstop.reports.case_details import interest_words
from groundstop.reports.case_parts import Cell, Grid, Line, Section, Tone, cells
from groundstop.reports.case_words import (
    counted,
    listed,
    plain_lines,
)
from groundstop.reports.words import plain


def interests_section(view: CaseView) -> Section:
    """Return the section of interests, and of the reruns that they call for.

    Args:
        view: The case at a moment.
    """
    wanted = view.corroborations
    enough = len(wanted.counted) >= wanted.wanted
    names = f" ({plain(listed(wanted.counted))})" if wanted.counted else ""
    lines = [
        Line(
            f"Independent reruns that count: {len(wanted.counted)} of {wanted.wanted} asked for{names}",
            Tone.GOOD if enough else Tone.OPEN,
        ),
        *(Line(f"Why {wanted.wanted}: {plain_lines(why)}") for why in wanted.why),
        *(Line(f"Not counted: {plain(party)}, {plain_lines(why)}") for party, why in wanted.not_counted),
    ]
    heads = ("Party", "State", "Interests", "May score", "Why")
    rows = tuple(_interests_row(one) for one in view.interests)
    return Section("Interests and corroboration", tuple(lines), (Grid("Declared interests", heads, rows),))


def _interests_row(one: PartyInterests) -> tuple[Cell, ...]:
    told = [plain(interest_words(interest)) for interest in one.interests]
    told += [f"challenged: {kind.value}" for kind in one.challenged]
    told += [f"challenge upheld: {kind.value}" for kind in one.upheld]
    settled = one.state is DeclarationState.NONE
    return (
        Cell(plain(one.party)),
        Cell(one.state.value, Tone.GOOD if settled else Tone.OPEN),
        Cell("; ".join(told) or "not declared"),
        Cell("yes") if one.may_score else Cell("no", Tone.OPEN),
        Cell(plain_lines(one.why)),
    )


def parties_section(view: CaseView) -> Section:
    """Return the section of who is in the case.

    Args:
        view: The case at a moment.
    """
    said = {
        party.name: sum(entry.by == party.name for entry in view.state.entries)
        for party in view.state.parties
    }
    rows = tuple(
        (*cells(plain(one.name), one.role.value), _key(one), Cell(_identity(one)), Cell(str(said[one.name])))
        for one in view.state.parties
    )
    grid = Grid("Parties", ("Party", "Role", "Key", "Identity", "Statements"), rows)
    parties = counted(len(view.state.parties), "party", "parties")
    who = f"{parties}, {counted(len(view.state.entries), 'statement')}"
    trust = "Whose a key is, no case can show: compare its id with one that you have from its owner"
    return Section("Who is in it", (Line(who), Line(trust, Tone.SOFT)), (grid,))


def _key(party: PartyState) -> Cell:
    if party.card is None:
        return Cell("none known: cannot be reached", Tone.BAD)
    named = f", named by {plain(party.keyed_by)}" if party.keyed_by not in (None, party.name) else ""
    return Cell(f"{party.card.key_id[:16]}{named}")


def _identity(party: PartyState) -> str:
    if party.withheld is None:
        return "as named"
    if party.identity is not None:
        return f"revealed: {plain_lines(party.identity)}"
    return f"withheld; in escrow with {plain(party.withheld.held_by)}"
