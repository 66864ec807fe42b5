"""``groundstop assess --engine`` with a stand-in that is started, pointed and stopped as a real engine.

Real engines are run in ``tests/outside/importers``. Most of these run the command in this process, which is
quicker; what depends on signals runs it as a program.
"""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from groundstop.cli.main import run
from groundstop.errors import InputError
from groundstop.store import Workspace
from groundstop.targets import CallFailure, ChatRequest, FailureKind, Reply
from groundstop.targets.embedded import EmbeddedTarget
from tests import stand_in_engine
from tests.commands import PROGRAM, environment
from tests.documented import engine_commands, make_files
from tests.endpoints import faulty_endpoint

KEY = "tk-4f9a-plain-key-77"
VIOLATES = "scripted:custom?rate=1"
ENGINES = ("garak", "promptfoo", "inspect")
PAGE = Path(__file__).resolve().parents[2] / "docs" / "how-to" / "run-another-engine.md"


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    with faulty_endpoint() as url:
        yield url


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Be in an empty workspace, with a stand-in for each engine on the PATH and configurations to name."""
    programs = tmp_path / "programs"
    programs.mkdir()
    for name in ENGINES:
        stand_in_engine.install(programs, name)
    space = tmp_path / "space"
    space.mkdir()
    (space / "config.yaml").write_text("prompts: []\n")
    (space / "tasks.py").write_text("\n")
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("TMPDIR", str(temporary))
    monkeypatch.setattr("tempfile.tempdir", None)
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.chdir(space)
    return space


def arguments(name: str, target: str, *own: str) -> list[str]:
    """Return the command line of an assessment by an engine."""
    config = {"garak": (), "promptfoo": ("config.yaml",), "inspect": ("tasks.py@words",)}[name]
    stated = ("--violated-when", "correct") if name == "inspect" else ()
    configured = ("--engine-config", *config) if config else ()
    passed = [f"--engine-arg={argument}" for argument in own]
    return ["assess", "--target", target, "--engine", name, *configured, *stated, *passed]


def logs(home: Path) -> list[Path]:
    """Return the logs of engines in a workspace."""
    return sorted((home / ".groundstop" / "engines").glob("*.log"))


def nothing_is_left(home: Path) -> bool:
    """Tell whether no temporary folder is left."""
    return not list((home.parent / "tmp").iterdir())


@pytest.mark.parametrize("name", ENGINES)
@pytest.mark.parametrize(("target", "code"), [(VIOLATES, 1), ("scripted:held", 0)])
def test_what_an_engine_found_is_brought_in_as_an_import(
    home: Path, capsys: pytest.CaptureFixture[str], name: str, target: str, code: int
) -> None:
    assert run([*arguments(name, target), "--json"]) == code
    said = capsys.readouterr()
    outcome = json.loads(said.out)
    (brought,) = outcome["imports"]
    assert brought["import"]["tool"] == name
    assert brought["import"]["counts"] == {"violated": code, "held": 1 - code, "undetermined": 0}
    assert outcome["decision"] is None
    assert outcome["simulated"] is True
    assert f"{name} asks {target}" in said.err
    workspace = Workspace(home)
    (row,) = workspace.runs()
    workspace.close()
    assert (row.id, row.kind, row.options.targets) == (brought["run"], "import", (target,))
    assert [path.name for path in logs(home)] == [f"{row.id}.log"]
    assert nothing_is_left(home)


def test_it_is_said_that_this_is_no_decision_and_what_can_be_done_with_it(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(arguments("promptfoo", VIOLATES)) == 1
    said = capsys.readouterr().out
    assert "no decision: how often it is wrong is not known" in said
    assert "Simulated: no model was asked" in said
    assert "unattested finding with: groundstop finding seal" in said
    assert "groundstop reproduce FINDING" in said
    assert stand_in_engine.PHRASE not in said


def test_the_documented_commands_are_taken_as_written(home: Path) -> None:
    make_files(PAGE, home)
    commands = engine_commands(PAGE)
    assert {words[words.index("--engine") + 1] for words in commands} == set(ENGINES)
    for words in commands:
        assert run(words) in (0, 1)


def test_an_engine_that_decides_nothing_is_inconclusive(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(arguments("inspect", "scripted:held", "--score=N")) == 3
    assert "Nothing was decided" in capsys.readouterr().out


@pytest.mark.parametrize("name", ENGINES)
def test_the_key_reaches_the_engine_and_is_in_no_argument_log_or_record(
    home: Path, endpoint: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv("MY_KEY", KEY)
    monkeypatch.setenv("OTHER_API_KEY", "another-key-of-the-user")
    (home / "groundstop.toml").write_text(
        f'[targets.mine]\nurl = "{endpoint}/good/v1"\nmodel = "org/m"\nkey_env = "MY_KEY"\n'
    )
    assert run([*arguments(name, "mine", "--behave=talk"), "--json"]) == 0
    captured = capsys.readouterr()
    (log,) = logs(home)
    (line,) = (line for line in log.read_text().splitlines() if line.startswith("{"))
    said: dict[str, Any] = json.loads(line)
    assert "[key removed]" in said["environ"].values(), "the engine had it"
    assert "another-key-of-the-user" not in log.read_text()
    assert Path(said["cwd"]) == home
    assert KEY not in captured.out + captured.err
    assert stat.S_IMODE(log.stat().st_mode) == 0o600
    for path in home.rglob("*"):
        assert not path.is_file() or KEY.encode() not in path.read_bytes(), path


@pytest.mark.parametrize(
    ("name", "how", "said"),
    [
        ("garak", "fail", "garak failed with exit code 3"),
        ("garak", "nothing", "garak left no results"),
        ("garak", "unfinished", "garak did not come to its end"),
        ("inspect", "unfinished", "inspect did not come to its end"),
    ],
)
def test_an_engine_that_comes_to_no_end_is_said_with_its_log_and_nothing_is_brought_in(
    home: Path, capsys: pytest.CaptureFixture[str], name: str, how: str, said: str
) -> None:
    assert run(arguments(name, "scripted:held", f"--behave={how}")) == 4
    error = capsys.readouterr().err.splitlines()[-1]
    (log,) = logs(home)
    assert said in error
    assert str(log.relative_to(home)) in error
    workspace = Workspace(home)
    assert workspace.runs() == []
    workspace.close()
    assert nothing_is_left(home)


@pytest.mark.parametrize("how", ["rubbish", "unfinished"])
def test_results_that_cannot_be_read_are_kept_for_their_owner(
    home: Path, capsys: pytest.CaptureFixture[str], how: str
) -> None:
    assert run(arguments("promptfoo", "scripted:held", f"--behave={how}")) == 2
    error = capsys.readouterr().err.splitlines()[-1]
    (kept,) = (home / ".groundstop" / "engines").glob("*-results.json")
    assert str(kept.relative_to(home)) in error
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert nothing_is_left(home)


def test_an_engine_that_takes_too_long_is_stopped(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = [*arguments("garak", "scripted:custom?latency=600"), "--engine-timeout", "1"]
    assert run(command) == 4
    assert "did not finish within 1 s" in capsys.readouterr().err
    assert nothing_is_left(home)


def test_ctrl_c_stops_the_engine_and_does_not_wait_for_the_target(home: Path) -> None:
    told = home / "told"
    command = arguments("garak", "scripted:custom?latency=600", "--behave=branch", f"--told={told}")
    process = subprocess.Popen(
        [*PROGRAM, *command],
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    while not told.exists() and process.poll() is None:
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "Interrupted; garak was stopped" in err
    assert "Traceback" not in err
    for one in told.read_text().split():
        assert not Path(f"/proc/{one}").exists() or "\nState:\tZ" in Path(f"/proc/{one}/status").read_text()
    assert nothing_is_left(home)


@pytest.mark.model
@pytest.mark.xdist_group("model")
def test_an_engine_asks_the_embedded_model(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("xllamacpp", reason="the embedded model's engine is not installed")
    assert run([*arguments("promptfoo", "embedded:v3"), "--json"]) in (0, 1)
    outcome = json.loads(capsys.readouterr().out)
    assert outcome["simulated"] is False
    assert outcome["imports"][0]["import"]["model"]["name"] == "v3"


@pytest.mark.parametrize(
    ("failure", "code"),
    [
        (InputError("The weights are not installed", "Install them"), 2),
        (CallFailure(FailureKind.SERVER_ERROR, "The model failed", "Try again"), 4),
    ],
)
def test_an_embedded_model_that_does_not_work_is_said_before_the_engine_starts(
    home: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    failure: Exception,
    code: int,
) -> None:
    async def fail(_target: EmbeddedTarget, _request: ChatRequest) -> Reply:
        raise failure

    monkeypatch.setattr(EmbeddedTarget, "ask", fail)
    assert run(arguments("garak", "embedded:v3", "--behave=talk")) == code
    assert str(failure) in capsys.readouterr().err
    assert logs(home)[0].read_bytes() == b""


def test_an_engine_that_is_not_installed_is_said(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    assert run(arguments("garak", "scripted:held")) == 4
    assert "garak is not installed" in capsys.readouterr().err
    assert not logs(home)


def test_an_engine_is_run_from_where_the_user_says(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    elsewhere = home / "elsewhere"
    elsewhere.mkdir()
    program = stand_in_engine.install(elsewhere, "promptfoo")
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    command = arguments("promptfoo", "scripted:held")
    assert run([*command, "--engine-path", str(program.relative_to(home))]) == 0


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (arguments("garak", "anthropic+http://127.0.0.1:1#m"), "speaks the anthropic protocol"),
        (arguments("garak", "inspect:mockllm/model"), "asked through Inspect"),
        (arguments("garak", "nobody"), "There is no target 'nobody'"),
        (arguments("garak", "scripted:nobody"), "no scripted target"),
        (arguments("garak", "embedded:v9"), "Choose one of: none, v1"),
        (arguments("garak", "https://host.invalid/v1#m"), "no key"),
        ([*arguments("garak", "scripted:held"), "--engine-config", "nowhere.yaml"], "There is no file"),
        ([*arguments("garak", "scripted:held"), "--max-calls", "9"], "--max-calls has no effect"),
        ([*arguments("garak", "scripted:held"), "--suite", "canary"], "--suite has no effect"),
        (["assess", "--target", "scripted:held", "--engine-arg", "x"], "--engine-arg is for engines"),
        (["assess", "--target", "scripted:held", "--violated-when", "correct"], "is for engines"),
    ],
    ids=lambda value: " ".join(value[1:]) if isinstance(value, list) else "",
)
def test_what_cannot_be_meant_is_refused_before_anything_is_started(
    home: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    command: list[str],
    said: str,
) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    assert run(command) == 2
    error = capsys.readouterr().err
    assert said in error
    assert not (home / ".groundstop" / "engines").exists()
