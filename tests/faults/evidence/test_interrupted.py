"""A full disk or a kill at each step of sealing, granting and adding leaves every file whole, old or new."""

from __future__ import annotations

import errno
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from groundstop.cli import finding, finding_growing, opening
from groundstop.cli.parties import trusted
from groundstop.evidence import KeyFolder, read_bundle
from groundstop.evidence.audit import audit_path
from groundstop.evidence.disk import TEMPORARY
from tests.commands import PROGRAM, Ended, environment
from tests.evidence_parties import Party
from tests.evidence_samples import failures
from tests.faults.evidence.failing_steps import Killed, Steps, failing

FULL = OSError(errno.ENOSPC, "No space left on device")


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two parties; one has a finding, and the other's statement about it."""
    root = tmp_path_factory.mktemp("interrupted") / "root"
    root.mkdir()
    alder, birch = (Party.new(name, root / name) for name in ("alder-lab", "birch-lab"))
    alder.believes(birch)
    birch.believes(alder)
    alder.seals(root / "finding.gsb", "--to", "birch-lab:recipe")
    birch.does(
        *("reproduce", root / "finding.gsb", "--target", "scripted:leaky", "--canaries", "0", "--seed", "2"),
        *("--shares", "nothing", "--output", root / "statement.json"),
    )
    return root


@pytest.fixture(autouse=True)
def a_disk_that_is_quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Waiting for the real disk a thousand times would show nothing more; power cuts are the log's tests."""
    monkeypatch.setattr(os, "fsync", lambda _: None)


class Scene:
    """A copy of what was before, in which one command is run on a disk that fails."""

    def __init__(self, before: Path, folder: Path) -> None:
        self.root = folder / "scene"
        shutil.rmtree(self.root, ignore_errors=True)
        shutil.copytree(before, self.root)
        self.alder = Party("alder-lab", self.root / "alder-lab")
        self.file = self.root / "finding.gsb"

    def run(self, command: str) -> Ended:
        words: dict[str, tuple[str | Path, ...]] = {
            "seal": ("finding", "seal", "last", "--output", self.root / "new.gsb"),
            "grant": ("finding", "grant", self.file, "--to", "birch-lab", "--part", "plan"),
            "add": ("finding", "add", self.file, self.root / "statement.json"),
        }
        return self.alder.does(*words[command], "--key", "alder-lab")

    def whole(self, path: Path) -> bool:
        """Whether a file is a bundle that passes its audit; or is not there, which nobody takes for one."""
        return not path.exists() or self.audit(path) == []

    def audit(self, path: Path) -> list[tuple[str, str | None, str]]:
        return failures(audit_path(path, trusted(self.alder.folder), heads=None))


def steps_of(command: str, before: Path, folder: Path) -> int:
    scene = Scene(before, folder)
    with failing(Steps()) as steps:
        assert scene.run(command).code == 0
    assert steps.count > 5
    return steps.count


def scenes(command: str, before: Path, folder: Path, *, kills: bool) -> Iterator[tuple[int, Scene]]:
    """Yield the steps at which a command is made to fail.

    Sealing and granting record in the same way: each has every second step fail in one way, and the others in
    the other, so that between them each step of recording fails in both.
    """
    first, apart = (0, 1) if command == "add" else (int((command == "seal") ^ kills), 2)
    for place in range(first, steps_of(command, before, folder), apart):
        yield place, Scene(before, folder)


@pytest.mark.parametrize("command", ["seal", "grant", "add"])
def test_a_full_disk_leaves_the_old_file_or_the_whole_new_one(
    before: Path, tmp_path: Path, command: str
) -> None:
    said = set()
    for place, scene in scenes(command, before, tmp_path, kills=False):
        old = scene.file.read_bytes()
        with failing(Steps(place, FULL)):
            ended = scene.run(command)
        if ended.code != 0:
            assert ended.code == 2, place
            assert ended.err.startswith("groundstop: "), ended.err
            assert ended.err.count("\n") == 1
            said.add(ended.err.partition("cannot be")[2][:8])
        assert scene.whole(scene.root / "new.gsb"), place
        assert scene.file.read_bytes() == old or scene.audit(scene.file) == [], place
        check_and_go_on(scene, command, place)
    assert " written" in said


@pytest.mark.parametrize("command", ["seal", "grant", "add"])
def test_a_kill_leaves_the_old_file_or_the_whole_new_one(before: Path, tmp_path: Path, command: str) -> None:
    for place, scene in scenes(command, before, tmp_path, kills=True):
        old = scene.file.read_bytes()
        with failing(Steps(place, Killed)), suppress(Killed):
            scene.run(command)
        assert scene.whole(scene.root / "new.gsb"), place
        assert scene.file.read_bytes() == old or scene.audit(scene.file) == [], place
        check_and_go_on(scene, command, place)


