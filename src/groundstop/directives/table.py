"""The decision table: every order, licence and lift, compiled, and found by every name of a model."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from groundstop.directives.decision import Decision
from groundstop.directives.facts import Facts
from groundstop.directives.names import Spelling, owners_of, spelled, spelled_alone
from groundstop.documents.directives import Act


class Judge(Protocol):
    """Judges requests under one order about one model."""

    @property
    def rank(self) -> int:
        """Its place among all, the strictest first."""

    def __call__(self, facts: Facts, at: float, heard: float, silent: float, /) -> Decision | None:
        """Judge a request.

        Args:
            facts: Of the request.
            at: The time.
            heard: When everything was last heard of afresh.
            silent: For how many seconds nothing was heard, as far as a clock can tell.

        Returns:
            What is decided; none where the order does not apply: it has not begun, has ended, or is lifted.
        """


ByAct = Mapping[Act, tuple[Judge, ...]]
"""The orders about a model for each act, the strictest first."""

MOST_FOUND = 50_000
LONGEST_FOUND = 128
"""Of a name that is kept after it was looked for."""


@dataclass(frozen=True, slots=True, eq=False)
class Named:
    """What is said of the models that go by a name."""

    anywhere: ByAct
    """Where it is not known whose model is meant: whatever any model of this name falls under."""
    at: Mapping[str, ByAct]
    """By whose it is, their names compared as :func:`groundstop.directives.names.normal` has them."""
    elsewhere: ByAct
    """At every other provider."""

    def by_act(self, provider: str | None) -> ByAct:
        """Return what is said of the name at a provider; none for one that is not known."""
        if provider is None:
            return self.anywhere
        found = self.at.get(provider)
        if found is not None:
            return found
        owners = owners_of(provider)
        # A name of which nothing is left tells nothing: as if it were not known.
        return self.at_first(owners) if owners else self.anywhere

    def at_first(self, owners: Iterable[str]) -> ByAct:
        """Return what is said of the name at the first of a provider's names of which anything is said."""
        return next((self.at[one] for one in owners if one in self.at), self.elsewhere)


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """Everything that a gateway decides by, compiled once and never changed."""

    index: Mapping[str, Named]
    """By name, alias, package URL and digest of weights."""
    families: Mapping[str, Named]
    """By name, of every snapshot that has none of its own in the index."""
    nothing: Decision
    """What is decided where there is no order."""
    digest: str
    """``sha256:`` and the digest of every order, licence, lift and override in it."""
    licences: str
    """``sha256:`` and the digest of the licence list alone."""
    size: int
    """Orders and stops in it."""

    found: dict[str, Named | None] = field(default_factory=dict)
    """What was looked for and is not in the index as it is spelled; kept while there is room."""

    def find(self, model: str) -> Named | None:
        """Return what is said of a model by any of its names; none when there is no order about it."""
        found = list(self._about(spelled(model)))
        found += [Named({}, one.at, one.elsewhere) for one in self._about(spelled_alone(model))]
        named = None if not found else found[0] if len(found) == 1 else self._together(found)
        if len(self.found) < MOST_FOUND and len(model) <= LONGEST_FOUND:
            self.found[model] = named
        return named

    def _about(self, spelling: Spelling) -> Iterator[Named]:
        index, every = self.index, self.families
        yield from (index[key] for key in spelling.keys if key in index)
        yield from (every[name] for name in spelling.families if name in every)

    @staticmethod
    def _together(found: Sequence[Named]) -> Named:
        owners = {owner for one in found for owner in one.at}
        return Named(
            anywhere=_acts([one.anywhere for one in found]),
            at={owner: _acts([one.at_first(owners_of(owner)) for one in found]) for owner in owners},
            elsewhere=_acts([one.elsewhere for one in found]),
        )


def _acts(found: Sequence[ByAct]) -> ByAct:
    return {
        act: in_order(judge for one in found for judge in one.get(act, ()))
        for act in {act for one in found for act in one}
    }


def in_order(judges: Iterable[Judge]) -> tuple[Judge, ...]:
    """Return judges once each, the strictest first."""
    by_rank = {one.rank: one for one in judges}
    return tuple(by_rank[rank] for rank in sorted(by_rank))
