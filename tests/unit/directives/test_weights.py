"""Files of weights against orders: what is caught, what is only related, and what cannot be told."""

from __future__ import annotations

import hashlib
import os
import tracemalloc
from pathlib import Path
from typing import Any

import pytest

from groundstop.directives.folding import fold
from groundstop.directives.weights import (
    Edge,
    GroundedModel,
    Inventory,
    Known,
    Lineage,
    Link,
    Outcome,
    Rederived,
    Relation,
    ToHash,
    WeightFile,
    WeightsReport,
    check,
    grounded_by,
    grounded_in,
    hashed,
    look_at,
    read_lineage,
    still_there,
)
from groundstop.documents.directives import Descendants, Subject, SubjectModel
from groundstop.errors import GroundstopError, InputError
from tests.directive_parts import a_directive, a_lift, a_model, a_stop, at, published, signed

COMMIT, OTHER = "c" * 40, "d" * 40
REPOSITORY = "pkg:huggingface/elm/desk"


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


BASE, SMALL, SMALLER, TOKENIZER = map(sha256, ("base", "small", "smaller", "tokenizer"))


def weights_model(**changes: Any) -> SubjectModel:
    values = {"hosted": (), "aliases": (), "weights": (BASE,), "tokenizer": TOKENIZER}
    return a_model("helper", **{**values, **changes})


def grounded(descendants: Descendants = Descendants.NONE, **changes: Any) -> tuple[GroundedModel, ...]:
    subject = Subject(models=(weights_model(**changes),), descendants=descendants)
    return grounded_by(a_directive(subject=subject))


def inventory(*digests: str, purls: tuple[str, ...] = ()) -> Inventory:
    files = tuple(WeightFile(f"{digest[:6]}.bin", digest, 1, Known.HASHED) for digest in digests)
    return Inventory("here", files, purls, (), ())


def edge(child: str, parent: str, *, again: bool = False) -> Edge:
    rederived = Rederived(by="birch-mirror", at=at(1), how="convert 1.0, f16", got=child) if again else None
    return Edge(
        child=child, parent=parent, relation=Relation.QUANTISED, declared_by="elm", rederived=rederived
    )


def outcomes(report: WeightsReport) -> list[tuple[Outcome, Link]]:
    return [(one.outcome, one.link) for one in report.matches]


def everything_in(path: Path, **more: Any) -> Inventory:
    found = look_at(path, **more)
    return hashed(found) if isinstance(found, ToHash) else found


def test_an_exact_copy_is_caught_whatever_it_is_called(tmp_path: Path) -> None:
    (tmp_path / "holiday-photos.zip").write_text("base")
    (tmp_path / "readme.md").write_text("nothing")
    report = check(everything_in(tmp_path), grounded())
    assert outcomes(report) == [(Outcome.CAUGHT, Link.SAME_BYTES)]
    assert report.matches[0].name == "holiday-photos.zip"
    assert report.outcome is Outcome.CAUGHT


def test_other_bytes_are_clean_and_that_can_be_told() -> None:
    report = check(inventory(SMALL), grounded())
    assert report.matches == ()
    assert report.outcome is None
    assert report.can_tell


def test_the_same_tokenizer_is_related_and_proves_nothing() -> None:
    report = check(inventory(SMALL, TOKENIZER), grounded(Descendants.DECLARED))
    assert outcomes(report) == [(Outcome.RELATED, Link.TOKENIZER)]
    assert not report.can_tell
    reached = check(inventory(SMALL, TOKENIZER), grounded(Descendants.NONE))
    assert outcomes(reached) == [(Outcome.NOT_REACHED, Link.TOKENIZER)]
    assert reached.can_tell


