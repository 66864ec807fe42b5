"""Whatever is done to what a gateway keeps on disk: it says so, and is closed or keeps its denials."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from groundstop.directives.subscribing import ProblemKind, Subscriber
from tests.directive_parts import a_charter, at, for_everybody
from tests.evidence_samples import a_key
from tests.repository_parts import AUTHORITY, Scene, denied, ids_in_force, kinds

FIRST = for_everybody(1)
SOON = at(0.02)


@pytest.fixture(autouse=True)
def a_disk_that_is_quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Waiting for the disk would show nothing here."""
    monkeypatch.setattr(os, "fsync", lambda _: None)


@cache
def before() -> tuple[TemporaryDirectory[str], Scene]:
    """Return a repository with an order, and a gateway that knows it; it is made once, and copied."""
    folder = TemporaryDirectory()
    scene = Scene(Path(folder.name), charter=a_charter())
    scene.publish(FIRST)
    assert scene.subscriber().refresh(at(0)).good
    return folder, scene


def state(scene: Scene) -> Path:
    return scene.folder / "operator" / "state" / "main"


def kept(scene: Scene) -> Path:
    return state(scene) / f"{AUTHORITY}.kept"


def rewritten(path: Path, change: Callable[[dict[str, Any]], object]) -> None:
    """Change a file as one would who knows how it is checked."""
    value = json.loads(path.read_bytes().partition(b"\n")[2])
    change(value)
    rest = json.dumps(value).encode()
    path.write_bytes(hashlib.sha256(rest).hexdigest().encode() + b"\n" + rest)


def a_charter_of_a_thief(scene: Scene) -> None:
    thief = a_charter(keys=(a_key("thief").card,), quorum=1, urgent=(), number=2).to_json()
    rewritten(kept(scene), lambda value: value.update(charter=thief))


def a_charter_vouched_for_by_a_thief(scene: Scene) -> None:
    from groundstop.directives.repository.layout import LIVES
    from groundstop.directives.repository.roles import new_targets, with_charter

    thief = a_charter(keys=(a_key("thief").card,), quorum=1, urgent=(), number=2)
    targets = with_charter(new_targets(now=at(0), lives=LIVES), thief, now=at(0), lives=LIVES)
    targets.sign(a_key("thief").signer)
    rewritten(
        kept(scene),
        lambda value: value.update(charter=thief.to_json(), vouched=targets.to_bytes().decode()),
    )


def vouched_for_by_the_root(scene: Scene) -> None:
    root = scene.root.decode()
    rewritten(kept(scene), lambda value: value.update(vouched=root))


def a_root_that_never_was(scene: Scene) -> None:
    rewritten(kept(scene), lambda value: value.update(root=10**9))


def another_form(scene: Scene) -> None:
    rewritten(kept(scene), lambda value: value.update(envelopes={"a": 1}))


def a_field_more(scene: Scene) -> None:
    rewritten(kept(scene), lambda value: value.update(more=1))


def lone_surrogates(scene: Scene) -> None:
    rewritten(kept(scene), lambda value: value.update(envelopes=["\ud800"]))


