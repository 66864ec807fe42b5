"""Room for what is large: so many bytes at the same time, and reading apart from the event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

_T = TypeVar("_T")
_LARGE = 256 * 1024


class Room:
    """Bytes of bodies that are held at the same time: without it, slow senders could fill the memory.

    Args:
        most: Bytes.
    """

    def __init__(self, most: int) -> None:
        self._left = most
        self.waiting = 0
        """Requests whose bodies are not here yet."""

    def take(self, size: int) -> bool:
        """Take some; false when there is not so much left, and then nothing is taken."""
        if size > self._left:
            return False
        self._left -= size
        return True

    def give_back(self, size: int) -> None:
        """Give back what was taken."""
        self._left += size


async def apart(data: bytes, read: Callable[[bytes], _T]) -> _T:
    """Return what reading some data gives; what is large is read in a thread, so that nobody else waits.

    Args:
        data: The data.
        read: Reads it.
    """
    return read(data) if len(data) <= _LARGE else await asyncio.to_thread(read, data)
