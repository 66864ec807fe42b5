"""A chain of lines on disk: each line holds the digest of the one before. One process writes to it.

A line is handed to the operating system with one call before :meth:`Chain.append` returns, so that it
survives the end of the process. A line that was cut off is taken away when the next process begins.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
from collections.abc import Callable
from errno import ENOSPC
from pathlib import Path
from threading import Lock
from typing import Any, NamedTuple

import orjson

from groundstop.errors import WorkspaceError

RECEIPTS = "receipts"
"""The folder of chains, in the operator's."""
FIRST = "0" * 64
"""What the first line of a chain has for the digest of the one before."""
FILE = re.compile(r"([0-9]{8,15})\.jsonl")
_MOST_CHAINS = 1024
_BLOCK = 64 * 1024
_APPEND = os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC | os.O_NOFOLLOW


class Head(NamedTuple):
    """How far a chain goes."""

    chain: str
    lines: int
    digest: str
    """Of the last of these lines."""


class _DamagedError(Exception):
    """A chain whose end cannot be read: nothing can be added to it."""


def file_name(first: int) -> str:
    """Return the name of the file that begins with a line."""
    return f"{first:08d}.jsonl"


def files_of(folder: Path) -> list[tuple[int, Path]]:
    """Return the files of a chain, each with the number that its name says, in order."""
    found = ((FILE.fullmatch(path.name), path) for path in folder.iterdir())
    return sorted((int(match[1]), path) for match, path in found if match is not None)


