"""Letting an authority in, and changing what it may do and with which keys."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from groundstop.directives.repository.changes import Change, Current, Outcome
from groundstop.directives.repository.comparing import differences
from groundstop.directives.repository.disk import authorities_of, locked, read_current, read_staged
from groundstop.directives.repository.layout import (
    LIVES,
    TARGETS,
    Lives,
    SetPath,
    charter_target,
    check_authority,
)
from groundstop.directives.repository.publishing import (
    Envelope,
    Sets,
    bytes_of,
    check_size,
    read_sets,
    said_by,
)
from groundstop.directives.repository.roles import set_role, with_charter
from groundstop.directives.repository.settling import again, settle
from groundstop.documents.directives import Charter, DirectiveSet
from groundstop.errors import InputError
from groundstop.evidence import OwnKey
from groundstop.evidence.statements import digest_of, read_signed

if TYPE_CHECKING:
    from tuf.api.metadata import Metadata, Targets


def add_charter(
    folder: Path,
    charter: Charter,
    keys: Sequence[OwnKey],
    *,
    now: datetime,
    lives: Lives = LIVES,
) -> Outcome:
    """Let an authority publish in a repository.

    Takes the threshold of the root keys; the authority's quorum signs its first, empty set, and one of its
    urgent keys the urgent one. It is staged until all have.

    Args:
        folder: The repository's.
        charter: What the authority may do.
        keys: Keys at hand.
        now: The time.
        lives: How long metadata lives.

    Raises:
        InputError: The authority has a charter already, or a name that cannot be a role's.
    """
    now = now.astimezone(UTC)
    check_authority(charter.authority)
    with locked(folder) as places:
        current = read_current(places)
        if charter.authority in authorities_of(current):
            raise InputError(
                f"The authority {charter.authority} has a charter already",
                "Replace it by one whose number is higher by one",
            )
        empty = DirectiveSet(authority=charter.authority, number=0, created=now)
        change = _change(
            f"let {charter.authority} publish", current, Sets(charter, empty, empty), now=now, lives=lives
        )
        return settle(places, current, again(change, read_staged(places).changes), keys, now=now, lives=lives)


def replace_charter(
    folder: Path,
    charter: Charter,
    keys: Sequence[OwnKey],
    *,
    now: datetime,
    resigned: Sequence[bytes] = (),
    may_fall: Sequence[str] = (),
    lives: Lives = LIVES,
) -> Outcome:
    """Change an authority's charter: its keys, its quorum, or what it may speak about.

    From then on only the new charter's keys count, also for what was signed before. What would fall or end
    earlier by that is named, and so is a lift or licence that would begin to count. Nothing is changed unless
    it was signed again by the new keys, or is named on purpose: no order lapses by accident.

    Args:
        folder: The repository's.
        charter: The new one; its number is higher by one.
        keys: Keys at hand: root keys, the authority's new quorum and an urgent key, the online key.
        now: The time.
        resigned: Envelopes that the new keys have signed: they are published with it.
        may_fall: Ids of orders, stops, licences and lifts that may count differently from then on; a
            revocation goes by ``GSL-….revoked``.
        lives: How long metadata lives.

    Raises:
        InputError: The number is not the next, something would count differently, or a set would be larger
            than subscribers read.
        DocumentError: An envelope is malformed, or the repository is damaged.
    """
    now = now.astimezone(UTC)
    with locked(folder) as places:
        current = read_current(places)
        before = read_sets(places, current, charter.authority)
        if charter.number != before.charter.number + 1:
            raise InputError(
                f"The charter of {charter.authority} has the number {before.charter.number}, "
                f"so the next is {before.charter.number + 1}, not {charter.number}",
                "Correct the number",
            )
        after = _sets_under(charter, before, resigned, now=now)
        again_signed = frozenset(
            said_by(read_signed(data, source="An envelope")).content_id for data in resigned
        )
        found = [
            one
            for one in differences(before, after, signed_again=again_signed, now=now)
            if one.id not in may_fall
        ]
        if found:
            raise InputError(
                f"Under the new charter {len(found)} documents would count differently: "
                f"{'; '.join(f'{one.what} ({one.id})' for one in found[:5])}",
                "Have the new keys sign them again, or name the ids of those that may",
            )
        change = _change(
            f"replace the charter of {charter.authority} by number {charter.number}",
            current,
            after,
            now=now,
            lives=lives,
        )
        return settle(places, current, again(change, read_staged(places).changes), keys, now=now, lives=lives)


def _sets_under(charter: Charter, before: Sets, resigned: Sequence[bytes], *, now: datetime) -> Sets:
    """Return an authority's sets under a new charter: all that was said, and what was signed again."""
    known = {digest_of(bytes_of(one)) for one in before.envelopes}
    added = [
        dict(_envelope(data))
        for data in resigned
        if read_signed(data, source="An envelope").digest not in known
    ]
    if not charter.urgent and before.urgent is not None:
        # The role goes, and with it the file; history stays, in the other set.
        added += [dict(one) for one in before.urgent.envelopes]
    urgent = before.urgent.envelopes if before.urgent is not None else ()
    return Sets(
        charter,
        _anew(charter, (*before.orders.envelopes, *added), now=now),
        _anew(charter, urgent, now=now) if charter.urgent else None,
    )


def _anew(charter: Charter, envelopes: Sequence[Envelope], *, now: datetime) -> DirectiveSet:
    """Return a set under a new charter, which begins to count anew: a stolen key may have counted up.

    A set grows by an envelope each time at least, so that their number is never lower than an honest count.
    """
    return DirectiveSet(
        authority=charter.authority,
        number=len(envelopes),
        created=now,
        envelopes=tuple(dict(one) for one in envelopes),
    )


def _envelope(data: bytes) -> Envelope:
    import json

    found: Envelope = json.loads(data)
    return found


def _change(what: str, current: Current, sets: Sets, *, now: datetime, lives: Lives) -> Change:
    charter = sets.charter
    metadata: dict[str, Metadata[Targets]] = {
        TARGETS: with_charter(current.targets, charter, now=now, lives=lives)
    }
    targets: dict[str, bytes] = {charter_target(charter.authority): charter.canonical()}
    paths: Mapping[SetPath, DirectiveSet | None] = {
        SetPath.ORDERS: sets.orders,
        SetPath.URGENT: sets.urgent if charter.urgent else None,
    }
    for path, found in paths.items():
        if found is not None:
            role, target = path.role(charter.authority), path.target(charter.authority)
            targets[target] = found.canonical()
            check_size(targets[target], target)
            metadata[role] = set_role(
                current.authorities.get(role), target, targets[target], now=now, lives=lives
            )
    return Change(what, now, metadata, targets)
