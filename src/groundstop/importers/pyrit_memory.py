"""PyRIT's tables as values: who said what in which conversation, to which target, and what was found."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from groundstop.documents import ModelIdentity
from groundstop.importers.credentials import remove_credentials
from groundstop.importers.fields import text, word
from groundstop.importers.json_text import UnreadableError, parse
from groundstop.importers.sqlite_tables import Cell, Tables

_ATTACKS = (
    "id", "conversation_id", "objective", "objective_sha256", "atomic_attack_identifier", "last_response_id",
    "last_score_id", "outcome", "pyrit_version",
)  # fmt: skip
_PIECES = (
    "id", "role", "conversation_id", "sequence", "timestamp", "prompt_metadata", "response_error",
    "original_value_data_type", "original_value", "converted_value_data_type", "converted_value",
)  # fmt: skip
_SCORES = (
    "id", "score_value", "score_type", "status", "scorer_class_identifier", "prompt_request_response_id",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Piece:
    """One message of a conversation, or a part of one."""

    conversation: str
    sequence: int
    turn: dict[str, Cell]
    """Its ``role``, ``type`` and ``content``."""
    written: str | None
    error: str | None
    metadata: str | None


@dataclass
class Memory:
    """What was read of a database."""

    attacks: list[dict[str, Cell]] = field(default_factory=list)
    scores: dict[str, dict[str, Cell]] = field(default_factory=dict)
    pieces: dict[str, Piece] = field(default_factory=dict)
    conversations: dict[str, list[Piece]] = field(default_factory=dict)
    targets: dict[str, ModelIdentity] = field(default_factory=dict)
    target_by_conversation: dict[str, str] = field(default_factory=dict)
    credentials: int = 0
    """How many were taken out."""
    _parsed: dict[str, Any] = field(default_factory=dict)

    def parsed(self, written: str | None) -> Any:
        """Return the value of a column that holds JSON; an empty object when it holds none."""
        if written is None:
            return {}
        if written not in self._parsed:
            try:
                self._parsed[written] = parse(written.encode()).value
            except UnreadableError:
                self._parsed[written] = {}
        return self._parsed[written]

    def target_of(self, conversation: str) -> ModelIdentity | None:
        """Return the model that a conversation was held with, where it is named."""
        return self.targets.get(self.target_by_conversation.get(conversation, ""))

    def targets_in_use(self) -> Iterator[ModelIdentity | None]:
        """Yield the model of each attack's conversation; none for one that is not named."""
        return (self.target_of(text(attack, "conversation_id") or "") for attack in self.attacks)


def load(tables: Tables) -> Memory:
    """Read the tables.

    Raises:
        DocumentError: A table or column is missing, or the file is damaged.
    """
    memory = Memory()
    memory.attacks = [_clean(row, memory) for row in tables.rows("AttackResultEntries", _ATTACKS)]
    for row in tables.rows("ScoreEntries", _SCORES):
        memory.scores[text(row, "id") or f"row {row['rowid']}"] = _clean(row, memory)
    for row in tables.rows("PromptMemoryEntries", _PIECES):
        _add_piece(_clean(row, memory), memory)
    for pieces in memory.conversations.values():
        pieces.sort(key=lambda piece: piece.sequence)
    for row in tables.rows("TargetIdentifiers", ("hash", "class_name", "model_name")):
        provider, name = word(row, "class_name"), word(_clean(row, memory), "model_name")
        if provider and name:
            memory.targets[str(row["hash"])] = ModelIdentity(provider=provider, name=name)
    for row in tables.rows("Conversations", ("conversation_id", "target_identifier_hash")):
        memory.target_by_conversation[str(row["conversation_id"])] = str(row["target_identifier_hash"])
    return memory


def _add_piece(row: dict[str, Cell], memory: Memory) -> None:
    sequence = row["sequence"]
    # Converters stand between the two ends: what was sent is the converted text, what came back the original.
    kept = "original_value" if row["role"] == "assistant" else "converted_value"
    piece = Piece(
        conversation=str(row["conversation_id"]),
        sequence=sequence if isinstance(sequence, int) else 0,
        turn={"role": row["role"], "type": row[f"{kept}_data_type"], "content": row[kept]},
        written=text(row, "timestamp"),
        error=text(row, "response_error"),
        metadata=text(row, "prompt_metadata"),
    )
    memory.pieces[str(row["id"])] = piece
    memory.conversations.setdefault(piece.conversation, []).append(piece)


def _clean(row: dict[str, Cell], memory: Memory) -> dict[str, Cell]:
    """Take the credentials out of a row."""
    for column, value in row.items():
        if isinstance(value, str):
            row[column], removed = remove_credentials(value)
            memory.credentials += removed
    return row
