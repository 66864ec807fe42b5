"""Metadata of the roles, made and read: pure, and without keys.

Each function takes the metadata that stands and returns new metadata with the next version, unsigned.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from groundstop.directives.repository.layout import (
    ROOT,
    SNAPSHOT,
    TARGETS,
    TIMESTAMP,
    Lives,
    SetPath,
    charter_target,
)
from groundstop.documents import KeyCard
from groundstop.documents.directives import Charter
from groundstop.errors import DocumentError, InputError
from groundstop.evidence.keys import verifying_key

if TYPE_CHECKING:
    from tuf.api.metadata import Metadata, Root, Snapshot, T, Targets, Timestamp


def new_root(
    cards: Sequence[KeyCard], threshold: int, online: KeyCard, *, now: datetime, lives: Lives
) -> Metadata[Root]:
    """Return the first root: some keys offline, a threshold of which speaks for root and targets.

    Args:
        cards: The offline keys.
        threshold: How many of them it takes.
        online: The key of snapshot and timestamp, which is at hand all the time.
        now: The time.
        lives: How long it lives.

    Raises:
        InputError: The threshold cannot be reached, or the online key is one of the offline ones.
    """
    from tuf.api.metadata import Metadata, Root

    _check_keys(cards, threshold, online)
    root = Root(expires=now + lives.root, consistent_snapshot=True)
    _put_keys(root, cards, threshold, online)
    return Metadata(root)


def next_root(
    root: Metadata[Root],
    cards: Sequence[KeyCard],
    threshold: int,
    online: KeyCard,
    *,
    now: datetime,
    lives: Lives,
) -> Metadata[Root]:
    """Return the next root with these keys; the threshold of the old ones signs it too."""
    from tuf.api.metadata import Metadata, Role

    _check_keys(cards, threshold, online)
    signed = _next(root, now + lives.root)
    signed.keys = {}
    signed.roles = {name: Role([], 1) for name in signed.roles}
    _put_keys(signed, cards, threshold, online)
    return Metadata(signed)


def _check_keys(cards: Sequence[KeyCard], threshold: int, online: KeyCard) -> None:
    ids = [card.key_id for card in cards]
    if len(set(ids)) != len(ids):
        raise InputError("A root key is given twice", "Give each once")
    if not 1 <= threshold <= len(ids):
        raise InputError(
            f"A threshold of {threshold} cannot be reached with {len(ids)} root keys",
            "Give more keys, or a threshold of at least 1 and at most their number",
        )
    if online.key_id in ids:
        raise InputError(
            f"The online key {online.name} is a root key too, and root keys are kept offline",
            "Make a key for the online roles alone",
        )


def _put_keys(root: Root, cards: Sequence[KeyCard], threshold: int, online: KeyCard) -> None:
    for role in (ROOT, TARGETS):
        for card in cards:
            root.add_key(verifying_key(card), role)
        root.roles[role].threshold = threshold
    for role in (SNAPSHOT, TIMESTAMP):
        root.add_key(verifying_key(online), role)


def new_targets(*, now: datetime, lives: Lives) -> Metadata[Targets]:
    """Return the first top-level targets: no authority yet."""
    from tuf.api.metadata import Delegations, Metadata, Targets

    return Metadata(Targets(expires=now + lives.targets, delegations=Delegations({}, {})))


def same_targets(targets: Metadata[Targets], *, now: datetime, lives: Lives) -> Metadata[Targets]:
    """Return the next version of some targets with nothing changed, to be signed anew."""
    from tuf.api.metadata import Metadata

    return Metadata(_next(targets, now + lives.targets))


def with_charter(
    targets: Metadata[Targets], charter: Charter, *, now: datetime, lives: Lives
) -> Metadata[Targets]:
    """Return top-level targets with an authority's charter, and its roles delegated to the charter's keys.

    Args:
        targets: What stands.
        charter: A new one, or one that takes the place of the authority's earlier one.
        now: The time.
        lives: How long it lives.
    """
    from tuf.api.metadata import DelegatedRole, Delegations, Metadata, TargetFile

    signed = _next(targets, now + lives.targets)
    path = charter_target(charter.authority)
    signed.targets[path] = TargetFile.from_data(path, charter.canonical(), ["sha256"])
    roles = dict((signed.delegations.roles if signed.delegations else None) or {})
    keys = dict(signed.delegations.keys) if signed.delegations else {}
    wanted = [(SetPath.ORDERS, [card.key_id for card in charter.keys], charter.quorum)]
    wanted += [(SetPath.URGENT, list(charter.urgent), 1)] if charter.urgent else []
    roles.pop(SetPath.URGENT.role(charter.authority), None)
    for path_of, ids, threshold in wanted:
        name = path_of.role(charter.authority)
        roles[name] = DelegatedRole(
            name, ids, threshold, terminating=True, paths=[path_of.target(charter.authority)]
        )
    keys |= {card.key_id: verifying_key(card) for card in charter.keys}
    used = {key_id for role in roles.values() for key_id in role.keyids}
    signed.delegations = Delegations({one: key for one, key in keys.items() if one in used}, roles)
    return Metadata(signed)


def set_role(
    before: Metadata[Targets] | None, path: str, data: bytes, *, now: datetime, lives: Lives
) -> Metadata[Targets]:
    """Return the metadata of an authority's role, whose one target has this content.

    Args:
        before: What stands; none for a new role.
        path: The target's path.
        data: The target's content.
        now: The time.
        lives: How long it lives.
    """
    from tuf.api.metadata import Metadata, TargetFile, Targets

    expires = now + lives.authority
    signed = Targets(expires=expires) if before is None else _next(before, expires)
    signed.targets = {path: TargetFile.from_data(path, data, ["sha256"])}
    return Metadata(signed)


def next_snapshot(
    before: Metadata[Snapshot] | None, files: Mapping[str, bytes], *, now: datetime, lives: Lives
) -> Metadata[Snapshot]:
    """Return the next snapshot, in which some roles have new metadata.

    Args:
        before: What stands; none for the first.
        files: The new metadata files, by role.
        now: The time.
        lives: How long it lives.
    """
    from tuf.api.metadata import Metadata, MetaFile, Snapshot, Targets

    expires = now + lives.snapshot
    signed = Snapshot(expires=expires) if before is None else _next(before, expires)
    for role, data in files.items():
        version = Metadata[Targets].from_bytes(data).signed.version
        signed.meta[f"{role}.json"] = MetaFile.from_data(version, data, ["sha256"])
    return Metadata(signed)


def next_timestamp(
    before: Metadata[Timestamp] | None, snapshot: bytes, *, now: datetime, lives: Lives
) -> Metadata[Timestamp]:
    """Return the next timestamp, which names a snapshot."""
    from tuf.api.metadata import Metadata, MetaFile, Snapshot, Timestamp

    expires = now + lives.timestamp
    signed = Timestamp(expires=expires) if before is None else _next(before, expires)
    version = Metadata[Snapshot].from_bytes(snapshot).signed.version
    signed.snapshot_meta = MetaFile.from_data(version, snapshot, ["sha256"])
    return Metadata(signed)


def _next(before: Metadata[T], expires: datetime) -> T:
    signed = copy.deepcopy(before.signed)
    signed.version += 1
    signed.expires = expires
    return signed


def read_metadata(data: bytes, kind: type[T], *, source: str) -> Metadata[T]:
    """Read a metadata file; its signatures are not verified.

    Raises:
        DocumentError: It is none, or of another role.
    """
    from tuf.api.exceptions import RepositoryError
    from tuf.api.metadata import Metadata

    try:
        found: Metadata[Any] = Metadata.from_bytes(data)
    except (RepositoryError, RecursionError, ValueError) as error:
        raise DocumentError(
            f"{source} is no metadata of a repository", "Restore the repository from a backup"
        ) from error
    if not isinstance(found.signed, kind):
        raise DocumentError(
            f"{source} is metadata of another role: {found.signed.type}",
            "Restore the repository from a backup",
        )
    return found
