"""Where an engine's output goes: a private file of bounded size, without the key."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

from groundstop.errors import WorkspaceError

MAX_LOG_BYTES = 64 * 1024 * 1024
"""Most bytes of output that are kept."""

_MARKER = b"[key removed]"
_CUT = b"\n[the rest of the output was not kept]\n"
_SHORTEST_KEY = 8
"""A shorter key is a stand-in such as ``none``, and a word of any text."""


def without_key(data: bytes, key: str | None) -> bytes:
    """Return data with a marker wherever the key stands, as it is or as JSON writes it."""
    for form in _forms(key):
        data = data.replace(form, _MARKER)
    return data


def _forms(key: str | None) -> tuple[bytes, ...]:
    if key is None or len(key) < _SHORTEST_KEY:
        return ()
    return tuple({key.encode(), json.dumps(key)[1:-1].encode()})


class OutputLog:
    """An engine's output on disk, readable by its owner only.

    Args:
        path: A new file; its folder is made when there is none.
        key: Never written.

    Raises:
        WorkspaceError: It cannot be made.
    """

    def __init__(self, path: Path, *, key: str | None) -> None:
        self.path = path
        self._key = key
        self._held_back = max((len(form) for form in _forms(key)), default=1) - 1
        self._tail = b""
        self._left = MAX_LOG_BYTES
        self._full = False
        with _explained(path):
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
            self._file = os.fdopen(os.open(path, flags, 0o600), "wb", buffering=0)

    def __enter__(self) -> Self:
        """Use it for the length of a block."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Write what was held back, and close the file."""
        try:
            self._keep(self._tail)
        finally:
            self._file.close()

    def write(self, data: bytes) -> None:
        """Keep some more output.

        Its last bytes are held back until more comes: they may be the beginning of the key.

        Raises:
            WorkspaceError: It cannot be written.
        """
        clean = without_key(self._tail + data, self._key)
        split = len(clean) - self._held_back if len(clean) > self._held_back else 0
        self._tail = clean[split:]
        self._keep(clean[:split])

    def rename(self, name: str) -> None:
        """Give the file another name in its folder.

        Raises:
            WorkspaceError: It cannot be renamed.
        """
        with _explained(self.path):
            self.path = self.path.rename(self.path.with_name(name))

    def _keep(self, data: bytes) -> None:
        if self._full or not data:
            return
        if len(data) > self._left:
            data, self._full = data[: self._left] + _CUT, True
        self._left -= len(data)
        with _explained(self.path):
            self._file.write(data)


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise WorkspaceError(
            f"The engine's output cannot be kept in {path}: {error.strerror}",
            "Check the folder's permissions and free space",
        ) from error
