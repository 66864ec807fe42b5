"""One run's dealings with one target: pace, spend, records."""

from __future__ import annotations

from collections.abc import Sequence

from groundstop.assessment.calls import CallBook
from groundstop.assessment.dispatch import dispatch
from groundstop.assessment.lanes import Lane
from groundstop.assessment.ports import RunLedger, TrialKey
from groundstop.assessment.surroundings import Surroundings
from groundstop.assessment.trials import TrialRunner
from groundstop.documents import Budget, Price, TargetDescription, Trial
from groundstop.errors import InputError
from groundstop.targets import PacedTarget, SpendMeter, Target


class Session:
    """Makes the trials of one target in one run, and knows those on record.

    Args:
        plan: Content id of the plan.
        target: The open target.
        meter: The run's spend cap, with what the run used so far already in it.
        known: The run's trials on record, by key; shared by the sessions of a run.
        around: Records, people and time.
    """

    def __init__(
        self,
        plan: str,
        target: Target,
        *,
        meter: SpendMeter,
        known: dict[TrialKey, Trial],
        around: Surroundings,
    ) -> None:
        limits = target.description.limits
        paced = PacedTarget(
            target,
            limits,
            observer=CallBook(around.ledger, meter),
            clock=around.clock,
            sleep=around.sleep,
            random=around.chance,
        )
        self._concurrency = limits.concurrency
        self._around = around
        self._runner = TrialRunner(
            plan=plan,
            target=paced,
            description=target.description,
            ledger=around.ledger,
            known=known,
            progress=around.progress,
            clock=around.clock,
        )

    async def make(self, lanes: Sequence[Lane]) -> None:
        """Make the trials of some lanes, earlier lanes first, until done or halted."""
        await dispatch(lanes, self._runner.run, concurrency=self._concurrency, halt=self._around.halt)


def check_same_target(planned: TargetDescription, opened: TargetDescription) -> None:
    """Check that a target is the one that was planned with; its limits and price may have changed.

    Raises:
        InputError: It has another protocol, address or model.
    """
    if (planned.protocol, planned.address, planned.model) != (opened.protocol, opened.address, opened.model):
        raise InputError(
            f"{planned.name} is not the target that the plan was made with",
            "Restore its entry in groundstop.toml, or start a new run",
        )


def meter_for(budget: Budget, price: Price | None, ledger: RunLedger) -> SpendMeter:
    """Return a run's spend cap, with what the run used so far already in it."""
    totals = ledger.totals()
    meter = SpendMeter(budget, price)
    meter.restore(
        totals.calls,
        totals.prompt_tokens + totals.prompt_at_most,
        totals.completion_tokens + totals.completion_at_most,
    )
    return meter
