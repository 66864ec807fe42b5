"""Attacks on what a gateway is told: each is refused and reported, and no denial that stood is lost by it."""

from __future__ import annotations

import itertools
import json
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from tuf.api.exceptions import DownloadError, DownloadHTTPError
from tuf.api.metadata import MetaFile, TargetFile

from groundstop.directives.repository import LIVES, Lives
from groundstop.directives.subscribing import ProblemKind, Refreshed, Subscriber
from groundstop.documents import canonical_bytes
from groundstop.documents.directives import About, Charter
from tests.directive_parts import a_charter, a_lift, a_stop, at, for_everybody, officer
from tests.evidence_samples import a_key
from tests.repository_parts import (
    AUTHORITY,
    Forger,
    Network,
    Scene,
    a_set,
    denied,
    envelope,
    ids_in_force,
    keeper,
    kinds,
    online,
)

FIRST, SECOND, THIRD = for_everybody(1), for_everybody(2), for_everybody(3)
SOON = at(0.02)
ATTACK = at(0.04)
"""While what was published last is still fresh."""
LIFT = a_lift(FIRST, created=at(0.01), effective=at(0.01))


@dataclass
class Siege:
    """A gateway that knows two orders, and an attacker who holds its network."""

    scene: Scene
    network: Network
    earlier: Path
    """The public folder as it was when there was one order."""
    subscriber: Subscriber

    def steals(self, *keys: object) -> Forger:
        """Let the attacker change what is public with stolen keys."""
        return Forger(self.scene.places.public, *keys)  # type: ignore[arg-type]

    def path(self, name: str) -> Path:
        """Return a file of the metadata."""
        return self.scene.places.metadata / name


