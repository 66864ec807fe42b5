"""A repository's files: read with their signatures checked, written so that no half is ever visible."""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from groundstop.directives.repository.changes import Change, Current, from_staged, to_staged
from groundstop.directives.repository.layout import (
    CHARTERS,
    MOST_METADATA_BYTES,
    MOST_SET_BYTES,
    ROOT,
    SNAPSHOT,
    TARGETS,
    Places,
    charter_target,
)
from groundstop.directives.repository.roles import read_metadata
from groundstop.documents import canonical_bytes, parse_json
from groundstop.documents.directives import Charter, DirectiveSet
from groundstop.errors import DocumentError, GroundstopError, InputError, WorkspaceError
from groundstop.evidence import PRIVATE, read_bounded, write_whole

if TYPE_CHECKING:
    from tuf.api.metadata import Metadata, MetaFile, Root, Targets

_PUBLIC_PATH = re.compile(r"(metadata|targets/[a-z]+)/[a-z0-9][a-z0-9._-]*\.json")
_WAIT_S = 10.0
_STEP_S = 0.02
_MOST_STAGED_BYTES = 2 * MOST_SET_BYTES


class Staged(NamedTuple):
    """What waits for signatures."""

    changes: tuple[Change, ...]
    damaged: tuple[str, ...]
    """Files that cannot be read, and why."""


@dataclass(frozen=True, slots=True)
class NewState:
    """A change with the snapshot and the timestamp that make it visible."""

    change: Change
    snapshot: Metadata[Any]
    timestamp: Metadata[Any]


@contextmanager
def locked(folder: Path, *, wait_s: float = _WAIT_S) -> Iterator[Places]:
    """Hold a repository for this program, so that two never publish at once.

    Args:
        folder: The repository's.
        wait_s: How long to wait for another program to end.

    Raises:
        InputError: There is no such folder.
        WorkspaceError: Another program still holds it, or the folder cannot be used.
    """
    if not folder.exists():
        raise _none_in(folder)
    try:
        handle = os.open(folder / "lock", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW, PRIVATE)
    except OSError as error:
        raise WorkspaceError(
            f"The repository {folder} cannot be used: {error.strerror}", "Check the folder's permissions"
        ) from error
    try:
        _take(handle, folder, time.monotonic() + wait_s)
        finish(Places(folder))
        yield Places(folder)
    finally:
        os.close(handle)


def _take(handle: int, folder: Path, until: float) -> None:
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            if time.monotonic() >= until:
                raise WorkspaceError(
                    f"Another program is publishing in {folder}", "Try again when it has ended"
                ) from error
            time.sleep(_STEP_S)
        else:
            return


def read_current(places: Places) -> Current:
    """Read what a repository says, and check it as a subscriber does, whatever the time.

    Snapshot and timestamp are checked by digest, not by signature: after an interrupted rotation of the
    online key they have the old key's, until the next refresh.

    Raises:
        InputError: There is no repository, or a file of it is missing.
        DocumentError: A file is damaged, or signed by too few.
    """
    from tuf.api.metadata import Root, Snapshot, Targets, Timestamp

    root = _read(places.role(ROOT, newest_root(places)), Root)
    _check_signed(root.signed, ROOT, root)
    timestamp = _read(places.timestamp, Timestamp)
    named = timestamp.signed.snapshot_meta
    snapshot = _read(places.role(SNAPSHOT, named.version), Snapshot, named)
    meta = {name.removesuffix(".json"): one for name, one in snapshot.signed.meta.items()}
    if TARGETS not in meta:
        raise _damaged(places.metadata, "its snapshot names no targets")
    found = {role: _read(places.role(role, one.version), Targets, one) for role, one in meta.items()}
    targets = found.pop(TARGETS)
    _check_signed(root.signed, TARGETS, targets)
    delegated = (targets.signed.delegations.roles if targets.signed.delegations else None) or {}
    for role in delegated:
        if role not in found:
            raise _damaged(places.metadata, f"its snapshot lacks the role {role}")
        _check_signed(targets.signed, role, found[role])
    return Current(root, timestamp, snapshot, targets, found)


def exists(places: Places) -> bool:
    """Whether there is a repository."""
    return places.timestamp.exists()


def newest_root(places: Places) -> int:
    """Return the version of the newest root.

    Raises:
        InputError: There is none.
    """
    versions = [
        int(number)
        for path in places.metadata.glob(f"*.{ROOT}.json")
        if (number := path.name.removesuffix(f".{ROOT}.json")).isdecimal() and len(number) < 10
    ]
    if not versions:
        raise _none_in(places.folder)
    return max(versions)


def _none_in(folder: Path) -> InputError:
    return InputError(
        f"There is no repository in {folder}", "Check the path, or make one there: groundstop repository init"
    )


def _read(path: Path, kind: type[Any], named: MetaFile | None = None) -> Metadata[Any]:
    from tuf.api.exceptions import RepositoryError

    data = read_bounded(path, most=MOST_METADATA_BYTES)
    try:
        if named is not None:
            named.verify_length_and_hashes(data)
    except RepositoryError as error:
        raise _damaged(path, "it is not the file that was signed") from error
    return read_metadata(data, kind, source=str(path))


def _check_signed(rules: Root | Targets, role: str, metadata: Metadata[Any]) -> None:
    from tuf.api.exceptions import RepositoryError

    try:
        rules.verify_delegate(role, metadata.signed_bytes, metadata.signatures)
    except (RepositoryError, ValueError) as error:
        raise DocumentError(
            f"The metadata of the role {role} is signed by too few of its keys",
            "Restore the repository from a backup",
        ) from error


