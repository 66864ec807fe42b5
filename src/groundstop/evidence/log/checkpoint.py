"""Checkpoints: a log's origin, size and tree head as a note that the log signs."""

from __future__ import annotations

import base64
import re
from collections.abc import Sequence
from dataclasses import dataclass

from groundstop.evidence.log.errors import FormError, VerificationError
from groundstop.evidence.log.keys import Signer, VerifierKey, decode_base64
from groundstop.evidence.log.merkle import HASH_BYTES
from groundstop.evidence.log.notes import Note, parse_note, sign_note, verify_note

MAX_SIZE = 2**63 - 1
"""Most entries that a log may have."""

_SIZE = re.compile(r"0|[1-9][0-9]{0,18}")


@dataclass(frozen=True)
class Checkpoint:
    """The head of a log at one size.

    Args:
        origin: The log's unique name.
        size: Number of entries.
        root: The tree's head, 32 bytes.
        extensions: Further lines, which mean nothing here and are kept.

    Raises:
        FormError: A part has another form.

    Source: C2SP tlog-checkpoint.
    """

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        lines = (self.origin, *self.extensions)
        if not all(lines) or any(character < " " for line in lines for character in line):
            raise _not_a_checkpoint("The checkpoint", "its lines may not be empty or hold control characters")
        if not 0 <= self.size <= MAX_SIZE or len(self.root) != HASH_BYTES:
            raise _not_a_checkpoint("The checkpoint", "its size or its root hash is out of range")

    @property
    def text(self) -> str:
        """The note's text, its final newline included."""
        lines = (self.origin, str(self.size), base64.b64encode(self.root).decode(), *self.extensions)
        return "".join(f"{line}\n" for line in lines)

    @classmethod
    def parse(cls, text: str, *, source: str) -> Checkpoint:
        """Read a note's text as a checkpoint.

        Raises:
            FormError: It has another form.
        """
        lines = text.removesuffix("\n").split("\n")
        if len(lines) < 3:
            raise _not_a_checkpoint(source, "it needs an origin, a size and a root hash, a line each")
        origin, size, root, *extensions = lines
        decoded = decode_base64(root)
        if not _SIZE.fullmatch(size) or int(size) > MAX_SIZE or decoded is None or len(decoded) != HASH_BYTES:
            raise _not_a_checkpoint(source, "its size or its root hash is malformed")
        if not all(lines):
            raise _not_a_checkpoint(source, "one of its lines is empty")
        return cls(origin, int(size), decoded, tuple(extensions))


@dataclass(frozen=True)
class SignedCheckpoint:
    """A checkpoint, and the note it came in with all its signature lines."""

    checkpoint: Checkpoint
    note: Note


def parse_checkpoint(data: bytes, *, source: str) -> SignedCheckpoint:
    """Read a checkpoint without verifying it.

    Raises:
        FormError: It is not a note, or the note is not a checkpoint.
    """
    note = parse_note(data, source=source)
    return SignedCheckpoint(Checkpoint.parse(note.text, source=source), note)


def open_checkpoint(data: bytes, keys: Sequence[VerifierKey], *, source: str) -> SignedCheckpoint:
    """Read a checkpoint and verify the log's own signature.

    Args:
        data: The checkpoint's bytes.
        keys: Keys of logs that are trusted. Only one whose name is the checkpoint's origin counts, so that no
            log can sign for another.
        source: Where the bytes came from, for the error message.

    Raises:
        FormError: It is not a checkpoint.
        VerificationError: It is not signed by its log.

    Source: C2SP tlog-checkpoint, "Signatures".
    """
    signed = parse_checkpoint(data, source=source)
    own = [key for key in keys if key.name == signed.checkpoint.origin]
    if not own:
        raise VerificationError(
            f"{source} is of the log {signed.checkpoint.origin[:100]!r}, whose key was not given",
            "Give that log's verifier key, or check that it is the log you meant",
        )
    verify_note(signed.note, own, source=source)
    return signed


def sign_checkpoint(checkpoint: Checkpoint, signer: Signer) -> SignedCheckpoint:
    """Sign a checkpoint for its log.

    Raises:
        FormError: The signer's name is not the checkpoint's origin, or cannot be a key's name.
        VerificationError: What the signer returned is not its key's signature.
    """
    if signer.name != checkpoint.origin:
        raise FormError(
            f"The signer {signer.name!r} cannot sign for the log {checkpoint.origin!r}",
            "Sign with the log's own name",
        )
    return SignedCheckpoint(checkpoint, sign_note(checkpoint.text, signer))


def _not_a_checkpoint(source: str, why: str) -> FormError:
    return FormError(f"{source} is not a log's checkpoint: {why}", "Check that it is the file you meant")
