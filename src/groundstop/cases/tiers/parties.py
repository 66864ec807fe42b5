"""Parties as they are told: what they are called, what they are in the case, and what they have to gain."""

from __future__ import annotations

from datetime import datetime

from groundstop.cases.state import PartyState
from groundstop.cases.tiers.taking import Taking
from groundstop.cases.tiers.told import ToldInterest, ToldParty
from groundstop.cases.views import DeclarationState, PartyInterests
from groundstop.documents.cases import Holder, Interest, InterestKind, Role


def tell_party(take: Taking, party: PartyState, interests: PartyInterests | None) -> ToldParty:
    """Return a party as it is told.

    Args:
        take: For which tier.
        party: The party.
        interests: What is known of its interests; none where the tier may not have that.
    """
    called = take.name(party, "name") or ""
    state = None if interests is None else take.one(interests, "state", DeclarationState)
    return ToldParty(
        name=called if take.is_named(party) else None,
        called=called,
        role=take.sure(party, "role", Role),
        reachable=take.holds(party, "card"),
        withheld=take.holds(party, "withheld") if take.may(PartyState, "withheld") else None,
        declaration=None if state is None else state.value,
        interests=()
        if interests is None
        else tuple(_interest(take, one) for one in take.many(interests, "interests", Interest)),
        challenged=_kinds(take, interests, "challenged"),
        upheld=_kinds(take, interests, "upheld"),
        may_score=None if interests is None else take.one(interests, "may_score", bool),
        why=None if interests is None else take.one(interests, "why", str),
    )


def _interest(take: Taking, interest: Interest) -> ToldInterest:
    return ToldInterest(
        kind=take.sure(interest, "kind", InterestKind).value,
        of=take.sure(interest, "of", Holder).value,
        in_party=take.name(interest, "in_party"),
        since=take.one(interest, "since", datetime),
        until=take.one(interest, "until", datetime),
        detail=take.one(interest, "detail", str),
    )


def _kinds(take: Taking, interests: PartyInterests | None, field: str) -> tuple[str, ...]:
    if interests is None:
        return ()
    return tuple(kind.value for kind in take.many(interests, field, InterestKind))