@pytest.fixture(autouse=True)
def a_disk_that_is_quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Waiting for the disk would show nothing here."""
    monkeypatch.setattr(os, "fsync", lambda _: None)


@cache
def before_the_siege(lives: Lives) -> tuple[TemporaryDirectory[str], Scene]:
    """Return a repository with two orders and a gateway that knows them; it is made once, and copied."""
    folder = TemporaryDirectory()
    scene = Scene(Path(folder.name), charter=a_charter(), lives=lives)
    subscriber = scene.subscriber()
    scene.publish(FIRST)
    assert subscriber.refresh(at(0)).good
    scene.copy("earlier")
    scene.publish(SECOND, now=SOON)
    assert subscriber.refresh(SOON).good
    return folder, scene


def besieged(folder: Path, *, lives: Lives = LIVES) -> Siege:
    scene = before_the_siege(lives)[1].copied(folder)
    network = Network(scene.places.public)
    subscriber = scene.subscriber(network)
    assert subscriber.load(SOON).good
    assert len(ids_in_force(subscriber)) == 2
    return Siege(scene, network, folder / "earlier", subscriber)


def check_nothing_was_lost(siege: Siege, refreshed: Refreshed, now: datetime) -> None:
    assert {FIRST.id, SECOND.id} <= set(ids_in_force(siege.subscriber))
    assert denied(siege.subscriber, now)
    assert all(one.lifts == () for one in siege.subscriber.active.orders.orders)
    assert refreshed.digest == siege.subscriber.active.table.digest
    # A restart knows no less.
    again = siege.scene.subscriber(siege.network)
    again.load(now)
    assert {FIRST.id, SECOND.id} <= set(ids_in_force(again))
    assert denied(again, now)


Attack = Callable[[Siege], None]


def an_older_timestamp(siege: Siege) -> None:
    siege.network.folder = siege.earlier


def an_older_snapshot(siege: Siege) -> None:
    forger = siege.steals(online())
    timestamp = forger.read("timestamp")
    timestamp.signed.version += 1
    timestamp.signed.snapshot_meta = MetaFile(timestamp.signed.snapshot_meta.version - 1)
    forger.write("timestamp", timestamp)


def older_targets(siege: Siege) -> None:
    siege.steals().follow_up(key=online(), versions={"targets": 1})


def an_older_set(siege: Siege) -> None:
    siege.steals().follow_up(key=online(), versions={AUTHORITY: 2})


def a_snapshot_without_the_authority(siege: Siege) -> None:
    forger = siege.steals(online())
    snapshot = forger.read("snapshot")
    del snapshot.signed.meta[f"{AUTHORITY}.json"]
    forger.write("snapshot", snapshot)
    forger.follow_up(key=online())


def an_older_root_after_the_local_copies_are_gone(siege: Siege) -> None:
    state = siege.scene.folder / "operator" / "state" / "main"
    shutil.rmtree(state / "metadata")
    siege.network.folder = siege.earlier


def a_snapshot_of_another_day(siege: Siege) -> None:
    siege.scene.publish(THIRD, now=ATTACK)
    newest = Forger(siege.scene.places.public).path("snapshot")
    siege.network.lies[newest.name] = siege.path("3.snapshot.json").read_bytes()


def targets_of_another_day(siege: Siege) -> None:
    forger = siege.steals(keeper(1), keeper(2))
    targets = forger.read("targets")
    targets.signed.version += 1
    forger.write("targets", targets)
    siege.steals().follow_up(key=online(), versions={"targets": 3})
    siege.network.lies["3.targets.json"] = siege.path("2.targets.json").read_bytes()


def a_changed_set(siege: Siege) -> None:
    siege.scene.publish(THIRD, now=ATTACK)
    siege.network.lies[f".{AUTHORITY}.json"] = a_set(3)


def a_changed_timestamp(siege: Siege) -> None:
    data = json.loads(siege.path("timestamp.json").read_bytes())
    data["signed"]["version"] += 1
    siege.network.lies["timestamp.json"] = canonical_bytes(data)


def no_metadata_at_all(siege: Siege) -> None:
    siege.network.lies["timestamp.json"] = b"<html>Please log in</html>"


def metadata_nested_without_end(siege: Siege) -> None:
    siege.network.lies["timestamp.json"] = b'{"signed":' + b"[" * 8000


def a_snapshot_for_a_timestamp(siege: Siege) -> None:
    siege.network.lies["timestamp.json"] = Forger(siege.scene.places.public).path("snapshot").read_bytes()


def a_charter_of_another_authority(siege: Siege) -> None:
    forger = siege.steals(keeper(1), keeper(2))
    forger.put_target("targets", f"charters/{AUTHORITY}.json", a_charter("birch-office").canonical())
    forger.follow_up("targets", key=online())


def a_set_of_another_authority(siege: Siege) -> None:
    forger = siege.steals(officer(1), officer(2))
    forger.put_target(AUTHORITY, f"orders/{AUTHORITY}.json", a_set(9, authority="birch-office"))
    forger.follow_up(AUTHORITY, key=online())


def a_second_charter_of_the_same_number(siege: Siege) -> None:
    forger = siege.steals(keeper(1), keeper(2))
    forger.put_target("targets", f"charters/{AUTHORITY}.json", a_charter(quorum=1).canonical())
    forger.follow_up("targets", key=online())


def one_stolen_key_of_the_authority(siege: Siege) -> None:
    """The third officer may not speak alone: a lift by that key is worth nothing, wherever it is put."""
    forger = siege.steals(officer(3))
    forger.put_target(
        AUTHORITY, f"orders/{AUTHORITY}.json", a_set(9, envelope(FIRST), envelope(SECOND), envelope(LIFT, 3))
    )
    forger.follow_up(AUTHORITY, key=online())


def one_stolen_root_key(siege: Siege) -> None:
    forger = siege.steals(keeper(2))
    charter = a_charter(number=2, keys=(a_key("thief").card,), quorum=1, urgent=())
    forger.put_target("targets", f"charters/{AUTHORITY}.json", charter.canonical())
    forger.follow_up("targets", key=online())


def a_root_by_one_stolen_root_key(siege: Siege) -> None:
    forger = siege.steals(keeper(2))
    root = forger.read("root")
    root.signed.version += 1
    root.signed.roles["root"].threshold = 1
    forger.write("root", root)


def a_timestamp_by_a_stranger(siege: Siege) -> None:
    forger = siege.steals(a_key("thief"))
    timestamp = forger.read("timestamp")
    timestamp.signed.version += 1
    forger.write("timestamp", timestamp)


def a_stolen_urgent_key_that_lifts(siege: Siege) -> None:
    """The urgent key's envelope counts as its word, and a lift takes two: the fold refuses it."""
    forger = siege.steals(officer(1))
    forger.put_target(f"{AUTHORITY}.urgent", f"urgent/{AUTHORITY}.json", a_set(1, envelope(LIFT, 1)))
    forger.follow_up(f"{AUTHORITY}.urgent", key=online())