@pytest.mark.parametrize(
    ("reach", "declared", "again"),
    [
        (Descendants.NONE, Outcome.NOT_REACHED, Outcome.NOT_REACHED),
        (Descendants.DECLARED, Outcome.CAUGHT, Outcome.CAUGHT),
        (Descendants.VERIFIED, Outcome.RELATED, Outcome.CAUGHT),
    ],
)
def test_a_converted_copy_is_caught_as_far_as_its_lineage_and_the_order_go(
    reach: Descendants, declared: Outcome, again: Outcome
) -> None:
    models = grounded(reach)
    assert outcomes(check(inventory(SMALL), models)) == []
    said = Lineage(edges=(edge(SMALL, BASE),))
    assert outcomes(check(inventory(SMALL), models, said)) == [(declared, Link.DECLARED)]
    done = Lineage(edges=(edge(SMALL, BASE, again=True),))
    assert outcomes(check(inventory(SMALL), models, done)) == [(again, Link.REDERIVED)]


def test_a_chain_is_as_sure_as_its_weakest_step() -> None:
    mixed = Lineage(edges=(edge(SMALL, BASE), edge(SMALLER, SMALL, again=True)))
    assert outcomes(check(inventory(SMALLER), grounded(Descendants.VERIFIED), mixed)) == [
        (Outcome.RELATED, Link.DECLARED)
    ]
    whole = Lineage(edges=(edge(SMALL, BASE, again=True), edge(SMALLER, SMALL, again=True)))
    assert outcomes(check(inventory(SMALLER), grounded(Descendants.VERIFIED), whole)) == [
        (Outcome.CAUGHT, Link.REDERIVED)
    ]


def test_a_parent_is_not_made_out_of_its_child() -> None:
    lineage = Lineage(edges=(edge(BASE, SMALL, again=True),))
    assert outcomes(check(inventory(SMALL), grounded(Descendants.DECLARED), lineage)) == []


def test_a_circle_of_declarations_ends() -> None:
    lineage = Lineage(edges=(edge(SMALL, SMALLER), edge(SMALLER, SMALL), edge(SMALL, BASE)))
    report = check(inventory(SMALLER, BASE), grounded(Descendants.DECLARED), lineage)
    assert {one.link for one in report.matches} == {Link.SAME_BYTES, Link.DECLARED}


@pytest.mark.parametrize(
    ("named", "given", "wanted"),
    [
        (f"{REPOSITORY}@{COMMIT}", f"{REPOSITORY}@{COMMIT}", Outcome.CAUGHT),
        (f"{REPOSITORY}@{COMMIT}", f"pkg:huggingface/Elm/Desk@{COMMIT.upper()}?download=1", Outcome.CAUGHT),
        (f"{REPOSITORY}@{COMMIT}", f"{REPOSITORY}@{OTHER}", None),
        (f"{REPOSITORY}@{COMMIT}", REPOSITORY, Outcome.RELATED),
        (REPOSITORY, f"{REPOSITORY}@{OTHER}", Outcome.CAUGHT),
        (REPOSITORY, REPOSITORY, Outcome.CAUGHT),
        (REPOSITORY, "pkg:huggingface/elm/desk-two", None),
    ],
)
def test_a_repository_is_recognised_by_its_revision(named: str, given: str, wanted: Outcome | None) -> None:
    report = check(inventory(SMALL, purls=(given,)), grounded(purls=(named,), tokenizer=None))
    assert report.outcome is wanted


def test_an_order_of_a_hosted_name_alone_is_told_and_leaves_nothing_open() -> None:
    for hosted in (grounded_by(a_directive()), grounded_by(a_stop())):
        report = check(inventory(SMALL), hosted)
        assert report.can_tell
        assert report.unrecognisable == hosted


def test_an_order_of_a_repository_leaves_it_open_until_it_is_said_where_files_are_from() -> None:
    only_repository = grounded(weights=(), tokenizer=None, purls=(REPOSITORY,))
    assert not check(inventory(SMALL), only_repository).can_tell
    assert check(inventory(SMALL, purls=("pkg:huggingface/oak/other",)), only_repository).can_tell


def test_an_empty_folder_says_nothing(tmp_path: Path) -> None:
    assert not check(everything_in(tmp_path), grounded()).can_tell


def test_a_stop_names_weights_and_repositories_too() -> None:
    stop = a_stop(models=(f"sha256:{BASE}", f"{REPOSITORY}@{COMMIT}", "desk-helper"))
    report = check(inventory(BASE, purls=(f"{REPOSITORY}@{COMMIT}",)), grounded_by(stop))
    assert {one.link for one in report.matches} == {Link.SAME_BYTES, Link.SAME_REVISION}
    assert [one.label for one in report.unrecognisable] == ["desk-helper"]


