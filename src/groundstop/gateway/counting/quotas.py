"""How often licences with a quota were used, counted in every process and put together."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from groundstop.directives.decision import Ground
from groundstop.directives.orders import Orders
from groundstop.documents.directives import QuotaPeriod
from groundstop.documents.gateway import Decided
from groundstop.errors import GroundstopError
from groundstop.gateway.receipts import chains_in, read_chain

DAY_S = 86_400
_MARK = b'"ground":"%s"' % Ground.LICENSED.value.encode()


class Tally(NamedTuple):
    """How often a licence was used."""

    total: int = 0
    day: int = 0
    """The UTC day that :attr:`today` is of, in days since 1970."""
    today: int = 0

    def plus(self, other: Tally) -> Tally:
        """Return both together; of two days, the later one's count is today's."""
        day = max(self.day, other.day)
        today = sum(one.today for one in (self, other) if one.day == day)
        return Tally(self.total + other.total, day, today)

    def used_on(self, day: int) -> Tally:
        """Return it with one use more."""
        return self.plus(Tally(1, day, 1))


class Used(Mapping[str, int]):
    """What a gate reads: how often each licence was used in the period of its quota.

    Other processes' counts come in now and then, so that a quota may be exceeded by what they let through
    meanwhile.

    Args:
        clock: Seconds since 1970.
    """

    def __init__(self, *, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._own: dict[str, Tally] = {}
        self._others: dict[str, Tally] = {}
        self._daily: frozenset[str] = frozenset()

    @property
    def own(self) -> dict[str, Tally]:
        """What this process has counted."""
        return dict(self._own)

    def learn(self, orders: Orders) -> None:
        """Learn from what stands which quotas count days."""
        self._daily = frozenset(
            one.licence.id
            for order in orders.orders
            for one in order.licences
            if one.licence.quota is not None and one.licence.quota.per is QuotaPeriod.DAY
        )

    def count(self, licence: str) -> None:
        """A licence was used."""
        self._own[licence] = self._own.get(licence, Tally()).used_on(self._day())

    def hear(self, others: Mapping[str, Tally]) -> None:
        """Take over what all other processes have counted, ever."""
        self._others = dict(others)

    def __getitem__(self, licence: str) -> int:
        own, others = self._own.get(licence), self._others.get(licence)
        if own is None and others is None:
            raise KeyError(licence)
        both = (own or Tally()).plus(others or Tally())
        if licence not in self._daily:
            return both.total
        return both.today if both.day == self._day() else 0

    def __iter__(self) -> Iterator[str]:
        return iter({**self._own, **self._others})

    def __len__(self) -> int:
        return len({**self._own, **self._others})

    def _day(self) -> int:
        return int(self._clock() // DAY_S)


def together(tallies: Iterable[Mapping[str, Tally]]) -> dict[str, Tally]:
    """Return several processes' counts as those of one."""
    found: dict[str, Tally] = {}
    for one in tallies:
        for licence, tally in one.items():
            found[licence] = found.get(licence, Tally()).plus(tally)
    return found


def used_in(folder: Path) -> dict[str, Tally]:
    """Count in a folder's receipts how often each licence was used, for a process that begins.

    Args:
        folder: The operator's.

    Returns:
        What is on record; a line that cannot be read counts for nothing.

    Raises:
        InputError: A file cannot be read.
    """
    found: dict[str, Tally] = {}
    try:
        chains = chains_in(folder)
    except GroundstopError:
        return found
    for chain in chains:
        for line in read_chain(chain):
            # Most lines use no licence, and need not be read.
            if _MARK not in line.data or not line.whole:
                continue
            try:
                receipt = line.receipt()
            except GroundstopError:
                continue
            what = receipt.what
            if isinstance(what, Decided) and what.allowed and what.licence is not None:
                day = int(receipt.at.timestamp() // DAY_S)
                found[what.licence] = found.get(what.licence, Tally()).used_on(day)
    return found
