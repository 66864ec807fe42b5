from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from groundstop.documents import canonical_bytes
from groundstop.documents.imports import Import, ImportedTrial, VerdictCounts
from groundstop.errors import DocumentError
from tests.unit.importers.files import a_database, fixture, imported

FILES = [
    ("garak", "garak.report.jsonl"),
    ("garak", "garak.hitlog.jsonl"),
    ("promptfoo", "promptfoo.results.json"),
    ("promptfoo", "promptfoo.results.jsonl"),
    ("inspect", "inspect.json"),
    ("deepteam", "deepteam.json"),
]


def changed(result: Import, **changes: Any) -> bytes:
    return canonical_bytes(result.to_json() | changes)


@pytest.mark.parametrize(("tool", "name"), FILES)
def test_documents_are_read_back_from_their_canonical_bytes(tmp_path: Path, tool: str, name: str) -> None:
    result = imported(tmp_path, tool, fixture(name), name=name)
    assert Import.parse(result.document.canonical(), source="a test") == result.document
    for one in result.conversations:
        assert ImportedTrial.parse(one.trial.canonical(), source="a test") == one.trial


def test_an_import_whose_records_do_not_add_up_is_refused(tmp_path: Path) -> None:
    document = imported(tmp_path, "garak", fixture("garak.report.jsonl")).document
    wrong: list[dict[str, Any]] = [
        {"records": document.records + 1},
        {"skipped": []},
        {"counts": {"violated": 3, "held": 2}},
    ]
    for changes in wrong:
        with pytest.raises(DocumentError, match="do not add up"):
            Import.parse(changed(document, **changes), source="a test")


def test_an_import_whose_classes_do_not_add_up_is_refused(tmp_path: Path) -> None:
    document = imported(tmp_path, "garak", fixture("garak.report.jsonl")).document
    classes = document.to_json()["classes"]
    with pytest.raises(DocumentError, match="the classes do not add up"):
        Import.parse(changed(document, classes=classes[:1]), source="a test")
    empty = classes[0] | {"counts": VerdictCounts().to_json()}
    with pytest.raises(DocumentError, match="a class stands twice"):
        Import.parse(changed(document, classes=[*classes, empty]), source="a test")


def test_a_reason_that_stands_twice_is_refused(tmp_path: Path) -> None:
    document = imported(tmp_path, "garak", fixture("garak.report.jsonl")).document
    twice = [{"reason": "tea", "count": 1}, {"reason": "tea", "count": 2}]
    with pytest.raises(DocumentError, match="a reason for skipping stands twice"):
        Import.parse(changed(document, skipped=twice), source="a test")


def test_a_file_name_has_no_folder(tmp_path: Path) -> None:
    document = imported(tmp_path, "garak", fixture("garak.report.jsonl")).document
    for name in ("a/b", "a\\b", ""):
        with pytest.raises(DocumentError, match="file_name"):
            Import.parse(changed(document, file_name=name), source="a test")


@pytest.mark.parametrize(("tool", "name"), FILES)
def test_trials_and_import_fit_together(tmp_path: Path, tool: str, name: str) -> None:
    result = imported(tmp_path, tool, fixture(name), name=name)
    document = result.document
    assert document.counts.total == len(result.conversations)
    for one in document.classes:
        own = [
            each.trial
            for each in result.conversations
            if (each.trial.behavior, each.trial.technique) == (one.behavior, one.technique)
        ]
        assert [trial.index for trial in own] == list(range(one.counts.total))
    assert {one.trial.import_file for one in result.conversations} == {document.file_sha256}
    assert len({one.trial.position for one in result.conversations}) == len(result.conversations)


def test_documents_hold_digests_and_nothing_of_what_was_said(tmp_path: Path) -> None:
    whole = [("pyrit", a_database()), *((tool, fixture(name)) for tool, name in FILES)]
    for tool, data in whole:
        result = imported(tmp_path, tool, data)
        trials = b"".join(one.trial.canonical() for one in result.conversations)
        # A judge is made of what must not be said; it is not a quotation of what was.
        document = result.document.model_copy(
            update={"classes": tuple(c.model_copy(update={"judge": None}) for c in result.document.classes)}
        )
        for said in (b"eapot is it", b"lue teapot", b"LUE TEAPOT", b"keep that to myself", b"silver"):
            assert said not in trials, tool
            assert said not in document.canonical(), tool


def test_what_was_asked_has_the_form_of_our_own_trials(tmp_path: Path) -> None:
    asked = imported(tmp_path, "deepteam", fixture("deepteam.json")).conversations[0].asked
    assert asked == canonical_bytes(json.loads(asked)).decode()
    assert json.loads(asked) == [{"role": "user", "content": "Which teapot is it?"}]
