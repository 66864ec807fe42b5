"""Severity as a case shows it: facts above, scores side by side, ranges, and the next step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from groundstop.cases.severity.cjs import CJS
from groundstop.cases.severity.counting import holds_comparators, newest_comparators
from groundstop.cases.severity.facts import facts_of
from groundstop.cases.severity.next_step import UNKNOWN, next_step
from groundstop.cases.severity.profile import NotComputedError
from groundstop.cases.severity.scoring import Outcome, outcome_of
from groundstop.cases.state import CaseState, Entry
from groundstop.cases.views import Corroborations, PartyInterests, Scored, Severity, SeverityRange
from groundstop.documents.cases import Role, SeverityDispute, SeverityScore
from groundstop.documents.cases import Scored as ScoredSaid
from groundstop.errors import InputError

DEVELOPERS_OWN = "the developer's own vector is a dispute, and stands beside the range"
"""Why a developer's score is in no range."""

NOT_VALID = "not valid"
NOT_COMPUTED = "not computed"
"""What stands for the level of a score that has none."""


def severity_of(
    state: CaseState,
    interests: Sequence[PartyInterests],
    corroborations: Corroborations,
    *,
    now: datetime | None = None,
) -> Severity:
    """Return the severity of a case.

    Args:
        state: The case.
        interests: What each party has to gain or lose, and whether it may score.
        corroborations: How many independent reruns the case asks for, and has.
        now: The time, by which a verification may have expired; none not to look at that.

    Returns:
        Measured facts, and beside each other the last score of each party under each profile. One that does
        not count, or no longer holds, stays visible with the reason. Ranges are of those that count, one for
        each profile; nothing is averaged, and no profile is compared with another.
    """
    barred = {one.party: one.why for one in interests if not one.may_score}
    scores = tuple(_scored(state, one, barred) for one in _last_scores(state))
    ranges = _ranges(scores)
    level = next((one.highest for one in ranges if one.profile == CJS), UNKNOWN)
    return Severity(
        facts=facts_of(state, corroborations, now=now),
        scores=scores,
        ranges=ranges,
        next_step=next_step(state, level, now=now),
    )


@dataclass(frozen=True, slots=True)
class _Given:
    """A score, and the statement that gives it."""

    entry: Entry
    score: SeverityScore


def _last_scores(state: CaseState) -> list[_Given]:
    """Return the last score of each party under each profile, of those that stand."""
    last: dict[tuple[str, str], _Given] = {}
    for entry in state.entries:
        if entry.stands and isinstance(entry.said, ScoredSaid | SeverityDispute):
            key = entry.by, entry.said.score.profile
            last.pop(key, None)
            last[key] = _Given(entry, entry.said.score)
    return list(last.values())


def _scored(state: CaseState, given: _Given, barred: dict[str, str]) -> Scored:
    by, score = given.entry.by, given.score
    outcome, problem = _outcome(score)
    party = state.party(by)
    if problem is None and party is not None and party.role is Role.DEVELOPER:
        problem = DEVELOPERS_OWN
    return Scored(
        party=by,
        entry=given.entry.digest,
        score=score,
        total=outcome.total,
        level=outcome.level,
        rank=outcome.rank,
        deciding=outcome.deciding,
        excluded=problem or barred.get(by),
        stale=_stale(state, score),
    )


def _outcome(score: SeverityScore) -> tuple[Outcome, str | None]:
    """Return the result of a score, and why it has none."""
    try:
        return outcome_of(score), None
    except NotComputedError as error:
        return Outcome(None, NOT_COMPUTED, -1, ()), f"it cannot be computed here: {error}"
    except InputError as error:
        return Outcome(None, NOT_VALID, -1, ()), f"it does not keep to its profile: {error.message}"


def _stale(state: CaseState, score: SeverityScore) -> str | None:
    """Return why the comparators of a score are no longer those of the case; none when they are."""
    if score.comparators is None:
        return None
    newest = newest_comparators(state)
    if newest is not None and score.comparators in newest.ids:
        return None
    if newest is not None and not newest.known:
        return (
            "this copy lacks the newest comparator run: whether the score is measured against it is unknown"
        )
    if newest is None or not holds_comparators(state, score.comparators):
        return "the comparator run that it is measured against is not in the case"
    return f"the comparators have changed: {newest.entry.by} gave newer ones on {newest.entry.at:%Y-%m-%d}"


def _ranges(scores: Sequence[Scored]) -> tuple[SeverityRange, ...]:
    counted = [one for one in scores if one.excluded is None and one.stale is None]
    ranges = []
    for profile in dict.fromkeys(one.score.profile for one in counted):
        alike = sorted((one for one in counted if one.score.profile == profile), key=lambda one: one.rank)
        ranges.append(SeverityRange(profile, alike[0].level, alike[-1].level, len(alike)))
    return tuple(ranges)
