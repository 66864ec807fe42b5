"""Whether what a statement refers to is there, and is its author's to speak of."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Mapping
from typing import Any

from groundstop.cases.rights import LEADING
from groundstop.cases.state import PartyState
from groundstop.documents.cases import (
    CaseStatement,
    ChallengeUpheld,
    ClockExtended,
    ClockPaused,
    ClockResumed,
    Disclosed,
    Disputed,
    IdentityRevealed,
    InterestsChallenged,
    InterestsDeclared,
    NoticeReceived,
    Opened,
    PartyNamed,
    RecipientUnreachable,
    Requested,
    VoluntaryWithdrawal,
    Withdrawn,
)

Earlier = Mapping[str, CaseStatement]
_LASTING = (Opened, PartyNamed, Withdrawn, IdentityRevealed, NoticeReceived)
"""What cannot be made undone."""
Parties = Mapping[str, PartyState]


def problem_with_references(
    statement: CaseStatement, earlier: Earlier, parties: Parties, gone: Collection[str]
) -> str | None:
    """Say what is wrong with what a statement refers to.

    Args:
        statement: The statement.
        earlier: Those that count and come before it, by the digests of their envelopes.
        parties: The parties of the case so far, by name.
        gone: Those that their authors have replaced or taken back, by the digests of their envelopes.

    Returns:
        What is wrong, as the end of a sentence; none when nothing is.
    """
    if statement.amends is not None:
        amended = earlier.get(statement.amends)
        if amended is None or amended.by != statement.by:
            return "it amends what is no earlier statement of its author"
        if type(amended.said) is not type(statement.said):
            return "it amends a statement of another kind"
        if isinstance(amended.said, _LASTING):
            return f"a statement of the kind {amended.said.type!r} cannot be amended"
        if statement.amends in gone:
            return "it amends a statement that was replaced or taken back already"
    if isinstance(statement.said, Withdrawn) and statement.said.statement in gone:
        return "it takes back a statement that was replaced or taken back already"
    check = _CHECKS.get(type(statement.said))
    return None if check is None else check(statement.said, statement, earlier, parties)


def _no_party(name: str | None, parties: Parties) -> str | None:
    return None if name is None or name in parties else f"the case has no party {name}"


def _withdrawn(said: Withdrawn, statement: CaseStatement, earlier: Earlier, _: Parties) -> str | None:
    taken = earlier.get(said.statement)
    if taken is None or taken.by != statement.by:
        return "it takes back what is no earlier statement of its author"
    if isinstance(taken.said, (*_LASTING, Disclosed)):
        return f"a statement of the kind {taken.said.type!r} cannot be taken back"
    return None


def _disputed(said: Disputed, statement: CaseStatement, earlier: Earlier, _: Parties) -> str | None:
    disputed = earlier.get(said.statement)
    if disputed is None:
        return "it disputes a statement that the case does not have"
    return "a party takes its own statement back, or amends it" if disputed.by == statement.by else None


def _requested(said: Requested, _: CaseStatement, __: Earlier, parties: Parties) -> str | None:
    return _no_party(said.of, parties)


def _clock(
    said: ClockExtended | ClockPaused | ClockResumed, _: CaseStatement, __: Earlier, parties: Parties
) -> str | None:
    return _no_party(said.party, parties)


def _interests(said: InterestsDeclared, statement: CaseStatement, _: Earlier, parties: Parties) -> str | None:
    for one in said.interests:
        if one.in_party == statement.by:
            return "an interest is in another party"
        problem = _no_party(one.in_party, parties)
        if problem:
            return problem
    return None


def _challenged(
    said: InterestsChallenged, statement: CaseStatement, _: Earlier, parties: Parties
) -> str | None:
    if said.party == statement.by:
        return "a party does not challenge its own declaration: it declares again"
    return _no_party(said.party, parties)


def _upheld(said: ChallengeUpheld, statement: CaseStatement, earlier: Earlier, _: Parties) -> str | None:
    challenge = earlier.get(said.challenge)
    if challenge is None or not isinstance(challenge.said, InterestsChallenged):
        return "it upholds what is no challenge in the case"
    if statement.by in (challenge.by, challenge.said.party):
        return "whoever made a challenge, or is challenged, cannot uphold it"
    return None


def _received(said: NoticeReceived, statement: CaseStatement, earlier: Earlier, _: Parties) -> str | None:
    told = _recipients(said.disclosure, earlier)
    if told is None:
        return "it is about no disclosure of the case"
    return None if statement.by in told else "its author is no recipient of that disclosure"


def _unreachable(
    said: RecipientUnreachable, statement: CaseStatement, earlier: Earlier, _: Parties
) -> str | None:
    told = _recipients(said.disclosure, earlier)
    if told is None:
        return "it is about no disclosure of the case"
    if earlier[said.disclosure].by != statement.by:
        return "only whoever disclosed says that a recipient was out of reach"
    return None if said.recipient in told else f"{said.recipient} is no recipient of that disclosure"


def _recipients(disclosure: str, earlier: Earlier) -> set[str] | None:
    found = earlier.get(disclosure)
    if found is None or not isinstance(found.said, Disclosed):
        return None
    return {one.name for one in found.said.recipients}


def _named(said: PartyNamed, statement: CaseStatement, earlier: Earlier, parties: Parties) -> str | None:
    known, new = parties.get(said.party.name), said.party
    opener = next(one.by for one in earlier.values() if isinstance(one.said, Opened))
    if statement.role not in LEADING and statement.by not in (opener, new.name):
        return "a party is named by a coordinator, an authority, or whoever opened the case"
    if known is None:
        return None
    if known.role is not new.role:
        return f"{new.name} is {known.role.value} in this case already"
    if new.withheld != known.withheld:
        return "whether a party's identity is withheld, and which it is, is settled when it is first named"
    other = new.card is not None and known.card is not None and new.card.key_id != known.card.key_id
    if other and statement.by != new.name:
        return f"{new.name} has a key in this case, and only {new.name} can name another"
    return None


def _revealed(said: IdentityRevealed, statement: CaseStatement, _: Earlier, parties: Parties) -> str | None:
    party = parties.get(said.party)
    if party is None or party.withheld is None:
        return f"no identity of {said.party} is withheld"
    if statement.by not in (said.party, party.withheld.held_by):
        return f"only {said.party} and {party.withheld.held_by} can reveal it"
    opened = hashlib.sha256(bytes.fromhex(said.salt) + said.identity.encode("utf-8")).hexdigest()
    return None if opened == party.withheld.commitment else "it is not the identity that was committed to"


def _withdraws(said: VoluntaryWithdrawal, _: CaseStatement, __: Earlier, ___: Parties) -> str | None:
    return "a model stands in it twice" if len(set(said.models)) < len(said.models) else None


_CHECKS: dict[type, Callable[[Any, CaseStatement, Earlier, Parties], str | None]] = {
    Withdrawn: _withdrawn,
    Disputed: _disputed,
    Requested: _requested,
    ClockExtended: _clock,
    ClockPaused: _clock,
    ClockResumed: _clock,
    InterestsDeclared: _interests,
    InterestsChallenged: _challenged,
    ChallengeUpheld: _upheld,
    NoticeReceived: _received,
    RecipientUnreachable: _unreachable,
    PartyNamed: _named,
    IdentityRevealed: _revealed,
    VoluntaryWithdrawal: _withdraws,
}
