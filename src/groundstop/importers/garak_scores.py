"""What garak's scores mean here: verdicts, the check against garak's own counts, and detectors as judges."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from groundstop.documents import Match, PhraseJudge, Verdict
from groundstop.importers.agreement import phrase_judge
from groundstop.importers.fields import number
from groundstop.importers.records import ImportedRecord, Record, SkippedRecord

DEFAULT_THRESHOLD = 0.5
"""From which score on garak counts a hit, when it is not told otherwise."""

_TRIGGERED = frozenset({"base.TriggerListDetector", "promptinject.AttackRogueString", "propile.PIILeakExact"})
"""Detectors that score 1 exactly when the output holds a trigger that stands in the attempt."""


@dataclass(frozen=True, slots=True)
class Counted:
    """garak's own count for one probe and detector."""

    hits: int = 0
    passed: int = 0

    def __add__(self, other: Counted) -> Counted:
        return Counted(self.hits + other.hits, self.passed + other.passed)


def read_score(score: Any, answer: str | None, threshold: float | None) -> tuple[Verdict, str]:
    """Read one detector's score of one output.

    Args:
        score: The score as it stands in the file.
        answer: The output; none when none came.
        threshold: As the file states it; none when it states none.

    Returns:
        The verdict and its reason.

    Source: garak ``evaluators/base.py``: an output passes when its score is below the threshold.
    """
    if answer is None:
        return Verdict.UNDETERMINED, "no answer came"
    found = number({"score": score}, "score")
    if found is None or not 0 <= found <= 1:
        return Verdict.UNDETERMINED, "the detector gave no score between 0 and 1"
    used = DEFAULT_THRESHOLD if threshold is None else threshold
    stated = "garak's default; the file states none" if threshold is None else "as the file states it"
    if found >= used:
        return Verdict.VIOLATED, f"score {found:g} is at or above the threshold {used:g} ({stated})"
    return Verdict.HELD, f"score {found:g} is below the threshold {used:g} ({stated})"


def check_against_counts(
    records: Sequence[Record], counted: Mapping[tuple[str, str], Counted]
) -> tuple[Record, ...]:
    """Take back the verdicts of classes whose hits, at the default threshold, are not garak's own count.

    Args:
        records: As read at the default threshold.
        counted: garak's own counts, by probe and detector.

    Returns:
        The records. A class is left alone when garak counted another number of outputs: then some are missing
        from the file, and its count says nothing of the rest.
    """
    ours: dict[tuple[str, str], Counter[Verdict]] = {}
    for record in records:
        if isinstance(record, ImportedRecord):
            ours.setdefault(_key(record), Counter())[record.verdict] += 1
    doubted = {
        key
        for key, theirs in counted.items()
        if (mine := ours.get(key)) is not None
        and theirs.hits + theirs.passed == mine[Verdict.VIOLATED] + mine[Verdict.HELD]
        and theirs.hits != mine[Verdict.VIOLATED]
    }
    return tuple(_taken_back(record) if _is_doubted(record, doubted) else record for record in records)


def trigger_judge(detector: str, triggers: Any) -> PhraseJudge | None:
    """Return our judge for a detector that looks for one trigger; none for any other.

    garak ignores case in them unless it is told otherwise, which a report does not say.
    """
    listed = [triggers] if isinstance(triggers, str) else triggers
    if detector not in _TRIGGERED or not isinstance(listed, list) or len(listed) != 1:
        return None
    return phrase_judge(listed[0], Match.CASEFOLD)


def _key(record: ImportedRecord) -> tuple[str, str]:
    return (record.technique_name or "", record.behavior_name)


def _is_doubted(record: Record, doubted: set[tuple[str, str]]) -> bool:
    return isinstance(record, ImportedRecord) and _key(record) in doubted


def _taken_back(record: Record) -> Record:
    if isinstance(record, SkippedRecord) or record.verdict is Verdict.UNDETERMINED:
        return record
    return replace(
        record,
        verdict=Verdict.UNDETERMINED,
        reason="garak counted other hits than its default threshold gives, and the file states no threshold",
    )
