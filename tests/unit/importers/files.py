"""Small result files in the real layouts of other tools; what they say is harmless."""

from __future__ import annotations

import io
import json
import sqlite3
import zipfile
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from groundstop.documents.imports import ImportedTrial
from groundstop.importers import ImportResult, read_results

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures" / "importers"
NOON = datetime(2026, 7, 2, 12, tzinfo=UTC)


def fixture(name: str) -> bytes:
    """Return the bytes of a fixture."""
    return (FIXTURES / name).read_bytes()


def imported(
    folder: Path, tool: str, data: bytes | str, *, name: str = "file", violated_when: str | None = None
) -> ImportResult:
    """Write bytes to a file, and import it."""
    path = folder / name
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return read_results(tool, path, now=NOON, violated_when=violated_when)


def verdicts(result: ImportResult) -> list[tuple[str, str]]:
    """Return the verdict and reason of each trial, in order."""
    return [(one.trial.verdict.value, one.trial.reason) for one in result.conversations]


def skipped(result: ImportResult) -> dict[str, int]:
    """Return how many records were skipped, by reason."""
    return {skip.reason: skip.count for skip in result.document.skipped}


def trials(result: ImportResult) -> list[ImportedTrial]:
    """Return the trials, in order."""
    return [one.trial for one in result.conversations]


def lines(*values: Any) -> str:
    """Return values as JSON lines."""
    return "".join(json.dumps(value) + "\n" for value in values)


def report_lines() -> list[dict[str, Any]]:
    """Return the lines of garak's report."""
    return [json.loads(line) for line in fixture("garak.report.jsonl").splitlines()]


def promptfoo_row(**changes: Any) -> dict[str, Any]:
    """Return the first result of promptfoo's file, with changes at its top."""
    row: dict[str, Any] = json.loads(fixture("promptfoo.results.jsonl").splitlines()[0])
    return row | changes


def checked(assertion: dict[str, Any], *, passed: bool, **result: Any) -> dict[str, Any]:
    """Return the part of a promptfoo result that tells how one assertion went."""
    component = {"pass": passed, "score": int(passed), "reason": "", "assertion": assertion} | result
    return {
        "success": passed,
        "failureReason": int(not passed),
        "gradingResult": {"pass": passed, "componentResults": [component]},
        "testCase": {"assert": [assertion]},
    }


def inspect_log(**sample_changes: Any) -> dict[str, Any]:
    """Return Inspect's log with its first sample alone, changed at its top."""
    log: dict[str, Any] = json.loads(fixture("inspect.json"))
    log["samples"] = [log["samples"][0] | sample_changes]
    return log


def an_eval(log: dict[str, Any], *, module: Any = zipfile, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return a log of Inspect in the form of a zip."""
    file = io.BytesIO()
    header = {key: value for key, value in log.items() if key != "samples"}
    with module.ZipFile(file, "w", method) as archive:
        archive.writestr(
            "_journal/start.json", json.dumps({k: header[k] for k in ("version", "eval", "plan")})
        )
        for sample in log["samples"]:
            archive.writestr(f"samples/{sample['id']}_epoch_{sample['epoch']}.json", json.dumps(sample))
        archive.writestr("header.json", json.dumps(header))
    return file.getvalue()


def a_database(*statements: str, script: str | None = None) -> bytes:
    """Return PyRIT's database after some statements."""
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript(fixture("pyrit.sql").decode() if script is None else script)
        for statement in statements:
            connection.execute(statement)
        connection.commit()
        return connection.serialize()


def deepteam_case(**changes: Any) -> str:
    """Return deepteam's file with its first test case alone, changed."""
    whole: dict[str, Any] = json.loads(fixture("deepteam.json"))
    whole["test_cases"] = [whole["test_cases"][0] | changes]
    return json.dumps(whole)
