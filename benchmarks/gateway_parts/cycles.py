"""Models that are withdrawn and given back while they are used, and what may be answered meanwhile."""

from __future__ import annotations

import asyncio
import json
import time
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from gateway_parts.folders import for_everybody
from groundstop.documents.directives import Directive, Lift, LiftGround, LiftStage
from propagation import Bench

_WITHIN_S = 60.0


class State(StrEnum):
    """How a model stands."""

    OPEN = "open"
    CHANGING = "changing"
    WITHDRAWN = "withdrawn"


@dataclass
class Cycle:
    """A model that is withdrawn and given back."""

    model: str
    cut: bool
    """Whether its orders reach streams in flight."""
    state: State = State.OPEN
    version: int = 0
    """Changes with each change of the state."""
    since: float = 0.0
    """When the present state began, on the monotonic clock."""

    def turn(self, state: State) -> None:
        """Note that the state is another."""
        self.state, self.version, self.since = state, self.version + 1, time.monotonic()


@dataclass
class Turns:
    """Withdraws models and gives them back, in turn.

    Args:
        bench: The authority.
        admin: Where the gateway tells how it stands.
        cycles: The models.
        wrong: Is told what should not be.
    """

    bench: Bench
    admin: str
    cycles: tuple[Cycle, ...]
    wrong: Callable[[str], None]
    lifts: int = 0
    took_s: list[float] = field(default_factory=list)
    """From publishing until every process decided by it, as it is told each second or so."""

    async def run(self, every_s: float) -> None:
        """Go on until cancelled."""
        number = 0
        while True:
            cycle = self.cycles[number % len(self.cycles)]
            number += 1
            await asyncio.sleep(every_s / 2)
            self.bench.now = datetime.now(UTC).replace(microsecond=0)
            order = for_everybody(self.bench, self.bench.take_number(), cycle.model, cut=cycle.cut)
            cycle.turn(State.CHANGING)
            await self._published(order)
            cycle.turn(State.WITHDRAWN)
            await asyncio.sleep(every_s / 2)
            cycle.turn(State.CHANGING)
            await self._published(self._lift(order))
            cycle.turn(State.OPEN)

    def _lift(self, order: Directive) -> Lift:
        self.lifts += 1
        now = self.bench.now = datetime.now(UTC).replace(microsecond=0)
        return Lift(
            id=f"GSU-20260706-{self.lifts:010x}",
            issuer=order.issuer,
            created=now,
            directive=order.id,
            content=order.content_id,
            ground=LiftGround.RESCINDED,
            verifications=(),
            stage=LiftStage.EVERYBODY,
            effective=now,
            reason="The exercise is over.",
        )

    async def _published(self, document: Directive | Lift) -> None:
        before = (await asyncio.to_thread(self._status))["table"]
        began = time.monotonic()
        await asyncio.to_thread(self.bench.put, document)
        while True:
            status = await asyncio.to_thread(self._status)
            deciding = {one["table"] for one in status["workers"]}
            if status["table"] != before and deciding == {status["table"]}:
                break
            if time.monotonic() - began > _WITHIN_S:
                self.wrong(f"after {_WITHIN_S:g} s not every process decides by {document.id}")
                return
            await asyncio.sleep(0.2)
        self.took_s.append(time.monotonic() - began)

    def _status(self) -> dict[str, Any]:
        with urllib.request.urlopen(f"{self.admin}/status", timeout=10) as answer:  # noqa: S310
            status: dict[str, Any] = json.load(answer)
        return status
