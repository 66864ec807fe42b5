"""Random trees against two other implementations, random damage against the audit."""

from __future__ import annotations

import base64
import os
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pymerkle import InmemoryTree

from groundstop.documents import canonical_bytes
from groundstop.evidence.log import (
    Entry,
    FormError,
    KeyKind,
    Known,
    LogError,
    NewEntry,
    TilePath,
    VerificationError,
    audit,
    cosign,
    open_checkpoint,
    parse_checkpoint,
    parse_note,
    sign_note,
    tile_paths,
    verify_consistency,
    verify_inclusion,
    witness_time,
)
from groundstop.evidence.log.entry import encode_entries
from groundstop.evidence.log.growth import Edge, grow
from groundstop.evidence.log.merkle import (
    HashReader,
    consistency_proof,
    head_at,
    inclusion_proof,
    leaf_hash,
    tree_head,
)
from groundstop.evidence.log.stored import StoredHashes
from tests.unit.evidence.log import naive
from tests.unit.evidence.log.logs import (
    KEY,
    SIGNER,
    WITNESS,
    Clock,
    a_log,
    contents,
    entries,
    reader_of,
)

BIGGEST = 2_000
WITNESS_KEY = WITNESS.key(KeyKind.COSIGNATURE)
ENTRIES = [f"entry {number}".encode() for number in range(BIGGEST)]
LEAVES = [leaf_hash(entry) for entry in ENTRIES]


@cache
def head_of(start: int, stop: int) -> bytes:
    """The definition, remembering what it worked out."""
    if stop - start <= 1:
        return naive.mth(LEAVES[start:stop])
    middle = start + naive.split(stop - start)
    return naive.node(head_of(start, middle), head_of(middle, stop))


def stored(size: int) -> HashReader:
    """The tiles of a log of the first entries, as a log has them."""
    return StoredHashes(grow(Edge(), ENTRIES[:size]).files.get, size)


@cache
def stored_once(size: int) -> HashReader:
    return stored(size)


SIZES = st.integers(1, BIGGEST)


@st.composite
def places(draw: st.DrawFn) -> tuple[int, int]:
    size = draw(SIZES)
    return draw(st.integers(0, size - 1)), size


@settings(max_examples=60, deadline=None)
@given(places())
def test_every_inclusion_proof_verifies_with_the_definition_of_the_rfc(place: tuple[int, int]) -> None:
    index, size = place
    proof = inclusion_proof(index, size, stored(size))
    root = head_of(0, size)
    assert naive.included(index, size, LEAVES[index], proof) == root
    verify_inclusion(index, size, LEAVES[index], proof, root)


@settings(max_examples=60, deadline=None)
@given(places())
def test_every_consistency_proof_verifies_with_the_definition_of_the_rfc(place: tuple[int, int]) -> None:
    old, size = place[0] + 1, place[1]
    proof = consistency_proof(old, size, stored(size))
    was, now = head_of(0, old), head_of(0, size)
    assert naive.continued(old, size, was, proof) == (was, now)
    verify_consistency(old, size, proof, was, now)


@pytest.fixture(scope="module")
def peer() -> InmemoryTree:
    tree = InmemoryTree(algorithm="sha256")
    for entry in ENTRIES:
        tree.append_entry(entry)
    return tree


@settings(max_examples=60, deadline=None)
@given(place=places())
def test_heads_and_inclusion_proofs_are_those_of_another_implementation(
    peer: InmemoryTree, place: tuple[int, int]
) -> None:
    index, size = place
    read = stored_once(BIGGEST)
    root = peer.get_root(size)
    assert head_at(size, read) == root
    proof = inclusion_proof(index, size, read)
    # That implementation counts from one, and puts the leaf's own hash first.
    theirs = peer.prove_inclusion(index + 1, size)
    assert list(proof) == theirs.path[1:]
    theirs.verify(LEAVES[index], root, index=index + 1, size=size)


