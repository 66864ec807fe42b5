"""Taking the statements of a case one after the other: which of them count, and why the others do not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from groundstop.cases.ordering import before
from groundstop.cases.referring import problem_with_references
from groundstop.cases.rights import may_say, who_may
from groundstop.cases.state import Fork, PartyState, SetAside
from groundstop.documents import KeyCard
from groundstop.documents.cases import (
    CaseStatement,
    IdentityRevealed,
    Opened,
    PartyEntry,
    PartyNamed,
    Role,
    Withdrawn,
)
from groundstop.errors import DocumentError, GroundstopError
from groundstop.evidence.keys import ed25519_public, verifying_key
from groundstop.evidence.statements import Signed, signers_of


@dataclass(frozen=True, slots=True)
class Losers:
    """Envelopes that another one keeps out; see :func:`groundstop.cases.rivals.losers_of`."""

    in_sequence: frozenset[str] = frozenset()
    """Their author has said something else in their place."""
    of_keys: frozenset[str] = frozenset()
    """Another key was named for the same party."""

    def with_those(self, others: Losers) -> Losers:
        """Return these and others."""
        return Losers(self.in_sequence | others.in_sequence, self.of_keys | others.of_keys)


@dataclass
class Taken:
    """What is known after the statements that were taken so far."""

    opener: str
    counting: dict[str, CaseStatement] = field(default_factory=dict)
    """Those that count, by the digests of their envelopes."""
    authored: dict[str, CaseStatement] = field(default_factory=dict)
    """Those whose signature is their author's, whether or not they count."""
    signers: dict[str, str] = field(default_factory=dict)
    """The id of the key that signed each of these."""
    parties: dict[str, PartyState] = field(default_factory=dict)
    cards: dict[str, KeyCard] = field(default_factory=dict)
    """Every key card of a party, earlier ones too, by key id."""
    chains: dict[tuple[str, int], str] = field(default_factory=dict)
    """The envelope that has a number in a party's sequence."""
    displaced: set[str] = field(default_factory=set)
    """Envelopes in the sequence of an author who said something else there."""
    rivals: dict[tuple[str, int], list[str]] = field(default_factory=dict)
    """All envelopes with a number in a party's sequence."""
    gone: set[str] = field(default_factory=set)
    """Envelopes that their authors have replaced or taken back."""
    aside: list[SetAside] = field(default_factory=list)
    first_parties: frozenset[str] = frozenset()
    """Those that the opening names."""

    def forked(self) -> list[Fork]:
        """Return the parties that have said two things under one number."""
        return [
            Fork(party, f"{party} has signed different statements as its number {number}", tuple(digests))
            for (party, number), digests in sorted(self.rivals.items())
            if len(digests) > 1
        ]


def take_all(
    order: Sequence[str],
    signed: Mapping[str, Signed],
    statements: Mapping[str, CaseStatement],
    opener: str,
    losers: Losers = Losers(),
) -> Taken:
    """Take statements in an order, the opening first.

    Args:
        order: The digests of their envelopes.
        signed: The envelopes.
        statements: What they say.
        opener: The party that the opening says it is by.
        losers: Those that do not count because another stands in their place.
    """
    taken = Taken(opener)
    for digest in order:
        statement = statements[digest]
        why = None
        if isinstance(statement.said, Opened):
            why = _cards_problem(taken, statement.said.parties)
            _name_all(taken, statement.said.parties, statement.by)
            taken.first_parties = frozenset(one.name for one in statement.said.parties)
        why = why or _take(taken, digest, signed[digest], statement, losers)
        if why is None:
            taken.counting[digest] = statement
            _apply(taken, statement)
        else:
            authored, rival = digest in taken.authored, digest in losers.of_keys
            taken.aside.append(SetAside(digest, statement.by, why, authored=authored, rival=rival))
    return taken


