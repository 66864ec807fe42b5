"""How much is kept of one authority, and what of it, when somebody fills the room. Pure.

What the quorum has signed has a room of its own, so that a stolen key of one never keeps a denial of the
authority out.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Mapping
from enum import Enum, auto
from typing import NamedTuple

from groundstop.documents.directives import Charter
from groundstop.errors import GroundstopError
from groundstop.evidence.statements import read_signed, signers_of

MOST_ENVELOPE_BYTES = 128 * 1024 * 1024
"""As many bytes of envelopes as are kept of one authority beside those of its quorum, and as many of those.
One stolen key must not fill the disk."""
_URGENT_PART = 4
"""One in so many of these bytes is for what urgent keys have signed alone."""


class Within(NamedTuple):
    """What is kept."""

    envelopes: dict[str, bytes]
    """By their digests; those that were known before, first."""
    refused: tuple[str, ...]
    """Digests of the new ones for which there is no room."""


class _Weight(Enum):
    """What an envelope counts for under a charter."""

    QUORUM = auto()
    """The quorum has signed what it says, in this envelope or in several."""
    URGENT = auto()
    OTHER = auto()
    """Too few have signed it, and it waits for more."""
    FORMER = auto()
    """None of the present keys has: it counts for nothing, unless a key comes back."""


def keep_within(
    known: Mapping[str, bytes],
    new: Mapping[str, bytes],
    charter: Charter,
    *,
    most: int = MOST_ENVELOPE_BYTES,
) -> Within:
    """Put new envelopes beside those that are known, as far as there is room.

    Nothing that counts, or may come to count, is ever dropped for something new. Only what no present key has
    signed makes room.

    Args:
        known: Envelopes that are kept, by their digests.
        new: Others, each signed by one of the charter's keys.
        charter: The authority's present one.
        most: How many bytes are kept.
    """
    together = {**known, **new}
    if sum(map(len, together.values())) <= most // _URGENT_PART:
        # Nearly always: no signature has to be looked at again.
        return Within(together, ())
    weights, refused = _weights(together, charter), []
    kept = dict(known)
    former = [digest for digest in known if weights[digest] is _Weight.FORMER]
    rooms = {
        _Weight.QUORUM: most,
        _Weight.URGENT: most // _URGENT_PART,
        _Weight.OTHER: most - most // _URGENT_PART,
    }
    for digest, envelope in known.items():
        rooms[_room_of(weights[digest])] -= len(envelope)
    for digest, envelope in new.items():
        room = _room_of(weights[digest])
        while room is _Weight.OTHER and rooms[room] < len(envelope) and former:
            rooms[room] += len(kept.pop(former.pop(0)))
        if len(envelope) <= rooms[room]:
            kept[digest] = envelope
            rooms[room] -= len(envelope)
        else:
            refused.append(digest)
    return Within(kept, tuple(refused))


def _room_of(weight: _Weight) -> _Weight:
    return _Weight.OTHER if weight is _Weight.FORMER else weight


def _weights(envelopes: Mapping[str, bytes], charter: Charter) -> dict[str, _Weight]:
    read = {digest: _signed_by(envelope, charter) for digest, envelope in envelopes.items()}
    signers = defaultdict[bytes, set[str]](set)
    # The quorum's own words in ever new envelopes, with other signatures beside them, say nothing new.
    adds = set()
    for digest, (said, keys) in read.items():
        if keys - signers[said]:
            adds.add(digest)
            signers[said] |= keys
    full = {said for said, keys in signers.items() if len(keys) >= charter.quorum}
    return {
        digest: _Weight.QUORUM if said in full and digest in adds else _weight(keys, charter)
        for digest, (said, keys) in read.items()
    }


def _weight(keys: set[str], charter: Charter) -> _Weight:
    if keys & set(charter.urgent):
        return _Weight.URGENT
    return _Weight.OTHER if keys else _Weight.FORMER


def _signed_by(envelope: bytes, charter: Charter) -> tuple[bytes, set[str]]:
    """Return the digest of what an envelope says, and the ids of the charter's keys that have signed it."""
    from securesystemslib.exceptions import VerificationError

    try:
        signed = read_signed(envelope, source="An envelope")
        said = hashlib.sha256(signed.payload).digest()
    except GroundstopError:
        return hashlib.sha256(envelope).digest(), set()
    try:
        return said, {card.key_id for card in signers_of(signed, charter.keys)}
    except (GroundstopError, VerificationError):
        return said, set()
