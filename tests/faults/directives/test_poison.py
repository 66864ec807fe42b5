"""Documents on which a reader stumbles: each is told, stops no gateway, and keeps no other from counting."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from securesystemslib.dsse import Envelope

from groundstop.directives import folding, repository
from groundstop.directives.orders import Orders, Published
from groundstop.directives.signing import sign_order
from groundstop.directives.subscribing import ProblemKind, overriding, read_overrides
from groundstop.documents import Document, canonical_bytes
from groundstop.documents.directives import Direction, DirectiveSet, Override, Stop
from groundstop.errors import GroundstopError
from groundstop.evidence import OwnKey
from groundstop.evidence.statements import PAYLOAD_TYPE, STATEMENT_TYPE, predicate_type
from tests.directive_parts import a_charter, a_stop, at, for_everybody, officer
from tests.evidence_samples import a_key
from tests.repository_parts import (
    AUTHORITY,
    Forger,
    Scene,
    a_set,
    denied,
    envelope,
    ids_in_force,
    kinds,
    online,
)

FIRST, SECOND = for_everybody(1), for_everybody(2)
SOON, LATER = at(0.02), at(0.03)
BEFORE_ALL_TIME = "0001-01-01T00:00:00+14:00"
"""A moment that has no place in the calendar of UTC."""


@pytest.fixture(autouse=True)
def a_disk_that_is_quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Waiting for the disk would show nothing here."""
    monkeypatch.setattr(os, "fsync", lambda _: None)


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    scene = Scene(tmp_path, charter=a_charter())
    scene.publish(FIRST)
    return scene


def signed_as_it_is(predicate: dict[str, Any], kind: type[Document], *keys: OwnKey) -> bytes:
    """Return an envelope around a predicate that no form has looked at."""
    statement: dict[str, Any] = {
        "_type": STATEMENT_TYPE,
        "subject": [{"name": "a model", "digest": {"sha256": "0" * 64}}],
        "predicateType": predicate_type(kind),
        "predicate": predicate,
    }
    found = Envelope(canonical_bytes(statement), PAYLOAD_TYPE, {})
    for key in keys:
        found.sign(key.signer)
    return canonical_bytes(found.to_dict())


def a_poisoned_stop(**changes: str) -> bytes:
    return signed_as_it_is({**a_stop().to_json(), **changes}, Stop, officer(1))


POISON = [
    a_poisoned_stop(created=BEFORE_ALL_TIME),
    a_poisoned_stop(created="9999-12-31T00:00:00Z", expires="9999-12-31T12:00:00Z"),
    a_poisoned_stop(expires="9999-12-31T23:59:59-14:00"),
]


def put_into_the_urgent_set(scene: Scene, data: bytes) -> None:
    """Do what somebody can who has stolen an urgent key, and the place where sets are put."""
    forger = Forger(scene.places.public, officer(1))
    forger.put_target(f"{AUTHORITY}.urgent", f"urgent/{AUTHORITY}.json", data)
    forger.follow_up(f"{AUTHORITY}.urgent", key=online())


@pytest.mark.parametrize("poison", POISON)
def test_an_envelope_with_a_date_that_cannot_be_stops_no_gateway(scene: Scene, poison: bytes) -> None:
    subscriber = scene.subscriber()
    assert subscriber.refresh(at(0)).good
    put_into_the_urgent_set(scene, a_set(1, poison))
    subscriber.refresh(SOON)
    scene.publish(SECOND, now=LATER)
    subscriber.refresh(LATER)
    again = scene.subscriber()
    again.load(LATER)
    for one in (subscriber, again):
        assert ids_in_force(one) == [FIRST.id, SECOND.id]
        assert one.active.closed == ()
        assert one.active.heard == LATER.timestamp()
    assert len(subscriber.status(LATER).refused) == 1
    with pytest.raises(GroundstopError):
        repository.publish(scene.places.folder, poison, [officer(1), online()], now=LATER)


def test_an_urgent_set_that_is_none_keeps_the_quorums_orders_from_nobody(scene: Scene) -> None:
    subscriber = scene.subscriber()
    assert subscriber.refresh(at(0)).good
    wrong = {
        **DirectiveSet(authority=AUTHORITY, number=1, created=SOON).to_json(),
        "created": BEFORE_ALL_TIME,
    }
    scene.publish(SECOND, now=SOON)
    put_into_the_urgent_set(scene, canonical_bytes(wrong))
    for _ in range(2):
        # It is told each time, and is nothing that was heard.
        assert kinds(subscriber.refresh(SOON)) == {ProblemKind.TAMPERED}
        assert ids_in_force(subscriber) == [FIRST.id, SECOND.id]
        assert subscriber.active.heard == at(0).timestamp()
    assert subscriber.status(SOON).authorities[0].withheld == ()
    put_into_the_urgent_set(scene, a_set(2, envelope(a_stop(), 1)))
    assert subscriber.refresh(LATER).good
    assert set(ids_in_force(subscriber)) == {FIRST.id, SECOND.id, a_stop().id}
    # What cannot be read takes nothing back.
    put_into_the_urgent_set(scene, canonical_bytes(wrong))
    assert kinds(subscriber.refresh(LATER)) == {ProblemKind.TAMPERED}
    assert subscriber.status(LATER).authorities[0].withheld == ()
    assert set(ids_in_force(subscriber)) == {FIRST.id, SECOND.id, a_stop().id}


