from __future__ import annotations

import io
import json
import sys
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from groundstop.documents import Match, PhraseJudge
from groundstop.errors import DocumentError, InputError
from groundstop.importers import zip_members
from tests.unit.importers.files import an_eval, fixture, imported, inspect_log, skipped, trials, verdicts

BROKEN = "which was stated to mean that the safeguard was broken"
HELD = "which was stated to mean that the safeguard held"
ZSTANDARD = 93


def of_log(folder: Path, log: Any, violated_when: str | None = None) -> list[tuple[str, str]]:
    return verdicts(imported(folder, "inspect", json.dumps(log), violated_when=violated_when))


def test_no_score_decides_anything_until_its_meaning_is_stated(tmp_path: Path) -> None:
    result = imported(tmp_path, "inspect", fixture("inspect.json"))
    assert result.document.counts.undetermined == result.document.counts.total == 9
    assert verdicts(result)[0] == ("undetermined", "the scorer's meaning was not stated")
    assert result.document.violated_when is None


def test_correct_and_incorrect_decide_once_it_is_stated_which_is_the_violation(tmp_path: Path) -> None:
    result = imported(tmp_path, "inspect", fixture("inspect.json"), violated_when="correct")
    assert verdicts(result) == [
        ("violated", f"scored as correct, {BROKEN}"),
        ("held", f"scored as incorrect, {HELD}"),
        ("undetermined", "scored as partly correct"),
        ("undetermined", "scored as no answer"),
        ("violated", f"scored as correct, {BROKEN}"),
        ("held", f"scored as incorrect, {HELD}"),
        ("undetermined", "the score is a number between, and the log states no threshold"),
        ("undetermined", "the sample ended with an error"),
        ("violated", f"scored as correct, {BROKEN}"),
    ]
    assert result.document.violated_when == "correct"
    turned = imported(tmp_path, "inspect", fixture("inspect.json"), violated_when="incorrect")
    assert turned.document.counts.violated == result.document.counts.held
    assert turned.document.counts.held == result.document.counts.violated


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (float("nan"), "the scorer left it unscored"),
        ("yes", "the score is neither correct nor incorrect"),
        ({"a": 1}, "the score is neither correct nor incorrect"),
        (["C"], "the score is neither correct nor incorrect"),
        (None, "the score is neither correct nor incorrect"),
        (2, "the score is a number between, and the log states no threshold"),
    ],
)
def test_other_values_decide_nothing(tmp_path: Path, value: object, reason: str) -> None:
    log = inspect_log(scores={"includes": {"value": value}})
    assert of_log(tmp_path, log, "correct") == [("undetermined", reason)]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"error": {"message": "x"}}, "the sample ended with an error"),
        ({"invalidation": {"author": "x"}}, "the log marks the sample as invalid"),
        ({"scores": None}, "the sample was not scored"),
        ({"output": {"choices": [], "completion": ""}}, "no answer came"),
    ],
)
def test_a_sample_without_a_valid_answer_is_undetermined(
    tmp_path: Path, changes: dict[str, Any], reason: str
) -> None:
    assert of_log(tmp_path, inspect_log(**changes), "correct") == [("undetermined", reason)]


def test_both_forms_of_a_log_give_the_same_trials(tmp_path: Path) -> None:
    log = json.loads(fixture("inspect.json"))
    one = imported(tmp_path, "inspect", json.dumps(log), violated_when="correct")
    other = imported(tmp_path, "inspect", an_eval(log), violated_when="correct")
    assert verdicts(one) == verdicts(other)
    assert [each.asked for each in one.conversations] == [each.asked for each in other.conversations]
    assert trials(one)[0].position == "samples.0"
    assert trials(other)[0].position == "member 2"


def test_members_compressed_with_zstandard_are_read(tmp_path: Path) -> None:
    module = pytest.importorskip("backports.zstd.zipfile", reason="the extra for Inspect's logs is not there")
    data = an_eval(json.loads(fixture("inspect.json")), module=module, method=ZSTANDARD)
    assert imported(tmp_path, "inspect", data).document.counts.total == 9


def test_a_missing_package_is_told_with_the_extra_that_brings_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing() -> Any:
        raise InputError("backports.zstd is not installed", "pip install 'groundstop[import]'")

    monkeypatch.setattr(zip_members, "_zipfile", missing)
    with pytest.raises(InputError, match=r"groundstop\[import\]"):
        imported(tmp_path, "inspect", an_eval(inspect_log()))


@pytest.mark.skipif(sys.version_info >= (3, 14), reason="the standard library reads Zstandard")
def test_the_message_about_a_missing_package_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "backports.zstd", None)
    with pytest.raises(InputError) as caught:
        zip_members._zipfile()
    assert "backports.zstd, which is not installed" in caught.value.message
    assert "groundstop[import]" in caught.value.hint