def claim_chain(folder: Path, *, file_bytes: int, write: Callable[[int, bytes], int] = os.write) -> Chain:
    """Take a chain that no other process writes to; a new one is begun when every other is taken.

    Args:
        folder: The folder ``receipts``; made when it is missing.
        file_bytes: After how many a new file is begun.
        write: Hands bytes to the system.

    Raises:
        WorkspaceError: It cannot be written to.
    """
    for number in range(_MOST_CHAINS):
        place = folder / f"w{number}"
        try:
            place.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle = os.open(place, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        except OSError as error:
            raise _unusable(place, error) from error
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return Chain(place, handle, file_bytes=file_bytes, write=write)
        except BlockingIOError:
            os.close(handle)
        except _DamagedError:
            # What is there stays for whoever looks into it; a check of the receipts tells of it.
            os.close(handle)
        except OSError as error:
            os.close(handle)
            raise _unusable(place, error) from error
    raise WorkspaceError(f"{folder} has no chain that is free", "End what else writes to it")


def _unusable(place: Path, error: OSError) -> WorkspaceError:
    return WorkspaceError(
        f"{place} cannot be used: {error.strerror}", "Check the folder's permissions and free space"
    )


class Chain:
    """A chain that this process writes to; see :func:`claim_chain`. Safe to use from many threads."""

    def __init__(
        self, folder: Path, lock: int, *, file_bytes: int, write: Callable[[int, bytes], int]
    ) -> None:
        self.name = folder.name
        self._folder = folder
        self._lock = lock
        self._file_bytes = file_bytes
        self._write = write
        self._writing = Lock()
        self._file = -1
        self._size = 0
        self._ragged = False
        """Whether half a line may stand behind what was written."""
        self._unsynced: list[int] = []
        """Files that are full, and not yet on disk for good."""
        self.lost_bytes = 0
        """Of a line that was cut off when the process before ended."""
        self._synced = 0
        self.lines, self.digest = self._recovered()

    @property
    def full(self) -> bool:
        """Whether the next line belongs into a new file."""
        return self._file < 0 or self._size >= self._file_bytes

    def append(self, line: Callable[[int, str], bytes]) -> None:
        """Add a line.

        Args:
            line: Makes it, of its number and the digest of the line before.

        Raises:
            OSError: It cannot be kept. Nothing of it is there, and the next may do.
        """
        with self._writing:
            n = self.lines + 1
            data = line(n, self.digest)
            if self._file < 0 or self._ragged:
                self._mend()
            self._put(data + b"\n")
            self.lines, self.digest = n, hashlib.sha256(data).hexdigest()

    def begin_file(self, line: Callable[[int, str], bytes]) -> None:
        """Begin a new file with a line.

        Raises:
            OSError: It cannot be kept; the file before stays in use.
        """
        with self._writing:
            n = self.lines + 1
            data = line(n, self.digest) + b"\n"
            path = self._folder / file_name(n)
            handle = os.open(path, _APPEND | os.O_CREAT | os.O_EXCL, 0o600)
            before = self._file, self._size, self._ragged
            try:
                self._file, self._size, self._ragged = handle, 0, False
                self._put(data)
                os.fsync(self._lock)
            except OSError:
                self._file, self._size, self._ragged = before
                os.close(handle)
                path.unlink(missing_ok=True)
                raise
            if before[0] >= 0:
                self._unsynced.append(before[0])
            self.lines, self.digest = n, hashlib.sha256(data[:-1]).hexdigest()

    def sync(self) -> Head | None:
        """See to it that every line so far stays when the machine loses its power.

        Returns:
            How far that goes; none when there was nothing new.

        Raises:
            OSError: The disk does not do it.
        """
        with self._writing:
            if self.lines == self._synced or self._file < 0:
                return None
            head = Head(self.name, self.lines, self.digest)
            full, self._unsynced = self._unsynced, []
            current = os.dup(self._file)
        try:
            for handle in (*full, current):
                os.fsync(handle)
        except OSError:
            with self._writing:
                self._unsynced = [*full, *self._unsynced]
            full = []
            raise
        finally:
            for handle in (*full, current):
                os.close(handle)
        self._synced = head.lines
        return head

    def close(self) -> None:
        """Give the chain back. What is written stays."""
        with self._writing:
            for handle in (*self._unsynced, self._file, self._lock):
                if handle >= 0:
                    os.close(handle)
            self._unsynced, self._file, self._lock = [], -1, -1

    def _put(self, data: bytes) -> None:
        try:
            written = self._write(self._file, data)
        except OSError:
            self._cut()
            raise
        if written != len(data):
            self._cut()
            raise OSError(ENOSPC, os.strerror(ENOSPC))
        self._size += written

    def _cut(self) -> None:
        """Take away what there is of a line that could not be written whole."""
        try:
            os.ftruncate(self._file, self._size)
            self._ragged = False
        except OSError:
            self._ragged = True

    def _mend(self) -> None:
        if self._lock < 0:
            raise OSError(ENOSPC, "The chain was given back")
        if self._file < 0:
            raise OSError(ENOSPC, "No file was begun")
        os.ftruncate(self._file, self._size)
        self._ragged = False

    def _recovered(self) -> tuple[int, str]:
        """Open the last file, take away what was cut off in it, and return how far the chain goes."""
        for first, path in reversed(files_of(self._folder)):
            handle = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CLOEXEC | os.O_NOFOLLOW)
            try:
                size = os.fstat(handle).st_size
                whole, last = last_line(handle, size)
                if whole < size:
                    self.lost_bytes += size - whole
                    os.ftruncate(handle, whole)
                if not last:
                    # It was begun, and its first line never came to be.
                    os.close(handle)
                    path.unlink()
                    continue
                n = _number(last)
                if n < first:
                    raise _DamagedError
            except BaseException:
                os.close(handle)
                raise
            self._file, self._size = handle, whole
            return n, hashlib.sha256(last).hexdigest()
        return 0, FIRST


def _number(line: bytes) -> int:
    try:
        value: Any = orjson.loads(line)
        n = value["n"]
    except (ValueError, TypeError, KeyError) as error:
        raise _DamagedError from error
    if not isinstance(n, int):
        raise _DamagedError
    return n


def last_line(handle: int, size: int) -> tuple[int, bytes]:
    """Return where the last whole line ends, and that line without its end; nothing where there is none."""
    tail, start = b"", size
    while start > 0:
        step = min(_BLOCK, start)
        start -= step
        tail = os.pread(handle, step, start) + tail
        end = tail.rfind(b"\n")
        if end < 0:
            continue
        begin = tail.rfind(b"\n", 0, end)
        if begin >= 0 or start == 0:
            return start + end + 1, tail[begin + 1 : end]
    return 0, b""
