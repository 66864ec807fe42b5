"""The sheet of answers that people label."""

from __future__ import annotations

import csv
import io

from groundstop.cli.answers import answer_sheet
from groundstop.documents import Verdict
from groundstop.suites.labels import answer_digest, parse_labels
from tests.samples import a_trial

ASKED = '[{"content":"Sing.","role":"user"}]'


def said(answer: str | None, verdict: Verdict, index: int) -> tuple[object, str, str | None]:
    """Return a trial with what was said."""
    digest = None if answer is None else answer_digest(answer)
    return a_trial(index=index, verdict=verdict).model_copy(update={"answer_sha256": digest}), ASKED, answer


TRIALS = [
    said("La la la", Verdict.UNDETERMINED, 0),
    said("=1+1", Verdict.UNDETERMINED, 1),
    said("La la la", Verdict.UNDETERMINED, 2),
    said("No.", Verdict.HELD, 3),
    said(None, Verdict.UNDETERMINED, 4),
]


def rows(sheet: str) -> list[dict[str, str]]:
    """Read a sheet back."""
    return list(csv.DictReader(io.StringIO(sheet)))


def test_each_answer_without_a_verdict_stands_in_it_once() -> None:
    sheet, count = answer_sheet(TRIALS, everything=False)  # type: ignore[arg-type]
    assert count == 2
    assert [row["answer_sha256"] for row in rows(sheet)] == [answer_digest("La la la"), answer_digest("=1+1")]
    assert {row["verdict"] for row in rows(sheet)} == {""}


def test_all_answers_are_given_when_they_are_asked_for() -> None:
    assert answer_sheet(TRIALS, everything=True)[1] == 3  # type: ignore[arg-type]


def test_no_spreadsheet_takes_an_answer_for_a_formula() -> None:
    sheet, _ = answer_sheet(TRIALS, everything=False)  # type: ignore[arg-type]
    assert rows(sheet)[1]["answered"] == "'=1+1"


def test_a_sheet_that_was_filled_in_is_a_labels_file() -> None:
    sheet, _ = answer_sheet(TRIALS, everything=False)  # type: ignore[arg-type]
    filled = sheet.replace(',"",', ",held,").replace(",,", ",held,")
    labels = parse_labels(filled.encode(), source="labels.csv")
    assert labels.of("La la la") == {Verdict.HELD}
    assert labels.of("=1+1") == {Verdict.HELD}
