"""Refreshing an issuer's keys: apart from any request, bounded, and never to something worse."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from groundstop.directives.claims import attest, configs_from, refresh_keys
from groundstop.directives.claims.fetching import fetch_keys
from groundstop.errors import GroundstopError, InputError, TargetError
from tests.claim_parts import NOW, citizen, pair, signed, token_table, trusted

GOOD = json.dumps({"keys": [pair().jwk]}).encode()


def table(**changes: Any) -> dict[str, Any]:
    found = token_table(keys_file="keys.json", keys_url="https://id.alder.example/keys", **changes)
    del found["keys"]
    return found


def refreshed(folder: Path, data: bytes, **changes: Any) -> tuple[str | None, ...]:
    (config,) = configs_from([table(**changes)], source="obeys.toml")
    return refresh_keys(config, folder, lambda _: data)


@contextmanager
def serving(status: int, body: bytes, **headers: str) -> Iterator[str]:
    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/keys"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def test_new_keys_are_believed_after_a_refresh(tmp_path: Path) -> None:
    new = pair("EdDSA", "two")
    assert refreshed(tmp_path, GOOD) == ("one",)
    before = trusted(table(), folder=tmp_path)
    assert attest(signed(citizen(), new), before, NOW).principal is None
    assert refreshed(tmp_path, json.dumps({"keys": [pair().jwk, new.jwk]}).encode()) == ("one", "two")
    assert attest(signed(citizen(), new), trusted(table(), folder=tmp_path), NOW).principal is not None


@pytest.mark.parametrize(
    "data", [b"", b"<html>", b"{}", b'{"keys": []}', b'{"keys": [{"kty": "oct", "k": "AAAA"}]}', b"[" * 9999]
)
def test_what_is_no_set_of_keys_leaves_the_old_one(tmp_path: Path, data: bytes) -> None:
    refreshed(tmp_path, GOOD)
    with pytest.raises(GroundstopError):
        refreshed(tmp_path, data)
    assert (tmp_path / "keys.json").read_bytes() == GOOD


def test_an_issuer_without_an_address_is_left_alone(tmp_path: Path) -> None:
    (config,) = configs_from([token_table()], source="obeys.toml")
    assert refresh_keys(config, tmp_path) == ()
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(InputError, match="keys_url"):
        configs_from([token_table(keys_url="https://id.alder.example/keys")], source="obeys.toml")


def test_keys_are_got_over_http_from_this_machine_only() -> None:
    with serving(200, GOOD) as address:
        assert fetch_keys(address) == GOOD
    for bad in (
        "http://id.alder.example/keys",
        "file:///etc/passwd",
        "keys",
        "https://a:b@id.alder.example/",
        "http://[",
    ):
        with pytest.raises(InputError):
            fetch_keys(bad)


def test_a_redirect_or_an_error_is_no_answer() -> None:
    with serving(200, GOOD) as good, serving(302, b"", Location=good) as away, serving(500, GOOD) as broken:
        for address in (away, broken):
            with pytest.raises(TargetError, match="answers with"):
                fetch_keys(address)
    with pytest.raises(TargetError, match="cannot be reached"):
        fetch_keys(good)


def test_an_endless_answer_is_cut() -> None:
    with serving(200, b"x" * 300_000) as address, pytest.raises(InputError, match="more than any set"):
        fetch_keys(address)


def test_the_base_install_reads_registries_and_says_what_tokens_need() -> None:
    program = (
        "import sys; sys.modules['jwcrypto'] = None\n"
        "from pathlib import Path\n"
        "from groundstop.directives.claims import attest, issuers_from\n"
        "from groundstop.errors import InputError\n"
        "from tests.claim_parts import token_table\n"
        "assert attest('k' * 30, (), 0.0).refused[0].why.name == 'UNKNOWN_KEY'\n"
        "assert attest('eyJh.eyJh.AA', (), 0.0).refused[0].why.name == 'MALFORMED'\n"
        "try:\n    issuers_from([token_table()], source='o', folder=Path())\n"
        "except InputError as error:\n    print(error.hint)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={"PYTHONPATH": ":".join(sys.path)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.stdout, done.stderr) == ("Run: pip install 'groundstop[claims]'\n", "")
