"""A recorder that counts what it keeps."""

from __future__ import annotations

from groundstop.directives.decision import Ground
from groundstop.documents.gateway import Change, GuardOutcome
from groundstop.gateway.counting.blocking import Blocked
from groundstop.gateway.counting.families import CHANGES, DENIALS, FALLBACKS, GUARDS
from groundstop.gateway.counting.metrics import Metrics
from groundstop.gateway.counting.quotas import Used
from groundstop.gateway.denials import Reason, denial_of
from groundstop.gateway.gate import Ruling
from groundstop.gateway.recording import Entry, Recorder

_NONE = ""
"""The directive of what no order is behind."""


class CountedRecorder:
    """Hands on to a recorder, and counts what was kept: a :class:`~groundstop.gateway.recording.Recorder`.

    Args:
        recorder: Keeps receipts.
        metrics: Counts requests.
        blocked: Counts who is kept out and need not be.
        used: Counts what is done under licences.
    """

    def __init__(self, recorder: Recorder, metrics: Metrics, blocked: Blocked, used: Used) -> None:
        self._recorder = recorder
        self._metrics = metrics
        self._blocked = blocked
        self._used = used

    def decided(self, entry: Entry) -> None:
        """A request was ruled on; see :class:`~groundstop.gateway.recording.Recorder`."""
        self._recorder.decided(entry)
        decision = entry.ruling.decision
        for said in entry.guards:
            self._metrics.add(GUARDS, (said.directive, said.outcome.value))
        if entry.status < 400 and entry.ruling.allowed:
            if decision is not None and decision.ground is Ground.LICENSED and decision.licence is not None:
                self._used.count(decision.licence)
            if entry.instead_of is not None:
                self._metrics.add(FALLBACKS, (entry.instead_of,))
        else:
            self._denied(entry)
        self._blocked.saw(entry)

    def changed(
        self,
        request: str,
        change: Change,
        *,
        status: int | None = None,
        model: str | None = None,
        ruling: Ruling | None = None,
    ) -> None:
        """Something became of a request; see :class:`~groundstop.gateway.recording.Recorder`."""
        self._recorder.changed(request, change, status=status, model=model, ruling=ruling)
        self._metrics.add(CHANGES, (change.value,))

    def _denied(self, entry: Entry) -> None:
        if not entry.ruling.allowed:
            denial = denial_of(entry.ruling)
            self._metrics.add(DENIALS, (denial.reason.value, denial.order or _NONE))
            return
        for said in entry.guards:
            if said.outcome is GuardOutcome.BLOCKED:
                self._metrics.add(DENIALS, (Reason.BLOCKED.value, said.directive))
            elif said.outcome is GuardOutcome.NOT_ASSESSED:
                self._metrics.add(DENIALS, (Reason.NOT_ASSESSED.value, said.directive))
