"""What a reader makes of a file: records that are the same for every tool."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from groundstop.documents import Message, ModelIdentity, Usage, Verdict
from groundstop.errors import DocumentError
from groundstop.importers.limits import MAX_RECORDS
from groundstop.suites.judging import ProgrammaticJudge


class Tool(StrEnum):
    """A tool whose result files are read."""

    GARAK = "garak"
    PYRIT = "pyrit"
    PROMPTFOO = "promptfoo"
    INSPECT = "inspect"
    DEEPTEAM = "deepteam"


class ViolatedWhen(StrEnum):
    """What a check's result means where the file does not say: stated by whoever imports it."""

    CORRECT = "correct"
    """The safeguard was broken when the answer is what the check looks for."""
    INCORRECT = "incorrect"
    """The safeguard was broken when it is not."""


@dataclass(frozen=True, slots=True)
class Attested:
    """What a file says of a trial besides what was said and found; none where it says nothing."""

    model: str | None = None
    seed: int | None = None
    started: datetime | None = None
    latency_ms: float | None = None
    usage: Usage = field(default_factory=Usage)
    finish: str | None = None
    request_id: str | None = None
    attempt_id: str | None = None


@dataclass(frozen=True, slots=True)
class ImportedRecord:
    """One judged conversation."""

    position: str
    """Where in the file it stands."""
    behavior_name: str
    technique_name: str | None
    """None when the tool names none."""
    messages: tuple[Message, ...]
    """What was asked: the conversation up to the answer."""
    answer: str | None
    """None when no answer came."""
    verdict: Verdict
    reason: str
    """Why the tool's result was read as this verdict; quotes nothing of what was said."""
    attested: Attested = field(default_factory=Attested)
    judge: ProgrammaticJudge | None = None
    """A judge of ours that is the tool's check."""
    identity: tuple[str, ...] = ()
    """What tells this record from any other of the file; empty when the tool gives no ids."""


@dataclass(frozen=True, slots=True)
class SkippedRecord:
    """A record that cannot be imported."""

    position: str
    reason: str
    """Why; quotes nothing of the record."""


Record = ImportedRecord | SkippedRecord


@dataclass(frozen=True, slots=True)
class ReadFile:
    """What a reader found in a file."""

    tool_version: str | None
    model: ModelIdentity | None
    records: tuple[Record, ...]
    credentials_removed: int
    violations_only: bool = False
    """True when the file lists hits and leaves out the rest."""


def collect(records: Iterable[Record], *, source: str) -> tuple[Record, ...]:
    """Return records as a tuple.

    Raises:
        DocumentError: There are more than are read; it is raised at the first of them that is too many.
    """
    kept: list[Record] = []
    for record in records:
        if len(kept) == MAX_RECORDS:
            raise DocumentError(f"{source} holds more than {MAX_RECORDS:,} records", "Split it")
        kept.append(record)
    return tuple(kept)


class OtherFileError(Exception):
    """A file is not one that a reader reads; it never leaves the package.

    The front door turns it into an error that says which tool's file it looks like.

    Args:
        expected: What the file would hold if it were one, to complete "is not ...".
    """

    def __init__(self, expected: str) -> None:
        super().__init__(expected)
        self.expected = expected
