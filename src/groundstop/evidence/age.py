"""Encryption to named readers with age; any age program opens what is made here.

Source: age-encryption.org/v1, X25519 and SSH recipients.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from groundstop.errors import InputError, WorkspaceError
from groundstop.evidence.disk import read_bounded

if TYPE_CHECKING:
    import pyrage

_MOST_KEY_BYTES = 64 * 1024
_SSH = "-----BEGIN OPENSSH PRIVATE KEY-----"
HEADER = b"age-encryption.org/v1\n"
"""How every age file starts."""


@dataclass(frozen=True, slots=True)
class Identity:
    """A private age key: X25519, or an SSH key."""

    secret: pyrage.x25519.Identity | pyrage.ssh.Identity

    def __repr__(self) -> str:
        return "Identity(...)"

    def unseal(self, data: bytes) -> bytes:
        """Decrypt what was encrypted to this key.

        Raises:
            InputError: It was encrypted to other keys, or is damaged.
        """
        import pyrage

        try:
            opened: bytes = pyrage.decrypt(data, [self.secret])
        except pyrage.DecryptError as error:
            raise InputError(
                "Sealed content cannot be opened with this key",
                "Use the key that it was sealed to, or restore the content from a backup",
            ) from error
        return opened


def recipient_of(identity: Identity, text: str) -> str:
    """Return where to encrypt what an identity opens.

    Args:
        identity: The identity.
        text: Its file's text.
    """
    from pyrage import x25519

    if isinstance(identity.secret, x25519.Identity):
        return str(identity.secret.to_public())
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_ssh_private_key

    public = load_ssh_private_key(text.encode("ascii"), None).public_key()
    return public.public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode("ascii")


def new_identity_text() -> tuple[str, str]:
    """Make an X25519 identity.

    Returns:
        The identity file's text, as ``age-keygen`` writes it, and the public recipient.
    """
    from pyrage import x25519

    identity = x25519.Identity.generate()
    recipient = str(identity.to_public())
    return f"# public key: {recipient}\n{identity}\n", recipient


def read_identity(path: Path) -> tuple[Identity, str]:
    """Read a private age key from a file that only its owner can read.

    Args:
        path: An identity file as ``age-keygen`` writes it, or an OpenSSH private key without a passphrase.

    Returns:
        The identity, and its recipient.

    Raises:
        InputError: The file holds no such key, or a passphrase protects it.
        WorkspaceError: It is missing, cannot be read, or others can read it.
    """
    check_private(path)
    try:
        text = read_bounded(path, most=_MOST_KEY_BYTES).decode("ascii")
    except (InputError, UnicodeDecodeError) as error:
        raise WorkspaceError(f"The key {path} cannot be read", "Restore it from a backup") from error
    identity = parse_identity(text, source=f"The key {path}")
    return identity, recipient_of(identity, text)


def parse_identity(text: str, *, source: str) -> Identity:
    """Read a private age key from text; see :func:`read_identity`."""
    from pyrage import IdentityError, ssh, x25519

    try:
        if text.lstrip().startswith(_SSH):
            return Identity(ssh.Identity.from_buffer(text.encode("ascii")))
        lines = (line.strip() for line in text.splitlines())
        secret = next((line for line in lines if line.startswith("AGE-SECRET-KEY-1")), "")
        return Identity(x25519.Identity.from_str(secret))
    except IdentityError as error:
        raise InputError(
            f"{source} is not an age identity or an SSH key without a passphrase", "Restore it from a backup"
        ) from error


def check_private(path: Path) -> None:
    """Check that a private key is readable by its owner only.

    Raises:
        WorkspaceError: It is missing, or others can read it.
    """
    try:
        mode = path.stat().st_mode
    except OSError as error:
        raise WorkspaceError(f"The key {path} cannot be read", "Restore it from a backup") from error
    if mode & 0o077:
        raise WorkspaceError(f"The key {path} can be read by others", f"Run: chmod 600 {path}")


def encrypt(data: bytes, recipients: Sequence[str]) -> bytes:
    """Encrypt to some readers.

    Args:
        data: What is sealed.
        recipients: age X25519 recipients, or SSH public keys.

    Returns:
        A binary age file.

    Raises:
        InputError: A recipient is none.
    """
    import pyrage

    sealed: bytes = pyrage.encrypt(data, [_recipient(text) for text in recipients])
    return sealed


def _recipient(text: str) -> pyrage.x25519.Recipient | pyrage.ssh.Recipient:
    from pyrage import RecipientError, ssh, x25519

    try:
        return ssh.Recipient.from_str(text) if text.startswith("ssh-") else x25519.Recipient.from_str(text)
    except RecipientError as error:
        raise InputError(
            f"{text[:24]}... is no age recipient", "Give one that starts with age1, ssh-ed25519 or ssh-rsa"
        ) from error
