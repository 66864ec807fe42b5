from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import pytest

from groundstop.cases import fetching
from groundstop.cases.fetching import CopyNotReachedError, fetch
from groundstop.errors import ExitCode, GroundstopError, InputError


@contextmanager
def answering(*answers: bytes) -> Iterator[str]:
    """Answer requests on this machine, one after the other, with these bytes."""
    server = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        for answer in answers:
            connection, _ = server.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(answer)

    thread = Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
        thread.join(5)
    finally:
        server.close()


def an_answer(body: bytes, status: str = "200 OK", *headers: str) -> bytes:
    lines = (f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close", *headers)
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def test_what_lies_at_an_address_of_this_machine_is_got() -> None:
    with answering(an_answer(b"a case")) as address:
        assert fetch(f"{address}/case.gsb") == b"a case"


@pytest.mark.parametrize("status", ["404 Not Found", "403 Forbidden", "500 Broken"])
def test_an_answer_that_is_none_is_told_with_its_number_and_without_the_query(status: str) -> None:
    with answering(an_answer(b"", status)) as address, pytest.raises(CopyNotReachedError) as caught:
        fetch(f"{address}/case.gsb?token=hidden")
    assert caught.value.message == f"{address}/case.gsb answers with {status[:3]}"
    assert caught.value.exit_code is ExitCode.UNREACHABLE


def test_a_place_where_nobody_listens_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with pytest.raises(CopyNotReachedError, match="cannot be reached"):
        fetch(f"http://127.0.0.1:{port}/case.gsb?token=hidden")


@pytest.mark.parametrize(
    "address",
    ["http://cases.example/case.gsb", "ftp://cases.example/case.gsb", "file:///etc/hostname"],
)
def test_an_address_without_encryption_is_not_asked(address: str) -> None:
    with pytest.raises(InputError, match="is not asked without encryption"):
        fetch(address)


@pytest.mark.parametrize("address", ["case.gsb", ""])
def test_a_name_is_no_address(address: str) -> None:
    with pytest.raises(InputError):
        fetch(address)


def test_a_file_of_this_machine_is_no_address(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("something")
    with pytest.raises(GroundstopError):
        fetch(f"file://localhost{tmp_path}/secret")


@pytest.mark.parametrize("host", ["cases.example", "[::1", "cases.example:port"])
def test_an_address_with_a_password_is_refused_and_the_password_is_not_told(host: str) -> None:
    with pytest.raises(GroundstopError) as caught:
        fetch(f"https://me:hunter2@{host}/case.gsb")
    assert "hunter2" not in caught.value.message + caught.value.hint


@pytest.mark.parametrize(
    "address",
    ["https://localhost/a b", "http://localhost:port/x", "http://[::1/x", "https://\0/x", "https://"],
    ids=["a space", "no port", "half an address", "a zero", "no host"],
)
def test_what_is_no_address_is_told_in_a_sentence(address: str) -> None:
    with pytest.raises(GroundstopError):
        fetch(address)


@pytest.mark.parametrize(
    "answer",
    [
        b"garbage\r\n\r\n",
        b"",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
        b"HTTP/1.1 200 OK\r\n" + b"X-Long: " + b"x" * 70_000 + b"\r\n\r\n",
    ],
    ids=["garbage", "nothing", "half a chunk", "an endless header"],
)
def test_a_server_that_does_not_speak_http_is_told_in_a_sentence(answer: bytes) -> None:
    with answering(answer) as address, pytest.raises(CopyNotReachedError):
        fetch(f"{address}/case.gsb")


def test_what_is_larger_than_any_case_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "MOST_BYTES", 10)
    with answering(an_answer(b"x" * 11)) as address, pytest.raises(InputError, match="larger than any case"):
        fetch(f"{address}/case.gsb")
    with answering(an_answer(b"x" * 10)) as address:
        assert fetch(f"{address}/case.gsb") == b"x" * 10


def test_an_address_that_leads_to_a_file_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("something")
    moved = an_answer(b"", "302 Found", f"Location: file://{tmp_path}/secret")
    with answering(moved) as address, pytest.raises(GroundstopError):
        fetch(f"{address}/case.gsb")


def test_an_address_of_this_machine_that_leads_elsewhere_without_encryption_is_not_followed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[str] = []
    real = socket.create_connection

    def connect(place: tuple[str, int], *more: object, **others: object) -> socket.socket:
        asked.append(place[0])
        if place[0] != "127.0.0.1":
            raise OSError("not in a test")
        return real(place)

    monkeypatch.setattr(socket, "create_connection", connect)
    moved = an_answer(b"", "302 Found", "Location: http://cases.example/case.gsb")
    with answering(moved) as address, pytest.raises(GroundstopError):
        fetch(f"{address}/case.gsb")
    assert "cases.example" not in asked
