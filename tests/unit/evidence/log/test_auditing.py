from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from groundstop.evidence.log import (
    Checkpoint,
    Fault,
    FaultKind,
    Head,
    KeyKind,
    Known,
    LogWriter,
    TilePath,
    audit,
    cosign,
    sign_checkpoint,
)
from groundstop.evidence.log.auditing import MAX_FAULTS
from groundstop.evidence.log.entry import encode_entries
from groundstop.evidence.log.growth import Edge, grow
from groundstop.evidence.log.tiles import format_bundle, parse_bundle
from tests.unit.evidence.log.logs import (
    KEY,
    ORIGIN,
    SIGNER,
    START,
    WITNESS,
    Clock,
    a_log,
    a_signer,
    contents,
    entries,
    reader_of,
)

WITNESS_KEY = WITNESS.key(KeyKind.COSIGNATURE)
Files = dict[str, bytes]


@pytest.fixture(scope="module")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> Files:
    """A log of 600 entries, with partial tiles of earlier sizes and a cosigned checkpoint."""
    folder = tmp_path_factory.mktemp("log")
    clock = Clock()
    writer = a_log(folder, 250, 520, clock=clock)
    keep(writer, folder, clock())
    clock.at += timedelta(hours=1)
    writer.append(entries(520, 600))
    return contents(folder)


@pytest.fixture
def files(pristine: Files) -> Files:
    return dict(pristine)


def keep(writer: LogWriter, folder: Path, seen: datetime) -> str:
    note = reader_of(folder).signed.note
    return writer.keep_cosignature(note.with_signature(cosign(note, WITNESS, seen)).to_bytes(), WITNESS_KEY)


def audited(files: Files, **known: object) -> list[tuple[FaultKind, str]]:
    everything = {"keys": [KEY], "witnesses": [WITNESS_KEY], "names": set(files), **known}
    return [(found.kind, found.path) for found in audit(files.get, Known(**everything))]  # type: ignore[arg-type]


def a_forgery(new: list[bytes], size: int = 0) -> Files:
    """A log, properly signed, of any entries at all; what a dishonest keeper of a log can make."""
    growth = grow(Edge(), new)
    checkpoint = Checkpoint(ORIGIN, growth.edge.size, growth.edge.root())
    return {**growth.files, "checkpoint": sign_checkpoint(checkpoint, SIGNER).note.to_bytes()}


def logged(start: int, stop: int, at: datetime) -> list[bytes]:
    return encode_entries(entries(start, stop), at)


def test_a_whole_log_gives_no_fault(files: Files) -> None:
    assert audited(files) == []
    assert audit(files.get) == ()


@pytest.mark.parametrize("sizes", [(), (1,), (255,), (256,), (257,), (1, 2, 3), (250, 260)])
def test_logs_of_many_sizes_give_no_fault(tmp_path: Path, sizes: tuple[int, ...]) -> None:
    a_log(tmp_path, *sizes)
    assert audited(contents(tmp_path)) == []


def test_a_changed_entry_is_named_with_its_file(files: Files) -> None:
    path = "tile/entries/001"
    changed = list(parse_bundle(files[path], TilePath.parse(path)))
    changed[7] = changed[7].replace(b"finding", b"verdict")
    files[path] = format_bundle(changed)
    (found,) = audit(files.get, Known(keys=[KEY], names=set(files)))
    assert found == Fault(
        FaultKind.ENTRY_CHANGED,
        path,
        "Entry 263 in tile/entries/001 is not what was logged there: it was changed afterwards",
        263,
    )


def test_entries_that_changed_places_are_told_as_reordered(files: Files) -> None:
    path = "tile/entries/002.p/88"
    moved = list(parse_bundle(files[path], TilePath.parse(path)))
    moved[3], moved[70] = moved[70], moved[3]
    files[path] = format_bundle(moved)
    found = audit(files.get, Known(keys=[KEY]))
    assert [(each.kind, each.entry) for each in found] == [
        (FaultKind.ENTRY_MOVED, 515),
        (FaultKind.ENTRY_MOVED, 582),
    ]
    assert "What tile/entries/002.p/88 has as entry 515 was logged as entry 582" in found[0].meaning


