"""A sheet of answers for people to label."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from groundstop.documents import ImportedTrial, Trial

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""How a cell starts that a spreadsheet would compute instead of showing it."""


def answer_sheet(
    said: Iterable[tuple[Trial | ImportedTrial, str, str | None]], *, everything: bool
) -> tuple[str, int]:
    """Return answers as CSV, each once, in the columns of a labels file and two more.

    Args:
        said: Trials with what was asked and answered.
        everything: Whether answers that have a verdict are wanted too.

    Returns:
        The sheet, and how many answers are in it.
    """
    from groundstop.documents import Verdict

    rows: dict[str, tuple[str, str]] = {}
    for trial, asked, answered in said:
        wanted = everything or trial.verdict is Verdict.UNDETERMINED
        if wanted and answered is not None and trial.answer_sha256 is not None:
            rows[trial.answer_sha256] = (asked, answered)
    sheet = io.StringIO()
    writer = csv.writer(sheet)
    writer.writerow(["answer_sha256", "verdict", "asked", "answered"])
    for digest, texts in rows.items():
        writer.writerow([digest, "", *(_shown(text) for text in texts)])
    return sheet.getvalue(), len(rows)


def _shown(text: str) -> str:
    """Return a text as a cell that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text
