"""What appending adds to a log's files, from its right edge alone; the rest of the tree is not looked at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from groundstop.evidence.log.merkle import EMPTY_ROOT, leaf_hashes, tree_head
from groundstop.evidence.log.stored import Read, load_bundle, load_tile
from groundstop.evidence.log.tiles import HEIGHT, WIDTH, TilePath, format_bundle


@dataclass(frozen=True)
class Edge:
    """The right edge of a tree: what is in its partial tiles.

    Args:
        size: Number of entries.
        entries: Those of the partial bundle.
        levels: For each level of tiles, the hashes of its partial tile; none where all tiles are full.
    """

    size: int = 0
    entries: tuple[bytes, ...] = ()
    levels: tuple[tuple[bytes, ...], ...] = ()

    def root(self) -> bytes:
        """Return the tree's head."""
        head: tuple[bytes, ...] = ()
        for hashes in self.levels:
            # What lies right of a level's last full subtree is the smaller one at its end.
            row = (*hashes, *head)
            head = (tree_head(row),) if row else ()
        return head[0] if head else EMPTY_ROOT


def read_edge(read: Read, size: int) -> Edge:
    """Read the right edge of a log of that size; a tile a level, and the partial bundle.

    Raises:
        DamagedLogError: A tile or the bundle is missing or has another size than its path says.
    """
    levels = []
    for level in range(-(-size.bit_length() // HEIGHT)):
        index, width = divmod(size >> (HEIGHT * level), WIDTH)
        levels.append(load_tile(read, TilePath(level, index, width)) if width else ())
    index, width = divmod(size, WIDTH)
    return Edge(size, load_bundle(read, TilePath(None, index, width)) if width else (), tuple(levels))


@dataclass(frozen=True)
class Growth:
    """A tree after appending: its new edge, and the files that it needs and did not have."""

    edge: Edge
    files: dict[str, bytes]


def grow(edge: Edge, entries: Sequence[bytes]) -> Growth:
    """Append entries.

    Args:
        edge: The right edge before.
        entries: What is appended, in order.

    Returns:
        The new edge and the new files. The work is that of hashing the entries and the new tiles.

    Raises:
        FormError: An entry is too large.
    """
    files: dict[str, bytes] = {}
    bundle = [*edge.entries, *entries]
    for path, part in _split(None, edge.size // WIDTH, bundle):
        files[str(path)] = format_bundle(part)
    levels = []
    new = leaf_hashes(entries)
    level = 0
    while new or level < len(edge.levels):
        row = [*(edge.levels[level] if level < len(edge.levels) else ()), *new]
        above = []
        if new:
            for path, hashes in _split(level, edge.size >> (HEIGHT * (level + 1)), row):
                files[str(path)] = b"".join(hashes)
                if path.width == WIDTH:
                    above.append(tree_head(hashes))
        levels.append(tuple(row[len(row) - len(row) % WIDTH :]))
        new = above
        level += 1
    rest = tuple(bundle[len(bundle) - len(bundle) % WIDTH :])
    return Growth(Edge(edge.size + len(entries), rest, tuple(levels)), files)


def _split(level: int | None, first: int, row: Sequence[bytes]) -> list[tuple[TilePath, Sequence[bytes]]]:
    """Cut a row into tiles or bundles, of which only the last may be partial."""
    parts = [row[start : start + WIDTH] for start in range(0, len(row), WIDTH)]
    return [(TilePath(level, first + place, len(part)), part) for place, part in enumerate(parts)]
