"""SHA-256 of files of any size, in little memory."""

from __future__ import annotations

import hashlib
import os
import re
import stat
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

_PIECE = 1024 * 1024
_LONGEST_POINTER = 1024
_POINTER = re.compile(
    rb"version https://git-lfs\.github\.com/spec/v1\n(?:[a-z0-9.-]+ [^\n]*\n)*?oid sha256:([0-9a-f]{64})\n"
)


class Hashed(NamedTuple):
    """What is in a file."""

    sha256: str
    size: int
    pointer: str | None
    """The digest of another file, when this one is a Git LFS pointer to it."""


def hash_file(path: Path, on_bytes: Callable[[int], None]) -> Hashed | str:
    """Hash a file.

    Args:
        path: The file; a link at its end is not followed.
        on_bytes: Told how many bytes more have been read.

    Returns:
        Its digest; or why it could not be read.

    Source: the Git LFS specification for pointers.
    """
    try:
        # Opening a pipe would wait for its other end, and a link could lead anywhere by now.
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        return error.strerror or "it cannot be opened"
    try:
        before = os.fstat(handle)
        if not stat.S_ISREG(before.st_mode):
            return "it is no file"
        digest, size, head = hashlib.sha256(), 0, b""
        while piece := os.read(handle, _PIECE):
            head = head or piece[:_LONGEST_POINTER]
            digest.update(piece)
            size += len(piece)
            on_bytes(len(piece))
            if size > before.st_size:
                return "it grew while it was read"
        after = os.fstat(handle)
        if (after.st_size, after.st_mtime_ns) != (
            before.st_size,
            before.st_mtime_ns,
        ) or size != after.st_size:
            return "it changed while it was read"
    except OSError as error:
        return error.strerror or "it cannot be read"
    finally:
        os.close(handle)
    pointer = _POINTER.match(head) if size <= _LONGEST_POINTER else None
    return Hashed(digest.hexdigest(), size, pointer[1].decode("ascii") if pointer else None)
