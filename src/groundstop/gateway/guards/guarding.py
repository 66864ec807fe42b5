"""Asking the guards of a request: the cheap stage at once, the dear one in a thread, where it decides."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from time import time as system_time
from types import MappingProxyType

from groundstop.directives.orders import Orders
from groundstop.documents.directives import Unknown
from groundstop.documents.gateway import GuardOutcome, GuardSaid, GuardStage
from groundstop.gateway.guards.loading import (
    FOLDER,
    MODELS,
    NOBODYS,
    NOTHING_LOADED,
    GuardKeys,
    GuardProblem,
    Loaded,
    Usable,
    is_over,
    load_guards,
)
from groundstop.gateway.guards.models import Models
from groundstop.gateway.guards.scoring import OutOfTime, Reading, StillTime, assess
from groundstop.gateway.guards.voting import needs_cosine

LIMIT_S = 2.0
"""How long a request may wait for its guards."""
_AT_ONCE = 8192
"""Characters of a request that are looked at without a thread: it takes a few milliseconds."""
_AT_ONCE_S = 0.02
"""Whatever takes longer goes on in a thread."""
_THREADS = 2
_NO_ORDERS = Orders((), (), (), (), ())

_STRICTEST = (GuardOutcome.BLOCKED, GuardOutcome.NOT_ASSESSED, GuardOutcome.SHADOW, GuardOutcome.PASSED)


class Guards:
    """The guards of an operator's folder, as requests are held against them.

    Args:
        folder: The operator's; the guards are in ``guards``.
        clock: Seconds since 1970.
        monotonic: Seconds that only grow.
        limit_s: How long a request may wait.
    """

    def __init__(
        self,
        folder: Path,
        *,
        clock: Callable[[], float] = system_time,
        monotonic: Callable[[], float] = time.monotonic,
        limit_s: float = LIMIT_S,
    ) -> None:
        self._folder = folder
        self._clock, self._monotonic = clock, monotonic
        self._limit_s = limit_s
        self._models = Models(folder / FOLDER / MODELS)
        self._orders, self._keys = _NO_ORDERS, NOBODYS
        self._loaded: Loaded = NOTHING_LOADED
        self._seen: object = None
        self._counts: Counter[tuple[str, GuardOutcome]] = Counter()
        self._pool = ThreadPoolExecutor(max_workers=_THREADS, thread_name_prefix="guards")

    @property
    def problems(self) -> tuple[GuardProblem, ...]:
        """Files that do not count, or not fully, and why."""
        return self._loaded.problems

    @property
    def counts(self) -> Mapping[tuple[str, GuardOutcome], int]:
        """How often each outcome was said for each directive, since the start."""
        return MappingProxyType(self._counts)

    def put(self, orders: Orders, keys: GuardKeys) -> Loaded:
        """Go by these orders and keys from now on. It reads files: call it apart from requests.

        Args:
            orders: What is in force.
            keys: Whose guards are believed.
        """
        self._orders, self._keys = orders, keys
        self._seen = _state(self._folder)
        now = datetime.fromtimestamp(self._clock(), UTC)
        self._loaded = load_guards(self._folder, orders, keys, now, models=self._models)
        return self._loaded

    def look(self) -> bool:
        """Read the guards again when a file of the folder has changed; return whether one has."""
        if _state(self._folder) == self._seen:
            return False
        self.put(self._orders, self._keys)
        return True

    def close(self) -> None:
        """End the threads. What is being looked at is still looked at."""
        self._pool.shutdown(wait=True)

    async def check(self, directives: tuple[str, ...], texts: Sequence[str]) -> tuple[GuardSaid, ...]:
        """Hold a request against the guards that some directives ask for.

        Args:
            directives: Their ids.
            texts: Everything that the request says, in its order.

        Returns:
            What is said for each directive, in their order. An order with no guard that counts, or whose
            guard did not come to an end in time, is not assessed: see :func:`rule_when_not_assessed`.
        """
        asked = tuple(dict.fromkeys(directives))
        until = self._monotonic() + self._limit_s
        guards = {name: self._standing(name) for name in asked}
        work = _Work(guards, Reading(texts), until, self._monotonic)
        if sum(map(len, texts)) <= _AT_ONCE:
            work.try_at_once()
        if work.is_decided:
            outcomes = work.outcomes()
        else:
            outcomes = await self._apart(work, asked)
        self._counts.update(outcomes.items())
        return tuple(GuardSaid(directive=name, outcome=outcomes[name]) for name in asked)

    def _standing(self, directive: str) -> tuple[Usable, ...]:
        now = self._clock()
        return tuple(one for one in self._loaded.guards.get(directive, ()) if not is_over(one.guard, now))

    async def _apart(self, work: _Work, asked: Sequence[str]) -> dict[str, GuardOutcome]:
        """Do the rest in a thread; a request does not wait longer for it than it may."""
        loop = asyncio.get_running_loop()
        try:
            return await asyncio.wait_for(loop.run_in_executor(self._pool, work.outcomes), self._limit_s)
        except TimeoutError:
            return dict.fromkeys(asked, GuardOutcome.NOT_ASSESSED)


class _Work:
    """One request, held against guards: one thread at a time."""

    def __init__(
        self,
        guards: Mapping[str, tuple[Usable, ...]],
        reading: Reading,
        until: float,
        monotonic: Callable[[], float],
    ) -> None:
        self._guards = guards
        self._reading = reading
        self._until = until
        self._monotonic = monotonic
        self._shares: dict[str, float] | None = None

    def _still_time(self) -> None:
        if self._monotonic() > self._until:
            raise OutOfTime

    def try_at_once(self) -> None:
        """Find the share that each guard sees, unless it turns out to take long."""
        until = self._monotonic() + _AT_ONCE_S

        def still_time() -> None:
            if self._monotonic() > until:
                raise OutOfTime

        shares: dict[str, float] = {}
        with contextlib.suppress(OutOfTime):
            self._find(shares, still_time)
            self._shares = shares

    def _find(self, shares: dict[str, float], still_time: StillTime) -> None:
        for one in (each for usable in self._guards.values() for each in usable):
            shares[one.guard.id] = one.scorer.share(self._reading, still_time)

    def _look(self) -> dict[str, float]:
        """Return the share that each guard sees, by its id; none of it where there was no time."""
        if self._shares is None:
            self._shares = {}
            with contextlib.suppress(OutOfTime):
                self._find(self._shares, self._still_time)
        return self._shares

    @property
    def is_decided(self) -> bool:
        """Whether it was looked at, and no vector is needed any more."""
        shares = self._shares
        return shares is not None and not any(
            needs_cosine(shares.get(one.guard.id, 0.0), one.guard.votes)
            for usable in self._guards.values()
            if not _blocks(usable, shares)
            for one in usable
        )

    def outcomes(self) -> dict[str, GuardOutcome]:
        """Return what is said for each directive: the strictest of what its guards say."""
        shares = self._look()
        return {name: self._outcome(usable, shares) for name, usable in self._guards.items()}

    def _outcome(self, usable: Sequence[Usable], shares: Mapping[str, float]) -> GuardOutcome:
        if not usable:
            return GuardOutcome.NOT_ASSESSED
        if _blocks(usable, shares):
            return GuardOutcome.BLOCKED
        said = {self._one(one, shares.get(one.guard.id)) for one in usable}
        return next(outcome for outcome in _STRICTEST if outcome in said)

    def _one(self, one: Usable, share: float | None) -> GuardOutcome:
        if share is None:
            return GuardOutcome.NOT_ASSESSED
        try:
            if not assess(one.scorer, one.guard, self._reading, self._still_time, share=share):
                return GuardOutcome.PASSED
        except (OutOfTime, LookupError):
            return GuardOutcome.NOT_ASSESSED
        blocking = one.guard.stage is GuardStage.BLOCKING
        return GuardOutcome.BLOCKED if blocking else GuardOutcome.SHADOW


def _blocks(usable: Sequence[Usable], shares: Mapping[str, float]) -> bool:
    """Tell whether a guard blocks it by its pieces alone."""
    return any(
        one.guard.stage is GuardStage.BLOCKING and shares.get(one.guard.id, 0.0) >= one.guard.votes.share
        for one in usable
    )


def rule_when_not_assessed(orders: Orders, directive: str) -> bool:
    """Tell whether a request goes on that a guard could not assess: the order says it, at ``unknown``.

    Args:
        orders: What is in force.
        directive: The id of the order that asks for the guard.

    Returns:
        True when every sequence of the order that stands lets the unknown pass; false when one does not, or
        when there is no such order.
    """
    said = [one.directive.unknown for one in orders.orders if one.directive.id == directive]
    return bool(said) and all(one is Unknown.ALLOW for one in said)


def _state(folder: Path) -> object:
    """Return what changes when a file of the folder does."""
    found = []
    for path in sorted((*(folder / FOLDER).glob("*.json"), *(folder / FOLDER / MODELS).glob("*"))):
        try:
            stat = path.stat()
        except OSError:
            continue
        found.append((str(path), stat.st_mtime_ns, stat.st_size, stat.st_ino))
    return tuple(found)
