"""A log checked by other programs alone: openssl for signatures and hashes, pymerkle for the tree."""

from __future__ import annotations

import base64
import shutil
import struct
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pymerkle import InmemoryTree

from groundstop.evidence.log import KeyKind, cosign
from tests.unit.evidence.log.logs import KEY, WITNESS, a_log, reader_of

needs_openssl = pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")

SPKI = bytes.fromhex("302a300506032b6570032100")
"""What stands before an Ed25519 key in DER (RFC 8410)."""


def openssl_verifies(folder: Path, public_key: bytes, signature: bytes, message: bytes) -> bool:
    for name, data in {"key": SPKI + public_key, "signature": signature, "message": message}.items():
        (folder / name).write_bytes(data)
    verified = subprocess.run(
        [
            *("openssl", "pkeyutl", "-verify", "-rawin", "-pubin", "-keyform", "DER", "-inkey", "key"),
            *("-in", "message", "-sigfile", "signature"),
        ],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    return verified.returncode == 0 and "Signature Verified Successfully" in verified.stdout


def signature_line(note: bytes, name: str) -> tuple[bytes, bytes]:
    """The signed text and what a name's line says, cut out by hand."""
    text, lines = note.rsplit(b"\n\n", 1)
    (line,) = (line for line in lines.decode().splitlines() if line.startswith(f"— {name} "))
    return text + b"\n", base64.b64decode(line.split(" ")[2])[4:]


def key_of(text: str) -> bytes:
    """The public key in a verifier key's text."""
    return base64.b64decode(text.split("+", 2)[2])[1:]


@needs_openssl
def test_openssl_verifies_a_checkpoint(tmp_path: Path) -> None:
    a_log(tmp_path / "log", 300)
    text, signature = signature_line((tmp_path / "log" / "checkpoint").read_bytes(), KEY.name)
    assert openssl_verifies(tmp_path, key_of(str(KEY)), signature, text)
    assert not openssl_verifies(tmp_path, key_of(str(KEY)), signature, text.replace(b"300", b"301"))


@needs_openssl
def test_openssl_verifies_a_cosignature_and_its_time(tmp_path: Path) -> None:
    writer = a_log(tmp_path / "log", 3)
    note = reader_of(tmp_path / "log").signed.note
    seen = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)
    witness = WITNESS.key(KeyKind.COSIGNATURE)
    path = writer.keep_cosignature(note.with_signature(cosign(note, WITNESS, seen)).to_bytes(), witness)
    text, signature = signature_line((tmp_path / "log" / path).read_bytes(), WITNESS.name)
    (seconds,) = struct.unpack(">Q", signature[:8])
    assert seconds == seen.timestamp()
    message = f"cosignature/v1\ntime {seconds}\n".encode() + text
    assert openssl_verifies(tmp_path, key_of(str(witness)), signature[8:], message)


@needs_openssl
def test_openssl_hashes_an_entry_to_what_the_tile_holds(tmp_path: Path) -> None:
    a_log(tmp_path, 2)
    bundle = (tmp_path / "tile/entries/000.p/2").read_bytes()
    first = bundle[2 : 2 + int.from_bytes(bundle[:2], "big")]
    hashed = subprocess.run(
        ["openssl", "dgst", "-sha256", "-binary"], input=b"\x00" + first, capture_output=True, check=True
    )
    assert hashed.stdout == (tmp_path / "tile/0/000.p/2").read_bytes()[:32]


def bundles(folder: Path) -> list[bytes]:
    """All entries, read by hand from the newest bundles."""
    entries = []
    for path in ("tile/entries/000", "tile/entries/001", "tile/entries/002.p/88"):
        data = (folder / path).read_bytes()
        while data:
            length = int.from_bytes(data[:2], "big")
            entries.append(data[2 : 2 + length])
            data = data[2 + length :]
    return entries


def test_pymerkle_builds_the_same_tree_from_the_entries_and_gives_the_same_proofs(tmp_path: Path) -> None:
    a_log(tmp_path, 10, 600)
    tree = InmemoryTree(algorithm="sha256")
    for entry in bundles(tmp_path):
        tree.append_entry(entry)
    origin, size, root = (tmp_path / "checkpoint").read_text(encoding="utf-8").split("\n")[:3]
    assert (origin, size) == (KEY.name, "600")
    assert base64.b64decode(root) == tree.get_root()
    reader = reader_of(tmp_path)
    for index in (0, 255, 256, 511, 512, 599):
        theirs = tree.prove_inclusion(index + 1, 600)
        theirs.verify(tree.get_leaf(index + 1), tree.get_root(), index=index + 1, size=600)
        assert list(reader.inclusion_proof(index)) == theirs.path[1:]
    assert tree.get_root(10) == reader.root(10)
