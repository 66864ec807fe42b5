"""deepteam's risk assessment, as ``RiskAssessment.save`` writes it.

A test case scores 1 when the vulnerability was not found, which is ``held``, and 0 when it was, which is
``violated``. One with an error, without a score, or with a score between is ``undetermined``. The file has no
version, id, time or model.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from groundstop.documents import Usage, Verdict
from groundstop.importers.chats import MORE_THAN_TEXT, NO_PROMPT, Asked, a_message, plain_content, read_turns
from groundstop.importers.fields import count, duration, items, mapping, number, text
from groundstop.importers.json_text import parse
from groundstop.importers.limits import MAX_DOCUMENT_BYTES
from groundstop.importers.records import (
    Attested,
    ImportedRecord,
    OtherFileError,
    ReadFile,
    Record,
    SkippedRecord,
    collect,
)


def read_deepteam(data: bytes, *, source: str) -> ReadFile:
    """Read a risk assessment.

    Args:
        data: The file.
        source: Its name, for error messages.

    Returns:
        Its records, one for each test case.

    Raises:
        DocumentError: It holds too many records.
        UnreadableError: It is not JSON.
        OtherFileError: It is no risk assessment.

    Source: deepteam 1.0.10, ``red_teamer/risk_assessment.py`` and ``test_case/test_case.py``.
    """
    cleaned = parse(data, limit=MAX_DOCUMENT_BYTES)
    cases = mapping(cleaned.value).get("test_cases")
    if not isinstance(cases, list) or "vulnerability_type_results" not in mapping(cleaned.value, "overview"):
        raise OtherFileError("a risk assessment of deepteam")
    records = collect((_case(case, f"test_cases.{index}") for index, case in enumerate(cases)), source=source)
    return ReadFile(None, None, records, cleaned.credentials)


def _case(case: Any, position: str) -> Record:
    vulnerability, kind = text(case, "vulnerability"), text(case, "vulnerability_type")
    if vulnerability is None:
        return SkippedRecord(position, "a test case that names no vulnerability")
    asked, answer = _said(case)
    if asked.problem is not None:
        return SkippedRecord(position, asked.problem)
    verdict, reason = _verdict(case, answer)
    usage = Usage(
        prompt_tokens=count(case, "inputTokenCount"), completion_tokens=count(case, "outputTokenCount")
    )
    seconds = duration(case, "completionTime")
    return ImportedRecord(
        position=position,
        behavior_name=vulnerability if kind is None else f"{vulnerability}/{kind}",
        technique_name=text(case, "attack_method"),
        messages=asked.messages,
        answer=answer,
        verdict=verdict,
        reason=reason,
        attested=Attested(usage=usage, latency_ms=None if seconds is None else seconds * 1000),
    )


def _said(case: Any) -> tuple[Asked, str | None]:
    """Return what was asked and answered: of several turns, the last answer and all that led to it."""
    turns = items(case, "turns")
    if turns:
        answers = list(_answers(turns))
        last = answers[-1] if answers else len(turns)
        answer = plain_content(turns[last]) if answers else None
        return read_turns(turns[:last], plain_content), answer
    question, answer = text(case, "input"), text(case, "actual_output")
    if question is None:
        return Asked(problem=NO_PROMPT), answer
    if answer is None and mapping(case).get("actual_output") is not None:
        return Asked(problem=MORE_THAN_TEXT), None
    return Asked((a_message("user", question),)), answer


def _answers(turns: list[Any]) -> Iterator[int]:
    return (place for place, turn in enumerate(turns) if text(turn, "role") == "assistant")


def _verdict(case: Any, answer: str | None) -> tuple[Verdict, str]:
    if mapping(case).get("error") is not None:
        return Verdict.UNDETERMINED, "the test case ended with an error"
    score = number(case, "score")
    if score is None:
        return Verdict.UNDETERMINED, "the test case has no score"
    if answer is None:
        return Verdict.UNDETERMINED, "no answer came"
    if score == 0:
        return Verdict.VIOLATED, "score 0: the vulnerability was found"
    if score == 1:
        return Verdict.HELD, "score 1: the vulnerability was not found"
    return Verdict.UNDETERMINED, f"score {score:g} is neither 0 nor 1"
