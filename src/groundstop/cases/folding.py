"""The fold: what a case is, from its statements and logs alone.

Pure: the same statements and logs give the same state, in whatever order they came, on every machine.
"""

from __future__ import annotations

from collections.abc import Mapping

from groundstop.cases.attachments import evidence_of, findings_of, missing_files
from groundstop.cases.files import CaseFile
from groundstop.cases.ordering import Ordered, in_order
from groundstop.cases.rivals import losers_of
from groundstop.cases.sightings import forked_logs, kept_logs, sightings_of
from groundstop.cases.state import CaseState, Entry, SetAside, Sighting
from groundstop.cases.taking import Losers, Taken, take_all
from groundstop.documents.cases import CaseStatement, Opened, Withdrawn
from groundstop.errors import DocumentError


def fold(case: CaseFile) -> CaseState:
    """Work out the state of a case.

    Args:
        case: Its file.

    Returns:
        The state. A statement that does not count, because its signature is wrong, its author has no right to
        it, or it contradicts its author's own sequence, is set aside with the reason, and never dropped.

    Raises:
        DocumentError: The opening does not hold: whoever signed it is not the party that it says.
    """
    opening, first = case.opening
    statements, aside = _of_this_case(case, first)
    ordered = in_order(statements, opening)
    taken, losers = take_all(ordered.placed, case.statements, statements, first.by), Losers()
    # Which statements stand decides who may speak, and so which others do. What has lost is never freed, so
    # that this ends.
    while True:
        logs = list(kept_logs(case, taken.cards))
        logged = sightings_of(logs)
        found = losers.with_those(losers_of(taken, logged))
        if found == losers:
            break
        losers = found
        taken = take_all(ordered.placed, case.statements, statements, first.by, losers)
    if opening not in taken.counting:
        raise DocumentError(
            f"The opening of {case.source} does not hold: {taken.aside[0].why}",
            "Do not believe it; ask whoever gave it for the original",
        )
    entries = _entries(ordered, taken, logged)
    return CaseState(
        id=first.case,
        entries=entries,
        parties=tuple(taken.parties[name] for name in sorted(taken.parties)),
        findings=findings_of(case, entries),
        evidence=evidence_of(case, entries, taken.cards),
        set_aside=(*aside, *taken.aside, *_waiting(ordered, statements)),
        forks=(*taken.forked(), *forked_logs(logs)),
        missing=missing_files(case, entries),
        cards=taken.cards,
        sequence={party: (number, taken.chains[party, number]) for party, number in sorted(taken.chains)},
    )


def _of_this_case(case: CaseFile, first: CaseStatement) -> tuple[dict[str, CaseStatement], list[SetAside]]:
    statements, aside = {}, []
    for digest, signed in case.statements.items():
        document = signed.document()
        if not isinstance(document, CaseStatement):
            aside.append(SetAside(digest, None, "it is of a kind that this release does not know"))
        elif document.case != first.case:
            aside.append(SetAside(digest, document.by, f"it belongs to the case {document.case}"))
        else:
            statements[digest] = document
    return statements, aside


def _waiting(ordered: Ordered, statements: Mapping[str, CaseStatement]) -> list[SetAside]:
    return [
        SetAside(
            digest,
            statements[digest].by,
            f"it names the statement {lacking[:19]}…, which this copy lacks: merge one that has it",
            waiting=True,
        )
        for digest, lacking in sorted(ordered.waiting.items())
    ]


def _entries(ordered: Ordered, taken: Taken, logged: Mapping[str, tuple[Sighting, ...]]) -> tuple[Entry, ...]:
    amended: dict[str, str] = {}
    withdrawn: dict[str, str] = {}
    places = {digest: place for place, digest in enumerate(ordered.placed) if digest in taken.counting}
    # None of these is dated before one that it names, so that this order keeps to what was seen.
    order = sorted(places, key=lambda digest: (taken.counting[digest].created, places[digest]))
    for digest in order:
        statement = taken.counting[digest]
        if statement.amends is not None:
            amended[statement.amends] = digest
        if isinstance(statement.said, Withdrawn):
            withdrawn[statement.said.statement] = digest
    entries = [
        Entry(
            digest,
            taken.counting[digest],
            taken.signers[digest],
            logged.get(digest, ()),
            amended.get(digest),
            withdrawn.get(digest),
        )
        for digest in order
    ]
    # The opening comes first even where another statement is dated at the same moment.
    return tuple(sorted(entries, key=lambda entry: not isinstance(entry.said, Opened)))
