"""A ``gateway.toml`` that somebody has got wrong, or means to do harm: it is refused in a sentence."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from groundstop.errors import GroundstopError
from groundstop.gateway.config import check_settings, read_settings
from tests.commands import groundstop

GOOD = """\
name = "desk"
operator = "riverside-cloud"

[[upstream]]
name = "elm"
url = "https://elm.example/v1"
"""
SECRET = "not-for-anybody"


def with_line(line: str) -> bytes:
    """Return good settings with a line above the tables."""
    return f"{line}\n{GOOD}".encode()


def with_upstream(line: str) -> bytes:
    """Return good settings with another line in the upstream."""
    return f"{GOOD}{line}\n".encode()


HOSTILE: dict[str, bytes] = {
    "nothing": b"",
    "no TOML": b"name = ",
    "bytes": bytes(range(256)),
    "another encoding": GOOD.encode("utf-16"),
    "a zero byte": GOOD.encode() + b"\x00",
    "too much": b"# " + b"x" * 1024 * 1024 + b"\n" + GOOD.encode(),
    "too deep": b"name = " + b"[" * 100_000 + b"]" * 100_000,
    "a long key": b".".join([b"a"] * 100_000) + b" = 1",
    "a key twice": with_line('name = "alder"'),
    "an unknown key": with_line(f'pasword = "{SECRET}"'),
    "a secret in the file": with_upstream(f'api_key = "{SECRET}"'),
    "a name with a path": GOOD.replace('"desk"', '"../desk"').encode(),
    "a key with a path": with_line('key = "../../other/key"'),
    "a name with an end of line": GOOD.replace('"desk"', '"desk\\nX-Odd: 1"').encode(),
    "an address with an end of line": with_line('listen = "127.0.0.1:8400\\r\\nX: 1"'),
    "an address with no port": with_line('listen = "127.0.0.1"'),
    "a port that is none": with_line('listen = "127.0.0.1:123456"'),
    "a file as upstream": GOOD.replace("https://elm.example/v1", "file:///etc/hostname").encode(),
    "an upstream with a query": GOOD.replace("/v1", "/v1?model=desk-clerk").encode(),
    "an upstream with a space": GOOD.replace("/v1", "/v1 HTTP/1.1").encode(),
    "a secret in an address": GOOD.replace("elm.example", f"desk:{SECRET}@elm.example").encode(),
    "an address with no host": GOOD.replace("elm.example", "").encode(),
    "an address that is half a bracket": GOOD.replace("elm.example", "[::1").encode(),
    "an address with a port that is none": GOOD.replace("elm.example", "elm.example:99999").encode(),
    "an address that goes up again": GOOD.replace("/v1", "/v1/../other").encode(),
    "an upstream that is the gateway itself": GOOD.replace(
        "https://elm.example", "http://127.0.0.1:8400"
    ).encode(),
    "no upstream": b'name = "desk"\noperator = "riverside-cloud"\nupstream = []\n',
    "many upstreams": GOOD.encode() + b'[[upstream]]\nname = "a"\nurl = "http://a"\n' * 300,
    "no worker": with_line("workers = 0"),
    "workers without end": with_line("workers = 1000000000000000000000"),
    "a limit without end": GOOD.encode() + b"[limits]\nheaders_s = inf\n",
    "a limit that is no number": GOOD.encode() + b"[limits]\nheaders_s = nan\n",
    "a limit as text": GOOD.encode() + b'[limits]\nbody_bytes = "1e9"\n',
    "a variable that is none": with_upstream('key = "$(whoami)"'),
    "a pattern as model": with_upstream('models = ["desk-*"]'),
    "a route out of its place": GOOD.encode() + b'[[route]]\npath = "/../admin"\nalways = "desk-clerk"\n',
    "a route with no model": GOOD.encode() + b'[[route]]\npath = "/v1/other"\n',
}


def problems_of(path: Path) -> tuple[str, ...]:
    """Return what keeps a gateway from using a file; nothing where it is used."""
    try:
        return check_settings(read_settings(path), path.parent, {})
    except GroundstopError as error:
        return (f"{error.message}. {error.hint}",)


@pytest.mark.parametrize("name", HOSTILE)
def test_settings_that_cannot_be_meant_are_refused_and_quoted_nowhere(name: str, tmp_path: Path) -> None:
    path = tmp_path / "gateway.toml"
    path.write_bytes(HOSTILE[name])

    told = problems_of(path)

    assert told
    assert all(SECRET not in one and len(one) < 2000 for one in told)


def test_the_settings_that_are_made_worse_here_are_good(tmp_path: Path) -> None:
    path = tmp_path / "gateway.toml"
    path.write_text(GOOD)
    assert problems_of(path) == ()


@pytest.mark.parametrize("kind", ["a folder", "a pipe", "a device", "a loop"])
def test_settings_that_are_no_file_are_refused_and_not_waited_for(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "gateway.toml"
    match kind:
        case "a folder":
            path.mkdir()
        case "a pipe":
            os.mkfifo(path)
        case "a device":
            path.symlink_to("/dev/zero")
        case _:
            path.symlink_to(path)
    with pytest.raises(GroundstopError):
        read_settings(path)


def test_a_gateway_with_hostile_settings_does_not_start_and_says_why(tmp_path: Path) -> None:
    (tmp_path / "gateway.toml").write_bytes(HOSTILE["a secret in the file"])
    for command in ("check", "serve"):
        ended = groundstop("gateway", command, tmp_path, folder=tmp_path)
        assert (ended.code, ended.out) == (2, "")
        assert "api_key" in ended.err
        assert SECRET not in ended.err
    assert not (tmp_path / "receipts").exists()