def test_what_the_log_attests_is_kept(tmp_path: Path) -> None:
    result = imported(tmp_path, "inspect", fixture("inspect.json"))
    first = trials(result)[0]
    assert first.started == datetime(2026, 7, 2, 12, tzinfo=UTC)
    assert (first.model, first.seed, first.latency_ms, first.finish) == ("my-model", 7, 250, "stop")
    assert (first.usage.prompt_tokens, first.usage.completion_tokens) == (8, 4)
    assert (first.request_id, first.attempt_id) == ("chatcmpl-0", f"tea{0:019d}")
    assert result.document.not_attested == ()
    assert result.document.tool_version == "0.3.285"
    assert result.document.model is not None
    assert (result.document.model.provider, result.document.model.name) == ("openai-api/service", "my-model")


def test_task_and_scorer_become_technique_and_behavior(tmp_path: Path) -> None:
    (only,) = imported(tmp_path, "inspect", fixture("inspect.json")).document.classes
    assert (only.behavior, only.technique) == ("includes", "tea")


def test_includes_is_our_phrase_judge_when_finding_the_target_is_the_violation(tmp_path: Path) -> None:
    def judge(stated: str | None, **changes: Any) -> Any:
        log = inspect_log(**changes)
        return imported(tmp_path, "inspect", json.dumps(log), violated_when=stated).document.classes[0].judge

    expected = PhraseJudge(type="phrase", phrase="Blue Teapot", match=Match.CASEFOLD)
    assert judge("correct") == expected
    assert judge("correct", target=["Blue Teapot"]) == expected
    assert judge("incorrect") is None
    assert judge(None) is None
    assert judge("correct", target=["Blue Teapot", "tea"]) is None
    assert judge("correct", target="green teapot") is None


def test_reasoning_is_no_part_of_what_was_said(tmp_path: Path) -> None:
    result = imported(tmp_path, "inspect", fixture("inspect.json"))
    assert result.conversations[-1].asked == '[{"content":"Which teapot is it?","role":"user"}]'


@pytest.mark.parametrize(
    ("messages", "reason"),
    [
        (
            [
                {"role": "user", "content": [{"type": "image", "image": "x"}]},
                {"role": "assistant", "content": "y"},
            ],
            "the conversation holds more than text",
        ),
        (
            [{"role": "user", "content": "attachment://abc"}, {"role": "assistant", "content": "y"}],
            "the conversation holds more than text",
        ),
        (
            [
                {"role": "user", "content": "x"},
                {"role": "tool", "content": "y"},
                {"role": "assistant", "content": ""},
            ],
            "the conversation uses tools, which a trial cannot hold",
        ),
    ],
)
def test_a_sample_that_a_trial_cannot_hold_is_skipped(
    tmp_path: Path, messages: list[dict[str, Any]], reason: str
) -> None:
    log = json.loads(fixture("inspect.json"))
    log["samples"][0]["messages"] = messages
    assert skipped(imported(tmp_path, "inspect", json.dumps(log)))[reason] >= 1


def test_a_sample_without_messages_is_read_from_its_input(tmp_path: Path) -> None:
    def asked(given: object) -> Any:
        log = inspect_log(messages=[], input=given)
        return json.loads(imported(tmp_path, "inspect", json.dumps(log)).conversations[0].asked)

    assert asked("Tea?") == [{"role": "user", "content": "Tea?"}]
    assert asked([{"role": "user", "content": "Tea?"}]) == [{"role": "user", "content": "Tea?"}]


def test_a_log_of_a_run_that_was_stopped_is_read_from_its_journal(tmp_path: Path) -> None:
    whole = io.BytesIO(an_eval(json.loads(fixture("inspect.json"))))
    stopped = io.BytesIO()
    with zipfile.ZipFile(whole) as source, zipfile.ZipFile(stopped, "w") as kept:
        for name in source.namelist():
            if name != "header.json":
                kept.writestr(name, source.read(name))
    assert imported(tmp_path, "inspect", stopped.getvalue()).document.counts.total == 9


def test_a_sample_that_was_written_again_counts_once(tmp_path: Path) -> None:
    file = io.BytesIO(an_eval(inspect_log()))
    with pytest.warns(UserWarning, match="Duplicate name"), zipfile.ZipFile(file, "a") as archive:
        archive.writestr("samples/tea-0_epoch_1.json", json.dumps(inspect_log()["samples"][0]))
    result = imported(tmp_path, "inspect", file.getvalue())
    assert result.document.counts.total == 1
    assert skipped(result) == {"a later member has the same name": 1}


@pytest.mark.parametrize(
    ("version", "said"), [(1, "1"), (3, "3"), ("2", "of another form"), (None, "of another form")]
)
def test_another_version_of_the_log_is_refused_by_name(tmp_path: Path, version: object, said: str) -> None:
    log = inspect_log() | {"version": version}
    for data in (json.dumps(log), an_eval(log)):
        with pytest.raises(DocumentError, match=f"has version {said} of Inspect's log format"):
            imported(tmp_path, "inspect", data)
