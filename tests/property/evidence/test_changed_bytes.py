"""Any changed byte shows: of the file, the audit fails; of a member, the audit names the member."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from groundstop.documents import TrustList
from groundstop.evidence.archive import write_archive
from tests.evidence_samples import a_grown_bundle, audited, changed, everybody, failures

KINDS = ("README.md", "documents", "keys", "log/checkpoint", "log/cosigned", "log/tile", "sealed")
"""How the names of all kinds of members begin."""


def members() -> list[str]:
    return sorted(a_grown_bundle().members)


def names_of_failures(name: str, data: bytes | None, folder: Path, trust: TrustList) -> set[str | None]:
    return {
        member for _, member, _ in failures(audited(changed(a_grown_bundle(), {name: data}), folder, trust))
    }


def one_change_each(data: bytes, seed: str) -> Iterator[tuple[str, bytes]]:
    """Yield a member with one byte changed, added, taken away or moved, in several places."""
    chance = random.Random(seed)
    places = {
        0,
        1,
        len(data) // 2,
        len(data) - 2,
        len(data) - 1,
        *(chance.randrange(len(data)) for _ in range(6)),
    }
    for place in sorted(places):
        flipped = bytearray(data)
        flipped[place] ^= 1 << chance.randrange(8)
        yield f"byte {place} changed", bytes(flipped)
    place = chance.randrange(len(data))
    yield f"byte {place} taken away", data[:place] + data[place + 1 :]
    yield f"a byte put in at {place}", data[:place] + b"\n" + data[place:]
    yield "a byte put before", b" " + data
    yield "a byte put after", data + b"\n"
    yield "the last byte cut off", data[:-1]
    yield "half of it cut off", data[: len(data) // 2]
    yield "nothing left", b""


def test_the_bundle_has_every_kind_of_member() -> None:
    assert {kind for kind in KINDS for name in members() if name.startswith(kind)} == set(KINDS)
    documents = " ".join(members())
    assert all(kind in documents for kind in ("finding", "corroboration", "grant", "minimization"))


def test_the_bundle_itself_passes(tmp_path: Path) -> None:
    assert failures(audited(a_grown_bundle(), tmp_path)) == []
    assert failures(audited(a_grown_bundle(), tmp_path, TrustList())) == []


@pytest.mark.parametrize("place", range(19))
def test_a_member_with_one_byte_changed_is_named(tmp_path: Path, place: int) -> None:
    assert len(members()) == 19, "give each member its turn"
    name = members()[place]
    for what, data in one_change_each(a_grown_bundle().members[name], name):
        assert name in names_of_failures(name, data, tmp_path, everybody()), what


@pytest.mark.parametrize("place", range(19))
def test_one_who_knows_nobody_sees_it_too(tmp_path: Path, place: int) -> None:
    name = members()[place]
    # Who does not know the witness cannot check its line, which stands last; the audit says "unproved".
    data = a_grown_bundle().members[name]
    upto = data.index(b"dusk-witness") if name.startswith("log/cosigned") else len(data)
    for flipped in (0, upto // 3, upto - 1):
        other = bytearray(data)
        other[flipped] ^= 4
        assert name in names_of_failures(name, bytes(other), tmp_path, TrustList()), flipped


@pytest.mark.parametrize("place", range(19))
def test_a_member_that_was_taken_away_is_named(tmp_path: Path, place: int) -> None:
    taken = members()[place]
    named = names_of_failures(taken, None, tmp_path, everybody())
    if taken.startswith("log/cosigned/"):
        # Nobody signs for what a witness adds; its absence proves nothing, and makes nothing worse.
        assert named == set()
    else:
        assert taken in named


@pytest.mark.parametrize(
    "name",
    [
        *("evil.sh", "README.txt", "a/b", "documents/000005-grant.json", "documents/000001-other.json"),
        *(
            "documents/notes.txt",
            "keys/other.json",
            "keys/other.pem",
            "sealed/more.age",
            "sealed/recipe.9.age",
        ),
        *("log/other", "log/tile/0/000", "log/tile/0/000.p/3", "log/tile/entries/000", "log/tile/x/000"),
        *("log/tile/1/000.p/1", "log/staged/checkpoint", "log/checkpoint.old"),
        *("log/cosigned/9-20260702T170000Z-00000000", "log/cosigned/note", "log/cosigned/other/note"),
    ],
)
def test_a_member_that_was_added_is_named(tmp_path: Path, name: str) -> None:
    for data in (b"", b"more", a_grown_bundle().members["documents/000002-grant.json"]):
        assert name in names_of_failures(name, data, tmp_path, everybody())


@pytest.mark.parametrize("place", range(19))
def test_a_member_that_was_renamed_is_named(tmp_path: Path, place: int) -> None:
    name = members()[place]
    folder, _, last = name.rpartition("/")
    renamed = f"{folder}/x{last}" if folder else f"x{last}"
    moved = changed(a_grown_bundle(), {name: None, renamed: a_grown_bundle().members[name]})
    assert renamed in {member for _, member, _ in failures(audited(moved, tmp_path))}


@pytest.mark.parametrize("kind", ["documents/", "keys/", "sealed/"])
def test_members_that_changed_places_are_both_named(tmp_path: Path, kind: str) -> None:
    names = [name for name in members() if name.startswith(kind)]
    bundle = a_grown_bundle()
    for one, other in pairwise(names):
        swapped = changed(bundle, {one: bundle.members[other], other: bundle.members[one]})
        named = {member for _, member, _ in failures(audited(swapped, tmp_path))}
        assert {one, other} <= named


WHOLE = write_archive(a_grown_bundle().members)


@settings(max_examples=250, deadline=None)
@given(place=st.integers(0, len(WHOLE) - 1), flip=st.integers(1, 255))
def test_a_file_with_any_byte_changed_fails(place: int, flip: int) -> None:
    data = bytearray(WHOLE)
    data[place] ^= flip
    with TemporaryDirectory() as folder:
        assert failures(audited(bytes(data), Path(folder)))


@settings(max_examples=100, deadline=None)
@given(place=st.integers(0, len(WHOLE)), data=st.binary(min_size=1, max_size=40))
def test_a_file_with_bytes_put_in_or_cut_off_fails(place: int, data: bytes) -> None:
    with TemporaryDirectory() as folder:
        assert failures(audited(WHOLE[:place] + data + WHOLE[place:], Path(folder)))
        assert failures(audited(WHOLE[:place], Path(folder))) or place == len(WHOLE)


HEADERS = [found.start() for found in re.finditer(b"PK(\3\4|\1\2|\5\6)", WHOLE)]


@settings(max_examples=250, deadline=None)
@given(
    changes=st.lists(st.tuples(st.sampled_from(HEADERS), st.integers(0, 60), st.integers(1, 255)), min_size=1)
)
def test_a_file_with_other_headers_fails_and_never_crashes(changes: list[tuple[int, int, int]]) -> None:
    data = bytearray(WHOLE)
    for place, offset, flip in changes:
        data[min(place + offset, len(data) - 1)] ^= flip
    with TemporaryDirectory() as folder:
        assert failures(audited(bytes(data), Path(folder))) or bytes(data) == WHOLE
