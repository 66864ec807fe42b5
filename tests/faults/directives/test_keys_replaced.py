"""Keys that are lost or stolen are replaced: old clients follow, and a revoked key's word counts no more."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from groundstop.directives import repository
from groundstop.directives.repository import Outcome
from groundstop.directives.subscribing import ProblemKind
from groundstop.documents.directives import Charter, Lift
from groundstop.errors import InputError
from groundstop.evidence import OwnKey
from tests.directive_parts import (
    a_charter,
    a_licence,
    a_lift,
    a_revocation,
    a_stop,
    at,
    for_everybody,
    officer,
)
from tests.repository_parts import (
    AUTHORITY,
    Forger,
    Scene,
    a_set,
    denied,
    envelope,
    ids_in_force,
    keeper,
    kinds,
    online,
)

FIRST = for_everybody(1)
SOON, LATER = at(0.02), at(0.04)


@pytest.fixture(autouse=True)
def a_disk_that_is_quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Waiting for the disk would show nothing here."""
    monkeypatch.setattr(os, "fsync", lambda _: None)


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    scene = Scene(tmp_path, charter=a_charter())
    scene.publish(FIRST)
    return scene


def rotate(scene: Scene, roots: tuple[int, ...], new_online: int, *keys: OwnKey) -> Outcome:
    return repository.rotate_keys(
        scene.places.folder,
        [keeper(number).card for number in roots],
        2,
        online(new_online).card,
        keys,
        now=SOON,
    )


def test_an_old_client_follows_a_chain_of_roots(scene: Scene) -> None:
    subscriber = scene.subscriber()
    assert subscriber.refresh(at(0)).good
    assert rotate(scene, (2, 3, 4), 1, keeper(2), keeper(3), online()).published
    assert rotate(scene, (3, 4, 5), 2, keeper(2), keeper(3), keeper(4), online(2)).published
    assert subscriber.refresh(SOON).good
    fresh = scene.subscriber()
    assert fresh.refresh(SOON).good
    assert fresh.status(SOON).repositories[0].versions == subscriber.status(SOON).repositories[0].versions
    # What was vouched for under an old root is believed after a restart.
    again = scene.subscriber()
    assert again.load(SOON).good
    assert denied(again, SOON)


def test_a_stolen_online_key_is_replaced_and_counts_no_more(scene: Scene) -> None:
    subscriber = scene.subscriber()
    # The thief makes everybody believe in a timestamp of the far future.
    forger = Forger(scene.places.public, online())
    timestamp = forger.read("timestamp")
    timestamp.signed.version = 10_000
    forger.write("timestamp", timestamp)
    assert subscriber.refresh(at(0)).good
    stolen = scene.places.timestamp.read_bytes()
    assert rotate(scene, (1, 2, 3), 2, keeper(1), keeper(2), online(2)).published
    scene.places.timestamp.write_bytes(stolen)
    assert kinds(subscriber.refresh(SOON)) == {ProblemKind.FORGED}
    repository.refresh(scene.places.folder, online(2), now=SOON)
    assert subscriber.refresh(SOON).good
    with pytest.raises(InputError, match="not the online key"):
        repository.refresh(scene.places.folder, online(1), now=SOON)


def test_after_the_theft_of_an_online_key_versions_may_begin_anew(scene: Scene) -> None:
    """A thief who counted up would otherwise lock everybody out for ever."""
    subscriber = scene.subscriber()
    forger = Forger(scene.places.public, online())
    honest = scene.places.timestamp.read_bytes()
    timestamp = forger.read("timestamp")
    timestamp.signed.version = 10_000
    forger.write("timestamp", timestamp)
    assert subscriber.refresh(at(0)).good
    scene.places.timestamp.write_bytes(honest)
    assert kinds(subscriber.refresh(at(0))) == {ProblemKind.ROLLBACK}
    assert rotate(scene, (1, 2, 3), 2, keeper(1), keeper(2), online(2)).published
    assert subscriber.refresh(SOON).good
    versions = subscriber.status(SOON).repositories[0].versions
    assert versions is not None
    assert versions.timestamp < 100


def test_a_root_takes_the_old_threshold_and_the_new_one(scene: Scene) -> None:
    old_only = rotate(scene, (3, 4, 5), 1, keeper(1), keeper(2), online())
    assert not old_only.published
    assert {need.role for need in old_only.needs} == {"root", "targets"}
    done = rotate(scene, (3, 4, 5), 1, keeper(4), keeper(5), online())
    assert done.published
    subscriber = scene.subscriber()
    assert subscriber.refresh(SOON).good


def new_charter(**changes: Any) -> Charter:
    """Return the authority's next charter: its second key was stolen, and a fourth takes its place."""
    keys = tuple(officer(number).card for number in (1, 3, 4))
    return a_charter(**{"number": 2, "keys": keys, **changes})


