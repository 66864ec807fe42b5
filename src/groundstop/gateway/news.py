"""News: what a gateway decides by, as it is handed from whoever hears it to whoever decides."""

from __future__ import annotations

from typing import NamedTuple

from groundstop.directives.orders import Orders
from groundstop.directives.subscribing import Active
from groundstop.directives.table import Table


class News(NamedTuple):
    """What is in force, with no table: it crosses between processes, and each compiles its own."""

    orders: Orders
    heard: float
    """When everything that is obeyed was last heard of afresh, in seconds since 1970."""
    time: float
    """The time to decide at when this was told; a clock that is behind it was set back."""
    closed: tuple[str, ...]
    """Why every model is closed to everybody; empty when the table decides."""


class InForce(NamedTuple):
    """What is decided by. It is replaced as a whole, and never changed."""

    table: Table
    orders: Orders
    heard: float
    time: float
    closed: tuple[str, ...]


def news_of(active: Active, time: float) -> News:
    """Return what a subscriber has in force.

    Args:
        active: What it has.
        time: What :meth:`~groundstop.directives.subscribing.Subscriber.time` gives, in seconds since 1970.
    """
    return News(active.orders, active.heard, time, active.closed)