def a_strangers_envelope_in_a_good_set(siege: Siege) -> None:
    from groundstop.directives.signing import sign_order

    forger = siege.steals(officer(1), officer(2))
    strange = sign_order(LIFT, [a_key("thief"), a_key("thief-2")])
    forger.put_target(
        AUTHORITY, f"orders/{AUTHORITY}.json", a_set(9, envelope(FIRST), envelope(SECOND), strange)
    )
    forger.follow_up(AUTHORITY, key=online())


def a_changed_envelope_in_a_good_set(siege: Siege) -> None:
    forger = siege.steals(officer(1), officer(2))
    changed = json.loads(envelope(LIFT))
    changed["payload"] = json.loads(envelope(a_lift(SECOND)))["payload"]
    forger.put_target(
        AUTHORITY,
        f"orders/{AUTHORITY}.json",
        a_set(9, envelope(FIRST), envelope(SECOND), canonical_bytes(changed)),
    )
    forger.follow_up(AUTHORITY, key=online())


def a_set_that_shrinks(siege: Siege) -> None:
    forger = siege.steals(officer(1), officer(2))
    forger.put_target(AUTHORITY, f"orders/{AUTHORITY}.json", a_set(9, envelope(SECOND)))
    forger.follow_up(AUTHORITY, key=online())


def an_empty_set(siege: Siege) -> None:
    forger = siege.steals(officer(1), officer(2))
    forger.put_target(AUTHORITY, f"orders/{AUTHORITY}.json", a_set(9))
    forger.follow_up(AUTHORITY, key=online())


def a_set_whose_number_goes_back(siege: Siege) -> None:
    forger = siege.steals(officer(1), officer(2))
    forger.put_target(AUTHORITY, f"orders/{AUTHORITY}.json", a_set(1, envelope(FIRST), envelope(SECOND)))
    forger.follow_up(AUTHORITY, key=online())


def a_set_that_is_none(siege: Siege) -> None:
    forger = siege.steals(officer(1), officer(2))
    forger.put_target(AUTHORITY, f"orders/{AUTHORITY}.json", b'{"kind":"directive-set","version":1}')
    forger.follow_up(AUTHORITY, key=online())


def a_timestamp_without_end(siege: Siege) -> None:
    siege.network.lies["timestamp.json"] = itertools.repeat(b" " * 1000)


def a_snapshot_of_100_megabytes(siege: Siege) -> None:
    forger = siege.steals(online())
    timestamp = forger.read("timestamp")
    timestamp.signed.version += 1
    timestamp.signed.snapshot_meta = MetaFile(9)
    forger.write("timestamp", timestamp)
    siege.network.lies["9.snapshot.json"] = (b" " * 1_000_000 for _ in range(100))


def a_set_of_100_megabytes(siege: Siege) -> None:
    forger = siege.steals(officer(1), officer(2))
    role = forger.read(AUTHORITY)
    role.signed.version += 1
    path = f"orders/{AUTHORITY}.json"
    role.signed.targets[path] = TargetFile(100_000_000, {"sha256": "0" * 64}, path)
    forger.write(AUTHORITY, role)
    forger.follow_up(AUTHORITY, key=online())


def a_root_without_end(siege: Siege) -> None:
    siege.network.lies["2.root.json"] = itertools.repeat(b" " * 100_000)


def only_the_timestamp_uploaded(siege: Siege) -> None:
    siege.scene.publish(THIRD, now=ATTACK)
    siege.network.lies[Forger(siege.scene.places.public).path("snapshot").name] = missing()


def without_the_roles_metadata(siege: Siege) -> None:
    siege.scene.publish(THIRD, now=ATTACK)
    siege.network.lies[f"metadata/4.{AUTHORITY}.json"] = missing()


def without_the_set(siege: Siege) -> None:
    siege.scene.publish(THIRD, now=ATTACK)
    siege.network.lies[f".{AUTHORITY}.json"] = missing()


