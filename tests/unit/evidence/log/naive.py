"""RFC 6962's definitions word for word, slow and recursive: what the real code is held against."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256


def node(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


def split(n: int) -> int:
    k = 1
    while k * 2 < n:
        k *= 2
    return k


def mth(leaves: Sequence[bytes]) -> bytes:
    """Section 2.1, of leaf hashes."""
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    k = split(len(leaves))
    return node(mth(leaves[:k]), mth(leaves[k:]))


def path(m: int, leaves: Sequence[bytes]) -> list[bytes]:
    """Section 2.1.1."""
    if len(leaves) == 1:
        return []
    k = split(len(leaves))
    if m < k:
        return [*path(m, leaves[:k]), mth(leaves[k:])]
    return [*path(m - k, leaves[k:]), mth(leaves[:k])]


def proof(m: int, leaves: Sequence[bytes]) -> list[bytes]:
    """Section 2.1.2."""
    return _subproof(m, leaves, whole=True)


def _subproof(m: int, leaves: Sequence[bytes], *, whole: bool) -> list[bytes]:
    if m == len(leaves):
        return [] if whole else [mth(leaves)]
    k = split(len(leaves))
    if m <= k:
        return [*_subproof(m, leaves[:k], whole=whole), mth(leaves[k:])]
    return [*_subproof(m - k, leaves[k:], whole=False), mth(leaves[:k])]


def included(m: int, n: int, leaf: bytes, steps: Sequence[bytes]) -> bytes:
    """The root that an audit path leads to, by the same splitting."""
    if n == 1:
        assert not steps
        return leaf
    k = split(n)
    *rest, last = steps
    if m < k:
        return node(included(m, k, leaf, rest), last)
    return node(last, included(m - k, n - k, leaf, rest))


def continued(
    m: int, n: int, old: bytes, steps: Sequence[bytes], *, whole: bool = True
) -> tuple[bytes, bytes]:
    """The old and the new root that a consistency proof leads to, by the same splitting."""
    if m == n:
        if whole:
            assert not steps
            return old, old
        (head,) = steps
        return head, head
    k = split(n)
    *rest, last = steps
    if m <= k:
        was, now = continued(m, k, old, rest, whole=whole)
        return was, node(now, last)
    was, now = continued(m - k, n - k, old, rest, whole=False)
    return node(last, was), node(last, now)