def replace(scene: Scene, charter: Charter, *keys: OwnKey, **more: Any) -> Outcome:
    keys = keys or (keeper(1), keeper(2), officer(1), officer(3), officer(4), online())
    return repository.replace_charter(scene.places.folder, charter, keys, now=SOON, **more)


def test_a_charter_is_not_replaced_as_long_as_an_order_would_lapse_with_its_keys(scene: Scene) -> None:
    with pytest.raises(InputError, match=r"GSD-20260706-0000000001, sequence 1 would no longer count"):
        replace(scene, new_charter(urgent=(officer(3).card.key_id,)))
    assert replace(scene, new_charter(urgent=(officer(3).card.key_id,)), may_fall=[FIRST.id]).published
    subscriber = scene.subscriber()
    assert subscriber.refresh(SOON).good
    assert ids_in_force(subscriber) == []
    (refused,) = subscriber.status(SOON).refused
    assert FIRST.id in refused.what


def test_an_order_that_the_new_keys_sign_again_stays_in_force_throughout(scene: Scene) -> None:
    subscriber = scene.subscriber()
    assert subscriber.refresh(at(0)).good
    done = replace(scene, new_charter(), resigned=[envelope(FIRST, 1, 3)])
    assert done.published
    refreshed = subscriber.refresh(SOON)
    assert refreshed.good
    assert ids_in_force(subscriber) == [FIRST.id]
    (order,) = subscriber.active.orders.orders
    assert order.ratified
    assert order.signers == ("oak-officer-1", "oak-officer-3")
    assert subscriber.status(SOON).authorities[0].charter == 2


def test_a_revoked_keys_word_counts_no_more(scene: Scene) -> None:
    subscriber = scene.subscriber()
    assert subscriber.refresh(at(0)).good
    replace(scene, new_charter(), resigned=[envelope(FIRST, 1, 3)])
    assert subscriber.refresh(SOON).good
    lift = a_lift(FIRST, created=SOON, effective=SOON)
    # The thief has the second key, and one of the third officer's colleagues helps: still one of two.
    with pytest.raises(InputError, match="signatures"):
        scene.publish(lift, 2, 3, now=LATER)
    forger = Forger(scene.places.public, officer(2), officer(3))
    forger.put_target(AUTHORITY, f"orders/{AUTHORITY}.json", a_set(9, envelope(lift, 2, 3)))
    forger.follow_up(AUTHORITY, key=online())
    assert kinds(subscriber.refresh(LATER)) == {ProblemKind.FORGED}
    assert denied(subscriber, LATER)


def test_an_urgent_right_that_is_taken_away_leaves_the_history(scene: Scene) -> None:
    stop = a_stop()
    scene.publish(stop, 1, keys=[officer(1), online()])
    subscriber = scene.subscriber()
    assert subscriber.refresh(at(0)).good
    charter = new_charter(urgent=())
    with pytest.raises(InputError, match="would no longer count"):
        replace(scene, charter, resigned=[envelope(FIRST, 1, 3)])
    again = [envelope(FIRST, 1, 3), envelope(stop, 1, 3)]
    assert replace(scene, charter, resigned=again).published
    refreshed = subscriber.refresh(SOON)
    assert refreshed.good, refreshed.problems
    assert set(ids_in_force(subscriber)) == {FIRST.id, stop.id}
    status = repository.status(scene.places.folder, now=SOON)
    assert status.authorities[0].urgent is None
    assert status.authorities[0].documents == 4


def test_a_charters_numbers_go_up_by_one(scene: Scene) -> None:
    for number in (1, 3):
        with pytest.raises(InputError, match="the next is 2"):
            replace(scene, new_charter(number=number))


def test_a_stolen_urgent_key_that_counted_its_set_up_is_recovered_from(scene: Scene) -> None:
    subscriber = scene.subscriber()
    forger = Forger(scene.places.public, officer(1))
    forger.put_target(f"{AUTHORITY}.urgent", f"urgent/{AUTHORITY}.json", a_set(2**53 - 1))
    forger.follow_up(f"{AUTHORITY}.urgent", key=online())
    assert subscriber.refresh(at(0)).good
    with pytest.raises(InputError):
        scene.publish(a_stop(), 1, keys=[officer(1), online()])
    keys = tuple(officer(number).card for number in (2, 3, 4))
    charter = a_charter(number=2, keys=keys, urgent=(officer(2).card.key_id,))
    done = replace(
        scene,
        charter,
        keeper(1),
        keeper(2),
        officer(2),
        officer(3),
        online(),
        resigned=[envelope(FIRST, 2, 3)],
    )
    assert done.published
    assert subscriber.refresh(SOON).good
    scene.publish(a_stop(), 2, now=SOON, keys=[officer(2), online()])
    assert subscriber.refresh(SOON).good
    assert a_stop().id in ids_in_force(subscriber)