def no_repository(siege: Siege) -> None:
    siege.network.lies["timestamp.json"] = missing()


def a_server_that_fails(siege: Siege) -> None:
    siege.network.lies["timestamp.json"] = DownloadHTTPError("HTTP error", 500)


def a_connection_that_breaks(siege: Siege) -> None:
    def breaking() -> object:
        yield b'{"signatures":'
        raise ConnectionResetError("reset")

    siege.network.lies["timestamp.json"] = breaking()  # type: ignore[assignment]


def no_network(siege: Siege) -> None:
    siege.network.lies[".json"] = DownloadError("no route")


def an_authority_that_is_dropped(siege: Siege) -> None:
    forger = siege.steals(keeper(1), keeper(2))
    targets = forger.read("targets")
    targets.signed.version += 1
    targets.signed.targets.clear()
    forger.write("targets", targets)
    forger.follow_up("targets", key=online())


def missing() -> DownloadHTTPError:
    return DownloadHTTPError("HTTP error", 404)


TABLE: list[tuple[Attack, set[ProblemKind]]] = [
    (an_older_timestamp, {ProblemKind.ROLLBACK}),
    (an_older_snapshot, {ProblemKind.ROLLBACK}),
    (older_targets, {ProblemKind.ROLLBACK}),
    (an_older_set, {ProblemKind.ROLLBACK}),
    (a_snapshot_without_the_authority, {ProblemKind.ROLLBACK}),
    (an_older_root_after_the_local_copies_are_gone, {ProblemKind.ROLLBACK}),
    (a_set_that_shrinks, {ProblemKind.ROLLBACK}),
    (an_empty_set, {ProblemKind.ROLLBACK}),
    (a_set_whose_number_goes_back, {ProblemKind.ROLLBACK}),
    (a_second_charter_of_the_same_number, {ProblemKind.ROLLBACK}),
    (a_snapshot_of_another_day, {ProblemKind.MIX_AND_MATCH}),
    (targets_of_another_day, {ProblemKind.MIX_AND_MATCH}),
    (a_changed_set, {ProblemKind.TAMPERED}),
    (no_metadata_at_all, {ProblemKind.TAMPERED}),
    (metadata_nested_without_end, {ProblemKind.TAMPERED}),
    (a_set_that_is_none, {ProblemKind.TAMPERED}),
    (a_snapshot_for_a_timestamp, {ProblemKind.WRONG_ROLE}),
    (a_charter_of_another_authority, {ProblemKind.WRONG_ROLE}),
    (a_set_of_another_authority, {ProblemKind.WRONG_ROLE}),
    (a_changed_timestamp, {ProblemKind.FORGED}),
    (a_timestamp_by_a_stranger, {ProblemKind.FORGED}),
    (one_stolen_key_of_the_authority, {ProblemKind.FORGED}),
    (one_stolen_root_key, {ProblemKind.FORGED}),
    (a_root_by_one_stolen_root_key, {ProblemKind.FORGED}),
    (a_stolen_urgent_key_that_lifts, set()),
    (a_strangers_envelope_in_a_good_set, {ProblemKind.FORGED}),
    (a_changed_envelope_in_a_good_set, {ProblemKind.FORGED}),
    (a_timestamp_without_end, {ProblemKind.ENDLESS}),
    (a_snapshot_of_100_megabytes, {ProblemKind.ENDLESS}),
    (a_set_of_100_megabytes, {ProblemKind.ENDLESS}),
    (a_root_without_end, {ProblemKind.ENDLESS}),
    (only_the_timestamp_uploaded, {ProblemKind.HALF_UPLOADED}),
    (without_the_roles_metadata, {ProblemKind.HALF_UPLOADED}),
    (without_the_set, {ProblemKind.HALF_UPLOADED}),
    (no_repository, {ProblemKind.UNREACHABLE}),
    (a_server_that_fails, {ProblemKind.UNREACHABLE}),
    (a_connection_that_breaks, {ProblemKind.UNREACHABLE}),
    (no_network, {ProblemKind.UNREACHABLE}),
    (an_authority_that_is_dropped, {ProblemKind.NOT_THERE}),
]


