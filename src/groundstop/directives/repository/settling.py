"""What becomes of a change: signed with the keys at hand, then published, or staged for other signers."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from groundstop.directives.repository.changes import (
    Change,
    Current,
    Need,
    Outcome,
    add_signatures,
    check_whole,
    follows,
    need_of,
    needs_of,
    sign_metadata,
)
from groundstop.directives.repository.disk import (
    NewState,
    commit,
    exists,
    locked,
    read_current,
    read_staged,
    remove_staged,
    to_bytes,
    write_staged,
)
from groundstop.directives.repository.layout import LIVES, ROOT, SNAPSHOT, TIMESTAMP, Lives, Places
from groundstop.directives.repository.roles import next_snapshot, next_timestamp
from groundstop.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

    from tuf.api.metadata import Metadata, Root

    from groundstop.evidence import OwnKey


def settle(
    places: Places,
    current: Current | None,
    change: Change,
    keys: Sequence[OwnKey],
    *,
    now: datetime,
    lives: Lives,
) -> Outcome:
    """Sign a change with the keys at hand; publish it when no signature is missing, else stage it.

    Args:
        places: The repository, which this program holds.
        current: What stands; none for a repository that is being made.
        change: What changes.
        keys: Keys at hand: offline ones, an authority's, and the online one.
        now: The time.
        lives: How long metadata lives.

    Returns:
        What became of it.

    Raises:
        InputError: A key has ended.
        WorkspaceError: It cannot be written; what was public stays.
    """
    signed = add_signatures(change, keys, current, now=now)
    needs = needs_of(signed, current)
    root = signed.metadata[ROOT].signed if ROOT in signed.metadata else _root(current)
    files = {role: to_bytes(one) for role, one in signed.metadata.items() if role != ROOT}
    snapshot = next_snapshot(current.snapshot if current else None, files, now=now, lives=lives)
    needs += _signed_online(root, SNAPSHOT, snapshot, keys, now)
    timestamp = next_timestamp(
        current.timestamp if current else None, to_bytes(snapshot), now=now, lives=lives
    )
    needs += _signed_online(root, TIMESTAMP, timestamp, keys, now)
    if needs:
        write_staged(places, signed)
        return Outcome(change.what, signed.id, needs)
    commit(places, NewState(signed, snapshot, timestamp))
    remove_staged(places, signed.id)
    return Outcome(change.what, None, ())


def _root(current: Current | None) -> Root:
    if current is None:
        raise InputError("There is no repository yet", "Make one first: groundstop repository init")
    return current.root.signed


def _signed_online(
    root: Root, role: str, metadata: Metadata[Any], keys: Sequence[OwnKey], now: datetime
) -> tuple[Need, ...]:
    """Sign the metadata of an online role, and return what it lacks then."""
    for key in keys:
        if key.card.key_id in root.get_delegated_role(role).keyids:
            sign_metadata(metadata, key, now=now)
    need = need_of(root, role, metadata)
    return (need,) if need.missing else ()


def renew(places: Places, current: Current, online_key: OwnKey, *, now: datetime, lives: Lives) -> None:
    """Sign a new timestamp, and a new snapshot when half of its life has passed or its key was changed.

    Raises:
        InputError: The key is not the repository's online key, or has ended.
        WorkspaceError: A file cannot be written; what was public stays.
    """
    root, snapshot = current.root.signed, current.snapshot
    due = snapshot.signed.expires - now < lives.snapshot / 2 or need_of(root, SNAPSHOT, snapshot).missing > 0
    needs: tuple[Need, ...] = ()
    if due:
        snapshot = next_snapshot(snapshot, {}, now=now, lives=lives)
        needs += _signed_online(root, SNAPSHOT, snapshot, [online_key], now)
    timestamp = next_timestamp(current.timestamp, to_bytes(snapshot), now=now, lives=lives)
    needs += _signed_online(root, TIMESTAMP, timestamp, [online_key], now)
    if needs:
        raise InputError(
            f"The key {online_key.card.name} is not the online key of {places.folder}",
            "Give the key that signs snapshot and timestamp",
        )
    commit(places, NewState(Change("renew the timestamp", now, {}, {}), snapshot, timestamp))


def sign_staged(
    folder: Path,
    change_id: str,
    keys: Sequence[OwnKey],
    *,
    now: datetime,
    lives: Lives = LIVES,
) -> Outcome:
    """Sign a change that waits; publish it when no signature is missing any more.

    Args:
        folder: The repository's.
        change_id: The change, by its id.
        keys: Keys at hand.
        now: The time.
        lives: How long snapshot and timestamp live.

    Raises:
        InputError: No such change waits, or another was published since it was made.
        DocumentError: It was damaged.
    """
    with locked(folder) as places:
        current = current_of(places)
        change = next((one for one in read_staged(places).changes if one.id == change_id), None)
        if change is None:
            raise InputError(
                f"No change {change_id} waits in {folder}", "See which do: groundstop repository status"
            )
        check_whole(change, source=f"The change {change_id}")
        if not follows(change, current):
            raise InputError(
                f"Since the change {change_id} was made, another was published",
                "Make it again, on what stands now; then withdraw this one",
            )
        return settle(places, current, change, keys, now=now, lives=lives)


def withdraw_staged(folder: Path, change_id: str) -> None:
    """Forget a change that waits. What is public stays.

    Raises:
        InputError: No such change waits.
    """
    with locked(folder) as places:
        if change_id not in {change.id for change in read_staged(places).changes}:
            raise InputError(f"No change {change_id} waits in {folder}", "Nothing was changed")
        remove_staged(places, change_id)


def current_of(places: Places) -> Current | None:
    """Return what stands; none where there is no repository yet."""
    return read_current(places) if exists(places) else None


def again(change: Change, staged: Sequence[Change]) -> Change:
    """Return the change itself, or the one among those that wait which does the same, with its signatures.

    Args:
        change: What was asked for now.
        staged: What waits.

    Raises:
        DocumentError: The one that waits does not sign the files that it holds.
    """
    for one in staged:
        if _does(one) == _does(change):
            check_whole(one, source=f"The change {one.id}")
            return one
    return change


def _does(change: Change) -> object:
    """Return what a change does, whatever the time at which it was made.

    Only what follows from that time is left out: when it was made and until when it lives, and the digests of
    the files that say so. Two charters whose keys end at different times are two.
    """
    said = {role: _timeless(one.signed.to_dict(), change.targets) for role, one in change.metadata.items()}
    return said, {path: _without(json.loads(data), "created") for path, data in change.targets.items()}


def _timeless(signed: dict[str, Any], made: Mapping[str, bytes]) -> dict[str, Any]:
    found = _without(signed, "expires")
    if "targets" in found:
        found["targets"] = {
            path: _without(one, "hashes", "length") if path in made else one
            for path, one in found["targets"].items()
        }
    return found


def _without(value: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: one for name, one in value.items() if name not in names}