def test_what_stands_is_compared_without_what_is_lifted_or_over() -> None:
    subject = Subject(models=(weights_model(),), descendants=Descendants.NONE)
    # Weights alone are in nobody's charter, so the model has its hosted name too.
    hosted = Subject(models=(a_model("helper", weights=(BASE,)),), descendants=subject.descendants)
    order = a_directive(subject=hosted)
    lift = a_lift(order)
    before = grounded_in(fold([published(signed(order))]), at(24 * 11))
    after = grounded_in(fold([published(signed(order), signed(lift))]), at(24 * 11))
    assert [one.weights for one in before] == [frozenset({BASE})]
    assert after == ()
    assert still_there(before, at(24 * 29)) == before
    assert still_there(before, at(24 * 30)) == ()


def test_a_pointer_to_weights_is_caught_though_the_weights_are_not_here(tmp_path: Path) -> None:
    pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{BASE}\nsize 4\n"
    (tmp_path / "model.bin").write_text(pointer)
    (tmp_path / "notes.md").write_text("Look:\n" + pointer)
    found = everything_in(tmp_path)
    assert [one.known for one in found.files] == [Known.HASHED, Known.POINTER, Known.HASHED]
    assert outcomes(check(found, grounded())) == [(Outcome.CAUGHT, Link.SAME_BYTES)]
    assert len(found.notes) == 1


def test_a_hubs_cache_says_where_its_files_are_from(tmp_path: Path) -> None:
    snapshot = tmp_path / "models--elm--desk" / "snapshots" / COMMIT
    snapshot.mkdir(parents=True)
    (tmp_path / "models--elm--desk" / "blobs").mkdir()
    blob = tmp_path / "models--elm--desk" / "blobs" / "one"
    blob.write_text("base")
    (snapshot / "model.bin").symlink_to(blob)
    whole = everything_in(tmp_path / "models--elm--desk")
    assert whole.purls == (f"{REPOSITORY}@{COMMIT}",)
    assert [one.sha256 for one in whole.files] == [BASE]
    assert whole.unread == ()
    inner = everything_in(snapshot)
    assert inner.purls == whole.purls
    assert [one.why for one in inner.unread] == ["it is a link that leads out of the folder"]
    assert everything_in(tmp_path).purls == ()


def test_links_are_met_where_they_lead_and_never_followed_outside(tmp_path: Path) -> None:
    outside, top = tmp_path / "outside", tmp_path / "top"
    outside.mkdir()
    top.mkdir()
    (outside / "secret").write_text("base")
    (top / "real").write_text("base")
    (top / "same").symlink_to(top / "real")
    (top / "leaving").symlink_to(outside / "secret")
    (top / "leaving-too").symlink_to(outside)
    (top / "nowhere").symlink_to(top / "gone")
    (top / "circle").symlink_to(top / "circle")
    (top / "back").symlink_to(top)
    found = everything_in(top)
    assert [one.name for one in found.files] == ["real"]
    assert [one.name for one in found.unread] == ["circle", "leaving", "leaving-too", "nowhere"]
    assert not check(found, grounded(weights=(SMALL,))).can_tell


def test_what_is_no_file_is_told_and_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "model.bin").write_text("small")
    found = everything_in(tmp_path)
    assert [(one.name, one.why) for one in found.unread] == [("pipe", "it is neither a file nor a folder")]
    with pytest.raises(InputError, match="neither"):
        look_at(tmp_path / "pipe")
    with pytest.raises(InputError, match="There is no"):
        look_at(tmp_path / "nothing")


