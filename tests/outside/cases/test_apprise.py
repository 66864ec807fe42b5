"""Reminders through the real Apprise, to a server of our own."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from groundstop.cases.sending import ReminderError, send_by_apprise
from groundstop.errors import InputError

pytest.importorskip("apprise", reason="Apprise is not installed; it comes with the extra remind")
pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")

TEXT = "GSC-1: due by 2026-07-08, from alder-street-desk: acknowledge the report"
SECRET = "tok3n-that-is-not-shown"


@contextmanager
def a_server(status: int = 200) -> Iterator[tuple[int, list[dict[str, Any]]]]:
    """Serve on a free port; yield it, and what is sent there."""
    got: list[dict[str, Any]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            got.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server.server_address[1], got
        finally:
            server.shutdown()
            thread.join()


def test_a_reminder_arrives_at_a_service() -> None:
    with a_server() as (port, got):
        send_by_apprise(f"json://127.0.0.1:{port}/remind", TEXT, title="A case")
    (one,) = got
    assert (one["title"], one["message"]) == ("A case", TEXT)


def test_a_service_that_refuses_is_one_sentence_and_no_word_of_the_address_is_logged(
    caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    with (
        a_server(500) as (port, got),
        caplog.at_level(logging.DEBUG, "apprise"),
        pytest.raises(ReminderError, match="did not take the reminder") as caught,
    ):
        send_by_apprise(f"json://user:{SECRET}@127.0.0.1:{port}/{SECRET}", TEXT, title="A case")
    assert len(got) == 1
    for told in (str(caught.value), caplog.text, *capfd.readouterr()):
        assert SECRET not in told
    assert not logging.getLogger("apprise").disabled


def test_a_service_that_is_not_there_is_one_sentence() -> None:
    with a_server() as (port, _):
        pass
    with pytest.raises(ReminderError):
        send_by_apprise(f"json://127.0.0.1:{port}", TEXT, title="A case")


@pytest.mark.parametrize("address", [f"nothing://{SECRET}", SECRET, ""])
def test_an_address_of_no_known_form_is_one_sentence(
    address: str, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(InputError, match="does not know the form") as caught:
        send_by_apprise(address, TEXT, title="A case")
    for told in (str(caught.value), caplog.text, *capfd.readouterr()):
        assert SECRET not in told
