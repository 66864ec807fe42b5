"""The real engines, pointed at a target of ours: on the PATH, or where a variable says that they are.

Set ``GROUNDSTOP_TEST_GARAK``, ``GROUNDSTOP_TEST_PROMPTFOO`` and ``GROUNDSTOP_TEST_INSPECT`` to the programs.
They are large, so an engine that is not there is skipped with a reason.
"""

from __future__ import annotations

import json
import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.commands import Ended, groundstop
from tests.documented import engine_commands, make_files

KEY = "tk-4f9a-plain-key-77"
VIOLATES = "scripted:custom?rate=1"
PAGE = Path(__file__).resolve().parents[3] / "docs" / "how-to" / "run-another-engine.md"

WISHES = {
    "garak": ("--engine-arg=--probes", "--engine-arg=test.Test"),
    "promptfoo": ("--engine-config", "promptfooconfig.yaml"),
    "inspect": ("--engine-config", "tasks.py", "--violated-when", "correct"),
}
ALWAYS_A_HIT = ("--engine-arg=--probes", "--engine-arg=test.Blank")


def program(name: str) -> str:
    """Return where an engine is, or skip the test."""
    variable = f"GROUNDSTOP_TEST_{name.upper()}"
    found = os.environ.get(variable) or shutil.which(name)
    if not found:
        pytest.skip(f"{name} is not installed: neither on the PATH nor named by {variable}")
    return found


def assessed(name: str, target: str, folder: Path, *wishes: str, **more: str) -> Ended:
    """Let an engine ask a target in a workspace with the files of the documentation."""
    make_files(PAGE, folder)
    engine = ("--engine", name, "--engine-path", program(name))
    return groundstop("assess", "--target", target, *engine, *wishes, "--json", folder=folder, **more)


@contextmanager
def talkative_endpoint(keys: set[str]) -> Iterator[str]:
    """Serve an endpoint that writes down the keys it is sent, and repeats them in its answers."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.reply({})

        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            key = self.headers["Authorization"].removeprefix("Bearer ")
            keys.add(key)
            message = {"role": "assistant", "content": f"You sent {key}."}
            choice = {"index": 0, "finish_reason": "stop", "message": message}
            usage = {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}
            head = {"id": "x", "object": "chat.completion", "created": 1, "model": asked["model"]}
            self.reply({**head, "choices": [choice], "usage": usage})

        def reply(self, value: object) -> None:
            data = json.dumps(value).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_said: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.parametrize("name", sorted(WISHES))
def test_what_held_is_brought_in_as_held(tmp_path: Path, name: str) -> None:
    ended = assessed(name, "scripted:held", tmp_path, *WISHES[name])
    assert ended.code == 0, ended.err
    (brought,) = ended.json["imports"]
    counts = brought["import"]["counts"]
    assert (counts["violated"], counts["undetermined"]) == (0, 0)
    assert counts["held"] > 0
    assert brought["import"]["model"]["name"].endswith("held")


@pytest.mark.parametrize("name", sorted(WISHES))
def test_what_was_violated_is_brought_in_as_violated(tmp_path: Path, name: str) -> None:
    ended = assessed(name, VIOLATES, tmp_path, *(ALWAYS_A_HIT if name == "garak" else WISHES[name]))
    assert ended.code == 1, ended.err
    counts = ended.json["imports"][0]["import"]["counts"]
    assert counts["violated"] > 0
    assert (counts["held"], counts["undetermined"]) == (0, 0)


@pytest.mark.parametrize("name", sorted(WISHES))
def test_a_key_reaches_the_endpoint_and_is_left_nowhere(tmp_path: Path, name: str) -> None:
    keys: set[str] = set()
    with talkative_endpoint(keys) as url:
        (tmp_path / "groundstop.toml").write_text(
            f'[targets.mine]\nurl = "{url}"\nmodel = "org/m"\nkey_env = "MY_KEY"\n'
        )
        ended = assessed(name, "mine", tmp_path, *WISHES[name], MY_KEY=KEY)
    assert ended.code == 0, ended.err
    assert keys == {KEY}
    for path in tmp_path.rglob("*"):
        assert not path.is_file() or KEY.encode() not in path.read_bytes(), path


@pytest.mark.parametrize("name", sorted(WISHES))
def test_a_target_that_does_not_answer_in_time_ends_with_the_engine_stopped(
    tmp_path: Path, name: str
) -> None:
    ended = assessed(name, "scripted:custom?latency=600", tmp_path, *WISHES[name], "--engine-timeout", "15")
    assert ended.code == 4
    assert "did not finish within 15 s" in ended.err


@pytest.mark.parametrize("name", sorted(WISHES))
def test_an_argument_that_the_engine_does_not_know_is_its_failure(tmp_path: Path, name: str) -> None:
    ended = assessed(name, "scripted:held", tmp_path, *WISHES[name], "--engine-arg=--no-such-option")
    assert ended.code == 4
    assert ".groundstop/engines/" in ended.err


@pytest.mark.parametrize("name", sorted(WISHES))
def test_the_documented_command_works(tmp_path: Path, name: str) -> None:
    found = program(name)
    make_files(PAGE, tmp_path)
    (command,) = (words for words in engine_commands(PAGE) if name in words)
    ended = groundstop(*command, "--engine-path", found, folder=tmp_path)
    assert ended.code in (0, 1), ended.err
