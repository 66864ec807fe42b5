"""A kill or a full disk at any step of publishing or reading leaves the old state or the whole new one."""

from __future__ import annotations

import errno
import fcntl
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from groundstop.directives import repository
from groundstop.directives.repository.disk import locked
from groundstop.directives.subscribing import ProblemKind
from groundstop.errors import GroundstopError, WorkspaceError
from groundstop.evidence import KeyFolder, OwnKey
from groundstop.evidence.disk import TEMPORARY
from tests.directive_parts import a_charter, a_stop, at, for_everybody, officer
from tests.faults.evidence.failing_steps import Killed, Steps, failing
from tests.repository_parts import Scene, denied, envelope, ids_in_force, keeper, kinds, online

FULL = OSError(errno.ENOSPC, "No space left on device")
FIRST, SECOND = for_everybody(1), for_everybody(2)
SOON, LATER = at(0.02), at(0.03)


@pytest.fixture(autouse=True)
def a_disk_that_is_quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Waiting for the real disk at each step would show nothing more."""
    monkeypatch.setattr(os, "fsync", lambda _: None)


@cache
def before() -> tuple[TemporaryDirectory[str], Scene]:
    """Return a repository with one order, and a gateway that knows it; it is made once, and copied."""
    folder = TemporaryDirectory()
    scene = Scene(Path(folder.name), charter=a_charter())
    scene.publish(FIRST)
    assert scene.subscriber().refresh(at(0)).good
    return folder, scene


def publish(scene: Scene) -> None:
    scene.publish(SECOND, now=SOON)


def rotate(scene: Scene) -> None:
    repository.rotate_keys(
        scene.places.folder,
        [keeper(number).card for number in (3, 4, 5)],
        2,
        online(2).card,
        [keeper(1), keeper(3), keeper(4), online(2)],
        now=SOON,
    )


def renew(scene: Scene) -> None:
    repository.refresh(scene.places.folder, online(), now=SOON)


ACTS: dict[str, Callable[[Scene], None]] = {"publish": publish, "rotate": rotate, "renew": renew}


def steps_of(work: Callable[[], object]) -> int:
    with failing(Steps()) as steps:
        work()
    assert steps.count > 3
    return steps.count


def check_public(scene: Scene, what: object) -> None:
    """Check that a gateway can go on from what is public, and that the publisher can."""
    subscriber = scene.subscriber()
    subscriber.load(SOON)
    repository.status(scene.places.folder, now=SOON)
    refreshed = subscriber.refresh(SOON)
    assert refreshed.good, (what, refreshed.problems)
    assert FIRST.id in ids_in_force(subscriber)
    assert denied(subscriber, SOON)


def do_again(scene: Scene, act: str, what: object) -> None:
    keys = online(2) if act == "rotate" else online()
    with suppress(GroundstopError):
        ACTS[act](scene)
    repository.refresh(scene.places.folder, keys, now=LATER)
    state = repository.status(scene.places.folder, now=LATER)
    assert not [note for note in state.notes if "expired" in note or "too few" in note], what
    if act == "publish":
        assert [one.documents for one in state.authorities] == [2]
    if act == "rotate":
        assert state.roles[0].may_sign == tuple(keeper(number).card.key_id for number in (3, 4, 5))
    check_public(scene, what)


@pytest.mark.parametrize("act", ["publish", "rotate", "renew"])
@pytest.mark.parametrize("error", [FULL, Killed], ids=["full disk", "kill"])
def test_the_publisher_leaves_the_old_state_or_the_whole_new_one(
    tmp_path: Path, act: str, error: OSError | type[Killed]
) -> None:
    scene = before()[1]
    whole = scene.copied(tmp_path / "whole")
    count, errors = steps_of(lambda: ACTS[act](whole)), []
    for place in range(2 * (error is FULL), count, 5):
        here = scene.copied(tmp_path / str(place))
        with failing(Steps(place, error)):
            if error is Killed:
                with suppress(Killed):
                    ACTS[act](here)
            else:
                try:
                    ACTS[act](here)
                except WorkspaceError as said:
                    errors.append(said)
        if act != "rotate":
            check_public(here, place)
        do_again(here, act, place)
    assert bool(errors) is (error is FULL)


def test_a_new_root_that_was_interrupted_is_finished_by_whoever_comes_next(tmp_path: Path) -> None:
    """In between a gateway may be refused; it keeps its denials, and is right again afterwards."""
    scene = before()[1]
    whole = scene.copied(tmp_path / "whole")
    count, refused = steps_of(lambda: rotate(whole)), 0
    for place in range(count // 2, count, 3):
        here = scene.copied(tmp_path / str(place))
        with failing(Steps(place, Killed)), suppress(Killed):
            rotate(here)
        subscriber = here.subscriber()
        subscriber.load(SOON)
        between = subscriber.refresh(SOON)
        refused += not between.good
        assert kinds(between) <= {ProblemKind.FORGED}
        assert FIRST.id in ids_in_force(subscriber)
        check_public(here, place)
    assert refused


@pytest.mark.parametrize("error", [FULL, Killed], ids=["full disk", "kill"])
def test_a_gateway_keeps_its_denials_whatever_step_of_reading_fails(
    tmp_path: Path, error: OSError | type[Killed]
) -> None:
    whole = before()[1].copied(tmp_path / "with two")
    publish(whole)
    reading = whole.copied(tmp_path / "whole").subscriber()
    reading.load(SOON)
    count = steps_of(lambda: reading.refresh(SOON))
    for place in range(int(error is FULL), count, 3):
        here = whole.copied(tmp_path / str(place))
        subscriber = here.subscriber()
        subscriber.load(SOON)
        with failing(Steps(place, error)), suppress(Killed):
            refreshed = subscriber.refresh(SOON)
            assert kinds(refreshed) <= {ProblemKind.DISK}, place
        assert FIRST.id in ids_in_force(subscriber)
        again = here.subscriber()
        again.load(SOON)
        assert again.active.closed == ()
        assert FIRST.id in ids_in_force(again)
        for one in (subscriber, again) if error is FULL else (again,):
            refreshed = one.refresh(SOON)
            assert refreshed.good, (place, refreshed.problems)
            assert {FIRST.id, SECOND.id} <= set(ids_in_force(one))
        left = [path for path in (here.folder / "operator").rglob("*") if path.name.startswith(TEMPORARY)]
        assert left == [] or error is Killed


def test_a_denial_that_cannot_be_kept_on_disk_is_enforced_and_kept_at_the_next_chance(tmp_path: Path) -> None:
    scene = before()[1].copied(tmp_path)
    publish(scene)
    subscriber = scene.subscriber()
    subscriber.load(SOON)
    kept = scene.folder / "operator" / "state" / "main" / "oak-office.kept"
    kept.unlink()
    kept.mkdir()
    refreshed = subscriber.refresh(SOON)
    assert kinds(refreshed) == {ProblemKind.DISK}
    assert SECOND.id in ids_in_force(subscriber)
    kept.rmdir()
    assert subscriber.refresh(LATER).good
    again = scene.subscriber()
    again.load(LATER)
    assert SECOND.id in ids_in_force(again)


def test_a_gateway_that_could_not_keep_a_denial_is_not_fresh_after_a_restart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The small file that says when something was heard fits on a disk on which the large one does not."""
    from groundstop.directives.subscribing.keeping import Shelf
    from groundstop.directives.subscribing.problems import RefreshError

    scene = before()[1].copied(tmp_path)
    scene.publish(SECOND, now=at(2))
    subscriber = scene.subscriber()
    subscriber.load(at(2))

    def full(self: Shelf, kept: object) -> None:
        raise RefreshError(ProblemKind.DISK, "The disk is full")

    with monkeypatch.context() as patched:
        patched.setattr(Shelf, "write", full)
        for _ in range(2):
            assert kinds(subscriber.refresh(at(2))) == {ProblemKind.DISK}
            assert subscriber.active.heard == at(2).timestamp()
    again = scene.subscriber()
    again.load(at(2))
    assert again.active.heard == at(0).timestamp()
    assert subscriber.refresh(at(2)).good
    again.load(at(2))
    assert again.active.heard == at(2).timestamp()
    assert SECOND.id in ids_in_force(again)


