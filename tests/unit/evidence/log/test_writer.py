from __future__ import annotations

import fcntl
import itertools
import os
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from groundstop.evidence.log import (
    ClockError,
    DamagedLogError,
    FormError,
    KeyKind,
    LogError,
    LogWriter,
    NewEntry,
    Signer,
    VerificationError,
    cosign,
    file_names,
    parse_checkpoint,
    sign_checkpoint,
    tile_paths,
    verify_consistency,
)
from groundstop.evidence.log.growth import Edge, grow
from tests.unit.evidence.log.logs import (
    KEY,
    ORIGIN,
    SIGNER,
    START,
    TYPE,
    WITNESS,
    Clock,
    a_log,
    a_signer,
    contents,
    entries,
    reader_of,
)

WITNESS_KEY = WITNESS.key(KeyKind.COSIGNATURE)


def test_a_new_log_is_a_signed_checkpoint_of_nothing(tmp_path: Path) -> None:
    a_log(tmp_path / "new" / "log")
    assert file_names(tmp_path / "new" / "log") == {"checkpoint"}
    assert reader_of(tmp_path / "new" / "log").size == 0


def test_a_log_is_begun_in_an_empty_folder_only(tmp_path: Path) -> None:
    a_log(tmp_path / "log", 1)
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "file").touch()
    for name in ("log", "other"):
        with pytest.raises(LogError, match=f"{name} is not empty"):
            LogWriter.create(tmp_path / name, SIGNER, clock=Clock())
    assert reader_of(tmp_path / "log").size == 1


def test_an_append_says_where_its_entries_are_and_when_they_were_logged(tmp_path: Path) -> None:
    writer = a_log(tmp_path, 3)
    done = writer.append(entries(3, 5))
    assert (done.first, done.signed.checkpoint.size) == (3, 5)
    assert reader_of(tmp_path).entry(4).logged == done.logged
    assert reader_of(tmp_path).signed == done.signed


def test_appending_nothing_changes_nothing(tmp_path: Path) -> None:
    writer = a_log(tmp_path, 3)
    before = contents(tmp_path)
    assert writer.append([]).signed == reader_of(tmp_path).signed
    assert contents(tmp_path) == before


def test_a_log_appended_to_bit_by_bit_is_the_log_appended_to_at_once(tmp_path: Path) -> None:
    class Stopped(Clock):
        def __call__(self) -> object:  # type: ignore[override]
            return START

    a_log(tmp_path / "bits", 1, 2, 200, 255, 256, 257, 600, clock=Stopped())
    a_log(tmp_path / "once", 600, clock=Stopped())
    bits, once = contents(tmp_path / "bits"), contents(tmp_path / "once")
    assert once.items() <= bits.items()
    assert set(once) == {"checkpoint", *map(str, tile_paths(600))}


def test_each_checkpoint_continues_the_one_before_it(tmp_path: Path) -> None:
    writer = a_log(tmp_path)
    heads = [reader_of(tmp_path).checkpoint]
    for stop in (1, 5, 256, 300):
        heads.append(writer.append(entries(heads[-1].size, stop)).signed.checkpoint)
    reader = reader_of(tmp_path)
    for old, new in itertools.pairwise(heads):
        proof = reader.consistency_proof(old.size, new.size)
        verify_consistency(old.size, new.size, proof, old.root, new.root)


def test_partial_tiles_are_kept_until_the_full_one_is_there(tmp_path: Path) -> None:
    writer = a_log(tmp_path, 1, 3)
    assert {"tile/0/000.p/1", "tile/0/000.p/3", "tile/entries/000.p/1"} <= file_names(tmp_path)
    writer.append(entries(3, 257))
    assert file_names(tmp_path) == {"checkpoint", *map(str, tile_paths(257))}


def test_the_work_of_an_append_does_not_grow_with_the_log() -> None:
    edge = grow(Edge(), [b"x"] * 70_000).edge
    assert sum(map(len, edge.levels)) + len(edge.entries) < 3 * 256
    files = grow(edge, [b"y"]).files
    assert set(files) == {"tile/entries/273.p/113", "tile/0/273.p/113"}


def test_a_clock_that_jumped_back_is_refused(tmp_path: Path) -> None:
    clock = Clock()
    writer = a_log(tmp_path, 3, clock=clock)
    clock.at = START - timedelta(hours=1)
    before = contents(tmp_path)
    with pytest.raises(ClockError, match=r"The clock jumped back: it says 2026-03-01 11:00:01 UTC") as caught:
        writer.append(entries(3, 4))
    assert "last entry was logged at 2026-03-01 12:00:01 UTC" in caught.value.message
    assert contents(tmp_path) == before


def test_two_entries_at_one_moment_are_no_jump(tmp_path: Path) -> None:
    clock = Clock()
    writer = a_log(tmp_path, 3, clock=clock)
    clock.at = START
    writer.append(entries(3, 4))
    assert reader_of(tmp_path).size == 4


def test_a_log_of_another_origin_is_refused(tmp_path: Path) -> None:
    a_log(tmp_path, 1)
    other = a_signer("log.example/case-8")
    with pytest.raises(LogError, match=f"is '{ORIGIN}', not 'log.example/case-8'"):
        LogWriter(tmp_path, other, clock=Clock()).append(entries(1, 2))


def test_a_log_of_another_key_is_refused(tmp_path: Path) -> None:
    a_log(tmp_path, 1)
    with pytest.raises(VerificationError, match=f"is not signed by {ORIGIN}"):
        LogWriter(tmp_path, a_signer(seed=7), clock=Clock()).append(entries(1, 2))


