"""What every way through the data plane works with."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from groundstop.documents.gateway import GuardSaid
from groundstop.gateway.gate import Gate
from groundstop.gateway.proxying.flights import Flights
from groundstop.gateway.proxying.room import Room
from groundstop.gateway.proxying.routing import Routing
from groundstop.gateway.proxying.upstreams import Upstreams
from groundstop.gateway.recording import Counter, Recorder
from groundstop.gateway.settings import Limits

_FILES_AT_ONCE = 2


class Guarding(Protocol):
    """Looks at the words of a request, where an order asks for it."""

    async def check(self, directives: tuple[str, ...], texts: Sequence[str]) -> tuple[GuardSaid, ...]:
        """Return what the guards of some orders say.

        Args:
            directives: Ids of the orders.
            texts: All that the model would be told.
        """


class Standby(Protocol):
    """Knows which fallbacks have been tried of late."""

    def ready(self, model: str, use: str, now: float) -> str | None:
        """Return why a model may not answer in place of another, as a sentence; none when it may.

        Args:
            model: Which is kept out.
            use: Which would answer.
            now: Seconds since 1970.
        """


@dataclass(frozen=True, slots=True)
class Parts:
    """What is shared by all requests of a data plane."""

    gate: Gate
    routing: Routing
    upstreams: Upstreams
    recorder: Recorder
    counter: Counter
    guards: Guarding
    standby: Standby
    limits: Limits
    clock: Callable[[], float]
    """Seconds since 1970."""
    room: Room
    """For bodies."""
    answers: Room
    """For answers that are read as a whole, until they are handed over."""
    is_busy: Callable[[], bool]
    """Whether more requests are being answered than may be."""
    flights: Flights = field(default_factory=Flights)
    files: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(_FILES_AT_ONCE))
    """Files of upstreams are read as a whole: so many at the same time."""
