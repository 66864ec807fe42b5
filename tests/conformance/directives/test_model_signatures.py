"""Manifests that the OpenSSF's own tool has made."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from groundstop.directives.weights import Inventory, Known, ToHash, hashed, look_at

VECTORS = json.loads((Path(__file__).parent / "model_signatures.json").read_text())
FILES = {
    "model.safetensors": "canary weights one\n",
    "parts/model-2.safetensors": "canary weights two\n",
    "tokenizer.json": '{"canary": true}\n',
}


def looked_at(path: Path, manifest: Any) -> Inventory:
    path.write_text(json.dumps(manifest))
    found = look_at(path)
    assert isinstance(found, Inventory)
    return found


@pytest.mark.parametrize("case", VECTORS["cases"], ids=lambda case: case["name"])
def test_a_model_signature_names_files_by_their_digests(tmp_path: Path, case: dict[str, Any]) -> None:
    envelope = case["manifest"]["dsseEnvelope"]
    statement = json.loads(base64.b64decode(envelope["payload"]))
    for manifest in (case["manifest"], envelope, statement):
        found = looked_at(tmp_path / "model.sig", manifest)
        assert {one.name: one.sha256 for one in found.files} == case["files"]
        assert sorted(one.name for one in found.unread) == case["unread"]
        assert {one.known for one in found.files} <= {Known.MANIFEST}
        assert len(found.notes) == 1


def test_the_files_themselves_have_the_digests_that_the_manifest_has(tmp_path: Path) -> None:
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    found = look_at(tmp_path)
    assert isinstance(found, ToHash)
    assert {one.name: one.sha256 for one in hashed(found).files} == VECTORS["cases"][0]["files"]
