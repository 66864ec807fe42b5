"""What a repository says of itself: versions, expiries, who may sign, and what waits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from groundstop.directives.repository.changes import Current, Need, follows, need_of, needs_of
from groundstop.directives.repository.disk import (
    authorities_of,
    locked,
    read_charter,
    read_current,
    read_set,
    read_staged,
)
from groundstop.directives.repository.layout import ROOT, SNAPSHOT, TARGETS, TIMESTAMP, Places, SetPath

if TYPE_CHECKING:
    from tuf.api.metadata import Metadata, Root, Snapshot, Targets, Timestamp


@dataclass(frozen=True, slots=True)
class RoleStatus:
    """One role of a repository."""

    name: str
    version: int
    expires: datetime
    threshold: int
    may_sign: tuple[str, ...]
    """Ids of its keys."""
    signed: bool
    """Whether its metadata is signed by enough of them."""

    def expired(self, now: datetime) -> bool:
        """Whether subscribers refuse it."""
        return now >= self.expires


@dataclass(frozen=True, slots=True)
class AuthorityStatus:
    """One authority of a repository."""

    name: str
    called: str
    charter: int
    """The number of its charter."""
    orders: int
    """The number of its set of orders."""
    urgent: int | None
    documents: int
    """How many it has published."""
    keys: tuple[tuple[str, str], ...]
    """Names of its keys, with their ids."""


@dataclass(frozen=True, slots=True)
class StagedStatus:
    """A change that waits."""

    id: str
    what: str
    made: datetime
    needs: tuple[Need, ...]
    """Roles that lack signatures; empty when it waits for the online key only."""
    overtaken: bool
    """Whether another change was published since: it has to be made again."""


@dataclass(frozen=True, slots=True)
class RepositoryStatus:
    """A repository at a moment."""

    folder: Path
    roles: tuple[RoleStatus, ...]
    authorities: tuple[AuthorityStatus, ...]
    staged: tuple[StagedStatus, ...]
    notes: tuple[str, ...]
    """What whoever keeps it should look at."""


def status(folder: Path, *, now: datetime) -> RepositoryStatus:
    """Return what a repository says of itself.

    Raises:
        InputError: There is none.
        DocumentError: It is damaged.
        WorkspaceError: Another program is publishing.
    """
    with locked(folder) as places:
        current = read_current(places)
        roles = tuple(_roles(current))
        authorities = tuple(_authority(places, current, name) for name in authorities_of(current))
        waits = read_staged(places)
        staged = tuple(
            StagedStatus(
                change.id,
                change.what,
                change.made,
                needs_of(change, current) if follows(change, current) else (),
                overtaken=not follows(change, current),
            )
            for change in waits.changes
        )
    return RepositoryStatus(folder, roles, authorities, staged, (*_notes(roles, staged, now), *waits.damaged))


def _roles(current: Current) -> list[RoleStatus]:
    root, targets = current.root.signed, current.targets.signed
    named = targets.delegations.roles if targets.delegations else None
    return [
        _role(root, ROOT, current.root),
        _role(root, TIMESTAMP, current.timestamp),
        _role(root, SNAPSHOT, current.snapshot),
        _role(root, TARGETS, current.targets),
        *(_role(targets, name, current.authorities[name]) for name in sorted(named or {})),
    ]


def _role(
    rules: Root | Targets,
    name: str,
    metadata: Metadata[Root] | Metadata[Targets] | Metadata[Snapshot] | Metadata[Timestamp],
) -> RoleStatus:
    role = rules.get_delegated_role(name)
    return RoleStatus(
        name,
        metadata.signed.version,
        metadata.signed.expires,
        role.threshold,
        tuple(role.keyids),
        signed=need_of(rules, name, metadata).missing == 0,
    )


def _authority(places: Places, current: Current, name: str) -> AuthorityStatus:
    charter = read_charter(places, current, name)
    orders, *urgent = [
        read_set(places, current.authorities[path.role(name)], path.target(name))
        for path in (SetPath.ORDERS, *((SetPath.URGENT,) if charter.urgent else ()))
    ]
    return AuthorityStatus(
        name,
        charter.called,
        charter.number,
        orders.number,
        urgent[0].number if urgent else None,
        sum(len(one.envelopes) for one in (orders, *urgent)),
        tuple((card.name, card.key_id) for card in charter.keys),
    )


def _notes(roles: tuple[RoleStatus, ...], staged: tuple[StagedStatus, ...], now: datetime) -> list[str]:
    notes = [
        f"The metadata of {role.name} has expired: every subscriber refuses it"
        for role in roles
        if role.expired(now)
    ]
    notes += [
        f"The metadata of {role.name} is signed by too few of its keys: refresh the repository"
        for role in roles
        if not role.signed
    ]
    notes += [
        f"The change {one.id} ({one.what}) was overtaken by another: make it again, or withdraw it"
        for one in staged
        if one.overtaken
    ]
    return notes
