"""What each party says in a decision-maker's brief: no kind of answer is left out, and disputes stand out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from groundstop.cases.exports.words import (
    OTHER_WORDS,
    RESPONSE_WORDS,
    begun,
    day,
    doing,
    ranges_sentence,
)
from groundstop.cases.tiers import Told, ToldParty, ToldScore, ToldStatement
from groundstop.documents.cases import Role
from groundstop.reports.case_brief_lines import NAME, Limits, cut, more_words
from groundstop.reports.case_words import LABELS, counted, plain_lines
from groundstop.reports.verification_words import capital

_TELLING = frozenset({*RESPONSE_WORDS, *OTHER_WORDS, "leak", "requested"} - {"opened"})
"""Kinds of statements that a brief lists even where their author gave no words for it."""

_ALWAYS = frozenset({*RESPONSE_WORDS, "disputed"})
"""Kinds of statements of which the latest is always shown."""

_DISPUTES = ("disputed", "baseline_dispute", "severity_dispute", "interests_challenged")


@dataclass(frozen=True, slots=True)
class BriefVoice:
    """What a party says."""

    who: str
    said: tuple[tuple[str, str | None], ...]
    """What it does, and its own words; none where it gave none for the brief."""
    more: str | None
    """How many of its statements are left out."""


def speaking(told: Told, limits: Limits) -> tuple[ToldParty, ...]:
    """Return the parties that a brief quotes, in order: where not all have room, those that answer first."""
    answering = {one.by for one in told.statements if one.stands and one.type in RESPONSE_WORDS}
    places = sorted(range(len(told.parties)), key=lambda place: told.parties[place].called not in answering)[
        : limits.items
    ]
    return tuple(told.parties[place] for place in sorted(places))


def left_out_voices(told: Told, shown: Sequence[ToldParty]) -> str | None:
    """Return how many parties are left out, and which kinds of answers they give; none when none is."""
    more = more_words(len(told.parties) - len(shown), "party", "parties")
    names = {one.called for one in told.parties} - {one.called for one in shown}
    answers = {
        (one.by, one.type)
        for one in told.statements
        if one.stands and one.by in names and one.type in RESPONSE_WORDS
    }
    kinds = Counter(kind for _, kind in answers)
    listed = ", ".join(f"{LABELS[kind]} ({kinds[kind]})" for kind in RESPONSE_WORDS if kind in kinds)
    return f"{more}, who answer: {listed}" if more and listed else more


def voice_of(told: Told, party: ToldParty, limits: Limits) -> BriefVoice:
    """Return what a party says, the latest last: the latest of each kind, and repeats where there is room.

    Args:
        told: The case as it is told.
        party: The party.
        limits: How many statements are shown, where there are not more kinds of them.
    """
    declared = f"; interests: {party.declaration}" if party.declaration else ""
    own = [one for one in told.statements if one.by == party.called and one.stands]
    telling = [one for one in own if one.text is not None or one.type in _TELLING]
    places = _chosen(telling, limits.said)
    shown = [one for place, one in enumerate(telling) if place in places]
    left = [one for place, one in enumerate(telling) if place not in places]
    said = tuple((_does(one), None if one.text is None else cut(one.text, limits.words)) for one in shown)
    who = f"{plain_lines(party.called)} ({party.role.value}{declared})"
    return BriefVoice(who, said, _besides(left, shown, len(own) - len(telling)))


def _chosen(telling: Sequence[ToldStatement], most: int) -> set[int]:
    """Return which are shown: the latest of each kind of answer, then of other kinds, then repeats.

    They are as many as a number says; or more where there are more kinds of answers, and disputes, than that.
    """
    latest = {one.type: place for place, one in enumerate(telling)}
    always = {place for kind, place in latest.items() if kind in _ALWAYS}
    others = sorted(
        set(range(len(telling))) - always, key=lambda place: (latest[telling[place].type] != place, -place)
    )
    return always | set(others[: max(0, most - len(always))])


def _does(one: ToldStatement) -> str:
    if one.type == "fix_claimed" and one.build:
        return f"{capital(doing(one))} (build {cut(one.build, NAME)})"
    if one.type in RESPONSE_WORDS or one.type in OTHER_WORDS:
        return capital(doing(one))
    by = f" (by {day(one.date)})" if one.date else ""
    return capital(LABELS.get(one.type, "statement")) + by


def _besides(left: Sequence[ToldStatement], shown: Sequence[ToldStatement], wordless: int) -> str | None:
    alike = " of the same kinds" if {one.type for one in left} <= {one.type for one in shown} else ""
    found = [f"{counted(len(left), 'more statement')}{alike}"] if left else []
    found += [f"{counted(wordless, 'statement')} without words for this tier"] if wordless else []
    return f"and {' and '.join(found)}" if found else None


def dispute_lines(told: Told) -> list[str]:
    """Return who disputes what, the latest first; the words stand with the party's other statements."""
    said = {one.digest: one for one in told.statements}
    found = [one for one in told.statements if one.stands and one.type in _DISPUTES]
    return [_dispute(one, said.get(one.about or "")) for one in reversed(found)] or [
        "Nobody disputes anything."
    ]


def _dispute(one: ToldStatement, about: ToldStatement | None) -> str:
    who, on = begun(plain_lines(one.by)), day(one.at)
    if one.type in RESPONSE_WORDS:
        return f"{who} {RESPONSE_WORDS[one.type]} ({on})."
    if one.type == "interests_challenged":
        return f"{who} challenges what another party declares of its interests ({on})."
    if about is None:
        return f"{who} disputes a statement that is not told here ({on})."
    return f"{who} disputes what {plain_lines(about.by)} said on {day(about.at)}: “{_does(about)}”."


def severity_lines(told: Told) -> list[str]:
    """Return the severity as ranges, and beside them the level that each developer holds instead."""
    ranges = ranges_sentence(told) or "No score counts: not known."
    roles = {one.called: one.role for one in told.parties}
    own = [one for one in told.scores if roles.get(one.party) is Role.DEVELOPER]
    without = {one.by for one in told.statements if one.stands and one.type == "severity_dispute"} - {
        one.party for one in own
    }
    return [
        ranges,
        *(_own_level(one) for one in own),
        *(
            f"{plain_lines(name)} disputes the severity; its own score is not told here."
            for name in sorted(without)
        ),
    ]


def _own_level(one: ToldScore) -> str:
    score = f"{plain_lines(one.level)} ({plain_lines(one.profile)})"
    return (
        f"{begun(plain_lines(one.party))} disputes it: {score} by its own score, which the range leaves out."
    )
