"""Cosignatures: a witness says when it saw a checkpoint, having checked that it continues the last one."""

from __future__ import annotations

from datetime import UTC, datetime

from groundstop.evidence.log.errors import FormError, VerificationError
from groundstop.evidence.log.keys import KeyKind, Signer, VerifierKey
from groundstop.evidence.log.notes import Note, NoteSignature

_TIME_BYTES = 8


def cosign(note: Note, witness: Signer, at: datetime) -> NoteSignature:
    """Make a witness' signature line for a checkpoint.

    The witness must have checked that the checkpoint continues every earlier one it cosigned of that log.

    Args:
        note: The checkpoint's note.
        witness: Who cosigns.
        at: When, with its zone; whole seconds are kept.

    Returns:
        The line; :meth:`~groundstop.evidence.log.notes.Note.with_signature` adds it to the note.

    Raises:
        FormError: The time is before 1970.
        VerificationError: What the signer returned is not its key's signature.

    Source: C2SP tlog-cosignature, Ed25519 (version 1).
    """
    seconds = int(at.timestamp() // 1)
    if seconds < 0:
        raise FormError("A cosignature cannot be from before 1970", "Set the witness' clock")
    key = witness.key(KeyKind.COSIGNATURE)
    message = _message(note.text, seconds)
    signature = witness.sign(message)
    key.check(signature, message)
    return NoteSignature(key.name, key.key_id, seconds.to_bytes(_TIME_BYTES, "big") + signature)


def witness_time(note: Note, witness: VerifierKey) -> datetime | None:
    """Return when a witness saw a checkpoint.

    Args:
        note: The checkpoint's note.
        witness: The witness' key, of the kind for cosignatures.

    Returns:
        The time in UTC, to whole seconds; none when this witness did not cosign it.

    Raises:
        FormError: The key is of another kind.
        VerificationError: There is a line by this witness that does not hold.

    Source: C2SP tlog-cosignature, Ed25519 (version 1).
    """
    if witness.kind is not KeyKind.COSIGNATURE:
        raise FormError(
            f"The key of {witness.name} is not one for cosignatures", "Give the witness' key of type 0x04"
        )
    line = next((line for line in note.signatures if line.is_by(witness)), None)
    if line is None:
        return None
    seconds = int.from_bytes(line.signature[:_TIME_BYTES], "big")
    witness.check(line.signature[_TIME_BYTES:], _message(note.text, seconds))
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise VerificationError(
            f"The time of the cosignature by {witness.name} is out of range",
            "Ask the witness what went wrong",
        ) from error


def _message(text: str, seconds: int) -> bytes:
    return f"cosignature/v1\ntime {seconds}\n{text}".encode()
