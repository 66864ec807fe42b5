"""The layout of a log's files: tiles of 256 hashes, bundles of 256 entries, and their paths."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from groundstop.evidence.log.errors import DamagedLogError, FormError
from groundstop.evidence.log.merkle import HASH_BYTES

HEIGHT = 8
"""Levels of the tree that one tile spans."""

WIDTH = 1 << HEIGHT
"""Hashes in a full tile, and entries in a full bundle."""

MAX_ENTRY_BYTES = 65_535
"""Largest entry: its length is stored in two bytes."""

MAX_LEVEL = 63

_PATH = re.compile(r"tile/(entries|0|[1-9][0-9]?)/((?:x[0-9]{3}/)*[0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?")


@dataclass(frozen=True)
class TilePath:
    """Which tile or bundle a file is.

    Args:
        level: The tile's level; none for a bundle of entries.
        index: Its place on that level, from 0.
        width: How many hashes or entries it holds: 256, or fewer at the right edge of the tree.

    Source: C2SP tlog-tiles, "Merkle Tree" and "Log entries".
    """

    level: int | None
    index: int
    width: int = WIDTH

    def __str__(self) -> str:
        return self.folder + ("" if self.width == WIDTH else f".p/{self.width}")

    @property
    def folder(self) -> str:
        """The path of the full tile; with ``.p`` at its end, the folder of the partial ones."""
        groups = [f"{self.index % 1000:03}"]
        rest = self.index // 1000
        while rest:
            groups.append(f"x{rest % 1000:03}")
            rest //= 1000
        level = "entries" if self.level is None else str(self.level)
        return f"tile/{level}/{'/'.join(reversed(groups))}"

    @classmethod
    def parse(cls, path: str) -> TilePath:
        """Read a path.

        Raises:
            FormError: It is not a path of this layout, in its one proper spelling.
        """
        found = _PATH.fullmatch(path)
        if found:
            level, number, width = found.groups()
            tile = cls(
                None if level == "entries" else int(level),
                int(number.replace("/", "").replace("x", "")),
                int(width) if width else WIDTH,
            )
            if str(tile) == path and (tile.level or 0) <= MAX_LEVEL and tile.width <= WIDTH:
                return tile
        raise FormError(f"{path[:100]!r} is not the path of a log's tile", "Check the name of the file")


def width_at(size: int, level: int | None, index: int) -> int:
    """Return how wide a tile or bundle is in a tree of that size; 0 when the tree has none there."""
    on_level = size >> (HEIGHT * (level or 0))
    return max(0, min(WIDTH, on_level - index * WIDTH))


def tile_paths(size: int, *, beyond: int = 0) -> Iterator[TilePath]:
    """Yield the tiles and bundles of a tree, level by level; the bundles first.

    Args:
        size: Number of entries of the tree.
        beyond: Number of entries of a smaller tree, whose own tiles and bundles are left out.
    """
    levels = -(-size.bit_length() // HEIGHT)
    for level in (None, *range(levels)):
        count, had = (entries >> (HEIGHT * (level or 0)) for entries in (size, beyond))
        if count > had:
            for index in range(had // WIDTH, -(-count // WIDTH)):
                yield TilePath(level, index, width_at(size, level, index))


def parse_tile(data: bytes, path: TilePath) -> tuple[bytes, ...]:
    """Return the hashes of a tile.

    Raises:
        DamagedLogError: It does not hold as many as its path says.
    """
    if len(data) != path.width * HASH_BYTES:
        raise DamagedLogError(
            f"{path} holds {len(data):,} bytes, not {path.width} hashes", "Restore the log from a copy"
        )
    return tuple(data[start : start + HASH_BYTES] for start in range(0, len(data), HASH_BYTES))


def format_bundle(entries: Sequence[bytes]) -> bytes:
    """Return entries as a bundle: each after its length in two bytes, big-endian.

    Raises:
        FormError: An entry is too large.
    """
    parts: list[bytes] = []
    for entry in entries:
        size = len(entry)
        if size > MAX_ENTRY_BYTES:
            raise FormError(
                f"An entry of {size:,} bytes is larger than the {MAX_ENTRY_BYTES:,} that a log can hold",
                "Log the digest of what is large, not the thing itself",
            )
        parts.append(size.to_bytes(2, "big"))
        parts.append(entry)
    return b"".join(parts)


def parse_bundle(data: bytes, path: TilePath) -> tuple[bytes, ...]:
    """Return the entries of a bundle.

    Raises:
        DamagedLogError: It does not hold as many as its path says, or is cut off.
    """
    entries: list[bytes] = []
    start = 0
    while start < len(data) and len(entries) <= path.width:
        end = start + 2 + int.from_bytes(data[start : start + 2], "big")
        entries.append(data[start + 2 : end])
        start = end
    if start != len(data) or len(entries) != path.width:
        raise DamagedLogError(
            f"{path} does not hold {path.width} whole entries", "Restore the log from a copy"
        )
    return tuple(entries)
