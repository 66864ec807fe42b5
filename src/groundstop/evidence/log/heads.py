"""Remembering the last checkpoint seen of each log, so that one that goes backwards or forks is noticed."""

from __future__ import annotations

import hashlib
from enum import StrEnum
from pathlib import Path

from groundstop.evidence.log import disk
from groundstop.evidence.log.checkpoint import SignedCheckpoint, parse_checkpoint
from groundstop.evidence.log.errors import FormError, HeadAlarmError, LogError, VerificationError
from groundstop.evidence.log.proofs import verify_consistency
from groundstop.evidence.log.reader import LogReader


class Remembered(StrEnum):
    """What became of a checkpoint that was to be remembered."""

    FIRST = "first"
    """Nothing had been seen of that log before."""
    SAME = "same"
    """It has what it had when it was last seen."""
    NEWER = "newer"
    """It was added to, and is remembered as it is now."""


class SeenHeads:
    """The last checkpoints seen, a file for each log.

    A file holds the signed checkpoint itself, so that after an alarm there are two signatures to show. It is
    trusted as the user's own, and not verified again: a log may have got another key since.

    Args:
        folder: Where the files are; made, readable by its owner only, when the first one is written.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, origin: str) -> Path:
        """Return the file of a log. Its name is a digest, since an origin can be any text."""
        return self.folder / f"{hashlib.sha256(origin.encode()).hexdigest()}.checkpoint"

    def last(self, origin: str) -> SignedCheckpoint | None:
        """Return what was last seen of a log; none when nothing was.

        Raises:
            LogError: The file cannot be read, or is not what was written there.
        """
        path = self.path(origin)
        data = disk.read_file(path)
        if data is None:
            return None
        try:
            signed = parse_checkpoint(data, source=str(path))
        except FormError as error:
            raise self._spoilt(path, origin) from error
        if signed.checkpoint.origin != origin:
            raise self._spoilt(path, origin)
        return signed

    def remember(self, reader: LogReader) -> Remembered:
        """Compare a log with what was last seen of it, and remember it as it is now.

        Args:
            reader: The log, opened with its verifier keys.

        Returns:
            What became of it.

        Raises:
            HeadAlarmError: It has fewer entries than it had, or does not continue what was seen. What is
                remembered stays as it was.
            DamagedLogError: Its tiles are missing or damaged, so that nothing can be compared.
            LogError: What was last seen cannot be read or written, or another program is writing it.
        """
        origin = reader.checkpoint.origin
        try:
            disk.make_folders(self.folder, mode=0o700)
            with disk.locked(self.folder):
                last = self.last(origin)
                if last is not None:
                    _compare(last, reader)
                    if last.checkpoint.size == reader.size:
                        return Remembered.SAME
                self._write(self.path(origin), reader.signed.note.to_bytes())
        except OSError as error:
            raise LogError(
                f"What was seen of the log {origin} cannot be kept in {self.folder}: {error.strerror}",
                "Check the permissions and the space on the disk",
            ) from error
        return Remembered.FIRST if last is None else Remembered.NEWER

    def _write(self, path: Path, data: bytes) -> None:
        new = path.with_suffix(".new")
        disk.write_durably(self.folder, {new.name: data}, mode=0o600)
        disk.put_in_place([(new, path)])

    def _spoilt(self, path: Path, origin: str) -> LogError:
        return LogError(
            f"{path} is not what was seen of the log {origin}",
            "Restore it from a backup, or remove it and compare the log with somebody else's copy",
        )


def _compare(last: SignedCheckpoint, reader: LogReader) -> None:
    seen, now = last.checkpoint, reader.checkpoint
    if now.size < seen.size:
        raise HeadAlarmError(
            f"The log {seen.origin} went backwards: it had {seen.size:,} entries and now has {now.size:,}",
            "Keep both checkpoints, and ask whoever keeps the log what was removed",
        )
    proof = reader.consistency_proof(seen.size)
    try:
        verify_consistency(seen.size, now.size, proof, seen.root, now.root)
    except VerificationError as error:
        raise HeadAlarmError(
            f"The log {seen.origin} forked: it does not continue the {seen.size:,} entries that were seen",
            "Keep both checkpoints, and ask whoever keeps the log which of the two it stands by",
        ) from error
