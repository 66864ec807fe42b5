"""A full disk or a kill at each step of acting in a case leaves every file whole, old or new."""

from __future__ import annotations

import errno
import os
import shutil
import signal
import subprocess
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from groundstop.cases.attachments import finding_ref
from groundstop.cases.auditing import audit_case
from groundstop.cases.files import CaseFile, read_case
from groundstop.cases.folding import fold
from groundstop.cases.speaking import open_case
from groundstop.cli import case_acting, case_exchange, case_open
from groundstop.cli.parties import trusted
from groundstop.evidence import read_bundle
from groundstop.evidence.archive import write_archive
from groundstop.evidence.disk import TEMPORARY
from groundstop.evidence.log.disk import locked
from tests.cases import ROLES, an_opening
from tests.commands import PROGRAM, Ended, environment
from tests.evidence_parties import Party, inside
from tests.evidence_samples import alder
from tests.faults.evidence.failing_steps import Killed, Steps, failing

FULL = OSError(errno.ENOSPC, "No space left on device")


class ReadOnly(Steps):
    """A disk on which nothing can be changed."""

    def step(self) -> None:
        """Fail."""
        raise OSError(errno.EROFS, "Read-only file system")


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two parties, each with a copy of a case: the developer has said something that the reporter lacks."""
    root = tmp_path_factory.mktemp("interrupted") / "root"
    root.mkdir()
    reporter, developer = (Party.new(name, root / name) for name in ("alder-lab", "elm-models"))
    reporter.believes(developer)
    developer.believes(reporter)
    reporter.seals(root / "finding.gsb")
    opened = ("--title", "The desk tells its password", "--party", "developer=elm-models")
    done = reporter.does("case", "open", root / "finding.gsb", *opened, "--output", root / "case.gsb")
    assert done.code == 0, done.err
    theirs = root / "theirs.gsb"
    assert developer.does("case", "import", root / "case.gsb", "--output", theirs).code == 0
    assert developer.does("case", "say", theirs, "acknowledged").code == 0
    return root


@pytest.fixture(autouse=True)
def a_disk_that_is_quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Waiting for the real disk would show nothing more."""
    monkeypatch.setattr(os, "fsync", lambda _: None)


class Scene:
    """A copy of what was before, in which one command is run on a disk that fails."""

    def __init__(self, before: Path, folder: Path) -> None:
        self.root = folder / "scene"
        shutil.rmtree(self.root, ignore_errors=True)
        shutil.copytree(before, self.root)
        self.alder = Party("alder-lab", self.root / "alder-lab")
        self.case = self.root / "case.gsb"
        self.new = self.root / "new.gsb"
        self.old = self.case.read_bytes()

    def run(self, command: str) -> Ended:
        finding, title = self.root / "finding.gsb", ("--title", "Another")
        words: dict[str, tuple[str | Path, ...]] = {
            "say": ("say", self.case, "remark", "text=So it is."),
            "merge": ("merge", self.case, self.root / "theirs.gsb"),
            "import": ("import", self.root / "theirs.gsb", "--output", self.new),
            "export": ("export", self.case, "--to", self.new),
            "open": ("open", finding, *title, "--output", self.new),
        }
        return self.alder.does("case", *words[command], "--key", "alder-lab")

    def whole(self, path: Path) -> bool:
        """Whether a file is a case that passes its audit; or is not there, which nobody takes for one."""
        if not path.exists():
            return True
        trust = trusted(self.alder.folder)
        return audit_case(path.read_bytes(), trust, heads=None, source=str(path)).passed

    def left(self) -> list[Path]:
        return [path for path in self.root.iterdir() if path.name.startswith(TEMPORARY)]


COMMANDS = ["say", "merge", "import", "export", "open"]


def steps_of(command: str, before: Path, folder: Path) -> int:
    scene = Scene(before, folder)
    with failing(Steps()) as steps:
        done = scene.run(command)
    assert done.code == 0, done.err
    assert steps.count >= 5
    return steps.count


def check_and_go_on(scene: Scene, command: str, place: int) -> None:
    """The old file or a whole new one is there, and the command can be run again."""
    assert scene.whole(scene.new), place
    assert scene.case.read_bytes() == scene.old or scene.whole(scene.case), place
    assert {path.name for path in scene.root.glob("*.gsb")} <= {
        *("finding.gsb", "case.gsb", "theirs.gsb", "new.gsb")
    }
    again = scene.run(command)
    assert again.code == 0 or "exists already" in again.err, (place, again.err)
    assert scene.whole(scene.case)
    assert scene.whole(scene.new)


