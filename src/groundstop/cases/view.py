"""How a case stands at a moment: everything that is worked out of its state, put together."""

from __future__ import annotations

from datetime import datetime

from groundstop.cases.asking import requests_of
from groundstop.cases.clocks import clocks_of, levels_of
from groundstop.cases.corroborations import corroborations_of
from groundstop.cases.due import Worked, due_of
from groundstop.cases.interests import interests_of
from groundstop.cases.notices import embargo_of, notices_of
from groundstop.cases.severity import severity_of
from groundstop.cases.standing import as_of, closed_of, exposure_of, is_emergency, standing_of
from groundstop.cases.state import CaseState
from groundstop.cases.views import CaseView


def view_of(state: CaseState, *, now: datetime) -> CaseView:
    """Work out how a case stands.

    Args:
        state: What follows from its statements.
        now: The moment.

    Returns:
        The view. Nothing of it is stored anywhere: whoever has the statements gets the same.

    Raises:
        InputError: The opening names a clock policy or a time zone that this release does not know.
    """
    whole, state = state, as_of(state, now)
    interests = interests_of(state, now)
    corroborations = corroborations_of(state, interests)
    severity = severity_of(state, interests, corroborations, now=now)
    clocks = clocks_of(state, levels_of(state, now), now)
    notices = notices_of(state, now)
    embargo = embargo_of(state, now)
    exposure = exposure_of(state)
    return CaseView(
        state=whole,
        now=now,
        standing=standing_of(state),
        exposure=exposure,
        emergency=is_emergency(exposure),
        clocks=clocks,
        due=due_of(state, Worked(clocks, interests, corroborations, notices, embargo), now),
        requests=requests_of(state),
        interests=interests,
        corroborations=corroborations,
        severity=severity,
        notices=notices,
        embargo=embargo,
        closed=closed_of(state),
    )
