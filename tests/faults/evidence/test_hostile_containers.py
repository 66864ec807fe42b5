"""Files that are called bundles and are made to harm: each is refused with a sentence, in little space."""

from __future__ import annotations

import io
import os
import struct
import tracemalloc
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from groundstop.documents import TrustList
from groundstop.errors import InputError
from groundstop.evidence import read_bundle
from groundstop.evidence.archive import read_archive, write_archive
from groundstop.evidence.audit import audit_path
from tests.commands import groundstop
from tests.evidence_samples import a_grown_bundle, written

END = 22
"""Bytes of a zip's end record."""


def whole() -> bytes:
    return write_archive(a_grown_bundle().members)


def refused(data: bytes, folder: Path, said: str) -> None:
    """Check that an audit of the file fails in its container, in these words, and reads no further."""
    path = folder / "hostile.gsb"
    path.write_bytes(data)
    report = audit_path(path, TrustList(), heads=None)
    (check,) = report.checks
    assert (report.passed, check.what) == (False, "container")
    assert said in check.detail


def with_zip(change: Callable[[zipfile.ZipFile], None]) -> bytes:
    """Return a zip that Python's writer makes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        change(archive)
    return buffer.getvalue()


def patched(data: bytes, sign: bytes, offset: int, form: str, value: int) -> bytes:
    """Change a field of a zip's last header of a kind."""
    changed = bytearray(data)
    struct.pack_into(form, changed, data.rindex(sign) + offset, value)
    return bytes(changed)


def test_a_deflated_member_is_refused_before_it_is_inflated(tmp_path: Path) -> None:
    def bomb(archive: zipfile.ZipFile) -> None:
        archive.writestr("README.md", bytes(50_000_000), zipfile.ZIP_DEFLATED)

    data = with_zip(bomb)
    assert len(data) < 60_000
    tracemalloc.start()
    refused(data, tmp_path, "compressed or encrypted: README.md")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 2_000_000


def test_members_that_overlap_are_refused_without_being_copied(tmp_path: Path) -> None:
    # Each member holds the next one whole: what the directory lists adds up to many times the file.
    names = [f"sealed/{number:04d}.age".encode() for number in range(400)]
    blob, heads = b"A" * 500_000, []
    for name in names:
        crc, size = zlib.crc32(blob), len(blob)
        heads.append((name, crc, size))
        header = struct.pack("<4s5H3I2H", b"PK\3\4", 20, 0, 0, 0, 33, crc, size, size, len(name), 0)
        blob = header + name + blob
    directory = b""
    for name, crc, size in heads:
        offset = len(blob) - size - 30 - len(name)
        fields = (
            b"PK\1\2",
            788,
            20,
            0,
            0,
            0,
            33,
            crc,
            size,
            size,
            len(name),
            0,
            0,
            0,
            0,
            0o644 << 16,
            offset,
        )
        directory += struct.pack("<4s6H3I5H2I", *fields) + name
    end = struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, 400, 400, len(directory), len(blob), 0)
    data = blob + directory + end
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert sum(entry.file_size for entry in archive.infolist()) > 200_000_000, "no bomb"
    tracemalloc.start()
    refused(data, tmp_path, "belong to none of its members")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 4_000_000


@pytest.mark.parametrize(
    ("offset", "sign"), [(18, b"PK\3\4"), (22, b"PK\3\4"), (20, b"PK\1\2"), (24, b"PK\1\2")]
)
def test_a_size_that_is_not_the_members_own_is_refused(tmp_path: Path, offset: int, sign: bytes) -> None:
    refused(patched(whole(), sign, offset, "<I", 0xFFFFFFF0), tmp_path, "hostile.gsb")


def test_a_place_beyond_any_file_is_refused_without_a_crash(tmp_path: Path) -> None:
    name = b"README.md"
    extra = struct.pack("<HHQ", 1, 8, 2**63 + 5)
    fields = (b"PK\1\2", 788, 20, 0, 0, 0, 33, 0, 5, 5, 9, len(extra), 0, 0, 0, 0o644 << 16, 0xFFFFFFFF)
    directory = struct.pack("<4s6H3I5H2I", *fields) + name + extra
    end = struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, 1, 1, len(directory), 0, 0)
    refused(directory + end, tmp_path, "does not begin as one")


def test_many_members_are_refused(tmp_path: Path) -> None:
    def many(archive: zipfile.ZipFile) -> None:
        for number in range(10_001):
            entry = zipfile.ZipInfo(f"{number:05}", (1980, 1, 1, 0, 0, 0))
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, b"")

    refused(with_zip(many), tmp_path, "more members than the 10,000")


@pytest.mark.parametrize(
    "bit", [0, 6, 3, 5, 11, 13], ids=["encrypted", "strong", "streamed", "patched", "utf-8", "masked"]
)
def test_flags_are_refused(tmp_path: Path, bit: int) -> None:
    said = "compressed or encrypted" if bit == 0 else "has a header other than a bundle's"
    refused(patched(whole(), b"PK\3\4", 6, "<H", 1 << bit), tmp_path, said)


