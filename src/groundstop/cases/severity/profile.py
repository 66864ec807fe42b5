"""Severity profiles: the data of a scale, and the small function that gives its total."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib import resources

from pydantic import Field, model_validator

from groundstop.documents import Part
from groundstop.documents.base import Identifier
from groundstop.errors import InputError


class NotComputedError(InputError):
    """A score is right in form, and what computes its result is not installed."""


class ProfileKind(StrEnum):
    """What a profile's result is."""

    JUDGED = "judged"
    """A level that somebody judged, which may be raised with a reason."""
    MEASUREMENT = "measurement"
    """A number that follows from counts or a judge's replies; nobody raises it."""


class AxisStep(Part):
    """An allowed value of an axis, and what it means."""

    value: float
    meaning: str
    stops: bool = False
    """True when the other axes are not needed: the lowest level follows."""


class Span(Part):
    """The range of an axis that has no list of values."""

    low: float
    high: float | None = None
    """None: any number from the lowest on."""
    whole: bool = False
    full_at: float = Field(gt=0)
    """From here on a higher value adds nothing."""


class Axis(Part):
    """One question, and the answers that are allowed."""

    name: str
    question: str
    values: tuple[AxisStep, ...] = ()
    """From the lowest to the highest; empty when there is a span."""
    span: Span | None = None

    @model_validator(mode="after")
    def _one_kind(self) -> Axis:
        if bool(self.values) is (self.span is not None):
            raise ValueError("an axis has a list of values or a span")
        return self

    def allows(self, value: float) -> bool:
        """Tell whether a value is on the scale."""
        if self.span is None:
            return any(step.value == value for step in self.values)
        below = self.span.high is not None and value > self.span.high
        return value >= self.span.low and not below and (not self.span.whole or value == int(value))

    def allowed(self) -> str:
        """Return the allowed values in words, such as ``0, 1 or 2``."""
        if self.span is None:
            *others, last = [f"{step.value:g}" for step in self.values]
            return f"{', '.join(others)} or {last}"
        kind = "a whole number" if self.span.whole else "a number"
        if self.span.high is None:
            return f"{kind}, {self.span.low:g} or more"
        return f"{kind} from {self.span.low:g} to {self.span.high:g}"

    def stops(self, value: float) -> bool:
        """Tell whether a value ends the scoring."""
        return any(step.stops and step.value == value for step in self.values)

    def neighbours(self, value: float) -> tuple[float, ...]:
        """Return the values one step below and above; none for an axis with a span."""
        scale = [step.value for step in self.values]
        if value not in scale:
            return ()
        at = scale.index(value)
        return tuple(scale[at - 1 : at] if at else ()) + tuple(scale[at + 1 : at + 2])


class Level(Part):
    """A level of a profile: its name, its word, and the lowest total that has it."""

    name: str
    word: str
    least: float


class Scale(Part):
    """The data of a profile."""

    name: Identifier
    title: str
    dated: str
    kind: ProfileKind
    status: str
    source: str
    highest: float
    """The highest total that there can be."""
    step: float = Field(gt=0)
    """The smallest difference of two totals."""
    measured_against_comparators: str | None = None
    """The axis whose value needs a comparator run; none when no axis does."""
    rules: tuple[str, ...]
    axes: tuple[Axis, ...] = Field(min_length=1)
    levels: tuple[Level, ...] = ()
    """From the lowest to the highest; empty when the total itself is the result."""


@dataclass(frozen=True, slots=True)
class Profile:
    """A severity profile.

    Args:
        scale: Its data.
        total: The total of checked values, by axis; none when a value stops the scoring.
    """

    scale: Scale
    total: Callable[[Mapping[str, float]], float | None]

    def axis(self, name: str) -> Axis | None:
        """Return an axis by its name; none when the profile has no such axis."""
        return next((axis for axis in self.scale.axes if axis.name == name), None)


@cache
def read_scale(name: str) -> Scale:
    """Return the data of a profile that ships with the program."""
    text = (resources.files(__package__) / f"{name}.toml").read_text(encoding="utf-8")
    return Scale.model_validate(tomllib.loads(text))
