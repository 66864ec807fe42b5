"""What is known to be wrong before an engine is started, and finding one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from groundstop.errors import ExitCode, InputError
from groundstop.importers.engines import (
    EngineError,
    check_arguments,
    engine_named,
    find_program,
    split_config,
)


def check(name: str, **changes: Any) -> None:
    """Check a user's wishes, which are right but for the changes."""
    statement = "correct" if name == "inspect" else None
    right = {"config": "file", "arguments": (), "violated_when": statement, "key": None}
    check_arguments(engine_named(name), **{**right, **changes})


@pytest.mark.parametrize("name", ["garak", "promptfoo", "inspect"])
def test_what_is_right_is_let_through(name: str) -> None:
    check(name, arguments=("--own", "x=--model"), key="tk-4f9a-plain-key-77")


def test_garak_alone_can_do_without_a_configuration() -> None:
    check("garak", config=None)
    for name, wanted in (("promptfoo", "promptfooconfig.yaml"), ("inspect", "FILE.py@TASK")):
        with pytest.raises(InputError) as caught:
            check(name, config=None)
        assert wanted in caught.value.hint


def test_what_a_result_means_is_stated_where_it_has_to_be_and_only_there() -> None:
    with pytest.raises(InputError, match="do not say when the safeguard was broken"):
        check("inspect", violated_when=None)
    with pytest.raises(InputError, match="nothing is to be stated"):
        check("garak", violated_when="correct")
    check("promptfoo", violated_when="incorrect")


@pytest.mark.parametrize(
    ("name", "argument"),
    [
        ("garak", "--target_name=other"),
        ("garak", "-G"),
        ("promptfoo", "--providers"),
        ("promptfoo", "--share"),
        ("inspect", "--model=openai/other"),
        ("inspect", "--detach"),
    ],
)
def test_an_argument_that_would_point_the_engine_elsewhere_is_refused(name: str, argument: str) -> None:
    with pytest.raises(InputError, match="cannot be given to"):
        check(name, arguments=(argument,))


def test_an_argument_with_the_key_is_refused_and_not_repeated() -> None:
    with pytest.raises(InputError) as caught:
        check("garak", arguments=("--api_key=tk-4f9a-plain-key-77",), key="tk-4f9a-plain-key-77")
    assert "tk-4f9a" not in str(caught.value)


def test_a_task_can_be_named_in_inspects_file_alone() -> None:
    inspect = engine_named("inspect")
    assert split_config(inspect, "a/tasks.py@words") == ("a/tasks.py", "words")
    assert split_config(inspect, "a@b/tasks.py") == ("a@b/tasks.py", None)
    assert split_config(engine_named("garak"), "a/tasks.py@words") == ("a/tasks.py@words", None)


def test_a_program_is_found_on_the_path_or_where_the_user_says(tmp_path: Path) -> None:
    engine = engine_named("garak")
    program = tmp_path / "garak"
    program.write_text("#!/bin/sh\n")
    with pytest.raises(EngineError, match="no program that can be run"):
        find_program(engine, program, "")
    program.chmod(0o755)
    assert find_program(engine, program, "") == program
    assert find_program(engine, None, str(tmp_path)) == program


def test_an_engine_that_is_not_installed_is_said_with_how_to_install_it(tmp_path: Path) -> None:
    with pytest.raises(EngineError) as caught:
        find_program(engine_named("promptfoo"), None, str(tmp_path))
    assert caught.value.exit_code is ExitCode.UNREACHABLE
    assert "npm install promptfoo" in caught.value.hint
    assert "--engine-path" in caught.value.hint
