"""Vectors of the forms that a bundle is made of; each says where it is from."""

from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from securesystemslib.dsse import Envelope

from groundstop.documents import KeyCard, PublicKey
from groundstop.evidence.age import parse_identity
from groundstop.evidence.archive import read_archive, write_archive
from groundstop.evidence.commitments import Opened, commit_lines
from groundstop.evidence.keys import public_pem, verifying_key
from tests.samples import NOON

VECTORS = json.loads((Path(__file__).parent / "bundles.json").read_text(encoding="utf-8"))


def cases(kind: str) -> list[Any]:
    assert VECTORS[kind]["source"]
    found: list[Any] = VECTORS[kind]["cases"]
    return found


@pytest.mark.parametrize("case", cases("dsse"), ids=lambda case: case["name"])
def test_what_is_signed_is_the_dsse_encoding(case: dict[str, str]) -> None:
    envelope = Envelope(case["payload"].encode(), case["type"], {})
    assert envelope.pae() == case["pae"].encode()


@pytest.mark.parametrize("case", cases("keys"), ids=lambda case: case["name"])
def test_a_key_has_its_id_and_its_pem(case: dict[str, str]) -> None:
    card = KeyCard(
        name="a-party",
        key_id=case["key_id"],
        public_key=PublicKey(keytype="ed25519", scheme="ed25519", public=case["public"]),
        recipient="age1qyqszqgpqyqszqgpqyqszqgpqyqszqgpqyqszqgpqyqszqgpqyqs3290gq",
        created=NOON,
    )
    assert verifying_key(card).keyid == case["key_id"]
    assert public_pem(card).decode() == case["pem"]


@pytest.mark.parametrize("case", cases("archives"), ids=lambda case: case["name"])
def test_members_have_one_archive(case: dict[str, Any]) -> None:
    members = {name: text.encode() for name, text in case["members"].items()}
    data = write_archive(members)
    assert base64.b64encode(data).decode() == case["zip"]
    assert read_archive(base64.b64decode(case["zip"]), source="it") == members


@pytest.mark.parametrize("case", cases("commitments"), ids=lambda case: case["name"])
def test_a_commitment_is_the_sha256_of_salt_and_content(case: dict[str, Any]) -> None:
    opened = Opened(bytes.fromhex(case["salt"]), case["content"].encode())
    assert opened.commitment == case["commitment"]
    assert hashlib.sha256(opened.opening).hexdigest() == case["commitment"]


@pytest.mark.parametrize("case", cases("lines"), ids=lambda case: case["name"])
def test_lines_are_committed_to_as_the_leaves_of_rfc_6962(case: dict[str, Any]) -> None:
    committed = commit_lines("".join(f"{line}\n" for line in case["lines"]).encode())
    assert (committed.count, committed.root) == (len(case["lines"]), case["root"])


@pytest.mark.parametrize("case", cases("age"), ids=lambda case: case["name"])
def test_an_age_file_made_by_the_age_program_is_opened(case: dict[str, str]) -> None:
    identity = parse_identity(case["identity"], source="it")
    assert identity.unseal(base64.b64decode(case["file"])).decode() == case["content"]
