"""Counting a finding's trials again, one by one, and deciding again from them."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from groundstop.documents import (
    DecisionRecord,
    Finding,
    ImportedTrial,
    Message,
    Phase,
    Trial,
    Verdict,
    canonical_bytes,
    describe,
    parse_json,
)
from groundstop.errors import DocumentError
from groundstop.evidence.commitments import lines_of


@dataclass(frozen=True, slots=True)
class Said:
    """A trial, and whether what was said in it has the digests that it tells."""

    trial: Trial | ImportedTrial
    fits: bool

    @property
    def decides(self) -> bool:
        """Whether the trial may be in a decision: a screening trial never is."""
        return isinstance(self.trial, ImportedTrial) or self.trial.phase is Phase.CONFIRM


def read_said(content: bytes) -> list[Said]:
    """Read the part that holds every trial with what was said.

    Raises:
        DocumentError: A line holds no trial.
    """
    return [_said(line) for line in lines_of(content)]


def wording_digest(messages: Sequence[Message]) -> str:
    """Return the digest by which a trial refers to what was asked."""
    return _digest(canonical_bytes([{"role": one.role, "content": one.content} for one in messages]))


def recount(finding: Finding, said: Sequence[Said]) -> Iterator[str]:
    """Say where a finding tells other counts than its trials give.

    Args:
        finding: The open part.
        said: All trials of the part.
    """
    trials = [one.trial for one in said]
    if len(trials) != finding.effort.trials:
        yield f"it has {len(trials)} trials, and the finding tells of {finding.effort.trials}"
    screened = sum(not one.decides for one in said)
    if screened != finding.effort.screened:
        yield f"{screened} of them are screening, and the finding tells of {finding.effort.screened}"
    request_ids = sum(trial.request_id is not None for trial in trials)
    if request_ids != finding.request_ids:
        yield f"{request_ids} of them have a request id, and the finding tells of {finding.request_ids}"
    if not all(one.fits for one in said):
        yield "what was said in a trial is not what the trial has the digests of"
    if any(_other_source(trial, finding) for trial in trials):
        yield "a trial was made under another plan, or is from another file"
    deciding = sorted((one.trial for one in said if one.decides), key=lambda trial: trial.index)
    if len({trial.index for trial in deciding}) < len(deciding):
        yield "a trial stands in it twice"
    yield from _verdict_problems(finding, [trial.verdict for trial in deciding[: finding.rate.n]])


def _verdict_problems(finding: Finding, verdicts: list[Verdict]) -> Iterator[str]:
    rate = finding.rate
    violated, unclear = verdicts.count(Verdict.VIOLATED), verdicts.count(Verdict.UNDETERMINED)
    if (len(verdicts), violated, unclear) != (rate.n, rate.violated, rate.undetermined):
        yield (
            f"counted again, {violated} of {len(verdicts)} trials violated and {unclear} are undetermined, "
            f"and the finding tells of {rate.violated} of {rate.n} and of {rate.undetermined}"
        )
    elif finding.decision is not None:
        yield from _decision_problems(finding.decision, verdicts)


def _decision_problems(record: DecisionRecord, verdicts: list[Verdict]) -> Iterator[str]:
    try:
        from groundstop.assessment.lanes import OUTCOME
        from groundstop.assessment.results import path_of, running_test
    except ModuleNotFoundError:  # pragma: no cover - the statistics are an extra; the audit says so
        return
    if path_of(verdicts) != record.path:
        yield "the path of its decision is not that of its trials"
    if record.hypotheses is None or record.boundaries is None:
        return
    test = running_test(record.hypotheses, record.boundaries)
    for index, verdict in enumerate(verdicts):
        test.offer(index, OUTCOME[verdict])
    decided = test.decision.value if test.decision else "inconclusive"
    if (decided, test.consumed) != (record.decision.value, len(verdicts)):
        yield f"decided again, it is {decided} after {test.consumed} trials"


def _other_source(trial: Trial | ImportedTrial, finding: Finding) -> bool:
    if isinstance(trial, Trial):
        return trial.plan != finding.plan
    return finding.source is None or trial.import_file != finding.source.file_sha256


def _said(line: bytes) -> Said:
    value = parse_json(line, source="A line of the trials")
    try:
        record, asked, answered = (value["value"][name] for name in ("trial", "asked", "answered"))
        kind = ImportedTrial if record["kind"] == "imported-trial" else Trial
        answer = _answer(answered)
    except (KeyError, TypeError, ValueError) as error:
        raise DocumentError(
            "A line of the trials holds no trial", "Ask the reporter for the part as it was sealed"
        ) from error
    try:
        # The record was read strictly with its line; a finding may have a hundred thousand of them.
        trial = kind.model_validate_json(json.dumps(record))
    except ValidationError as error:
        raise DocumentError(*describe(error, source="A trial")) from error
    answer_digest = None if answer is None else _digest(answer)
    digests = _digest(canonical_bytes(asked)), answer_digest
    return Said(trial, fits=digests == (trial.request_sha256, trial.answer_sha256))


def _answer(value: Any) -> bytes | None:
    if isinstance(value, dict):
        return base64.b64decode(value["base64"], validate=True)
    return None if value is None else str.encode(value)


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
