"""What follows from a score: whether it is right in form, its total, its level, and what decides it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from groundstop.cases.severity.profile import Axis, Profile, Scale
from groundstop.cases.severity.registry import profile_named
from groundstop.documents.cases import RaisedLevel, SeverityScore
from groundstop.errors import InputError


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of a score."""

    total: float | None
    """None where scoring stopped."""
    level: str
    """The level, raised where it was raised; a measurement's number in words."""
    rank: int
    """Its place on the profile's scale, 0 the lowest."""
    deciding: tuple[str, ...]
    """The axes on which one step either way gives another level."""


def check_score(score: SeverityScore) -> None:
    """Check a score before it is signed.

    Args:
        score: The score.

    Raises:
        InputError: The profile is unknown; an axis is unknown, lacks a value or has one that is not on its
            scale; the gain has no comparator run; or the level is not raised by what is said to raise it.
    """
    profile = profile_named(score.profile)
    values = _checked(profile, score)
    if profile.scale.levels or score.raised is not None:
        _outcome(profile, values, score.raised)


def outcome_of(score: SeverityScore) -> Outcome:
    """Return what follows from a score.

    Args:
        score: The score.

    Returns:
        The total, the level and the deciding axes.

    Raises:
        InputError: See :func:`check_score`.
        NotComputedError: What computes it is not installed.
    """
    profile = profile_named(score.profile)
    return _outcome(profile, _checked(profile, score), score.raised)


def _checked(profile: Profile, score: SeverityScore) -> dict[str, float]:
    """Return the values by axis, in the profile's order."""
    scale = profile.scale
    known = {axis.name: axis for axis in scale.axes}
    for one in score.values:
        if one.axis not in known:
            raise InputError(
                f"{scale.name} has no axis {one.axis!r}", f"Its axes are {', '.join(known)}: score those"
            )
    given = {one.axis: _number(known[one.axis], one.value, scale) for one in score.values}
    against = scale.measured_against_comparators
    if against in given and score.comparators is None:
        raise InputError(
            f"The {against} of the score has no comparator run to be measured against",
            "The gain is measured against what else is available; attach a comparator run, "
            "`groundstop compare`",
        )
    missing = [name for name in known if name not in given]
    if missing and not any(known[name].stops(value) for name, value in given.items()):
        raise InputError(f"A score under {scale.name} lacks {', '.join(missing)}", "Score these axes too")
    return {name: given[name] for name in known if name in given}


def _number(axis: Axis, value: float | str, scale: Scale) -> float:
    if isinstance(value, str):
        raise InputError(
            f"The {axis.name} of the score is a word, and {scale.name} allows {axis.allowed()}",
            "Write one of these as a number",
        )
    if not axis.allows(value):
        raise InputError(
            f"The {axis.name} of the score is {value:g}, and {scale.name} allows {axis.allowed()}",
            "Choose the allowed value whose meaning fits best: groundstop case profiles prints the meanings",
        )
    return value


def _outcome(profile: Profile, values: Mapping[str, float], raised: RaisedLevel | None) -> Outcome:
    scale = profile.scale
    if not scale.levels:
        if raised is not None:
            raise InputError(
                f"{scale.name} is a measurement, and a measurement is not raised", "Leave the raise out"
            )
        total = profile.total(values)
        assert total is not None  # noqa: S101 - a scale that stops has levels
        return Outcome(total, f"{total:g} of {scale.highest:g}", round(total / scale.step), ())
    rank = _rank(profile, values)
    floor = _raised_rank(scale, rank, raised) if raised is not None else 0
    final = max(rank, floor)
    deciding = tuple(
        name
        for name, value in values.items()
        if any(
            _stepped_rank(profile, {**values, name: step}, floor) != final
            for step in _axis(profile, name).neighbours(value)
        )
    )
    return Outcome(profile.total(values), scale.levels[final].name, final, deciding)


def _rank(profile: Profile, values: Mapping[str, float]) -> int:
    total = profile.total(values)
    if total is None:
        return 0
    return max(rank for rank, level in enumerate(profile.scale.levels) if total >= level.least)


def _stepped_rank(profile: Profile, values: Mapping[str, float], floor: int) -> int:
    """Return the rank after one step; axes that were not needed before have their lowest value."""
    lowest = {axis.name: axis.values[0].value for axis in profile.scale.axes}
    return max(_rank(profile, {**lowest, **values}), floor)


def _raised_rank(scale: Scale, rank: int, raised: RaisedLevel) -> int:
    names = [level.name for level in scale.levels]
    computed = scale.levels[rank].name
    if raised.to not in names:
        raise InputError(
            f"The score is raised to a level that {scale.name} does not have",
            f"Its levels are {', '.join(names)}",
        )
    if names.index(raised.to) <= rank:
        raise InputError(
            f"The score is {computed} by its axes, and {raised.to} is no higher: a level is never lowered",
            "Leave the raise out, or score the axes as they are",
        )
    return names.index(raised.to)


def _axis(profile: Profile, name: str) -> Axis:
    axis = profile.axis(name)
    assert axis is not None  # noqa: S101 - the names were checked
    return axis
