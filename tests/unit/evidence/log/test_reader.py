from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from groundstop.evidence.log import (
    DamagedLogError,
    FormError,
    LogError,
    LogReader,
    VerificationError,
    leaf_hash,
    verify_consistency,
    verify_inclusion,
)
from tests.unit.evidence.log.logs import (
    KEY,
    ORIGIN,
    START,
    TYPE,
    WITNESS,
    a_log,
    contents,
    entries,
    reader_of,
)


def test_entries_come_back_in_order_each_with_its_time(tmp_path: Path) -> None:
    a_log(tmp_path, 2, 300)
    found = list(reader_of(tmp_path).entries())
    assert [entry.document for entry in found] == [f"sha256:{number:064x}" for number in range(300)]
    assert {entry.type for entry in found} == {TYPE}
    assert [(entry.logged - START).seconds for entry in found] == [1] * 2 + [2] * 298


def test_some_entries_can_be_asked_for(tmp_path: Path) -> None:
    a_log(tmp_path, 300)
    reader = reader_of(tmp_path)
    assert [int(entry.document[7:], 16) for entry in reader.entries(254, 258)] == [254, 255, 256, 257]
    assert list(reader.entries(299, 1000)) == [reader.entry(299)]
    assert list(reader.entries(300)) == []


@pytest.mark.parametrize("size", [1, 2, 255, 256, 257, 600])
def test_every_proof_that_a_log_gives_verifies(tmp_path: Path, size: int) -> None:
    a_log(tmp_path, size)
    reader = reader_of(tmp_path)
    root = reader.checkpoint.root
    assert reader.root(size) == root
    for index in {0, size // 3, size - 1}:
        hashed = leaf_hash(reader.entry_bytes(index))
        verify_inclusion(index, size, hashed, reader.inclusion_proof(index), root)
        verify_inclusion(
            index, index + 1, hashed, reader.inclusion_proof(index, index + 1), reader.root(index + 1)
        )
    for old in {0, 1, size // 3, size}:
        verify_consistency(old, size, reader.consistency_proof(old), reader.root(old), root)


def test_a_log_is_read_from_the_members_of_a_zip_as_from_a_folder(tmp_path: Path) -> None:
    a_log(tmp_path, 300)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, data in contents(tmp_path).items():
            archive.writestr(f"log/{name}", data)
    with zipfile.ZipFile(packed) as archive:
        members = set(archive.namelist())

        def read(path: str) -> bytes | None:
            return archive.read(f"log/{path}") if f"log/{path}" in members else None

        reader = LogReader.open(read, [KEY])
        assert list(reader.entries()) == list(reader_of(tmp_path).entries())
        assert reader.consistency_proof(7) == reader_of(tmp_path).consistency_proof(7)


def test_a_proof_in_a_large_log_reads_a_handful_of_tiles(tmp_path: Path) -> None:
    a_log(tmp_path, 70_000)
    files = contents(tmp_path)
    asked: list[str] = []

    def read(path: str) -> bytes | None:
        asked.append(path)
        return files.get(path)

    LogReader.open(read, [KEY]).inclusion_proof(1234)
    assert len(asked) <= 1 + 5
    asked.clear()
    LogReader.open(read, [KEY]).consistency_proof(1234)
    assert len(asked) <= 1 + 5


def test_a_reader_stays_at_its_checkpoint_when_the_log_grows_under_it(tmp_path: Path) -> None:
    writer = a_log(tmp_path, 250)
    before = reader_of(tmp_path)
    writer.append(entries(250, 260))
    assert before.size == 250
    # The partial tile has given way to the full one, of which this reader takes its part.
    assert before.root(250) == before.checkpoint.root
    assert before.entry(249).document.endswith("f9")
    with pytest.raises(LogError, match="The log of 250 entries has no entry 250"):
        before.entry(250)


@pytest.mark.parametrize("path", ["tile/entries/000", "tile/0/001.p/44", "tile/1/000.p/1"])
def test_entries_that_are_not_what_the_checkpoint_was_signed_over_are_not_returned(
    tmp_path: Path, path: str
) -> None:
    a_log(tmp_path, 300)
    file = tmp_path / path
    file.write_bytes(file.read_bytes()[:-1] + b"!")
    reader = reader_of(tmp_path)
    with pytest.raises(DamagedLogError, match="is not what the checkpoint was signed over"):
        # A tile above the lowest vouches for the entries beside those below it.
        [reader.entry(index) for index in (3, 280)]


@pytest.mark.parametrize("path", ["tile/entries/000", "tile/0/001.p/44"])
def test_a_missing_file_is_named(tmp_path: Path, path: str) -> None:
    a_log(tmp_path, 300)
    (tmp_path / path).unlink()
    with pytest.raises(DamagedLogError, match=f"The log has no {path}"):
        reader_of(tmp_path).entry(3)


def test_what_a_log_has_not_is_refused_with_a_sentence(tmp_path: Path) -> None:
    a_log(tmp_path, 5)
    reader = reader_of(tmp_path)
    with pytest.raises(LogError, match="The log of 5 entries has no entry 5"):
        reader.entry(5)
    with pytest.raises(LogError, match="A tree of 5 entries has no entry 5"):
        reader.inclusion_proof(5)
    for ask in (reader.root, reader.consistency_proof):
        with pytest.raises(LogError, match=r"5 entries"):
            ask(6)
    with pytest.raises(LogError, match="The log has 5 entries, not 6"):
        reader.inclusion_proof(1, 6)


def test_an_empty_log_has_no_entries_and_a_head(tmp_path: Path) -> None:
    a_log(tmp_path)
    reader = reader_of(tmp_path)
    assert (reader.size, list(reader.entries())) == (0, [])
    assert reader.root(0) == reader.checkpoint.root
    assert reader.consistency_proof(0) == ()


def test_without_a_checkpoint_there_is_no_log() -> None:
    with pytest.raises(DamagedLogError, match="The log has no checkpoint"):
        LogReader.open(lambda _: None, [KEY])


def test_a_log_is_opened_with_its_own_key_only(tmp_path: Path) -> None:
    a_log(tmp_path, 5)
    with pytest.raises(VerificationError, match=f"is of the log '{ORIGIN}', whose key was not given"):
        LogReader.open(lambda path: (tmp_path / path).read_bytes(), [WITNESS.key()])


def test_entries_of_another_program_can_be_read_as_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("groundstop.evidence.log.writer.encode_entries", lambda new, _: [b"other"] * len(new))
    a_log(tmp_path, 2)
    reader = reader_of(tmp_path)
    assert reader.entry_bytes(1) == b"other"
    with pytest.raises(FormError, match="Entry 1 has a wrong value"):
        reader.entry(1)
