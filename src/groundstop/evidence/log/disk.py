"""Files that stay whole: written aside, made durable, and only then put in place."""

from __future__ import annotations

import fcntl
import os
import stat
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from groundstop.evidence.log.errors import LogError
from groundstop.evidence.log.stored import Read
from groundstop.evidence.log.tiles import MAX_ENTRY_BYTES, WIDTH

MAX_FILE_BYTES = WIDTH * (2 + MAX_ENTRY_BYTES)
"""Largest file that a log can have: a full bundle of the largest entries."""

_WRITERS = 16
_FEW = 8


def folder_files(folder: Path) -> Read:
    """Return a function that reads a log's files from a folder."""

    def read(path: str) -> bytes | None:
        return read_file(folder / path)

    return read


def file_names(folder: Path) -> frozenset[str]:
    """Return the paths of all files in a folder, with forward slashes."""
    return frozenset(
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if not path.is_dir() or path.is_symlink()
    )


def read_file(path: Path) -> bytes | None:
    """Return a file's bytes; none when there is no such file.

    Raises:
        LogError: It cannot be read, is no regular file, or is too large to be a log's.
    """
    try:
        # A pipe that someone put there must not hold the program up.
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise _unreadable(path, error.strerror or "unknown cause") from error
    try:
        found = os.fstat(handle)
        if not stat.S_ISREG(found.st_mode):
            raise _unreadable(path, "it is not a regular file")
        if found.st_size > MAX_FILE_BYTES:
            raise _unreadable(path, f"it holds more than {MAX_FILE_BYTES:,} bytes")
        with os.fdopen(handle, "rb", closefd=False) as file:
            return file.read()
    finally:
        os.close(handle)


def write_durably(folder: Path, files: Mapping[str, bytes], *, mode: int = 0o644) -> None:
    """Write files into a folder and wait until they are on the disk, their names included.

    Args:
        folder: Where to.
        files: Bytes by name, without folders.
        mode: Their permissions, before the process' mask.
    """

    def write(name: str) -> None:
        handle = os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, mode)
        try:
            rest = memoryview(files[name])
            while rest:
                rest = rest[os.write(handle, rest) :]
            os.fsync(handle)
        finally:
            os.close(handle)

    if len(files) <= _FEW:
        for name in files:
            write(name)
    else:
        # File systems gather the waits of several writers into one; alone, each file waits its own turn.
        with ThreadPoolExecutor(_WRITERS) as writers:
            for _ in writers.map(write, files):
                pass
    sync_folder(folder)


def put_in_place(moves: Sequence[tuple[Path, Path]]) -> None:
    """Move files to their places, making folders as needed, and wait until that is on the disk."""
    for folder in {target.parent for _, target in moves}:
        # A file must not be moved into a folder that a power cut could take away.
        make_folders(folder)
    for source, target in moves:
        source.replace(target)
    for folder in {target.parent for _, target in moves}:
        sync_folder(folder)


def make_folders(folder: Path, *, mode: int = 0o777) -> None:
    """Make a folder and those above it that are missing, and wait until they are on the disk."""
    missing = []
    while not folder.is_dir():
        missing.append(folder)
        folder = folder.parent
    for new in reversed(missing):
        new.mkdir(mode)
        sync_folder(new.parent)


def sync_folder(folder: Path) -> None:
    """Wait until a folder's list of names is on the disk."""
    _sync(folder, os.O_DIRECTORY)


def sync_file(path: Path) -> None:
    """Wait until a file's content is on the disk."""
    _sync(path, 0)


def _sync(path: Path, flags: int) -> None:
    handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC | flags)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def discard(folder: Path) -> None:
    """Remove the files of a folder, and not the folders in it."""
    for path in sorted(folder.iterdir()):
        path.unlink()


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold a folder for this process, so that two programs never write to it at once.

    Raises:
        LogError: Another program holds it, or there is no such folder.
    """
    try:
        # The folder itself is locked, so that no lock file lies among a log's files.
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError as error:
        raise _unreadable(folder, error.strerror or "unknown cause") from error
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise LogError(
                f"{folder} is being written to by another program", "Try again when that has ended"
            ) from error
        yield
    finally:
        os.close(handle)


def _unreadable(path: Path, why: str) -> LogError:
    return LogError(f"{path} cannot be read: {why}", "Check the file and its permissions")
