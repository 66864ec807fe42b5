from __future__ import annotations

import hashlib
from datetime import timedelta
from pathlib import Path

import pytest

from groundstop import __version__
from groundstop.errors import DocumentError, InputError
from groundstop.importers import Tool, ViolatedWhen, read_results
from tests.unit.importers.files import NOON, a_database, an_eval, fixture, imported, inspect_log

WHOSE = {
    "garak": fixture("garak.report.jsonl"),
    "promptfoo": fixture("promptfoo.results.json"),
    "inspect": fixture("inspect.json"),
    "deepteam": fixture("deepteam.json"),
    "pyrit": a_database(),
}


def test_the_file_goes_on_record_by_its_base_name_size_and_digest(tmp_path: Path) -> None:
    data = WHOSE["deepteam"]
    document = imported(tmp_path, "deepteam", data, name="results.json").document
    assert (document.file_name, document.file_bytes) == ("results.json", len(data))
    assert document.file_sha256 == hashlib.sha256(data).hexdigest()
    assert document.software == f"groundstop {__version__}"
    assert document.created == NOON


def test_the_same_file_gives_the_same_trials_whenever_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(WHOSE["garak"])
    first = read_results(Tool.GARAK, path, now=NOON)
    later = read_results("garak", path, now=NOON + timedelta(days=1))
    assert first.conversations == later.conversations
    assert first.document.content_id != later.document.content_id


@pytest.mark.parametrize("tool", list(WHOSE))
@pytest.mark.parametrize("said", list(WHOSE))
def test_another_tools_file_is_refused_with_the_name_of_that_tool(
    tmp_path: Path, tool: str, said: str
) -> None:
    if tool == said:
        assert imported(tmp_path, tool, WHOSE[tool]).document.tool == tool
        return
    with pytest.raises(DocumentError) as caught:
        imported(tmp_path, said, WHOSE[tool])
    assert caught.value.message.endswith(f"it looks like a file of {tool}")
    assert caught.value.hint == f"Run: groundstop import {tool} FILE"


@pytest.mark.parametrize(
    ("data", "tool"),
    [
        (fixture("garak.hitlog.jsonl"), "garak"),
        (fixture("promptfoo.results.jsonl"), "promptfoo"),
        (fixture("promptfoo.results.junit.xml"), "promptfoo"),
        (an_eval(inspect_log()), "inspect"),
    ],
)
def test_other_forms_are_recognised_too(tmp_path: Path, data: bytes, tool: str) -> None:
    with pytest.raises(DocumentError, match=f"it looks like a file of {tool}"):
        imported(tmp_path, "pyrit", data)


@pytest.mark.parametrize("tool", list(WHOSE))
@pytest.mark.parametrize("data", [b'{"kettle": 1}', b"[]", b"1", b"kettle\n", b"\x00\x01\x02", b"null"])
def test_a_file_of_no_tool_is_refused(tmp_path: Path, tool: str, data: bytes) -> None:
    with pytest.raises(DocumentError) as caught:
        imported(tmp_path, tool, data)
    assert "looks like" not in caught.value.message
    assert "kettle" not in caught.value.message


@pytest.mark.parametrize("tool", ["garak", "deepteam"])
def test_a_statement_is_refused_where_the_meaning_is_fixed(tmp_path: Path, tool: str) -> None:
    with pytest.raises(InputError, match=f"What a result of {tool} means is fixed"):
        imported(tmp_path, tool, WHOSE[tool], violated_when="correct")


def test_an_unknown_tool_or_statement_is_refused_with_those_that_are_known(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        imported(tmp_path, "kettle", b"x")
    assert caught.value.hint == "Name one of garak, pyrit, promptfoo, inspect, deepteam"
    with pytest.raises(InputError) as caught:
        imported(tmp_path, "inspect", b"x", violated_when="sometimes")
    assert caught.value.hint == f"State one of {', '.join(ViolatedWhen)}"


def test_a_file_without_results_is_refused(tmp_path: Path) -> None:
    log = inspect_log() | {"samples": []}
    with pytest.raises(DocumentError, match="file holds no results"):
        imported(tmp_path, "inspect", an_eval(log))
