"""A repository as other people's clients see it: python-tuf's own and tuf-js, from any web server."""

from __future__ import annotations

import json
import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from tuf.api.exceptions import DownloadError, RepositoryError
from tuf.ngclient import Updater

from groundstop.directives import repository
from groundstop.documents.directives import Charter, DirectiveSet
from groundstop.evidence.statements import digest_of
from tests.directive_parts import a_charter, a_stop, for_everybody, officer
from tests.repository_parts import AUTHORITY, Scene, envelope, keeper, online

NODE = Path(__file__).parent.parent / "node"
needs_tuf_js = pytest.mark.skipif(
    shutil.which("node") is None or not (NODE / "node_modules" / "tuf-js").is_dir(),
    reason="node, or its packages (npm ci in tests/outside/node), are not installed",
)
TARGETS = (f"charters/{AUTHORITY}.json", f"orders/{AUTHORITY}.json", f"urgent/{AUTHORITY}.json")
UNSIGNED = "UnsignedMetadataError"
ORDER, STOP = for_everybody(1), a_stop()


class Quiet(SimpleHTTPRequestHandler):
    """The web server of the standard library, without its log."""

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name is the base's
        """Say nothing."""


@contextmanager
def any_web_server(folder: Path) -> Iterator[str]:
    """Serve a folder."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder))) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}/"
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    """A repository at the real time: other people's clients read the real clock."""
    scene = Scene(tmp_path, charter=a_charter())
    scene.publish(ORDER)
    scene.publish(STOP, 1, keys=[officer(1), online()])
    rotate(scene)
    scene.refresh(datetime.now(UTC))
    return scene


def rotate(scene: Scene) -> None:
    """Change a root key, so that a client has a chain to follow; and renew what has expired meanwhile."""
    cards = [keeper(number).card for number in (2, 3, 4)]
    keys = [keeper(number) for number in (1, 2, 3)]
    done = repository.rotate_keys(
        scene.places.folder, cards, 2, online().card, [*keys, online()], now=datetime.now(UTC)
    )
    assert done.published


class Got(NamedTuple):
    files: dict[str, str | None]
    error: str | None


def with_python_tuf(folder: Path, url: str, root: bytes) -> Got:
    """Fetch as the documentation of python-tuf says."""
    (folder / "metadata").mkdir(parents=True, exist_ok=True)
    (folder / "targets").mkdir(exist_ok=True)
    try:
        updater = Updater(
            metadata_dir=str(folder / "metadata"),
            metadata_base_url=f"{url}metadata/",
            target_dir=str(folder / "targets"),
            target_base_url=f"{url}targets/",
            bootstrap=root,
        )
        updater.refresh()
        found: dict[str, str | None] = {}
        for path in TARGETS:
            info = updater.get_targetinfo(path)
            found[path] = None if info is None else Path(updater.download_target(info)).read_text()
        return Got(found, None)
    except (RepositoryError, DownloadError) as error:
        return Got({}, type(error).__name__)


def with_tuf_js(folder: Path, url: str, root: bytes) -> Got:
    """Fetch as the documentation of tuf-js says."""
    for name in ("metadata", "targets"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    if not (folder / "metadata" / "root.json").exists():
        (folder / "metadata" / "root.json").write_bytes(root)
    done = subprocess.run(
        ["node", "fetch-with-tuf.mjs"],
        cwd=NODE,
        input=json.dumps({"folder": str(folder), "url": url, "targets": TARGETS}),
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    answer = json.loads(done.stdout)
    return Got(answer["files"], answer["error"])


CLIENTS = [
    pytest.param(with_python_tuf, id="python-tuf"),
    pytest.param(with_tuf_js, id="tuf-js", marks=needs_tuf_js),
]


@pytest.mark.parametrize("client", CLIENTS)
def test_a_client_that_is_not_ours_fetches_and_verifies_everything(
    tmp_path: Path, scene: Scene, client: Any
) -> None:
    with any_web_server(scene.places.public) as url:
        got = client(tmp_path / "client", url, scene.root)
    assert got.error is None
    files = {path: (text or "").encode() for path, text in got.files.items()}
    assert Charter.parse(files[TARGETS[0]], source="the charter") == a_charter()
    sets = [DirectiveSet.parse(files[path], source=path) for path in TARGETS[1:]]
    digests = [[digest_of(canonical(one)) for one in found.envelopes] for found in sets]
    assert digests == [[digest_of(envelope(ORDER))], [digest_of(envelope(STOP, 1))]]


def canonical(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


@pytest.mark.parametrize(
    ("client", "older_is", "changed_is"),
    [
        pytest.param(with_python_tuf, "BadVersionNumberError", "UnsignedMetadataError", id="python-tuf"),
        pytest.param(
            with_tuf_js, "BadVersionError", "UnsignedMetadataError", id="tuf-js", marks=needs_tuf_js
        ),
    ],
)
def test_a_client_that_is_not_ours_refuses_what_was_changed_or_is_older(
    tmp_path: Path, scene: Scene, client: Any, older_is: str, changed_is: str
) -> None:
    older = scene.places.timestamp.read_bytes()
    with any_web_server(scene.places.public) as url:
        scene.refresh(datetime.now(UTC))
        assert client(tmp_path / "client", url, scene.root).error is None
        scene.places.timestamp.write_bytes(older)
        assert client(tmp_path / "client", url, scene.root).error == older_is
        changed = json.loads(older)
        changed["signed"]["version"] += 9
        scene.places.timestamp.write_text(json.dumps(changed))
        assert client(tmp_path / "client", url, scene.root).error == changed_is