@pytest.mark.parametrize("path", ["tile/0/000", "tile/0/002.p/88", "tile/1/000.p/2"])
def test_a_changed_tile_is_told_from_changed_entries(files: Files, path: str) -> None:
    files[path] = b"!" + files[path][1:]
    assert audited(files) == [(FaultKind.TILE_CHANGED, path)]


def test_changes_in_several_files_are_each_told_where_they_are(files: Files) -> None:
    for path in ("tile/entries/000", "tile/0/001", "tile/entries/002.p/88"):
        files[path] = (
            files[path].replace(b"finding", b"verdict", 1) if "entries" in path else b"!" + files[path][1:]
        )
    assert sorted(audited(files)) == [
        (FaultKind.ENTRY_CHANGED, "tile/entries/000"),
        (FaultKind.ENTRY_CHANGED, "tile/entries/002.p/88"),
        (FaultKind.TILE_CHANGED, "tile/0/001"),
    ]


def test_a_bundle_changed_together_with_its_tile_breaks_the_tree_above(files: Files) -> None:
    was = parse_bundle(files["tile/entries/000"], TilePath(None, 0))
    other = grow(Edge(), [was[0].replace(b"finding", b"verdict"), *was[1:]]).files
    files["tile/entries/000"], files["tile/0/000"] = other["tile/entries/000"], other["tile/0/000"]
    assert sorted(audited(files)) == [
        (FaultKind.FORKED, next(path for path in files if path.startswith("cosigned/"))),
        (FaultKind.ROOT_DIFFERS, "checkpoint"),
        (FaultKind.TILE_CHANGED, "tile/1/000.p/2"),
    ]


@pytest.mark.parametrize("path", ["tile/entries/000", "tile/0/002.p/88", "tile/1/000.p/2", "checkpoint"])
def test_a_missing_file_is_named(files: Files, path: str) -> None:
    del files[path]
    assert (FaultKind.MISSING, path) in audited(files)


def test_a_gap_is_told_file_by_file(files: Files) -> None:
    gap = ["tile/0/001", "tile/entries/001"]
    for path in gap:
        del files[path]
    assert sorted(audited(files)) == [(FaultKind.MISSING, path) for path in gap]


def test_a_forged_size_without_end_is_not_looked_at_for_ever(files: Files) -> None:
    checkpoint = Checkpoint(ORIGIN, 2**62, bytes(32))
    files["checkpoint"] = sign_checkpoint(checkpoint, SIGNER).note.to_bytes()
    kinds = {kind for kind, _ in audited(files)}
    assert FaultKind.MISSING in kinds


@pytest.mark.parametrize(
    "path",
    [
        "notes.txt",
        "tile/0/003",
        "tile/0/002",
        "tile/entries/002.p/89",
        "tile/2/000.p/1",
        "tile/0/2",
        "cosigned/3",
        "cosigned/3-20261332T000000Z-00000000",
        "tile/0/000.p/256",
    ],
)
def test_a_file_that_is_too_much_is_named(files: Files, path: str) -> None:
    files[path] = b"anything"
    assert audited(files) == [(FaultKind.EXTRA, path)]


def test_a_partial_tile_of_an_earlier_size_must_be_a_part_of_the_newer(files: Files) -> None:
    older = [path for path in ("tile/0/002.p/8", "tile/entries/002.p/8") if path in files]
    assert older
    for path in older:
        changed = {**files, path: files[path][:-2] + b"!!"}
        assert {name for _, name in audited(changed)} == {path}
        cut = {**files, path: files[path][:-1]}
        assert audited(cut) == [(FaultKind.MALFORMED, path)]


