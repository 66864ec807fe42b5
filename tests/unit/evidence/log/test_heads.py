from __future__ import annotations

import fcntl
import os
import shutil
from pathlib import Path

import pytest

from groundstop.errors import ExitCode
from groundstop.evidence.log import (
    HeadAlarmError,
    LogError,
    LogReader,
    LogWriter,
    Remembered,
    SeenHeads,
    folder_files,
)
from tests.unit.evidence.log.logs import (
    KEY,
    ORIGIN,
    SIGNER,
    Clock,
    a_copy,
    a_log,
    a_signer,
    entries,
    reader_of,
)


def test_the_first_the_same_and_a_newer_head_are_remembered(tmp_path: Path) -> None:
    writer = a_log(tmp_path / "log", 3)
    heads = SeenHeads(tmp_path / "heads")
    assert heads.last(ORIGIN) is None
    assert heads.remember(reader_of(tmp_path / "log")) is Remembered.FIRST
    assert heads.remember(reader_of(tmp_path / "log")) is Remembered.SAME
    writer.append(entries(3, 300))
    assert heads.remember(reader_of(tmp_path / "log")) is Remembered.NEWER
    assert heads.last(ORIGIN) == reader_of(tmp_path / "log").signed


def test_an_empty_log_may_be_continued_by_any(tmp_path: Path) -> None:
    writer = a_log(tmp_path / "log")
    heads = SeenHeads(tmp_path / "heads")
    heads.remember(reader_of(tmp_path / "log"))
    writer.append(entries(0, 2))
    assert heads.remember(reader_of(tmp_path / "log")) is Remembered.NEWER


def test_a_log_that_went_backwards_is_an_alarm_and_what_was_seen_stays(tmp_path: Path) -> None:
    writer = a_log(tmp_path / "log", 3)
    old = a_copy(tmp_path / "log", tmp_path / "old")
    writer.append(entries(3, 7))
    heads = SeenHeads(tmp_path / "heads")
    heads.remember(reader_of(tmp_path / "log"))
    with pytest.raises(HeadAlarmError, match="went backwards: it had 7 entries and now has 3") as caught:
        heads.remember(reader_of(old))
    assert caught.value.exit_code is ExitCode.BAD
    assert heads.last(ORIGIN) == reader_of(tmp_path / "log").signed


@pytest.mark.parametrize("size", [3, 4, 300])
def test_a_log_that_forked_is_an_alarm(tmp_path: Path, size: int) -> None:
    a_log(tmp_path / "log", 3)
    heads = SeenHeads(tmp_path / "heads")
    heads.remember(reader_of(tmp_path / "log"))
    fork = LogWriter.create(tmp_path / "fork", SIGNER, clock=Clock())
    fork.append(entries(1000, 1000 + size))
    with pytest.raises(HeadAlarmError, match="forked: it does not continue the 3 entries that were seen"):
        heads.remember(reader_of(tmp_path / "fork"))
    assert heads.last(ORIGIN) == reader_of(tmp_path / "log").signed


def test_logs_are_remembered_apart_whatever_their_names(tmp_path: Path) -> None:
    heads = SeenHeads(tmp_path / "heads")
    names = ["../../etc/passwd", "a/b", "x" * 300]
    for number, name in enumerate(names, start=1):
        signer = a_signer(name)
        a_log(tmp_path / str(number), number, signer=signer)
        reader = LogReader.open(folder_files(tmp_path / str(number)), [signer.key()])
        assert heads.remember(reader) is Remembered.FIRST
    assert [heads.last(name).checkpoint.size for name in names] == [1, 2, 3]  # type: ignore[union-attr]
    assert len(list((tmp_path / "heads").iterdir())) == 3


def test_only_the_owner_can_read_what_was_seen(tmp_path: Path) -> None:
    a_log(tmp_path / "log", 3)
    heads = SeenHeads(tmp_path / "heads")
    heads.remember(reader_of(tmp_path / "log"))
    assert heads.path(ORIGIN).stat().st_mode & 0o777 == 0o600
    assert heads.folder.stat().st_mode & 0o777 == 0o700


def test_what_was_seen_and_then_spoilt_is_told_and_never_replaced(tmp_path: Path) -> None:
    a_log(tmp_path / "log", 3)
    other = a_signer("other.example")
    a_log(tmp_path / "other", 3, signer=other)
    heads = SeenHeads(tmp_path / "heads")
    heads.remember(reader_of(tmp_path / "log"))
    for spoilt in (b"", b"what", (tmp_path / "other" / "checkpoint").read_bytes()):
        heads.path(ORIGIN).write_bytes(spoilt)
        with pytest.raises(LogError, match=f"is not what was seen of the log {ORIGIN}"):
            heads.remember(reader_of(tmp_path / "log"))
        assert heads.path(ORIGIN).read_bytes() == spoilt


def test_two_programs_never_remember_at_once(tmp_path: Path) -> None:
    a_log(tmp_path / "log", 3)
    heads = SeenHeads(tmp_path / "heads")
    heads.remember(reader_of(tmp_path / "log"))
    handle = os.open(heads.folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        with pytest.raises(LogError, match="is being written to by another program"):
            heads.remember(reader_of(tmp_path / "log"))
    finally:
        os.close(handle)


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    a_log(tmp_path / "log", 3)
    (tmp_path / "file").touch()
    with pytest.raises(LogError, match="cannot be kept in"):
        SeenHeads(tmp_path / "file" / "heads").remember(reader_of(tmp_path / "log"))


def test_a_log_that_moved_with_its_key_is_still_the_same(tmp_path: Path) -> None:
    a_log(tmp_path / "log", 3)
    heads = SeenHeads(tmp_path / "heads")
    heads.remember(reader_of(tmp_path / "log"))
    shutil.move(tmp_path / "log", tmp_path / "moved")
    reader = LogReader.open(folder_files(tmp_path / "moved"), [KEY])
    assert heads.remember(reader) is Remembered.SAME