@pytest.mark.parametrize(
    ("offset", "value"),
    [(38, 0o120777 << 16), (38, 0o755 << 16), (38, 0o104755 << 16), (12, 0x7FFF), (4, 0x0014)],
    ids=["symlink", "executable", "setuid", "another time", "another system"],
)
def test_attributes_other_than_a_bundles_are_refused(tmp_path: Path, offset: int, value: int) -> None:
    form = "<I" if offset == 38 else "<H"
    refused(patched(whole(), b"PK\1\2", offset, form, value), tmp_path, "belong to none of its members")


def test_bytes_before_between_and_after_the_members_are_refused(tmp_path: Path) -> None:
    data = whole()
    second = data.index(b"PK\3\4", 10)
    refused(b"#!/bin/sh\n" + data, tmp_path, "does not begin as one")
    refused(data[:second] + b"hidden" + data[second:], tmp_path, "after the member")
    refused(data + b"hidden", tmp_path, "belong to none of its members")
    refused(data + data, tmp_path, "belong to none of its members")
    comment = patched(data, b"PK\5\6", 20, "<H", 6) + b"hidden"
    with zipfile.ZipFile(io.BytesIO(comment)) as archive:
        assert archive.comment == b"hidden"
    refused(comment, tmp_path, "belong to none of its members")


def test_a_member_that_the_directory_does_not_list_is_refused(tmp_path: Path) -> None:
    data = write_archive({"a": b"1", "b": b"2"})
    directory, end = data.index(b"PK\1\2"), len(data) - END
    one = data[directory : directory + (end - directory) // 2]
    hidden = data[:directory] + one + struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, 1, 1, len(one), directory, 0)
    with zipfile.ZipFile(io.BytesIO(hidden)) as archive:
        assert archive.namelist() == ["a"]
    refused(hidden, tmp_path, "belong to none of its members")


@pytest.mark.parametrize("part", range(1, 20))
def test_a_bundle_that_was_cut_off_is_refused(tmp_path: Path, part: int) -> None:
    data = whole()
    refused(data[: len(data) * part // 20], tmp_path, "is not a whole bundle")


@pytest.mark.parametrize("lost", [1, 2, END - 1, END, END + 1])
def test_a_bundle_whose_last_bytes_are_lost_is_refused(tmp_path: Path, lost: int) -> None:
    refused(whole()[:-lost], tmp_path, "is not a whole bundle")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "is not a whole bundle"),
        (b"PK", "is not a whole bundle"),
        (b"\x89PNG\r\n\x1a\n" + bytes(100), "does not begin as one"),
        (b"<html>" * 20, "does not begin as one"),
    ],
    ids=["empty", "two bytes", "a picture", "a page"],
)
def test_what_is_no_bundle_is_said_to_be_none(tmp_path: Path, data: bytes, said: str) -> None:
    refused(data, tmp_path, said)


def test_a_zip_without_members_lacks_what_a_bundle_has(tmp_path: Path) -> None:
    path = tmp_path / "empty.gsb"
    path.write_bytes(write_archive({}))
    report = audit_path(path, TrustList(), heads=None)
    missing = {check.member for check in report.checks if check.what == "layout"}
    assert missing == {"README.md", "log/checkpoint", "documents/"}


def test_a_file_larger_than_any_bundle_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "large.gsb"
    with path.open("wb") as file:
        file.truncate(1024**3 + 1)
    # The file has no blocks, and reading it would take a gibibyte.
    tracemalloc.start()
    with pytest.raises(InputError, match="larger than the 1,073,741,824 bytes"):
        read_bundle(path)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1_000_000


@pytest.mark.parametrize("command", [("audit",), ("finding", "show"), ("finding", "verify")], ids=" ".join)
def test_a_pipe_is_refused_without_waiting_for_it(tmp_path: Path, command: tuple[str, ...]) -> None:
    os.mkfifo(tmp_path / "pipe.gsb")
    ended = groundstop(*command, "pipe.gsb", folder=tmp_path)
    assert ended.code == 2
    assert "pipe.gsb is not a file" in ended.err


def test_a_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "folder.gsb").mkdir()
    ended = groundstop("audit", "folder.gsb", folder=tmp_path)
    assert ended.code == 2
    assert "folder.gsb is no bundle, no log and no records" in ended.err


def test_the_command_fails_with_one_sentence_about_a_hostile_zip(tmp_path: Path) -> None:
    path = written(a_grown_bundle(), tmp_path)
    path.write_bytes(b"#!/bin/sh\n" + path.read_bytes())
    ended = groundstop("audit", path, "--json", folder=tmp_path)
    assert ended.code == 1
    assert [check["state"] for check in ended.json["checks"]] == ["failed"]
    shown = groundstop("finding", "show", path, folder=tmp_path)
    assert (shown.code, shown.out) == (2, "")
    assert shown.err.startswith("groundstop: ")
    assert shown.err.count("\n") == 1


def test_reading_never_takes_much_more_than_the_file(tmp_path: Path) -> None:
    data = write_archive({f"sealed/{number}.age": bytes(100_000) for number in range(100)})
    tracemalloc.start()
    read_archive(data, source="it")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1.2 * len(data)
