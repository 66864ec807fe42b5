"""What an audit can find in a log."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class FaultKind(StrEnum):
    """What is wrong."""

    MISSING = "missing"
    """A file that the checkpoint needs is not there."""
    EXTRA = "extra"
    """A file is there that no log of this size has."""
    MALFORMED = "malformed"
    """A file or an entry does not have its form."""
    ENTRY_CHANGED = "entry_changed"
    """An entry is not the one that was logged there."""
    ENTRY_MOVED = "entry_moved"
    """An entry was logged, but in another place."""
    TILE_CHANGED = "tile_changed"
    """A tile's hashes are not those of the entries."""
    ROOT_DIFFERS = "root_differs"
    """A checkpoint's root is not that of the entries that are there."""
    SIGNATURE = "signature"
    """A checkpoint is not signed as it must be."""
    CLOCK_BACK = "clock_back"
    """An entry says that it was logged before the one that precedes it."""
    BACK_DATED = "back_dated"
    """An entry says that it was logged before a witness saw the log without it."""
    POST_DATED = "post_dated"
    """An entry says that it was logged after a witness saw the log with it."""
    WENT_BACK = "went_back"
    """The log has fewer entries than were seen earlier."""
    FORKED = "forked"
    """The log is not a continuation of what was seen earlier."""


@dataclass(frozen=True)
class Fault:
    """One thing that an audit found.

    Args:
        kind: What is wrong.
        path: The file that it is about.
        meaning: What was found and what follows from it, as one sentence without a final full stop.
        entry: The entry that it is about, by its place; none when it is about the file.
    """

    kind: FaultKind
    path: str
    meaning: str
    entry: int | None = None
