"""What parties ask of each other by a date, and what answers it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import get_args

from groundstop.cases.standing import lasts
from groundstop.cases.state import CaseState, Entry
from groundstop.documents.cases import (
    Acknowledged,
    Demand,
    EvidenceGiven,
    FixClaimed,
    LegalObjection,
    NotADefect,
    Refused,
    Remark,
    Requested,
    Response,
    VoluntaryWithdrawal,
    Withdrawn,
    WontFix,
)

_NO = (Refused, LegalObjection)
_ANSWERS: dict[Demand, tuple[type, ...]] = {
    Demand.FIX: (FixClaimed, VoluntaryWithdrawal, WontFix, NotADefect, *_NO),
    Demand.WITHDRAW: (VoluntaryWithdrawal, *_NO),
    Demand.INFORMATION: (
        Remark,
        EvidenceGiven,
        *(one for one in get_args(Response) if one is not Acknowledged),
    ),
}
"""What answers each demand. Doing it answers it, and so does saying no."""


def requests_of(state: CaseState) -> tuple[tuple[Entry, Requested], ...]:
    """Return what parties were asked for, in order; what was taken back is left out."""
    return tuple(state.standing(Requested))


def answers_of(state: CaseState) -> Mapping[str, Entry]:
    """Return what answers each request, by the request's envelope.

    A statement does not name what it answers. It answers one request: of those that its author was asked,
    that are open, and that it can be about, the latest. The others stay open.

    Args:
        state: The case.
    """
    found = _Pass(state)
    for entry in state.entries:
        found.take(entry)
    return {request: answer for request, answer in found.answered.items() if answer.stands}


def answer_to(state: CaseState, request: Entry) -> Entry | None:
    """Return the statement of the party that was asked which answers a request; or none.

    Args:
        state: The case.
        request: An entry that says ``requested``.
    """
    return answers_of(state).get(request.digest)


@dataclass
class _Pass:
    """One pass over the statements of a case, in order."""

    state: CaseState
    open: dict[str, Requested] = field(default_factory=dict)
    """Requests that nothing has answered yet, by envelope, in order."""
    answered: dict[str, Entry] = field(default_factory=dict)
    """By the envelope of the request."""
    given: dict[str, str] = field(default_factory=dict)
    """The request that a statement answers, by the envelope of the statement."""

    def take(self, entry: Entry) -> None:
        said = entry.said
        if isinstance(said, Requested):
            self.open.pop(entry.statement.amends or "", None)
            self.open[entry.digest] = said
        elif isinstance(said, Withdrawn):
            self.open.pop(said.statement, None)
        elif lasts(self.state, entry):
            self._answer(entry)

    def _answer(self, entry: Entry) -> None:
        # What its author rewords answers what it answered before.
        request = self.given.get(entry.statement.amends or "") or self._latest(entry)
        if request is not None:
            self.open.pop(request, None)
            self.answered[request] = entry
            self.given[entry.digest] = request

    def _latest(self, entry: Entry) -> str | None:
        return next(
            (
                digest
                for digest, request in reversed(self.open.items())
                if request.of == entry.by and isinstance(entry.said, _ANSWERS[request.what])
            ),
            None,
        )
