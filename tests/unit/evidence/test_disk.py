from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from groundstop.errors import InputError, WorkspaceError
from groundstop.evidence import PRIVATE, read_bounded, write_new, write_whole


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
def open_mask() -> Iterator[None]:
    before = os.umask(0o022)
    yield
    os.umask(before)


def test_a_file_is_written_with_its_folder_and_nothing_else_is_left(tmp_path: Path) -> None:
    path = tmp_path / "new" / "folder" / "file"
    write_new(path, b"one")
    write_whole(path, b"two")
    assert path.read_bytes() == b"two"
    assert [one.name for one in path.parent.iterdir()] == ["file"]


def test_a_new_file_never_takes_the_place_of_another(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"mine")
    (tmp_path / "link").symlink_to("nowhere")
    for name in ("file", "link"):
        with pytest.raises(InputError, match=f"{name} exists already"):
            write_new(tmp_path / name, b"yours")
    assert (tmp_path / "file").read_bytes() == b"mine"
    assert not (tmp_path / "nowhere").exists()


def test_a_file_that_another_program_makes_meanwhile_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, sync = tmp_path / "file", os.fsync

    def meanwhile(handle: int) -> None:
        path.write_bytes(b"theirs")
        sync(handle)

    monkeypatch.setattr(os, "fsync", meanwhile)
    with pytest.raises(InputError, match="exists already"):
        write_new(path, b"mine")
    assert path.read_bytes() == b"theirs"
    assert [one.name for one in tmp_path.iterdir()] == ["file"]


def test_a_file_system_without_links_still_gets_its_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_links(*_: object, **__: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", no_links)
    write_new(tmp_path / "file", b"one")
    assert (tmp_path / "file").read_bytes() == b"one"
    with pytest.raises(InputError, match="exists already"):
        write_new(tmp_path / "file", b"two")


@pytest.mark.usefixtures("open_mask")
def test_a_private_file_is_readable_by_its_owner_only_from_the_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    modes, sync = [], os.fsync

    def looking(handle: int) -> None:
        modes.append(stat.S_IMODE(os.fstat(handle).st_mode))
        sync(handle)

    monkeypatch.setattr(os, "fsync", looking)
    write_new(tmp_path / "key", b"secret", mode=PRIVATE)
    assert modes[0] == mode_of(tmp_path / "key") == PRIVATE


@pytest.mark.usefixtures("open_mask")
def test_a_file_that_is_replaced_keeps_its_permissions(tmp_path: Path) -> None:
    path = tmp_path / "file"
    write_new(path, b"one")
    assert mode_of(path) == 0o644
    path.chmod(0o600)
    write_whole(path, b"two")
    assert mode_of(path) == 0o600


@pytest.mark.usefixtures("open_mask")
def test_the_users_mask_is_respected(tmp_path: Path) -> None:
    os.umask(0o077)
    write_new(tmp_path / "file", b"")
    assert mode_of(tmp_path / "file") == 0o600


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(WorkspaceError, match="file/below cannot be written"):
        write_new(tmp_path / "file" / "below", b"")


def test_a_file_is_read_up_to_its_bound_and_not_beyond(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"12345")
    assert read_bounded(path, most=5) == b"12345"
    with pytest.raises(InputError, match="larger than the 4 bytes"):
        read_bounded(path, most=4)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("nothing", "There is no file"),
        ("folder", "is not a file"),
        ("pipe", "is not a file"),
        ("loop", "There is no file"),
        ("a\0b", "There is no file"),
        ("n" * 300, "cannot be read: File name too long"),
    ],
    ids=["nothing", "folder", "pipe", "loop", "NUL", "long"],
)
def test_what_is_no_file_is_said_to_be_none(tmp_path: Path, name: str, said: str) -> None:
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "loop").symlink_to("loop")
    with pytest.raises(InputError, match=said):
        read_bounded(tmp_path / name, most=10)