def test_what_an_interrupted_append_left_is_no_fault(files: Files) -> None:
    files["staged/tile+0+002.p+90"] = b"half"
    assert audited(files) == []
    checkpoint = Checkpoint(ORIGIN, 700, bytes(32))
    files["staged/checkpoint"] = sign_checkpoint(checkpoint, SIGNER).note.to_bytes()
    files["tile/0/002.p/188"] = b"moved already"
    assert audited(files) == []
    files["tile/0/002.p/189"] = b"but this was not part of it"
    assert audited(files) == [(FaultKind.EXTRA, "tile/0/002.p/189")]
    files["staged/checkpoint"] = b"cut off"
    assert (FaultKind.EXTRA, "tile/0/002.p/188") in audited(files)


def test_a_checkpoint_that_is_not_signed_with_the_key_is_told(files: Files) -> None:
    assert audited(files, keys=[a_signer(seed=9).key()])[0] == (FaultKind.SIGNATURE, "checkpoint")
    assert audited(files, keys=[a_signer("other.example").key()])[0] == (FaultKind.SIGNATURE, "checkpoint")


def test_without_a_key_the_signature_is_not_looked_at(files: Files) -> None:
    files["checkpoint"] = files["checkpoint"].replace(b"case-7\n6", b"case-8\n6")
    assert audited(files, keys=[], witnesses=[], names=()) == []


def test_a_checkpoint_that_is_none_is_told(files: Files) -> None:
    for broken in (b"", b"\xff", b"text\n", files["checkpoint"][:-3]):
        assert audited({**files, "checkpoint": broken}) == [(FaultKind.MALFORMED, "checkpoint")]


def test_an_entry_of_another_form_is_told() -> None:
    files = a_forgery([*logged(0, 2, START), b'{"other":1}'])
    (found,) = audit(files.get, Known(keys=[KEY], names=set(files)))
    assert (found.kind, found.entry, found.path) == (FaultKind.MALFORMED, 2, "tile/entries/000.p/3")
    assert "Entry 2 has an unknown field" in found.meaning


def test_a_time_that_goes_backwards_is_told_at_the_entry_where_it_does() -> None:
    hour = timedelta(hours=1)
    files = a_forgery(
        [*logged(0, 300, START + hour), *logged(300, 302, START), *logged(302, 303, START + hour)]
    )
    (found,) = audit(files.get, Known(keys=[KEY]))
    assert (found.kind, found.entry, found.path) == (FaultKind.CLOCK_BACK, 300, "tile/entries/001.p/47")
    assert "Entry 300 says 2026-03-01 12:00:00, before the 2026-03-01 13:00:00" in found.meaning


@pytest.mark.parametrize(
    ("size", "kind"), [(601, FaultKind.WENT_BACK), (600, FaultKind.FORKED), (300, FaultKind.FORKED)]
)
def test_a_log_that_does_not_continue_what_was_seen_is_told(files: Files, size: int, kind: FaultKind) -> None:
    assert audited(files, earlier=Head(size, bytes(32))) == [(kind, "checkpoint")]


@pytest.mark.parametrize("size", [0, 1, 250, 256, 511, 600])
def test_a_log_that_continues_what_was_seen_gives_no_fault(files: Files, size: int, tmp_path: Path) -> None:
    a_log(tmp_path, 250, 520)
    root = grow(
        Edge(),
        [
            entry
            for path in ("tile/entries/000", "tile/entries/001", "tile/entries/002.p/88")
            for entry in parse_bundle(files[path], TilePath.parse(path))
        ][:size],
    ).edge.root()
    assert audited(files, earlier=Head(size, root)) == []


# What witnesses saw


def seen_log(tmp_path: Path, change: Callable[[datetime], datetime], *, entry: int) -> Files:
    """A log whose keeper gave an entry another time, after a witness had seen 10 of its entries."""
    seen = START + timedelta(hours=1)
    times = [START if number < 10 else START + timedelta(hours=2) for number in range(20)]
    times[entry] = change(times[entry])
    files = a_forgery([logged(number, number + 1, at)[0] for number, at in enumerate(times)])
    early = a_forgery([logged(number, number + 1, at)[0] for number, at in enumerate(times[:10])])
    folder = tmp_path / "early"
    for name, data in early.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    path = keep(LogWriter(folder, SIGNER, clock=Clock()), folder, seen)
    return {**files, path: (folder / path).read_bytes()}


