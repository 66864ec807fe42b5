"""A log survives kills, power cuts and full disks at every step, and files that are in its way."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest

from groundstop.evidence.log import (
    DamagedLogError,
    KeyKind,
    Known,
    LogError,
    LogReader,
    LogWriter,
    SeenHeads,
    audit,
    cosign,
    file_names,
    folder_files,
)
from groundstop.evidence.log.disk import MAX_FILE_BYTES
from tests.faults.evidence.disk_faults import Disk, Killed, failing
from tests.unit.evidence.log.logs import (
    KEY,
    ORIGIN,
    SIGNER,
    START,
    WITNESS,
    Clock,
    a_copy,
    a_log,
    contents,
    entries,
    reader_of,
)

WITNESS_KEY = WITNESS.key(KeyKind.COSIGNATURE)
GROWTHS = [(0, 1), (250, 260), (255, 256), (10, 1100)]
"""The first entry; across a tile's end, so that partial tiles go; up to it; enough files for threads."""

LATER = START + timedelta(days=1)


def a_writer(folder: Path) -> LogWriter:
    return LogWriter(folder, SIGNER, clock=Clock(LATER))


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> Callable[[int], Path]:
    made: dict[int, Path] = {}

    def log_of(size: int) -> Path:
        if size not in made:
            made[size] = tmp_path_factory.mktemp("log") / str(size)
            a_log(made[size], *([size // 2, size] if size > 1 else [size] if size else []))
        return made[size]

    return log_of


def check_and_go_on(folder: Path, *sizes: int) -> int:
    """The log is whole, has one of these sizes, and takes another entry; return the size that it had."""
    known = Known(keys=[KEY], names=file_names(folder))
    assert audit(folder_files(folder), known) == ()
    seen = reader_of(folder).checkpoint
    writer = a_writer(folder)
    size = writer.complete().checkpoint.size
    assert size in sizes
    after = reader_of(folder)
    assert after.root(seen.size) == seen.root
    done = writer.append(entries(5000, 5001))
    assert done.first == size
    known = Known(keys=[KEY], names=file_names(folder))
    assert audit(folder_files(folder), known) == ()
    numbers = [int(entry.document.removeprefix("sha256:"), 16) for entry in reader_of(folder).entries()]
    assert numbers == [*range(size), 5000]
    return size


def attempts(base: Path, folder: Path, act: Callable[[Path], object]) -> Iterator[Disk]:
    """Do something on a copy again and again, killed one step later each time, until it gets through."""
    fail_at = 0
    while True:
        copy = a_copy(base, folder / str(fail_at))
        disk = Disk(copy, fail_at)
        with failing(disk), suppress(Killed):
            act(copy)
        through = not disk.failed
        yield disk
        if through:
            return
        fail_at += 1


@pytest.mark.parametrize(("size", "target"), GROWTHS)
def test_a_kill_at_any_step_leaves_a_log_that_has_the_entries_or_not_and_goes_on(
    tmp_path: Path, logs: Callable[[int], Path], size: int, target: int
) -> None:
    def act(folder: Path) -> None:
        a_writer(folder).append(entries(size, target))

    found = [
        check_and_go_on(disk.root, size, target)
        for disk in attempts(logs(size), tmp_path, act)
        if some(disk, target)
    ]
    # There is one step before which nothing and after which everything is logged.
    assert found == sorted(found)
    assert (found[0], found[-1]) == (size, target)


def some(disk: Disk, target: int) -> bool:
    """All steps of small appends, and every seventh of the large one, whose steps are much alike."""
    return target < 1000 or disk.steps % 7 == 0 or not disk.failed


@pytest.mark.parametrize(("size", "target"), GROWTHS[:2])
def test_a_power_cut_at_any_step_loses_nothing_that_an_append_returned(
    tmp_path: Path, logs: Callable[[int], Path], size: int, target: int
) -> None:
    def act(folder: Path) -> None:
        a_writer(folder).append(entries(size, target))

    for disk in attempts(logs(size), tmp_path, act):
        for seed in range(3):
            left = disk.after_a_power_cut(tmp_path / f"{disk.fail_at}-{seed}", Random(seed))
            found = check_and_go_on(left, size, target)
            assert disk.failed or found == target


def test_a_power_cut_after_a_kill_loses_nothing_that_was_completed(
    tmp_path: Path, logs: Callable[[int], Path]
) -> None:
    def act(folder: Path) -> None:
        a_writer(folder).append(entries(250, 260))

    for number, disk in enumerate(attempts(logs(250), tmp_path, act)):
        disk.fail_at = None
        with failing(disk):
            size = a_writer(disk.root).complete().checkpoint.size
        check_and_go_on(disk.after_a_power_cut(tmp_path / f"cut-{number}", Random(number)), size)


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO])
@pytest.mark.parametrize(("size", "target"), GROWTHS[:2])
def test_a_disk_that_fails_at_any_step_is_told_and_the_log_goes_on(
    tmp_path: Path, logs: Callable[[int], Path], size: int, target: int, code: int
) -> None:
    fail_at = 0
    failed = True
    while failed:
        folder = a_copy(logs(size), tmp_path / str(fail_at))
        disk = Disk(folder, fail_at, OSError(code, os.strerror(code)), for_good=code == errno.ENOSPC)
        said: LogError | None = None
        with failing(disk):
            try:
                a_writer(folder).append(entries(size, target))
            except LogError as error:
                said = error
        found = check_and_go_on(folder, size, target)
        if said is None:
            # What is left to do after the checkpoint is in place is tidying up.
            assert found == target
        else:
            assert os.strerror(code) in said.message
            assert "Nothing was logged" not in said.hint or found == size
        failed = disk.failed
        fail_at += 1
    assert fail_at > 10


def test_a_full_disk_stops_a_large_append_whole(tmp_path: Path, logs: Callable[[int], Path]) -> None:
    folder = a_copy(logs(10), tmp_path / "log")
    disk = Disk(folder, 12, OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)), for_good=True)
    with failing(disk), pytest.raises(LogError, match="cannot be written: No space left on device") as caught:
        a_writer(folder).append(entries(10, 3000))
    assert "Nothing was logged" in caught.value.hint
    check_and_go_on(folder, 10)


