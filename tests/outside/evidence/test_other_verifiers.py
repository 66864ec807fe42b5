"""A bundle checked with other people's libraries alone: cryptography for signatures, pymerkle for the log."""

from __future__ import annotations

import base64
import hashlib
import json
import shutil
import subprocess
import zipfile
from pathlib import Path
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from pymerkle import InmemoryTree, InvalidProof, verify_consistency, verify_inclusion
from securesystemslib.dsse import Envelope
from securesystemslib.signer import SSlibKey

from groundstop.evidence.log import LogReader, VerifierKey
from tests.evidence_samples import a_bundle, a_grown_bundle, a_key, alder, birch, sealed, written


@pytest.fixture
def members(tmp_path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(written(a_grown_bundle(), tmp_path)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def pae(envelope: dict[str, Any]) -> bytes:
    kind, payload = envelope["payloadType"].encode(), base64.b64decode(envelope["payload"])
    return b" ".join([b"DSSEv1", str(len(kind)).encode(), kind, str(len(payload)).encode(), payload])


def public_keys(members: dict[str, bytes]) -> dict[str, Ed25519PublicKey]:
    """Return the keys of a bundle by their ids, computed by hand."""
    found = {}
    for name, data in members.items():
        if name.startswith("keys/") and name.endswith(".pem"):
            key = load_pem_public_key(data)
            assert isinstance(key, Ed25519PublicKey)
            form = {
                "keytype": "ed25519",
                "keyval": {"public": key.public_bytes_raw().hex()},
                "scheme": "ed25519",
            }
            text = json.dumps(form, sort_keys=True, separators=(",", ":"))
            found[hashlib.sha256(text.encode()).hexdigest()] = key
    return found


def entries_of(members: dict[str, bytes]) -> list[bytes]:
    (data,) = [data for name, data in members.items() if name.startswith("log/tile/entries/")]
    entries = []
    while data:
        size = int.from_bytes(data[:2], "big")
        entries.append(data[2 : 2 + size])
        data = data[2 + size :]
    return entries


def test_cryptography_verifies_every_envelope(members: dict[str, bytes]) -> None:
    keys = public_keys(members)
    assert set(keys) == {alder().card.key_id, birch().card.key_id}
    for name in sorted(name for name in members if name.startswith("documents/")):
        envelope = json.loads(members[name])
        (signature,) = envelope["signatures"]
        key = keys[signature["keyid"]]
        key.verify(base64.b64decode(signature["sig"]), pae(envelope))
        with pytest.raises(InvalidSignature):
            key.verify(base64.b64decode(signature["sig"]), pae(envelope) + b" ")


def test_several_signatures_verify_each_by_itself() -> None:
    bundle = sealed(None, alder(), birch(), a_key("dune-institute"))
    envelope = json.loads(bundle.members["documents/000000-finding.json"])
    keys = public_keys(dict(bundle.members))
    assert len(envelope["signatures"]) == 3
    for signature in envelope["signatures"]:
        keys[signature["keyid"]].verify(base64.b64decode(signature["sig"]), pae(envelope))


def test_securesystemslib_verifies_an_envelope_as_any_in_toto_tool_does(members: dict[str, bytes]) -> None:
    envelope = Envelope.from_dict(json.loads(members["documents/000000-finding.json"]))
    (pem,) = [
        data for name, data in members.items() if name.startswith("keys/alder-lab") and name.endswith("pem")
    ]
    accepted = envelope.verify([SSlibKey.from_crypto(load_pem_public_key(pem))], threshold=1)
    assert set(accepted) == {alder().card.key_id}


def test_the_statement_is_an_in_toto_statement_about_the_files(members: dict[str, bytes]) -> None:
    statement = json.loads(base64.b64decode(json.loads(members["documents/000000-finding.json"])["payload"]))
    assert statement["_type"] == "https://in-toto.io/Statement/v1"
    digests = {one["name"]: one["digest"]["sha256"] for one in statement["subject"]}
    for name in ("README.md", "sealed/recipe.age", "sealed/plan.age", "sealed/trials.age"):
        assert digests[name] == hashlib.sha256(members[name]).hexdigest()


def test_pymerkle_builds_the_logs_head_and_its_proofs(members: dict[str, bytes]) -> None:
    tree = InmemoryTree(algorithm="sha256")
    entries = entries_of(members)
    for entry in entries:
        tree.append_entry(entry)
    origin, size, root = members["log/checkpoint"].decode().split("\n")[:3]
    assert (origin, int(size)) == ("groundstop.dev/findings/GSF-20260702-0123456789", len(entries))
    assert base64.b64decode(root) == tree.get_root()
    for place, entry in enumerate(entries, start=1):
        proof = tree.prove_inclusion(place)
        leaf = tree.get_leaf(place)
        assert leaf == hashlib.sha256(b"\x00" + entry).digest()
        verify_inclusion(leaf, base64.b64decode(root), proof)
        with pytest.raises(InvalidProof):
            verify_inclusion(hashlib.sha256(b"\x00another").digest(), base64.b64decode(root), proof)


def test_our_own_inclusion_proofs_are_those_of_rfc_6962(members: dict[str, bytes]) -> None:
    """Checked with the algorithm of RFC 9162, section 2.1.3.2, written down here once more."""
    log = a_grown_bundle().log
    key = VerifierKey(
        "groundstop.dev/findings/GSF-20260702-0123456789", bytes.fromhex(alder().card.public_key.public)
    )
    reader = LogReader.open(log.get, [key])
    root = base64.b64decode(members["log/checkpoint"].decode().split("\n")[2])
    for place, entry in enumerate(entries_of(members)):
        node = hashlib.sha256(b"\x00" + entry).digest()
        number, last = place, reader.size - 1
        for step in reader.inclusion_proof(place):
            if number & 1 or number == last:
                node = hashlib.sha256(b"\x01" + step + node).digest()
                while not number & 1 and number:
                    number, last = number >> 1, last >> 1
            else:
                node = hashlib.sha256(b"\x01" + node + step).digest()
            number, last = number >> 1, last >> 1
        assert (node, last) == (root, 0)


def test_pymerkle_agrees_that_the_log_was_only_added_to(members: dict[str, bytes]) -> None:
    tree = InmemoryTree(algorithm="sha256")
    for entry in entries_of(members):
        tree.append_entry(entry)
    before = base64.b64decode(a_bundle().members["log/checkpoint"].decode().split("\n")[2])
    assert before == tree.get_root(1)
    verify_consistency(before, tree.get_root(), tree.prove_consistency(1, tree.get_size()))


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")
def test_openssl_verifies_the_witness(tmp_path: Path, members: dict[str, bytes]) -> None:
    (name,) = [name for name in members if name.startswith("log/cosigned/")]
    text, lines = members[name].split(b"\n\n", 1)
    (line,) = [line for line in lines.decode().splitlines() if line.startswith("— dusk-witness ")]
    said = base64.b64decode(line.split(" ")[2])[4:]
    seconds = int.from_bytes(said[:8], "big")
    (tmp_path / "message").write_bytes(f"cosignature/v1\ntime {seconds}\n".encode() + text + b"\n")
    (tmp_path / "signature").write_bytes(said[8:])
    witness = a_key("dusk-witness").card.public_key.public
    (tmp_path / "key").write_bytes(bytes.fromhex("302a300506032b6570032100" + witness))
    command = ["openssl", "pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-inkey", "key", "-rawin"]
    done = subprocess.run(
        [*command, "-in", "message", "-sigfile", "signature"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Signature Verified Successfully" in done.stdout, done.stderr


@pytest.mark.skipif(shutil.which("age") is None, reason="age is not installed")
def test_age_opens_what_is_sealed_with_the_key_file_of_the_workspace(tmp_path: Path) -> None:
    (tmp_path / "part.age").write_bytes(a_bundle().members["sealed/plan.age"])
    path = tmp_path / "birch-lab.age"
    path.write_text(f"{birch().identity.secret}\n")
    path.chmod(0o600)
    opened = subprocess.run(
        ["age", "--decrypt", "-i", str(path), str(tmp_path / "part.age")], capture_output=True, check=True
    ).stdout
    (part,) = [part for part in a_bundle().finding.parts if part.name == "plan"]
    assert hashlib.sha256(opened).hexdigest() == part.commitment
