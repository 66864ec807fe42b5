"""A severity score: one scorer's word, dated, under a named profile."""

from __future__ import annotations

from pydantic import Field, model_validator

from groundstop.documents.base import ContentId, Identifier, Moment, Part

AXIS = r"^[a-z][a-z_]{0,40}$"


class AxisValue(Part):
    """The value on one axis, with its reason."""

    axis: str = Field(pattern=AXIS)
    value: float | str
    """A number or a word of the profile's scale."""
    reason: str = Field(min_length=1, max_length=2000)


class RaisedLevel(Part):
    """A level above the computed one, with the reason for it."""

    to: str = Field(min_length=1, max_length=40)
    reason: str = Field(min_length=1, max_length=2000)


class SeverityScore(Part):
    """One scorer's values on a profile's axes. The result is not stored: it is computed from these."""

    profile: Identifier
    """With its version or date, such as ``cjs-2026-07-02``."""
    assessed: Moment
    """The date that the score holds for: a gain is measured against what is available then."""
    values: tuple[AxisValue, ...] = Field(min_length=1)
    raised: RaisedLevel | None = None
    comparators: ContentId | None = None
    """Of the comparator run that a gain is measured against; none when there was none."""

    @model_validator(mode="after")
    def _once_each(self) -> SeverityScore:
        axes = [one.axis for one in self.values]
        if len(set(axes)) != len(axes):
            raise ValueError("an axis stands in the score twice")
        return self

    def value(self, axis: str) -> float | str | None:
        """Return the value on an axis; none when the score has none."""
        return next((one.value for one in self.values if one.axis == axis), None)
