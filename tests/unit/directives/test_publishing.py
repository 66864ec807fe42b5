"""Publishing: who must sign what, what waits for whom, and what is refused before it is public."""

from __future__ import annotations

import json
import os
from datetime import timedelta
from pathlib import Path

import pytest

from groundstop.directives import repository
from groundstop.directives.repository import LIVES, Lives, Places, SetPath
from groundstop.directives.repository.disk import read_charter, read_current, read_staged
from groundstop.documents.directives import Charter
from groundstop.errors import DocumentError, InputError, WorkspaceError
from groundstop.evidence import OwnKey
from tests.directive_parts import (
    a_charter,
    a_licence,
    a_lift,
    a_model,
    a_revocation,
    a_stop,
    amended,
    at,
    for_everybody,
    officer,
)
from tests.evidence_samples import a_key
from tests.repository_parts import AUTHORITY, BEFORE, Scene, envelope, ids_in_force, keeper, online

FIRST = for_everybody(1)
SOON = at(0.02)


@pytest.fixture(autouse=True)
def a_disk_that_is_quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Waiting for the disk would show nothing here."""
    monkeypatch.setattr(os, "fsync", lambda _: None)


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return Scene(tmp_path, charter=a_charter())


def publish(scene: Scene, data: bytes, *keys: int, with_online: bool = True) -> repository.Outcome:
    held = [officer(number) for number in keys] + [online()] * with_online
    return repository.publish(scene.places.folder, data, held, now=SOON)


def test_a_repository_is_made_by_a_threshold_of_its_keepers_one_after_another(tmp_path: Path) -> None:
    cards = [keeper(number).card for number in (1, 2, 3)]

    def create(*keys: int) -> repository.Outcome:
        held = [keeper(number) for number in keys] + [online()]
        return repository.create(tmp_path, cards, 2, online().card, held, now=BEFORE)

    first = create(3)
    assert not first.published
    assert [(need.role, len(need.have), need.missing) for need in first.needs] == [
        ("root", 1, 1),
        ("targets", 1, 1),
    ]
    assert not Places(tmp_path).public.exists()
    assert create(1).published
    assert read_staged(Places(tmp_path)) == ((), ())
    with pytest.raises(InputError, match="There is a repository"):
        create(1, 2)


@pytest.mark.parametrize(
    ("cards", "threshold", "held", "why"),
    [
        ((1, 1), 1, 1, "given twice"),
        ((1, 2), 3, 1, "cannot be reached"),
        ((1, 2), 0, 1, "cannot be reached"),
        ((), 1, 1, "cannot be reached"),
    ],
)
def test_keys_that_cannot_work_are_refused(
    tmp_path: Path, cards: tuple[int, ...], threshold: int, held: int, why: str
) -> None:
    with pytest.raises(InputError, match=why):
        repository.create(
            tmp_path,
            [keeper(number).card for number in cards],
            threshold,
            online().card,
            [keeper(held)],
            now=BEFORE,
        )


def test_the_online_key_is_no_root_key(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="kept offline"):
        repository.create(tmp_path, [keeper(1).card], 1, keeper(1).card, [keeper(1)], now=BEFORE)


def test_the_public_files_are_where_any_client_looks_for_them(scene: Scene) -> None:
    scene.publish(FIRST)
    names = {str(path.relative_to(scene.places.public)) for path in scene.places.public.rglob("*.json")}
    metadata = {name for name in names if name.startswith("metadata/")}
    assert {"metadata/1.root.json", "metadata/timestamp.json", f"metadata/2.{AUTHORITY}.json"} <= metadata
    targets = json.loads((scene.places.metadata / "2.targets.json").read_bytes())["signed"]
    assert list(targets["targets"]) == [f"charters/{AUTHORITY}.json"]
    roles = {role["name"]: role for role in targets["delegations"]["roles"]}
    assert roles[AUTHORITY]["paths"] == [f"orders/{AUTHORITY}.json"]
    assert (roles[AUTHORITY]["threshold"], roles[AUTHORITY]["terminating"]) == (2, True)
    urgent = roles[f"{AUTHORITY}.urgent"]
    assert (urgent["threshold"], urgent["keyids"]) == (1, [officer(1).card.key_id])
    assert urgent["paths"] == [f"urgent/{AUTHORITY}.json"]


def test_an_authority_without_urgent_keys_has_no_urgent_role(tmp_path: Path) -> None:
    scene = Scene(tmp_path, charter=a_charter(urgent=()))
    names = [role.name for role in repository.status(scene.places.folder, now=SOON).roles]
    assert names == ["root", "timestamp", "snapshot", "targets", AUTHORITY]
    with pytest.raises(InputError, match="none by a key that may speak alone"):
        publish(scene, envelope(a_stop(), 1), 1)
    data = envelope(a_stop(), 1, 2)
    with pytest.raises(InputError, match="no urgent set"):
        repository.publish(scene.places.folder, data, [officer(1)], now=SOON, via=SetPath.URGENT)


@pytest.mark.parametrize("name", ["root", "targets", "snapshot", "timestamp", "oak-office.urgent"])
def test_an_authority_cannot_have_the_name_of_a_role(scene: Scene, name: str) -> None:
    with pytest.raises(InputError, match="cannot be called"):
        scene.let_in(a_charter(name))


def test_an_authority_is_let_in_once(scene: Scene) -> None:
    with pytest.raises(InputError, match="has a charter already"):
        scene.let_in(a_charter())


def test_what_one_signer_begins_another_completes_by_doing_the_same(scene: Scene) -> None:
    data = envelope(FIRST)
    first = publish(scene, data, 2, with_online=False)
    assert [(need.role, len(need.have), need.missing) for need in first.needs] == [
        (AUTHORITY, 1, 1),
        ("snapshot", 0, 1),
        ("timestamp", 0, 1),
    ]
    assert officer(3).card.key_id in first.needs[0].may_sign
    second = repository.publish(scene.places.folder, data, [officer(3)], now=at(0.03))
    assert second.staged == first.staged
    assert [need.role for need in second.needs] == ["snapshot", "timestamp"]
    done = repository.refresh(scene.places.folder, online(), now=at(0.04))
    assert done.published == (f"publish the directive {FIRST.id}, sequence 1",)
    subscriber = scene.subscriber()
    assert subscriber.refresh(at(0.04)).good
    assert ids_in_force(subscriber) == [FIRST.id]
    assert not list(scene.places.staged.glob("*"))


def test_what_is_staged_is_never_in_the_public_folder(scene: Scene) -> None:
    before = sorted(scene.places.public.rglob("*"))
    publish(scene, envelope(FIRST), 1)
    assert sorted(scene.places.public.rglob("*")) == before
    status = repository.status(scene.places.folder, now=SOON)
    assert [(one.what, one.overtaken) for one in status.staged] == [
        (f"publish the directive {FIRST.id}, sequence 1", False)
    ]


def test_a_change_that_waits_can_be_signed_by_its_id_or_withdrawn(scene: Scene) -> None:
    staged = publish(scene, envelope(FIRST), 1).staged
    assert staged is not None
    other = publish(scene, envelope(for_everybody(2)), 1).staged
    assert other is not None
    repository.withdraw_staged(scene.places.folder, other)
    with pytest.raises(InputError, match="No change"):
        repository.withdraw_staged(scene.places.folder, other)
    done = repository.sign_staged(scene.places.folder, staged, [officer(2), online()], now=SOON)
    assert done.published
    with pytest.raises(InputError, match="No change"):
        repository.sign_staged(scene.places.folder, staged, [officer(2)], now=SOON)


def test_a_change_that_was_overtaken_has_to_be_made_again(scene: Scene) -> None:
    staged = publish(scene, envelope(FIRST), 1).staged
    assert staged is not None
    assert publish(scene, envelope(for_everybody(2)), 1, 2).published
    status = repository.status(scene.places.folder, now=SOON)
    assert status.staged[0].overtaken
    assert any("overtaken" in note for note in status.notes)
    with pytest.raises(InputError, match="another was published"):
        repository.sign_staged(scene.places.folder, staged, [officer(2), online()], now=SOON)
    assert repository.refresh(scene.places.folder, online(), now=SOON).published == ()
    assert publish(scene, envelope(FIRST), 1, 2).published


def test_one_urgent_key_publishes_a_denial_at_once(scene: Scene) -> None:
    order = for_everybody(7)
    assert publish(scene, envelope(order, 1), 1).published
    subscriber = scene.subscriber()
    subscriber.refresh(SOON)
    (found,) = subscriber.active.orders.orders
    assert not found.ratified
    assert found.ends == order.created + timedelta(hours=72)
    # The quorum's own signatures ratify it, in the other set.
    assert publish(scene, envelope(order), 1, 2).published
    subscriber.refresh(SOON)
    (found,) = subscriber.active.orders.orders
    assert found.ratified


def test_an_order_of_the_quorum_may_go_the_quick_way(scene: Scene) -> None:
    done = repository.publish(
        scene.places.folder, envelope(FIRST), [officer(1), online()], now=SOON, via=SetPath.URGENT
    )
    assert done.published
    subscriber = scene.subscriber()
    subscriber.refresh(SOON)
    assert subscriber.active.orders.orders[0].ratified


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (envelope(a_lift(FIRST), 1), "signatures"),
        (envelope(a_licence(), 1), "signatures"),
        (envelope(FIRST, 2), "none by a key that may speak alone"),
        (
            envelope(
                for_everybody(
                    1, subject={"models": [a_model(hosted=foreign).to_json()], "descendants": "none"}
                )
            )
            if (foreign := (a_model().hosted[0].model_copy(update={"provider": "fir"}),))
            else b"",
            "may not speak about",
        ),
    ],
)
def test_what_every_gateway_would_refuse_is_not_published(scene: Scene, data: bytes, why: str) -> None:
    with pytest.raises(InputError, match=why) as caught:
        publish(scene, data, 1, 2)
    assert "would be refused by every gateway" in caught.value.message
    assert repository.status(scene.places.folder, now=SOON).authorities[0].documents == 0
    assert not scene.places.staged.exists()


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (
            envelope(for_everybody(created=at(-80), effective=at(-80)), 1),
            "would deny nothing: it ended at 2026-07-06 04",
        ),
        (envelope(for_everybody(created=at(-80), effective=at(0)), 1), "72 hours"),
        (envelope(a_stop(created=at(-30), expires=at(-1)), 1), "would deny nothing"),
        (
            envelope(for_everybody(created=at(-90), effective=at(-90), review=at(-50), expires=at(-2))),
            "would deny nothing",
        ),
        (
            envelope(for_everybody(created=at(1.1))),
            "was made at 2026-07-06 13:06 UTC, and now it is 2026-07-06 12:01",
        ),
        (envelope(a_stop(created=at(24 * 25), expires=at(24 * 26)), 1), "Check the clock"),
        (envelope(a_lift(FIRST)), "Check the clock"),
    ],
)
def test_what_is_over_already_or_made_in_the_future_is_not_published(
    scene: Scene, data: bytes, why: str
) -> None:
    publish(scene, envelope(FIRST), 1, 2)
    with pytest.raises(InputError, match=why):
        publish(scene, data, 1, 2)
    assert repository.status(scene.places.folder, now=SOON).authorities[0].documents == 1


def test_an_old_order_that_a_quorum_has_signed_and_one_of_a_clock_that_is_ahead_are_published(
    scene: Scene,
) -> None:
    assert publish(scene, envelope(for_everybody(2, created=at(-80), effective=at(-80))), 1, 2).published
    assert publish(scene, envelope(for_everybody(3, created=at(0.9))), 1, 2).published


def test_what_is_staged_with_other_keys_or_quorum_is_another_change(scene: Scene) -> None:
    """Whoever signs a charter signs the one that they asked for, to the last field."""

    def charter(until: float) -> Charter:
        third = officer(3).card.model_copy(update={"expires": at(until)})
        return a_charter(number=2, keys=(officer(1).card, officer(2).card, third), created=at(until / 1000))

    def replace(until: float, *keys: OwnKey) -> repository.Outcome:
        return repository.replace_charter(scene.places.folder, charter(until), keys, now=SOON)

    first = replace(24 * 365 * 20)
    other = replace(24 * 7)
    assert first.staged != other.staged
    all_keys = (keeper(1), keeper(2), officer(1), officer(2), online())
    assert replace(24 * 7, *all_keys).published
    places = Places(scene.places.folder)
    assert read_charter(places, read_current(places), AUTHORITY).keys[2].expires == at(24 * 7)


def test_the_same_charter_made_at_another_time_is_the_same_change(scene: Scene) -> None:
    def replace(hours: float, *keys: OwnKey) -> repository.Outcome:
        charter = a_charter(number=2, created=at(hours))
        return repository.replace_charter(scene.places.folder, charter, keys, now=at(hours))

    first = replace(0, keeper(1), officer(1))
    assert replace(1, keeper(2)).staged == first.staged
    assert replace(2, officer(2), online()).published


def test_a_strangers_signature_is_told_as_such(scene: Scene) -> None:
    from groundstop.directives.signing import sign_order

    with pytest.raises(DocumentError, match="signed by no key at hand"):
        publish(scene, sign_order(FIRST, [a_key("thief")]), 1, 2)


def test_a_document_that_no_authority_publishes_is_told_as_such(scene: Scene) -> None:
    from groundstop.directives.signing import sign_order
    from groundstop.documents.directives import Countersignature

    word = Countersignature(
        by="elm-models",
        created=at(0),
        directive=FIRST.id,
        content=FIRST.content_id,
        verification="sha256:" + "e" * 64,
    )
    with pytest.raises(InputError, match="not published by an authority"):
        publish(scene, sign_order(word, [officer(1)]), 1, 2)
    with pytest.raises(DocumentError):
        publish(scene, b"{}", 1, 2)


def test_an_authority_without_a_charter_here_is_told_as_such(scene: Scene) -> None:
    with pytest.raises(InputError, match=r"no charters/birch-office\.json"):
        publish(scene, envelope(for_everybody(1, issuer="birch-office")), 1, 2)


def test_the_same_envelope_is_published_once(scene: Scene) -> None:
    assert publish(scene, envelope(FIRST), 1, 2).published
    with pytest.raises(InputError, match="published already"):
        publish(scene, envelope(FIRST), 1, 2)


def test_a_whole_life_is_published_and_the_set_only_grows(scene: Scene) -> None:
    licence = a_licence(FIRST)
    amendment = amended(FIRST, created=at(1), effective=at(2))
    scene.publish(a_stop(), 1, keys=[officer(1), online()])
    for document in (FIRST, licence, a_revocation(licence), amendment, a_lift(amendment)):
        scene.publish(document, now=max(document.created, at(0)))
    (authority,) = repository.status(scene.places.folder, now=SOON).authorities
    assert (authority.orders, authority.urgent, authority.documents) == (5, 1, 6)
    subscriber = scene.subscriber()
    assert subscriber.refresh(at(24 * 10)).good
    assert subscriber.status(at(24 * 10)).refused == ()


def test_a_key_that_has_ended_signs_nothing(scene: Scene) -> None:
    ended = a_key("ended", expires=at(-1))
    with pytest.raises(InputError, match="ended"):
        repository.rotate_keys(
            scene.places.folder, [ended.card], 1, online().card, [keeper(1), keeper(2), ended], now=SOON
        )


def test_a_refresh_renews_the_timestamp_and_the_snapshot_when_it_is_due(scene: Scene) -> None:
    def versions(hours: float) -> tuple[int, int]:
        done = repository.refresh(scene.places.folder, online(), now=at(hours))
        return done.timestamp, done.snapshot

    assert versions(0) == (3, 2)
    assert versions(1) == (4, 2)
    assert versions(13) == (5, 3)
    assert versions(14) == (6, 3)
    subscriber = scene.subscriber()
    assert subscriber.refresh(at(14)).good


def test_a_refresh_goes_on_beside_a_staged_file_that_was_damaged(scene: Scene) -> None:
    staged = publish(scene, envelope(FIRST), 1).staged
    path = scene.places.staged / f"{staged}.json"
    path.write_bytes(path.read_bytes().replace(b'"what":"publish', b'"what":"punish'))
    done = repository.refresh(scene.places.folder, online(), now=SOON)
    assert len(done.waiting) == 1
    assert "was damaged" in done.waiting[0]
    (note,) = repository.status(scene.places.folder, now=SOON).notes
    assert "was damaged" in note
    assert publish(scene, envelope(FIRST), 1, 2).published


def test_a_staged_change_that_holds_other_files_than_it_signs_is_refused(scene: Scene) -> None:
    import hashlib

    from groundstop.documents import canonical_bytes

    staged = publish(scene, envelope(FIRST), 1).staged
    assert staged is not None
    path = scene.places.staged / f"{staged}.json"
    value = json.loads(path.read_bytes())
    target = f"orders/{AUTHORITY}.json"
    value["targets"][target] = value["targets"][target].replace('"number":1', '"number":7')
    del value["sha256"]
    value["sha256"] = hashlib.sha256(canonical_bytes(value)).hexdigest()
    path.write_bytes(canonical_bytes(value))
    with pytest.raises(DocumentError, match="holds another"):
        repository.sign_staged(scene.places.folder, staged, [officer(2), online()], now=SOON)


def test_a_status_says_what_has_expired(scene: Scene) -> None:
    assert repository.status(scene.places.folder, now=BEFORE).notes == ()
    later = repository.status(scene.places.folder, now=at(24 * 400))
    assert len(later.notes) == 6
    assert all("has expired" in note for note in later.notes)


def test_there_is_no_status_without_a_repository(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "none"):
        with pytest.raises(InputError, match="There is no repository"):
            repository.status(folder, now=SOON)
    assert not (tmp_path / "none").exists()


def test_what_no_recent_snapshot_names_is_removed_and_old_clients_go_on(scene: Scene) -> None:
    subscriber = scene.subscriber()
    early = scene.subscriber()
    for number in range(1, 26):
        scene.publish(for_everybody(number), now=at(number / 100))
        if number == 3:
            assert early.refresh(at(0.03)).good
    before = len(list(scene.places.public.rglob("*.json")))
    scene.refresh(at(0.26))
    files = {str(path.relative_to(scene.places.public)) for path in scene.places.public.rglob("*.json")}
    assert len(files) < before
    assert {"metadata/1.root.json", f"metadata/1.{AUTHORITY}.urgent.json"} <= files
    assert f"metadata/3.{AUTHORITY}.json" not in files
    for one in (subscriber, early):
        assert one.refresh(at(0.26)).good
        assert len(ids_in_force(one)) == 25


def test_nothing_is_removed_when_a_file_that_stays_cannot_be_read(scene: Scene) -> None:
    for number in range(1, 23):
        scene.publish(for_everybody(number), now=at(number / 100))
    scene.places.role("snapshot", 10).write_bytes(b"junk")
    before = sorted(scene.places.public.rglob("*"))
    scene.refresh(at(0.23))
    assert sorted(scene.places.public.rglob("*")) == before


@pytest.mark.parametrize(
    "spoil",
    [
        lambda places: places.timestamp.write_bytes(b"{}"),
        lambda places: places.timestamp.write_bytes(b"[" * 100_000),
        lambda places: places.role("snapshot", 2).write_bytes(places.role("snapshot", 1).read_bytes()),
        lambda places: places.role(AUTHORITY, 1).unlink(),
        lambda places: places.role("root", 1).write_bytes(places.timestamp.read_bytes()),
        lambda places: places.role("targets", 2).write_bytes(b" " * 3_000_000),
    ],
)
def test_a_damaged_repository_is_not_built_upon(scene: Scene, spoil: object) -> None:
    spoil(scene.places)  # type: ignore[operator]
    with pytest.raises((InputError, DocumentError)):
        publish(scene, envelope(FIRST), 1, 2)


def test_a_journal_that_leads_out_of_the_folder_is_refused(scene: Scene) -> None:
    for path in ("../evil.json", "/etc/evil.json", "metadata/../../evil.json"):
        scene.places.journal.write_text(json.dumps([[path, "{}"]]))
        with pytest.raises(DocumentError, match="no list of a repository's files"):
            repository.status(scene.places.folder, now=SOON)


def test_a_folder_that_cannot_be_used_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(WorkspaceError, match="cannot be used"):
        repository.status(tmp_path / "file", now=SOON)


def test_lives_are_those_of_the_roles() -> None:
    lives = Lives(authority=timedelta(days=3))
    assert lives.of("root") == LIVES.root
    assert lives.of("timestamp") == timedelta(minutes=5)
    assert lives.of(AUTHORITY) == timedelta(days=3)