def test_an_entry_dated_back_before_a_witness_saw_the_log_without_it_is_told(tmp_path: Path) -> None:
    files = seen_log(tmp_path, lambda _: START + timedelta(minutes=30), entry=12)
    found = audit(files.get, Known(keys=[KEY], witnesses=[WITNESS_KEY], names=set(files)))
    assert [(each.kind, each.entry) for each in found] == [
        (FaultKind.CLOCK_BACK, 12),
        (FaultKind.BACK_DATED, 12),
    ]
    assert (
        "but witness.example/w1 saw the log without it at 2026-03-01 13:00:00: it was dated back"
        in found[1].meaning
    )


def test_dating_back_is_told_even_when_all_times_are_in_order(tmp_path: Path) -> None:
    files = seen_log(tmp_path, lambda _: START + timedelta(minutes=30), entry=10)
    assert audited(files) == [(FaultKind.BACK_DATED, "tile/entries/000.p/20")]


def test_an_entry_dated_after_a_witness_saw_it_is_told(tmp_path: Path) -> None:
    files = seen_log(tmp_path, lambda _: START + timedelta(hours=1, minutes=2), entry=9)
    assert audited(files) == [(FaultKind.POST_DATED, "tile/entries/000.p/20")]


def test_clocks_may_differ_a_little(tmp_path: Path) -> None:
    files = seen_log(tmp_path, lambda _: START + timedelta(hours=1, seconds=40), entry=9)
    assert audited(files) == []
    assert audited(files, clocks_apart=timedelta(seconds=10)) == [
        (FaultKind.POST_DATED, "tile/entries/000.p/20")
    ]


def test_a_cosigned_checkpoint_kept_elsewhere_counts_too(tmp_path: Path) -> None:
    files = seen_log(tmp_path, lambda _: START, entry=10)
    path = next(path for path in files if path.startswith("cosigned/"))
    kept = files.pop(path)
    assert audited(files) == []
    assert audited(files, cosigned=[kept]) == [(FaultKind.BACK_DATED, "tile/entries/000.p/20")]


def test_a_cosignature_on_the_newest_checkpoint_counts_too() -> None:
    files = a_forgery(logged(0, 3, START + timedelta(hours=5)))
    note = sign_checkpoint(
        Checkpoint(ORIGIN, 3, grow(Edge(), logged(0, 3, START + timedelta(hours=5))).edge.root()), SIGNER
    ).note
    files["checkpoint"] = note.with_signature(cosign(note, WITNESS, START)).to_bytes()
    assert audited(files) == [(FaultKind.POST_DATED, "tile/entries/000.p/3")] * 3
    files["checkpoint"] = note.with_signature(
        replace(cosign(note, WITNESS, START), signature=bytes(72))
    ).to_bytes()
    assert audited(files) == [(FaultKind.SIGNATURE, "checkpoint")]


def cosigned_of(files: Files) -> str:
    return next(path for path in files if path.startswith("cosigned/"))


def test_a_log_that_a_witness_saw_otherwise_is_told_as_forked(tmp_path: Path) -> None:
    files = seen_log(tmp_path, lambda at: at, entry=0)
    other = a_forgery(logged(100, 120, START))
    path = cosigned_of(files)
    assert audited({**other, path: files[path]}) == [(FaultKind.FORKED, path)]
    short = a_forgery(logged(100, 103, START))
    assert audited({**short, path: files[path]}) == [(FaultKind.WENT_BACK, path)]


def test_a_cosigned_checkpoint_under_another_name_is_told(files: Files) -> None:
    path = cosigned_of(files)
    kept = files.pop(path)
    size, time, key_id = path.removeprefix("cosigned/").split("-")
    for renamed in (f"521-{time}-{key_id}", f"{size}-20260101T000000Z-{key_id}", f"{size}-{time}-00000000"):
        assert audited({**files, f"cosigned/{renamed}": kept}) == [
            (FaultKind.SIGNATURE, f"cosigned/{renamed}")
        ]


