"""A finding before it is sealed: what will be told openly, and the contents of its sealed parts."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from groundstop.documents import (
    Attestation,
    ComparatorPanel,
    DecisionRecord,
    Document,
    Effort,
    Environment,
    Estimand,
    JudgeRecord,
    PartName,
    RateInterval,
    Requirement,
    SourceFile,
    TestedModel,
    parse_json,
)
from groundstop.evidence.commitments import salted_lines
from groundstop.evidence.sealed_files import PartContent


@dataclass(frozen=True, slots=True)
class Draft:
    """What a finding will say; the fields are those of :class:`groundstop.documents.Finding`."""

    model: TestedModel
    requirement: Requirement
    estimand: Estimand
    plan: str
    decision: DecisionRecord | None
    rate: RateInterval
    comparators: ComparatorPanel | None
    judge: JudgeRecord
    effort: Effort
    environment: Environment
    source: SourceFile | None
    attestation: Attestation
    request_ids: int
    parts: tuple[PartContent, ...]


@dataclass(frozen=True, slots=True)
class Transcript:
    """A trial with what was said in it."""

    trial: Document
    asked: str
    """The canonical JSON of the messages."""
    answered: str | None


def trials_part(transcripts: Iterable[Transcript], new_salt: Callable[[], bytes]) -> PartContent:
    """Return the part that holds every trial with its conversation, one a line."""
    values = (
        {
            "trial": one.trial.to_json(),
            "asked": parse_json(one.asked.encode("utf-8", "surrogatepass"), source="A recorded conversation"),
            "answered": _as_json(one.answered),
        }
        for one in transcripts
    )
    return PartContent(PartName.TRIALS, "application/jsonl", salted_lines(values, new_salt))


def _as_json(text: str | None) -> Any:
    """Return an answer as JSON can hold it: half a surrogate pair, which is no text, goes as base64."""
    if text is None:
        return None
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return {"base64": base64.b64encode(text.encode("utf-8", "surrogatepass")).decode()}
    return text