@st.composite
def changed(draw: st.DrawFn, hashes: tuple[bytes, ...]) -> tuple[bytes, ...]:
    """A proof after one change: a bit, a step too many or too few, two steps swapped, a step cut."""
    steps = list(hashes)
    kind = draw(st.sampled_from(["bit", "add", "drop", "swap", "cut"] if steps else ["add"]))
    at = draw(st.integers(0, max(0, len(steps) - 1)))
    if kind == "bit":
        steps[at] = flipped(steps[at], draw(st.integers(0, 255)))
    elif kind == "add":
        steps.insert(
            draw(st.integers(0, len(steps))), draw(st.sampled_from([bytes(32), *hashes[:1], LEAVES[0]]))
        )
    elif kind == "drop":
        del steps[at]
    elif kind == "cut":
        steps[at] = steps[at][:-1]
    else:
        other = draw(st.integers(0, len(steps) - 1))
        steps[at], steps[other] = steps[other], steps[at]
        if tuple(steps) == hashes:
            steps[at] = flipped(steps[at], 0)
    return tuple(steps)


def flipped(data: bytes, bit: int) -> bytes:
    position = bit // 8 % len(data)
    return data[:position] + bytes([data[position] ^ (1 << bit % 8)]) + data[position + 1 :]


@settings(max_examples=120, deadline=None)
@given(st.data(), places())
def test_no_inclusion_proof_verifies_after_any_single_change(
    data: st.DataObject, place: tuple[int, int]
) -> None:
    index, size = place
    read = stored_once(BIGGEST)
    proof = inclusion_proof(index, size, read)
    root = head_of(0, size)
    bit = data.draw(st.integers(0, 255))
    for wrong in (
        (index, size, LEAVES[index], data.draw(changed(proof)), root),
        (index, size, flipped(LEAVES[index], bit), proof, root),
        (index, size, LEAVES[index], proof, flipped(root, bit)),
        (
            data.draw(st.integers(-1, size + 1).filter(lambda other: other != index)),
            size,
            LEAVES[index],
            proof,
            root,
        ),
        (index, size, LEAVES[index], proof, head_of(0, size + 1) if size < BIGGEST else bytes(32)),
    ):
        with pytest.raises(VerificationError):
            verify_inclusion(*wrong)


@settings(max_examples=120, deadline=None)
@given(st.data(), places())
def test_no_consistency_proof_verifies_after_any_single_change(
    data: st.DataObject, place: tuple[int, int]
) -> None:
    old, size = place[0] + 1, place[1]
    proof = consistency_proof(old, size, stored_once(BIGGEST))
    was, now = head_of(0, old), head_of(0, size)
    bit = data.draw(st.integers(0, 255))
    for wrong in (
        (old, size, data.draw(changed(proof)), was, now),
        (old, size, proof, flipped(was, bit), now),
        (old, size, proof, was, flipped(now, bit)),
        (old + 1, size, proof, was, now),
        (old - 1, size, proof, was, now),
    ):
        with pytest.raises(VerificationError):
            verify_consistency(*wrong)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, BIGGEST), max_size=4))
def test_a_tree_grown_in_steps_is_the_tree_grown_at_once(stops: list[int]) -> None:
    edge = Edge()
    files: dict[str, bytes] = {}
    for stop in sorted(stops):
        growth = grow(edge, ENTRIES[edge.size : stop])
        edge = growth.edge
        files.update(growth.files)
    once = grow(Edge(), ENTRIES[: edge.size])
    assert edge == once.edge
    assert edge.root() == tree_head(LEAVES[: edge.size])
    assert once.files.items() <= files.items()


MOMENTS = st.datetimes(datetime(1970, 1, 1), datetime(8999, 12, 30), timezones=st.just(UTC))  # noqa: DTZ001
URIS = st.from_regex(r"\A[a-z][a-z0-9+.-]{0,10}:[!#-\[\]-~]{1,60}\Z")


@settings(deadline=None)
@given(st.binary(min_size=32, max_size=32), URIS, MOMENTS)
def test_the_quick_form_of_an_entry_is_its_canonical_json(digest: bytes, uri: str, moment: datetime) -> None:
    entry = Entry(document=f"sha256:{digest.hex()}", type=uri, logged=moment)
    assert entry.canonical() == canonical_bytes(entry.to_json())
    assert encode_entries([NewEntry(entry.document, uri)], moment) == [entry.canonical()]
    assert Entry.parse(entry.canonical(), source="A test") == entry


