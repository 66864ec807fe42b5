"""The soak of the benchmarks, for a few seconds: mixed traffic, faults and orders that come and go."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from tests.commands import environment

ROOT = Path(__file__).parents[3]


def test_a_few_seconds_of_everything_at_once_show_no_wrong_answer(tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    options = ["--minutes", "0.1", "--rate", "40", "--cycle-s", "3", "--sample-s", "1"]
    done = subprocess.run(
        [sys.executable, "benchmarks/gateway_soak.py", *options, "--output", report, "--folder", tmp_path],
        cwd=ROOT,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    found = json.loads(report.read_text())
    assert found["wrong"] == []
    assert sum(found["good"].values()) > 100
    assert found["orders"]["changes"] >= 2
    assert found["receipts"]["passed"]
    assert found["receipts"]["answered"] > 100
