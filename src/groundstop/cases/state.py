"""The state of a case: what follows from its statements, before any clock or score is worked out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import TypeVar

from groundstop.documents import Comparison, Corroboration, Finding, KeyCard, Verification
from groundstop.documents.cases import (
    Attached,
    AttachedKind,
    CaseStatement,
    FindingRef,
    Opened,
    PartyEntry,
    PartyNamed,
    Role,
    Said,
    WithheldIdentity,
)

SaidT = TypeVar("SaidT")


def named_in(said: Said) -> tuple[PartyEntry, ...]:
    """Return the parties that a statement names: those of an opening, or one that is brought in."""
    if isinstance(said, Opened):
        return said.parties
    return (said.party,) if isinstance(said, PartyNamed) else ()


@dataclass(frozen=True, slots=True)
class Sighting:
    """That the log of a party that holds the case has a statement, and since when."""

    keeper: str
    """The party's name."""
    index: int
    """The place in its log."""
    logged: datetime
    """By that party's own clock."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A statement that counts, in its place."""

    digest: str
    """Of its envelope: how others refer to it."""
    statement: CaseStatement
    signer: str
    """The id of the key that signed it."""
    sightings: tuple[Sighting, ...]
    """Where it is logged, the earliest first."""
    amended_by: str | None = None
    """The envelope of the author's later statement that replaces it."""
    withdrawn_by: str | None = None

    @property
    def stands(self) -> bool:
        """Whether it was neither replaced nor taken back. One that does not stand stays visible."""
        return self.amended_by is None and self.withdrawn_by is None

    @property
    def said(self) -> Said:
        """What is said."""
        return self.statement.said

    @property
    def by(self) -> str:
        """Who says it."""
        return self.statement.by

    @property
    def at(self) -> datetime:
        """When it was made, by its author's word."""
        return self.statement.created


@dataclass(frozen=True, slots=True)
class SetAside:
    """A statement that is in the case and does not count, and why."""

    digest: str
    by: str | None
    """Who says that it is theirs; none when it cannot be read."""
    why: str
    waiting: bool = False
    """Whether it would count in a copy that has what this one lacks."""
    authored: bool = False
    """Whether the party that it names has signed it."""
    rival: bool = False
    """Whether it names a key for a party that has another one: two honest parties may differ in that."""


@dataclass(frozen=True, slots=True)
class Fork:
    """That a party showed two different things to different people: its statements, or its log."""

    party: str
    what: str
    """One sentence."""
    digests: tuple[str, ...]
    """The envelopes, or the roots of the heads, that cannot both be."""


@dataclass(frozen=True, slots=True)
class PartyState:
    """A party of the case."""

    name: str
    role: Role
    card: KeyCard | None
    withheld: WithheldIdentity | None = None
    identity: str | None = None
    """Who a withheld party is, once it was revealed and matched what was committed to."""
    keyed_by: str | None = None
    """The party that named its key, which may be false: only the trust file tells whose key it is."""

    @property
    def reachable(self) -> bool:
        """Whether a key of the party is known: something can be encrypted to it, and it can answer."""
        return self.card is not None


@dataclass(frozen=True, slots=True)
class CaseFinding:
    """A finding that the case is about."""

    ref: FindingRef
    finding: Finding | None
    """Its open part; none in a copy of the case that lacks the bundle."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """A signed measurement, or a comparator run, that a statement has attached."""

    entry: str
    """The envelope of the statement."""
    by: str
    """The party that attached it."""
    attached: Attached
    document: Corroboration | Verification | Comparison | None
    """None when this copy lacks the file, or it is not what it is said to be."""
    signer: str | None
    """The party of the case that signed the measurement; none when it is of nobody in the case."""
    problem: str | None = None
    """Why it does not count; none when it does."""


@dataclass(frozen=True)
class CaseState:
    """What follows from the statements of a case."""

    id: str
    entries: tuple[Entry, ...]
    """Those that count, each after all that its author had seen."""
    parties: tuple[PartyState, ...]
    findings: tuple[CaseFinding, ...]
    evidence: tuple[Evidence, ...]
    set_aside: tuple[SetAside, ...] = ()
    forks: tuple[Fork, ...] = ()
    missing: tuple[Attached, ...] = ()
    """Files that statements speak of, and that this copy lacks."""
    sequence: Mapping[str, tuple[int, str]] = field(default_factory=dict)
    """The number and the envelope of each party's last statement, whether or not it counts."""
    cards: Mapping[str, KeyCard] = field(default_factory=dict)
    """Every key card that a party of the case has, or had, by key id."""

    @property
    def opening(self) -> Opened:
        """The opening."""
        said = self.entries[0].said
        assert isinstance(said, Opened)  # noqa: S101 - a fold begins with it, or gives no state
        return said

    @property
    def opener(self) -> str:
        """The party that opened the case."""
        return self.entries[0].by

    @property
    def opened(self) -> datetime:
        """When it was opened."""
        return self.entries[0].at

    def party(self, name: str) -> PartyState | None:
        """Return a party by its name; none when the case has no such party."""
        return next((party for party in self.parties if party.name == name), None)

    def of_role(self, role: Role) -> tuple[PartyState, ...]:
        """Return the parties of a role."""
        return tuple(party for party in self.parties if party.role is role)

    def entry(self, digest: str) -> Entry | None:
        """Return an entry by its envelope's digest."""
        return self._by_digest.get(digest)

    @cached_property
    def _by_digest(self) -> Mapping[str, Entry]:
        return {entry.digest: entry for entry in self.entries}

    def standing(self, *kinds: type[SaidT]) -> Iterator[tuple[Entry, SaidT]]:
        """Yield the entries that stand and say one of some things, in order, with what they say."""
        for entry in self.entries:
            if entry.stands and isinstance(entry.said, kinds):
                yield entry, entry.said

    def attached(self, entry: Entry, kind: AttachedKind) -> tuple[Attached, ...]:
        """Return the files of a kind that go with an entry."""
        return tuple(one for one in entry.statement.attached if one.kind is kind)
