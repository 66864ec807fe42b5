"""What weights there are: the files of a folder, or of a manifest, by their digests."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

from groundstop.directives.weights.hashing import hash_file
from groundstop.directives.weights.manifests import read_manifest
from groundstop.directives.weights.repositories import repositories_of
from groundstop.directives.weights.walking import FoundFile, Unread, files_in

OnBytes = Callable[[int], None]


class Known(StrEnum):
    """Where a digest is from."""

    HASHED = "hashed here"
    POINTER = "named by a pointer, the file itself is not here"
    MANIFEST = "named by a manifest"


class WeightFile(NamedTuple):
    """A file, by what is in it."""

    name: str
    sha256: str
    size: int | None
    known: Known


@dataclass(frozen=True, slots=True)
class Inventory:
    """Files by their digests, and what could not be read."""

    source: str
    files: tuple[WeightFile, ...]
    purls: tuple[str, ...]
    """The repositories, with their revisions, that the files are said to be from."""
    unread: tuple[Unread, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ToHash:
    """Files that are still to be hashed."""

    source: str
    files: tuple[FoundFile, ...]
    unread: tuple[Unread, ...]
    purls: tuple[str, ...]

    @property
    def size(self) -> int:
        """Bytes to read."""
        return sum(one.size for one in self.files)


def look_at(path: Path, *, purls: Iterable[str] = ()) -> Inventory | ToHash:
    """Find out what there is at a path.

    Args:
        path: A folder, a file of weights, or a manifest: an OpenSSF model signature, an in-toto statement of
            digests, or lines as ``sha256sum`` writes them.
        purls: Package URLs, with revisions, that the files are said to be from.

    Returns:
        What a manifest says; or the files that are to be hashed.

    Raises:
        InputError: There is nothing at the path, or too much.
        DocumentError: It is a manifest, and malformed.
    """
    given = tuple(purls)
    manifest = read_manifest(path)
    if manifest is not None:
        files = tuple(WeightFile(one.name, one.sha256, None, Known.MANIFEST) for one in manifest.files)
        return Inventory(str(path), files, given, manifest.unread, manifest.notes)
    files_here, unread = files_in(path)
    found = dict.fromkeys((*given, *repositories_of(path)))
    return ToHash(str(path), files_here, unread, tuple(found))


def hashed(todo: ToHash, on_bytes: OnBytes = lambda _: None) -> Inventory:
    """Hash files, one after the other, in little memory.

    Args:
        todo: The files.
        on_bytes: Told how many bytes more have been read.

    Returns:
        Their digests. A file that cannot be read, or changes while it is, is among those that were not.
    """
    files: list[WeightFile] = []
    unread = list(todo.unread)
    pointers = 0
    for one in todo.files:
        found = hash_file(one.path, on_bytes)
        if isinstance(found, str):
            unread.append(Unread(one.name, found))
            continue
        files.append(WeightFile(one.name, found.sha256, found.size, Known.HASHED))
        if found.pointer is not None:
            pointers += 1
            files.append(WeightFile(one.name, found.pointer, None, Known.POINTER))
    notes = (f"{pointers} files are pointers to files that are not here",) if pointers else ()
    return Inventory(todo.source, tuple(files), todo.purls, tuple(unread), notes)
