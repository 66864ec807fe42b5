"""Clock policies: how long each deadline is, by severity and exposure, and where that comes from."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from itertools import product
from types import MappingProxyType

from pydantic import Field, model_validator

from groundstop.documents import Part
from groundstop.documents.base import Identifier
from groundstop.documents.cases import ClockName, Exposure
from groundstop.errors import InputError

UNKNOWN_LEVEL = "unknown"
"""The level of a case that nobody has scored, or that a policy does not know."""

_FILES = ("groundstop-2026.toml",)


class Period(Part):
    """How long a deadline is, in one of three units."""

    hours: int | None = Field(default=None, ge=1, le=10_000)
    """To the minute, through nights, weekends and holidays."""
    days: int | None = Field(default=None, ge=1, le=3650)
    """Calendar days; a date that is no business day moves to the next one."""
    business_days: int | None = Field(default=None, ge=1, le=1000)

    @model_validator(mode="after")
    def _in_one_unit(self) -> Period:
        if sum(one is not None for one in (self.hours, self.days, self.business_days)) != 1:
            raise ValueError("a period is in hours, days or business days")
        return self

    @property
    def words(self) -> str:
        """The period in words, such as ``3 business days``."""
        if self.hours is not None:
            return f"{self.hours} hours"
        number, unit = (self.days, "day") if self.days is not None else (self.business_days, "business day")
        return f"{number} {unit}" if number == 1 else f"{number} {unit}s"


class PolicyRow(Part):
    """How long one clock runs at some levels and exposures."""

    clock: ClockName
    levels: tuple[str, ...] = Field(min_length=1)
    exposures: tuple[Exposure, ...] = Field(min_length=1)
    period: Period
    ours: bool
    """True when the length is this project's own choice; false when it is taken from the source."""
    source: str = Field(min_length=1)
    """Where the length comes from, or why it was chosen."""


class ClockPolicy(Part):
    """A clock policy: a period for every clock, level and exposure."""

    name: Identifier
    title: str = Field(min_length=1)
    dated: str = Field(min_length=1)
    levels: tuple[str, ...] = Field(min_length=1)
    """Severity levels that it tells apart, the lowest first."""
    rows: tuple[PolicyRow, ...]

    @model_validator(mode="after")
    def _says_one_thing_of_each(self) -> ClockPolicy:
        told = [
            (row.clock, level, exposure)
            for row in self.rows
            for level, exposure in product(row.levels, row.exposures)
        ]
        wanted = set(product(ClockName, (*self.levels, UNKNOWN_LEVEL), Exposure))
        if len(set(told)) != len(told):
            raise ValueError("two rows speak of the same clock, level and exposure")
        if set(told) != wanted:
            raise ValueError("a clock, level or exposure has no row, or a row has a level that is not named")
        return self

    def row(self, clock: ClockName, level: str | None, exposure: Exposure) -> PolicyRow:
        """Return the row that applies.

        Args:
            clock: The clock.
            level: The severity level; none, or one that the policy does not know, is ``unknown``.
            exposure: How far the weakness reaches.
        """
        known = level if level in self.levels else UNKNOWN_LEVEL
        return next(
            row
            for row in self.rows
            if row.clock is clock and known in row.levels and exposure in row.exposures
        )

    def rank(self, clock: ClockName, level: str | None, exposure: Exposure) -> int:
        """Return a level's place among the levels; ``unknown`` is as high as what is treated like it.

        Args:
            clock: The clock.
            level: The severity level; none, or one that the policy does not know, is ``unknown``.
            exposure: How far the weakness reaches.
        """
        alike = (level,) if level in self.levels else self.row(clock, None, exposure).levels
        return max((self.levels.index(one) for one in alike if one in self.levels), default=-1)


@cache
def policies() -> Mapping[str, ClockPolicy]:
    """Return the clock policies by name."""
    folder = resources.files("groundstop.cases.clocks")
    known = [ClockPolicy.model_validate(tomllib.loads((folder / name).read_text("utf-8"))) for name in _FILES]
    return MappingProxyType({one.name: one for one in known})


def policy(name: str) -> ClockPolicy:
    """Return a clock policy.

    Raises:
        InputError: There is none of this name.
    """
    known = policies().get(name)
    if known is None:
        raise InputError(f"There is no clock policy {name!r}", f"Take one of {', '.join(policies())}")
    return known


def describe_policy(name: str) -> str:
    """Return a policy as plain text: every row with its source.

    Raises:
        InputError: There is none of this name.
    """
    known = policy(name)
    lines = [f"{known.name}: {known.title}", f"Dated {known.dated}"]
    for row in known.rows:
        where = f"{', '.join(row.levels)}; {', '.join(row.exposures)}"
        lines += ["", f"{row.clock}: {row.period.words} ({where})", f"  {origin_of(row)}"]
    return "\n".join(lines)


def origin_of(row: PolicyRow) -> str:
    """Return where a row's length comes from, and whether it is our own, as one sentence."""
    return f"{'Our own choice' if row.ours else 'Source'}: {row.source}."
