"""Who a party is, kept by another party that can tell."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence

from groundstop.cases.files import CaseFile
from groundstop.cases.state import CaseState
from groundstop.documents.cases import AttachedKind, WithheldIdentity
from groundstop.errors import GroundstopError, InputError
from groundstop.evidence import OwnKey
from groundstop.evidence.age import encrypt

LONGEST_IDENTITY = 500
_SALT_BYTES = 32
_MOST_BYTES = 4096


def withheld_identity(
    identity: str, holder: str, recipients: Sequence[str], salt: bytes
) -> tuple[WithheldIdentity, bytes]:
    """Commit to an identity, and encrypt it to those that may tell it.

    Args:
        identity: Who the party is.
        holder: The party that keeps it.
        recipients: The age recipients of the holder and of the party itself.
        salt: 32 random bytes.

    Returns:
        What is told in the case, and the encrypted file that is attached.
    """
    opening = salt + identity.encode("utf-8")
    commitment = hashlib.sha256(opening).hexdigest()
    return WithheldIdentity(commitment=commitment, held_by=holder), encrypt(opening, list(recipients))


def opened_identity(case: CaseFile, state: CaseState, party: str, key: OwnKey) -> tuple[str, str]:
    """Open a withheld identity.

    Args:
        case: The case.
        state: Its state.
        party: Whose identity.
        key: Of the party itself, or of whoever keeps it.

    Returns:
        The salt in hexadecimal, and the identity.

    Raises:
        InputError: No identity of that party is withheld, or this key does not open it.
    """
    found = state.party(party)
    if found is None or found.withheld is None:
        raise InputError(f"No identity of {party!r} is withheld in {state.id}", "See: groundstop case show")
    for entry in state.entries:
        for one in state.attached(entry, AttachedKind.ESCROW):
            data = case.file(one.sha256)
            if data is None or len(data) > _MOST_BYTES:
                continue
            try:
                opening = key.identity.unseal(data)
            except GroundstopError:
                continue
            if hmac.compare_digest(hashlib.sha256(opening).hexdigest(), found.withheld.commitment):
                return _opened(opening, party)
    raise InputError(
        f"The key {key.card.name} does not open who {party} is",
        f"Ask {found.withheld.held_by}, which keeps it",
    )


def _opened(opening: bytes, party: str) -> tuple[str, str]:
    salt, identity = opening[:_SALT_BYTES], opening[_SALT_BYTES:]
    try:
        text = identity.decode("utf-8")
    except UnicodeDecodeError:
        text = ""
    if len(salt) < _SALT_BYTES or not 0 < len(text) <= LONGEST_IDENTITY:
        raise InputError(
            f"What is kept of {party} is no salt and identity that a case can tell", "Ask the party itself"
        )
    return salt.hex(), text
