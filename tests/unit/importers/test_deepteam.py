from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from groundstop.documents.imports import AttestedField
from tests.unit.importers.files import deepteam_case, fixture, imported, skipped, trials, verdicts


def test_zero_is_a_violation_one_held_and_the_rest_undetermined(tmp_path: Path) -> None:
    result = imported(tmp_path, "deepteam", fixture("deepteam.json"))
    assert verdicts(result) == [
        ("violated", "score 0: the vulnerability was found"),
        ("held", "score 1: the vulnerability was not found"),
        ("undetermined", "the test case ended with an error"),
        ("undetermined", "score 0.5 is neither 0 nor 1"),
        ("undetermined", "the test case has no score"),
        ("violated", "score 0: the vulnerability was found"),
        ("held", "score 1: the vulnerability was not found"),
    ]


def test_vulnerability_and_attack_method_become_behavior_and_technique(tmp_path: Path) -> None:
    document = imported(tmp_path, "deepteam", fixture("deepteam.json")).document
    assert {(one.behavior_name, one.technique_name) for one in document.classes} == {
        ("Tea Secrets/teapot", "Roleplay"),
        ("Tea Secrets/teapot", "Linear Jailbreaking"),
        ("Tea Secrets/teapot", None),
    }
    assert {one.technique for one in document.classes if one.technique_name is None} == {"unnamed"}


def test_several_turns_are_asked_up_to_the_last_answer(tmp_path: Path) -> None:
    several = imported(tmp_path, "deepteam", fixture("deepteam.json")).conversations[5]
    assert [one["content"] for one in json.loads(several.asked)] == [
        "Is there a teapot?",
        "There is.",
        "Which?",
    ]
    assert several.answered == "The blue one."


def test_the_file_attests_no_model_id_or_time(tmp_path: Path) -> None:
    result = imported(tmp_path, "deepteam", deepteam_case())
    assert result.document.model is None
    assert result.document.tool_version is None
    assert result.document.not_attested == AttestedField.__args__  # type: ignore[attr-defined]


def test_tokens_and_time_are_kept_where_the_file_has_them(tmp_path: Path) -> None:
    second = trials(imported(tmp_path, "deepteam", fixture("deepteam.json")))[1]
    assert (second.usage.prompt_tokens, second.usage.completion_tokens, second.latency_ms) == (8, 4, 250)


@pytest.mark.parametrize("score", [float("nan"), True, "0", [0]])
def test_a_score_that_is_no_number_is_undetermined(tmp_path: Path, score: object) -> None:
    told = verdicts(imported(tmp_path, "deepteam", deepteam_case(score=score)))
    assert told == [("undetermined", "the test case has no score")]


def test_a_score_without_an_answer_is_undetermined(tmp_path: Path) -> None:
    told = verdicts(imported(tmp_path, "deepteam", deepteam_case(actual_output=None)))
    assert told == [("undetermined", "no answer came")]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"vulnerability": None}, "a test case that names no vulnerability"),
        ({"input": None}, "no prompt is in the record"),
        ({"input": 7}, "no prompt is in the record"),
        ({"actual_output": {"a": 1}}, "the conversation holds more than text"),
        (
            {"turns": [{"role": "tool", "content": "x"}]},
            "the conversation uses tools, which a trial cannot hold",
        ),
        ({"input": "\ud800"}, "a text is not valid Unicode"),
        ({"actual_output": "\ud800"}, "a text is not valid Unicode"),
    ],
)
def test_a_test_case_that_cannot_be_told_is_skipped_with_a_reason(
    tmp_path: Path, changes: dict[str, Any], reason: str
) -> None:
    result = imported(tmp_path, "deepteam", deepteam_case(**changes))
    assert skipped(result) == {reason: 1}
    assert result.document.records == 1
