from __future__ import annotations

from hashlib import sha256

import pytest

from groundstop.evidence.log.errors import LogError, VerificationError
from groundstop.evidence.log.merkle import (
    EMPTY_ROOT,
    consistency_proof,
    head_at,
    inclusion_proof,
    leaf_hash,
    tree_head,
)
from groundstop.evidence.log.proofs import verify_consistency, verify_inclusion
from tests.unit.evidence.log import naive

LEAVES = [leaf_hash(bytes([number])) for number in range(70)]


def stored(level: int, index: int) -> bytes:
    return naive.mth(LEAVES[index << level : (index + 1) << level])


@pytest.mark.parametrize("size", range(len(LEAVES)))
def test_a_tree_head_is_that_of_the_rfcs_definition(size: int) -> None:
    assert tree_head(LEAVES[:size]) == naive.mth(LEAVES[:size]) == head_at(size, stored)


def test_leaves_and_nodes_are_hashed_apart_so_that_neither_passes_for_the_other() -> None:
    assert leaf_hash(b"x") == sha256(b"\x00x").digest()
    assert tree_head(LEAVES[:2]) == sha256(b"\x01" + LEAVES[0] + LEAVES[1]).digest()
    assert leaf_hash(LEAVES[0] + LEAVES[1]) != tree_head(LEAVES[:2])


@pytest.mark.parametrize("size", [1, 2, 3, 7, 8, 9, 33, 64, 70])
def test_every_proof_of_a_tree_is_the_rfcs_and_verifies(size: int) -> None:
    root = naive.mth(LEAVES[:size])
    for index in range(size):
        proof = inclusion_proof(index, size, stored)
        assert list(proof) == naive.path(index, LEAVES[:size])
        verify_inclusion(index, size, LEAVES[index], proof, root)
    for old in range(1, size + 1):
        proof = consistency_proof(old, size, stored)
        assert list(proof) == naive.proof(old, LEAVES[:size])
        verify_consistency(old, size, proof, naive.mth(LEAVES[:old]), root)


def test_a_proof_in_a_tree_of_a_million_asks_for_few_hashes() -> None:
    asked: list[tuple[int, int]] = []

    def read(level: int, index: int) -> bytes:
        asked.append((level, index))
        return LEAVES[0]

    inclusion_proof(654_321, 1_000_000, read)
    assert len(asked) <= 2 * 20
    asked.clear()
    consistency_proof(654_321, 1_000_000, read)
    assert len(asked) <= 2 * 20


def test_every_tree_continues_the_empty_one() -> None:
    assert consistency_proof(0, 70, stored) == ()
    verify_consistency(0, 70, (), EMPTY_ROOT, naive.mth(LEAVES))
    verify_consistency(0, 0, (), EMPTY_ROOT, EMPTY_ROOT)


@pytest.mark.parametrize(
    ("old", "new", "proof", "old_root", "new_root"),
    [
        (0, 1, (), LEAVES[0], LEAVES[0]),
        (0, 1, (LEAVES[0],), EMPTY_ROOT, LEAVES[0]),
        (0, 0, (), EMPTY_ROOT, LEAVES[0]),
        (1, 1, (LEAVES[0],), LEAVES[0], LEAVES[0]),
        (1, 1, (), LEAVES[0], LEAVES[1]),
        (2, 1, (), LEAVES[0], LEAVES[0]),
        (-1, 1, (), LEAVES[0], LEAVES[0]),
        (3, 4, (), LEAVES[0], LEAVES[0]),
        (1, 2, (b"short",), LEAVES[0], naive.mth(LEAVES[:2])),
        (1, 2, (LEAVES[1], LEAVES[1]), LEAVES[0], naive.mth(LEAVES[:2])),
    ],
)
def test_a_consistency_proof_of_the_wrong_shape_is_refused(
    old: int, new: int, proof: tuple[bytes, ...], old_root: bytes, new_root: bytes
) -> None:
    with pytest.raises(VerificationError, match="does not show that a tree of"):
        verify_consistency(old, new, proof, old_root, new_root)


@pytest.mark.parametrize(
    ("index", "size", "leaf", "proof"),
    [
        (0, 0, LEAVES[0], ()),
        (1, 1, LEAVES[0], ()),
        (-1, 1, LEAVES[0], ()),
        (0, 1, LEAVES[0], (LEAVES[0],)),
        (0, 2, LEAVES[0], ()),
        (0, 1, b"short", ()),
    ],
)
def test_an_inclusion_proof_of_the_wrong_shape_is_refused(
    index: int, size: int, leaf: bytes, proof: tuple[bytes, ...]
) -> None:
    with pytest.raises(VerificationError, match="does not show that entry"):
        verify_inclusion(index, size, leaf, proof, LEAVES[0])


def test_proofs_of_what_a_tree_has_not_are_refused_with_a_sentence() -> None:
    with pytest.raises(LogError, match="A tree of 70 entries has no entry 70"):
        inclusion_proof(70, 70, stored)
    with pytest.raises(LogError, match="A tree of 3 entries cannot continue one of 4"):
        consistency_proof(4, 3, stored)