def stumbling(of: str) -> Any:
    """Return a fold that an envelope makes stumble, as one did that nobody had thought of."""
    real = folding.fold

    def fold(published: Sequence[Published], overrides: Sequence[Override] = ()) -> Orders:
        found = real(published, overrides)
        if any(one.stop.id == of for one in found.stops):
            raise OverflowError("date value out of range")
        return found

    return fold


def test_an_envelope_on_which_the_fold_stumbles_is_refused_and_the_rest_goes_on(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    subscriber = scene.subscriber()
    assert subscriber.refresh(at(0)).good
    scene.publish(a_stop(), 1, now=SOON, keys=[officer(1), online()])
    scene.publish(SECOND, now=SOON)
    monkeypatch.setattr(folding, "fold", stumbling(a_stop().id))
    subscriber.refresh(SOON)
    again = scene.subscriber()
    again.load(SOON)
    for one in (subscriber, again):
        assert ids_in_force(one) == [FIRST.id, SECOND.id]
        (refused,) = one.status(SOON).refused
        assert "cannot be worked with (OverflowError)" in refused.why


def test_when_nothing_can_be_worked_out_what_was_in_force_stays_and_the_stop_file_works(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    subscriber = scene.subscriber()
    assert subscriber.refresh(at(0)).good
    scene.publish(SECOND, now=SOON)

    def fold(published: Sequence[Published], overrides: Sequence[Override] = ()) -> Orders:
        if sum(len(one.envelopes) for one in published) > 1:
            raise RecursionError
        return real(published, overrides)

    real = folding.fold
    monkeypatch.setattr(folding, "fold", fold)
    for _ in range(2):
        refreshed = subscriber.refresh(SOON)
        assert kinds(refreshed) == {ProblemKind.TAMPERED}
        assert ids_in_force(subscriber) == [FIRST.id]
        # What is not in force was not heard.
        assert subscriber.active.heard == at(0).timestamp()
    (scene.folder / "operator" / "stop").write_text("fir-chat\n")
    subscriber.look_here(SOON)
    assert denied(subscriber, SOON, "fir-chat")
    assert denied(subscriber, SOON)
    again = scene.subscriber()
    assert kinds(again.load(SOON)) == {ProblemKind.TAMPERED}
    assert "cannot be worked out" in again.active.closed[0]
    monkeypatch.undo()
    monkeypatch.setattr(os, "fsync", lambda _: None)
    scene.publish(for_everybody(3), now=LATER)
    assert subscriber.refresh(LATER).good
    assert subscriber.active.heard == LATER.timestamp()


def test_an_override_that_cannot_be_read_is_told_whoever_signed_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    operator = a_key("fir-gateways")
    good = Override(
        by="fir-gateways",
        created=at(1),
        directive=FIRST.id,
        content=FIRST.content_id,
        direction=Direction.ALLOW,
        until=at(24),
        reason="A court has suspended it here.",
    )
    for name in ("overrides", "override-keys"):
        (tmp_path / name).mkdir()
    (tmp_path / "override-keys" / "operator.json").write_bytes(operator.card.canonical())
    card = {**operator.card.to_json(), "created": BEFORE_ALL_TIME}
    (tmp_path / "override-keys" / "another.json").write_bytes(json.dumps(card).encode())
    wrong = {**good.to_json(), "created": BEFORE_ALL_TIME}
    (tmp_path / "overrides" / "a.json").write_bytes(signed_as_it_is(wrong, Override, a_key("thief")))
    (tmp_path / "overrides" / "b.json").write_bytes(sign_order(good, [operator]))
    found = read_overrides(tmp_path, frozenset({operator.card.key_id}))
    assert found.overrides == (good,)
    assert any("a.json does not count" in note for note in found.notes)
    assert len(found.notes) == 2

    def stumble(*_: object) -> None:
        raise OverflowError("date value out of range")

    monkeypatch.setattr(overriding, "signers_of", stumble)
    found = read_overrides(tmp_path, frozenset({operator.card.key_id}))
    assert found.overrides == ()
    assert any("b.json does not count: date value out of range" in note for note in found.notes)