def test_beginning_a_log_can_be_interrupted_at_any_step_and_begun_again(tmp_path: Path) -> None:
    (tmp_path / "none").mkdir()

    def act(folder: Path) -> None:
        LogWriter.create(folder, SIGNER, clock=Clock())

    for disk in attempts(tmp_path / "none", tmp_path, act):
        if not (disk.root / "checkpoint").exists():
            LogWriter.create(disk.root, SIGNER, clock=Clock())
        check_and_go_on(disk.root, 0)


def test_completing_an_interrupted_append_can_itself_be_interrupted(
    tmp_path: Path, logs: Callable[[int], Path]
) -> None:
    base = committed(tmp_path, logs(250))

    def complete(folder: Path) -> None:
        a_writer(folder).complete()

    for disk in attempts(base, tmp_path / "second", complete):
        check_and_go_on(disk.root, 260)


def committed(tmp_path: Path, base: Path) -> Path:
    """A log of 250 entries, killed when ten more were committed and nothing had been moved to its place."""

    def append(folder: Path) -> None:
        a_writer(folder).append(entries(250, 260))

    *_, folder = (
        disk.root
        for disk in attempts(base, tmp_path / "tries", append)
        if len(list((disk.root / "staged").iterdir())) == 6
    )
    return folder


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("tile+0+000", "The log has no tile/0/000"),
        ("tile+entries+000", "cannot be completed: tile/entries/000 is missing"),
    ],
)
def test_an_interrupted_append_whose_files_are_gone_is_told_and_the_log_stays_as_it_was(
    tmp_path: Path, logs: Callable[[int], Path], name: str, said: str
) -> None:
    folder = committed(tmp_path, logs(250))
    (folder / "staged" / name).unlink()
    with pytest.raises(DamagedLogError, match=said):
        a_writer(folder).complete()
    assert reader_of(folder).size == 250


def test_what_is_staged_from_another_copy_of_the_log_is_refused(
    tmp_path: Path, logs: Callable[[int], Path]
) -> None:
    folder = committed(tmp_path, logs(250))
    other = a_log(tmp_path / "other", 100, 254).folder
    for path in (folder / "staged").iterdir():
        (other / "staged" / path.name).write_bytes(path.read_bytes())
    with pytest.raises(DamagedLogError, match=r"What is staged in .* does not continue the log"):
        a_writer(other).append(entries(254, 255))
    assert reader_of(other).size == 254


def test_keeping_a_cosignature_can_be_interrupted_at_any_step(
    tmp_path: Path, logs: Callable[[int], Path]
) -> None:
    note = reader_of(logs(3)).signed.note
    note = note.with_signature(cosign(note, WITNESS, START))

    def act(folder: Path) -> None:
        a_writer(folder).keep_cosignature(note.to_bytes(), WITNESS_KEY)

    for disk in attempts(logs(3), tmp_path, act):
        path = a_writer(disk.root).keep_cosignature(note.to_bytes(), WITNESS_KEY)
        assert (disk.root / path).read_bytes() == note.to_bytes()
        check_and_go_on(disk.root, 3)


