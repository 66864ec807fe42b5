"""Publishing what an authority says: checked as a gateway checks it, then put into the authority's set."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from groundstop.directives.orders import Orders, Published
from groundstop.directives.repository.changes import Change, Current, Outcome
from groundstop.directives.repository.disk import (
    locked,
    read_charter,
    read_current,
    read_set,
    read_staged,
)
from groundstop.directives.repository.layout import LIVES, MOST_SET_BYTES, Lives, Places, SetPath
from groundstop.directives.repository.roles import set_role
from groundstop.directives.repository.settling import again, settle
from groundstop.directives.signing import Said
from groundstop.documents.directives import (
    Charter,
    Directive,
    DirectiveSet,
    LicenceRevocation,
    Obeyed,
    Stop,
)
from groundstop.errors import DocumentError, InputError
from groundstop.evidence import OwnKey
from groundstop.evidence.statements import Signed, digest_of, read_signed, signers_of

if TYPE_CHECKING:
    from groundstop.directives.taking import Taken

Envelope = Mapping[str, Any]

_AHEAD = timedelta(hours=1)
"""How far in the future what is published may say that it was made: clocks differ."""


class Sets(NamedTuple):
    """What an authority has published."""

    charter: Charter
    orders: DirectiveSet
    urgent: DirectiveSet | None
    """None when no key of it may speak alone."""

    @property
    def envelopes(self) -> tuple[Envelope, ...]:
        """All its envelopes."""
        return (*self.orders.envelopes, *(self.urgent.envelopes if self.urgent else ()))

    def of(self, path: SetPath) -> DirectiveSet | None:
        """Return one of its two sets."""
        return self.orders if path is SetPath.ORDERS else self.urgent


def publish(
    folder: Path,
    envelope: bytes,
    keys: Sequence[OwnKey],
    *,
    now: datetime,
    via: SetPath | None = None,
    lives: Lives = LIVES,
) -> Outcome:
    """Publish an order, stop, licence, revocation or lift.

    Nothing is published that every gateway would refuse. What the quorum has signed goes into the
    authority's orders, whose metadata takes the quorum again; what one urgent key has signed goes into its
    urgent set, whose metadata takes one urgent key. When keys are missing, the change is staged, and whoever
    has another key calls this again with the same envelope.

    Args:
        folder: The repository's.
        envelope: The signed envelope, by its bytes.
        keys: Keys at hand: the authority's, and the online key, without which it waits for the next refresh.
        now: The time.
        via: The set it goes into; by who has signed it when none. An order of the quorum may go into the
            urgent set when only one urgent key is at hand for the metadata.
        lives: How long metadata lives.

    Returns:
        What became of it.

    Raises:
        InputError: It is no order of an authority of this repository, is published already, has too few
            signatures, has ended, is dated in the future, or would be refused by every gateway.
        DocumentError: It is malformed, or a signature is wrong; or the repository is damaged.
        WorkspaceError: The repository cannot be written, or another program is publishing.
    """
    now = now.astimezone(UTC)
    signed = read_signed(envelope, source="The envelope")
    said = said_by(signed)
    with locked(folder) as places:
        current = read_current(places)
        sets = read_sets(places, current, said.issuer)
        path = via or _path_for(signed, sets.charter)
        check_new(signed, sets, now=now)
        change = with_envelope(current, sets, path, signed, now=now, lives=lives)
        return settle(places, current, again(change, read_staged(places).changes), keys, now=now, lives=lives)


def said_by(signed: Signed) -> Said:
    """Return what an authority says in an envelope.

    Raises:
        InputError: It is a document of another kind.
        DocumentError: It is malformed.
    """
    try:
        document = signed.document()
    except (ArithmeticError, ValueError, RecursionError) as error:
        raise DocumentError(
            f"A {signed.predicate_type} holds a value that cannot be: {error}", "Correct it"
        ) from error
    if not isinstance(document, Said):
        raise InputError(
            f"A {signed.predicate_type} is not published by an authority",
            "Give an order, stop, licence, revocation or lift",
        )
    return document


def name_of(said: Said) -> str:
    """Return the kind and id of what an authority says."""
    match said:
        case LicenceRevocation():
            return f"revocation of {said.licence}"
        case Directive():
            return f"{said.kind} {said.id}, sequence {said.sequence}"
        case _:
            return f"{said.kind} {said.id}"


def read_sets(places: Places, current: Current, authority: str) -> Sets:
    """Return what an authority has published.

    Raises:
        InputError: The repository has no such authority.
        DocumentError: A file is damaged.
    """
    charter = read_charter(places, current, authority)
    found = [
        read_set(places, current.authorities[path.role(authority)], path.target(authority))
        for path in (SetPath.ORDERS, *((SetPath.URGENT,) if charter.urgent else ()))
    ]
    return Sets(charter, found[0], found[1] if len(found) > 1 else None)


def _path_for(signed: Signed, charter: Charter) -> SetPath:
    """Return the set that an envelope goes into, by who has signed it."""
    signers = signers_of(signed, charter.keys)
    return SetPath.ORDERS if len(signers) >= charter.quorum else SetPath.URGENT


def check_new(signed: Signed, sets: Sets, *, now: datetime) -> None:
    """Check that an envelope adds something to what an authority has published, and counts at a gateway.

    Args:
        signed: The envelope.
        sets: What the authority has published.
        now: The time.

    Raises:
        InputError: It is there already, every gateway would refuse it, it denies nothing any more, or it is
            dated in the future.
    """
    said = said_by(signed)
    name = name_of(said)
    if signed.digest in {digest_of(bytes_of(one)) for one in sets.envelopes}:
        raise InputError(f"The {name} is published already, in this very envelope", "Nothing was changed")
    folded = fold_alone(sets.charter, (*sets.envelopes, json.loads(signed.data)))
    refused = next((one for one in folded.refused if one.digest == signed.digest), None)
    if refused is not None:
        raise InputError(
            f"The {name} would be refused by every gateway: {refused.why}", "Correct it, and sign it again"
        )
    if said.created > now + _AHEAD:
        # Gateways whose clock is behind take what was signed for the time that has come at least.
        raise InputError(
            f"The {name} was made at {said.created:%Y-%m-%d %H:%M} UTC, and now it is {now:%Y-%m-%d %H:%M}",
            "Check the clock here, and where it was signed",
        )
    ended = _ended(said, folded)
    if ended is not None and ended <= now:
        raise InputError(
            f"The {name} would deny nothing: it ended at {ended:%Y-%m-%d %H:%M} UTC",
            "Issue it again from now on; with too few signatures for the quorum a denial lasts 72 hours",
        )


def _ended(said: Said, folded: Orders) -> datetime | None:
    """Return when a denial ends by itself, amended or not; none for what is no denial."""
    from groundstop.directives.folding import urgent_end

    if isinstance(said, Stop):
        return said.expires
    if not isinstance(said, Directive):
        return None
    ratified = any(one.ratified for one in folded.orders if one.content == said.content_id)
    return said.expires if ratified else urgent_end(said)


def fold_alone(charter: Charter, envelopes: Sequence[Envelope]) -> Orders:
    """Return what stands of one authority's envelopes where it is obeyed in everything.

    Raises:
        DocumentError: It cannot be worked out.
    """
    from groundstop.directives.folding import fold

    try:
        return fold([_obeyed(charter, envelopes)])
    except (ArithmeticError, ValueError, RecursionError) as error:
        raise DocumentError(
            f"What {charter.authority} has published cannot be worked out: {error}",
            "Leave out the document that was added last",
        ) from error


def taken_alone(charter: Charter, envelopes: Sequence[Envelope]) -> Taken:
    """Return what counts by itself of one authority's envelopes where it is obeyed in everything."""
    from groundstop.directives.taking import take

    return take(_obeyed(charter, envelopes))


