"""A run's spend cap, over all of its parts."""

from __future__ import annotations

import pytest

from groundstop.assessment.session import meter_for
from groundstop.documents import Budget, Message, Sampling, Usage
from groundstop.errors import BudgetError
from groundstop.targets import ChatRequest
from tests.ledger import MemoryLedger

REQUEST = ChatRequest(
    messages=(Message(role="user", content="a" * 84),), sampling=Sampling(max_tokens=100), seed=0
)
AT_MOST = Usage(prompt_tokens=100, completion_tokens=100)


@pytest.mark.parametrize("ended", [True, False], ids=["failed", "interrupted"])
def test_a_call_whose_use_is_not_known_counts_at_its_most_in_a_resumed_run_too(ended: bool) -> None:
    ledger = MemoryLedger()
    number = ledger.call_started(AT_MOST)
    if ended:
        ledger.call_ended(number, None)
    with pytest.raises(BudgetError, match="200 of 399 are used or set aside"):
        meter_for(Budget(tokens=399), None, ledger).reserve(REQUEST)
    meter_for(Budget(tokens=400), None, ledger).reserve(REQUEST)


def test_a_call_whose_use_is_known_counts_as_it_was() -> None:
    ledger = MemoryLedger()
    ledger.call_ended(ledger.call_started(AT_MOST), Usage(prompt_tokens=10, completion_tokens=5))
    meter = meter_for(Budget(tokens=215), None, ledger)
    meter.reserve(REQUEST)
    assert (meter.spent.prompt_tokens, meter.spent.completion_tokens) == (110, 105)
