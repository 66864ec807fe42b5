"""Keys here are made up, and put together at run time, so that no scanner takes them for real ones."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from groundstop.importers.credentials import MARKER, remove_credentials
from tests.unit.importers.files import deepteam_case, fixture, imported, lines, promptfoo_row, report_lines

DIGITS = "0123456789abcdefABCDEF" * 3
FORMS = [
    "sk-" + DIGITS[:24],
    "sk-proj-" + DIGITS[:40],
    "sk_live_" + DIGITS[:24],
    "AIza" + DIGITS[:35],
    "AKIA" + "0123456789ABCDEF",
    "ghp_" + DIGITS[:36],
    "github_pat_" + DIGITS[:30],
    "glpat-" + DIGITS[:20],
    "hf_" + DIGITS[:34],
    "xoxb-" + DIGITS[:20],
    "AGE-SECRET-KEY-1" + "Q" * 58,
    "eyJ" + DIGITS[:20] + "." + DIGITS[:20] + "." + DIGITS[:20],
]


@pytest.mark.parametrize("key", FORMS, ids=lambda key: key[:6])
def test_a_key_of_a_published_form_is_replaced_and_counted(key: str) -> None:
    assert remove_credentials(f"Use {key}, twice: {key}.") == (f"Use {MARKER}, twice: {MARKER}.", 2)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        (f"Authorization: Bearer {DIGITS[:30]}", f"Authorization: Bearer {MARKER}"),
        (f"proxy-authorization: Basic {DIGITS[:20]}==", f"proxy-authorization: Basic {MARKER}"),
        (f"bearer {DIGITS[:20]}", f"bearer {MARKER}"),
        (f'{{"api_key": "{DIGITS[:16]}"}}', f'{{"api_key": "{MARKER}"}}'),
        (f"X-API-Key: {DIGITS[:16]}", f"X-API-Key: {MARKER}"),
        (f"secretkey={DIGITS[:16]}&a=1", f"secretkey={MARKER}&a=1"),
        ("https://someone:some-password@host/v1", f"https://{MARKER}@host/v1"),
    ],
)
def test_a_value_that_is_named_as_a_credential_is_replaced_and_its_name_stays(text: str, left: str) -> None:
    assert remove_credentials(text) == (left, 1)


def test_a_private_key_is_replaced_as_a_whole() -> None:
    head, tail = "-----BEGIN OPENSSH PRIVATE KEY-----", "-----END OPENSSH PRIVATE KEY-----"
    assert remove_credentials(f"a\n{head}\nb3BlbnNzaA==\n{tail}\nb") == (f"a\n{MARKER}\nb", 1)


@pytest.mark.parametrize(
    "text",
    [
        "The bearer of this letter is a responsible representative.",
        "A task-specific-keyboard-layout is a sk-eleton-without-any-number.",
        "Authorization: representatives-only",
        "The key: under-the-mat. An API key: no.",
        "Asia is AKIA to nobody. eyJust.a.word",
        "http://host:8000/v1 and http://host/a:b@c",
        "",
    ],
)
def test_ordinary_words_stay(text: str) -> None:
    assert remove_credentials(text) == (text, 0)


@pytest.mark.parametrize(
    "field", ["apiKey", "api_key", "X-Api-Key", "Authorization", "openai_api_key", "password"]
)
def test_a_field_whose_name_says_so_loses_its_value(field: str) -> None:
    assert remove_credentials("anything", field=field) == (MARKER, 1)


@pytest.mark.parametrize(
    "stand_in", ["", "[REDACTED]", "***", "${MY_KEY}", "{{env.MY_KEY}}", "<your key>", MARKER]
)
def test_a_stand_in_for_a_secret_is_no_secret(stand_in: str) -> None:
    expected = 1 if stand_in == MARKER else 0
    assert remove_credentials(stand_in, field="api_key")[1] == expected


@pytest.mark.parametrize("field", ["token", "key", "tokens", "monkey", "secrets_kept"])
def test_a_field_of_another_name_keeps_its_value(field: str) -> None:
    assert remove_credentials("anything", field=field) == ("anything", 0)


@pytest.mark.parametrize(
    "unit",
    ["sk-", "eyJ-", "eyJaaaaaaaaaaa.", "bearer ", "authorization:", "x-api-key:", "://a:", "-----BEGIN A "],
)
def test_no_text_makes_the_search_slow(unit: str) -> None:
    text = unit * (1_000_000 // len(unit))
    started = time.process_time()
    remove_credentials(text)
    assert time.process_time() - started < 2


KEY = "sk-" + DIGITS[:24]


def test_credentials_in_settings_are_counted_and_those_in_texts_are_replaced_before_anything_is_kept(
    tmp_path: Path,
) -> None:
    values = report_lines()
    values[0]["plugins.generators"] = {"openai": {"api_key": "a-key-of-no-known-form"}}
    data = lines(*values).replace("Which teapot is it?", f"With {KEY}, which teapot is it?")
    result = imported(tmp_path, "garak", data)
    # Prompt and conversations of the attempt, as it was answered and as it was judged, and the setting.
    assert result.document.credentials_removed == 3 + 3 + 1
    assert f"With {MARKER}, which teapot" in result.conversations[0].asked
    assert KEY not in result.conversations[0].asked


def test_credentials_are_removed_from_every_tools_texts(tmp_path: Path) -> None:
    answer = f"Certainly: {KEY}"
    for tool, data in (
        ("deepteam", deepteam_case(actual_output=answer)),
        ("promptfoo", lines(promptfoo_row(response={"output": answer}))),
        ("inspect", fixture("inspect.json").replace(b"It is the blue teapot.", answer.encode())),
    ):
        result = imported(tmp_path, tool, data)
        assert result.document.credentials_removed >= 1, tool
        assert result.conversations[0].answered == f"Certainly: {MARKER}", tool


def test_a_judge_made_of_a_credential_is_none(tmp_path: Path) -> None:
    data = fixture("promptfoo.results.jsonl").decode().replace("blue teapot", KEY)
    judges = [one.judge for one in imported(tmp_path, "promptfoo", data).document.classes]
    assert judges == [None] * len(judges)
