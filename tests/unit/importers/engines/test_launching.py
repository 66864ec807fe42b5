"""What each engine is started with: the pure part, from an endpoint to a command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from groundstop.importers.engines import ConfigFile, Endpoint, Job, child_environment, engine_named
from groundstop.importers.engines.launching import NO_KEY, Launch

KEY = "tk-4f9a-plain-key-77"
URL = "https://models.example/v1"
ENGINES = ("garak", "promptfoo", "inspect")


def launched(
    name: str,
    *,
    key: str | None = KEY,
    model: str = "org/some-model",
    config: ConfigFile | None = None,
    arguments: tuple[str, ...] = (),
) -> Launch:
    """Return how an engine is started."""
    endpoint = Endpoint(URL, model, key)
    job = Job(Path("/engines/bin") / name, endpoint, config, arguments, Path("/private/job"))
    return engine_named(name).launch(job)


@pytest.mark.parametrize("name", ENGINES)
def test_the_key_is_in_the_environment_and_in_nothing_else(name: str) -> None:
    launch = launched(name)
    assert KEY in launch.variables.values()
    assert KEY not in " ".join(launch.command)
    assert KEY not in "".join(launch.files.values())
    assert KEY not in repr(launch)
    assert KEY not in repr(Endpoint(URL, "m", KEY))


@pytest.mark.parametrize("name", ENGINES)
def test_an_endpoint_without_a_key_gets_a_stand_in(name: str) -> None:
    assert NO_KEY in launched(name, key=None).variables.values()


@pytest.mark.parametrize("name", ENGINES)
def test_the_users_arguments_come_before_ours_so_that_ours_win(name: str) -> None:
    command = launched(name, arguments=("--own", "argument")).command
    assert command[0] == f"/engines/bin/{name}"
    own = command.index("--own")
    assert command[own + 1] == "argument"
    assert any("org/some-model" in part or "provider" in part for part in command[own + 2 :])


@pytest.mark.parametrize("name", ENGINES)
def test_whatever_an_engine_writes_is_in_the_private_folder(name: str) -> None:
    launch = launched(name)
    paths = [part for part in (*launch.command[1:], *launch.variables.values()) if "/" in part]
    assert all("/private/job" in part for part in paths if URL not in part and "some-model" not in part)
    assert not Path(launch.results).is_absolute()
    assert ".." not in launch.results


def test_garak_is_pointed_by_an_options_file() -> None:
    launch = launched("garak", config=ConfigFile(Path("/own/run.yaml")))
    assert launch.command[1:] == (
        "--config=/own/run.yaml",
        "--target_type=openai.OpenAICompatible",
        "--target_name=org/some-model",
        "--generator_option_file=/private/job/generator.json",
        "--report_prefix=/private/job/garak",
    )
    assert json.loads(launch.files["generator.json"]) == {"openai": {"OpenAICompatible": {"uri": URL}}}
    assert launch.results == "garak.report.jsonl"


def test_promptfoo_is_pointed_by_a_providers_file_so_that_graders_are_not() -> None:
    launch = launched("promptfoo", config=ConfigFile(Path("/own/promptfooconfig.yaml")))
    assert launch.command[1:4] == ("eval", "--config", "/own/promptfooconfig.yaml")
    assert launch.command[-2:] == ("--providers", "file:///private/job/provider.json")
    (provider,) = json.loads(launch.files["provider.json"])
    assert provider["id"] == "openai:chat:org/some-model"
    assert provider["config"] == {"apiBaseUrl": URL, "apiKeyEnvar": "GROUNDSTOP_API_KEY"}
    assert not any(name.startswith("OPENAI") for name in launch.variables)
    assert {"--no-cache", "--no-write", "--no-share"} <= set(launch.command)


def test_promptfoo_tells_its_makers_nothing() -> None:
    variables = launched("promptfoo").variables
    for what in ("TELEMETRY", "UPDATE", "SHARING", "REMOTE_GENERATION"):
        assert variables[f"PROMPTFOO_DISABLE_{what}"] == "1"


def test_inspect_is_pointed_by_options_and_named_its_file_without_the_folder() -> None:
    launch = launched("inspect", config=ConfigFile(Path("/own/tasks.py"), "words"))
    assert launch.command[1:] == (
        "eval",
        "tasks.py@words",
        "--model=openai-api/groundstop/org/some-model",
        f"--model-base-url={URL}",
        "--log-dir=/private/job/logs",
        "--log-format=json",
    )
    assert launch.variables["GROUNDSTOP_API_KEY"] == KEY
    assert launched("inspect", config=ConfigFile(Path("/own/tasks.py"))).command[2] == "tasks.py"


def test_of_our_environment_only_a_short_list_is_handed_on() -> None:
    ours = {"PATH": "/bin", "HOME": "/home/a", "OPENAI_API_KEY": "k", "HTTPS_PROXY": "p", "PYTHONPATH": "x"}
    theirs = child_environment(ours, {"HOME": "/other", "GROUNDSTOP_API_KEY": "t"}, Path("/private/job"))
    assert theirs == {
        "PATH": "/bin",
        "HOME": "/other",
        "GROUNDSTOP_API_KEY": "t",
        "TMPDIR": "/private/job",
        "NO_PROXY": "*",
        "no_proxy": "*",
        "NO_COLOR": "1",
    }


@pytest.mark.parametrize(
    ("name", "data", "finished"),
    [
        ("garak", b'{"entry_type": "init"}\n{"entry_type": "completion"}\n', True),
        ("garak", b'{"entry_type": "init", "said": "completion"}\n', False),
        ("garak", b'{"entry_type": "init"}\n{"entry_type": "completion", "end', False),
        ("garak", b'["completion"]', False),
        ("inspect", b'{"status": "success"}', True),
        ("inspect", b'{"status": "error"}', False),
        ("inspect", b'{"status": "cancelled"}', False),
        ("inspect", b'{"status": "succ', False),
        ("inspect", b"[]", False),
        ("promptfoo", b"{}", True),
    ],
)
def test_a_result_file_tells_whether_its_run_came_to_an_end(name: str, data: bytes, finished: bool) -> None:
    assert engine_named(name).finished(data) is finished
