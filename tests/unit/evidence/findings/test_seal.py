from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from groundstop.documents import Finding, PartName
from groundstop.errors import DocumentError, InputError
from groundstop.evidence import Bundle, OwnKey, PartContent, new_salt, open_part, sealed_part
from groundstop.evidence.age import HEADER
from groundstop.evidence.findings import Reader, seal_finding
from tests.evidence_samples import (
    FINDING_ID,
    SEALED,
    a_bundle,
    a_draft,
    a_key,
    alder,
    audited,
    birch,
    cedar,
    edited,
    failures,
    sealed,
)


def ecdsa(name: str) -> OwnKey:
    key = ec.generate_private_key(ec.SECP256R1())
    return a_key(name, private_pem=key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))


def test_a_sealed_finding_passes_its_audit_for_who_knows_its_reporter(tmp_path: Path) -> None:
    report = audited(a_bundle(), tmp_path)
    assert report.passed
    assert a_bundle().finding.reporter == "alder-lab"


def test_each_reader_gets_the_parts_that_are_named_and_the_reporter_all() -> None:
    bundle = seal_finding(
        a_draft(),
        [
            Reader(birch().card, frozenset({PartName.RECIPE, PartName.PLAN})),
            Reader(cedar().card, frozenset({PartName.PLAN})),
        ],
        [alder()],
        finding_id=FINDING_ID,
        interests=None,
        now=SEALED,
        new_salt=new_salt,
    )
    opened = {
        key.card.name: {part.name for part in bundle.finding.parts if opens(bundle, part.name, key)}
        for key in (alder(), birch(), cedar())
    }
    assert opened == {
        "alder-lab": {PartName.RECIPE, PartName.PLAN, PartName.TRIALS},
        "birch-lab": {PartName.RECIPE, PartName.PLAN},
        "cedar-desk": {PartName.PLAN},
    }
    told = {part.name: set(part.file.recipients) for part in bundle.finding.parts}
    assert told[PartName.RECIPE] == {alder().card.key_id, birch().card.key_id}
    assert told[PartName.TRIALS] == {alder().card.key_id}


def opens(bundle: Bundle, name: PartName, key: OwnKey) -> bool:
    try:
        open_part(bundle, name, key.identity)
    except InputError:
        return False
    return True


def test_several_keys_sign_the_same_bytes(tmp_path: Path) -> None:
    bundle = sealed(None, alder(), birch(), ecdsa("elm-institute"))
    assert [card.name for card in bundle.reporters] == ["alder-lab", "birch-lab", "elm-institute"]
    assert failures(audited(bundle, tmp_path)) == []


def test_a_key_that_can_keep_no_log_cannot_be_the_reporters_first() -> None:
    with pytest.raises(InputError, match="not an Ed25519 key, which a log needs"):
        sealed(None, ecdsa("elm-institute"), alder())


def test_a_reader_named_twice_counts_once() -> None:
    part, _ = sealed_part(
        PartContent(PartName.RECIPE, "application/json", b"{}"),
        [alder().card, alder().card],
        new_salt=new_salt,
    )
    assert part.file.recipients == (alder().card.key_id,)
    with pytest.raises(InputError, match="part recipe has no reader"):
        sealed_part(PartContent(PartName.RECIPE, "application/json", b"{}"), [], new_salt=new_salt)


def test_what_is_sealed_is_an_age_file_that_shows_only_its_size() -> None:
    for part in a_bundle().finding.parts:
        data = a_bundle().members[part.file.path]
        assert data.startswith(HEADER)
        assert len(data) > part.size


def repeat_a_part(value: dict[str, list[object]]) -> None:
    value["parts"].append(value["parts"][0])


def shorten_at_once(value: dict[str, list[dict[str, object]]]) -> None:
    value["parts"][0]["name"] = "minimal"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (repeat_a_part, "a part stands in the finding twice"),
        (shorten_at_once, "a minimal recipe comes after a finding"),
        (lambda value: value.update(parts=[]), "wrong value at 'parts'"),
        (lambda value: value.update(id="GSF-1"), "wrong value at 'id'"),
        (lambda value: value.update(id="../GSF-20260702-0123456789"), "wrong value at 'id'"),
        (lambda value: value["parts"][0]["file"].update(path="../recipe.age"), "wrong value at"),
        (lambda value: value["parts"][0]["file"].update(path="sealed/../../x.age"), "wrong value at"),
    ],
)
def test_a_finding_that_contradicts_itself_is_no_finding(
    change: Callable[[dict[str, object]], None], said: str
) -> None:
    with pytest.raises(DocumentError, match=said):
        edited(a_bundle().finding, change)
    assert isinstance(a_bundle().finding, Finding)
