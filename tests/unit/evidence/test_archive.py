from __future__ import annotations

import io
import zipfile

import pytest

from groundstop.errors import DocumentError, InputError
from groundstop.evidence import archive
from groundstop.evidence.archive import ContainerError, read_archive, safe_name, write_archive

MEMBERS = {
    "README.md": b"Read me.",
    "documents/000000-finding.json": b"{}",
    "keys/a.pem": b"",
    "sealed/recipe.age": bytes(range(256)) * 300,
}


def zipped(members: dict[str, bytes]) -> bytes:
    """Return the zip that Python's own writer makes, stored and with a bundle's times and modes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as target:
        for name in sorted(members):
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.create_system = 3
            entry.external_attr = 0o644 << 16
            target.writestr(entry, members[name])
    return buffer.getvalue()


@pytest.mark.parametrize("members", [MEMBERS, {}, {"a": b"x"}], ids=["some", "none", "one"])
def test_a_bundle_is_the_zip_that_other_programs_write_and_read(members: dict[str, bytes]) -> None:
    data = write_archive(members)
    assert data == zipped(members)
    with zipfile.ZipFile(io.BytesIO(data)) as read:
        assert {name: read.read(name) for name in read.namelist()} == members
    assert read_archive(data, source="it") == members


def test_equal_members_give_equal_bytes_in_whatever_order_they_come() -> None:
    backwards = dict(sorted(MEMBERS.items(), reverse=True))
    assert write_archive(backwards) == write_archive(MEMBERS)


@pytest.mark.parametrize(
    "name",
    [
        *("/etc/passwd", "../escape", "a/../../escape", "a/..", "..", ".", "./a", "a/./b", ".hidden", "a/.b"),
        *(
            "C:/windows",
            "C:\\windows",
            "a\\b",
            "\\\\host\\share",
            "",
            "a//b",
            "a/",
            "/",
            "a\0b",
            "a\nb",
            "a b",
        ),
        *("é", "a\u202eb", "-rf", "a/-rf", "a" * 201, "~root", "a*", "CON:"),
    ],
)
def test_a_name_that_could_leave_its_folder_is_neither_written_nor_read(name: str) -> None:
    assert not safe_name(name)
    with pytest.raises(DocumentError, match="no name for a member"):
        write_archive({name: b""})
    raw = name.encode()
    placeholder = "m" * len(raw)
    forged = write_archive({placeholder: b"x"}) if 0 < len(raw) <= 200 else zipped({placeholder: b"x"})
    forged = forged.replace(placeholder.encode(), raw) if raw else forged
    with pytest.raises(ContainerError, match="could leave its folder"):
        read_archive(forged, source="it")


def test_a_bundle_that_no_reader_would_take_is_not_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MOST_BYTES", 100_000)
    with pytest.raises(InputError, match="more than any reader takes"):
        write_archive({"a": bytes(100_001)})
    monkeypatch.setattr(archive, "MOST_MEMBERS", 3)
    with pytest.raises(InputError, match="in 4 members"):
        write_archive({"a": b"", "b": b"", "c": b"", "d": b""})


def test_too_many_members_are_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    data = write_archive(MEMBERS)
    monkeypatch.setattr(archive, "MOST_MEMBERS", 3)
    with pytest.raises(ContainerError, match="more members than the 3"):
        read_archive(data, source="it")


def test_a_member_out_of_order_or_there_twice_is_named() -> None:
    first, second = zipped({"a": b"1"}), zipped({"b": b"2"})
    one = first[: first.index(b"PK\1\2")]
    other = second[: second.index(b"PK\1\2")]
    with pytest.raises(ContainerError, match="out of order, at a") as caught:
        read_archive(other + one, source="it")
    assert caught.value.member == "a"
    with pytest.raises(ContainerError, match="member a twice"):
        read_archive(one + one, source="it")


def test_a_damaged_member_is_named() -> None:
    data = bytearray(write_archive(MEMBERS))
    data[data.index(b"Read me.")] ^= 1
    with pytest.raises(ContainerError, match=r"member README\.md of it is damaged") as caught:
        read_archive(bytes(data), source="it")
    assert caught.value.member == "README.md"
