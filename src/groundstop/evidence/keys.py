"""A party's own keys, in files that only it can read, and the card it gives to others.

A key has three files in a folder: ``NAME.json``, the card; ``NAME.pem``, the private signing key; and
``NAME.age``, the identity that opens what is sealed to the card.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from groundstop.documents import KeyCard, PublicKey
from groundstop.errors import DocumentError, InputError, WorkspaceError
from groundstop.evidence.age import (
    Identity,
    check_private,
    new_identity_text,
    parse_identity,
    read_identity,
    recipient_of,
)
from groundstop.evidence.disk import PRIVATE, read_bounded, write_new

if TYPE_CHECKING:
    from securesystemslib.signer import Key, Signer

_MOST_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class OwnKey:
    """A key of one's own, ready to sign and to open."""

    card: KeyCard
    signer: Signer
    identity: Identity

    def __repr__(self) -> str:
        return f"OwnKey({self.card.name})"

    def sign_bytes(self, message: bytes) -> bytes:
        """Return a signature over some bytes."""
        return bytes.fromhex(self.signer.sign(message).signature)

    def check_valid(self, at: datetime) -> None:
        """Check that what this key signs at a moment will be accepted.

        Raises:
            InputError: The key has ended, or has not begun.
        """
        card = self.card
        if card.expires is not None and at > card.expires:
            raise InputError(
                f"The key {card.name} ended on {card.expires:%Y-%m-%d}, so nobody accepts what it signs now",
                f"Make one that opens the same: groundstop key new NAME --identity {card.name}.age",
            )
        if at < card.created:
            raise InputError(
                f"The key {card.name} was made at {card.created:%Y-%m-%d %H:%M:%S}, and the clock says "
                f"{at:%Y-%m-%d %H:%M:%S}",
                "Set the clock right, then try again",
            )


class KeyFolder:
    """The keys of a workspace.

    Args:
        folder: Where the files are; made when the first key is.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def new(
        self,
        name: str,
        *,
        created: datetime,
        expires: datetime | None = None,
        private_pem: bytes | None = None,
        identity_text: str | None = None,
    ) -> KeyCard:
        """Make a key, or bring one in. One that was begun and not finished is finished with its own files.

        Args:
            name: How the party calls itself.
            created: The time.
            expires: When the key ends; none for no end.
            private_pem: An existing private signing key in PEM; a fresh Ed25519 key when none.
            identity_text: An existing age identity or OpenSSH private key; a fresh X25519 one when none.

        Returns:
            The card.

        Raises:
            InputError: The name is taken, or a key that was given cannot be used.
            WorkspaceError: The files cannot be written.
        """
        if name in self.names():
            raise InputError(f"There is a key {name} already", "Choose another name; nothing was changed")
        if private_pem is None:
            private_pem = self._left(name, "pem") or _new_pem()
        signer = _signer(private_pem, source="The signing key")
        if identity_text is None:
            left = self._left(name, "age")
            identity_text = new_identity_text()[0] if left is None else left.decode("ascii", "replace")
        identity = parse_identity(identity_text, source="The identity")
        public = signer.public_key
        card = KeyCard.from_json(
            {
                "kind": "key",
                "version": 1,
                "name": name,
                "key_id": public.keyid,
                "public_key": PublicKey(
                    keytype=public.keytype, scheme=public.scheme, public=public.keyval["public"]
                ).to_json(),
                "recipient": recipient_of(identity, identity_text),
                "created": created.isoformat(),
                "expires": expires.isoformat() if expires else None,
            },
            source="The key's card",
        )
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise WorkspaceError(
                f"{self._folder} cannot be made: {error.strerror}", "Check the permissions of the folder"
            ) from error
        for ending, data in (("pem", private_pem), ("age", identity_text.encode("ascii"))):
            if self._left(name, ending) != data:
                write_new(self._path(name, ending), data, mode=PRIVATE)
        # The card comes last: a key without its card was not finished, and is not seen.
        write_new(self._path(name, "json"), card.canonical() + b"\n")
        return card

    def _left(self, name: str, ending: str) -> bytes | None:
        """Return a private file that was written before its key's making was interrupted."""
        path = self._path(name, ending)
        if path.parent != self._folder or not path.is_file() or self._path(name, "json").exists():
            return None
        check_private(path)
        return read_bounded(path, most=_MOST_BYTES)

    def load(self, name: str) -> OwnKey:
        """Return a key by name.

        Raises:
            InputError: There is no such key, or its files do not belong together.
            WorkspaceError: A private file can be read by others.
        """
        card = self.card(name)
        check_private(self._path(name, "pem"))
        pem = read_bounded(self._path(name, "pem"), most=_MOST_BYTES)
        signer = _signer(pem, source=f"The key {self._path(name, 'pem')}")
        identity, recipient = read_identity(self._path(name, "age"))
        if (signer.public_key.keyid, recipient) != (card.key_id, card.recipient):
            raise InputError(
                f"The card and the private keys of {name} do not belong together",
                "Restore all three from a backup",
            )
        return OwnKey(card, signer, identity)

    def card(self, name: str) -> KeyCard:
        """Return the card of a key.

        Raises:
            InputError: There is no such key.
        """
        if name not in self.names():
            known = ", ".join(self.names())
            raise InputError(
                f"There is no key {name!r} in {self._folder}",
                f"Use one of: {known}" if known else f"Make it with: groundstop key new {name}",
            )
        return read_card(self._path(name, "json"))

    def names(self) -> list[str]:
        """Return the names of the keys, in order."""
        return sorted(path.stem for path in self._folder.glob("*.json"))

    def _path(self, name: str, ending: str) -> Path:
        return self._folder / f"{name}.{ending}"


