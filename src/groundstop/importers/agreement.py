"""Judges of ours that are another tool's check, which its own verdicts have to show."""

from __future__ import annotations

from collections.abc import Sequence

from groundstop.documents import Match, PhraseJudge, Verdict
from groundstop.importers.credentials import MARKER
from groundstop.importers.fields import is_unicode
from groundstop.importers.records import ImportedRecord
from groundstop.suites import JudgedAnswer, judge_programmatically
from groundstop.suites.judging import ProgrammaticJudge


def phrase_judge(phrase: object, match: Match) -> PhraseJudge | None:
    """Return a judge that looks for a phrase; none when it is no text that can be looked for."""
    if not isinstance(phrase, str) or not phrase.strip() or not is_unicode(phrase):
        return None
    return PhraseJudge(type="phrase", phrase=phrase, match=match)


def common_judge(records: Sequence[ImportedRecord]) -> ProgrammaticJudge | None:
    """Return the judge that all records of a class name, when it agrees with the tool on each of them.

    The tools fold case in ways of their own, and do not write down every setting: agreement shows that it
    makes no difference to these answers. An empty answer is left out: our judges call it undetermined.

    Args:
        records: The records of one class, at least one.

    Returns:
        The judge; none when there is none, or it disagrees, or nothing was decided that it could agree with.
    """
    judge = records[0].judge
    if judge is None or any(record.judge != judge for record in records):
        return None
    if MARKER in judge.model_dump_json():
        return None
    decided = [
        record
        for record in records
        if record.verdict is not Verdict.UNDETERMINED and (record.answer or "").strip()
    ]
    agrees = all(_verdict(judge, record) is record.verdict for record in decided)
    return judge if decided and agrees else None


def _verdict(judge: ProgrammaticJudge, record: ImportedRecord) -> Verdict:
    answer = JudgedAnswer(text=record.answer or "", finish=record.attested.finish)
    return judge_programmatically(judge, answer).verdict
