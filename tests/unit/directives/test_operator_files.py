"""The operator's own files: the stop file that needs nothing else to work, and signed overrides."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from groundstop.directives.signing import sign_order
from groundstop.directives.subscribing import (
    Overrides,
    operator_stops,
    read_overrides,
    read_stop_file,
    stop_file,
)
from groundstop.documents.directives import Direction, Override
from groundstop.errors import InputError
from tests.directive_parts import a_charter, at, for_everybody
from tests.evidence_samples import a_key
from tests.repository_parts import Scene, denied, ids_in_force

ORDER = for_everybody(1)


def test_every_line_of_a_stop_file_is_a_name(tmp_path: Path) -> None:
    path = tmp_path / "stop"
    path.write_bytes(
        "\ufeffdesk-helper\r\n\r\n   \n  desk clerk \n\u200bdesk-\u200dwriter\x00\n".encode()
        + b"# note\ndesk-helper\n\xff-odd\n"
    )
    assert read_stop_file(path) == ("desk-helper", "desk clerk", "desk-writer", "# note", "\ufffd-odd")


def test_without_a_stop_file_nothing_is_stopped(tmp_path: Path) -> None:
    assert read_stop_file(tmp_path / "stop") == ()
    (tmp_path / "stop").write_bytes(b"\n \n")
    assert stop_file(tmp_path / "stop") == ((), ())


@pytest.mark.parametrize("text", ["desk-*", "desk?", "x" * 400])
def test_a_line_that_is_no_name_closes_everything(tmp_path: Path, text: str) -> None:
    (tmp_path / "stop").write_text(f"desk-helper\n{text}\n")
    found = stop_file(tmp_path / "stop")
    assert found.names == ("desk-helper",)
    assert "no patterns are read" in found.closed[0]


def test_several_names_on_one_line_are_each_stopped(tmp_path: Path) -> None:
    (tmp_path / "stop").write_text('desk-a "desk-b",desk-c # leaks\n# stopped by the desk\n')
    found = stop_file(tmp_path / "stop").names
    assert {"desk-a", "desk-b", "desk-c"} <= set(found)
    assert "# stopped by the desk" in found
    assert "desk" not in found


def test_a_stop_file_in_another_encoding_closes_everything(tmp_path: Path) -> None:
    (tmp_path / "stop").write_bytes("desk-helper\n".encode("utf-16"))
    assert "not UTF-8" in stop_file(tmp_path / "stop").closed[0]
    (tmp_path / "stop").write_bytes(b"desk-helper\n\xff-odd\n")
    found = stop_file(tmp_path / "stop")
    assert found.names == ("desk-helper",)
    assert len(found.closed) == 1


def a_folder(path: Path) -> None:
    path.mkdir()


def a_loop(path: Path) -> None:
    path.symlink_to(path)


def a_pipe(path: Path) -> None:
    os.mkfifo(path)


def too_large(path: Path) -> None:
    path.write_bytes(b"x\n" * 1_000_000)


@pytest.mark.parametrize("make", [a_folder, a_loop, a_pipe, too_large])
def test_a_stop_file_that_cannot_be_read_closes_everything(tmp_path: Path, make: object) -> None:
    make(tmp_path / "stop")  # type: ignore[operator]
    with pytest.raises(InputError):
        read_stop_file(tmp_path / "stop")
    assert "cannot be read" in stop_file(tmp_path / "stop").closed[0]


def test_an_operators_stop_lasts_beyond_every_reload_and_changes_once_a_day() -> None:
    morning, night = (datetime(2026, 7, 6, hour, 59, tzinfo=UTC) for hour in (0, 23))
    assert operator_stops(["desk-helper"], now=morning) == operator_stops(["desk-helper"], now=night)
    (stop,) = operator_stops(["desk-helper"], now=night)
    assert stop.stop.expires - night > timedelta(hours=48)
    assert stop.stop.issuer == "operator"
    many = operator_stops([f"desk-{number}" for number in range(2500)], now=night)
    assert [len(one.stop.models) for one in many] == [1000, 1000, 500]
    assert len({one.stop.id for one in many}) == 3


def test_a_stop_file_halts_a_model_when_everything_else_is_broken(tmp_path: Path) -> None:
    scene = Scene(tmp_path, charter=a_charter())
    scene.refresh(at(0))
    subscriber = scene.subscriber()
    assert subscriber.refresh(at(0)).good
    assert not denied(subscriber, at(0), model="desk-helper")
    scene.places.timestamp.write_bytes(b"junk")
    (tmp_path / "operator" / "stop").write_text("desk-helper\n")
    refreshed = subscriber.refresh(at(0.01))
    assert not refreshed.good
    assert refreshed.swapped
    assert denied(subscriber, at(0.01), model="desk-helper")
    assert not denied(subscriber, at(0.01), model="desk-clerk")
    # It holds for as long as the file is there, also beyond the 72 hours of a stop.
    subscriber.refresh(at(24 * 9))
    assert denied(subscriber, at(24 * 9), model="desk-helper")
    (tmp_path / "operator" / "stop").unlink()
    subscriber.refresh(at(24 * 9))
    assert not denied(subscriber, at(24 * 9), model="desk-helper")


def test_a_stop_file_works_from_the_first_moment(tmp_path: Path) -> None:
    scene = Scene(tmp_path, charter=a_charter())
    scene.refresh(at(0))
    assert scene.subscriber().refresh(at(0)).good
    (tmp_path / "operator" / "stop").write_text("desk-helper\n")
    subscriber = scene.subscriber()
    subscriber.load(at(0.01))
    assert subscriber.active.closed == ()
    assert denied(subscriber, at(0.01), model="desk-helper")


def test_a_pattern_in_the_stop_file_closes_the_gateway(tmp_path: Path) -> None:
    scene = Scene(tmp_path, charter=a_charter())
    scene.refresh(at(0))
    subscriber = scene.subscriber()
    subscriber.refresh(at(0))
    (tmp_path / "operator" / "stop").write_text("desk-*\n")
    subscriber.look_here(at(0))
    assert denied(subscriber, at(0), model="anything")
    (tmp_path / "operator" / "stop").unlink()
    subscriber.refresh(at(0))
    assert not denied(subscriber, at(0), model="anything")


def an_override(**changes: Any) -> Override:
    values: dict[str, Any] = {
        "by": "fir-gateways",
        "created": at(1),
        "directive": ORDER.id,
        "content": ORDER.content_id,
        "direction": Direction.ALLOW,
        "until": at(24),
        "reason": "The hospital's own line must not stop.",
    }
    return Override(**{**values, **changes})


OPERATOR = a_key("fir-gateways")
ALLOWED = frozenset({OPERATOR.card.key_id})


def put(folder: Path, data: bytes, *, name: str = "one.json") -> None:
    for place, content in (
        (folder / "overrides" / name, data),
        (folder / "override-keys" / "fir.json", OPERATOR.card.canonical()),
    ):
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)


def test_an_override_counts_when_a_listed_key_has_signed_it(tmp_path: Path) -> None:
    put(tmp_path, sign_order(an_override(), [OPERATOR]))
    assert read_overrides(tmp_path, ALLOWED) == Overrides((an_override(),), ())


def test_an_override_takes_effect_and_ends_when_its_file_goes(tmp_path: Path) -> None:
    scene = Scene(tmp_path, charter=a_charter())
    scene.publish(ORDER)
    subscriber = scene.subscriber(override_keys=ALLOWED)
    assert subscriber.refresh(at(0)).good
    put(tmp_path / "operator", sign_order(an_override(), [OPERATOR]))
    scene.refresh(at(2))
    assert subscriber.refresh(at(2)).swapped
    assert not denied(subscriber, at(2))
    (tmp_path / "operator" / "overrides" / "one.json").unlink()
    assert subscriber.refresh(at(2)).swapped
    assert denied(subscriber, at(2))


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (sign_order(an_override(), [a_key("thief")]), "signed by no key at hand"),
        (sign_order(ORDER, [OPERATOR]), "Put overrides there only"),
        (b"{}", "DSSE"),
        (b"[" * 100_000, "deep"),
        (b"\xff", "UTF-8"),
        (b" " * 2_000_000, "larger"),
    ],
)
def test_an_override_that_cannot_be_believed_is_told_and_does_nothing(
    tmp_path: Path, data: bytes, why: str
) -> None:
    put(tmp_path, data)
    found = read_overrides(tmp_path, ALLOWED)
    assert found.overrides == ()
    assert len(found.notes) == 1
    assert why in found.notes[0]


def test_an_override_by_a_key_that_is_not_listed_counts_for_nothing(tmp_path: Path) -> None:
    put(tmp_path, sign_order(an_override(), [OPERATOR]))
    assert read_overrides(tmp_path, frozenset()).overrides == ()


def test_a_card_that_goes_by_a_listed_id_with_another_key_is_told(tmp_path: Path) -> None:
    put(tmp_path, sign_order(an_override(), [a_key("thief")]))
    lying = a_key("thief").card.model_copy(update={"key_id": OPERATOR.card.key_id})
    (tmp_path / "override-keys" / "fir.json").write_bytes(lying.canonical())
    found = read_overrides(tmp_path, ALLOWED)
    assert found.overrides == ()
    assert any("not its key's" in note for note in found.notes)


def test_an_override_of_a_key_that_had_ended_counts_for_nothing(tmp_path: Path) -> None:
    put(tmp_path, sign_order(an_override(), [OPERATOR]))
    ended = OPERATOR.card.model_copy(update={"expires": at(0.5)})
    (tmp_path / "override-keys" / "fir.json").write_bytes(ended.canonical())
    found = read_overrides(tmp_path, ALLOWED)
    assert found.overrides == ()
    assert "had ended" in found.notes[0]


def test_the_orders_in_force_are_told_beside_the_notes(tmp_path: Path) -> None:
    scene = Scene(tmp_path, charter=a_charter())
    scene.publish(ORDER)
    put(tmp_path / "operator", b"{}")
    subscriber = scene.subscriber(override_keys=ALLOWED)
    subscriber.refresh(at(0))
    assert ids_in_force(subscriber) == [ORDER.id]
    assert any("one.json does not count" in note for note in subscriber.status(at(0)).notes)
