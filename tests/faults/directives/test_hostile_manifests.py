"""Manifests that lie about their form: refused with a sentence, or taken for a file like any other."""

from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from groundstop.directives.weights import Inventory, ToHash, look_at
from groundstop.errors import DocumentError, GroundstopError

DIGEST = hashlib.sha256(b"base").hexdigest()
STATEMENT: dict[str, Any] = {
    "_type": "https://in-toto.io/Statement/v1",
    "subject": [{"name": "m", "digest": {"sha256": hashlib.sha256(bytes.fromhex(DIGEST)).hexdigest()}}],
    "predicateType": "https://model_signing/signature/v1.0",
    "predicate": {
        "serialization": {"method": "files", "hash_type": "sha256", "allow_symlinks": False},
        "resources": [{"name": "model.bin", "algorithm": "sha256", "digest": DIGEST}],
    },
}


def enveloped(payload: Any) -> dict[str, Any]:
    if not isinstance(payload, str | int | list | None):
        payload = base64.b64encode(json.dumps(payload).encode()).decode()
    envelope = {"payloadType": "application/vnd.in-toto+json", "payload": payload, "signatures": []}
    return {"mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json", "dsseEnvelope": envelope}


def predicate(**changes: Any) -> dict[str, Any]:
    return {**STATEMENT, "predicate": {**STATEMENT["predicate"], **changes}}


def look(folder: Path, value: Any) -> Inventory | ToHash:
    (folder / "model.sig").write_text(json.dumps(value))
    return look_at(folder / "model.sig")


def test_a_right_one_is_read(tmp_path: Path) -> None:
    found = look(tmp_path, enveloped(STATEMENT))
    assert isinstance(found, Inventory)
    assert [one.sha256 for one in found.files] == [DIGEST]
    assert "not verified" in found.notes[0]


@pytest.mark.parametrize(
    "value",
    [
        enveloped("not base64!"),
        enveloped("bm8ganNvbg=="),
        enveloped(7),
        enveloped(None),
        enveloped([]),
        enveloped({}),
        enveloped({**STATEMENT, "predicateType": "https://slsa.dev/provenance/v1"}),
        enveloped({**STATEMENT, "subject": []}),
        enveloped({**STATEMENT, "subject": [{"name": "m", "digest": {"sha256": DIGEST}}]}),
        enveloped({**STATEMENT, "subject": [{"name": "m", "digest": {"sha512": "a"}}]}),
        enveloped({**STATEMENT, "subject": "m"}),
        enveloped({**STATEMENT, "predicate": []}),
        enveloped(predicate(resources={"model.bin": DIGEST})),
        enveloped(predicate(resources=[{"name": "m", "algorithm": "sha256"}])),
        enveloped(predicate(resources=[{"name": 7, "algorithm": "sha256", "digest": DIGEST}])),
        enveloped(predicate(resources=[{"name": "m", "algorithm": "sha256", "digest": "zz"}])),
        enveloped(predicate(resources=[7])),
        {**STATEMENT, "predicateType": "https://model_signing/Digests/v0.1", "subject": [{"digest": 7}]},
        {**STATEMENT, "predicateType": None},
    ],
)
def test_a_malformed_manifest_is_refused_with_its_place(tmp_path: Path, value: Any) -> None:
    with pytest.raises((DocumentError, GroundstopError), match=r"model\.sig"):
        look(tmp_path, value)


def test_a_deep_one_is_a_file_like_any_other(tmp_path: Path) -> None:
    (tmp_path / "model.sig").write_text('{"a": ' * 5000 + "1" + "}" * 5000)
    assert isinstance(look_at(tmp_path / "model.sig"), ToHash)


def test_a_deep_payload_is_refused(tmp_path: Path) -> None:
    deep = base64.b64encode(b"[" * 5000 + b"]" * 5000).decode()
    with pytest.raises(DocumentError, match="deep"):
        look(tmp_path, enveloped(deep))


def test_a_huge_one_is_hashed_and_not_parsed(tmp_path: Path) -> None:
    with (tmp_path / "model.sig").open("wb") as file:
        file.write(b'{"dsseEnvelope": ')
        file.truncate(33 * 1024 * 1024)
    assert isinstance(look_at(tmp_path / "model.sig"), ToHash)


@pytest.mark.parametrize("name", ["../../outside.bin", "/outside.bin", "a\x1b[31m.bin", "", "x" * 5000])
def test_names_in_a_manifest_are_shown_and_never_opened(tmp_path: Path, name: str) -> None:
    resources = [{"name": name, "algorithm": "sha256", "digest": DIGEST}]
    found = look(tmp_path, predicate(resources=resources))
    assert isinstance(found, Inventory)
    assert [one.name for one in found.files] == [name]


def test_half_a_character_in_a_name_can_be_written(tmp_path: Path) -> None:
    resources = [{"name": "a\ud800b", "algorithm": "sha256", "digest": DIGEST}]
    found = look(tmp_path, predicate(resources=resources))
    assert isinstance(found, Inventory)
    assert [one.name for one in found.files] == ["a?b"]


@pytest.mark.parametrize("name", ["model.bin:0:9", "model.bin:5:9", "model.bin", ":::", "a:0:b:0:9"])
def test_a_single_piece_counts_as_a_file_only_from_its_beginning(tmp_path: Path, name: str) -> None:
    resources = [{"name": name, "algorithm": "sha256-sharded-1000000000", "digest": DIGEST}]
    found = look(tmp_path, predicate(resources=resources, serialization={"method": "shards"}))
    assert isinstance(found, Inventory)
    whole = name in ("model.bin:0:9", "a:0:b:0:9")
    assert (len(found.files), len(found.unread)) == ((1, 0) if whole else (0, 1))
