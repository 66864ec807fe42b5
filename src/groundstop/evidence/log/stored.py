"""Reading a log's tiles and bundles, and the hashes that proofs are made of; a few tiles a proof."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from groundstop.evidence.log.errors import DamagedLogError
from groundstop.evidence.log.merkle import tree_head
from groundstop.evidence.log.tiles import HEIGHT, WIDTH, TilePath, parse_bundle, parse_tile, width_at

Read = Callable[[str], bytes | None]
"""Gives the bytes of a log's file by its path; none when there is no such file."""

CHECKPOINT = "checkpoint"
"""Path of the newest checkpoint."""

_TILES_KEPT = 64


def load_tile(read: Read, path: TilePath) -> tuple[bytes, ...]:
    """Return the hashes of a tile.

    Raises:
        DamagedLogError: It is missing or has another size than its path says.
    """
    data, whole = _load(read, path)
    return parse_tile(data, whole)[: path.width]


def load_bundle(read: Read, path: TilePath) -> tuple[bytes, ...]:
    """Return the entries of a bundle.

    Raises:
        DamagedLogError: It is missing or has another form than its path says.
    """
    data, whole = _load(read, path)
    return parse_bundle(data, whole)[: path.width]


def _load(read: Read, path: TilePath) -> tuple[bytes, TilePath]:
    """Read a file; or the full one when a partial one has given way to it since the checkpoint was read."""
    for place in (path, TilePath(path.level, path.index)):
        data = read(str(place))
        if data is not None:
            return data, place
    raise DamagedLogError(f"The log has no {path}", "Restore it from a copy of the log")


class StoredHashes:
    """The hashes of a log's tree, by level and index, read from tiles when they are asked for.

    Nothing is verified: what is made of these hashes is to be checked against a signed checkpoint.

    Args:
        read: Gives the log's files.
        size: Number of entries; says which tiles are partial.
    """

    def __init__(self, read: Read, size: int) -> None:
        self._read = read
        self._size = size
        self.tile = lru_cache(_TILES_KEPT)(self._tile)

    def _tile(self, level: int, index: int) -> tuple[bytes, ...]:
        """Return a tile's hashes; none where the tree has no such tile."""
        width = width_at(self._size, level, index)
        return load_tile(self._read, TilePath(level, index, width)) if width else ()

    def __call__(self, level: int, index: int) -> bytes:
        """Return the head of the ``2**level`` entries that begin at ``index * 2**level``.

        Raises:
            DamagedLogError: The tile that it is in is missing or damaged.
        """
        tile_level, inner = divmod(level, HEIGHT)
        tile_index, start = divmod(index << inner, WIDTH)
        return tree_head(self.tile(tile_level, tile_index)[start : start + (1 << inner)])
