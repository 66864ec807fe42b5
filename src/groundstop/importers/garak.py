"""garak's ``*.report.jsonl`` and ``*.hitlog.jsonl``.

A detector's score is high when it found what must not be there, so a score at or above the run's threshold
is ``violated`` and one below it ``held``; no score is ``undetermined``. There is one record for each output
of an attempt and each detector that judged it. garak writes every attempt twice: once when it was answered
(status 1) and once when it was judged (status 2). Only the second is a result.

A threshold is in a report only when it was a whole number: garak leaves numbers with a point out of the
setup that it writes down. Without one garak's default is taken, and the hits that garak itself counted have
to agree with it; where they do not, the class is undetermined.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from groundstop.documents import ModelIdentity
from groundstop.importers.fields import count, mapping, number, text, word
from groundstop.importers.garak_attempts import read_attempt, read_hit
from groundstop.importers.garak_scores import Counted, check_against_counts
from groundstop.importers.json_text import json_lines
from groundstop.importers.records import (
    OtherFileError,
    ReadFile,
    Record,
    SkippedRecord,
    collect,
)
from groundstop.importers.versions import check_version

KNOWN = ("0.14", "0.15", "0.16", "0.17")
"""Releases whose layout is read."""

DUPLICATE = "an attempt that is written again once it is judged (status 1)"
NEVER_JUDGED = "an attempt that was never judged (status 1 alone)"

_JUDGED = 2


@dataclass
class _Report:
    """What was gathered of a file so far."""

    version: str | None = None
    threshold: float | None = None
    targets: set[ModelIdentity] = field(default_factory=set)
    recognised: int = 0
    hitlog: bool = False
    credentials: int = 0
    judged: set[str] = field(default_factory=set)
    unjudged: list[tuple[int, str]] = field(default_factory=list)
    counted: dict[tuple[str, str], Counted] = field(default_factory=dict)
    """What garak counted itself, by probe and detector."""

    @property
    def target(self) -> ModelIdentity | None:
        """The model, when the file names one and no other."""
        return next(iter(self.targets)) if len(self.targets) == 1 else None


def read_garak(data: bytes, *, source: str) -> ReadFile:
    """Read a report or a hitlog.

    Args:
        data: The file.
        source: Its name, for error messages.

    Returns:
        Its records. Of a hitlog there are violations only: garak lists nothing else there.

    Raises:
        DocumentError: A release that is not known, or too many lines or records.
        OtherFileError: No line is one of garak's.

    Source: garak 0.14.0 to 0.17.1, ``attempt.py``, ``command.py`` and ``evaluators/base.py``.
    """
    report = _Report()
    found = collect(_records(data, report, source=source), source=source)
    if not report.recognised:
        raise OtherFileError("a report or a hitlog of garak")
    return ReadFile(
        tool_version=report.version,
        model=report.target,
        records=found if report.threshold is not None else check_against_counts(found, report.counted),
        credentials_removed=report.credentials,
        violations_only=report.hitlog,
    )


def _records(data: bytes, report: _Report, *, source: str) -> Iterator[Record]:
    for line in json_lines(data, source=source):
        report.credentials += line.credentials
        position = f"line {line.number}"
        if line.problem is not None:
            yield SkippedRecord(position, line.problem)
            continue
        entry = text(line.value, "entry_type")
        if entry is not None:
            report.recognised += 1
            yield from _entry(entry, line.value, line.number, report, source=source)
        elif {"attempt_id", "probe", "detector", "output"} <= mapping(line.value).keys():
            report.recognised += 1
            report.hitlog = True
            kind, _, name = (word(line.value, "generator") or "").partition(" ")
            target = _add_target(report, kind, name)
            yield read_hit(line.value, position, model=None if target is None else target.name)
        else:
            yield SkippedRecord(position, "a line that is none of garak's")
    for number_of_line, uuid in report.unjudged:
        reason = DUPLICATE if uuid in report.judged else NEVER_JUDGED
        yield SkippedRecord(f"line {number_of_line}", reason)


def _entry(entry: str, value: Any, line: int, report: _Report, *, source: str) -> Iterator[Record]:
    if entry in ("init", "start_run setup"):
        report.version = word(value, "garak_version") or word(value, "_config.version") or report.version
        check_version(report.version, KNOWN, source=source, what="garak")
        if entry == "start_run setup":
            report.threshold = number(value, "run.eval_threshold")
            _add_target(report, word(value, "plugins.target_type"), word(value, "plugins.target_name"))
    elif entry == "eval":
        key = (text(value, "probe") or "", (text(value, "detector") or "").removeprefix("detector."))
        counted = Counted(hits=count(value, "fails") or 0, passed=count(value, "passed") or 0)
        report.counted[key] = report.counted.get(key, Counted()) + counted
    elif entry == "attempt":
        uuid = word(value, "uuid") or ""
        if count(value, "status") != _JUDGED:
            report.unjudged.append((line, uuid))
            return
        report.judged.add(uuid)
        model = None if report.target is None else report.target.name
        yield from read_attempt(value, f"line {line}", threshold=report.threshold, model=model)


def _add_target(report: _Report, kind: str | None, name: str | None) -> ModelIdentity | None:
    if not kind or not name:
        return None
    target = ModelIdentity(provider=kind, name=name)
    report.targets.add(target)
    return target
