"""A log of few entries as a mapping from paths to bytes, as it lies in a bundle."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from groundstop.errors import InputError
from groundstop.evidence.keys import OwnKey, ed25519_public
from groundstop.evidence.log.checkpoint import Checkpoint, sign_checkpoint
from groundstop.evidence.log.entry import NewEntry, encode_entries
from groundstop.evidence.log.errors import ClockError, VerificationError
from groundstop.evidence.log.growth import Edge, grow
from groundstop.evidence.log.keys import Signer
from groundstop.evidence.log.reader import LogReader
from groundstop.evidence.log.stored import CHECKPOINT


def log_signer(origin: str, key: OwnKey) -> Signer:
    """Return a key as the one that keeps a log.

    Raises:
        InputError: It is not an Ed25519 key.
    """
    return Signer(origin, ed25519_public(key.card), key.sign_bytes)


def with_entries(
    files: Mapping[str, bytes], new: Sequence[NewEntry], origin: str, key: OwnKey, *, now: datetime
) -> dict[str, bytes]:
    """Return a log with more entries, under a new checkpoint.

    Args:
        files: The log's files so far; none for a new log.
        new: What is logged.
        origin: The log's name.
        key: The key that keeps it.
        now: When it is logged.

    Returns:
        All files of the log. Earlier checkpoints that a witness cosigned stay in it.

    Raises:
        InputError: The key does not keep this log.
        ClockError: The clock is before the log's last entry.
        DamagedLogError: The log is not what its checkpoint was signed over.
    """
    signer = log_signer(origin, key)
    entries: list[bytes] = []
    kept = {name: data for name, data in files.items() if name.startswith("cosigned/")}
    if files:
        reader = _opened(files, signer, key)
        entries = [reader.entry_bytes(index) for index in range(reader.size)]
        last = reader.entry(reader.size - 1).logged
        if now < last:
            raise ClockError(
                f"The clock says {now:%Y-%m-%d %H:%M:%S}, and the last entry is of {last:%Y-%m-%d %H:%M:%S}",
                "Set the clock right, then try again",
            )
    growth = grow(Edge(), [*entries, *encode_entries(new, now)])
    head = sign_checkpoint(Checkpoint(origin, growth.edge.size, growth.edge.root()), signer)
    return {**kept, **growth.files, CHECKPOINT: head.note.to_bytes()}


def _opened(files: Mapping[str, bytes], signer: Signer, key: OwnKey) -> LogReader:
    try:
        return LogReader.open(files.get, [signer.key()])
    except VerificationError as error:
        raise InputError(
            f"The key {key.card.name} does not keep the log {signer.name}",
            "Use the key that the log was begun with; another party's statement is added by its holder",
        ) from error
