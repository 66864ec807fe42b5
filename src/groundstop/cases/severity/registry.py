"""The severity profiles that there are."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from groundstop.cases.severity.cjs import cjs_profile
from groundstop.cases.severity.jef import jef_profile
from groundstop.cases.severity.profile import Axis, Profile
from groundstop.cases.severity.strongreject import strongreject_profile
from groundstop.errors import InputError


@cache
def profiles() -> Mapping[str, Profile]:
    """Return the profiles by name."""
    known = (cjs_profile(), jef_profile(), strongreject_profile())
    return MappingProxyType({profile.scale.name: profile for profile in known})


def profile_named(name: str) -> Profile:
    """Return a profile.

    Raises:
        InputError: There is none of this name.
    """
    profile = profiles().get(name)
    if profile is None:
        raise InputError(f"There is no severity profile {name!r}", f"Take one of {', '.join(profiles())}")
    return profile


def describe_profile(name: str) -> str:
    """Return a profile as plain text: axes, allowed values with their meanings, levels and rules.

    Raises:
        InputError: There is none of this name.
    """
    scale = profile_named(name).scale
    lines = [f"{scale.name}: {scale.title}", scale.status, f"Source: {scale.source}"]
    for axis in scale.axes:
        lines += ["", *_axis_lines(axis)]
    if scale.levels:
        lines += ["", "Levels, by the total"]
        lines += [f"  {level.name} {level.word}: from {level.least:g}" for level in scale.levels]
    return "\n".join([*lines, "", "Rules", *(f"  {rule}" for rule in scale.rules)])


def _axis_lines(axis: Axis) -> list[str]:
    if axis.span is not None:
        return [f"{axis.name}: {axis.question}", f"  {axis.allowed()}"]
    return [f"{axis.name}: {axis.question}", *(f"  {one.value:g}  {one.meaning}" for one in axis.values)]
