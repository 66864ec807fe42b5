"""Checking Merkle proofs: that an entry is in a tree, and that a tree continues an older one.

A check that fails raises; nothing here answers with a truth value that a caller could forget to look at.
"""

from __future__ import annotations

from collections.abc import Sequence

from groundstop.evidence.log.errors import VerificationError
from groundstop.evidence.log.merkle import EMPTY_ROOT, HASH_BYTES, node_hash


def verify_inclusion(index: int, size: int, hashed: bytes, proof: Sequence[bytes], root: bytes) -> None:
    """Check that an entry is in a tree.

    Args:
        index: The entry's place, from 0.
        size: Number of leaves of the tree.
        hashed: The entry's leaf hash.
        proof: The audit path.
        root: The tree's head.

    Raises:
        VerificationError: It is not, or the proof does not show it.

    Source: RFC 9162, section 2.1.3.2.
    """
    if not _included(index, size, hashed, proof, root):
        raise VerificationError(
            f"The proof does not show that entry {index:,} is in the tree of {size:,} entries",
            "Get the proof again; if it still fails, do not rely on the entry",
        )


def verify_consistency(
    old_size: int, new_size: int, proof: Sequence[bytes], old_root: bytes, new_root: bytes
) -> None:
    """Check that a tree begins with an older tree. Every tree continues the empty one, by an empty proof.

    Args:
        old_size: Number of leaves of the older tree.
        new_size: Number of leaves of the newer tree.
        proof: The consistency proof.
        old_root: The older tree's head.
        new_root: The newer tree's head.

    Raises:
        VerificationError: It does not, or the proof does not show it.

    Source: RFC 9162, section 2.1.4.2.
    """
    if not _consistent(old_size, new_size, proof, old_root, new_root):
        raise VerificationError(
            f"The proof does not show that a tree of {new_size:,} entries continues one of {old_size:,}",
            "Get the proof again; if it still fails, the log was rewritten",
        )


def _included(index: int, size: int, hashed: bytes, proof: Sequence[bytes], root: bytes) -> bool:
    if not 0 <= index < size or not _are_hashes((hashed, root, *proof)):
        return False
    place, last, head = index, size - 1, hashed
    for step in proof:
        if last == 0:
            return False
        if place & 1 or place == last:
            head = node_hash(step, head)
            place, last = _risen(place, last)
        else:
            head = node_hash(head, step)
        place, last = place >> 1, last >> 1
    return last == 0 and head == root


def _consistent(
    old_size: int, new_size: int, proof: Sequence[bytes], old_root: bytes, new_root: bytes
) -> bool:
    if not 0 <= old_size <= new_size or not _are_hashes((old_root, new_root, *proof)):
        return False
    if old_size == 0:
        return not proof and old_root == EMPTY_ROOT and (new_size > 0 or new_root == EMPTY_ROOT)
    if old_size == new_size:
        return not proof and old_root == new_root
    # The head of a complete older tree is itself the first step, and not sent.
    complete = not old_size & (old_size - 1)
    steps = [old_root, *proof] if complete else list(proof)
    if not steps:
        return False
    place, last = old_size - 1, new_size - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    old_head = new_head = steps[0]
    for step in steps[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            old_head, new_head = node_hash(step, old_head), node_hash(step, new_head)
            place, last = _risen(place, last)
        else:
            new_head = node_hash(new_head, step)
        place, last = place >> 1, last >> 1
    return last == 0 and old_head == old_root and new_head == new_root


def _risen(place: int, last: int) -> tuple[int, int]:
    """Skip the levels on which a subtree at the right edge is the odd last one and has no neighbour."""
    while place and not place & 1:
        place, last = place >> 1, last >> 1
    return place, last


def _are_hashes(values: Sequence[bytes]) -> bool:
    return all(len(value) == HASH_BYTES for value in values)
