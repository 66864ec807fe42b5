"""Requests in flight: what each was allowed by, so that an order can still reach it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextlib import suppress
from typing import TypeVar

from groundstop.documents.directives import Act, InFlight
from groundstop.gateway.gate import Gate, Ruling, Who

_T = TypeVar("_T")


class Interrupted(Exception):  # noqa: N818  # an order or an end of the process, and no error of ours
    """What is in flight has to end now.

    Args:
        ruling: Why it is kept out by now; none when the process ends.
    """

    def __init__(self, ruling: Ruling | None) -> None:
        super().__init__()
        self.ruling = ruling


class Flight:
    """A request that went on, until its answer has been handed over.

    Args:
        names: By which it was allowed.
        act: What is done with the model.
        who: Who asks.
        provider: Where it was sent.
        table: The digest of what it was allowed by.
        licence: That it was allowed under, and counted.
    """

    __slots__ = ("_interrupted", "_scope", "act", "fine", "licence", "names", "provider", "table", "who")

    def __init__(
        self,
        names: tuple[str, ...],
        act: Act,
        who: Who,
        provider: str | None,
        table: str,
        licence: str | None = None,
    ) -> None:
        self.names = names
        self.act = act
        self.who = who
        self.provider = provider
        self.table = table
        self.licence = licence
        self.fine = set(names)
        """Names that may appear in its answer without being ruled on again."""
        self._scope: asyncio.Timeout | None = None
        self._interrupted: Interrupted | None = None

    def rule(self, gate: Gate, name: str) -> Ruling:
        """Rule on it once more, by one name of its model."""
        return gate.rule((name,), self.act, self.who, self.provider, counted=self.licence)

    async def within(self, seconds: float, call: Callable[[], Awaitable[_T]]) -> _T:
        """Wait for something, for so long at most, and no longer than nothing interrupts.

        Args:
            seconds: At most.
            call: Begins what is waited for.

        Raises:
            TimeoutError: It took longer.
            Interrupted: The flight has to end.
        """
        if self._interrupted is not None:
            raise self._interrupted
        scope = self._scope = asyncio.timeout(seconds)
        try:
            async with scope:
                return await call()
        except TimeoutError:
            if self._interrupted is not None:
                raise self._interrupted from None
            raise
        finally:
            self._scope = None

    def interrupt(self, ruling: Ruling | None) -> None:
        """End it, now or at its next wait; see :class:`Interrupted`."""
        if self._interrupted is None:
            self._interrupted = Interrupted(ruling)
        if self._scope is not None:
            with suppress(RuntimeError):  # It has just ended by itself.
                self._scope.reschedule(0)

    def check(self) -> None:
        """Raise what interrupted it, if anything did.

        Raises:
            Interrupted: The flight has to end.
        """
        if self._interrupted is not None:
            raise self._interrupted


class Flights:
    """All that is in flight here."""

    def __init__(self) -> None:
        self._flights: set[Flight] = set()

    def __len__(self) -> int:
        return len(self._flights)

    def __iter__(self) -> Iterator[Flight]:
        return iter(tuple(self._flights))

    def begin(self, flight: Flight) -> None:
        """Count one in."""
        self._flights.add(flight)

    def end(self, flight: Flight) -> None:
        """Count one out."""
        self._flights.discard(flight)

    def look(self, gate: Gate) -> None:
        """Rule again on everything in flight, and end what is kept out by now and may not finish.

        Args:
            gate: What rules.
        """
        for flight in self:
            # Where no name is known yet, it is ruled on before a byte goes back.
            ruling = must_end(gate, flight, flight.fine)
            if ruling is not None:
                flight.interrupt(ruling)


def must_end(gate: Gate, flight: Flight, names: Iterable[str]) -> Ruling | None:
    """Rule again on a flight that began before; return why it has to end, or none when it may go on.

    Args:
        gate: What rules.
        flight: The flight.
        names: Of its models.
    """
    for name in names:
        ruling = flight.rule(gate, name)
        if not ruling.allowed and not _may_finish(ruling, gate):
            return ruling
    return None


def _may_finish(ruling: Ruling, gate: Gate) -> bool:
    """Tell whether what began before may be finished: every order that keeps it out has to say so.

    When everything is closed nothing is known, and nothing may.
    """
    decision, in_force = ruling.decision, gate.in_force
    if decision is None or decision.order is None or decision.order.in_flight is not InFlight.FINISH:
        return False
    if not decision.others or in_force is None:
        return not decision.others
    finishing = {
        one.directive.id for one in in_force.orders.orders if one.directive.in_flight is InFlight.FINISH
    }
    return finishing.issuperset(decision.others)
