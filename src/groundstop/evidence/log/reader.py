"""Reading a log from whatever holds its files: a folder, the members of a zip, a store of blobs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache

from groundstop.evidence.log.checkpoint import Checkpoint, SignedCheckpoint, open_checkpoint
from groundstop.evidence.log.entry import Entry
from groundstop.evidence.log.errors import DamagedLogError, LogError, VerificationError
from groundstop.evidence.log.keys import VerifierKey
from groundstop.evidence.log.merkle import (
    consistency_proof,
    head_at,
    inclusion_proof,
    leaf_hashes,
    tree_head,
)
from groundstop.evidence.log.proofs import verify_inclusion
from groundstop.evidence.log.stored import CHECKPOINT, Read, StoredHashes, load_bundle
from groundstop.evidence.log.tiles import WIDTH, TilePath, width_at


class LogReader:
    """A log as it stands at one signed checkpoint; entries appended later are not seen.

    Entries are returned only after they were checked against the checkpoint. Proofs are made from what is
    stored, and are for whoever gets them to check.

    Args:
        read: Gives the log's files.
        signed: The checkpoint.
    """

    def __init__(self, read: Read, signed: SignedCheckpoint) -> None:
        self._read = read
        self.signed = signed
        self._hashes = StoredHashes(read, self.size)
        self._bundle = lru_cache(8)(self._checked_bundle)

    @classmethod
    def open(cls, read: Read, keys: Sequence[VerifierKey]) -> LogReader:
        """Read a log's newest checkpoint and verify its signature.

        Args:
            read: Gives the log's files.
            keys: The verifier keys of logs that are trusted.

        Raises:
            DamagedLogError: There is no checkpoint.
            FormError: It has another form.
            VerificationError: It is not signed by its log.
        """
        data = read(CHECKPOINT)
        if data is None:
            raise DamagedLogError(
                "The log has no checkpoint", "Check that it is a log, or restore it from a copy"
            )
        return cls(read, open_checkpoint(data, keys, source="The log's checkpoint"))

    @property
    def checkpoint(self) -> Checkpoint:
        """Origin, size and head."""
        return self.signed.checkpoint

    @property
    def size(self) -> int:
        """Number of entries."""
        return self.checkpoint.size

    def entry(self, index: int) -> Entry:
        """Return an entry.

        Raises:
            LogError: There is no such entry.
            DamagedLogError: It is not what the checkpoint was signed over.
            FormError: It was logged in another form than this program's.
        """
        return Entry.parse(self.entry_bytes(index), source=f"Entry {index}")

    def entry_bytes(self, index: int) -> bytes:
        """Return an entry as it is stored; see :meth:`entry`."""
        if not 0 <= index < self.size:
            raise LogError(
                f"The log of {self.size:,} entries has no entry {index:,}", "Ask for one that it has"
            )
        bundle, place = divmod(index, WIDTH)
        return self._bundle(bundle)[place]

    def entries(self, start: int = 0, stop: int | None = None) -> Iterator[Entry]:
        """Yield entries in order, up to but not including ``stop``; see :meth:`entry`."""
        for index in range(start, self.size if stop is None else min(stop, self.size)):
            yield self.entry(index)

    def root(self, size: int) -> bytes:
        """Return the head that the log had, or says it had, at an earlier size.

        Raises:
            LogError: The log has fewer entries.
            DamagedLogError: A tile is missing or damaged.
        """
        self._within(size)
        return head_at(size, self._hashes)

    def inclusion_proof(self, index: int, size: int | None = None) -> tuple[bytes, ...]:
        """Return the proof that an entry is in the log at a size, its present one by default.

        Raises:
            LogError: There is no such entry or no such size.
            DamagedLogError: A tile is missing or damaged.
        """
        return inclusion_proof(index, self._within(size), self._hashes)

    def consistency_proof(self, old_size: int, size: int | None = None) -> tuple[bytes, ...]:
        """Return the proof that the log at a size, its present one by default, continues an older one.

        Raises:
            LogError: There are no such sizes.
            DamagedLogError: A tile is missing or damaged.
        """
        return consistency_proof(old_size, self._within(size), self._hashes)

    def _within(self, size: int | None) -> int:
        if size is None:
            return self.size
        if not 0 <= size <= self.size:
            raise LogError(f"The log has {self.size:,} entries, not {size:,}", "Ask for a size that it had")
        return size

    def _checked_bundle(self, index: int) -> tuple[bytes, ...]:
        path = TilePath(None, index, width_at(self.size, None, index))
        entries = load_bundle(self._read, path)
        # Seen from above, bundles are the leaves of a smaller tree with the same head. A proof for a bundle's
        # first entry ends with the proof for the bundle.
        bundles = -(-self.size // WIDTH)
        proof = self.inclusion_proof(index * WIDTH)
        height = (path.width - 1).bit_length()
        try:
            verify_inclusion(
                index,
                bundles,
                tree_head(leaf_hashes(entries)),
                proof[height:],
                self.checkpoint.root,
            )
        except VerificationError as error:
            raise DamagedLogError(
                f"{path}, or a tile above it, is not what the checkpoint was signed over",
                "Audit the log to see what was changed, and restore it from a copy",
            ) from error
        return entries
