"""Statements that cannot both stand: which of them does, whatever their authors would rather have.

Two statements under one number of one party, or two keys named for one new party. The one that another party
had in its log first stands, and where none was logged the one that is dated first. So whoever says two things
cannot choose later which of them was said.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from groundstop.cases.state import Sighting
from groundstop.cases.taking import Losers, Taken
from groundstop.documents.cases import PartyNamed

_NEVER = datetime.max.replace(tzinfo=UTC)

Logged = Mapping[str, tuple[Sighting, ...]]


def losers_of(taken: Taken, logged: Logged) -> Losers:
    """Return the envelopes that another one keeps out.

    Args:
        taken: What was taken without regard to who logged what.
        logged: Which logs have each statement.
    """
    return Losers(frozenset(_in_sequences(taken, logged)), frozenset(_of_keys(taken, logged)))


def _in_sequences(taken: Taken, logged: Logged) -> set[str]:
    lost: set[str] = set()
    for place in sorted(taken.rivals):
        rivals = taken.rivals[place]
        # What follows a statement that lost has lost with it.
        lost |= {one for one in rivals if taken.authored[one].previous in lost}
        able = [one for one in rivals if one not in lost]
        if len(able) > 1:
            stands = min(able, key=lambda one: _rank(one, taken, logged))
            lost |= set(able) - {stands}
    return lost


def _of_keys(taken: Taken, logged: Logged) -> set[str]:
    named: dict[str, list[tuple[str, str]]] = {}
    for digest, statement in taken.authored.items():
        said = statement.said
        if isinstance(said, PartyNamed) and said.party.card is not None and said.party.name != statement.by:
            named.setdefault(said.party.name, []).append((digest, said.party.card.key_id))
    lost: set[str] = set()
    for found in named.values():
        if len({key_id for _, key_id in found}) > 1:
            first = min(found, key=lambda one: _rank(one[0], taken, logged))
            lost |= {digest for digest, key_id in found if key_id != first[1]}
    return lost


def _rank(digest: str, taken: Taken, logged: Logged) -> tuple[datetime, int, datetime, str]:
    """Return where a statement stands among its rivals; the least stands.

    Only the logs of parties that the opening names are looked at: whoever is named later could be made up for
    this. A log from before the date of the statement is worth no more than that date.
    """
    statement = taken.authored[digest]
    seen = [
        (max(one.logged, statement.created), one.index)
        for one in logged.get(digest, ())
        if one.keeper in taken.first_parties and one.keeper != statement.by
    ]
    at, index = min(seen, default=(_NEVER, 0))
    return at, index, statement.created, digest
