from __future__ import annotations

import base64
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from groundstop.evidence.log import (
    FormError,
    Signer,
    TilePath,
    VerificationError,
    VerifierKey,
    open_checkpoint,
    parse_checkpoint,
    parse_note,
    sign_note,
    tile_paths,
    verify_consistency,
    verify_inclusion,
    verify_note,
    witness_time,
)
from groundstop.evidence.log.merkle import consistency_proof, inclusion_proof, leaf_hash, tree_head

HERE = Path(__file__).parent
TREE: Any = json.loads((HERE / "rfc6962.json").read_text(encoding="utf-8"))
NOTES: Any = json.loads((HERE / "c2sp_notes.json").read_text(encoding="utf-8"))
TILES: Any = json.loads((HERE / "c2sp_tiles.json").read_text(encoding="utf-8"))
LEAVES = [leaf_hash(bytes.fromhex(entry)) for entry in TREE["entries"]]
ROOTS = [bytes.fromhex(root) for root in TREE["roots"]]


def stored(level: int, index: int) -> bytes:
    return tree_head(LEAVES[index << level : (index + 1) << level])


@pytest.mark.parametrize("size", range(9))
def test_the_tree_heads_of_certificate_transparency_come_out(size: int) -> None:
    assert tree_head(LEAVES[:size]) == ROOTS[size]


@pytest.mark.parametrize(
    "vector", TREE["inclusion"], ids=lambda vector: f"{vector['index']}in{vector['size']}"
)
def test_its_audit_paths_come_out_and_verify(vector: Any) -> None:
    index, size = vector["index"], vector["size"]
    proof = tuple(map(bytes.fromhex, vector["proof"]))
    assert inclusion_proof(index, size, stored) == proof
    verify_inclusion(index, size, LEAVES[index], proof, ROOTS[size])


@pytest.mark.parametrize(
    "vector", TREE["consistency"], ids=lambda vector: f"{vector['old']}to{vector['new']}"
)
def test_its_consistency_proofs_come_out_and_verify(vector: Any) -> None:
    old, new = vector["old"], vector["new"]
    proof = tuple(map(bytes.fromhex, vector["proof"]))
    assert consistency_proof(old, new, stored) == proof
    verify_consistency(old, new, proof, ROOTS[old], ROOTS[new])


@pytest.mark.parametrize("vector", NOTES["notes"], ids=lambda vector: vector["source"])
def test_the_published_notes_verify_and_read_back(vector: Any) -> None:
    keys = [VerifierKey.parse(text) for text in vector["keys"]]
    assert [str(key) for key in keys] == vector["keys"]
    note = parse_note(vector["note"].encode(), source="The vector")
    assert note.text == vector["text"]
    assert verify_note(note, keys, source="The vector") == tuple(keys)
    assert note.to_bytes() == vector["note"].encode()


def test_the_published_note_comes_out_byte_for_byte_when_it_is_signed_anew() -> None:
    key = VerifierKey.parse(NOTES["signing"]["key"])
    private = Ed25519PrivateKey.from_private_bytes(base64.b64decode(NOTES["signing"]["seed"]))
    signer = Signer(key.name, private.public_key().public_bytes_raw(), private.sign)
    assert signer.key() == key
    vector = NOTES["notes"][1]
    assert sign_note(vector["text"], signer).to_bytes() == vector["note"].encode()


@pytest.mark.parametrize("text", NOTES["refused_keys"]["keys"])
def test_the_keys_that_others_refuse_are_refused(text: str) -> None:
    with pytest.raises(FormError, match="is not a verifier key"):
        VerifierKey.parse(text)


@pytest.mark.parametrize("start", range(0, 60, 7))
def test_no_part_of_a_verifier_key_is_taken_for_one(start: int) -> None:
    whole = NOTES["signing"]["key"]
    for stop in range(start + 1, len(whole) + (start > 0)):
        with pytest.raises(FormError):
            VerifierKey.parse(whole[start:stop])


@pytest.mark.parametrize("vector", NOTES["checkpoints"], ids=lambda vector: vector["origin"])
def test_published_checkpoints_are_read_with_their_cosignatures(vector: Any) -> None:
    data = vector["checkpoint"].encode()
    signed = parse_checkpoint(data, source="The vector")
    assert (signed.checkpoint.origin, signed.checkpoint.size) == (vector["origin"], vector["size"])
    assert signed.checkpoint.text == signed.note.text
    assert signed.note.to_bytes() == data
    if vector["log_key"]:
        assert open_checkpoint(data, [VerifierKey.parse(vector["log_key"])], source="The vector") == signed
    times = {witness_time(signed.note, VerifierKey.parse(text)) for text in vector["witnesses"]}
    assert times <= {datetime.fromtimestamp(vector["time"], UTC)}
    assert int.from_bytes(signed.note.signatures[-1].signature[:8], "big") == vector["time"]


def test_a_published_cosignature_does_not_hold_for_another_size() -> None:
    vector = NOTES["checkpoints"][1]
    other = vector["checkpoint"].replace(str(vector["size"]), str(vector["size"] + 1)).encode()
    note = parse_note(other, source="The vector")
    for text in vector["witnesses"]:
        with pytest.raises(VerificationError):
            witness_time(note, VerifierKey.parse(text))
    with pytest.raises(VerificationError):
        open_checkpoint(other, [VerifierKey.parse(vector["log_key"])], source="The vector")


def test_the_path_of_the_tile_specifications_example_comes_out() -> None:
    index = TILES["index"]
    assert str(TilePath(0, index["number"])) == f"tile/0/{index['path']}"
    assert TilePath.parse(f"tile/entries/{index['path']}").index == index["number"]


@pytest.mark.parametrize("tree", TILES["trees"], ids=lambda tree: tree["size"])
def test_the_files_of_the_tile_specifications_examples_come_out(tree: Any) -> None:
    paths = list(tile_paths(tree["size"]))
    assert {path.level for path in paths} == {None, *(level["level"] for level in tree["levels"])}
    for level in tree["levels"]:
        widths = [path.width for path in paths if path.level == level["level"]]
        assert widths == [256] * level["full"] + [level["partial"]] * (level["partial"] > 0)