@pytest.mark.parametrize("command", COMMANDS)
def test_a_full_disk_leaves_the_old_file_or_the_whole_new_one(
    before: Path, tmp_path: Path, command: str
) -> None:
    said = set()
    for place in range(steps_of(command, before, tmp_path)):
        scene = Scene(before, tmp_path)
        with failing(Steps(place, FULL)):
            ended = scene.run(command)
        if ended.code != 0:
            assert ended.code == 2, place
            assert ended.err.startswith("groundstop: "), ended.err
            assert ended.err.count("\n") == 1
            said.add("cannot be written: No space left on device" in ended.err)
        # What could not be removed stays, beside what was written.
        assert scene.left() == [] or scene.new.exists(), place
        check_and_go_on(scene, command, place)
    assert True in said


@pytest.mark.parametrize("command", COMMANDS)
def test_a_kill_leaves_the_old_file_or_the_whole_new_one(before: Path, tmp_path: Path, command: str) -> None:
    for place in range(steps_of(command, before, tmp_path)):
        scene = Scene(before, tmp_path)
        with failing(Steps(place, Killed)), suppress(Killed):
            scene.run(command)
        check_and_go_on(scene, command, place)


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


@pytest.mark.parametrize("place", [1, 3])
def test_a_real_kill_does_no_other_harm(before: Path, tmp_path: Path, place: int) -> None:
    scene = Scene(before, tmp_path)
    words = ["case", "say", scene.case, "remark", "text=So it is.", "--workspace", scene.alder.folder]
    process = subprocess.run(
        [*PROGRAM[:1], "-c", KILLED, str(place), *map(str, words)],
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert process.returncode == -signal.SIGKILL, process.stderr
    assert scene.case.read_bytes() == scene.old
    check_and_go_on(scene, "say", place)


@pytest.mark.parametrize("command", COMMANDS)
def test_a_folder_that_can_only_be_read_is_told_and_nothing_is_changed(
    before: Path, tmp_path: Path, command: str
) -> None:
    scene = Scene(before, tmp_path)
    with failing(ReadOnly()):
        ended = scene.run(command)
    assert ended.code == 2
    assert "cannot be written: Read-only file system" in ended.err
    assert (scene.case.read_bytes(), scene.new.exists()) == (scene.old, False)


@pytest.mark.parametrize("command", ["say", "merge", "export"])
@pytest.mark.parametrize("part", [0, 1, 2, 3])
def test_a_file_that_was_written_by_half_is_refused_and_stays(
    before: Path, tmp_path: Path, command: str, part: int
) -> None:
    scene = Scene(before, tmp_path)
    half = scene.old[: len(scene.old) * part // 4]
    scene.case.write_bytes(half)
    ended = scene.run(command)
    assert (ended.code, ended.out) == (2, "")
    assert "is not a whole bundle" in ended.err
    assert scene.case.read_bytes() == half


def test_a_copy_that_was_written_by_half_is_refused_and_the_own_file_stays(
    before: Path, tmp_path: Path
) -> None:
    scene = Scene(before, tmp_path)
    theirs = scene.root / "theirs.gsb"
    theirs.write_bytes(theirs.read_bytes()[:-10])
    ended = scene.run("merge")
    assert (ended.code, scene.case.read_bytes()) == (2, scene.old)
    assert str(theirs) in ended.err
    assert (scene.run("import").code, scene.new.exists()) == (2, False)


# Two programs at once


def meanwhile(scene: Scene, first: str, then: Callable[[], object]) -> Ended:
    """Run a command; when it is about to read the file again for saving, something else is done."""
    real, done = case_acting.read, list[Path]()

    def read(path: Path) -> CaseFile:
        found = real(path)
        if not done and path == scene.case:
            done.append(path)
            then()
        return found

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(case_acting, "read", read)
        patch.setattr(case_exchange, "read", read)
        patch.setattr(case_open, "read", read)
        ended = scene.run(first)
    assert done
    return ended


def test_two_programs_that_say_something_at_once_do_not_lose_what_the_other_said(
    before: Path, tmp_path: Path
) -> None:
    scene, other = Scene(before, tmp_path), list[Ended]()
    ended = meanwhile(scene, "say", lambda: other.append(scene.run("merge")))
    assert ended.code == 0, ended.err
    assert other[0].code == 2
    assert "is being written to by another program" in other[0].err
    assert scene.run("merge").code == 0
    kinds = {entry.said.type for entry in fold(read_case(scene.case)).entries}
    assert {"opened", "acknowledged"} < kinds
    assert scene.whole(scene.case)


def test_two_programs_of_which_one_adds_only_what_somebody_has_seen_do_not_lose_that(
    before: Path, tmp_path: Path
) -> None:
    scene = Scene(before, tmp_path)
    assert scene.run("merge").code == 0
    elm = Party("elm-models", scene.root / "elm-models")
    seen = scene.root / "seen.gsb"
    assert scene.run("say").code == 0
    assert elm.does("case", "import", scene.case, "--output", seen).code == 0

    def takes() -> Ended:
        return elm.does("case", "merge", scene.case, seen)

    ended = meanwhile(scene, "say", takes)
    keepers = [{one.keeper for one in entry.sightings} for entry in fold(read_case(scene.case)).entries]
    assert ended.code == 2 or "elm-models" in keepers[2], "what the developer has seen was lost"


def test_a_folder_that_another_program_writes_to_is_told_and_nothing_is_changed(
    before: Path, tmp_path: Path
) -> None:
    scene = Scene(before, tmp_path)
    with locked(scene.root):
        ended = scene.run("say")
    assert ended.code == 2
    assert "is being written to by another program" in ended.err
    assert scene.case.read_bytes() == scene.old


def test_a_case_that_was_exchanged_for_another_meanwhile_is_not_overwritten(
    before: Path, tmp_path: Path
) -> None:
    scene = Scene(before, tmp_path)
    assert scene.run("open").code == 0
    other = scene.new.read_bytes()
    ended = meanwhile(scene, "say", lambda: scene.case.write_bytes(other))
    assert (ended.code, scene.case.read_bytes()) == (2, other)
    assert "was changed meanwhile" in ended.err


def test_a_case_that_was_removed_meanwhile_is_told(before: Path, tmp_path: Path) -> None:
    scene = Scene(before, tmp_path)
    ended = meanwhile(scene, "say", scene.case.unlink)
    assert ended.code == 2
    assert "There is no file" in ended.err


# Clocks


def set_clock(patch: pytest.MonkeyPatch, by: timedelta) -> None:
    for module in (case_acting, case_exchange, case_open):
        patch.setattr(module, "now", lambda: datetime.now(UTC) + by)


def test_a_clock_that_jumped_back_is_said_and_nothing_is_changed(
    before: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene = Scene(before, tmp_path)
    set_clock(monkeypatch, timedelta(days=-1))
    for command in ("say", "merge"):
        ended = scene.run(command)
        assert ended.code == 2, command
        assert "clock" in ended.err
        assert "Set the clock" in ended.err
        assert scene.case.read_bytes() == scene.old


def test_a_clock_that_jumped_forward_and_back_is_told_until_its_time_has_passed(
    before: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene = Scene(before, tmp_path)
    with monkeypatch.context() as patch:
        set_clock(patch, timedelta(hours=2))
        assert scene.run("say").code == 0
    ahead = scene.case.read_bytes()
    ended = scene.run("say")
    assert (ended.code, scene.case.read_bytes()) == (2, ahead)
    assert "Set the clock right, or wait until that moment has passed" in ended.err
    with monkeypatch.context() as patch:
        set_clock(patch, timedelta(hours=3))
        assert scene.run("say").code == 0
        assert scene.whole(scene.case)


def test_a_case_is_shown_by_somebody_whose_clock_is_behind(
    before: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene = Scene(before, tmp_path)
    set_clock(monkeypatch, timedelta(days=-30))
    for command in ("show", "state", "timeline"):
        done = inside("case", command, scene.case)
        assert done.code in (0, 1), done.err
        assert done.out


# Whose copies


def test_copies_of_unrelated_cases_are_not_merged_and_both_stay(before: Path, tmp_path: Path) -> None:
    scene = Scene(before, tmp_path)
    assert scene.run("open").code == 0
    other = scene.new.read_bytes()
    ended = scene.alder.does("case", "merge", scene.case, scene.new)
    assert ended.code == 2
    assert "they are unrelated" in ended.err
    assert (scene.case.read_bytes(), scene.new.read_bytes()) == (scene.old, other)


def test_a_case_that_claims_anothers_id_is_not_merged(before: Path, tmp_path: Path) -> None:
    scene = Scene(before, tmp_path)
    bundle = read_bundle(scene.root / "finding.gsb")
    opening = an_opening(findings=(finding_ref(bundle),))
    given = [(bundle, (scene.root / "finding.gsb").read_bytes())]
    claimed = open_case(
        read_case(scene.case).id, opening, ROLES["alder-lab"], given, alder(), now=datetime.now(UTC)
    )
    scene.new.write_bytes(write_archive(claimed.members))
    ended = scene.alder.does("case", "merge", scene.case, scene.new)
    assert ended.code == 2
    assert "both claim the id" in ended.err
    assert scene.case.read_bytes() == scene.old
