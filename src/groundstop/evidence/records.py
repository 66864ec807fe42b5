"""What a workspace signed and opened, in order: its documents and a log of them.

The folder holds ``documents/`` and ``log/``, as a bundle does, and is audited in the same way.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from groundstop.errors import GroundstopError, WorkspaceError
from groundstop.evidence.disk import PRIVATE, TEMPORARY, write_whole
from groundstop.evidence.keys import KeyFolder, OwnKey
from groundstop.evidence.log import ClockError, LogReader, LogWriter, NewEntry, Signer, folder_files
from groundstop.evidence.log.disk import locked
from groundstop.evidence.log.stored import CHECKPOINT
from groundstop.evidence.small_log import log_signer
from groundstop.evidence.statements import Signed, Statement, Subject, read_signed, sign

LOG_KEY = "workspace-log"
"""The name of the key that keeps a workspace's log; made when it is first needed."""

_ORIGIN = "groundstop.dev/workspaces/"


class Records:
    """The records of a workspace.

    Args:
        folder: Where they are; made when there is something to record.
        keys: The workspace's keys.
    """

    def __init__(self, folder: Path, keys: KeyFolder) -> None:
        self.folder = folder
        self._keys = keys

    def sign_and_enter(
        self, document: Statement, subjects: Sequence[Subject], key: OwnKey, *, now: datetime
    ) -> bytes:
        """Sign a document and put it on record.

        Args:
            document: What is said.
            subjects: What it is about.
            key: Who says it.
            now: The time.

        Returns:
            The envelope.

        Raises:
            InputError: The key has ended.
            WorkspaceError: It cannot be written.
            LogError: The log is damaged, the clock is before its last entry, or another program is at it.
        """
        signed = sign(document, subjects, [key])
        self.enter_signed(signed, now=now)
        return signed

    def enter_signed(self, signed: bytes, *, now: datetime) -> None:
        """Put a signed statement on record, with those that an interrupted program did not get to log.

        Raises:
            DocumentError: It is no signed statement.
            WorkspaceError: It cannot be written.
            LogError: See :meth:`sign_and_enter`.
        """
        read = read_signed(signed, source="A statement to be recorded")
        signer = self._log_signer(now)
        documents = self.folder / "documents"
        try:
            for folder in (self.folder, documents):
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise WorkspaceError(
                f"{self.folder} cannot be made: {error.strerror}", "Check permissions and free space"
            ) from error
        with locked(self.folder):
            for left_over in documents.glob(f"{TEMPORARY}*"):
                left_over.unlink(missing_ok=True)
            path = documents / _name_of(read)
            was_there = path.exists()
            # The document is written first: what the log speaks of is there, whenever the program is stopped.
            write_whole(path, signed, mode=PRIVATE)
            try:
                self._log_all(documents, signer, now)
            except ClockError:
                if not was_there:
                    path.unlink()
                raise

    def _log_all(self, documents: Path, signer: Signer, now: datetime) -> None:
        """Log the documents that are not in the log yet, in the order in which they were made."""
        writer = self._writer(signer, now)
        writer.complete()
        reader = LogReader.open(folder_files(writer.folder), [signer.key()])
        logged = {entry.document for entry in reader.entries()}
        waiting = [one for one in map(_read, sorted(documents.iterdir())) if one and one.digest not in logged]
        waiting.sort(key=lambda one: one.predicate.get("created", ""))
        writer.append([NewEntry(one.digest, one.predicate_type) for one in waiting])

    def _writer(self, signer: Signer, now: datetime) -> LogWriter:
        folder = self.folder / "log"
        if (folder / CHECKPOINT).exists():
            return LogWriter(folder, signer, clock=lambda: now)
        return LogWriter.create(folder, signer, clock=lambda: now)

    def _log_signer(self, now: datetime) -> Signer:
        if LOG_KEY not in self._keys.names():
            self._keys.new(LOG_KEY, created=now)
        key = self._keys.load(LOG_KEY)
        return log_signer(_ORIGIN + key.card.key_id[:16], key)


def _name_of(signed: Signed) -> str:
    return f"{signed.digest.removeprefix('sha256:')}.json"


def _read(path: Path) -> Signed | None:
    """Read a record; none where something else lies, which the audit tells."""
    try:
        read = read_signed(path.read_bytes(), source=path.name)
    except (GroundstopError, OSError):
        return None
    return read if path.name == _name_of(read) else None