def check_and_go_on(scene: Scene, command: str, place: int) -> None:
    """Run the command again: it ends well, or says that it is done already; and all records are in order."""
    again = scene.run(command)
    done = ("exists already", "can read the part plan already", "has this document already")
    if again.code != 0:
        assert any(words in again.err for words in done), (place, again.err)
        words = ("finding", "open", scene.file, "--purpose", "a test", "--output", scene.root / "opened")
        assert scene.alder.does(*words, "--key", "alder-lab").code == 0
    assert scene.audit(scene.file) == [], place
    assert scene.audit(scene.alder.records) == [], place
    left = [path for path in scene.alder.records.rglob("*") if path.name.startswith(TEMPORARY)]
    assert left == [], place


KILLED = """
import os, signal, sys
from tests.faults.evidence.failing_steps import Steps, failing
from groundstop.cli.main import run

class Killing(Steps):
    def step(self):
        if self.count == int(sys.argv[1]):
            os.kill(os.getpid(), signal.SIGKILL)
        self.count += 1

with failing(Killing()):
    sys.exit(run(sys.argv[2:]))
"""


@pytest.mark.parametrize("place", [2, 20])
def test_a_real_kill_does_no_other_harm(before: Path, tmp_path: Path, place: int) -> None:
    scene = Scene(before, tmp_path)
    old = scene.file.read_bytes()
    words = ["finding", "grant", scene.file, "--to", "birch-lab", "--part", "plan", "--key", "alder-lab"]
    process = subprocess.run(
        [*PROGRAM[:1], "-c", KILLED, str(place), *map(str, words), "--workspace", str(scene.alder.folder)],
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert process.returncode == -signal.SIGKILL, process.stderr
    assert scene.file.read_bytes() == old
    check_and_go_on(scene, "grant", place)


def test_a_key_whose_making_was_interrupted_can_be_made_again(tmp_path: Path) -> None:
    for place in range(30):
        folder = tmp_path / str(place)
        folder.mkdir()
        party = Party("alder-lab", folder)
        with failing(Steps(place, Killed)) as steps, suppress(Killed):
            party.does("key", "new", "alder-lab")
        if steps.count <= place:
            break
        again = party.does("key", "new", "alder-lab")
        assert again.code == 0 or "There is a key alder-lab already" in again.err, (place, again.err)
        assert KeyFolder(party.keys).load("alder-lab").card.name == "alder-lab"
    assert 10 < place < 29


def test_a_trust_file_that_could_not_be_written_stays_as_it_was(before: Path, tmp_path: Path) -> None:
    scene = Scene(before, tmp_path)
    path = scene.alder.folder / "groundstop-trust.json"
    old = path.read_bytes()
    for place in range(5):
        with failing(Steps(place, FULL)):
            ended = scene.alder.does("key", "revoke", "birch-lab", "--reason", "a test")
        assert (ended.code, path.read_bytes()) == (2, old) or path.read_bytes() != old
        assert path.exists()
    assert scene.alder.does("key", "revoke", "birch-lab", "--reason", "a test").code == 0


def test_a_clock_that_jumped_back_is_said_by_the_command(
    before: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Earlier(datetime):
        @classmethod
        def now(cls, tz: object = None) -> datetime:  # type: ignore[override]
            return datetime.now(UTC) - timedelta(days=1)

    for module in (finding, finding_growing, opening):
        monkeypatch.setattr(module, "datetime", Earlier)
    scene = Scene(before, tmp_path)
    old = scene.file.read_bytes()
    for command in ("seal", "grant", "add"):
        ended = scene.run(command)
        assert ended.code == 2
        assert "clock" in ended.err
        assert "Set the clock" in ended.err
    assert scene.file.read_bytes() == old
    assert not (scene.root / "new.gsb").exists()
    assert scene.audit(scene.alder.records) == []


def test_two_commands_that_add_at_once_do_not_lose_what_the_other_added(before: Path, tmp_path: Path) -> None:
    scene = Scene(before, tmp_path)
    real = os.fsync
    grown: list[bool] = []

    def meanwhile(handle: int) -> None:
        # Just before the grant reads the file again, somebody else adds the statement.
        if not grown:
            grown.append(True)
            assert scene.run("add").code == 0
        real(handle)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", meanwhile)
        ended = scene.run("grant")
    assert grown
    assert ended.code == 2
    assert "was changed meanwhile" in ended.err
    assert any("corroboration" in name for name in read_bundle(scene.file).members)
    assert scene.run("grant").code == 0
    assert scene.audit(scene.file) == []