@pytest.mark.parametrize(("attack", "expected"), TABLE, ids=[attack.__name__ for attack, _ in TABLE])
def test_an_attack_is_refused_and_reported_and_the_denials_stay(
    tmp_path: Path, attack: Attack, expected: set[ProblemKind]
) -> None:
    siege = besieged(tmp_path)
    attack(siege)
    refreshed = siege.subscriber.refresh(ATTACK)
    assert kinds(refreshed) == expected, refreshed.problems
    check_nothing_was_lost(siege, refreshed, ATTACK)
    if attack is a_stolen_urgent_key_that_lifts:
        assert [one.what for one in siege.subscriber.status(ATTACK).refused] == [f"lift {LIFT.id}"]
    for problem in refreshed.problems:
        assert problem.repository == "main"
        assert problem.hint
        assert str(problem).endswith(".")


@pytest.mark.parametrize(
    "attack",
    [
        only_the_timestamp_uploaded,
        without_the_roles_metadata,
        without_the_set,
        no_repository,
        a_server_that_fails,
        no_network,
    ],
)
def test_what_was_held_up_comes_in_when_the_attack_ends(tmp_path: Path, attack: Attack) -> None:
    siege = besieged(tmp_path)
    attack(siege)
    assert not siege.subscriber.refresh(ATTACK).good
    siege.network.lies.clear()
    assert siege.subscriber.refresh(ATTACK).good
    assert siege.subscriber.active.heard == ATTACK.timestamp()


def test_a_silence_counts_from_when_the_repository_was_last_fresh(tmp_path: Path) -> None:
    siege = besieged(tmp_path)
    no_network(siege)
    siege.subscriber.refresh(ATTACK)
    assert siege.subscriber.active.heard == SOON.timestamp()


@pytest.mark.parametrize(
    ("lives", "role"),
    [
        (Lives(), "timestamp"),
        (Lives(timestamp=timedelta(days=9)), "snapshot"),
        (
            Lives(timestamp=timedelta(days=9), snapshot=timedelta(days=9), targets=timedelta(days=1)),
            "targets",
        ),
        (
            Lives(timestamp=timedelta(days=9), snapshot=timedelta(days=9), authority=timedelta(days=1)),
            AUTHORITY,
        ),
        (
            Lives(timestamp=timedelta(days=9), snapshot=timedelta(days=9), root=timedelta(days=1)),
            "root",
        ),
    ],
)
def test_a_freeze_is_reported_and_the_denials_stay(tmp_path: Path, lives: Lives, role: str) -> None:
    siege = besieged(tmp_path, lives=lives)
    for hours in (1 if role == "timestamp" else 30, 60):
        refreshed = siege.subscriber.refresh(at(hours))
        assert kinds(refreshed) == {ProblemKind.FREEZE}
        assert role in refreshed.problems[0].what
        check_nothing_was_lost(siege, refreshed, at(hours))


def test_a_clock_an_hour_ahead_is_taken_for_a_freeze_and_goes_when_it_is_set_right(tmp_path: Path) -> None:
    siege = besieged(tmp_path)
    refreshed = siege.subscriber.refresh(at(1.02))
    assert kinds(refreshed) == {ProblemKind.FREEZE}
    assert "clock" in str(refreshed.problems[0])
    check_nothing_was_lost(siege, refreshed, at(1.02))
    assert siege.subscriber.refresh(ATTACK).good


def test_a_clock_set_back_is_reported_and_brings_back_nothing_that_had_ended(tmp_path: Path) -> None:
    siege = besieged(tmp_path)
    refreshed = siege.subscriber.refresh(at(-1))
    assert kinds(refreshed) == {ProblemKind.CLOCK}
    check_nothing_was_lost(siege, refreshed, at(-1))
    assert siege.subscriber.time(at(-1)) == SOON
    # What has expired by the later time stays refused by the earlier one.
    siege.scene.refresh(at(0.5))
    siege.subscriber.refresh(at(0.5))
    siege.network.folder = siege.earlier
    assert ProblemKind.CLOCK in kinds(siege.subscriber.refresh(ATTACK))
    assert siege.subscriber.active.heard == at(0.5).timestamp()


