"""The transparency log: what was logged, in this order, with nothing removed, provable to those who doubt it.

Its files are those of C2SP's tiled logs. No key and no logged document is ever held here.
"""

from groundstop.evidence.log.auditing import Head, Known, audit
from groundstop.evidence.log.checkpoint import (
    Checkpoint,
    SignedCheckpoint,
    open_checkpoint,
    parse_checkpoint,
    sign_checkpoint,
)
from groundstop.evidence.log.cosignature import cosign, witness_time
from groundstop.evidence.log.disk import file_names, folder_files
from groundstop.evidence.log.entry import Entry, NewEntry
from groundstop.evidence.log.errors import (
    ClockError,
    DamagedLogError,
    FormError,
    HeadAlarmError,
    LogError,
    VerificationError,
)
from groundstop.evidence.log.faults import Fault, FaultKind
from groundstop.evidence.log.heads import Remembered, SeenHeads
from groundstop.evidence.log.keys import KeyKind, Signer, VerifierKey
from groundstop.evidence.log.merkle import leaf_hash
from groundstop.evidence.log.notes import Note, NoteSignature, parse_note, sign_note, verify_note
from groundstop.evidence.log.proofs import verify_consistency, verify_inclusion
from groundstop.evidence.log.reader import LogReader
from groundstop.evidence.log.stored import Read
from groundstop.evidence.log.tiles import TilePath, tile_paths
from groundstop.evidence.log.writer import Appended, LogWriter

__all__ = [
    "Appended",
    "Checkpoint",
    "ClockError",
    "DamagedLogError",
    "Entry",
    "Fault",
    "FaultKind",
    "FormError",
    "Head",
    "HeadAlarmError",
    "KeyKind",
    "Known",
    "LogError",
    "LogReader",
    "LogWriter",
    "NewEntry",
    "Note",
    "NoteSignature",
    "Read",
    "Remembered",
    "SeenHeads",
    "SignedCheckpoint",
    "Signer",
    "TilePath",
    "VerificationError",
    "VerifierKey",
    "audit",
    "cosign",
    "file_names",
    "folder_files",
    "leaf_hash",
    "open_checkpoint",
    "parse_checkpoint",
    "parse_note",
    "sign_checkpoint",
    "sign_note",
    "tile_paths",
    "verify_consistency",
    "verify_inclusion",
    "verify_note",
    "witness_time",
]
