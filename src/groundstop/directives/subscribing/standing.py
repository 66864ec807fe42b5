"""What a subscriber tells: what is active, what was heard when, and what went wrong."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from groundstop.directives.orders import Orders, RefusedDocument
from groundstop.directives.subscribing.problems import Problem
from groundstop.directives.subscribing.updating import Versions

if TYPE_CHECKING:
    from groundstop.directives.table import Table


@dataclass(frozen=True, slots=True)
class Active:
    """What a gateway decides by. It is replaced as a whole, and never changed."""

    table: Table
    orders: Orders
    heard: float
    """Seconds since 1970 at which the last refresh ended in which every obeyed repository was fresh, as
    :func:`~groundstop.directives.deciding.decide` takes it: the oldest of them, so that silence of one
    authority is never covered by the voice of another. 0 when one was never heard, or nobody knows when. It
    goes with :meth:`~groundstop.directives.subscribing.Subscriber.time`: a clock alone can be set back."""
    closed: tuple[str, ...]
    """Why every model is closed to everybody; empty when the table decides. So it is until every obeyed
    authority was heard once, when what was kept of one was damaged, and when the operator's stop file cannot
    be understood: what is not known is never taken for allowed."""


@dataclass(frozen=True, slots=True)
class Refreshed:
    """What a refresh, or a start, did."""

    at: datetime
    problems: tuple[Problem, ...]
    """What is wrong now, in every repository."""
    added: int
    """Envelopes that were not known before."""
    swapped: bool
    """Whether the table was replaced."""
    digest: str
    """The digest of the table that is active."""

    @property
    def good(self) -> bool:
        """Whether nothing went wrong."""
        return not self.problems


class Silence(StrEnum):
    """How long nothing was heard, measured by what an order says."""

    FRESH = "fresh"
    STALE = "stale"
    DARK = "dark"


@dataclass(frozen=True, slots=True)
class RepositoryStanding:
    """A repository, as it is known here."""

    name: str
    versions: Versions | None
    """None when it was never heard."""
    heard: datetime | None
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class AuthorityStanding:
    """An authority, as it is known here."""

    authority: str
    repository: str
    charter: int | None
    """The number of its charter; none when it was never heard."""
    published: tuple[int, int] | None
    """The numbers of its two sets: orders, urgent."""
    verified: int
    """Envelopes that were verified, ever."""
    withheld: tuple[str, ...]
    """Digests of envelopes that the repository no longer shows."""


@dataclass(frozen=True, slots=True)
class SubjectStanding:
    """An order that stands, and how silence bears on it."""

    directive: str
    sequence: int
    models: tuple[str, ...]
    """By their labels."""
    silence: Silence


@dataclass(frozen=True, slots=True)
class SubscriberStatus:
    """A subscriber at a moment."""

    at: datetime
    repositories: tuple[RepositoryStanding, ...]
    authorities: tuple[AuthorityStanding, ...]
    active: str
    """The digest of the table that is active."""
    closed: tuple[str, ...]
    subjects: tuple[SubjectStanding, ...]
    refused: tuple[RefusedDocument, ...]
    notes: tuple[str, ...]


def silence_of(orders: Orders, heard: float, now: float) -> tuple[SubjectStanding, ...]:
    """Return how silence bears on each order.

    Args:
        orders: What stands.
        heard: When everything was last heard.
        now: The time.
    """
    quiet = now - heard
    return tuple(
        SubjectStanding(
            one.directive.id,
            one.directive.sequence,
            tuple(model.label for model in one.directive.subject.models),
            Silence.DARK
            if quiet > one.directive.silence.dark_after_s
            else Silence.STALE
            if quiet > one.directive.silence.stale_after_s
            else Silence.FRESH,
        )
        for one in orders.orders
    )