def _damaged(path: Path, why: str) -> DocumentError:
    return DocumentError(
        f"The repository is damaged at {path}: {why}", "Restore the repository from a backup"
    )


def read_charter(places: Places, current: Current, authority: str) -> Charter:
    """Return the charter of an authority.

    Raises:
        InputError: There is none.
        DocumentError: It is damaged.
    """
    path = charter_target(authority)
    return Charter.parse(_target(places, current.targets, path), source=f"The charter of {authority}")


def authorities_of(current: Current) -> tuple[str, ...]:
    """Return the names of the authorities that have a charter, sorted."""
    names = (path.partition("/") for path in current.targets.signed.targets)
    return tuple(sorted(name.removesuffix(".json") for folder, _, name in names if folder == CHARTERS))


def read_set(places: Places, role: Metadata[Targets], path: str) -> DirectiveSet:
    """Return the set that a role's metadata names.

    Raises:
        InputError: It names none.
        DocumentError: It is damaged.
    """
    return DirectiveSet.parse(_target(places, role, path), source=f"The set {path}")


def _target(places: Places, role: Metadata[Targets], path: str) -> bytes:
    from tuf.api.exceptions import RepositoryError

    named = role.signed.targets.get(path)
    if named is None:
        raise InputError(f"The repository has no {path}", "Check the authority's name")
    data = read_bounded(places.target(path, named.hashes.get("sha256", "")), most=MOST_SET_BYTES)
    try:
        named.verify_length_and_hashes(data)
    except RepositoryError as error:
        raise _damaged(places.targets / path, "it is not the file that was signed") from error
    return data


def commit(places: Places, new: NewState) -> None:
    """Write a new state: what is named before what names it, and the timestamp last of all.

    A subscriber that looks meanwhile, or a copy that is made, sees the old state or the new one. Only where a
    new root comes with it is there a moment in which it is refused, and tried again; so that this moment
    ends, :func:`finish` goes on with what was interrupted.

    Raises:
        InputError: Some metadata would be larger than subscribers read.
        WorkspaceError: A file cannot be written; the old state stays.
    """
    metadata = new.change.metadata
    files = {
        places.target(path, hashlib.sha256(data).hexdigest()): data
        for path, data in new.change.targets.items()
    }
    files |= {
        places.role(role, one.signed.version): to_bytes(one) for role, one in metadata.items() if role != ROOT
    }
    files[places.role(SNAPSHOT, new.snapshot.signed.version)] = to_bytes(new.snapshot)
    if ROOT in metadata:
        files[places.role(ROOT, metadata[ROOT].signed.version)] = to_bytes(metadata[ROOT])
    files[places.timestamp] = to_bytes(new.timestamp)
    if ROOT in metadata:
        _write_journal(places, files)
    for path, data in files.items():
        write_whole(path, data)
    if ROOT in metadata:
        _remove(places.journal)


def _write_journal(places: Places, files: Mapping[Path, bytes]) -> None:
    named = [[str(path.relative_to(places.public)), data.decode("utf-8")] for path, data in files.items()]
    write_whole(places.journal, canonical_bytes(named), mode=PRIVATE)


def finish(places: Places) -> None:
    """Go on with a new root whose writing was interrupted.

    Raises:
        DocumentError: What was noted of it is damaged.
        WorkspaceError: A file cannot be written.
    """
    if not places.journal.exists():
        return
    source = str(places.journal)
    noted = parse_json(read_bounded(places.journal, most=2 * MOST_SET_BYTES), source=source)
    if not _is_journal(noted):
        raise DocumentError(
            f"{source} is no list of a repository's files",
            "Restore it from a backup, or remove it when the newest root is signed as it should be",
        )
    for path, text in noted:
        write_whole(places.public / path, text.encode("utf-8"))
    _remove(places.journal)


def _is_journal(value: Any) -> bool:
    """Whether a value is a list of files and what they hold, all of them below the public folder."""
    return isinstance(value, list) and all(
        isinstance(one, list)
        and len(one) == 2
        and all(isinstance(text, str) for text in one)
        and _PUBLIC_PATH.fullmatch(one[0])
        for one in value
    )


def to_bytes(metadata: Metadata[Any]) -> bytes:
    """Return the file of some metadata.

    Raises:
        InputError: It is larger than subscribers read.
    """
    data: bytes = metadata.to_bytes()
    if len(data) > MOST_METADATA_BYTES:
        raise InputError(
            f"The metadata of {metadata.signed.type} would have {len(data):,} bytes, "
            f"more than the {MOST_METADATA_BYTES:,} that subscribers read",
            "Keep fewer authorities in one repository",
        )
    return data


def write_staged(places: Places, change: Change) -> None:
    """Keep a change that waits for signatures.

    Raises:
        WorkspaceError: It cannot be written.
    """
    write_whole(places.staged / f"{change.id}.json", to_staged(change), mode=PRIVATE)


def read_staged(places: Places) -> Staged:
    """Return the changes that wait, the oldest first. One that was damaged keeps no other from going on."""
    found, damaged = [], []
    for path in sorted(places.staged.glob("*.json")):
        source = str(path)
        try:
            data = read_bounded(path, most=_MOST_STAGED_BYTES)
            found.append(from_staged(parse_json(data, source=source), source=source))
        except GroundstopError as error:
            damaged.append(str(error))
    return Staged(tuple(sorted(found, key=lambda change: (change.made, change.id))), tuple(damaged))


def remove_staged(places: Places, change_id: str) -> None:
    """Forget a change that waited.

    Raises:
        WorkspaceError: It cannot be removed.
    """
    _remove(places.staged / f"{change_id}.json")


def _remove(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise WorkspaceError(
            f"{path} cannot be removed: {error.strerror}", "Check the folder's permissions"
        ) from error
