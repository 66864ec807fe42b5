"""Files written whole or not at all."""

from __future__ import annotations

import os
import secrets
import stat
from collections.abc import Callable
from pathlib import Path

from groundstop.errors import InputError, WorkspaceError

PRIVATE = 0o600
"""Readable by its owner only."""
PUBLIC = 0o644
TEMPORARY = ".groundstop-"
"""How the name of a file begins that is being written; what a killed program left behind keeps it."""


def write_whole(path: Path, data: bytes, *, mode: int | None = None) -> None:
    """Replace a file by new content; a reader, or a crash, sees the old or the new and nothing between.

    Args:
        path: The file; its folder is made when it is missing.
        data: What it holds afterwards.
        mode: Its permissions, before the process' mask; those of the file that it replaces when none.

    Raises:
        WorkspaceError: It cannot be written; what was there stays.
    """
    _write(path, data, mode, lambda temporary: temporary.replace(path))


def write_new(path: Path, data: bytes, *, mode: int | None = None) -> None:
    """Write a file that must not be there yet; see :func:`write_whole`.

    Raises:
        InputError: There is such a file already; it stays as it is.
        WorkspaceError: It cannot be written.
    """

    def put(temporary: Path) -> None:
        try:
            # Unlike a rename, a link never takes the place of a file that somebody else has just made.
            path.hardlink_to(temporary)
        except FileExistsError:
            raise _exists(path) from None
        except OSError:
            # Some file systems have no links.
            if path.exists() or path.is_symlink():
                raise _exists(path) from None
            temporary.replace(path)

    if path.exists() or path.is_symlink():
        raise _exists(path)
    _write(path, data, mode, put)


def _write(path: Path, data: bytes, mode: int | None, put: Callable[[Path], object]) -> None:
    temporary = path.parent / f"{TEMPORARY}{secrets.token_hex(8)}"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        kept = _mode_of(path) if mode is None else None
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode or PUBLIC)
        try:
            try:
                rest = memoryview(data)
                while rest:
                    rest = rest[os.write(handle, rest) :]
                os.fsync(handle)
            finally:
                os.close(handle)
            if kept is not None:
                temporary.chmod(kept)
            put(temporary)
        finally:
            temporary.unlink(missing_ok=True)
        _sync_folder(path.parent)
    except OSError as error:
        raise WorkspaceError(
            f"{path} cannot be written: {error.strerror or 'unknown cause'}",
            "Check the folder's permissions and free space",
        ) from error


def _mode_of(path: Path) -> int | None:
    try:
        return stat.S_IMODE(path.stat().st_mode)
    except FileNotFoundError:
        return None


def _exists(path: Path) -> InputError:
    return InputError(f"{path} exists already", "Remove it, or choose another name; nothing was changed")


def read_bounded(path: Path, *, most: int) -> bytes:
    """Read a regular file of at most some bytes.

    Raises:
        InputError: It is missing, no regular file, unreadable or larger.
    """
    try:
        if not path.is_file():
            raise InputError(
                f"{path} is not a file" if path.exists() else f"There is no file {path}", "Check the path"
            )
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            # A read of so many bytes takes their room at once, whether or not the file has them.
            data = b"" if size > most else file.read(size + 1)
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}", "Check its permissions") from error
    if size > most:
        raise InputError(
            f"{path} is larger than the {most:,} bytes that are read",
            "Check that it is the file you meant",
        )
    if len(data) > size:
        raise InputError(f"{path} grew while it was read", "Try again when nothing writes to it")
    return data


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
