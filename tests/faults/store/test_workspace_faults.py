"""What can go wrong with the disk, each ending in one sentence."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from groundstop.errors import ExitCode, WorkspaceError
from groundstop.store import RunOptions, Workspace
from tests.samples import a_plan, a_trial

OPTIONS = RunOptions(targets=("scripted:held",), suite="canary")


def test_a_workspace_from_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    path = Workspace(tmp_path).path
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(WorkspaceError, match="has format 99") as caught:
        Workspace(tmp_path)
    assert "release of groundstop that wrote it" in caught.value.hint


def test_a_file_that_is_no_database_is_called_damaged(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    workspace.close()
    for name in ("workspace.db-wal", "workspace.db-shm"):
        (workspace.data / name).unlink(missing_ok=True)
    workspace.path.write_bytes(b"not a database, whatever it says" * 200)
    with pytest.raises(WorkspaceError, match="is damaged"):
        Workspace(tmp_path)


def test_a_corrupted_page_is_called_damaged_and_other_runs_stay_readable(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    run = workspace.create_run(a_plan(), OPTIONS)
    ledger = workspace.ledger(run.id)
    for index in range(400):
        ledger.record(a_trial(index=index), asked="[]", answered="no" * 50)
    workspace.close()
    size = workspace.path.stat().st_size
    with workspace.path.open("r+b") as file:
        file.seek(size // 2)
        file.write(os.urandom(8192))
    reopened = Workspace(tmp_path)
    with pytest.raises(WorkspaceError, match="is damaged"):
        list(reopened.ledger(run.id).trials())
    assert reopened.run(run.id).id == run.id


def test_a_full_disk_is_said_and_nothing_recorded_is_lost(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    run = workspace.create_run(a_plan(), OPTIONS)
    ledger = workspace.ledger(run.id)
    ledger.record(a_trial(index=0), asked="[]", answered="no")
    # SQLite itself raises SQLITE_FULL at this limit, as it does when the disk is full.
    pages = workspace._connection.execute("PRAGMA page_count").fetchone()[0]
    workspace._connection.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(WorkspaceError, match="is full"):
        ledger.record(a_trial(index=1), asked="[]", answered="no" * 100_000)
    workspace.close()
    assert [trial.index for trial in Workspace(tmp_path).ledger(run.id).trials()] == [0]


def test_a_real_full_disk_gives_the_same_sentence(tmp_path: Path) -> None:
    mount = tmp_path / "small"
    mount.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=400k", "tmpfs", str(mount)], capture_output=True, check=False
    )
    if mounted.returncode != 0:
        pytest.skip("a small file system cannot be mounted here (needs root)")
    try:
        workspace = Workspace(mount)
        ledger = workspace.ledger(workspace.create_run(a_plan(), OPTIONS).id)

        def fill() -> None:
            for index in range(1000):
                ledger.record(a_trial(index=index), asked="[]", answered="x" * 20_000)

        with pytest.raises(WorkspaceError, match=r"is full|failed while"):
            fill()
        workspace.close()
    finally:
        subprocess.run(["umount", str(mount)], check=True)


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(WorkspaceError, match="cannot be made") as caught:
        Workspace(tmp_path / "file")
    assert caught.value.exit_code is ExitCode.USAGE


def test_a_read_only_database_is_said(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    workspace._connection.execute("PRAGMA query_only = ON")
    with pytest.raises(WorkspaceError, match="cannot be written"):
        workspace.create_run(a_plan(), OPTIONS)


KILLED = """
import os, signal, sys
from pathlib import Path
from groundstop.documents import Usage
from groundstop.store import RunOptions, Workspace
from tests.samples import a_plan, a_trial
workspace = Workspace(Path(sys.argv[1]))
run = workspace.create_run(a_plan(), RunOptions(targets=("scripted:held",), suite="canary"))
ledger = workspace.ledger(run.id)
for index in range(100):
    ledger.call_started(Usage())
    ledger.record(a_trial(index=index), asked="[]", answered="no")
    print(index, flush=True)
    if index == int(sys.argv[2]):
        os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.parametrize("last", [0, 7, 42])
def test_a_kill_loses_nothing_that_was_recorded(tmp_path: Path, last: int) -> None:
    process = subprocess.run(
        [sys.executable, "-c", KILLED, str(tmp_path), str(last)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert process.returncode == -9, process.stderr
    workspace = Workspace(tmp_path)
    ledger = workspace.ledger(workspace.run("last").id)
    assert [trial.index for trial in ledger.trials()] == list(range(last + 1))
    assert ledger.totals().calls == last + 1
