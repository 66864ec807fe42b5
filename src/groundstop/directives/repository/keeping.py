"""Making a repository, keeping it fresh, and changing its keys."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from groundstop.directives.repository.changes import Change, Current, Outcome, check_whole, follows, needs_of
from groundstop.directives.repository.disk import exists, locked, read_current, read_staged
from groundstop.directives.repository.layout import LIVES, ROOT, TARGETS, Lives, Places
from groundstop.directives.repository.pruning import prune
from groundstop.directives.repository.roles import new_root, new_targets, next_root, same_targets
from groundstop.directives.repository.settling import again, renew, settle
from groundstop.documents import KeyCard
from groundstop.errors import GroundstopError, InputError, WorkspaceError
from groundstop.evidence import OwnKey

if TYPE_CHECKING:
    from tuf.api.metadata import Metadata


@dataclass(frozen=True, slots=True)
class Renewed:
    """What a refresh of a repository did."""

    timestamp: int
    """The version of the timestamp now."""
    snapshot: int
    published: tuple[str, ...]
    """What had waited for the online key only, and is public now."""
    waiting: tuple[str, ...]
    """Why a change that waits could not be published."""


def create(
    folder: Path,
    root_cards: Sequence[KeyCard],
    root_threshold: int,
    online: KeyCard,
    keys: Sequence[OwnKey],
    *,
    now: datetime,
    lives: Lives = LIVES,
) -> Outcome:
    """Make a repository.

    Args:
        folder: Where; ``public`` in it is what a web server serves.
        root_cards: The keys of root and targets, which are kept offline.
        root_threshold: How many of them it takes.
        online: The key of snapshot and timestamp.
        keys: Keys at hand. With too few it is staged, and others sign it.
        now: The time.
        lives: How long metadata lives.

    Returns:
        What became of it. Subscribers are given ``1.root.json`` and its digest, on a way that they trust.

    Raises:
        InputError: There is one already, or the keys cannot be used.
        WorkspaceError: It cannot be written.
    """
    now = now.astimezone(UTC)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise WorkspaceError(f"{folder} cannot be made: {error.strerror}", "Check the permissions") from error
    with locked(folder) as places:
        if exists(places):
            raise InputError(f"There is a repository in {folder} already", "Choose another folder")
        metadata: dict[str, Metadata[Any]] = {
            ROOT: new_root(root_cards, root_threshold, online, now=now, lives=lives),
            TARGETS: new_targets(now=now, lives=lives),
        }
        change = Change("make the repository", now, metadata, {})
        return settle(places, None, again(change, read_staged(places).changes), keys, now=now, lives=lives)


def rotate_keys(
    folder: Path,
    root_cards: Sequence[KeyCard],
    root_threshold: int,
    online: KeyCard,
    keys: Sequence[OwnKey],
    *,
    now: datetime,
    lives: Lives = LIVES,
) -> Outcome:
    """Give a repository other root keys, another threshold, or another online key.

    Takes the threshold of the old root keys and that of the new ones. Subscribers follow by themselves: each
    root is signed by the one before. Also the way to renew a root that is about to expire.

    Args:
        folder: The repository's.
        root_cards: All keys of root and targets from now on.
        root_threshold: How many of them it takes from now on.
        online: The key of snapshot and timestamp from now on.
        keys: Keys at hand, old and new.
        now: The time.
        lives: How long metadata lives.

    Raises:
        InputError: There is no repository, or the keys cannot be used.
    """
    now = now.astimezone(UTC)
    with locked(folder) as places:
        current = read_current(places)
        metadata: dict[str, Metadata[Any]] = {
            ROOT: next_root(current.root, root_cards, root_threshold, online, now=now, lives=lives),
            TARGETS: same_targets(current.targets, now=now, lives=lives),
        }
        change = Change(f"change the keys, with root {current.version(ROOT) + 1}", now, metadata, {})
        return settle(places, current, again(change, read_staged(places).changes), keys, now=now, lives=lives)


def refresh(
    folder: Path,
    online_key: OwnKey,
    *,
    now: datetime,
    lives: Lives = LIVES,
) -> Renewed:
    """Publish what waits for the online key only, and sign a new timestamp; a new snapshot when it is due.

    Args:
        folder: The repository's.
        online_key: The key of snapshot and timestamp.
        now: The time.
        lives: How long they live.

    Raises:
        InputError: There is no repository, or the key is not its online key.
        DocumentError: The repository is damaged.
        WorkspaceError: It cannot be written, or another program is publishing.
    """
    now = now.astimezone(UTC)
    with locked(folder) as places:
        staged, published = read_staged(places), []
        waiting = list(staged.damaged)
        current = read_current(places)
        for change in staged.changes:
            try:
                done = _try(places, current, change, online_key, now=now, lives=lives)
            except GroundstopError as error:
                # Whatever is wrong with what waits must not keep the timestamp from being renewed.
                waiting.append(str(error))
                continue
            if done is not None and done.published:
                published.append(change.what)
                current = read_current(places)
        if not published:
            renew(places, current, online_key, now=now, lives=lives)
            current = read_current(places)
        prune(places, current)
        return Renewed(
            current.timestamp.signed.version,
            current.snapshot.signed.version,
            tuple(published),
            tuple(waiting),
        )


def _try(
    places: Places, current: Current, change: Change, online_key: OwnKey, *, now: datetime, lives: Lives
) -> Outcome | None:
    """Publish a change that lacks nothing but the online key; none when it lacks more, or was overtaken."""
    if not follows(change, current) or needs_of(change, current):
        return None
    check_whole(change, source=f"The change {change.id}")
    return settle(places, current, change, [online_key], now=now, lives=lives)
