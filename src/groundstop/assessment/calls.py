"""Booking every call: in the spend cap and in the ledger, before it is sent and after it ended."""

from __future__ import annotations

from groundstop.assessment.ports import RunLedger
from groundstop.documents import Usage
from groundstop.targets import CallObserver, ChatRequest, Reservation, SpendMeter


class CallBook(CallObserver):
    """Books every attempt, in the spend cap and in the ledger, before it is sent and after it ended."""

    def __init__(self, ledger: RunLedger, meter: SpendMeter) -> None:
        self._ledger = ledger
        self._meter = meter
        self._open: dict[int, Reservation] = {}

    def started(self, request: ChatRequest) -> int:
        """Reserve the call's spend and put it on record; return its number.

        Raises:
            BudgetError: The spend cap does not allow it; nothing is sent.
        """
        reservation = self._meter.reserve(request)
        number = self._ledger.call_started(
            Usage(prompt_tokens=reservation.prompt_tokens, completion_tokens=reservation.completion_tokens)
        )
        self._open[number] = reservation
        return number

    def ended(self, number: int, usage: Usage | None) -> None:
        """Settle the call's spend and put its end on record."""
        self._meter.settle(self._open.pop(number), usage)
        self._ledger.call_ended(number, usage)
