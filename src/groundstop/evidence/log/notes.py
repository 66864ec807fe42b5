"""Signed notes: a text, and lines by which keys sign it.

The form is that of C2SP signed-note and of Go's ``sumdb/note``.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass, replace

from groundstop.evidence.log.errors import FormError, VerificationError
from groundstop.evidence.log.keys import (
    KEY_ID_BYTES,
    KeyKind,
    Signer,
    VerifierKey,
    decode_base64,
    is_key_name,
)

MAX_NOTE_BYTES = 1_000_000
"""Largest note that is read."""

MAX_SIGNATURES = 100
"""Most signature lines that are read; the specification asks for at least 16."""

_MARK = "— "


@dataclass(frozen=True)
class NoteSignature:
    """One signature line: who signed, and what follows the key id."""

    name: str
    key_id: bytes
    signature: bytes

    def is_by(self, key: VerifierKey) -> bool:
        """Tell whether the line says that it is by this key; whether it holds is another question."""
        return (self.name, self.key_id) == (key.name, key.key_id)

    def __str__(self) -> str:
        return f"{_MARK}{self.name} {base64.b64encode(self.key_id + self.signature).decode()}\n"


@dataclass(frozen=True)
class Note:
    """A text with its signature lines, by known and unknown keys alike.

    Args:
        text: The text, its final newline included.
        signatures: The lines, in order.
    """

    text: str
    signatures: tuple[NoteSignature, ...]

    def to_bytes(self) -> bytes:
        """Return the note as it is stored and sent."""
        return (self.text + "\n" + "".join(map(str, self.signatures))).encode()

    def with_signature(self, signature: NoteSignature) -> Note:
        """Return the note with one more line; an earlier line by the same key gives way to it."""
        others = (
            line for line in self.signatures if (line.name, line.key_id) != (signature.name, signature.key_id)
        )
        return replace(self, signatures=(*others, signature))


def parse_note(data: bytes, *, source: str) -> Note:
    """Read a note. Nothing is verified, and nothing in it may be relied on yet.

    Args:
        data: The note's bytes.
        source: Where they came from, for the error message.

    Returns:
        The note; its bytes are exactly the ones given.

    Raises:
        FormError: It is too large, not UTF-8, holds control characters, has no or a malformed signature line,
            or two lines by one key.

    Source: C2SP signed-note, "Format".
    """
    if len(data) > MAX_NOTE_BYTES:
        raise _not_a_note(source, f"it holds more than {MAX_NOTE_BYTES:,} bytes")
    try:
        whole = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise _not_a_note(source, f"it is not UTF-8 text (byte {error.start})") from error
    if any(character < " " and character != "\n" for character in whole):
        raise _not_a_note(source, "it holds control characters")
    text, blank, lines = whole.rpartition("\n\n")
    if not blank or not lines.endswith("\n"):
        raise _not_a_note(source, "it does not end with a blank line and signature lines")
    signatures = tuple(_parse_line(line, source) for line in lines[:-1].split("\n"))
    if len(signatures) > MAX_SIGNATURES:
        raise _not_a_note(source, f"it has more than {MAX_SIGNATURES} signature lines")
    if len({(line.name, line.key_id) for line in signatures}) < len(signatures):
        raise _not_a_note(source, "two of its signature lines are by the same key")
    return Note(text + "\n", signatures)


def verify_note(note: Note, keys: Sequence[VerifierKey], *, source: str) -> tuple[VerifierKey, ...]:
    """Check the signatures of a note. Lines by other keys are ignored.

    Args:
        note: The note.
        keys: The keys that are trusted to sign it.
        source: Where it came from, for the error message.

    Returns:
        The keys whose signatures hold; at least one.

    Raises:
        VerificationError: A line by one of the keys does not hold, or there is none.

    Source: C2SP signed-note, "Signatures".
    """
    signed = []
    for key in keys:
        for line in note.signatures:
            if key.kind is KeyKind.ED25519 and line.is_by(key):
                key.check(line.signature, note.text.encode())
                signed.append(key)
    if not signed:
        names = ", ".join(sorted({key.name for key in keys})) or "any given key"
        raise VerificationError(
            f"{source} is not signed by {names}", "Check that it is the text and the key that you meant"
        )
    return tuple(signed)


def sign_note(text: str, *signers: Signer) -> Note:
    """Sign a text.

    Args:
        text: The text; it ends with a newline.
        signers: Who signs.

    Returns:
        The signed note.

    Raises:
        FormError: The text cannot stand in a note.
        VerificationError: What a signer returned is not its key's signature.
    """
    note = Note(text, tuple(_signature(text, signer) for signer in signers))
    parse_note(note.to_bytes(), source="The text to sign")
    return note


def _signature(text: str, signer: Signer) -> NoteSignature:
    key = signer.key()
    signature = signer.sign(text.encode())
    # A note signed with another key than the one named would be refused by everyone, and may be unrecallable.
    key.check(signature, text.encode())
    return NoteSignature(key.name, key.key_id, signature)


def _parse_line(line: str, source: str) -> NoteSignature:
    name, _, encoded = line.removeprefix(_MARK).partition(" ")
    data = decode_base64(encoded)
    if not line.startswith(_MARK) or not is_key_name(name) or data is None or len(data) <= KEY_ID_BYTES:
        raise _not_a_note(source, "a signature line is malformed")
    return NoteSignature(name, data[:KEY_ID_BYTES], data[KEY_ID_BYTES:])


def _not_a_note(source: str, why: str) -> FormError:
    return FormError(f"{source} is not a signed note: {why}", "Check that it is the file you meant")