def test_another_authority_cannot_speak_for_one_even_with_the_online_key(tmp_path: Path) -> None:
    siege = besieged(tmp_path)
    birch = [a_key(f"birch-officer-{number}") for number in (1, 2)]
    charter = a_charter("birch-office", keys=tuple(key.card for key in birch), quorum=2, urgent=())
    siege.scene.let_in(charter, keeper(1), keeper(2), *birch, online(), now=SOON)
    forger = siege.steals(*birch)
    forger.put_target("birch-office", f"orders/{AUTHORITY}.json", a_set(99))
    forger.put_target("birch-office", f"charters/{AUTHORITY}.json", a_charter(number=5).canonical())
    forger.follow_up("birch-office", key=online())
    refreshed = siege.subscriber.refresh(ATTACK)
    assert refreshed.good
    check_nothing_was_lost(siege, refreshed, ATTACK)
    assert siege.subscriber.status(ATTACK).authorities[0].published == (2, 0)


def test_a_new_denial_comes_in_beside_a_set_that_shrank(tmp_path: Path) -> None:
    """A denial is never turned away because something else in its set is wrong."""
    siege = besieged(tmp_path)
    forger = siege.steals(officer(1), officer(2))
    forger.put_target(AUTHORITY, f"orders/{AUTHORITY}.json", a_set(1, envelope(THIRD)))
    forger.follow_up(AUTHORITY, key=online())
    refreshed = siege.subscriber.refresh(ATTACK)
    assert kinds(refreshed) == {ProblemKind.ROLLBACK}
    assert THIRD.id in ids_in_force(siege.subscriber)
    check_nothing_was_lost(siege, refreshed, ATTACK)
    withheld = siege.subscriber.status(ATTACK).authorities[0].withheld
    assert len(withheld) == 2


def test_what_is_withheld_stays_reported_after_a_restart(tmp_path: Path) -> None:
    siege = besieged(tmp_path)
    a_set_that_shrinks(siege)
    siege.subscriber.refresh(ATTACK)
    again = siege.scene.subscriber(siege.network)
    again.load(ATTACK)
    assert len(again.status(ATTACK).authorities[0].withheld) == 1
    assert kinds(again.refresh(ATTACK)) == {ProblemKind.ROLLBACK}


def test_one_repository_that_is_attacked_keeps_no_other_from_being_read(tmp_path: Path) -> None:
    from groundstop.directives.subscribing import Repository
    from groundstop.documents.directives import Obeyed

    oak = Scene(tmp_path / "oak", charter=a_charter())
    birch_charter: Charter = a_charter("birch-office", about=(About(provider="fir"),))
    birch = Scene(tmp_path / "birch", charter=birch_charter)
    oak.publish(FIRST)
    stop = a_stop(issuer="birch-office", provider="fir", models=("desk-other",))
    birch.publish(stop, 1, keys=[officer(1), online()])
    obeys = oak.obeys(
        repositories=(
            Repository("main", str(oak.places.public), oak.root, None),
            Repository("second", str(birch.places.public), birch.root, None),
        ),
        obeyed=(
            Obeyed(authority=AUTHORITY, repository="main"),
            Obeyed(authority="birch-office", repository="second"),
        ),
    )
    subscriber = Subscriber(tmp_path / "operator", obeys)
    (oak.places.metadata / "timestamp.json").write_bytes(b"{}")
    refreshed = subscriber.refresh(at(0.01))
    assert {(one.repository, one.kind) for one in refreshed.problems} == {("main", ProblemKind.TAMPERED)}
    assert ids_in_force(subscriber) == [stop.id]
    # Until both were heard once, everything is closed; how long the other was silent is what counts.
    assert subscriber.active.closed == (f"Nothing was heard of {AUTHORITY} yet",)
    assert subscriber.active.heard == 0


def test_a_gateway_that_never_heard_anything_is_closed(tmp_path: Path) -> None:
    scene = Scene(tmp_path, charter=a_charter())
    network = Network(scene.places.public)
    network.lies[".json"] = DownloadError("no route")
    subscriber = scene.subscriber(network)
    assert subscriber.active.closed
    subscriber.load(at(0))
    assert denied(subscriber, at(0))
    subscriber.refresh(at(0))
    assert subscriber.active.closed == (f"Nothing was heard of {AUTHORITY} yet",)
    assert denied(subscriber, at(0), model="anything")
