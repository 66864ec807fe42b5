"""Interests, and what follows from them: who may score, and how many independent reruns a case asks for.

The rule is printed in docs/reference/interests.md, as :data:`RULE` has it. Nothing here discards a report.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from groundstop.cases.standing import as_of
from groundstop.cases.state import CaseState, Entry, PartyState
from groundstop.cases.views import DeclarationState, PartyInterests
from groundstop.documents.cases import (
    ChallengeUpheld,
    Interest,
    InterestKind,
    InterestsChallenged,
    InterestsDeclared,
    Role,
)

BASE = 1
"""Independent reruns that every case asks for."""

RULE = tuple(
    " ".join(part.split())
    for part in f"""
    An interest is a conflict while it lasts: from its first day, if one is given, to its last.

    A challenge of a declaration is shown at once. It has an effect once it is upheld by a coordinator or an
    authority that is neither the challenger nor the challenged.

    An upheld challenge is a conflict, until the party declares again with an interest of that kind that lasts
    now, which is one too, or whoever upheld it takes that back.

    A party that has declared nothing is treated like one with a conflict, until it declares.

    A party with a conflict may not score: its score stands beside the range, with the reason. A developer's
    own score is a dispute.

    A case asks for {BASE} independent rerun that reproduces the finding, and for one more when a reporter has
    a conflict or has declared nothing.

    A rerun counts when it reproduced the finding, a party of the case signed it, and that party is neither a
    reporter nor a developer and has no conflict. Each party counts once, by its latest rerun.

    Reruns that share an account, a funder or a cache with others, or do not say what they share, count once
    together.

    A verification of a fix by a party that had a conflict when it was made, or that has declared nothing, is
    shown and does not count: it meets no clock, and shows no fix.

    Where a case is about several findings, the one with the fewest counts is shown.

    No interest and no challenge takes a report, a rerun or a statement out of the case.
    """.strip().split("\n\n")
)
"""The rule, one sentence or two for each part of it."""

NOTHING_DECLARED = "it has declared nothing of its interests"
IN_CONFLICT = "it has a conflict of interest"
"""Why a party's measurement does not count."""

_JUDGES = frozenset({Role.COORDINATOR, Role.AUTHORITY})


def interests_of(state: CaseState, now: datetime) -> tuple[PartyInterests, ...]:
    """Return what each party has to gain or to lose, and what follows from it.

    Args:
        state: The case.
        now: The moment; an interest that has ended, or has not begun, is no conflict.
    """
    known = as_of(state, now)
    return tuple(_of_party(known, party, now) for party in known.parties)


def conflict_of(state: CaseState, party: str, *, at: datetime) -> str | None:
    """Return what a party's word is not independent for, as the end of a sentence; none when nothing is.

    Args:
        state: The case as it is known now.
        party: A party.
        at: The moment that its interests are looked at for: when it measured something.
    """
    found = state.party(party)
    standing = None if found is None else _of_party(state, found, at).state
    if standing in (None, DeclarationState.UNDECLARED):
        return NOTHING_DECLARED
    return IN_CONFLICT if standing is DeclarationState.CONFLICT else None


def is_current(interest: Interest, now: datetime) -> bool:
    """Tell whether an interest is one, and lasts at a moment."""
    begun = interest.since is None or interest.since <= now
    lasts = interest.until is None or now <= interest.until
    return interest.kind is not InterestKind.NONE and begun and lasts


def _of_party(state: CaseState, party: PartyState, now: datetime) -> PartyInterests:
    declared = _last_declaration(state, party.name)
    interests = declared[1].interests if declared else ()
    challenges = list(_unsettled(state, party.name, declared, now))
    upheld = tuple(dict.fromkeys(one.kind for one in challenges if one.upheld_by))
    open_ones = tuple(dict.fromkeys(one.kind for one in challenges if not one.upheld_by))
    current = [one for one in interests if is_current(one, now)]
    if current or upheld:
        standing = DeclarationState.CONFLICT
    elif declared is None:
        standing = DeclarationState.UNDECLARED
    else:
        standing = DeclarationState.CHALLENGED if open_ones else DeclarationState.NONE
    free = standing in (DeclarationState.NONE, DeclarationState.CHALLENGED)
    return PartyInterests(
        party=party.name,
        state=standing,
        interests=interests,
        challenged=open_ones,
        upheld=upheld,
        may_score=free and party.role is not Role.DEVELOPER,
        why=_why(
            party,
            standing,
            current,
            challenges,
            ended=any(one.kind is not InterestKind.NONE for one in interests),
        ),
    )


@dataclass(frozen=True, slots=True)
class _Challenge:
    kind: InterestKind
    upheld_by: str | None


def _last_declaration(state: CaseState, party: str) -> tuple[int, InterestsDeclared] | None:
    """Return a party's last declaration, and its place in the case."""
    found = [
        (place, entry.said)
        for place, entry in enumerate(state.entries)
        if entry.stands and entry.by == party and isinstance(entry.said, InterestsDeclared)
    ]
    return found[-1] if found else None


def _unsettled(
    state: CaseState, party: str, declared: tuple[int, InterestsDeclared] | None, now: datetime
) -> Iterator[_Challenge]:
    places = {entry.digest: place for place, entry in enumerate(state.entries)}
    for entry in state.entries:
        said = entry.said
        if not isinstance(said, InterestsChallenged) or said.party != party:
            continue
        upheld_by = _upheld_by(state, entry, party)
        # What was upheld is no longer its challenger's to take back.
        if not entry.stands and upheld_by is None:
            continue
        if (
            declared is not None
            and declared[0] > places[entry.digest]
            and any(one.kind is said.interest and is_current(one, now) for one in declared[1].interests)
        ):
            continue
        yield _Challenge(said.interest, upheld_by)


def _upheld_by(state: CaseState, challenge: Entry, challenged: str) -> str | None:
    for entry, said in state.standing(ChallengeUpheld):
        judges = entry.statement.role in _JUDGES and entry.by not in (challenge.by, challenged)
        if judges and said.challenge == challenge.digest:
            return entry.by
    return None


def _why(
    party: PartyState,
    standing: DeclarationState,
    current: Sequence[Interest],
    challenges: Sequence[_Challenge],
    *,
    ended: bool,
) -> str:
    reasons = [f"it declares {one.kind} in {one.in_party}" for one in current]
    reasons += [f"{one.upheld_by} upheld that it has {one.kind}" for one in challenges if one.upheld_by]
    if standing is DeclarationState.UNDECLARED:
        reasons.append("it has declared nothing, which is treated like a conflict until it does")
    follows = " and ".join(dict.fromkeys(reasons))
    if party.role is Role.DEVELOPER:
        own = "a developer's own score is a dispute"
        return f"May not score: {own}{'; ' + follows if follows else ''}."
    if follows:
        return f"May not score: {follows}."
    if standing is DeclarationState.CHALLENGED:
        return "May score: a challenge of its declaration is not upheld."
    return f"May score: {'no interest that it declares lasts now' if ended else 'it declares no interest'}."
