"""Kill -9 in the middle of a reproduction or a minimization, go on, and get what one run would have got."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from groundstop.assessment import Minimized, Progress, minimize, reproduce
from groundstop.documents import Reproduction, Sampling
from groundstop.store import RunKind, RunOptions, Workspace
from groundstop.targets.scripted import Script, ScriptedTarget
from tests.assessing import surroundings
from tests.ledger import Silent
from tests.reproducing import (
    RULE,
    a_conversation,
    a_minimization_plan,
    a_recipe,
    a_reproduction_plan,
    minimized,
    reproduced,
)
from tests.virtual_time import run_in_virtual_time

SCRIPT = Script(rate=0.4, latency=1, violated_latency=9, concurrency=8, error_rate=0.05)
LONG = a_conversation(
    "system: Be kind", "user: Hello", "assistant: Hello", "user: Tell me", sampling=Sampling(top_p=0.9)
)

KILLED = """
import os, signal, sys
from pathlib import Path
from tests.faults.assessment import test_reproduction_killed as this

class Killing:
    left = int(sys.argv[3])
    def phase(self, title, *, expected_calls): pass
    def note(self, text): pass
    def trial(self, trial):
        self.left -= 1
        if self.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

this.carried_out(Path(sys.argv[1]), sys.argv[2], progress=Killing())
"""


def carried_out(folder: Path, kind: str, *, progress: Progress | None = None) -> Reproduction | Minimized:
    """Carry out the one run of a workspace, or the rest of it."""
    workspace = Workspace(folder)
    target = ScriptedTarget(SCRIPT)
    recipe = a_recipe() if kind == RunKind.REPRODUCE else LONG
    make = a_reproduction_plan if kind == RunKind.REPRODUCE else a_minimization_plan
    plan = make(recipe, target)
    if not workspace.runs():
        workspace.create_run(plan, RunOptions(targets=("scripted:custom",)), kind=RunKind(kind))
    (run,) = workspace.runs()
    assert run.plan == plan
    assert run.kind == kind
    around = replace(surroundings(), ledger=workspace.ledger(run.id), progress=progress or Silent())
    if kind == RunKind.REPRODUCE:
        return run_in_virtual_time(reproduce(plan, recipe, target, around, judge=RULE))
    return run_in_virtual_time(minimize(plan, recipe, target, around, judge=RULE))


def killed(folder: Path, kind: str, after: int) -> None:
    process = subprocess.run(
        [sys.executable, "-c", KILLED, str(folder), kind, str(after)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert process.returncode == -9, process.stderr


def recorded_once(folder: Path) -> bool:
    keys = Workspace(folder)._connection.execute("SELECT key FROM trials").fetchall()
    return max(Counter(keys).values()) == 1


@pytest.mark.parametrize("kills", [(4,), (15, 9), (33,)])
def test_a_reproduction_killed_in_any_part_ends_as_the_whole_one(tmp_path: Path, kills: tuple[int]) -> None:
    for after in kills:
        killed(tmp_path, RunKind.REPRODUCE, after)
    result = carried_out(tmp_path, RunKind.REPRODUCE)
    expected = reproduced(SCRIPT)
    assert isinstance(result, Reproduction)
    for name in ("outcome", "reason", "decision", "violated", "n", "e_value", "rate"):
        assert getattr(result, name) == getattr(expected, name)
    assert recorded_once(tmp_path), "a recorded trial was made again"


@pytest.mark.parametrize("kills", [(2,), (6, 4)])
def test_a_minimization_killed_in_any_part_ends_as_the_whole_one(tmp_path: Path, kills: tuple[int]) -> None:
    for after in kills:
        killed(tmp_path, RunKind.MINIMIZE, after)
    result = carried_out(tmp_path, RunKind.MINIMIZE)
    expected = minimized(ScriptedTarget(SCRIPT), LONG)
    assert isinstance(result, Minimized)
    assert (result.recipe, result.steps, result.complete) == (expected.recipe, expected.steps, True)
    assert recorded_once(tmp_path), "a recorded trial was made again"
