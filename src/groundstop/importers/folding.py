"""From the records of a file to its documents; a pure function of what was read."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple, get_args

from groundstop import __version__
from groundstop.documents import Usage, Verdict, canonical_bytes
from groundstop.documents.imports import (
    AttestedField,
    Import,
    ImportedClass,
    ImportedTrial,
    SkipCount,
    VerdictCounts,
)
from groundstop.errors import DocumentError
from groundstop.importers.agreement import common_judge
from groundstop.importers.chats import NO_PROMPT
from groundstop.importers.fields import is_unicode
from groundstop.importers.naming import identifier, shown
from groundstop.importers.records import ImportedRecord, ReadFile, SkippedRecord, Tool, ViolatedWhen

TWICE = "the same record stands in the file before"
NAMELESS = "what was checked has no name"
NOT_UNICODE = "a text is not valid Unicode"


class ImportedConversation(NamedTuple):
    """A trial with what was said in it."""

    trial: ImportedTrial
    asked: str
    """The canonical JSON of the messages, as for trials of our own."""
    answered: str | None


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What came of a file."""

    document: Import
    conversations: tuple[ImportedConversation, ...]
    """In the order of the file."""


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file as it goes on record."""

    name: str
    sha256: str
    size: int


@dataclass
class _Class:
    """The records of one behavior asked for by one technique, so far."""

    records: list[ImportedRecord] = field(default_factory=list)


def fold(
    read: ReadFile, source: SourceFile, *, tool: Tool, violated_when: ViolatedWhen | None, now: datetime
) -> ImportResult:
    """Make the documents of a file.

    Args:
        read: What its reader found.
        source: The file.
        tool: Whose file it is.
        violated_when: What was stated of checks whose meaning is not in the file.
        now: The time, for the record.

    Returns:
        The import, and its trials in the order of the file. Each record is imported or counted as skipped.

    Raises:
        DocumentError: There are no records.
    """
    if not read.records:
        raise DocumentError(f"{source.name} holds no results", "Check that the run was finished")
    skipped: Counter[str] = Counter()
    classes: dict[tuple[str, str | None], _Class] = {}
    seen: set[tuple[str, ...]] = set()
    conversations = []
    for record in read.records:
        problem = _problem(record, seen)
        if problem is not None or isinstance(record, SkippedRecord):
            skipped[problem or ""] += 1
            continue
        seen.add(record.identity)
        group = classes.setdefault((record.behavior_name, record.technique_name), _Class())
        conversations.append(_conversation(record, source, index=len(group.records)))
        group.records.append(record)
    made = tuple(_class(group.records) for group in classes.values())
    document = Import(
        created=now,
        software=f"groundstop {__version__}",
        tool=tool.value,
        tool_version=read.tool_version,
        file_name=source.name,
        file_sha256=source.sha256,
        file_bytes=source.size,
        records=len(read.records),
        counts=_counts(one.trial.verdict for one in conversations),
        skipped=tuple(SkipCount(reason=reason, count=skipped[reason]) for reason in sorted(skipped)),
        violations_only=read.violations_only,
        violated_when=None if violated_when is None else violated_when.value,
        model=read.model,
        not_attested=_not_attested([one.trial for one in conversations]),
        credentials_removed=read.credentials_removed,
        classes=tuple(sorted(made, key=lambda one: (one.behavior, one.technique))),
    )
    return ImportResult(document, tuple(conversations))


def _problem(record: ImportedRecord | SkippedRecord, seen: set[tuple[str, ...]]) -> str | None:
    if isinstance(record, SkippedRecord):
        return record.reason
    if record.identity and record.identity in seen:
        return TWICE
    if not record.messages:
        return NO_PROMPT
    if not shown(record.behavior_name):
        return NAMELESS
    texts = [message.content for message in record.messages]
    texts += [record.answer or "", record.behavior_name, record.technique_name or ""]
    return None if all(is_unicode(text) for text in texts) else NOT_UNICODE


def _conversation(record: ImportedRecord, source: SourceFile, *, index: int) -> ImportedConversation:
    asked = canonical_bytes(
        [{"role": message.role, "content": message.content} for message in record.messages]
    ).decode()
    attested = record.attested
    trial = ImportedTrial(
        import_file=source.sha256,
        position=record.position,
        behavior=identifier(record.behavior_name),
        technique=identifier(record.technique_name),
        index=index,
        verdict=record.verdict,
        reason=record.reason,
        request_sha256=_sha256(asked),
        answer_sha256=None if record.answer is None else _sha256(record.answer),
        model=attested.model,
        seed=attested.seed,
        started=attested.started,
        latency_ms=attested.latency_ms,
        usage=attested.usage,
        finish=attested.finish,
        request_id=attested.request_id,
        attempt_id=attested.attempt_id,
    )
    return ImportedConversation(trial, asked, record.answer)


def _class(records: Sequence[ImportedRecord]) -> ImportedClass:
    first = records[0]
    return ImportedClass(
        behavior=identifier(first.behavior_name),
        technique=identifier(first.technique_name),
        behavior_name=shown(first.behavior_name),
        technique_name=None if first.technique_name is None else shown(first.technique_name),
        counts=_counts(record.verdict for record in records),
        judge=common_judge(records),
    )


def _counts(verdicts: Iterable[Verdict]) -> VerdictCounts:
    counted = Counter(verdicts)
    return VerdictCounts(**{verdict.value: counted[verdict] for verdict in Verdict})


def _not_attested(trials: Sequence[ImportedTrial]) -> tuple[AttestedField, ...]:
    names: tuple[AttestedField, ...] = get_args(AttestedField)
    return tuple(name for name in names if all(getattr(one, name) in (None, Usage()) for one in trials))


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
