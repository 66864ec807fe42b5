"""An import is kept whole or not at all."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from groundstop.documents.imports import ImportedTrial
from groundstop.errors import InputError, WorkspaceError
from groundstop.store import RunOptions, Workspace
from tests.imported import an_import, imported_trials
from tests.samples import a_plan

OPTIONS = RunOptions(targets=())

KILLED = """
import os, signal, sys
from pathlib import Path
from groundstop.store import RunOptions, Workspace
from tests.imported import an_import, imported_trials

def trials():
    for number, one in enumerate(imported_trials(5000)):
        if number == int(sys.argv[2]):
            os.kill(os.getpid(), signal.SIGKILL)
        yield one

Workspace(Path(sys.argv[1])).record_import(an_import(5000), trials(), RunOptions(targets=()))
"""


@pytest.mark.parametrize("last", [0, 4999])
def test_a_kill_in_the_middle_leaves_nothing_and_the_import_can_be_made_again(
    tmp_path: Path, last: int
) -> None:
    process = subprocess.run(
        [sys.executable, "-c", KILLED, str(tmp_path), str(last)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert process.returncode == -9, process.stderr
    workspace = Workspace(tmp_path)
    assert workspace.runs() == []
    assert workspace._connection.execute("SELECT count(*) FROM trials").fetchone() == (0,)
    run = workspace.record_import(an_import(5000), imported_trials(5000), OPTIONS)
    assert sum(1 for _ in workspace.ledger(run.id).transcripts()) == 5000


def test_a_file_that_breaks_in_the_middle_leaves_nothing_and_other_runs_go_on(tmp_path: Path) -> None:
    def broken() -> Iterator[tuple[ImportedTrial, str, str | None]]:
        yield from imported_trials(50)
        raise InputError("Line 51 is broken", "Mend it")

    workspace = Workspace(tmp_path)
    with pytest.raises(InputError, match="Line 51"):
        workspace.record_import(an_import(60), broken(), OPTIONS)
    assert workspace.runs() == []
    workspace.create_run(a_plan(), OPTIONS)
    assert len(workspace.runs()) == 1


def test_a_disk_that_fills_up_leaves_nothing_of_the_import(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    pages = workspace._connection.execute("PRAGMA page_count").fetchone()[0]
    workspace._connection.execute(f"PRAGMA max_page_count = {pages + 2}")
    with pytest.raises(WorkspaceError, match="is full"):
        workspace.record_import(an_import(5000), imported_trials(5000), OPTIONS)
    assert workspace.runs() == []
