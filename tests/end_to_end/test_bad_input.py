"""Whatever is wrong, the program ends with one clear sentence and the right exit code.

Most commands run in this process; a few, of each way to end, in one of their own.
"""

from __future__ import annotations

import os
import sqlite3
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.commands import PROGRAM, Ended, environment, groundstop
from tests.endpoints import faulty_endpoint
from tests.evidence_parties import in_folder

KEY = "sk-a-very-secret-key-0123456789"
QUICK = ("--technique", "list", "--behavior", "keep-secret", "--seed", "1")


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    with faulty_endpoint() as url:
        yield url


def sentence(ended: Ended) -> str:
    """Return the last line of standard error, which must be our one sentence."""
    line = ended.err.strip().splitlines()[-1]
    assert line.startswith("groundstop: "), ended.err
    return line


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("--target", "nobody"), 2, "There is no target 'nobody'"),
        (("--target", "ftp://x#y"), 2, "is no way to name a target"),
        (("--target", "http://127.0.0.1:1/v1"), 2, "names no model"),
        (("--target", "https://host.invalid/v1#m"), 2, "has no key"),
        (("--target", "embedded:v9"), 2, "Choose one of: none, v1"),
        (("--target", "scripted:custom?speed=1"), 2, "has no setting 'speed'"),
        (("--target", "inspect:nothing"), 2, "inspect"),
        (("--target", "scripted:held", "--suite", "canarry"), 2, "canary"),
        (("--target", "scripted:held", "--behavior", "keep-secrets"), 2, "keep-secret"),
        (("--target", "scripted:held", "--p1", "0.05"), 2, "leave nothing to decide"),
        (("--target", "scripted:held", "--alpha", "0.9"), 2, "no error rate"),
        (("--target", "scripted:held", "--max-calls", "0"), 2, "allows no call at all"),
        (("--target", "scripted:held", "--max-money", "1"), 2, "without a price"),
        (("--target", "scripted:held", "--max-money", "inf"), 2, "caps nothing"),
        (("--target", "scripted:held", "--max-calls", "9" * 30), 2, "caps nothing"),
        (("--target", "scripted:held", "--temperature", "nan"), 2, "is no number"),
        (
            ("--target", "scripted:held", "--speed", "9"),
            2,
            "Did you mean '--seed'? See: groundstop assess --help.",
        ),
        ((), 2, "Missing option '--target'"),
        (("--target", "http://127.0.0.1:1/v1#m", *QUICK), 4, "cannot be reached"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else None,
)
def test_a_wrong_argument_is_named_with_what_to_do(
    tmp_path: Path, arguments: tuple[str, ...], code: int, said: str
) -> None:
    ended = in_folder("assess", *arguments, folder=tmp_path)
    assert said in sentence(ended)
    assert ended.code == code
    assert ended.out == ""


def test_a_cap_that_cannot_be_kept_leaves_no_run_behind(tmp_path: Path) -> None:
    in_folder("assess", "--target", "scripted:held", "--max-money", "1", folder=tmp_path)
    assert in_folder("runs", "list", "--json", folder=tmp_path).json == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
def test_a_full_device_behind_standard_output_is_said(tmp_path: Path) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [*PROGRAM, "suite", "list", "--json"],
            cwd=tmp_path,
            env=environment(),
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == 2
    assert "cannot be written" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("how", "code", "said"),
    [
        ("refused-key", 2, "refused the key"),
        ("no-model", 2, "does not know the model"),
        ("nowhere", 2, "has nothing at"),
        ("rubbish", 4, "not a JSON object"),
        ("html", 4, "web page instead of JSON"),
        ("shape", 4, "holds no answer"),
        ("truncated", 4, "broke off"),
        ("storm", 4, "asked to slow down"),
    ],
)
def test_an_endpoint_that_goes_wrong_is_described_and_the_key_is_not(
    tmp_path: Path, endpoint: str, how: str, code: int, said: str
) -> None:
    (tmp_path / "groundstop.toml").write_text(
        f'[targets.t]\nurl = "{endpoint}/{how}/v1"\nmodel = "m"\nkey_env = "THE_KEY"\n'
        "limits.max_attempts = 2\n"
    )
    does = groundstop if how == "refused-key" else in_folder
    ended = does("assess", "--target", "t", *QUICK, folder=tmp_path, THE_KEY=KEY)
    assert said in sentence(ended)
    assert ended.code == code
    everything = b"".join(path.read_bytes() for path in (tmp_path / ".groundstop").iterdir())
    assert KEY not in ended.out + ended.err
    assert KEY.encode() not in everything


