"""Merkle trees of RFC 6962: hashes, tree heads, and proofs made from stored hashes of complete subtrees."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence

from groundstop.evidence.log.errors import LogError

HASH_BYTES = 32

EMPTY_ROOT = hashlib.sha256(b"").digest()
"""Head of the tree without leaves."""

HashReader = Callable[[int, int], bytes]
"""Gives the hash at (level, index): the head of the ``2**level`` leaves from ``index * 2**level`` on."""


def leaf_hash(entry: bytes) -> bytes:
    """Return the hash of one entry."""
    return hashlib.sha256(b"\x00" + entry).digest()


def leaf_hashes(entries: Iterable[bytes]) -> list[bytes]:
    """Return the hashes of entries, in order."""
    sha256 = hashlib.sha256
    return [sha256(b"\x00" + entry).digest() for entry in entries]


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of two neighbours."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def tree_head(leaf_hashes: Sequence[bytes]) -> bytes:
    """Return the head of a tree.

    Args:
        leaf_hashes: The hashes of its leaves, in order. Heads of equally large complete subtrees, with a
            smaller one allowed at the end, give the head of the tree over them all.

    Source: RFC 6962, section 2.1.
    """
    sha256 = hashlib.sha256
    row = list(leaf_hashes)
    while len(row) > 1:
        # Pairing neighbours and letting an odd last one rise is the same tree as the RFC's split in two.
        above = [sha256(b"\x01" + l + r).digest() for l, r in zip(row[::2], row[1::2], strict=False)]  # noqa: E741
        if len(row) % 2:
            above.append(row[-1])
        row = above
    return row[0] if row else EMPTY_ROOT


def head_at(size: int, read: HashReader) -> bytes:
    """Return the head of the first ``size`` leaves."""
    return _span_head(0, size, read) if size else EMPTY_ROOT


def inclusion_proof(index: int, size: int, read: HashReader) -> tuple[bytes, ...]:
    """Prove that a leaf is in a tree.

    Args:
        index: The leaf's place, from 0.
        size: Number of leaves of the tree.
        read: Gives stored hashes; asked for about ``2 * log2(size)`` of them.

    Returns:
        The audit path, from the leaf's neighbour upwards.

    Raises:
        LogError: There is no such leaf.

    Source: RFC 6962, section 2.1.1.
    """
    if not 0 <= index < size:
        raise LogError(f"A tree of {size:,} entries has no entry {index:,}", "Ask for one that it has")
    low, high = 0, size
    path = []
    while high - low > 1:
        middle = low + _split(high - low)
        if index < middle:
            path.append(_span_head(middle, high, read))
            high = middle
        else:
            path.append(_span_head(low, middle, read))
            low = middle
    return tuple(reversed(path))


def consistency_proof(old_size: int, new_size: int, read: HashReader) -> tuple[bytes, ...]:
    """Prove that a tree begins with an older tree.

    Args:
        old_size: Number of leaves of the older tree.
        new_size: Number of leaves of the newer tree.
        read: Gives stored hashes of the newer tree.

    Returns:
        The proof; empty when the sizes are equal or the older tree is empty.

    Raises:
        LogError: The older tree is not the smaller one.

    Source: RFC 6962, section 2.1.2.
    """
    if not 0 <= old_size <= new_size:
        raise LogError(
            f"A tree of {new_size:,} entries cannot continue one of {old_size:,}",
            "Give the smaller one first",
        )
    if old_size == 0:
        return ()
    low, high = 0, new_size
    path = []
    while high != old_size:
        middle = low + _split(high - low)
        if old_size <= middle:
            path.append(_span_head(middle, high, read))
            high = middle
        else:
            path.append(_span_head(low, middle, read))
            low = middle
    if low > 0:
        # Otherwise what is left is the older tree itself, whose head the verifier has.
        path.append(_span_head(low, high, read))
    return tuple(reversed(path))


def _split(count: int) -> int:
    """Return the largest power of two below a count of two or more."""
    return 1 << ((count - 1).bit_length() - 1)


def _complete_subtrees(low: int, high: int) -> Iterator[tuple[int, int]]:
    """Yield (level, index) of the largest complete subtrees that make up the leaves from low to high."""
    while low < high:
        level = (high - low).bit_length() - 1
        yield level, low >> level
        low += 1 << level


def _span_head(low: int, high: int, read: HashReader) -> bytes:
    """Head of the leaves from low to high, a span that the splitting of a tree gives."""
    *left, last = [read(level, index) for level, index in _complete_subtrees(low, high)]
    head = last
    for sibling in reversed(left):
        head = node_hash(sibling, head)
    return head
