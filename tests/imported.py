"""Another tool's trials, as an importer hands them to the workspace."""

from __future__ import annotations

from collections.abc import Iterator

from groundstop.documents import Verdict
from groundstop.documents.imports import Import, ImportedClass, ImportedTrial, VerdictCounts
from tests.samples import NOON

FILE = "1" * 64


def an_import(trials: int) -> Import:
    """Return the account of a file whose trials all held."""
    counts = VerdictCounts(held=trials)
    return Import(
        created=NOON,
        software="groundstop test",
        tool="garak",
        tool_version=None,
        file_name="report.jsonl",
        file_sha256=FILE,
        file_bytes=1,
        records=trials,
        counts=counts,
        model=None,
        not_attested=("model",),
        credentials_removed=0,
        classes=(
            ImportedClass(
                behavior="keep-secret",
                technique="list",
                behavior_name="detector",
                technique_name=None,
                counts=counts,
            ),
        ),
    )


def imported_trials(count: int) -> Iterator[tuple[ImportedTrial, str, str | None]]:
    """Yield the file's trials with what was said; every third was not answered."""
    for index in range(count):
        trial = ImportedTrial(
            import_file=FILE,
            position=f"line {index + 1}",
            behavior="keep-secret",
            technique="list",
            index=index,
            verdict=Verdict.HELD,
            reason="a test",
            request_sha256="0" * 64,
            answer_sha256=None,
        )
        yield trial, f"a peculiar request {index}", None if index % 3 == 2 else f"a peculiar answer {index}"