def test_a_file_that_vanishes_or_changes_before_it_is_hashed_is_told(tmp_path: Path) -> None:
    for name in ("gone", "link", "grown"):
        (tmp_path / name).write_text("x" * 10)
    todo = look_at(tmp_path)
    assert isinstance(todo, ToHash)
    assert todo.size == 30
    (tmp_path / "gone").unlink()
    (tmp_path / "link").unlink()
    (tmp_path / "link").symlink_to("/etc/hostname")

    def grow(_: int) -> None:
        with (tmp_path / "grown").open("a") as file:
            file.write("more")

    found = hashed(todo, grow)
    assert found.files == ()
    assert [one.name for one in found.unread] == ["gone", "grown", "link"]


def test_names_that_are_no_text_are_shown_and_read(tmp_path: Path) -> None:
    (Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff\xfe.bin"))).write_text("base")
    found = everything_in(tmp_path)
    assert found.files[0].name == "\ufffd\ufffd.bin"
    assert found.files[0].sha256 == BASE


def test_a_large_file_takes_little_memory_and_tells_how_far_it_is(tmp_path: Path) -> None:
    size = 64 * 1024 * 1024
    with (tmp_path / "large.bin").open("wb") as file:
        file.truncate(size)
    told: list[int] = []
    todo = look_at(tmp_path)
    assert isinstance(todo, ToHash)
    tracemalloc.start()
    found = hashed(todo, told.append)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert sum(told) == found.files[0].size == size
    assert peak < 8 * 1024 * 1024


def test_lines_of_sha256sum_are_a_manifest(tmp_path: Path) -> None:
    (tmp_path / "SHA256SUMS").write_text(f"{BASE}  model one.bin\n{SMALL.upper()} *small.bin\r\n\n")
    found = everything_in(tmp_path / "SHA256SUMS")
    assert [(one.name, one.sha256) for one in found.files] == [("model one.bin", BASE), ("small.bin", SMALL)]
    (tmp_path / "story.txt").write_text(f"{BASE}  model.bin\nonce upon a time\n")
    other = everything_in(tmp_path / "story.txt")
    assert [one.known for one in other.files] == [Known.HASHED]


@pytest.mark.parametrize("text", ["{}", '{"a": 1}', "[1]", "{broken", '{"dsseEnvelope": 7}'])
def test_json_that_is_no_manifest_is_a_file_like_any_other(tmp_path: Path, text: str) -> None:
    (tmp_path / "config.json").write_text(text)
    found = everything_in(tmp_path / "config.json")
    assert [one.sha256 for one in found.files] == [sha256(text)]


def test_a_lineage_is_read_from_toml(tmp_path: Path) -> None:
    (tmp_path / "lineage.toml").write_text(
        f'[[edges]]\nchild = "{SMALL}"\nparent = "{BASE}"\nrelation = "quantised"\ndeclared_by = "elm"\n'
        f'[edges.rederived]\nby = "birch-mirror"\nat = 2026-07-10T00:00:00Z\n'
        f'how = "convert"\ngot = "{SMALL}"\n'
    )
    lineage = read_lineage(tmp_path / "lineage.toml")
    assert lineage.edges[0].rederived is not None
    (tmp_path / "lineage.json").write_bytes(lineage.canonical())
    assert read_lineage(tmp_path / "lineage.json") == lineage


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"parent": SMALL}, "itself"),
        ({"child": "abc"}, "child"),
        ({"relation": "inspired-by"}, "relation"),
        ({"rederived": {"by": "b", "at": "2026-07-10T00:00:00Z", "how": "x", "got": BASE}}, "not the child"),
        ({"declared_by": None}, "declared_by"),
        ({"surely": True}, "unknown field"),
    ],
)
def test_a_lineage_that_cannot_be_is_refused(tmp_path: Path, changes: dict[str, Any], said: str) -> None:
    import json

    one = {"child": SMALL, "parent": BASE, "relation": "quantised", "declared_by": "elm", **changes}
    (tmp_path / "lineage.json").write_text(json.dumps({"edges": [one]}))
    with pytest.raises(GroundstopError, match=said):
        read_lineage(tmp_path / "lineage.json")


def test_models_of_a_draft_and_of_what_stands_are_the_same() -> None:
    order = a_directive(subject=Subject(models=(a_model(weights=(BASE,)),), descendants=Descendants.NONE))
    standing = grounded_in(fold([published(signed(order))]), at(1))
    assert standing == grounded_by(order)
