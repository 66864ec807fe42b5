"""The result files that an engine left: all of them, whole, and without the key."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from groundstop.errors import WorkspaceError
from groundstop.importers.engines import EngineError, collect_results, engine_named, keep_result, outcomes

KEY = "tk-4f9a-plain-key-77"
LOG = Path("engines/x.log")


def collected(folder: Path, *, key: str | None = None) -> list[str]:
    """Return the names of Inspect's logs that are taken from a folder."""
    found = collect_results(engine_named("inspect"), folder, "logs/*.json", key=key, log=LOG)
    return [path.name for path in found]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "logs").mkdir()
    for name in ("b.json", "a.json"):
        (tmp_path / "logs" / name).write_text(f'{{"status": "success", "said": "{KEY}"}}')
    return tmp_path


def test_all_results_are_taken_in_the_order_of_their_names(folder: Path) -> None:
    (folder / "logs" / "c.txt").write_text("no result")
    (folder / "logs" / "d.json").symlink_to(folder / "logs" / "a.json")
    assert collected(folder) == ["a.json", "b.json"]


def test_the_key_is_taken_out_of_results(folder: Path) -> None:
    collected(folder, key=KEY)
    assert (folder / "logs" / "a.json").read_text() == '{"status": "success", "said": "[key removed]"}'


def test_one_result_that_is_not_whole_spoils_the_run(folder: Path) -> None:
    (folder / "logs" / "b.json").write_text('{"status": "started"}')
    with pytest.raises(EngineError, match="did not come to its end") as caught:
        collected(folder)
    assert str(LOG) in caught.value.hint


def test_no_results_and_too_many_are_said(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outcomes, "MAX_FILE_BYTES", 10)
    with pytest.raises(EngineError, match="more than 10 bytes"):
        collected(folder)
    for path in (folder / "logs").iterdir():
        path.unlink()
    with pytest.raises(EngineError, match="left no results"):
        collected(folder)


def test_results_are_kept_beside_the_log_for_their_owner(folder: Path) -> None:
    result = folder / "logs" / "a.json"
    kept = keep_result(result, folder / "x.log")
    assert kept == folder / "x-a.json"
    assert kept.read_bytes() == result.read_bytes()
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    with pytest.raises(WorkspaceError, match="cannot be kept"):
        keep_result(result, folder / "nowhere" / "x.log")
