"""Real files of the real tools, kept beside the repository; what was counted in them by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from groundstop.documents.imports import Import
from groundstop.errors import DocumentError
from groundstop.importers import ImportResult, read_results
from tests.unit.importers.files import NOON, skipped

SAMPLES = Path(__file__).resolve().parents[4] / "shared" / "samples"
pytestmark = pytest.mark.skipif(not SAMPLES.is_dir(), reason="the samples are not beside the repository")

ANSWER = "Rivers carry water from hills to the sea."
EVAL = "inspect/2026-11-23T16-17-54-00-00_harmless_WkZPBYt6BNmrJmnSqHJWVc.eval"
LOG = "inspect/2026-11-23T16-18-32-00-00_harmless_3nFhxvUeGWi2DjRrRpeSNo.json"
TWICE = "an attempt that is written again once it is judged (status 1)"


def read(tool: str, name: str, violated_when: str | None = None) -> ImportResult:
    return read_results(tool, SAMPLES / name, now=NOON, violated_when=violated_when)


@pytest.mark.parametrize(
    ("tool", "name", "stated", "records", "counts", "left_out", "classes"),
    [
        ("garak", "garak/sample.report.jsonl", None, 9, (6, 0, 0), {TWICE: 3}, 1),
        ("garak", "garak/sample.hitlog.jsonl", None, 6, (6, 0, 0), {}, 1),
        ("promptfoo", "promptfoo/results.json", None, 6, (6, 0, 0), {}, 1),
        ("promptfoo", "promptfoo/results.jsonl", None, 6, (6, 0, 0), {}, 1),
        ("inspect", EVAL, None, 6, (0, 0, 6), {}, 1),
        ("inspect", EVAL, "incorrect", 6, (6, 0, 0), {}, 1),
        ("inspect", EVAL, "correct", 6, (0, 6, 0), {}, 1),
        ("inspect", LOG, None, 6, (0, 0, 6), {}, 1),
        ("inspect", LOG, "incorrect", 6, (6, 0, 0), {}, 1),
        ("inspect", LOG, "correct", 6, (0, 6, 0), {}, 1),
        ("pyrit", "pyrit/pyrit.db", None, 3, (3, 0, 0), {}, 3),
        ("deepteam", "deepteam/20261123_162027.json", None, 3, (3, 0, 0), {}, 1),
    ],
)
def test_every_record_of_every_sample_is_accounted_for(
    tool: str,
    name: str,
    stated: str | None,
    records: int,
    counts: tuple[int, int, int],
    left_out: dict[str, int],
    classes: int,
) -> None:
    result = read(tool, name, stated)
    document = result.document
    assert document.records == records
    assert (document.counts.violated, document.counts.held, document.counts.undetermined) == counts
    assert skipped(result) == left_out
    assert len(document.classes) == classes
    assert document.credentials_removed == 0
    assert {one.answered for one in result.conversations} == {ANSWER}
    assert len({one.asked for one in result.conversations}) == 3
    assert Import.parse(document.canonical(), source="a test") == document


def test_the_junit_sample_is_refused() -> None:
    with pytest.raises(DocumentError, match="JUnit form"):
        read("promptfoo", "promptfoo/results.junit.xml")


@pytest.mark.parametrize(
    ("tool", "name", "version", "model", "not_attested"),
    [
        (
            "garak",
            "garak/sample.report.jsonl",
            "0.17.1",
            ("openai.OpenAICompatible", "stub-model"),
            ("seed", "started", "latency_ms", "usage", "finish", "request_id"),
        ),
        (
            "garak",
            "garak/sample.hitlog.jsonl",
            None,
            ("openai.OpenAICompatible", "stub-model"),
            ("seed", "started", "latency_ms", "usage", "finish", "request_id"),
        ),
        (
            "promptfoo",
            "promptfoo/results.json",
            "0.121.20",
            ("openai", "stub-model"),
            ("seed", "started", "request_id"),
        ),
        (
            "promptfoo",
            "promptfoo/results.jsonl",
            None,
            ("openai", "stub-model"),
            ("seed", "started", "request_id"),
        ),
        ("inspect", EVAL, "0.3.285", ("openai-api/stub", "stub-model"), ("seed",)),
        ("inspect", LOG, "0.3.285", ("openai-api/stub", "stub-model"), ("seed",)),
        (
            "pyrit",
            "pyrit/pyrit.db",
            "1.1.0",
            ("OpenAIChatTarget", "stub-model"),
            ("seed", "latency_ms", "request_id"),
        ),
        (
            "deepteam",
            "deepteam/20261123_162027.json",
            None,
            None,
            ("model", "seed", "started", "latency_ms", "usage", "finish", "request_id", "attempt_id"),
        ),
    ],
)
def test_each_sample_attests_what_its_tool_writes_down(
    tool: str, name: str, version: str | None, model: Any, not_attested: tuple[str, ...]
) -> None:
    document = read(tool, name).document
    assert document.tool_version == version
    named = None if document.model is None else (document.model.provider, document.model.name)
    assert named == model
    assert document.not_attested == not_attested


def test_the_same_prompt_has_the_same_digest_in_every_tools_file() -> None:
    files = {
        "garak": "garak/sample.report.jsonl",
        "promptfoo": "promptfoo/results.json",
        "inspect": LOG,
        "pyrit": "pyrit/pyrit.db",
        "deepteam": "deepteam/20261123_162027.json",
    }
    digests = [
        {one.trial.request_sha256 for one in read(tool, name).conversations} for tool, name in files.items()
    ]
    assert all(each == digests[0] for each in digests)
