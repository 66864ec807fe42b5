"""When a number counts as the one that was calculated again."""

from __future__ import annotations

import math


def same(one: float, other: float) -> bool:
    """Tell whether two numbers are equal, but for the last digits of a calculation."""
    return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-12)


def near(one: float, other: float) -> bool:
    """Tell whether two ends of intervals are equal, but for what a search for them leaves open."""
    return math.isclose(one, other, abs_tol=1e-6)
