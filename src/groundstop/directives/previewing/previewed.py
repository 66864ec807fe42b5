"""What a preview tells: who is cut off, inside and outside the restricted class, and what is not known."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from groundstop.documents.directives import Directive


class Membership(StrEnum):
    """Whether whoever asks is in the restricted class, as far as a gateway sees it."""

    INSIDE = "inside"
    """A definite yes of the scope."""
    OUTSIDE = "outside"
    """A definite no, or a definite exception."""
    UNKNOWN = "unknown"
    """A claim that would settle it is not attested."""


class Outcome(StrEnum):
    """What the order would do to a request about one of its models."""

    NEWLY_DENIED = "newly cut off"
    ALREADY_DENIED = "cut off already"
    """By what stands without the order."""
    LICENSED = "served under a licence"
    GUARDED = "served behind a guard"
    SERVED = "served"
    UNJUDGED = "not known"
    """It comes by an enforcement point that cannot evaluate the order: nothing is promised of it."""


class Count(NamedTuple):
    """How many requests, and by how many users."""

    requests: int = 0
    users: int = 0
    """Different ones: exact."""
    anonymous: int = 0
    """Requests of which nobody knows who made them; they are in no count of users."""


@dataclass(frozen=True, slots=True)
class Cell:
    """Requests about the order's models that are alike in whose they are and what happens to them."""

    membership: Membership
    outcome: Outcome
    count: Count


class SurfaceSeen(NamedTuple):
    """An enforcement point by which requests about the order's models came."""

    id: str
    called: str
    requests: int
    unjudged: int
    cannot: tuple[str, ...]
    """What it cannot evaluate of the order; sentences."""


@dataclass(frozen=True, slots=True)
class SweptIn:
    """Models that the order names without a finding."""

    labels: tuple[str, ...]
    count: Count
    """Requests about them."""


class AlternativeLeft(NamedTuple):
    """A model that the order offers instead, and whether anything stands against it."""

    model: str
    tested: bool
    open: bool
    """Whether somebody who shows no claim may use it."""
    words: str


class Replayed(NamedTuple):
    """What was replayed."""

    described: str | None
    """Where a population's numbers are from; none for recorded requests."""
    total: Count
    first: datetime | None
    last: datetime | None
    unread: int
    """Lines that are no recorded requests."""
    examples: tuple[str, ...]
    """Of them: where, and why."""


@dataclass(frozen=True, slots=True)
class Preview:
    """What an order would do."""

    directive: Directive
    class_of: Directive
    """The order whose scope is the restricted class: the same one, or what it is compared with."""
    moment: datetime
    """When it is decided: now, or when the order takes effect."""
    replayed: Replayed
    elsewhere: Count
    """Requests that the order is not about: other models, other acts."""
    cells: tuple[Cell, ...]
    """Those that it is about; each combination that occurs, once."""
    cut_off: Count
    """All that are newly cut off; a user that is in several cells counts once."""
    swept_in: SweptIn
    surfaces: tuple[SurfaceSeen, ...]
    alternatives: tuple[AlternativeLeft, ...]
    notes: tuple[str, ...]

    def count(
        self,
        memberships: Collection[Membership] = tuple(Membership),
        outcomes: Collection[Outcome] = tuple(Outcome),
    ) -> Count:
        """Return how many are in some cells together; users of several cells are counted in each.

        Args:
            memberships: Whose requests.
            outcomes: And what happens to them.
        """
        found = [one.count for one in self.cells if one.membership in memberships and one.outcome in outcomes]
        return Count(*(sum(numbers) for numbers in zip(*found, strict=True))) if found else Count()

    @property
    def touched(self) -> int:
        """Requests that the order is about."""
        return self.count().requests