def test_a_remembered_head_is_the_old_or_the_new_one_whenever_it_is_interrupted(
    tmp_path: Path, logs: Callable[[int], Path]
) -> None:
    heads = tmp_path / "heads"
    log = a_copy(logs(3), tmp_path / "log")
    SeenHeads(heads).remember(reader_of(log))
    a_writer(log).append(entries(3, 5))

    def act(folder: Path) -> None:
        SeenHeads(folder).remember(reader_of(log))

    for disk in attempts(heads, tmp_path / "tries", act):
        for seed, folder in enumerate(
            [disk.root, disk.after_a_power_cut(tmp_path / f"cut-{disk.fail_at}", Random(1))]
        ):
            last = SeenHeads(folder).last(ORIGIN)
            assert last is not None
            assert last.checkpoint.size in ((3, 5) if disk.failed else (5,)), seed
            SeenHeads(folder).remember(reader_of(log))
            assert SeenHeads(folder).last(ORIGIN) == reader_of(log).signed


KILLED = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from groundstop.evidence.log import LogWriter
from tests.unit.evidence.log.logs import SIGNER, entries
writer = LogWriter(Path(sys.argv[1]), SIGNER, clock=lambda: datetime.now(UTC))
for number in range(int(sys.argv[2]), 5000):
    writer.append(entries(number, number + 1))
    print(number + 1, flush=True)
"""


@pytest.mark.parametrize("returned", [1, 8])
def test_a_real_kill_loses_nothing_that_an_append_returned(
    tmp_path: Path, logs: Callable[[int], Path], returned: int
) -> None:
    folder = a_copy(logs(250), tmp_path / "log")
    with subprocess.Popen(
        [sys.executable, "-c", KILLED, str(folder), "250"],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    ) as process:
        assert process.stdout is not None
        last = [int(process.stdout.readline()) for _ in range(returned)][-1]
        process.send_signal(signal.SIGKILL)
        last = max([last, *map(int, process.stdout.read().split())])
    # The clock of the child is the real one, so the log goes on by that.
    writer = LogWriter(
        folder, SIGNER, clock=Clock(reader_of(folder).entry(last - 1).logged + timedelta(days=1))
    )
    size = writer.complete().checkpoint.size
    assert size in (last, last + 1)
    assert audit(folder_files(folder), Known(keys=[KEY], names=file_names(folder))) == ()
    assert writer.append(entries(size, size + 1)).first == size


def test_a_real_full_disk_gives_the_same_sentence(tmp_path: Path) -> None:
    mount = tmp_path / "small"
    mount.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=600k", "tmpfs", str(mount)], capture_output=True, check=False
    )
    if mounted.returncode != 0:
        pytest.skip("a small file system cannot be mounted here (needs root)")
    try:
        writer = a_log(mount / "log", 3)
        with pytest.raises(LogError, match="No space left on device"):
            writer.append(entries(3, 5000))
        check_and_go_on(mount / "log", 3)
    finally:
        subprocess.run(["umount", str(mount)], check=True)


@pytest.mark.parametrize("path", ["checkpoint", "tile/0/000.p/3", "tile/entries/000.p/3"])
def test_what_is_no_regular_file_does_not_hold_the_program_up(tmp_path: Path, path: str) -> None:
    folder = a_log(tmp_path / "log", 3).folder
    (folder / path).unlink()
    os.mkfifo(folder / path)
    with pytest.raises(LogError, match="is not a regular file"):
        a_writer(folder).append(entries(3, 4))
    (folder / path).unlink()
    (folder / path).mkdir()
    with pytest.raises(LogError, match="is not a regular file"):
        a_writer(folder).append(entries(3, 4))


def test_a_file_without_end_is_not_read(tmp_path: Path) -> None:
    folder = a_log(tmp_path / "log", 3).folder
    with (folder / "tile/0/000.p/3").open("r+b") as file:
        file.truncate(1 << 40)
    with pytest.raises(LogError, match=f"holds more than {MAX_FILE_BYTES:,} bytes"):
        a_writer(folder).append(entries(3, 4))


def test_links_that_lead_nowhere_or_to_themselves_are_told(tmp_path: Path) -> None:
    folder = a_log(tmp_path / "log", 3).folder
    (folder / "checkpoint").unlink()
    (folder / "checkpoint").symlink_to("checkpoint")
    with pytest.raises(LogError, match="cannot be read: Too many levels of symbolic links"):
        LogReader.open(folder_files(folder), [KEY])


def test_a_log_that_cannot_be_written_is_told_and_stays_as_it_was(tmp_path: Path) -> None:
    folder = a_log(tmp_path / "log", 3).folder
    before = contents(folder)
    (folder / "staged").rmdir()
    (folder / "staged").write_bytes(b"in the way")
    with pytest.raises(LogError, match="cannot be written: File exists"):
        a_writer(folder).append(entries(3, 4))
    (folder / "staged").unlink()
    assert contents(folder) == before