def test_an_order_that_loses_its_quorum_does_not_end_in_silence(scene: Scene) -> None:
    """Its first signer may deny alone, so that it would be no more than urgent, and over after 72 hours."""
    with pytest.raises(InputError, match=r"sequence 1 would end at 2026-07-09 11:00 UTC") as caught:
        replace(scene, new_charter())
    assert FIRST.id in caught.value.message
    assert replace(scene, new_charter(), resigned=[envelope(FIRST, 3, 4)]).published
    subscriber = scene.subscriber()
    assert subscriber.refresh(SOON).good
    scene.refresh(at(24 * 5))
    assert subscriber.refresh(at(24 * 5)).good
    assert denied(subscriber, at(24 * 5))


def test_a_quorum_that_is_raised_ends_no_order_in_silence(scene: Scene) -> None:
    charter = a_charter(number=2, quorum=3)
    keys = (keeper(1), keeper(2), officer(1), officer(2), officer(3), online())
    with pytest.raises(InputError, match="would end at"):
        replace(scene, charter, *keys)
    assert replace(scene, charter, *keys, may_fall=[FIRST.id]).published


def a_scene_with_a_lift_that_waits(folder: Path) -> tuple[Scene, Lift]:
    """Return a repository in whose set a lift lies that one of two has signed."""
    scene = Scene(folder, charter=a_charter())
    scene.publish(FIRST)
    lift = a_lift(FIRST, created=at(0.01), effective=at(0.01))
    forger = Forger(scene.places.public, officer(1), officer(2))
    forger.put_target(AUTHORITY, f"orders/{AUTHORITY}.json", a_set(2, envelope(FIRST), envelope(lift, 2)))
    forger.follow_up(AUTHORITY, key=online())
    return scene, lift


def test_a_lift_that_lay_refused_does_not_begin_to_count_with_a_smaller_quorum(tmp_path: Path) -> None:
    scene, lift = a_scene_with_a_lift_that_waits(tmp_path / "one")
    charter = a_charter(number=2, quorum=1)
    keys = (keeper(1), keeper(2), officer(1), online())
    with pytest.raises(InputError, match=f"lift {lift.id} would begin to count"):
        replace(scene, charter, *keys)
    assert replace(scene, charter, *keys, may_fall=[lift.id]).published
    scene, lift = a_scene_with_a_lift_that_waits(tmp_path / "two")
    assert replace(scene, charter, *keys, resigned=[envelope(lift, 3)]).published


def test_a_revocation_does_not_fall_unseen_beside_its_licence(scene: Scene) -> None:
    licence = a_licence(FIRST, created=at(0), effective=at(0))
    revocation = a_revocation(licence, created=at(0.01))
    scene.publish(FIRST, 1, 3)
    scene.publish(licence)
    scene.publish(revocation, 1, keys=[officer(1), online()])
    # Key 1 stays, and may no longer speak alone; the licence loses its second signature.
    charter = new_charter(urgent=(officer(3).card.key_id,))
    with pytest.raises(InputError) as caught:
        replace(scene, charter)
    assert f"revocation of {licence.id} would no longer count ({licence.id}.revoked)" in caught.value.message
    assert f"licence {licence.id} would no longer count ({licence.id})" in caught.value.message
    with pytest.raises(InputError, match="revoked"):
        replace(scene, charter, may_fall=[licence.id])
    again = [envelope(revocation, 3)]
    assert replace(scene, charter, resigned=again, may_fall=[licence.id]).published


def test_what_only_the_stolen_key_had_signed_is_signed_again_by_others(tmp_path: Path) -> None:
    """It is the same document, in another envelope."""
    scene = Scene(tmp_path, charter=a_charter(urgent=(officer(2).card.key_id,)))
    scene.publish(FIRST, 1, 3)
    scene.publish(a_stop(), 2, keys=[officer(2), online()])
    charter = new_charter(urgent=(officer(3).card.key_id,))
    with pytest.raises(InputError, match=rf"{a_stop().id} would no longer count"):
        replace(scene, charter)
    assert replace(scene, charter, resigned=[envelope(a_stop(), 3)]).published
    subscriber = scene.subscriber()
    subscriber.refresh(SOON)
    assert set(ids_in_force(subscriber)) == {FIRST.id, a_stop().id}


def test_a_history_that_would_be_too_large_in_one_set_is_told(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    from groundstop.directives.repository import publishing

    scene.publish(a_stop(), 1, keys=[officer(1), online()])
    monkeypatch.setattr(publishing, "MOST_SET_BYTES", 5_000)
    again = [envelope(FIRST, 1, 3), envelope(a_stop(), 1, 3)]
    with pytest.raises(InputError, match="more than the 5,000 that subscribers read"):
        replace(scene, new_charter(urgent=()), resigned=again)
