"""What holds for any members, any lines, any key, any text that somebody puts where a document should be."""

from __future__ import annotations

import io
import json
import zipfile
from contextlib import suppress
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from groundstop.documents import LineProof, PartName, canonical_bytes
from groundstop.errors import DocumentError, GroundstopError
from groundstop.evidence import check_line, prove_line
from groundstop.evidence.age import encrypt
from groundstop.evidence.archive import read_archive, safe_name, write_archive
from groundstop.evidence.commitments import commit_lines, lines_of, salted_lines
from groundstop.evidence.statements import read_signed
from tests.evidence_samples import a_bundle, a_grown_bundle, alder, audited, changed, edited, failures

PIECE = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,12}", fullmatch=True)
NAMES = st.lists(PIECE, min_size=1, max_size=3).map("/".join)
MEMBERS = st.dictionaries(NAMES, st.binary(max_size=200), max_size=8)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=20,
)


@settings(max_examples=100, deadline=None)
@given(members=MEMBERS)
def test_members_are_read_as_they_were_written_and_by_other_programs_too(members: dict[str, bytes]) -> None:
    data = write_archive(members)
    assert read_archive(data, source="it") == members
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert {entry.filename: archive.read(entry) for entry in archive.infolist()} == members
        assert all(safe_name(name) for name in archive.namelist())


@settings(max_examples=200, deadline=None)
@given(data=st.binary(max_size=400) | st.binary(max_size=200).map(lambda rest: b"PK\3\4" + rest))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        members = read_archive(data, source="it")
    except DocumentError:
        return
    assert write_archive(members) == data


@settings(max_examples=100, deadline=None)
@given(values=st.lists(JSON, min_size=1, max_size=12), data=st.data())
def test_any_line_of_any_part_is_proved_and_no_other_line_by_its_proof(
    values: list[Any], data: st.DataObject
) -> None:
    salts = count()
    content = salted_lines(values, new_salt=lambda: next(salts).to_bytes(32, "big"))
    committed = commit_lines(content)
    assert committed.count == len(values)

    def told(value: dict[str, Any]) -> None:
        value["parts"][2]["lines"] = committed.to_json()

    finding = edited(a_bundle().finding, told)
    index = data.draw(st.integers(0, len(values) - 1))
    proof = prove_line(finding, PartName.TRIALS, content, index)
    check_line(finding, proof)
    assert json.loads(proof.line)["value"] == values[index]
    for other, line in enumerate(lines_of(content)):
        forged = proof.model_copy(update={"line": line.decode()})
        if line.decode() != proof.line:
            assert not holds(finding, forged)
        moved = proof.model_copy(update={"index": other})
        assert holds(finding, moved) is (other == index)


def holds(finding: Any, proof: LineProof) -> bool:
    try:
        check_line(finding, proof)
    except DocumentError:
        return False
    return True


@settings(max_examples=150, deadline=None)
@given(value=JSON)
def test_any_json_in_the_place_of_a_document_is_refused_with_a_sentence(value: Any) -> None:
    try:
        read_signed(canonical_bytes(value), source="it")
    except DocumentError as error:
        said = error.message
    else:
        said = "nothing"
    assert said.startswith("it ")
    assert "\n" not in said


@settings(max_examples=60, deadline=None)
@given(
    name=st.sampled_from(sorted(a_grown_bundle().members)),
    data=st.binary(max_size=300) | JSON.map(canonical_bytes),
)
def test_anything_in_the_place_of_a_member_fails_and_never_crashes(name: str, data: bytes) -> None:
    with TemporaryDirectory() as folder:
        found = failures(audited(changed(a_grown_bundle(), {name: data}), Path(folder)))
        assert name in {member for _, member, _ in found}
    with suppress(GroundstopError):
        assert changed(a_grown_bundle(), {name: data}).finding == a_grown_bundle().finding


@settings(max_examples=50, deadline=None)
@given(data=st.binary(max_size=2_000))
def test_whatever_is_sealed_is_opened_again_and_never_shown(data: bytes) -> None:
    sealed = encrypt(data, [alder().card.recipient])
    assert alder().identity.unseal(sealed) == data
    payload = sealed[sealed.index(b"\n---") :]
    assert len(data) < 8 or data not in payload
