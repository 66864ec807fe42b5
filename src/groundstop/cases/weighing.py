"""The measurements of a case as they stand at a moment, for what is told and shown of them."""

from __future__ import annotations

from dataclasses import dataclass

from groundstop.cases.severity.counting import why_not
from groundstop.cases.standing import as_of
from groundstop.cases.state import Evidence
from groundstop.cases.views import CaseView


@dataclass(frozen=True, slots=True)
class Weighed:
    """A measurement, and whether it counts."""

    evidence: Evidence
    why_not: str | None
    """Why it does not count, as the end of a sentence; none when it does."""


def weighed(view: CaseView) -> tuple[Weighed, ...]:
    """Return every measurement that was put into a case, in the order of the case.

    Args:
        view: The case at a moment.

    Returns:
        Each with why it does not count; see :func:`groundstop.cases.severity.counting.why_not`.
    """
    known = as_of(view.state, view.now)
    places = {entry.digest: place for place, entry in enumerate(view.state.entries)}
    ordered = sorted(view.state.evidence, key=lambda one: places.get(one.entry, len(places)))
    return tuple(Weighed(one, why_not(known, one, now=view.now)) for one in ordered)
