"""People's labels for a verification: read from a file, or asked for here, and kept with the run."""

from __future__ import annotations

import csv
import io
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from groundstop.documents import Judge, LabelsJudge, Trial, Verdict
from groundstop.errors import InputError

if TYPE_CHECKING:
    from rich.console import Console

    from groundstop.store import RunRow, SqliteLedger, Workspace

_ASKED = {"v": Verdict.VIOLATED, "h": Verdict.HELD, "u": Verdict.UNDETERMINED}


def labels_folder(space: Workspace, run: str) -> Path:
    """Return where the labels of a run are kept."""
    return space.data / "labels" / run


def labels_name(judge: Judge) -> str:
    """Return the name of the file in which a judge looks for labels."""
    from groundstop.suites.judging import ADJUDICATION_FILE

    return judge.file if isinstance(judge, LabelsJudge) else ADJUDICATION_FILE


def take_labels(space: Workspace, run: RunRow, ledger: SqliteLedger, judge: Judge, file: Path) -> int:
    """Take the labels of a file over into a run.

    Args:
        space: The workspace.
        run: The run whose answers are labelled.
        ledger: Its trials.
        judge: Its judge.
        file: A table with the columns ``answer_sha256`` and ``verdict``.

    Returns:
        How many answers are labelled now.

    Raises:
        DocumentError: It is no table of labels.
        InputError: It labels an answer that the run does not have, or one answer in two ways.
    """
    from groundstop.evidence import read_bounded
    from groundstop.suites.labels import MAX_LABEL_BYTES, parse_labels

    given = parse_labels(read_bounded(file, most=MAX_LABEL_BYTES), source=str(file)).verdicts
    answers = {trial.answer_sha256 for trial in ledger.records() if isinstance(trial, Trial)}
    unknown = [digest for digest in given if digest not in answers]
    if unknown:
        raise InputError(
            f"{file} labels {len(unknown)} answers that run {run.id} does not have, "
            f"the first of them {unknown[0][:12]}...",
            f"Write a sheet of its answers with: groundstop runs answers {run.id}",
        )
    torn = [digest for digest, verdicts in given.items() if len(verdicts) > 1]
    if torn:
        raise InputError(
            f"{file} labels {len(torn)} answers in two ways, the first of them {torn[0][:12]}...",
            "Let the people who labelled agree, and keep one row for each answer",
        )
    return keep_labels(space, run, judge, {digest: verdict for digest, (verdict,) in given.items()})


def keep_labels(space: Workspace, run: RunRow, judge: Judge, given: dict[str, Verdict]) -> int:
    """Keep labels with those that the run has already; a later one of the same answer takes its place.

    Returns:
        How many answers are labelled now.
    """
    from groundstop.evidence import PRIVATE, write_whole
    from groundstop.suites.labels import read_labels

    folder, name = labels_folder(space, run.id), labels_name(judge)
    kept = {digest: min(one) for digest, one in read_labels(folder, name).verdicts.items()}
    sheet = io.StringIO()
    writer = csv.writer(sheet)
    writer.writerow(["answer_sha256", "verdict"])
    writer.writerows(sorted((kept | given).items()))
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_whole(folder / name, sheet.getvalue().encode(), mode=PRIVATE)
    return len(kept | given)


def check_terminal() -> None:
    """Check that there is a terminal to ask at.

    Raises:
        InputError: There is none.
    """
    if not sys.stdin.isatty():
        raise InputError(
            "--confirm asks at a terminal, and there is none", "Give a file of labels with --labels instead"
        )


def ask_for_labels(ledger: SqliteLedger, console: Console) -> tuple[dict[str, Verdict], bool]:
    """Show each answer that awaits a label, and ask what it is; stop at "q".

    Args:
        ledger: The run's trials.
        console: A terminal, on standard error.

    Returns:
        The labels given, and whether the person wants to stop.

    """
    given: dict[str, Verdict] = {}
    waiting = _waiting(ledger)
    for number, (digest, (asked, answered)) in enumerate(waiting.items(), start=1):
        console.rule(f"{number} of {len(waiting)}")
        for title, text in (("Asked", asked), ("Answered", answered)):
            console.print(f"{title}:\n{_shown(text)}\n", markup=False, highlight=False)
        said = click.prompt(
            "Does it break the requirement? v: violated, h: held, u: cannot tell, s: skip, q: stop",
            type=click.Choice([*_ASKED, "s", "q"]),
            show_choices=False,
            err=True,
        )
        if said == "q":
            return given, True
        if said in _ASKED:
            given[digest] = _ASKED[said]
    return given, False


def _waiting(ledger: SqliteLedger) -> dict[str, tuple[str, str]]:
    """Return what was asked and answered where a label is awaited, each answer once."""
    from groundstop.suites.judging import AWAITING_LABEL, LABELLED

    found: dict[str, tuple[str, str]] = {}
    labelled = set()
    for trial, asked, answered in ledger.transcripts():
        if answered is None or trial.answer_sha256 is None:
            continue
        if trial.reason in AWAITING_LABEL:
            found[trial.answer_sha256] = (asked, answered)
        elif trial.reason in LABELLED:
            labelled.add(trial.answer_sha256)
    return {digest: said for digest, said in found.items() if digest not in labelled}


def _shown(text: str) -> str:
    """Return a text without what could move the terminal's cursor; line breaks stay."""
    from groundstop.reports.words import plain

    return "\n".join(plain(line) for line in text.splitlines())
