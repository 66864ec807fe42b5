"""PyRIT's memory: a SQLite database.

There is one record for each attack result: ``success`` means that the attacker reached the objective, which
is ``violated``; ``failure`` is ``held``; ``undetermined`` and ``error`` are ``undetermined``. A true-or-false
score of the last answer that contradicts the outcome makes it ``undetermined`` too.

A score of an answer that belongs to no attack says only that its scorer found what it looks for. That may be
a refusal or a harm, so it is ``undetermined`` unless whoever imports the file states it; a scale without a
threshold always is.
"""

from __future__ import annotations

from collections.abc import Iterator

from groundstop.documents import ModelIdentity
from groundstop.errors import DocumentError
from groundstop.importers.fields import text, word
from groundstop.importers.pyrit_answers import end_of, with_id
from groundstop.importers.pyrit_memory import Memory, Piece, load
from groundstop.importers.pyrit_verdicts import (
    objective_name,
    read_outcome,
    read_score,
    scorer_name,
    technique_name,
)
from groundstop.importers.records import (
    ImportedRecord,
    OtherFileError,
    ReadFile,
    Record,
    SkippedRecord,
    ViolatedWhen,
    collect,
)
from groundstop.importers.sqlite_tables import MAGIC, Cell, open_tables
from groundstop.importers.versions import check_version

KNOWN = {"8d1e3f5a7b9c": "PyRIT 1.1"}
"""Migrations whose tables are read, and the releases that end with them."""

VERSION_TABLE = "pyrit_memory_alembic_version"
READ_TABLES = frozenset(
    {
        VERSION_TABLE,
        "AttackResultEntries",
        "Conversations",
        "PromptMemoryEntries",
        "ScoreEntries",
        "TargetIdentifiers",
    }
)


def read_pyrit(data: bytes, *, source: str, violated_when: ViolatedWhen | None = None) -> ReadFile:
    """Read a memory database.

    Args:
        data: The file.
        source: Its name, for error messages.
        violated_when: What a true score means that belongs to no attack.

    Returns:
        Its records.

    Raises:
        DocumentError: A database that is damaged or hostile, a migration that is not known, or too many
            records.
        OtherFileError: It is no database, or none of PyRIT's.

    Source: PyRIT 1.1.0, ``memory/memory_models.py`` and ``memory/alembic``.
    """
    if not data.startswith(MAGIC):
        raise OtherFileError("a memory database of PyRIT")
    with open_tables(data, READ_TABLES, source=source) as tables:
        kinds = tables.kinds()
        if VERSION_TABLE not in kinds:
            raise OtherFileError("a memory database of PyRIT")
        for name in sorted(READ_TABLES):
            if kinds.get(name) != "table":
                raise DocumentError(
                    f"{source} has no plain table {name}, as PyRIT writes it",
                    "Check that it is the file you meant",
                )
        _check_migration([row["version_num"] for row in tables.rows(VERSION_TABLE, ["version_num"])], source)
        memory = load(tables)
    records = collect(_records(memory, violated_when), source=source)
    return ReadFile(_release(memory), _model(memory), records, memory.credentials)


def _check_migration(found: list[Cell], source: str) -> None:
    for migration in found or ["none"]:
        stated = str(migration)
        check_version(
            f"{KNOWN[stated]} ({stated})" if stated in KNOWN else stated,
            tuple(f"{release} ({migration})" for migration, release in KNOWN.items()),
            source=source,
            what="PyRIT's schema",
        )


def _records(memory: Memory, violated_when: ViolatedWhen | None) -> Iterator[Record]:
    attacked = {text(attack, "conversation_id") for attack in memory.attacks}
    judging = {text(attack, "last_score_id") for attack in memory.attacks}
    for attack in memory.attacks:
        yield _attack(attack, memory)
    for identifier, score in memory.scores.items():
        position = f"ScoreEntries, row {score['rowid']}"
        piece = memory.pieces.get(text(score, "prompt_request_response_id") or "")
        if identifier in judging:
            continue
        if piece is None:
            yield SkippedRecord(position, "a score of nothing that is in the file")
        elif piece.conversation in attacked:
            yield SkippedRecord(position, "a score within an attack, which counts once")
        else:
            yield _bare_score(score, piece, position, memory, violated_when)


def _attack(attack: dict[str, Cell], memory: Memory) -> Record:
    position = f"AttackResultEntries, row {attack['rowid']}"
    last = memory.pieces.get(text(attack, "last_response_id") or "")
    end = end_of(memory.conversations.get(text(attack, "conversation_id") or "", []), last, memory)
    if end.asked.problem is not None:
        return SkippedRecord(position, end.asked.problem)
    identity = memory.parsed(text(attack, "atomic_attack_identifier"))
    score = memory.scores.get(text(attack, "last_score_id") or "")
    verdict, reason = read_outcome(attack, score, answered=end.answer is not None)
    return ImportedRecord(
        position=position,
        behavior_name=objective_name(attack, identity),
        technique_name=technique_name(identity),
        messages=end.asked.messages,
        answer=end.answer,
        verdict=verdict,
        reason=reason,
        attested=with_id(end.attested, word(attack, "id")),
    )


def _bare_score(
    score: dict[str, Cell], piece: Piece, position: str, memory: Memory, violated_when: ViolatedWhen | None
) -> Record:
    end = end_of(memory.conversations.get(piece.conversation, []), piece, memory)
    if end.asked.problem is not None:
        return SkippedRecord(position, end.asked.problem)
    verdict, reason = read_score(score, violated_when, answered=end.answer is not None)
    return ImportedRecord(
        position=position,
        behavior_name=scorer_name(memory.parsed(text(score, "scorer_class_identifier"))),
        technique_name=None,
        messages=end.asked.messages,
        answer=end.answer,
        verdict=verdict,
        reason=reason,
        attested=with_id(end.attested, word(score, "id")),
    )


def _release(memory: Memory) -> str | None:
    stated = {release for attack in memory.attacks if (release := word(attack, "pyrit_version"))}
    return stated.pop() if len(stated) == 1 else None


def _model(memory: Memory) -> ModelIdentity | None:
    used = set(memory.targets_in_use())
    return used.pop() if len(used) == 1 else None
