"""Keys that sign notes: who signs, with which public key, for which kind of signature.

No private key is handled here: a signer is a function from bytes to an Ed25519 signature.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from groundstop.evidence.log.errors import FormError, VerificationError

KEY_ID_BYTES = 4
PUBLIC_KEY_BYTES = 32


class KeyKind(IntEnum):
    """What a key's signatures say; the signature type byte of C2SP signed-note."""

    ED25519 = 0x01
    """The note's text."""
    COSIGNATURE = 0x04
    """A time, and a checkpoint that a witness saw at that time."""


@dataclass(frozen=True)
class VerifierKey:
    """A public key with the name it signs under.

    Args:
        name: Without spaces and plus signs; an address without its scheme is usual.
        public_key: 32 bytes, Ed25519.
        kind: What its signatures say.

    Raises:
        FormError: The name or the key has another form.

    Source: C2SP signed-note, "Verifier keys".
    """

    name: str
    public_key: bytes
    kind: KeyKind = KeyKind.ED25519

    def __post_init__(self) -> None:
        if not is_key_name(self.name):
            raise FormError(
                f"{self.name[:100]!r} cannot be the name of a key",
                "Use a name without spaces, plus signs and control characters",
            )
        if len(self.public_key) != PUBLIC_KEY_BYTES:
            raise FormError(
                f"The public key of {self.name} has {len(self.public_key)} bytes, not {PUBLIC_KEY_BYTES}",
                "Give the raw Ed25519 key",
            )

    @cached_property
    def key_id(self) -> bytes:
        """The first four bytes of a hash over name, kind and key."""
        return sha256(self.name.encode() + b"\n" + bytes([self.kind]) + self.public_key).digest()[
            :KEY_ID_BYTES
        ]

    def __str__(self) -> str:
        material = base64.b64encode(bytes([self.kind]) + self.public_key).decode()
        return f"{self.name}+{self.key_id.hex()}+{material}"

    @classmethod
    def parse(cls, text: str) -> VerifierKey:
        """Read the text form ``name+key id+base64``.

        Raises:
            FormError: The text has another form, its key id is not that of its key, or its kind is not known.
        """
        name, _, rest = text.partition("+")
        key_id, _, encoded = rest.partition("+")
        material = decode_base64(encoded)
        if material is None or len(material) != 1 + PUBLIC_KEY_BYTES:
            raise _not_a_key(text, "it is not of the form name+key id+key")
        if material[0] not in tuple(KeyKind):
            raise _not_a_key(text, f"its kind 0x{material[0]:02x} is not known")
        key = cls(name, material[1:], KeyKind(material[0]))
        if key_id != key.key_id.hex():
            raise _not_a_key(text, "its key id is not that of its name and key")
        return key

    def check(self, signature: bytes, message: bytes) -> None:
        """Check a bare Ed25519 signature.

        Raises:
            VerificationError: It is not this key's signature of the message.

        Source: RFC 8032.
        """
        try:
            Ed25519PublicKey.from_public_bytes(self.public_key).verify(signature, message)
        except (InvalidSignature, ValueError) as error:
            raise VerificationError(
                f"A signature by {self.name} does not hold",
                "Do not rely on the text; get it again from where it came from",
            ) from error


@dataclass(frozen=True)
class Signer:
    """A name, its public key, and the function that signs for it.

    Args:
        name: The name to sign under; a log's is its origin.
        public_key: 32 bytes, Ed25519.
        sign: Returns the Ed25519 signature of bytes.
    """

    name: str
    public_key: bytes
    sign: Callable[[bytes], bytes]

    def key(self, kind: KeyKind = KeyKind.ED25519) -> VerifierKey:
        """Return the key that verifies what this signer signs."""
        return VerifierKey(self.name, self.public_key, kind)


def is_key_name(name: str) -> bool:
    """Tell whether a text may stand as a key's name in a note."""
    # U+FFFD and lone surrogates would not survive being written as UTF-8 and read again.
    return bool(name) and not any(
        character.isspace() or character == "+" or character < " " or "\ud800" <= character <= "\udfff"
        for character in name
    )


def decode_base64(text: str) -> bytes | None:
    """Decode standard base64; none unless the text is the one and only encoding of what it says."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    return data if base64.b64encode(data).decode() == text else None


def _not_a_key(text: str, why: str) -> FormError:
    return FormError(f"{text[:100]!r} is not a verifier key: {why}", "Ask the key's owner for the whole line")
