"""An engine's output on disk: private, bounded, and without the key however it arrives."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundstop.errors import WorkspaceError
from groundstop.importers.engines import OutputLog, output
from groundstop.importers.engines.output import without_key

KEY = 'tk-4f9a"plain\\key-77'
AS_JSON = 'tk-4f9a\\"plain\\\\key-77'


def kept(folder: Path, *pieces: bytes, key: str | None = KEY) -> bytes:
    """Return what is on disk after some pieces were written."""
    path = folder / "engines" / "x.log"
    path.unlink(missing_ok=True)
    with OutputLog(path, key=key) as log:
        for piece in pieces:
            log.write(piece)
    return path.read_bytes()


def test_output_is_kept_as_it_is_and_for_its_owner_only(tmp_path: Path) -> None:
    assert kept(tmp_path, b"one \xff\n", b"two\n") == b"one \xff\ntwo\n"
    assert kept(tmp_path, b"one", key=None) == b"one"
    path = tmp_path / "engines" / "x.log"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


@given(before=st.binary(max_size=30), after=st.binary(max_size=30), data=st.data())
def test_the_key_is_taken_out_wherever_the_output_is_cut(
    tmp_path_factory: pytest.TempPathFactory, before: bytes, after: bytes, data: st.DataObject
) -> None:
    form = data.draw(st.sampled_from((KEY, AS_JSON))).encode()
    whole = before + form + after
    cuts = sorted(data.draw(st.lists(st.integers(0, len(whole)), max_size=6)))
    pieces = [whole[start:end] for start, end in zip([0, *cuts], [*cuts, len(whole)], strict=True)]
    folder = tmp_path_factory.mktemp("log")
    assert kept(folder, *pieces) == before + b"[key removed]" + after


def test_a_stand_in_for_a_key_is_a_word_like_any_other() -> None:
    assert without_key(b"none of it", "none") == b"none of it"
    assert without_key(b"none of it", None) == b"none of it"


def test_no_more_than_a_bound_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(output, "MAX_LOG_BYTES", 10)
    assert kept(tmp_path, b"123456", b"789012", b"345", key=None).startswith(b"1234567890\n[the rest")
    assert kept(tmp_path, b"123456", b"7890", b"12", key=None).startswith(b"1234567890\n[the rest")
    assert kept(tmp_path, b"123456", b"7890", key=None) == b"1234567890"


def test_a_file_that_is_there_is_not_written_over(tmp_path: Path) -> None:
    path = tmp_path / "x.log"
    path.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(WorkspaceError, match="cannot be kept"):
        OutputLog(path, key=None)
    assert not (tmp_path / "elsewhere").exists()


def test_a_log_is_given_the_name_of_its_run(tmp_path: Path) -> None:
    with OutputLog(tmp_path / "x.log", key=None) as log:
        log.write(b"said")
    log.rename("run.log")
    assert log.path == tmp_path / "run.log"
    assert log.path.read_bytes() == b"said"
    (tmp_path / "run.log").unlink()
    with pytest.raises(WorkspaceError):
        log.rename("other.log")
