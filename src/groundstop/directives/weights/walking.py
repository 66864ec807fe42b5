"""The files of a folder. Links are not followed: what they lead to inside is met where it is."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from groundstop.errors import InputError

MOST_FILES = 200_000


class FoundFile(NamedTuple):
    """A file to be hashed."""

    name: str
    """Its path in the folder."""
    path: Path
    size: int


class Unread(NamedTuple):
    """Something of which nothing is known, and why."""

    name: str
    why: str


def files_in(path: Path) -> tuple[tuple[FoundFile, ...], tuple[Unread, ...]]:
    """Return the files of a folder, in order, or a single file.

    Args:
        path: A folder or a file; it may be a link itself.

    Returns:
        The files; and links that lead out of the folder or nowhere, folders that cannot be listed, and what
        is neither a file nor a folder.

    Raises:
        InputError: There is nothing at the path, or there are too many files.
    """
    try:
        top = path.resolve(strict=True)
        status = top.stat()
    except (OSError, RuntimeError, ValueError) as error:
        raise InputError(f"There is no {path} that can be read", "Check the path") from error
    if not stat.S_ISDIR(status.st_mode):
        if not stat.S_ISREG(status.st_mode):
            raise InputError(f"{path} is neither a file nor a folder", "Check the path")
        return (FoundFile(_shown(top.name), top, status.st_size),), ()
    files: list[FoundFile] = []
    unread: list[Unread] = []
    for found in _walk(top):
        if isinstance(found, Unread):
            unread.append(found)
        else:
            files.append(found)
        if len(files) + len(unread) > MOST_FILES:
            raise InputError(
                f"There are more than {MOST_FILES:,} files in {path}", "Give one of the folders in it"
            )
    return tuple(sorted(files)), tuple(sorted(unread))


def _walk(top: Path) -> Iterator[FoundFile | Unread]:
    failed: list[OSError] = []
    for folder, folders, names in os.walk(top, followlinks=False, onerror=failed.append):
        here = Path(folder)
        for name in (*folders, *names):
            found = _looked_at(here / name, top)
            if found is not None:
                yield found
    for error in failed:
        yield Unread(_name(Path(os.fsdecode(error.filename)), top), error.strerror or "it cannot be listed")


def _looked_at(path: Path, top: Path) -> FoundFile | Unread | None:
    """Return what is at a path; nothing for what is met elsewhere."""
    name = _name(path, top)
    try:
        status = path.lstat()
        if stat.S_ISLNK(status.st_mode):
            inside = path.resolve(strict=True).is_relative_to(top)
            return None if inside else Unread(name, "it is a link that leads out of the folder")
    except (OSError, RuntimeError):
        return Unread(name, "it is a link that leads nowhere, or cannot be looked at")
    if stat.S_ISDIR(status.st_mode):
        return None
    if not stat.S_ISREG(status.st_mode):
        return Unread(name, "it is neither a file nor a folder")
    return FoundFile(name, path, status.st_size)


def _name(path: Path, top: Path) -> str:
    return _shown(path.relative_to(top).as_posix()) if path.is_relative_to(top) else _shown(path.name)


def _shown(name: str) -> str:
    """Return a file's name as text; bytes that are none are replaced."""
    return os.fsencode(name).decode("utf-8", "replace")
