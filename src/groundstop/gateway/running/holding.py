"""Holding a folder: two gateways that write to one would undo each other's work."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from groundstop.errors import WorkspaceError

LOCK_FILE = "serving.lock"


def is_held(folder: Path) -> bool:
    """Tell whether a gateway on this machine serves from an operator's folder."""
    try:
        handle = os.open(folder / LOCK_FILE, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
    except OSError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    else:
        return False
    finally:
        os.close(handle)


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Hold an operator's folder for this gateway.

    Raises:
        WorkspaceError: Another gateway serves from it, or nothing can be written there.
    """
    path = folder / LOCK_FILE
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    except OSError as error:
        raise WorkspaceError(
            f"{folder} cannot be used: {error.strerror}", "Check the path and its permissions"
        ) from error
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise WorkspaceError(
                f"Another gateway serves from {folder}", "End it, or give each gateway a folder of its own"
            ) from error
        yield
    finally:
        os.close(handle)