KILLED = """
import os, signal, sys
from pathlib import Path
from groundstop.directives import repository
from groundstop.evidence import KeyFolder
from tests.directive_parts import at

real = os.replace

def replace(source, target):
    if str(target).endswith("snapshot.json"):
        os.kill(os.getpid(), signal.SIGKILL)
    real(source, target)

os.replace = replace
keys = KeyFolder(Path(sys.argv[2]))
order = Path(sys.argv[3]).read_bytes()
repository.publish(Path(sys.argv[1]), order, [keys.load(name) for name in keys.names()], now=at(0.02))
"""


def test_a_real_kill_in_the_middle_of_publishing_does_no_harm(tmp_path: Path) -> None:
    scene = before()[1].copied(tmp_path)
    document = tmp_path / "order.dsse.json"
    document.write_bytes(envelope(SECOND))
    keys = tmp_path / "keys"
    for key in (officer(1), officer(2), online()):
        write_key(keys, key)
    done = subprocess.run(
        [sys.executable, "-c", KILLED, scene.places.folder, keys, document],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert done.returncode == -signal.SIGKILL, done.stderr
    check_public(scene, "killed")
    assert [one.documents for one in repository.status(scene.places.folder, now=SOON).authorities] == [1]
    do_again(scene, "publish", "killed")


def write_key(folder: Path, key: OwnKey) -> None:
    """Write a key's files; those of tests are made in folders that are gone."""
    private = key.signer._private_key  # type: ignore[attr-defined]
    pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    made = KeyFolder(folder).new(key.card.name, created=key.card.created, private_pem=pem)
    assert made.key_id == key.card.key_id


def test_two_who_publish_at_once_both_get_through(tmp_path: Path) -> None:
    scene = before()[1].copied(tmp_path)
    documents = [SECOND, a_stop(), for_everybody(4), for_everybody(5)]
    failed: list[BaseException] = []

    def work(document: object) -> None:
        try:
            scene.publish(document, now=SOON)  # type: ignore[arg-type]
        except GroundstopError as error:
            failed.append(error)

    threads = [threading.Thread(target=work, args=(document,)) for document in documents]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    subscriber = scene.subscriber()
    assert subscriber.refresh(SOON).good
    assert {one.id for one in documents} < set(ids_in_force(subscriber))  # type: ignore[attr-defined]


def test_a_publisher_that_waits_too_long_says_so(tmp_path: Path) -> None:
    with locked(tmp_path):
        waiting = locked(tmp_path, wait_s=0)
        with pytest.raises(WorkspaceError, match="Another program is publishing"):
            waiting.__enter__()


def test_a_second_program_that_reads_into_the_same_folder_is_told_so(tmp_path: Path) -> None:
    scene = before()[1].copied(tmp_path)
    subscriber = scene.subscriber()
    subscriber.load(SOON)
    handle = os.open(scene.folder / "operator" / "state" / "main", os.O_RDONLY)
    fcntl.flock(handle, fcntl.LOCK_EX)
    try:
        refreshed = subscriber.refresh(SOON)
        assert kinds(refreshed) == {ProblemKind.DISK}
        assert "Another program" in refreshed.problems[0].what
        assert FIRST.id in ids_in_force(subscriber)
    finally:
        os.close(handle)
    assert subscriber.refresh(SOON).good
