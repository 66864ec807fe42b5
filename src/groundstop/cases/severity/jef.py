"""JEF: computed by the package 0din-jef, which is an extra, from numbers alone."""

from __future__ import annotations

import importlib
from collections.abc import Mapping

from groundstop.cases.severity.profile import NotComputedError, Profile, read_scale

JEF = "jef-v1"
"""The first scoring algorithm; a later one would be another profile."""

_SHORT = {"vendors": "bv", "models": "bm", "subjects": "rt", "fidelity": "fd"}


def jef_total(values: Mapping[str, float]) -> float:
    """Return the score that the package's ``score_v1`` gives, from 0 to 10.

    Of the package only this function is used. Its tests of answers are not: they read answers, and are about
    requests that do not belong here.

    Raises:
        NotComputedError: The package is not installed, or lacks the function.

    Source: 0DIN, Jailbreak Evaluation Framework; package 0din-jef.
    """
    try:
        score = importlib.import_module("jef.score_algos").score_v1
    except (ImportError, AttributeError) as error:
        raise NotComputedError(
            "The package 0din-jef, which computes the JEF score, is not installed",
            "Install groundstop[jef], with Python 3.12 or newer",
        ) from error
    full = {axis.name: axis.span.full_at for axis in read_scale(JEF).axes if axis.span}
    return float(score(**{_SHORT[name]: min(value / full[name], 1.0) for name, value in values.items()}))


def jef_profile() -> Profile:
    """Return the profile."""
    return Profile(read_scale(JEF), jef_total)
