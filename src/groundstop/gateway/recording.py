"""What is told to whoever keeps receipts and counts, by whoever answers requests."""

from __future__ import annotations

from typing import NamedTuple, Protocol

from groundstop.documents.directives import Act
from groundstop.documents.gateway import Change, GuardSaid
from groundstop.gateway.gate import Ruling, Who


class Entry(NamedTuple):
    """A request that was ruled on."""

    request: str
    """Its id."""
    surface: str
    """Of the enforcement point, as ``surfaces.toml`` has it."""
    route: str
    names: tuple[str, ...]
    """As asked, then every other name that was ruled on."""
    act: Act
    provider: str | None
    who: Who
    ruling: Ruling
    status: int
    """What it is answered with; 200 for what goes on."""
    instead_of: str | None = None
    """The model that was asked for, where another answers."""
    guards: tuple[GuardSaid, ...] = ()
    because: str | None = None
    """The id of the order that keeps that model out."""


class Recorder(Protocol):
    """Keeps receipts. What it was told survives the end of the process as soon as the call returns.

    Each method raises OSError where it cannot be kept: then the request must not go on, nor be answered as if
    it were on record.
    """

    def decided(self, entry: Entry) -> None:
        """A request was ruled on; it has neither gone on nor been answered."""

    def changed(
        self,
        request: str,
        change: Change,
        *,
        status: int | None = None,
        model: str | None = None,
        ruling: Ruling | None = None,
    ) -> None:
        """Something became of it that its entry does not say."""


class Counter(Protocol):
    """Counts what is served, for whoever looks after the gateway."""

    def answered(self, route: str, status: int, seconds: float) -> None:
        """A request was answered in full, or its client went away."""

    def first_piece(self, route: str, seconds: float) -> None:
        """The first piece of a stream was handed on, so long after the request came in."""

    def streams(self, by: int) -> None:
        """So many more streams are open; fewer when it is negative."""

    def upstream(self, name: str, outcome: str, seconds: float) -> None:
        """An upstream answered, or failed: ``ok``, ``error``, ``timeout`` or ``unreachable``."""
