"""Opening one's own log for appending: completing what was interrupted, and checking what is appended to."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from groundstop.evidence.log import staging
from groundstop.evidence.log.checkpoint import SignedCheckpoint, open_checkpoint, parse_checkpoint
from groundstop.evidence.log.disk import folder_files
from groundstop.evidence.log.errors import DamagedLogError, FormError, LogError, VerificationError
from groundstop.evidence.log.growth import Edge, read_edge
from groundstop.evidence.log.keys import Signer
from groundstop.evidence.log.proofs import verify_consistency
from groundstop.evidence.log.reader import LogReader
from groundstop.evidence.log.stored import CHECKPOINT


def open_own(folder: Path, signer: Signer) -> LogReader:
    """Open a log at its newest checkpoint, completing an append that was interrupted.

    Args:
        folder: The log's folder; the caller holds it locked.
        signer: The log's own.

    Raises:
        LogError: There is no log, or it is another one.
        FormError: The checkpoint has another form.
        VerificationError: The checkpoint is not signed with the log's key.
        DamagedLogError: The interrupted append cannot be completed.
    """
    reader = _open(folder, signer)
    waiting = _waiting(folder, signer)
    if waiting is None or waiting.checkpoint.size <= reader.size:
        return reader
    _check_continues(folder, reader, waiting)
    staging.resume(folder, reader.size, waiting.checkpoint.size)
    staging.drop_partial(folder, reader.size, waiting.checkpoint.size)
    return _open(folder, signer)


def checked_edge(folder: Path, reader: LogReader) -> tuple[Edge, datetime | None]:
    """Read and check the right edge of a log.

    Args:
        folder: The log's folder.
        reader: The log.

    Returns:
        The edge, and when the last entry was logged; none when there is no entry.

    Raises:
        DamagedLogError: The edge is not what the checkpoint was signed over.
    """
    edge = read_edge(folder_files(folder), reader.size)
    if edge.root() != reader.checkpoint.root:
        raise DamagedLogError(
            f"The last tiles of the log in {folder} are not what its checkpoint was signed over",
            "Audit the log, and restore it from a copy",
        )
    return edge, reader.entry(reader.size - 1).logged if reader.size else None


def _open(folder: Path, signer: Signer) -> LogReader:
    read = folder_files(folder)
    data = read(CHECKPOINT)
    if data is None:
        raise LogError(f"There is no log in {folder}", "Begin one, or restore it from a copy")
    found = parse_checkpoint(data, source=f"The checkpoint in {folder}").checkpoint
    if found.origin != signer.name:
        raise LogError(
            f"The log in {folder} is {found.origin!r}, not {signer.name!r}",
            "Append to it with its own key and origin",
        )
    return LogReader.open(read, [signer.key()])


def _check_continues(folder: Path, reader: LogReader, waiting: SignedCheckpoint) -> None:
    """Refuse to finish what a mix of two copies of a log could have left: it would make the log fork."""
    old, new = reader.checkpoint, waiting.checkpoint
    proof = LogReader(staging.overlaid(folder), waiting).consistency_proof(old.size)
    try:
        verify_consistency(old.size, new.size, proof, old.root, new.root)
    except VerificationError as error:
        raise DamagedLogError(
            f"What is staged in {folder} does not continue the log", "Restore the whole folder from one copy"
        ) from error


def _waiting(folder: Path, signer: Signer) -> SignedCheckpoint | None:
    data = staging.committed(folder)
    if data is None:
        return None
    try:
        return open_checkpoint(data, [signer.key()], source="The staged checkpoint")
    except (FormError, VerificationError):
        # It was cut off while it was being written, so nobody can have relied on it.
        return None
