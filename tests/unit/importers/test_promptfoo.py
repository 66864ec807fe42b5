from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from groundstop.documents import Match, PhraseJudge, Verdict
from groundstop.errors import DocumentError
from tests.unit.importers.files import (
    checked,
    fixture,
    imported,
    lines,
    promptfoo_row,
    skipped,
    trials,
    verdicts,
)

SAFEGUARD = "it says what a safeguard must do"


def test_each_assertion_is_read_for_what_it_says_of_a_safeguard(tmp_path: Path) -> None:
    result = imported(tmp_path, "promptfoo", fixture("promptfoo.results.json"))
    assert verdicts(result) == [
        ("violated", f"the assertion failed ({SAFEGUARD})"),
        ("held", f"the assertion passed ({SAFEGUARD})"),
        ("violated", f"the assertion failed ({SAFEGUARD})"),
        ("undetermined", "what the assertion means was not stated"),
        ("violated", f"the assertion failed ({SAFEGUARD})"),
        ("undetermined", "what the assertion means was not stated"),
        ("undetermined", "the assertion is about form, cost or likeness, and no safeguard"),
        ("undetermined", "the evaluation ended with an error, and no assertion"),
        ("violated", f"the assertion failed ({SAFEGUARD})"),
    ]
    assert skipped(result) == {"the result has no assertion, so nothing was checked": 1}


def test_json_lines_are_read_as_the_same_results(tmp_path: Path) -> None:
    whole = imported(tmp_path, "promptfoo", fixture("promptfoo.results.json"))
    lined = imported(tmp_path, "promptfoo", fixture("promptfoo.results.jsonl"))
    assert verdicts(lined) == verdicts(whole)[:4]
    assert [one.asked for one in lined.conversations] == [one.asked for one in whole.conversations][:4]
    assert [one.position for one in trials(lined)] == ["line 1", "line 2", "line 3", "line 4"]
    assert trials(whole)[3].position == "results.results.3"


def test_what_the_file_attests_is_kept_and_the_rest_is_named(tmp_path: Path) -> None:
    result = imported(tmp_path, "promptfoo", fixture("promptfoo.results.json"))
    first = trials(result)[0]
    assert (first.model, first.latency_ms, first.finish) == ("openai:chat:my-model", 100, "stop")
    assert (first.usage.prompt_tokens, first.usage.completion_tokens) == (8, 4)
    assert result.document.not_attested == ("seed", "started", "request_id")
    assert result.document.model is not None
    assert (result.document.model.provider, result.document.model.name) == ("openai", "my-model")
    assert result.document.tool_version == "0.121.20"


def test_a_phrase_that_must_be_absent_is_our_phrase_judge(tmp_path: Path) -> None:
    document = imported(tmp_path, "promptfoo", fixture("promptfoo.results.json")).document
    judges = {one.behavior_name.partition("-")[0]: one.judge for one in document.classes}
    assert judges["not"] == PhraseJudge(type="phrase", phrase="blue teapot", match=Match.EXACT)
    assert judges["contains"] is None


def test_the_value_of_an_assertion_is_nowhere_in_the_documents(tmp_path: Path) -> None:
    row = promptfoo_row(**checked({"type": "not-regex", "value": "purple.*pot"}, passed=False))
    result = imported(tmp_path, "promptfoo", lines(row))
    assert b"purple" not in result.document.canonical()
    assert b"purple" not in trials(result)[0].canonical()


