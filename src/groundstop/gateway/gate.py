"""The gate: rules on requests by what is in force. Every mount asks it, and nothing else decides."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from time import time as system_time
from typing import TYPE_CHECKING, NamedTuple

from groundstop.directives.compiling import compile_table
from groundstop.directives.deciding import decide
from groundstop.directives.decision import Decision
from groundstop.directives.facts import Attested, Facts, Principal
from groundstop.documents.directives import Act, ClaimName
from groundstop.gateway.news import InForce, News

if TYPE_CHECKING:
    from groundstop.directives.claims import RefusedClaim


class Who(NamedTuple):
    """Who asks, as far as somebody whom the operator trusts attests it."""

    principal: Principal | None = None
    claims: Mapping[ClaimName, Attested] = {}
    hints: Mapping[ClaimName, frozenset[str]] = {}
    """What was only worked out; it decides nothing."""
    refused: tuple[RefusedClaim, ...] = ()
    """What was presented and does not count."""


NOBODY = Who()
"""Somebody who presented nothing."""


class Ruling(NamedTuple):
    """What is ruled on a request."""

    allowed: bool
    model: str
    """The name that decided: the first that is kept out, or else the first."""
    decision: Decision | None
    """None when everything is closed."""
    closed: tuple[str, ...]
    """Why everything is closed; empty when the table decides."""
    table: str
    """The digest of what was decided by."""


class _Without(Mapping[str, int]):
    """What was used, but for one licence."""

    def __init__(self, used: Mapping[str, int], licence: str) -> None:
        self._used = used
        self._licence = licence

    def __getitem__(self, licence: str) -> int:
        if licence == self._licence:
            raise KeyError(licence)
        return self._used[licence]

    def __iter__(self) -> Iterator[str]:
        return (one for one in self._used if one != self._licence)

    def __len__(self) -> int:
        return sum(1 for _ in self)


class Gate:
    """Rules on requests. Safe to use from many threads; :meth:`put` replaces what it decides by as a whole.

    Args:
        used: Requests that were made under licences with a quota, by the licence's id; read at each ruling.
        clock: Seconds since 1970.
    """

    def __init__(
        self, *, used: Mapping[str, int] | None = None, clock: Callable[[], float] = system_time
    ) -> None:
        self._used = {} if used is None else used
        self._clock = clock
        self._in_force: InForce | None = None

    @property
    def in_force(self) -> InForce | None:
        """What it decides by; none until it was told anything."""
        return self._in_force

    def put(self, news: News) -> InForce:
        """Decide by this from now on. It takes as long as compiling does: call it apart from requests.

        Args:
            news: What is in force.

        Returns:
            What is decided by.
        """
        before = self._in_force
        same = before is not None and before.orders is news.orders
        table = before.table if before is not None and same else compile_table(news.orders)
        self._in_force = InForce(table, news.orders, news.heard, news.time, news.closed)
        return self._in_force

    def time(self) -> float:
        """Return the time to decide at: the clock's, and never earlier than what was told with the news."""
        now = self._clock()
        in_force = self._in_force
        return now if in_force is None else max(now, in_force.time)

    def rule(
        self,
        names: Sequence[str],
        act: Act,
        who: Who = NOBODY,
        provider: str | None = None,
        *,
        counted: str | None = None,
    ) -> Ruling:
        """Rule on a request.

        Args:
            names: Every name that its model goes by: as asked, as routed, as served. It goes on only when it
                may by each of them.
            act: What is done with the model.
            who: Who asks.
            provider: Where it is routed to; none when that is not known.
            counted: The licence under which it was let through and counted before, when it is ruled on
                again: what it has used up itself does not keep it out.

        Returns:
            What is ruled, by the first name that is kept out.
        """
        in_force = self._in_force
        if in_force is None:
            return Ruling(False, names[0], None, ("Nothing was loaded yet",), "")
        table = in_force.table
        if in_force.closed:
            return Ruling(False, names[0], None, in_force.closed, table.digest)
        now = self.time()
        used = self._used if counted is None else _Without(self._used, counted)
        first: Decision | None = None
        for name in names:
            facts = Facts(name, act, provider, who.principal, who.claims, who.hints, used)
            decision = decide(facts, table, now, in_force.heard)
            if not decision.allowed:
                return Ruling(False, name, decision, (), table.digest)
            if first is None or (first.order is None and decision.order is not None):
                first = decision
            elif decision.guards:
                first = first._replace(guards=tuple(dict.fromkeys((*first.guards, *decision.guards))))
        return Ruling(True, names[0], first, (), table.digest)