def _obeyed(charter: Charter, envelopes: Sequence[Envelope]) -> Published:
    return Published(charter, tuple(envelopes), Obeyed(authority=charter.authority, repository="this"))


def bytes_of(envelope: Envelope) -> bytes:
    """Return an envelope's bytes as they stand in a set.

    They are the canonical ones of every envelope that is in its canonical form; others are refused when they
    are read, so that the quicker writer of the standard library is enough.
    """
    return json.dumps(envelope, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode(
        "utf-8", "surrogatepass"
    )


def with_envelope(
    current: Current, sets: Sets, path: SetPath, signed: Signed, *, now: datetime, lives: Lives
) -> Change:
    """Return the change that puts an envelope into one of an authority's sets.

    Raises:
        InputError: The authority has no such set, or the set would be larger than subscribers read.
    """
    authority = sets.charter.authority
    before = sets.of(path)
    if before is None:
        raise InputError(
            f"No key of {authority} may speak alone, so it has no urgent set", "Get the quorum's signatures"
        )
    role = path.role(authority)
    data = grown(before, [json.loads(signed.data)], now=now).canonical()
    target = path.target(authority)
    check_size(data, target)
    metadata = set_role(current.authorities.get(role), target, data, now=now, lives=lives)
    return Change(f"publish the {name_of(said_by(signed))}", now, {role: metadata}, {target: data})


def check_size(data: bytes, target: str) -> None:
    """Check that a set is not larger than subscribers read.

    Raises:
        InputError: It is.
    """
    if len(data) > MOST_SET_BYTES:
        raise InputError(
            f"The set {target} would have {len(data):,} bytes, "
            f"more than the {MOST_SET_BYTES:,} that subscribers read",
            "Speak in the name of a further authority: nothing is ever taken out of a set",
        )


def grown(before: DirectiveSet, envelopes: Sequence[Envelope], *, now: datetime) -> DirectiveSet:
    """Return a set with more envelopes at its end."""
    return DirectiveSet(
        authority=before.authority,
        number=before.number + 1,
        created=now,
        envelopes=(*before.envelopes, *map(dict, envelopes)),
    )
