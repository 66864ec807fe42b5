"""Sending reminders: commands without a shell, in bounded time; addresses that stand in no error."""

from __future__ import annotations

import os
import select
import sys
from pathlib import Path

import pytest

from groundstop.cases.sending import (
    ReminderError,
    address_in_file,
    address_in_variable,
    send_by_apprise,
    send_by_command,
)
from groundstop.errors import ExitCode, InputError

TEXT = "GSC-1: due by 2026-07-08, from alder-street-desk: acknowledge the report"
SECRET = "tok3n-that-is-not-shown"


def python(source: str, *arguments: str) -> list[str]:
    return [sys.executable, "-c", source, *arguments]


def test_a_command_gets_the_text_on_its_standard_input_and_its_arguments_as_they_are(tmp_path: Path) -> None:
    into = tmp_path / "got $(touch x); it"
    send_by_command(python("import sys; open(sys.argv[1], 'w').write(sys.stdin.read())", str(into)), TEXT)
    assert into.read_text() == TEXT + "\n"
    assert [one.name for one in tmp_path.iterdir()] == [into.name]


def test_a_command_that_fails_says_which_and_shows_no_argument(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ReminderError) as caught:
        send_by_command(python(f"print({SECRET!r}); raise SystemExit(7)", SECRET), TEXT)
    assert "failed with exit code 7" in caught.value.message
    assert caught.value.exit_code is ExitCode.UNREACHABLE
    assert SECRET not in str(caught.value)
    assert capfd.readouterr() == ("", "")


def test_a_command_that_takes_too_long_is_stopped_with_all_that_it_started(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reading = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    child = "import sys, time; out = open(sys.argv[1], 'w'); out.write('x'); out.flush(); time.sleep(600)"
    source = (
        "import subprocess, sys, time\n"
        f"subprocess.Popen([sys.executable, '-c', {child!r}, sys.argv[1]])\n"
        "time.sleep(600)"
    )
    with pytest.raises(ReminderError, match="did not take the reminder within 3 s"):
        send_by_command(python(source, str(pipe)), TEXT, timeout_s=3)
    os.set_blocking(reading, True)
    assert os.read(reading, 1) == b"x"
    # The pipe is at its end once nobody holds it open for writing.
    ended, _, _ = select.select([reading], [], [], 30)
    assert ended
    assert os.read(reading, 1) == b""
    os.close(reading)


def test_a_command_that_reads_nothing_is_no_error() -> None:
    send_by_command(python("pass"), TEXT * 10_000)


@pytest.mark.parametrize("command", [["/nowhere/a-program", SECRET], ["a\0b"]])
def test_a_command_that_cannot_be_started_is_one_sentence(command: list[str]) -> None:
    with pytest.raises(InputError, match="could not be started") as caught:
        send_by_command(command, TEXT)
    assert SECRET not in str(caught.value)


def test_no_command_is_one_sentence() -> None:
    with pytest.raises(InputError, match="No command is given"):
        send_by_command([], TEXT)


def test_an_address_comes_from_a_variable_or_a_file(tmp_path: Path) -> None:
    file = tmp_path / "address"
    file.write_text("json://localhost/path\nanother line\n")
    assert address_in_file(file) == "json://localhost/path"
    assert address_in_variable("NOTIFY", {"NOTIFY": " json://localhost \n"}) == "json://localhost"


def test_an_address_that_is_missing_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="The environment variable NOTIFY holds no address"):
        address_in_variable("NOTIFY", {"NOTIFY": " "})
    empty = tmp_path / "address"
    empty.write_bytes(b"\n")
    binary = tmp_path / "binary"
    binary.write_bytes(b"\xff\xfe")
    for path in (empty, binary, tmp_path / "none", tmp_path):
        with pytest.raises(InputError, match="holds no address to send reminders to"):
            address_in_file(path)


def test_without_apprise_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "apprise", None)
    with pytest.raises(InputError, match="extra remind") as caught:
        send_by_apprise(f"json://{SECRET}@localhost", TEXT, title="A case")
    assert "groundstop[remind]" in caught.value.hint
    assert SECRET not in str(caught.value)
