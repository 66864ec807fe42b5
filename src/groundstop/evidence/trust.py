"""Whom the operator believes: a list of keys in a file, empty by default."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from pathlib import Path

from groundstop.documents import KeyCard, Revocation, TrustedKey, TrustList
from groundstop.errors import InputError
from groundstop.evidence.disk import read_bounded, write_whole
from groundstop.evidence.keys import ed25519_public, verifying_key

FILE_NAME = "groundstop-trust.json"
_MOST_BYTES = 4 * 1024 * 1024


class Standing(StrEnum):
    """What a trust list says of a key at a moment."""

    TRUSTED = "trusted"
    UNKNOWN = "not in the trust file"
    NOT_YET = "not valid yet"
    EXPIRED = "expired"
    REVOKED = "revoked"


def standing(trust: TrustList, key_id: str, *, at: datetime) -> Standing:
    """Say how a key stood when something was signed with it.

    Args:
        trust: The operator's list.
        key_id: The key.
        at: When it is said to have signed.

    Returns:
        The standing. A revoked key is not believed for any date, since its holder can write an earlier one.
    """
    entry = entry_of(trust, key_id)
    if entry is None or entry.witness:
        return Standing.UNKNOWN
    if entry.revoked is not None:
        return Standing.REVOKED
    if at < entry.card.created:
        return Standing.NOT_YET
    if entry.card.expires is not None and at > entry.card.expires:
        return Standing.EXPIRED
    return Standing.TRUSTED


def entry_of(trust: TrustList, key_id: str) -> TrustedKey | None:
    """Return a key's entry in the list."""
    return next((entry for entry in trust.keys if entry.card.key_id == key_id), None)


def read_trust(path: Path) -> TrustList:
    """Read a trust file; one that is not there names nobody.

    Raises:
        InputError: It cannot be read.
        DocumentError: It is no trust list, or a key id in it is not its key's.
    """
    if not path.exists() and not path.is_symlink():
        return TrustList()
    trust = TrustList.parse(read_bounded(path, most=_MOST_BYTES), source=str(path))
    for entry in trust.keys:
        verifying_key(entry.card)
    return trust


def write_trust(path: Path, trust: TrustList) -> None:
    """Write a trust file.

    Raises:
        WorkspaceError: It cannot be written.
    """
    import json

    text = json.dumps(trust.to_json(), indent=2, ensure_ascii=False) + "\n"
    write_whole(path, text.encode("utf-8"))


def with_key(trust: TrustList, card: KeyCard, *, witness: bool) -> TrustList:
    """Return the list with a key added.

    Raises:
        InputError: The name or the key stands in it already, or was revoked; or a witness' key is not an
            Ed25519 key.
    """
    if witness:
        ed25519_public(card)
    for entry in trust.keys:
        if entry.card == card and entry.revoked is not None:
            raise InputError(
                f"The key of {card.name} was revoked: {entry.revoked.reason}", "Ask its owner for a new one"
            )
        if entry.card == card and entry.witness is witness:
            return trust
        if card.name == entry.card.name or card.key_id == entry.card.key_id:
            raise InputError(
                f"The trust file has a key {entry.card.name} with id {entry.card.key_id[:16]} already",
                "Ask the owner which key is right; remove the old entry before adding another of its name",
            )
    return TrustList(keys=(*trust.keys, TrustedKey(card=card, witness=witness)))


def without_belief(trust: TrustList, name: str, *, at: datetime, reason: str) -> TrustList:
    """Return the list with a key revoked. One that is revoked already stays so from the earlier moment.

    Raises:
        InputError: No key of this name is in it.
    """
    if all(entry.card.name != name for entry in trust.keys):
        raise InputError(f"The trust file has no key {name!r}", "See them with: groundstop key show")
    revoked = Revocation(at=at, reason=reason)
    return TrustList(
        keys=tuple(
            entry.model_copy(update={"revoked": entry.revoked or revoked})
            if entry.card.name == name
            else entry
            for entry in trust.keys
        )
    )
