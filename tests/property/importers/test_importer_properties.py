"""Whatever happens to a file: every record is accounted for, or there is one sentence that says why not."""

from __future__ import annotations

import copy
import json
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from groundstop.errors import GroundstopError
from groundstop.importers import ImportResult, read_results
from groundstop.importers.naming import identifier
from tests.unit.importers.files import NOON, a_database, an_eval, fixture

FILES = {
    "garak report": ("garak", fixture("garak.report.jsonl")),
    "garak hitlog": ("garak", fixture("garak.hitlog.jsonl")),
    "promptfoo json": ("promptfoo", fixture("promptfoo.results.json")),
    "promptfoo lines": ("promptfoo", fixture("promptfoo.results.jsonl")),
    "inspect json": ("inspect", fixture("inspect.json")),
    "inspect eval": ("inspect", an_eval(json.loads(fixture("inspect.json")))),
    "pyrit": ("pyrit", a_database()),
    "deepteam": ("deepteam", fixture("deepteam.json")),
}
LINED = {"garak report", "garak hitlog", "promptfoo lines"}
JUNK = st.sampled_from([
    None, True, 0, -1, 0.5, float("nan"), 10**30, 2**60, "", "x", "\ud800", "\x00\n", "a" * 300, "C",
    "assistant", "tool", "0001-01-01T00:00:00+14:00", [], [None], {}, {"a": 1},
])  # fmt: skip
some = settings(max_examples=40, deadline=None)


def outcome(tool: str, data: bytes, *, violated_when: str | None = None) -> ImportResult | None:
    """Import bytes; none when they are refused with a sentence."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file"
        path.write_bytes(data)
        try:
            result = read_results(tool, path, now=NOON, violated_when=violated_when)
        except GroundstopError:
            return None
    document = result.document
    assert document.counts.total + sum(skip.count for skip in document.skipped) == document.records
    assert document.counts.total == len(result.conversations)
    assert document.canonical()
    for one in result.conversations:
        assert one.trial.canonical()
        assert one.asked.encode()
    return result


@pytest.mark.parametrize("name", FILES)
@some
@given(share=st.floats(0, 1, exclude_max=True))
def test_a_file_that_is_cut_anywhere_is_accounted_for_or_refused(name: str, share: float) -> None:
    tool, data = FILES[name]
    result = outcome(tool, data[: int(len(data) * share)])
    if name in LINED and share > 0.75:
        assert result is not None, "what stands before the cut is read"


@pytest.mark.parametrize("name", FILES)
@some
@given(
    places=st.lists(
        st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), min_size=1, max_size=30
    )
)
def test_damaged_bytes_never_make_another_error(name: str, places: list[tuple[float, int]]) -> None:
    tool, data = FILES[name]
    damaged = bytearray(data)
    for share, byte in places:
        damaged[int(len(damaged) * share)] = byte
    outcome(tool, bytes(damaged))


def places_of(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the path of everything within a JSON value."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, child in inner for place in places_of(child, (*path, key)))]


def with_junk(value: Any, draw: st.DataObject) -> Any:
    """Return a JSON value with something else in one or two places."""
    changed = copy.deepcopy(value)
    for _ in range(draw.draw(st.integers(1, 2))):
        path = draw.draw(st.sampled_from(places_of(changed)[1:]))
        holder = changed
        for key in path[:-1]:
            holder = holder[key]
        if isinstance(holder, dict) and draw.draw(st.booleans()):
            del holder[path[-1]]
        else:
            holder[path[-1]] = copy.deepcopy(draw.draw(JUNK))
    return changed


@pytest.mark.parametrize("name", ["promptfoo json", "inspect json", "deepteam"])
@some
@given(draw=st.data())
def test_fields_of_any_type_never_make_another_error(name: str, draw: st.DataObject) -> None:
    tool, data = FILES[name]
    stated = draw.draw(st.sampled_from([None, "correct", "incorrect"])) if tool != "deepteam" else None
    outcome(tool, json.dumps(with_junk(json.loads(data), draw), indent=1).encode(), violated_when=stated)


@pytest.mark.parametrize("name", sorted(LINED))
@some
@given(draw=st.data())
def test_one_line_of_any_form_leaves_the_others_as_they_are(name: str, draw: st.DataObject) -> None:
    tool, data = FILES[name]
    lines = [json.loads(line) for line in data.splitlines()]
    place = draw.draw(st.integers(0, len(lines) - 1))
    lines[place] = with_junk(lines[place], draw)
    outcome(tool, "\n".join(json.dumps(line) for line in lines).encode())


@given(st.text(max_size=100), st.text(max_size=100))
def test_identifiers_are_stable_and_differ_when_names_do(one: str, other: str) -> None:
    assert identifier(one) == identifier(one)
    if one != other:
        assert identifier(one) != identifier(other)


@given(st.binary(max_size=300), st.sampled_from(["garak", "pyrit", "promptfoo", "inspect", "deepteam"]))
def test_any_bytes_are_refused_or_accounted_for(data: bytes, tool: str) -> None:
    for head in (b"", b"PK\x03\x04", b"SQLite format 3\x00", b'{"entry_type": "attempt"}\n'):
        outcome(tool, head + data)