def test_empty_answers_end_inconclusive(tmp_path: Path, endpoint: str) -> None:
    ended = groundstop("assess", "--target", f"{endpoint}/empty/v1#m", *QUICK, "--json", folder=tmp_path)
    assert ended.code == 3
    assert ended.json["classes"][0]["rate"]["undetermined"] > 0


def test_a_good_endpoint_is_held(tmp_path: Path, endpoint: str) -> None:
    ended = groundstop("assess", "--target", f"{endpoint}/good/v1#m", *QUICK, "--json", folder=tmp_path)
    assert ended.code == 0
    assert ended.json["decision"] == "held"
    assert ended.json["simulated"] is False


def test_a_run_over_budget_is_inconclusive_and_goes_on_with_more(tmp_path: Path) -> None:
    capped = in_folder(
        "assess", "--target", "scripted:held", *QUICK, "--max-calls", "20", "--json", folder=tmp_path
    )
    assert capped.code == 3
    assert capped.json["spend"]["calls"] == 20
    more = in_folder("runs", "resume", "--max-calls", "200", "--json", folder=tmp_path)
    assert more.code == 0
    assert more.json["spend"]["calls"] == 63, "what was paid for is not paid again"


def test_a_broken_groundstop_toml_is_named(tmp_path: Path) -> None:
    (tmp_path / "groundstop.toml").write_text("[targets.t\n")
    ended = in_folder("assess", "--target", "t", folder=tmp_path)
    assert ended.code == 2
    assert "groundstop.toml is not TOML" in sentence(ended)


def test_an_unknown_field_in_groundstop_toml_is_named(tmp_path: Path) -> None:
    (tmp_path / "groundstop.toml").write_text('[targets.t]\nurl = "http://127.0.0.1:1"\nmodle = "m"\n')
    ended = in_folder("assess", "--target", "t", folder=tmp_path)
    assert ended.code == 2
    assert "'targets.t.modle'" in sentence(ended)


def test_a_workspace_from_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    in_folder("runs", "list", folder=tmp_path)
    with sqlite3.connect(tmp_path / ".groundstop" / "workspace.db") as database:
        database.execute("PRAGMA user_version = 99")
    database.close()
    ended = in_folder("runs", "list", folder=tmp_path)
    assert ended.code == 2
    assert "has format 99" in sentence(ended)


def test_a_corrupted_workspace_is_said(tmp_path: Path) -> None:
    groundstop("assess", "--target", "scripted:held", *QUICK, "--json", folder=tmp_path)
    path = tmp_path / ".groundstop" / "workspace.db"
    data = bytearray(path.read_bytes())
    data[100:4096] = os.urandom(3996)
    path.write_bytes(data)
    ended = groundstop("runs", "list", folder=tmp_path)
    assert ended.code == 2
    assert "is damaged" in sentence(ended)


def test_a_report_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    in_folder("assess", "--target", "scripted:held", *QUICK, "--json", folder=tmp_path)
    (tmp_path / "file").touch()
    ended = in_folder("runs", "report", "last", "--output", "file/r.html", folder=tmp_path)
    assert ended.code == 2
    assert "cannot be written" in sentence(ended)


@pytest.mark.parametrize(
    "command", [("runs", "show", "nope"), ("runs", "resume", "nope"), ("runs", "report", "nope")]
)
def test_an_unknown_run_is_named(tmp_path: Path, command: tuple[str, ...]) -> None:
    ended = in_folder(*command, folder=tmp_path)
    assert ended.code == 2
    assert "There is no run 'nope'" in sentence(ended)


def test_an_unknown_command_is_a_usage_error(tmp_path: Path) -> None:
    ended = groundstop("asess", folder=tmp_path)
    assert ended.code == 2
    assert "No such command" in ended.err
