"""Kill -9 at random moments, resume, and get what an uninterrupted run would have got."""

from __future__ import annotations

import random
import signal
import subprocess
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from groundstop.assessment import TrialKey
from groundstop.store import Workspace
from tests.commands import PROGRAM, environment, groundstop

TARGET = "scripted:custom?rate=0.02&latency=0.05&violated_latency=0.3&error_rate=0.05&concurrency=8"
ASSESS = ("assess", "--target", TARGET, "--behavior", "keep-secret", "--seed", "7", "--json")


def calls_made(folder: Path) -> int:
    """Count the calls on record, of whatever run there is."""
    if not (folder / ".groundstop" / "workspace.db").exists():
        return 0
    workspace = Workspace(folder)
    calls = sum(workspace.ledger(run.id).totals().calls for run in workspace.runs())
    workspace.close()
    return calls


def killed_amid(arguments: tuple[str, ...], folder: Path, *, calls: int, delay_s: float) -> bool:
    """Start a command and kill it some calls later; tell whether it was still running.

    The moment is counted in calls, not in seconds: on a busy machine a program may take seconds to start.
    """
    before = calls_made(folder)
    process = subprocess.Popen(
        [*PROGRAM, *arguments],
        cwd=folder,
        env=environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    while process.poll() is None and calls_made(folder) < before + calls:
        time.sleep(0.01)
    time.sleep(delay_s)
    if process.poll() is not None:
        return False
    process.send_signal(signal.SIGKILL)
    process.wait()
    return True


def decided(result: dict[str, Any]) -> dict[str, Any]:
    """Return all of a class's result but the number of trials that came too late to count."""
    return {name: value for name, value in result.items() if name != "late"}


def test_ten_kills_change_nothing_and_repeat_no_recorded_call(tmp_path: Path) -> None:
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    whole.mkdir()
    broken.mkdir()
    expected = groundstop(*ASSESS, folder=whole).json
    chance = random.Random(20260702)
    kills = 0
    for _ in range(10):
        begun = Workspace(broken).runs()
        command = ("runs", "resume", "last") if begun else ASSESS
        kills += killed_amid(command, broken, calls=chance.randint(1, 24), delay_s=chance.uniform(0, 0.05))
    resumed = groundstop("runs", "resume", "last", "--json", folder=broken).json

    assert kills >= 4, "too few kills hit a running program to show anything"
    assert resumed["decision"] == expected["decision"]
    assert [decided(one) for one in resumed["classes"]] == [decided(one) for one in expected["classes"]]

    workspace = Workspace(broken)
    (run,) = workspace.runs()
    recorded = workspace._connection.execute("SELECT key FROM trials").fetchall()
    assert max(Counter(recorded).values()) == 1, "a recorded trial was made again"
    totals = workspace.ledger(run.id).totals()
    trials = list(workspace.ledger(run.id).trials())
    assert len({TrialKey.of(trial) for trial in trials}) == len(trials)
    # What a kill may lose is what was in flight: attempts of at most 8 trials each time.
    assert totals.interrupted <= 8 * kills
    assert totals.calls >= sum(trial.attempts for trial in trials)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_ends_in_order_and_says_how_to_go_on(tmp_path: Path, number: signal.Signals) -> None:
    slow = "scripted:custom?latency=0.05&concurrency=4"
    process = subprocess.Popen(
        [*PROGRAM, "assess", "--target", slow, "--technique", "list", "--seed", "1"],
        cwd=tmp_path,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    database = tmp_path / ".groundstop" / "workspace.db"
    for _ in range(200):
        if database.exists() and Workspace(tmp_path).runs():
            run = Workspace(tmp_path).runs()[0].id
            if Workspace(tmp_path).ledger(run).totals().calls > 4:
                break
        time.sleep(0.02)
    process.send_signal(number)
    _, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "Traceback" not in err
    assert f"groundstop runs resume {run}" in err
    totals = Workspace(tmp_path).ledger(run).totals()
    assert totals.calls > 4
    assert totals.interrupted == 0, "calls in flight end and are kept"
    resumed = groundstop("runs", "resume", "--json", folder=tmp_path)
    assert resumed.code == 0
    assert resumed.json["decision"] == "held"
