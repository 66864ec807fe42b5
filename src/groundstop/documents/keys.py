"""Who signs and who can open: a party's public keys, and the operator's list of those it trusts."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field, model_validator

from groundstop.documents.base import Document, Identifier, Moment, Part, Sha256Hex


class PublicKey(Part):
    """A public signing key, in the form of the securesystemslib and TUF key formats."""

    keytype: str = Field(min_length=1, max_length=64)
    """Such as ``ed25519``."""
    scheme: str = Field(min_length=1, max_length=64)
    """Such as ``ed25519``."""
    public: str = Field(min_length=1, max_length=8192)
    """Hexadecimal for Ed25519, else PEM."""


class KeyCard(Document):
    """What a party gives to others: its public signing key, and where to encrypt what only it may read."""

    title: ClassVar[str] = "Key card"
    kind: Literal["key"] = "key"
    version: Literal[1] = 1
    name: Identifier
    """How the party calls itself; a name proves nothing, the key id does."""
    key_id: Sha256Hex
    public_key: PublicKey
    recipient: str = Field(pattern=r"^(age1[0-9a-z]+|ssh-(ed25519|rsa) [A-Za-z0-9+/=]+)$", max_length=4096)
    """An age recipient: X25519, or an SSH public key."""
    created: Moment
    expires: Moment | None = None
    """Statements dated later are not accepted; none for a key without an end."""

    @model_validator(mode="after")
    def _ordered(self) -> KeyCard:
        if self.expires is not None and self.expires <= self.created:
            raise ValueError("a key expires after it was created")
        return self


class Revocation(Part):
    """That a key is no longer to be believed, and from when."""

    at: Moment
    reason: str = Field(min_length=1, max_length=500)


class TrustedKey(Part):
    """A key in the operator's trust file."""

    card: KeyCard
    witness: bool = False
    """True for a log witness: its word counts for when a log was seen, and for nothing else."""
    revoked: Revocation | None = None


class TrustList(Document):
    """The keys that an operator believes; nobody is in it by default."""

    title: ClassVar[str] = "Trust list"
    kind: Literal["trust"] = "trust"
    version: Literal[1] = 1
    keys: tuple[TrustedKey, ...] = ()

    @model_validator(mode="after")
    def _once_each(self) -> TrustList:
        names = [entry.card.name for entry in self.keys]
        ids = [entry.card.key_id for entry in self.keys]
        if len(set(names)) != len(names) or len(set(ids)) != len(ids):
            raise ValueError("a name or a key stands in the list twice")
        return self