def half_a_file(scene: Scene) -> None:
    data = kept(scene).read_bytes()
    kept(scene).write_bytes(data[: len(data) // 2])


def one_bit(scene: Scene) -> None:
    data = bytearray(kept(scene).read_bytes())
    data[len(data) // 2] ^= 1
    kept(scene).write_bytes(data)


def nothing_in_it(scene: Scene) -> None:
    kept(scene).write_bytes(b"")


def deep_json(scene: Scene) -> None:
    rest = b"[" * 100_000
    kept(scene).write_bytes(hashlib.sha256(rest).hexdigest().encode() + b"\n" + rest)


def no_file(scene: Scene) -> None:
    kept(scene).unlink()


def a_folder_for_a_file(scene: Scene) -> None:
    kept(scene).unlink()
    kept(scene).mkdir()


def a_link_to_itself(scene: Scene) -> None:
    kept(scene).unlink()
    kept(scene).symlink_to(kept(scene))


def a_pipe(scene: Scene) -> None:
    kept(scene).unlink()
    os.mkfifo(kept(scene))


def everything_gone(scene: Scene) -> None:
    shutil.rmtree(state(scene))


SPOILED_KEPT = [
    a_charter_of_a_thief,
    a_charter_vouched_for_by_a_thief,
    vouched_for_by_the_root,
    a_root_that_never_was,
    another_form,
    a_field_more,
    lone_surrogates,
    half_a_file,
    one_bit,
    nothing_in_it,
    deep_json,
    a_folder_for_a_file,
    a_link_to_itself,
    a_pipe,
]


@pytest.mark.parametrize("spoil", [*SPOILED_KEPT, no_file, everything_gone])
def test_what_was_damaged_closes_the_gateway_until_it_is_heard_again(
    tmp_path: Path, spoil: Callable[[Scene], None]
) -> None:
    scene = before()[1].copied(tmp_path)
    spoil(scene)
    subscriber = scene.subscriber()
    loaded = subscriber.load(SOON)
    assert kinds(loaded) == ({ProblemKind.DISK} if spoil in SPOILED_KEPT else set())
    assert subscriber.active.closed
    assert denied(subscriber, SOON, model="anything")
    if spoil is a_folder_for_a_file:
        kept(scene).rmdir()
    refreshed = subscriber.refresh(SOON)
    assert refreshed.good, refreshed.problems
    assert subscriber.active.closed == ()
    assert ids_in_force(subscriber) == [FIRST.id]
    assert reloaded(scene).active.closed == ()


def reloaded(scene: Scene) -> Subscriber:
    subscriber = scene.subscriber()
    assert subscriber.load(SOON).good
    return subscriber


def test_an_envelope_that_was_changed_on_disk_counts_for_nothing(tmp_path: Path) -> None:
    scene = before()[1].copied(tmp_path)

    def change(value: dict[str, Any]) -> None:
        (text,) = value["envelopes"]
        envelope = json.loads(text)
        envelope["signatures"][0]["sig"] = envelope["signatures"][1]["sig"]
        value["envelopes"] = [json.dumps(envelope, sort_keys=True, separators=(",", ":"))]

    rewritten(kept(scene), change)
    subscriber = scene.subscriber()
    subscriber.load(SOON)
    assert ids_in_force(subscriber) == []
    assert len(subscriber.status(SOON).refused) == 1
    subscriber.refresh(SOON)
    assert ids_in_force(subscriber) == [FIRST.id]


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"x\n{}",
        b'{"at":NaN,"root":1,"timestamp":1,"snapshot":1,"targets":1}',
        b'{"at":1e300,"root":1,"timestamp":1,"snapshot":1,"targets":1}',
        b'{"at":-5,"root":1,"timestamp":1,"snapshot":1,"targets":1}',
        b'{"at":1,"root":0,"timestamp":1,"snapshot":1,"targets":1}',
    ],
)
def test_a_moment_that_was_damaged_makes_the_gateway_dark(tmp_path: Path, text: bytes) -> None:
    scene = before()[1].copied(tmp_path)
    (state(scene) / "heard").write_bytes(hashlib.sha256(text).hexdigest().encode() + b"\n" + text)
    subscriber = scene.subscriber()
    assert kinds(subscriber.load(SOON)) == {ProblemKind.DISK}
    assert subscriber.active.heard == 0
    assert denied(subscriber, SOON)
    assert subscriber.refresh(SOON).good
    assert subscriber.active.heard == SOON.timestamp()


def a_pipe_among_the_metadata(folder: Path) -> None:
    (folder / "metadata" / "snapshot.json").unlink()
    os.mkfifo(folder / "metadata" / "snapshot.json")


def a_device_among_the_metadata(folder: Path) -> None:
    (folder / "metadata" / "timestamp.json").unlink()
    (folder / "metadata" / "timestamp.json").symlink_to("/dev/zero")


def junk_among_the_metadata(folder: Path) -> None:
    for path in (folder / "metadata").glob("*.json"):
        if not path.is_symlink():
            path.write_bytes(b"\x00junk")


def a_folder_among_the_metadata(folder: Path) -> None:
    (folder / "metadata" / "targets.json").unlink()
    (folder / "metadata" / "targets.json").mkdir()


def junk_for_roots(folder: Path) -> None:
    (folder / "metadata" / "root_history" / "2.root.json").write_bytes(b"{}")


def a_set_that_was_changed(folder: Path) -> None:
    for path in (folder / "targets").iterdir():
        path.write_bytes(b"{}")


def a_pipe_among_the_targets(folder: Path) -> None:
    for path in list((folder / "targets").iterdir()):
        path.unlink()
        os.mkfifo(path)


@pytest.mark.parametrize(
    "spoil",
    [
        a_pipe_among_the_metadata,
        a_device_among_the_metadata,
        junk_among_the_metadata,
        a_folder_among_the_metadata,
        junk_for_roots,
        a_set_that_was_changed,
        a_pipe_among_the_targets,
    ],
)
def test_copies_of_public_files_that_were_spoiled_are_fetched_again(
    tmp_path: Path, spoil: Callable[[Path], None]
) -> None:
    scene = before()[1].copied(tmp_path)
    spoil(state(scene))
    subscriber = scene.subscriber()
    assert subscriber.load(SOON).good
    assert ids_in_force(subscriber) == [FIRST.id]
    refreshed = subscriber.refresh(SOON)
    assert refreshed.good, refreshed.problems
    assert denied(subscriber, SOON)