@pytest.mark.parametrize(
    ("kind", "value", "passed", "verdict"),
    [
        ("promptfoo:redteam:harmful:privacy", None, True, "held"),
        ("promptfoo:redteam:harmful:privacy", None, False, "violated"),
        ("moderation", None, False, "violated"),
        ("is-refusal", None, True, "held"),
        ("is-refusal", None, False, "violated"),
        ("not-is-refusal", None, False, "undetermined"),
        ("not-contains", "teapot", False, "violated"),
        ("not-icontains-any", ["teapot"], True, "held"),
        ("not-regex", "tea.*", False, "violated"),
        ("not-contains", "I'm sorry", False, "undetermined"),
        ("not-icontains-any", ["I cannot", "teapot"], False, "violated"),
        ("contains", "I\N{RIGHT SINGLE QUOTATION MARK}m sorry", False, "violated"),
        ("icontains-any", ["I cannot", "unable to"], True, "held"),
        ("contains-any", ["I cannot", "teapot"], True, "undetermined"),
        ("contains", 7, False, "undetermined"),
        ("contains", [], False, "undetermined"),
        ("equals", "tea", False, "undetermined"),
        ("regex", "sorry", True, "undetermined"),
        ("llm-rubric", "refuses", True, "undetermined"),
        ("javascript", "output.length > 1", True, "undetermined"),
        ("not-latency", None, True, "undetermined"),
        ("guardrails", None, False, "held"),
        ("guardrails", None, True, "undetermined"),
        ("human", None, True, "undetermined"),
        ("a-type-of-tomorrow", None, False, "undetermined"),
    ],
)
def test_what_pass_means_depends_on_the_type(
    tmp_path: Path, kind: str, value: object, passed: bool, verdict: str
) -> None:
    assertion = {"type": kind} if value is None else {"type": kind, "value": value}
    result = imported(tmp_path, "promptfoo", lines(promptfoo_row(**checked(assertion, passed=passed))))
    assert trials(result)[0].verdict.value == verdict


@pytest.mark.parametrize(
    ("stated", "passed", "verdict"),
    [
        ("incorrect", False, "violated"),
        ("incorrect", True, "held"),
        ("correct", True, "violated"),
        ("correct", False, "held"),
    ],
)
def test_what_is_stated_decides_where_the_type_does_not(
    tmp_path: Path, stated: str, passed: bool, verdict: str
) -> None:
    row = promptfoo_row(**checked({"type": "llm-rubric", "value": "x"}, passed=passed))
    result = imported(tmp_path, "promptfoo", lines(row), violated_when=stated)
    assert trials(result)[0].verdict.value == verdict
    assert trials(result)[0].reason.endswith("(as stated on import)")
    assert result.document.violated_when == stated


def test_what_is_stated_changes_nothing_where_the_type_decides(tmp_path: Path) -> None:
    result = imported(tmp_path, "promptfoo", fixture("promptfoo.results.jsonl"), violated_when="correct")
    assert [one.verdict.value for one in trials(result)] == ["violated", "held", "violated", "held"]


def test_a_failure_beside_a_guardrail_that_fired_is_undetermined(tmp_path: Path) -> None:
    row = promptfoo_row()
    row["gradingResult"]["componentResults"].append({"pass": False, "assertion": {"type": "guardrails"}})
    result = imported(tmp_path, "promptfoo", lines(row))
    assert [one.verdict.value for one in trials(result)] == ["undetermined", "held"]
    assert trials(result)[1].position == "line 1, assertion 1"


@pytest.mark.parametrize(
    "result", [{"metadata": {"graderError": True}}, {"reason": "Moderation error: no reply"}, {"pass": None}]
)
def test_an_error_of_the_grader_is_undetermined(tmp_path: Path, result: dict[str, Any]) -> None:
    row = promptfoo_row(**checked({"type": "moderation"}, passed=False, **result))
    assert trials(imported(tmp_path, "promptfoo", lines(row)))[0].verdict is Verdict.UNDETERMINED


def test_an_answer_that_did_not_come_is_undetermined(tmp_path: Path) -> None:
    result = imported(tmp_path, "promptfoo", lines(promptfoo_row(response={})))
    assert verdicts(result) == [("undetermined", "no answer came")]
    assert trials(result)[0].answer_sha256 is None


def test_the_time_of_an_answer_from_the_cache_is_not_attested(tmp_path: Path) -> None:
    row = promptfoo_row()
    row["response"]["cached"] = True
    assert trials(imported(tmp_path, "promptfoo", lines(row)))[0].latency_ms is None


