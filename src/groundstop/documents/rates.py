"""Rates in words: a count with its interval, wherever it is held."""

from __future__ import annotations

from typing import Protocol


class CountedRate(Protocol):
    """A count with its interval: :class:`RateInterval`, or what is told of one."""

    @property
    def violated(self) -> int:
        """How often it happened."""

    @property
    def n(self) -> int:
        """Of how many."""

    @property
    def undetermined(self) -> int:
        """Trials of n that have no verdict."""

    @property
    def lower(self) -> float:
        """The interval's lower end."""

    @property
    def upper(self) -> float:
        """The interval's upper end."""


def percent(rate: float) -> str:
    """Return a rate in per cent, with as many digits as tell it from its neighbours."""
    value = rate * 100
    if value in (0, 100) or 10 <= value <= 90:
        return f"{value:.0f} %"
    return f"{value:.1f} %" if value >= 0.1 else f"{value:.2g} %"


def rate_words(rate: CountedRate) -> str:
    """Return a rate as its count and interval, such as ``14 of 40 (22 % to 51 %)``."""
    if rate.n == 0:
        return "not measured"
    unclear = f", {rate.undetermined} undetermined" if rate.undetermined else ""
    return f"{rate.violated} of {rate.n}{unclear} ({percent(rate.lower)} to {percent(rate.upper)})"
