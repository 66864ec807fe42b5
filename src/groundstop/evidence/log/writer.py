"""Appending to a log in a folder, so that a kill or a full disk leaves it whole at every moment.

One append is one signed checkpoint, however many entries it has:

1. The new tiles and bundles are written into ``staged/`` and made durable.
2. The new checkpoint is signed, written there too and made durable. From here on the entries are logged.
3. The files are moved to their places, the checkpoint last.

What stops before 2 leaves only files in ``staged/``, which the next append throws away. What stops after it
is completed by the next one (:mod:`groundstop.evidence.log.resuming`), so that no checkpoint is ever signed
and then not kept to: a log that signs two different trees of one size has forked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from groundstop.evidence.log import disk, staging
from groundstop.evidence.log.checkpoint import (
    Checkpoint,
    SignedCheckpoint,
    open_checkpoint,
    sign_checkpoint,
)
from groundstop.evidence.log.cosigned import cosigned_file
from groundstop.evidence.log.entry import NewEntry, encode_entries
from groundstop.evidence.log.errors import (
    ClockError,
    LogError,
    VerificationError,
)
from groundstop.evidence.log.growth import grow
from groundstop.evidence.log.keys import Signer, VerifierKey
from groundstop.evidence.log.merkle import EMPTY_ROOT
from groundstop.evidence.log.resuming import checked_edge, open_own

_NOTHING_LOGGED = "Nothing was logged; see to the disk and try again"
_PERHAPS_LOGGED = "See to the disk, complete the append, and look for the entries before logging them again"


@dataclass(frozen=True)
class Appended:
    """What an append did.

    Args:
        signed: The log's checkpoint now.
        first: The place of the first new entry.
        logged: The moment that the new entries carry.
    """

    signed: SignedCheckpoint
    first: int
    logged: datetime


class LogWriter:
    """Appends to the log of one folder. Any number of writers may be open; one at a time appends.

    Args:
        folder: The log's folder.
        signer: Signs the log's checkpoints; its name is the log's origin.
        clock: Gives the present moment, with its zone.
    """

    def __init__(self, folder: Path, signer: Signer, *, clock: Callable[[], datetime]) -> None:
        self.folder = folder
        self._signer = signer
        self._clock = clock

    @classmethod
    def create(cls, folder: Path, signer: Signer, *, clock: Callable[[], datetime]) -> LogWriter:
        """Begin a log: a folder with the signed checkpoint of no entries.

        Raises:
            LogError: The folder holds something, or cannot be written.
        """
        signed = sign_checkpoint(Checkpoint(signer.name, 0, EMPTY_ROOT), signer)
        with _explained(folder, _NOTHING_LOGGED):
            disk.make_folders(folder)
            with disk.locked(folder):
                if any(path.name != staging.STAGED for path in folder.iterdir()):
                    raise LogError(f"{folder} is not empty", "Begin a log in a folder of its own")
                staging.prepare(folder)
                staging.commit(folder, signed.note.to_bytes())
                staging.finish(folder)
        return cls(folder, signer, clock=clock)

    def append(self, new: Sequence[NewEntry]) -> Appended:
        """Log entries under one checkpoint.

        Args:
            new: What to log, in order. Many at once cost little more than one.

        Returns:
            The new checkpoint, once everything is on the disk.

        Raises:
            ClockError: The clock is before the last entry's time.
            DamagedLogError: The log's right edge is not what its checkpoint was signed over. Earlier entries
                are not looked at; that is what an audit does.
            FormError: A new entry, or the checkpoint, has another form.
            LogError: There is no log, it is another one, another program is appending, or the disk does not
                take the files; the hint says whether anything may have been logged.
            VerificationError: The checkpoint is not signed with this log's key, or the signer signs with
                another key than its own.
        """
        with self._locked():
            reader = open_own(self.folder, self._signer)
            edge, last = checked_edge(self.folder, reader)
            logged = self._clock()
            if not new:
                return Appended(reader.signed, reader.size, logged)
            encoded = encode_entries(new, logged)
            if last is not None and logged < last:
                raise ClockError(
                    f"The clock jumped back: it says {logged:%Y-%m-%d %H:%M:%S %Z}, "
                    f"and the last entry was logged at {last:%Y-%m-%d %H:%M:%S %Z}",
                    "Set the clock; nothing was logged",
                )
            growth = grow(edge, encoded)
            signed = self._put(
                growth.files, Checkpoint(self._signer.name, growth.edge.size, growth.edge.root())
            )
            staging.drop_partial(self.folder, edge.size, growth.edge.size)
            return Appended(signed, edge.size, logged)

    def complete(self) -> SignedCheckpoint:
        """Complete what an interrupted append left, if it had got as far as its checkpoint.

        Returns:
            The log's checkpoint now.

        Raises:
            LogError: As for :meth:`append`.
        """
        with self._locked():
            return open_own(self.folder, self._signer).signed

    def keep_cosignature(self, note: bytes, witness: VerifierKey) -> str:
        """Keep a checkpoint of this log that a witness cosigned, now or earlier.

        Args:
            note: The checkpoint with the witness' line.
            witness: The witness' key.

        Returns:
            The path of the file in the log.

        Raises:
            VerificationError: It is not signed by this log and this witness, or the log never had that head.
            LogError: As for :meth:`append`.
        """
        with self._locked():
            reader = open_own(self.folder, self._signer)
            key = self._signer.key()
            signed = open_checkpoint(note, [key], source="The cosigned checkpoint")
            if reader.root(signed.checkpoint.size) != signed.checkpoint.root:
                raise VerificationError(
                    f"The log in {self.folder} never had the head that {witness.name} cosigned",
                    "Keep both: together they show that the log forked",
                )
            path, data = cosigned_file(signed, witness, key)
            with _explained(self.folder, "See to the disk and try again"):
                staging.prepare(self.folder)
                staging.stage(self.folder, {path: data})
                staging.place(self.folder)
            return path

    @contextmanager
    def _locked(self) -> Iterator[None]:
        with disk.locked(self.folder), _explained(self.folder, _NOTHING_LOGGED):
            yield

    def _put(self, files: dict[str, bytes], checkpoint: Checkpoint) -> SignedCheckpoint:
        staging.prepare(self.folder)
        staging.stage(self.folder, files)
        signed = sign_checkpoint(checkpoint, self._signer)
        with _explained(self.folder, _PERHAPS_LOGGED):
            staging.commit(self.folder, signed.note.to_bytes())
            staging.finish(self.folder)
        return signed


@contextmanager
def _explained(folder: Path, hint: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise LogError(
            f"The log in {folder} cannot be written: {error.strerror or 'unknown cause'}", hint
        ) from error
