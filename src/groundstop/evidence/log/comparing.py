"""Comparing a log's files with the tree rebuilt from them: what was changed, and what is too much."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from groundstop.evidence.log.checkpoint import parse_checkpoint
from groundstop.evidence.log.cosigned import is_cosigned_path
from groundstop.evidence.log.errors import DamagedLogError, FormError
from groundstop.evidence.log.faults import Fault, FaultKind
from groundstop.evidence.log.merkle import leaf_hashes, tree_head
from groundstop.evidence.log.rebuilding import Rebuilt
from groundstop.evidence.log.runs import Run, missing
from groundstop.evidence.log.staging import STAGED
from groundstop.evidence.log.stored import CHECKPOINT, Read
from groundstop.evidence.log.tiles import WIDTH, TilePath, parse_bundle, parse_tile, tile_paths, width_at

Rows = tuple[tuple[bytes, ...], ...]
"""The hashes of each level of tiles; those of level 0 are left out."""


def compare_runs(read: Read, tree: Rebuilt) -> Iterator[Fault]:
    """Yield what was changed among the entries and their hashes."""
    for index in tree.doubtful:
        run = Run.load(read, tree.size, index)
        if run.faults:
            # One of the two files is missing or malformed, which was told when it was read.
            continue
        if not tree.sound or index in tree.trust_tiles:
            yield from _changed_entries(run)
        if not tree.sound or index not in tree.trust_tiles:
            meaning = (
                f"{run.tile} does not hold the hashes of the entries in {run.bundle}: the tile was changed"
            )
            yield Fault(FaultKind.TILE_CHANGED, str(run.tile), meaning)


def _changed_entries(run: Run) -> Iterator[Fault]:
    was_logged = run.by_tile or ()
    path = str(run.bundle)
    for place, (found, logged) in enumerate(zip(run.by_entries or (), was_logged, strict=True)):
        number = run.bundle.index * WIDTH + place
        if found in was_logged and found != logged:
            proper = run.bundle.index * WIDTH + was_logged.index(found)
            meaning = (
                f"What {path} has as entry {number} was logged as entry {proper}: entries were reordered"
            )
            yield Fault(FaultKind.ENTRY_MOVED, path, meaning, number)
        elif found != logged:
            meaning = f"Entry {number} in {path} is not what was logged there: it was changed afterwards"
            yield Fault(FaultKind.ENTRY_CHANGED, path, meaning, number)


def compare_tiles(read: Read, tree: Rebuilt) -> Iterator[Fault]:
    """Yield the tiles above the lowest that do not hold the heads of those below them."""
    rows = _rows(tree)
    for path in tile_paths(tree.size):
        if not path.level:
            continue
        data = read(str(path))
        if data is None:
            yield missing(path)
        elif data != b"".join(_expected(rows, path)):
            meaning = f"{path} does not hold the heads of the tiles below it: it was changed"
            yield Fault(FaultKind.TILE_CHANGED, str(path), meaning)


def compare_names(read: Read, tree: Rebuilt, names: Collection[str]) -> Iterator[Fault]:
    """Yield the files that do not belong to the log, and partial tiles of earlier sizes that were changed.

    Args:
        read: Gives the log's files.
        tree: The rebuilt tree.
        names: The paths of all files.
    """
    rows = _rows(tree)
    coming = max(tree.size, _staged_size(read))
    for name in sorted(names):
        path = _tile(name)
        if path is None:
            if not _belongs(name):
                yield Fault(FaultKind.EXTRA, name, f"{name} is not a file of a log: it was put there")
        elif path.width > width_at(coming, path.level, path.index):
            meaning = (
                f"{name} is beyond the log's {tree.size} entries: entries were removed, or it was put there"
            )
            yield Fault(FaultKind.EXTRA, name, meaning)
        elif path.width < width_at(tree.size, path.level, path.index) and tree.complete:
            yield from _compare_older(read, tree, rows, path)


def _compare_older(read: Read, tree: Rebuilt, rows: Rows, path: TilePath) -> Iterator[Fault]:
    data = read(str(path))
    if data is None:
        yield missing(path)
        return
    try:
        if path.level is None:
            hashes = tuple(leaf_hashes(parse_bundle(data, path)))
        else:
            hashes = parse_tile(data, path)
    except DamagedLogError as error:
        yield Fault(FaultKind.MALFORMED, str(path), f"{error.message}: it was changed")
        return
    expected = _expected(rows, path) if path.level else tree.leaf_hashes(read, path.index)[: path.width]
    if hashes != expected:
        kind = FaultKind.ENTRY_CHANGED if path.level is None else FaultKind.TILE_CHANGED
        yield Fault(kind, str(path), f"{path}, from an earlier size, is not what was logged: it was changed")


def _rows(tree: Rebuilt) -> Rows:
    rows = []
    row = tree.heads[: tree.size // WIDTH]
    while row:
        rows.append(row)
        full = len(row) // WIDTH
        row = tuple(tree_head(row[place * WIDTH : (place + 1) * WIDTH]) for place in range(full))
    return tuple(rows)


def _expected(rows: Rows, path: TilePath) -> tuple[bytes, ...]:
    start = path.index * WIDTH
    return rows[(path.level or 0) - 1][start : start + path.width]


def _staged_size(read: Read) -> int:
    """The size that an append was going to when it was interrupted; its files may be in place already."""
    data = read(f"{STAGED}/{CHECKPOINT}")
    try:
        return 0 if data is None else parse_checkpoint(data, source=STAGED).checkpoint.size
    except FormError:
        return 0


def _tile(name: str) -> TilePath | None:
    try:
        return TilePath.parse(name)
    except FormError:
        return None


def _belongs(name: str) -> bool:
    return name == CHECKPOINT or name.startswith(f"{STAGED}/") or is_cosigned_path(name)