def _take(taken: Taken, digest: str, signed: Signed, statement: CaseStatement, losers: Losers) -> str | None:
    """Return why a statement does not count; none when it does."""
    why = _not_the_authors(taken, signed, statement)
    if why is not None:
        return why
    taken.authored[digest] = statement
    taken.signers[digest] = signed.signatures[0][0]
    why = _out_of_place(taken, digest, statement, losers)
    if why is not None:
        return why
    if isinstance(statement.said, PartyNamed):
        if digest in losers.of_keys:
            return f"another key was named for {statement.said.party.name}, and stands in its place"
        why = _cards_problem(taken, [statement.said.party])
        if why is not None:
            return why
    if not may_say(statement.said.type, statement.role, is_opener=statement.by == taken.opener):
        article = "an" if statement.role in (Role.AUTHORITY, Role.OPERATOR) else "a"
        kind = statement.said.type
        return f"{article} {statement.role} cannot say {kind!r}: it is for {who_may(kind)}"
    return problem_with_references(statement, taken.counting, taken.parties, taken.gone)


def _cards_problem(taken: Taken, parties: Sequence[PartyEntry]) -> str | None:
    """Say what is wrong with the keys that are named for some parties."""
    owners = {key_id: card.name for key_id, card in taken.cards.items()}
    for one in parties:
        if one.card is None:
            continue
        if owners.setdefault(one.card.key_id, one.name) != one.name:
            return f"the key named for {one.name} is that of {owners[one.card.key_id]}"
        try:
            verifying_key(one.card)
            ed25519_public(one.card)
        except GroundstopError:
            return f"the key id on the card of {one.name} is not that of its key, or it is no Ed25519 key"
    return None


def _not_the_authors(taken: Taken, signed: Signed, statement: CaseStatement) -> str | None:
    party = taken.parties.get(statement.by)
    if party is None:
        return f"the case has no party {statement.by}"
    if party.card is None:
        return f"no key of {party.name} is known in the case"
    if len(signed.signatures) != 1 or signed.signatures[0][0] != party.card.key_id:
        return f"it is not signed with the key of {party.name} alone"
    try:
        signers_of(signed, [party.card])
    except DocumentError:
        return f"its signature is not that of {party.name}: it was changed, or is not theirs"
    if statement.role is not party.role:
        return f"{party.name} is {party.role} in the case, not {statement.role}"
    ends = party.card.expires
    if statement.created < party.card.created or (ends is not None and statement.created > ends):
        return f"the key of {party.name} did not hold when it was made"
    return None


def _out_of_place(taken: Taken, digest: str, statement: CaseStatement, losers: Losers) -> str | None:
    """Return what is wrong with a statement's place in its author's sequence, and in the case."""
    previous = None if statement.previous is None else taken.authored.get(statement.previous)
    if statement.previous is not None and (
        previous is None or previous.by != statement.by or previous.number != statement.number - 1
    ):
        return f"it does not follow the statement of {statement.by} that it names"
    place = (statement.by, statement.number)
    rivals = taken.rivals.setdefault(place, [])
    rivals.append(digest)
    lost = digest in losers.in_sequence or statement.previous in taken.displaced
    if lost or taken.chains.setdefault(place, digest) != digest:
        taken.displaced.add(digest)
        return f"{statement.by} has said something else in its place"
    named = [taken.authored[one] for one in before(statement) if one in taken.authored]
    if any(statement.created < one.created for one in named):
        return "it is dated before a statement that it says it has seen"
    return None


def _apply(taken: Taken, statement: CaseStatement) -> None:
    said = statement.said
    if statement.amends is not None:
        taken.gone.add(statement.amends)
    if isinstance(said, Withdrawn):
        taken.gone.add(said.statement)
    if isinstance(said, PartyNamed):
        _name_all(taken, (said.party,), statement.by)
    elif isinstance(said, IdentityRevealed):
        taken.parties[said.party] = replace(taken.parties[said.party], identity=said.identity)


def _name_all(taken: Taken, parties: Sequence[PartyEntry], by: str) -> None:
    for one in parties:
        known = taken.parties.get(one.name)
        taken.parties[one.name] = PartyState(
            one.name,
            one.role,
            one.card or (known.card if known else None),
            one.withheld,
            known.identity if known else None,
            by if one.card is not None else (known.keyed_by if known else None),
        )
        if one.card is not None:
            taken.cards[one.card.key_id] = one.card
