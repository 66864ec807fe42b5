"""The log proofs of a case: that a statement is in a party's log, for a stranger to check by hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from groundstop.cases.files import CaseFile
from groundstop.cases.sightings import kept_logs
from groundstop.documents import KeyCard


@dataclass(frozen=True, slots=True)
class LogHead:
    """A party's log as it is in a copy of the case."""

    keeper: str
    """The party's name."""
    origin: str
    size: int
    root: str
    """In hexadecimal."""
    checkpoint: str
    """The signed note that says so."""


@dataclass(frozen=True, slots=True)
class LogProof:
    """That one statement is in a log."""

    entry: str
    """The log's entry, as it is hashed."""
    root: str
    """The head that the proof is for, in hexadecimal."""
    path: tuple[str, ...]
    """The hashes of an RFC 6962 inclusion proof, in hexadecimal, from the leaf upwards."""


@dataclass(frozen=True, slots=True)
class LogProofs:
    """All heads and proofs of a copy of a case."""

    heads: tuple[LogHead, ...] = ()
    proofs: Mapping[tuple[str, str, int], LogProof] = field(default_factory=dict)
    """By the statement's envelope, the keeper's name, and the place in its log."""


def log_proofs(case: CaseFile, cards: Mapping[str, KeyCard]) -> LogProofs:
    """Return the proofs that a case's logs give.

    Args:
        case: The case.
        cards: The key cards of its parties, by key id.

    Source: RFC 6962, section 2.1.1; C2SP tlog-tiles.
    """
    heads: list[LogHead] = []
    proofs: dict[tuple[str, str, int], LogProof] = {}
    for log in kept_logs(case, cards):
        head = log.reader.checkpoint
        root = head.root.hex()
        note = log.files["checkpoint"].decode("utf-8")
        heads.append(LogHead(log.keeper.name, head.origin, head.size, root, note))
        for index, entry in enumerate(log.entries):
            path = tuple(one.hex() for one in log.reader.inclusion_proof(index))
            entry_text = entry.canonical().decode("ascii")
            proofs[entry.document, log.keeper.name, index] = LogProof(entry_text, root, path)
    return LogProofs(tuple(heads), proofs)