def test_a_cosigned_checkpoint_of_another_log_or_of_no_form_is_told(files: Files) -> None:
    path = cosigned_of(files)
    files[path] = files[path][:-5]
    assert audited(files) == [(FaultKind.MALFORMED, path)]
    other = a_signer("other.example")
    note = sign_checkpoint(Checkpoint("other.example", 520, bytes(32)), other).note
    files[path] = note.with_signature(cosign(note, WITNESS, START)).to_bytes()
    assert audited(files, keys=[KEY, other.key()], witnesses=[])[-1] == (FaultKind.EXTRA, path)


@pytest.mark.parametrize("start", ["cosigned/", "tile/0/002.p/8"])
def test_a_listed_file_that_is_not_there_is_told(files: Files, start: str) -> None:
    names = set(files)
    path = next(path for path in sorted(files) if path.startswith(start))
    del files[path]
    assert audited(files, names=names) == [(FaultKind.MISSING, path)]


def seen_by(new: list[bytes], *sizes_and_hours: tuple[int, float]) -> list[tuple[FaultKind, int | None]]:
    """What is found when each of several witnesses saw a log at one size and after so many hours."""
    cosigned, keys = [], []
    for number, (size, hours) in enumerate(sizes_and_hours):
        witness = a_signer(f"witness.example/{number}", seed=20 + number)
        note = sign_checkpoint(Checkpoint(ORIGIN, size, grow(Edge(), new[:size]).edge.root()), SIGNER).note
        cosigned.append(note.with_signature(cosign(note, witness, START + timedelta(hours=hours))).to_bytes())
        keys.append(witness.key(KeyKind.COSIGNATURE))
    files = a_forgery(new)
    found = audit(files.get, Known(keys=[KEY], witnesses=keys, cosigned=cosigned))
    return [(each.kind, each.entry) for each in found]


def test_each_entry_is_held_against_what_was_seen_just_before_and_just_after_it() -> None:
    new = [
        entry for number in range(6) for entry in logged(number, number + 1, START + timedelta(hours=number))
    ]
    assert seen_by(new, (2, 1.5), (4, 3.5), (6, 5.5)) == []
    assert seen_by(new, (2, 2.5), (4, 3.5)) == [(FaultKind.BACK_DATED, 2)]
    assert seen_by(new, (2, 1.5), (4, 4.5)) == [(FaultKind.BACK_DATED, 4)]
    assert seen_by(new, (2, 0.5), (4, 3.5)) == [(FaultKind.POST_DATED, 1)]
    assert seen_by(new, (4, 2.5), (2, 1.5)) == [(FaultKind.POST_DATED, 3)]
    assert seen_by(new, (3, 2.2), (3, 2.8), (3, 3.2)) == [(FaultKind.BACK_DATED, 3)]


def test_a_witness_that_was_shown_an_old_checkpoint_dates_nothing_back() -> None:
    new = [
        entry for number in range(6) for entry in logged(number, number + 1, START + timedelta(hours=number))
    ]
    assert seen_by(new, (2, 5.0), (4, 3.5)) == []


def test_a_witness_from_the_end_of_time_is_no_trouble() -> None:
    assert seen_by(logged(0, 3, START), (3, 69_890_000)) == []


def test_faults_have_an_end() -> None:
    at = [START - timedelta(minutes=number) for number in range(MAX_FAULTS + 50)]
    files = a_forgery([logged(number, number + 1, moment)[0] for number, moment in enumerate(at)])
    assert len(audit(files.get)) == MAX_FAULTS


def test_every_fault_is_one_sentence_without_a_final_full_stop(files: Files) -> None:
    del files["tile/1/000.p/2"]
    files["tile/0/000"] = b"!" + files["tile/0/000"][1:]
    files["extra"] = b""
    for found in audit(files.get, Known(names=set(files), earlier=Head(9, bytes(32)))):
        assert found.meaning.startswith(("The ", found.path))
        assert not found.meaning.endswith(".")
