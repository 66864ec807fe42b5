"""Rebuilding a log's tree from its entries and again from its lowest tiles, and telling which to trust.

Where a bundle and its tile differ, what was logged is the one that agrees with the tile above or with the
checkpoint's root.
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass

from groundstop.evidence.log.faults import Fault
from groundstop.evidence.log.merkle import HASH_BYTES, tree_head
from groundstop.evidence.log.runs import UNKNOWN_TIME, Run
from groundstop.evidence.log.stored import Read
from groundstop.evidence.log.tiles import WIDTH, TilePath, width_at

_GAPS_READ = 8
"""After so many runs of which nothing is there the rest is not looked at, since a forged size has no end."""

Heads = list[bytes | None]


@dataclass(frozen=True)
class Rebuilt:
    """A log's tree as its files give it.

    Args:
        size: Number of entries.
        heads: The head of each run, from the file that is trusted; empty when some run is missing altogether.
        trust_tiles: The runs whose tile is trusted, not their bundle.
        doubtful: The runs whose bundle and tile do not agree.
        times: When each entry says it was logged, in microseconds since 1970.
        complete: Whether every run could be read from one of its files at least.
        sound: Whether the heads give the checkpoint's root.
        faults: What was found on the way.
    """

    size: int
    heads: tuple[bytes, ...]
    trust_tiles: frozenset[int]
    doubtful: tuple[int, ...]
    times: array[int]
    complete: bool
    sound: bool
    faults: tuple[Fault, ...]

    def leaf_hashes(self, read: Read, index: int) -> tuple[bytes, ...]:
        """Return the leaf hashes of a run, from the file that is trusted."""
        run = Run.load(read, self.size, index)
        return (run.by_tile if index in self.trust_tiles else run.by_entries) or ()

    def root_at(self, read: Read, size: int) -> bytes:
        """Return the head of the first entries."""
        full, rest = divmod(size, WIDTH)
        last = (tree_head(self.leaf_hashes(read, full)[:rest]),) if rest else ()
        return tree_head((*self.heads[:full], *last))


def rebuild(read: Read, size: int, root: bytes) -> Rebuilt:
    """Read all entries and lowest tiles of a log.

    Args:
        read: Gives the log's files.
        size: The checkpoint's size.
        root: The checkpoint's root.

    Returns:
        The tree, and what was found on the way.
    """
    by_entries: Heads = []
    by_tile: Heads = []
    doubtful = []
    faults: list[Fault] = []
    times = array("q")
    gaps = 0
    for index in range(-(-size // WIDTH)):
        run = Run.load(read, size, index)
        faults += run.faults
        for head, heads in zip(run.heads(), (by_entries, by_tile), strict=True):
            heads.append(head)
        for time in run.times():
            if isinstance(time, Fault):
                faults.append(time)
            times.append(UNKNOWN_TIME if isinstance(time, Fault) else time)
        if not run.agrees:
            doubtful.append(index)
            gaps += run.by_entries is None and run.by_tile is None
            if gaps > _GAPS_READ:
                break
    trusted, sound = frozenset[int](), False
    if not gaps:
        trusted, sound = _trusted(read, size, root, by_entries, by_tile, doubtful)
    chosen = () if gaps else _chosen(by_entries, by_tile, trusted)
    return Rebuilt(size, chosen, trusted, tuple(doubtful), times, not gaps, sound, tuple(faults))


def _trusted(
    read: Read, size: int, root: bytes, by_entries: Heads, by_tile: Heads, doubtful: list[int]
) -> tuple[frozenset[int], bool]:
    """Choose the runs whose tile is to be trusted; and tell whether the choice gives the root."""
    no_choice = frozenset(run for run in doubtful if by_entries[run] is None)
    choice = [run for run in doubtful if by_entries[run] is not None and by_tile[run] is not None]
    above = {run: _stored_head(read, size, run) for run in choice}
    by_above = no_choice | {run for run in choice if above[run] == by_tile[run]}
    unsure = {run for run in choice if above[run] not in (by_tile[run], by_entries[run])}
    candidates = [by_above, by_above | unsure, no_choice, no_choice | set(choice)]
    for trusted in candidates:
        if tree_head(_chosen(by_entries, by_tile, trusted)) == root:
            return trusted, True
    return by_above, False


def _chosen(by_entries: Heads, by_tile: Heads, trusted: frozenset[int]) -> tuple[bytes, ...]:
    pairs = enumerate(zip(by_entries, by_tile, strict=True))
    chosen = (tile if run in trusted else entries for run, (entries, tile) in pairs)
    return tuple(head for head in chosen if head is not None)


def _stored_head(read: Read, size: int, run: int) -> bytes | None:
    """The head of a full run as the tile above it says; none when there is no such tile."""
    index, place = divmod(run, WIDTH)
    width = width_at(size, 1, index)
    data = read(str(TilePath(1, index, width))) if place < width else None
    return None if data is None else data[place * HASH_BYTES : (place + 1) * HASH_BYTES]