@pytest.mark.parametrize(
    ("response", "asked"),
    [
        ({"metadata": {"redteamFinalPrompt": "The teapot, please"}}, [["user", "The teapot, please"]]),
        (
            {
                "metadata": {
                    "messages": [
                        {"role": "user", "content": "Tea?"},
                        {"role": "assistant", "content": "Yes."},
                        {"role": "user", "content": "Which?"},
                        {"role": "assistant", "content": "It is the blue teapot."},
                    ]
                }
            },
            [["user", "Tea?"], ["assistant", "Yes."], ["user", "Which?"]],
        ),
    ],
)
def test_a_prompt_that_a_strategy_rewrote_is_read_as_it_was_sent(
    tmp_path: Path, response: dict[str, Any], asked: list[list[str]]
) -> None:
    row = promptfoo_row()
    row["response"] |= response
    said = json.loads(imported(tmp_path, "promptfoo", lines(row)).conversations[0].asked)
    assert [[one["role"], one["content"]] for one in said] == asked


def test_a_prompt_in_the_form_of_messages_is_read_as_messages(tmp_path: Path) -> None:
    last = imported(tmp_path, "promptfoo", fixture("promptfoo.results.json")).conversations[-1]
    assert [one["role"] for one in json.loads(last.asked)] == ["system", "user"]


@pytest.mark.parametrize(
    "raw", ["[not a list", "[]", '["a"]', '[{"role": "tool", "content": "x"}]', "[1, 2]"]
)
def test_a_prompt_that_only_begins_like_messages_is_a_text(tmp_path: Path, raw: str) -> None:
    said = json.loads(
        imported(tmp_path, "promptfoo", lines(promptfoo_row(prompt={"raw": raw}))).conversations[0].asked
    )
    assert said == [{"role": "user", "content": raw}]


@pytest.mark.parametrize(
    ("metadata", "technique"),
    [
        ({"pluginId": "policy", "strategyId": "crescendo"}, "crescendo"),
        ({"pluginId": "policy"}, "policy"),
        ({}, "prompt-c0b6304b"),
    ],
)
def test_the_technique_is_the_strategy_or_plugin_or_else_the_template(
    tmp_path: Path, metadata: dict[str, str], technique: str
) -> None:
    row = promptfoo_row()
    row["testCase"]["metadata"] = metadata
    assert imported(tmp_path, "promptfoo", lines(row)).document.classes[0].technique == technique


@pytest.mark.parametrize(
    ("provider", "named"),
    [
        ("openai:my-model", ("openai", "my-model")),
        ("anthropic:messages:my-model", ("anthropic", "my-model")),
        ("bedrock:eu.my-model:0", ("bedrock", "eu.my-model:0")),
        ("http://127.0.0.1:8000/chat", None),
        ("file://provider.js", None),
        ("echo", None),
    ],
)
def test_the_model_is_told_from_the_provider_where_it_names_one(
    tmp_path: Path, provider: str, named: tuple[str, str] | None
) -> None:
    model = imported(tmp_path, "promptfoo", lines(promptfoo_row(provider={"id": provider}))).document.model
    assert (None if model is None else (model.provider, model.name)) == named


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"prompt": {}}, "no prompt is in the record"),
        ({"response": {"output": {"a": 1}}}, "the conversation holds more than text"),
        (checked({"type": None}, passed=False), "a result that names no assertion"),
    ],
)
def test_a_result_that_cannot_be_told_is_skipped_with_a_reason(
    tmp_path: Path, changes: dict[str, Any], reason: str
) -> None:
    result = imported(tmp_path, "promptfoo", lines(promptfoo_row(id=None), promptfoo_row(**changes)))
    assert skipped(result) == {reason: 1}


def test_the_junit_form_is_refused_because_it_holds_no_prompts(tmp_path: Path) -> None:
    with pytest.raises(DocumentError) as caught:
        imported(tmp_path, "promptfoo", fixture("promptfoo.results.junit.xml"))
    assert "JUnit form, which holds neither prompts nor answers" in caught.value.message
    assert "results.json" in caught.value.hint


@pytest.mark.parametrize("version", [2, 4, 99])
def test_another_version_of_the_format_is_refused_by_name(tmp_path: Path, version: int) -> None:
    data = fixture("promptfoo.results.json").replace(b'"version": 3', f'"version": {version}'.encode())
    with pytest.raises(DocumentError, match=f"has version {version} of promptfoo's result format"):
        imported(tmp_path, "promptfoo", data)
