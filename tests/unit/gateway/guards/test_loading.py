"""Which guards of a folder count, and what is told of the others."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from groundstop.documents.directives import OrderKind
from groundstop.evidence import OwnKey
from groundstop.gateway.guards import GuardKeys, Loaded, Models, guard_keys, load_guards
from groundstop.gateway.guards.loading import FOLDER
from tests.directive_parts import AUTHORITY, a_charter, at, for_everybody, officer
from tests.evidence_samples import a_key
from tests.guard_parts import a_guard, a_guard_order, issuers_keys, orders_of, signed
from tests.repository_parts import Scene

NOW = at(1)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / FOLDER).mkdir()
    return tmp_path


def load(
    folder: Path,
    *,
    keys: GuardKeys | None = None,
    order: OrderKind = OrderKind.VIRTUAL_PATCH,
    hours: float = 1,
    finding: bool = True,
) -> Loaded:
    changes: dict[str, object] = {"order": order}
    if not finding:
        changes["evidence"] = a_guard_order().evidence[0].model_copy(update={"finding": "sha256:" + "0" * 64})
        changes["evidence"] = (changes["evidence"],)
    about = a_guard_order().model_copy(update=changes)
    return load_guards(
        folder,
        orders_of(about),
        issuers_keys() if keys is None else keys,
        at(hours),
        models=Models(folder / FOLDER / "models"),
    )


def put(folder: Path, data: bytes, name: str = "one.json") -> None:
    (folder / FOLDER / name).write_bytes(data)


def test_a_guard_that_is_signed_by_its_issuer_counts(folder: Path) -> None:
    put(folder, signed(a_guard()))
    loaded = load(folder)
    assert loaded.problems == ()
    assert [one.guard for one in loaded.guards[a_guard_order().id]] == [a_guard()]


def test_a_key_of_the_operator_signs_for_any_issuer(folder: Path) -> None:
    own = a_key("hazel-ops")
    put(folder, signed(a_guard(), own))
    assert load(folder, keys=GuardKeys(operator=(own.card,))).guards
    assert not load(folder).guards


def test_another_authority_does_not_sign_for_this_one(folder: Path) -> None:
    put(folder, signed(a_guard()))
    loaded = load(folder, keys=GuardKeys({"elm-office": (officer(1).card,)}))
    assert not loaded.guards
    assert "signed by nobody who is believed" in loaded.problems[0].why


def ended(key: OwnKey) -> GuardKeys:
    return issuers_keys(key.card.model_copy(update={"expires": at(-1)}))


DOES_NOT_COUNT: dict[str, tuple[Callable[[Path], Loaded], str]] = {
    "another finding": (lambda folder: load(folder, finding=False), "does not rest"),
    "an order of another kind": (lambda folder: load(folder, order=OrderKind.RESTRICT), "asks for no guard"),
    "over": (lambda folder: load(folder, hours=24 * 31), "It is over since 2026-08-05"),
    "nobody's key": (lambda folder: load(folder, keys=GuardKeys()), "signed by nobody"),
    "a key that had ended": (lambda folder: load(folder, keys=ended(officer(1))), "Its key had ended"),
}


@pytest.mark.parametrize("case", DOES_NOT_COUNT)
def test_a_guard_does_not_count_and_it_is_told_why(folder: Path, case: str) -> None:
    put(folder, signed(a_guard()))
    look, why = DOES_NOT_COUNT[case]
    loaded = look(folder)
    assert not loaded.guards
    (problem,) = loaded.problems
    assert (problem.file, problem.directive) == ("one.json", a_guard_order().id)
    assert why in problem.why


def test_a_guard_for_an_order_that_does_not_stand_is_told(folder: Path) -> None:
    put(folder, signed(a_guard()))
    loaded = load_guards(folder, orders_of(for_everybody(2)), issuers_keys(), NOW, models=Models(folder))
    assert not loaded.guards
    assert "no order that is in force here" in loaded.problems[0].why


def test_a_guard_of_another_normaliser_is_told(folder: Path) -> None:
    put(folder, signed(a_guard(normaliser=99)))
    loaded = load(folder)
    assert not loaded.guards
    assert "version 99 of the normaliser" in loaded.problems[0].why


def test_every_changed_byte_of_what_is_signed_is_noticed(folder: Path) -> None:
    data = signed(a_guard())
    for place in range(200, len(data), len(data) // 7):
        other = b"A" if data[place : place + 1] != b"A" else b"B"
        put(folder, data[:place] + other + data[place + 1 :])
        assert not load(folder).guards


@pytest.mark.parametrize("data", [b"", b"{}", b"[1", b"\xff" * 100, a_guard().canonical()])
def test_a_damaged_file_is_told_without_what_is_in_it(folder: Path, data: bytes) -> None:
    put(folder, data)
    put(folder, signed(a_guard()), "two.json")
    loaded = load(folder)
    assert [problem.file for problem in loaded.problems] == ["one.json"]
    assert len(loaded.problems[0].why) < 400
    assert loaded.guards


def test_a_guard_without_its_model_counts_and_that_is_told(folder: Path) -> None:
    vectors = {
        "model": "small",
        "model_sha256": "a" * 64,
        "tokenizer_sha256": "b" * 64,
        "dimensions": 8,
        "vectors": ["fwAAAAAAAAA="],
    }
    put(folder, signed(a_guard(embedding=vectors, votes={"share": 0.5, "cosine": 0.8})))
    loaded = load(folder)
    assert loaded.guards[a_guard_order().id]
    assert "has the digest aaaaaaaaaaaaaaaa" in loaded.problems[0].why


def test_no_folder_is_no_guard(tmp_path: Path) -> None:
    assert load(tmp_path) == Loaded({}, ())


def test_whom_an_operator_obeys_is_believed(tmp_path: Path) -> None:
    scene = Scene(tmp_path, charter=a_charter())
    scene.publish(a_guard_order())
    subscriber = scene.subscriber()
    subscriber.refresh(at(0))
    own = a_key("hazel-ops")
    (tmp_path / "override-keys").mkdir()
    (tmp_path / "override-keys" / "one.json").write_bytes(own.card.canonical())
    found = guard_keys(subscriber.charters, tmp_path, frozenset({own.card.key_id}))
    assert found.authorities == {AUTHORITY: a_charter().keys}
    assert found.operator == (own.card,)
    assert guard_keys((), tmp_path, frozenset()).operator == ()
