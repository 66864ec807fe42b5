"""Fetching: what takes too long, breaks, or lies outside the folder is refused in time."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tuf.api.exceptions import DownloadError, DownloadHTTPError, SlowRetrievalError
from tuf.ngclient.fetcher import FetcherInterface

from groundstop.directives.subscribing import ProblemKind, Repository, Subscriber
from groundstop.directives.subscribing.fetching import BoundedFetcher, FolderFetcher, base_url, source_of
from groundstop.directives.subscribing.problems import RefreshError, refresh_error
from tests.directive_parts import a_charter, at, for_everybody
from tests.repository_parts import Scene, denied, kinds


class Clock:
    """Seconds that go on by some at each look."""

    def __init__(self, step: float) -> None:
        self.now, self.step = 0.0, step

    def __call__(self) -> float:
        self.now += self.step
        return self.now


class Dripping(FetcherInterface):
    """Gives a byte at a time, for ever."""

    def _fetch(self, url: str) -> Iterator[bytes]:
        while True:
            yield b" "


def test_a_server_that_drips_is_left_when_the_time_is_up() -> None:
    fetcher = BoundedFetcher(Dripping(), seconds=60, clock=Clock(1))
    with pytest.raises(SlowRetrievalError):
        fetcher.download_bytes("x/timestamp.json", 10**9)
    assert fetcher.file == "timestamp.json"
    # All files of one refresh share the time.
    with pytest.raises(SlowRetrievalError):
        fetcher.download_bytes("x/2.root.json", 10)
    error = refresh_error(SlowRetrievalError("x"), fetcher.file)
    assert error.kind is ProblemKind.ENDLESS


@pytest.mark.parametrize("path", ["../secret", "metadata/../../secret", "%2e%2e/secret", "metadata", "none"])
def test_only_files_of_the_folder_are_read(tmp_path: Path, path: str) -> None:
    (tmp_path / "secret").write_text("x")
    (tmp_path / "public" / "metadata").mkdir(parents=True)
    fetcher = FolderFetcher(tmp_path / "public")
    with pytest.raises(DownloadHTTPError):
        fetcher.download_bytes(f"folder:///{path}", 100)


def test_an_address_ends_in_one_slash() -> None:
    for url in ("https://orders.example/oak", "https://orders.example/oak/"):
        assert base_url(Repository("main", url, b"", None)) == "https://orders.example/oak/"
    assert base_url(Repository("main", "/srv/public", b"", None)) == "folder:///"


@contextmanager
def answering(answer: bytes, *, most: int = 50) -> Iterator[str]:
    """Listen on this machine, and give everybody the same bytes."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            for _ in range(most):
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                with connection:
                    connection.settimeout(5)
                    try:
                        connection.recv(4096)
                        connection.sendall(answer)
                    except OSError:
                        continue

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/"
        server.shutdown(socket.SHUT_RDWR)
    thread.join(5)


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{", ProblemKind.UNREACHABLE),
        (b"HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n", ProblemKind.UNREACHABLE),
        (b"not HTTP at all\r\n\r\n", ProblemKind.UNREACHABLE),
        (b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\nnot gzip", ProblemKind.UNREACHABLE),
        (b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + b" " * 3_000_000, ProblemKind.ENDLESS),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", ProblemKind.TAMPERED),
        (b"HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n", ProblemKind.UNREACHABLE),
    ],
)
def test_what_a_server_may_answer_is_told_by_its_kind(
    tmp_path: Path, answer: bytes, kind: ProblemKind
) -> None:
    scene = Scene(tmp_path, charter=a_charter())
    scene.publish(for_everybody(1))
    assert scene.subscriber().refresh(at(0)).good
    with answering(answer) as url:
        subscriber = Subscriber(
            scene.folder / "operator",
            scene.obeys(repositories=(Repository("main", url, scene.root, None),)),
        )
        subscriber.load(at(0))
        refreshed = subscriber.refresh(at(0))
    assert kinds(refreshed) == {kind}, refreshed.problems
    assert denied(subscriber, at(0))


def test_a_port_where_nobody_listens_is_unreachable(tmp_path: Path) -> None:
    scene = Scene(tmp_path, charter=a_charter())
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    repository = Repository("main", f"http://127.0.0.1:{port}/", scene.root, None)
    subscriber = Subscriber(tmp_path / "operator", scene.obeys(repositories=(repository,)))
    assert kinds(subscriber.refresh(at(0))) == {ProblemKind.UNREACHABLE}


def test_an_error_comes_back_whole_from_another_process() -> None:
    import pickle

    error = RefreshError(ProblemKind.FORGED, "Too few have signed", "oak-office")
    again = pickle.loads(pickle.dumps(error))  # noqa: S301 - it was made here
    assert (again.kind, again.message, again.hint, again.authority) == (
        error.kind,
        error.message,
        error.hint,
        error.authority,
    )


def test_whatever_a_client_raises_has_a_kind() -> None:
    assert refresh_error(OSError(28, "No space left"), "").kind is ProblemKind.DISK
    assert refresh_error(DownloadError("x"), "").kind is ProblemKind.UNREACHABLE
    assert refresh_error(ValueError("x"), "2.targets.json").kind is ProblemKind.TAMPERED
    assert isinstance(source_of(Repository("main", "/srv", b"", None)), FolderFetcher)
