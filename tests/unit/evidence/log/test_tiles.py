from __future__ import annotations

import pytest

from groundstop.evidence.log import DamagedLogError, FormError, TilePath, tile_paths
from groundstop.evidence.log.tiles import format_bundle, parse_bundle, parse_tile, width_at


@pytest.mark.parametrize(
    ("tile", "path"),
    [
        (TilePath(0, 0), "tile/0/000"),
        (TilePath(0, 999), "tile/0/999"),
        (TilePath(0, 1000), "tile/0/x001/000"),
        (TilePath(3, 1_234_067), "tile/3/x001/x234/067"),
        (TilePath(63, 0, 1), "tile/63/000.p/1"),
        (TilePath(None, 1_234_067, 255), "tile/entries/x001/x234/067.p/255"),
    ],
)
def test_a_tile_has_one_path_and_a_path_is_one_tile(tile: TilePath, path: str) -> None:
    assert str(tile) == path
    assert TilePath.parse(path) == tile


@pytest.mark.parametrize(
    "path",
    [
        "",
        "checkpoint",
        "tile/0/0",
        "tile/0/0000",
        "tile/00/000",
        "tile/64/000",
        "tile/0/x000/001",
        "tile/0/001/000",
        "tile/0/x001",
        "tile/0/000.p/0",
        "tile/0/000.p/256",
        "tile/0/000.p/01",
        "tile/0/000.p",
        "tile/8/0/000",
        "tile/entries/000\n",
        "tile/0/٠٠٠",
        "/tile/0/000",
        "tile/0/../000",
    ],
)
def test_a_path_in_any_other_spelling_is_refused(path: str) -> None:
    with pytest.raises(FormError, match="is not the path of a log's tile"):
        TilePath.parse(path)


def test_the_files_of_a_tree_of_70000_are_those_of_the_specifications_example() -> None:
    paths = list(tile_paths(70_000))
    by_level = {level: [path for path in paths if path.level == level] for level in (None, 0, 1, 2, 3)}
    assert [len(by_level[level]) for level in (None, 0, 1, 2, 3)] == [274, 274, 2, 1, 0]
    assert by_level[0][-1] == TilePath(0, 273, 112)
    assert by_level[1] == [TilePath(1, 0), TilePath(1, 1, 17)]
    assert by_level[2] == [TilePath(2, 0, 1)]
    assert [str(path) for path in tile_paths(256)] == ["tile/entries/000", "tile/0/000", "tile/1/000.p/1"]
    assert list(tile_paths(0)) == []


@pytest.mark.parametrize(
    ("old", "new"), [(0, 1), (1, 2), (255, 256), (256, 257), (300, 600), (65_535, 65_537)]
)
def test_what_a_grown_tree_needs_beyond_a_smaller_one_is_their_difference(old: int, new: int) -> None:
    assert set(tile_paths(new, beyond=old)) == set(tile_paths(new)) - set(tile_paths(old))


def test_a_width_is_that_of_the_tree() -> None:
    assert [width_at(300, 0, index) for index in range(3)] == [256, 44, 0]
    assert width_at(300, 1, 0) == 1
    assert width_at(300, None, 1) == 44


def test_a_bundle_reads_back_as_it_was() -> None:
    entries = (b"", b"one", b"x" * 65_535)
    assert format_bundle(entries)[:7] == b"\x00\x00\x00\x03one"
    assert parse_bundle(format_bundle(entries), TilePath(None, 0, 3)) == entries


def test_an_entry_that_is_too_large_is_refused_with_a_sentence() -> None:
    with pytest.raises(
        FormError, match="An entry of 65,536 bytes is larger than the 65,535 that a log can hold"
    ):
        format_bundle([b"", bytes(65_536)])


@pytest.mark.parametrize(
    "data",
    [b"", b"\x00", b"\x00\x02a", b"\x00\x01a", b"\x00\x01a\x00\x01b\x00\x00", b"\x00\x01a\x00\x01b\x00"],
)
def test_a_bundle_that_is_cut_off_or_holds_another_number_is_refused(data: bytes) -> None:
    with pytest.raises(DamagedLogError, match=r"tile/entries/000\.p/2 does not hold 2 whole entries"):
        parse_bundle(data, TilePath(None, 0, 2))


def test_a_tile_of_another_length_is_refused() -> None:
    assert parse_tile(bytes(64), TilePath(0, 0, 2)) == (bytes(32), bytes(32))
    with pytest.raises(DamagedLogError, match=r"tile/0/000\.p/2 holds 65 bytes, not 2 hashes"):
        parse_tile(bytes(65), TilePath(0, 0, 2))