def read_card(path: Path) -> KeyCard:
    """Read a key card, and check that its key id is its key's.

    Raises:
        InputError: It cannot be read.
        DocumentError: It is no key card.
    """
    card = KeyCard.parse(read_bounded(path, most=_MOST_BYTES), source=str(path))
    verifying_key(card)
    return card


def verifying_key(card: KeyCard) -> Key:
    """Return the public key of a card, ready to verify with.

    Raises:
        DocumentError: The card's key id is not its key's, or the key is none, or is in another form than its
            one: a key with two spellings would have two ids, and pass for two parties.
    """
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.serialization import load_pem_public_key
    from securesystemslib.signer import SSlibKey

    said = card.public_key
    try:
        if said.keytype == "ed25519":
            public = Ed25519PublicKey.from_public_bytes(bytes.fromhex(said.public))
            key = SSlibKey.from_crypto(public)
        else:
            key = SSlibKey.from_crypto(load_pem_public_key(said.public.encode()))
    except (ValueError, UnsupportedAlgorithm) as error:
        raise DocumentError(
            f"The card of {card.name} holds no public key that can be used", "Ask its owner for the original"
        ) from error
    if (key.keytype, key.scheme, key.keyval["public"], key.keyid) != (
        said.keytype,
        said.scheme,
        said.public,
        card.key_id,
    ):
        raise DocumentError(
            f"The card of {card.name} has a key id that is not its key's", "Ask its owner for the original"
        )
    return key


def ed25519_public(card: KeyCard) -> bytes:
    """Return the 32 bytes of an Ed25519 public key, for the log's notes.

    Raises:
        InputError: The card's key is of another type.
    """
    try:
        raw = bytes.fromhex(card.public_key.public) if card.public_key.keytype == "ed25519" else b""
    except ValueError:
        raw = b""
    if len(raw) != 32:
        raise InputError(
            f"The key {card.name} is not an Ed25519 key, which a log needs", "Use another key for the log"
        )
    return raw


def public_pem(card: KeyCard) -> bytes:
    """Return the public signing key in PEM, for ``openssl``."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    if card.public_key.keytype != "ed25519":
        return card.public_key.public.encode("ascii")
    key = Ed25519PublicKey.from_public_bytes(ed25519_public(card))
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def _new_pem() -> bytes:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    key = Ed25519PrivateKey.generate()
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _signer(pem: bytes, *, source: str) -> Signer:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import load_pem_private_key
    from securesystemslib.exceptions import UnsupportedLibraryError
    from securesystemslib.signer import CryptoSigner

    try:
        return CryptoSigner(load_pem_private_key(pem, None))
    except (ValueError, TypeError, UnsupportedAlgorithm, UnsupportedLibraryError) as error:
        raise InputError(
            f"{source} is not a private key in PEM without a passphrase", "Give an Ed25519 key in PKCS #8"
        ) from error
