"""Runs of 256 entries as an audit reads them: from their bundle, and again from their tile of leaf hashes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from groundstop.evidence.log.entry import Entry
from groundstop.evidence.log.errors import DamagedLogError, FormError
from groundstop.evidence.log.faults import Fault, FaultKind
from groundstop.evidence.log.merkle import leaf_hashes, tree_head
from groundstop.evidence.log.stored import Read
from groundstop.evidence.log.tiles import WIDTH, TilePath, parse_bundle, parse_tile, width_at

UNKNOWN_TIME = -(2**62)
"""Stands for the time of an entry that is missing, changed or malformed."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Run:
    """Up to 256 entries as their two files tell them; none where a file is missing or broken.

    Args:
        bundle: The file of the entries.
        tile: The file of their leaf hashes.
        entries: What the bundle holds.
        by_entries: The leaf hashes of that.
        by_tile: The leaf hashes that the tile holds.
        faults: What is wrong with either file by itself.
    """

    bundle: TilePath
    tile: TilePath
    entries: tuple[bytes, ...] | None
    by_entries: tuple[bytes, ...] | None
    by_tile: tuple[bytes, ...] | None
    faults: tuple[Fault, ...]

    @classmethod
    def load(cls, read: Read, size: int, index: int) -> Run:
        """Read the two files of a run of a log of that size."""
        width = width_at(size, None, index)
        bundle, tile = TilePath(None, index, width), TilePath(0, index, width)
        entries = hashes = None
        faults = []
        for path in (bundle, tile):
            data = read(str(path))
            if data is None:
                faults.append(missing(path))
                continue
            try:
                if path is bundle:
                    entries = parse_bundle(data, path)
                else:
                    hashes = parse_tile(data, path)
            except DamagedLogError as error:
                faults.append(Fault(FaultKind.MALFORMED, str(path), f"{error.message}: it was changed"))
        by_entries = None if entries is None else tuple(leaf_hashes(entries))
        return cls(bundle, tile, entries, by_entries, hashes, tuple(faults))

    @property
    def agrees(self) -> bool:
        """Whether both files are there and tell the same entries."""
        return self.by_entries is not None and self.by_entries == self.by_tile

    def heads(self) -> tuple[bytes | None, bytes | None]:
        """Return the head of the run by its entries and by its tile."""
        by_entries = None if self.by_entries is None else tree_head(self.by_entries)
        if self.agrees:
            return by_entries, by_entries
        return by_entries, None if self.by_tile is None else tree_head(self.by_tile)

    def times(self) -> Iterator[int | Fault]:
        """Yield when each entry says it was logged, in microseconds since 1970; or why it does not say."""
        if self.entries is None or self.by_entries is None:
            yield from [UNKNOWN_TIME] * self.bundle.width
            return
        for place, entry in enumerate(self.entries):
            if self.by_tile is not None and self.by_entries[place] != self.by_tile[place]:
                yield UNKNOWN_TIME
                continue
            number = self.bundle.index * WIDTH + place
            try:
                yield (Entry.parse(entry, source=f"Entry {number}").logged - EPOCH) // timedelta(
                    microseconds=1
                )
            except FormError as error:
                meaning = f"{error.message}: it was logged by another program, or by one that was at fault"
                yield Fault(FaultKind.MALFORMED, str(self.bundle), meaning, number)


def missing(path: TilePath) -> Fault:
    """Return the fault that a file is not there."""
    meaning = f"{path} is missing, though the checkpoint covers what it held: it was removed or not copied"
    return Fault(FaultKind.MISSING, str(path), meaning)
