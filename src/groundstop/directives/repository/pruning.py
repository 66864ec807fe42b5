"""Removing public files that no recent snapshot names: each change of a set writes the whole set anew."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from groundstop.directives.repository.layout import MOST_METADATA_BYTES, ROOT, SNAPSHOT
from groundstop.directives.repository.roles import read_metadata
from groundstop.errors import GroundstopError, WorkspaceError
from groundstop.evidence import read_bounded

if TYPE_CHECKING:
    from groundstop.directives.repository.changes import Current
    from groundstop.directives.repository.layout import Places

RECENT = 20
"""Snapshots whose files stay: a subscriber that is in the middle of one finds the rest of it."""


def prune(places: Places, current: Current, *, recent: int = RECENT) -> int:
    """Remove what no recent snapshot names. Roots stay for ever: an old client follows them one by one.

    Args:
        places: The repository, which this program holds.
        current: What it says.
        recent: How many snapshots stay, with all that they name.

    Returns:
        How many files were removed. None are when a file that stays cannot be read.

    Raises:
        WorkspaceError: A file cannot be removed.
    """
    oldest = current.snapshot.signed.version - recent + 1
    files = list(places.metadata.glob("*.json"))
    # Mostly there is nothing to do, and this is asked once a minute.
    if not any(_version(path, SNAPSHOT) < oldest for path in files):
        return 0
    try:
        stays = {places.timestamp, *_named(places, range(max(1, oldest), oldest + recent))}
    except GroundstopError:
        return 0
    stays |= {path for path in files if path.name.endswith(f".{ROOT}.json")}
    removed = 0
    for path in (*files, *places.targets.glob("*/*.json")):
        if path not in stays:
            _remove(path)
            removed += 1
    return removed


def _version(path: Path, role: str) -> float:
    number, _, rest = path.name.partition(".")
    return int(number) if rest == f"{role}.json" and number.isdecimal() else float("inf")


def _named(places: Places, snapshots: range) -> Iterator[Path]:
    """Yield the snapshots, the metadata that they name, and the targets that those name."""
    from tuf.api.metadata import Snapshot, Targets

    seen: set[Path] = set()
    for number in snapshots:
        path = places.role(SNAPSHOT, number)
        if not path.exists():
            continue
        yield path
        data = read_bounded(path, most=MOST_METADATA_BYTES)
        snapshot = read_metadata(data, Snapshot, source=str(path)).signed
        roles = {places.role(name.removesuffix(".json"), one.version) for name, one in snapshot.meta.items()}
        for file in roles - seen:
            yield file
            data = read_bounded(file, most=MOST_METADATA_BYTES)
            for target, one in read_metadata(data, Targets, source=str(file)).signed.targets.items():
                yield places.target(target, one.hashes.get("sha256", ""))
        seen |= roles


def _remove(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise WorkspaceError(
            f"{path} cannot be removed: {error.strerror}", "Check the folder's permissions"
        ) from error