@settings(deadline=None)
@given(st.integers(0, 10**12), st.none() | st.integers(0, 63), st.integers(1, 256))
def test_every_tile_has_a_path_that_reads_back(index: int, level: int | None, width: int) -> None:
    tile = TilePath(level, index, width)
    assert TilePath.parse(str(tile)) == tile


TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="".join(map(chr, range(32)))))


@settings(deadline=None)
@given(st.lists(TEXT))
def test_every_text_of_lines_can_be_signed_and_reads_back(lines: list[str]) -> None:
    text = "".join(f"{line}\n" for line in lines) or "\n"
    note = sign_note(text, SIGNER)
    assert parse_note(note.to_bytes(), source="A test") == note


@settings(deadline=None)
@given(st.binary(max_size=300) | TEXT.map(str.encode))
def test_any_bytes_are_read_as_a_checkpoint_or_refused_with_a_sentence(data: bytes) -> None:
    for whole in (data, data + b"\n\n\xe2\x80\x94 name " + base64.b64encode(bytes(68)) + b"\n"):
        try:
            signed = parse_checkpoint(whole, source="A test")
        except FormError:
            continue
        assert signed.note.to_bytes() == whole
        assert signed.checkpoint.text == signed.note.text


@cache
def whole_log() -> dict[str, bytes]:
    """A log of 600 entries with every kind of file that a log can have."""
    with TemporaryDirectory() as name, pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda _: None)
        folder = Path(name) / "log"
        clock = Clock()
        writer = a_log(folder, 100, 513, 520, clock=clock)
        note = reader_of(folder).signed.note
        cosigned = note.with_signature(cosign(note, WITNESS, clock() + timedelta(seconds=5)))
        writer.keep_cosignature(cosigned.to_bytes(), WITNESS_KEY)
        writer.append(entries(520, 600))
        return contents(folder)


def faults_of(files: dict[str, bytes]) -> set[str]:
    known = Known(keys=[KEY], witnesses=[WITNESS_KEY], names=set(files))
    return {found.path for found in audit(files.get, known)}


@settings(max_examples=250, deadline=None)
@given(st.data())
def test_any_single_changed_byte_in_any_file_is_found_and_the_file_named(data: st.DataObject) -> None:
    files = dict(whole_log())
    assert not faults_of(files)
    path = data.draw(st.sampled_from(sorted(files)))
    position = data.draw(st.integers(0, len(files[path]) - 1))
    was = files[path][position]
    byte = data.draw(st.integers(0, 255).filter(lambda other: other != was))
    files[path] = files[path][:position] + bytes([byte]) + files[path][position + 1 :]
    assert path in faults_of(files)


@pytest.mark.parametrize("kind", ["checkpoint", "cosigned"])
def test_every_byte_of_a_checkpoint_counts_those_of_its_signatures_included(kind: str) -> None:
    path = next(path for path in whole_log() if path.startswith(kind))
    data = whole_log()[path]
    for position, change in product(range(len(data)), (0x01, 0x20, 0x80)):
        wrong = data[:position] + bytes([data[position] ^ change]) + data[position + 1 :]
        with pytest.raises(LogError):
            opened(wrong, cosigned=kind == "cosigned")


def opened(data: bytes, *, cosigned: bool) -> None:
    signed = open_checkpoint(data, [KEY], source="A test")
    if cosigned and witness_time(signed.note, WITNESS_KEY) is None:
        raise VerificationError("The witness' line is gone", "This is a test")


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_any_file_that_is_cut_lengthened_removed_or_taken_for_another_is_found(data: st.DataObject) -> None:
    files = dict(whole_log())
    needed = {"checkpoint", *map(str, tile_paths(600))}
    path = data.draw(st.sampled_from(sorted(files)))
    changes = ["cut", "lengthened", "another", *(["removed"] if path in needed else [])]
    change = data.draw(st.sampled_from(changes))
    if change == "cut":
        files[path] = files[path][: data.draw(st.integers(0, len(files[path]) - 1))]
    elif change == "lengthened":
        files[path] += data.draw(st.binary(min_size=1, max_size=40))
    elif change == "removed":
        del files[path]
    else:
        files[path] = files[data.draw(st.sampled_from([name for name in sorted(files) if name != path]))]
    found = faults_of(files)
    # An older checkpoint in the place of the newest is sound by itself; the tiles beyond it give it away.
    assert found if (change, path) == ("another", "checkpoint") else path in found