def test_a_folder_without_a_log_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LogError, match="There is no log in"):
        LogWriter(tmp_path, SIGNER, clock=Clock()).append(entries(0, 1))
    with pytest.raises(LogError, match="cannot be read: No such file or directory"):
        LogWriter(tmp_path / "nowhere", SIGNER, clock=Clock()).append(entries(0, 1))


def test_a_log_whose_checkpoint_was_removed_is_not_begun_anew(tmp_path: Path) -> None:
    writer = a_log(tmp_path, 3)
    (tmp_path / "checkpoint").unlink()
    with pytest.raises(LogError, match="There is no log in"):
        writer.append(entries(3, 4))
    with pytest.raises(LogError, match="is not empty"):
        LogWriter.create(tmp_path, SIGNER, clock=Clock())


@pytest.mark.parametrize("size", [3, 256, 300])
def test_a_log_whose_right_edge_is_damaged_is_refused(tmp_path: Path, size: int) -> None:
    edge = [path for path in tile_paths(size) if path.width < 256 or (size == 256 and path.level is None)]
    for number, path in enumerate(edge):
        folder = tmp_path / str(number)
        writer = a_log(folder, size)
        file = folder / str(path)
        file.write_bytes(file.read_bytes()[:-1] + b"!")
        before = contents(folder)
        with pytest.raises(DamagedLogError):
            writer.append(entries(size, size + 1))
        assert contents(folder) == before


@pytest.mark.parametrize("path", ["tile/0/001.p/44", "tile/1/000.p/1", "tile/entries/001.p/44"])
def test_a_log_whose_right_edge_is_missing_is_refused(tmp_path: Path, path: str) -> None:
    writer = a_log(tmp_path, 300)
    (tmp_path / path).unlink()
    with pytest.raises(DamagedLogError, match=f"The log has no {path.removesuffix('.p/44')}"):
        writer.append(entries(300, 301))


def test_an_entry_of_another_form_is_refused_and_nothing_is_logged(tmp_path: Path) -> None:
    writer = a_log(tmp_path, 3)
    before = contents(tmp_path)
    with pytest.raises(FormError, match="'document'"):
        writer.append([*entries(3, 5), NewEntry("sha256:short", TYPE)])
    assert contents(tmp_path) == before


def test_a_signer_that_signs_with_another_key_logs_nothing(tmp_path: Path) -> None:
    a_log(tmp_path, 3)
    wrong = Signer(ORIGIN, SIGNER.public_key, WITNESS.sign)
    with pytest.raises(VerificationError, match="does not hold"):
        LogWriter(tmp_path, wrong, clock=Clock()).append(entries(3, 4))
    assert reader_of(tmp_path).size == 3
    a_log_goes_on(tmp_path, 3)


def a_log_goes_on(folder: Path, size: int) -> None:
    later = Clock(START + timedelta(days=1))
    assert LogWriter(folder, SIGNER, clock=later).append(entries(size, size + 1)).first == size


def test_two_programs_never_append_at_once(tmp_path: Path) -> None:
    writer = a_log(tmp_path, 1)
    handle = os.open(tmp_path, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        with pytest.raises(LogError, match="is being written to by another program"):
            writer.append(entries(1, 2))
    finally:
        os.close(handle)
    writer.append(entries(1, 2))


def test_a_checkpoint_that_a_witness_saw_is_kept_beside_the_newest(tmp_path: Path) -> None:
    writer = a_log(tmp_path, 3)
    signed = reader_of(tmp_path).signed
    cosigned = signed.note.with_signature(cosign(signed.note, WITNESS, START + timedelta(minutes=1)))
    writer.append(entries(3, 5))
    path = writer.keep_cosignature(cosigned.to_bytes(), WITNESS_KEY)
    assert path == f"cosigned/3-20260301T120100Z-{WITNESS_KEY.key_id.hex()}"
    assert parse_checkpoint((tmp_path / path).read_bytes(), source=path).note == cosigned
    assert reader_of(tmp_path).size == 5
    a_log_goes_on(tmp_path, 5)


def test_only_the_logs_and_the_witness_lines_are_kept(tmp_path: Path) -> None:
    writer = a_log(tmp_path, 3)
    note = reader_of(tmp_path).signed.note
    for witness in (WITNESS, a_signer("stranger.example", seed=8)):
        note = note.with_signature(cosign(note, witness, START))
    kept = (tmp_path / writer.keep_cosignature(note.to_bytes(), WITNESS_KEY)).read_bytes()
    assert [line.name for line in parse_checkpoint(kept, source="it").note.signatures] == [
        ORIGIN,
        WITNESS.name,
    ]


def test_a_cosigned_checkpoint_of_another_tree_is_not_kept(tmp_path: Path) -> None:
    writer = a_log(tmp_path, 3)
    checkpoint = replace(reader_of(tmp_path).checkpoint, root=bytes(32))
    forked = sign_checkpoint(checkpoint, SIGNER).note
    forked = forked.with_signature(cosign(forked, WITNESS, START))
    with pytest.raises(VerificationError, match=r"never had the head that witness\.example/w1 cosigned"):
        writer.keep_cosignature(forked.to_bytes(), WITNESS_KEY)


def test_a_checkpoint_without_the_cosignature_or_of_another_log_is_not_kept(tmp_path: Path) -> None:
    writer = a_log(tmp_path, 3)
    note = reader_of(tmp_path).signed.note
    with pytest.raises(VerificationError, match=r"has no cosignature by witness\.example/w1"):
        writer.keep_cosignature(note.to_bytes(), WITNESS_KEY)
    unsigned = replace(note, signatures=(cosign(note, WITNESS, START),))
    with pytest.raises(VerificationError, match=f"is not signed by {KEY.name}"):
        writer.keep_cosignature(unsigned.to_bytes(), WITNESS_KEY)
