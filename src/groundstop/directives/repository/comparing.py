"""What counts differently under another charter, by what documents say and not by their envelopes. Pure.

A denial must not end, and an exception must not begin, only because keys were exchanged.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import NamedTuple

from groundstop.directives.repository.publishing import Sets, fold_alone, name_of, taken_alone
from groundstop.directives.signing import Said


class Difference(NamedTuple):
    """Something that counts differently."""

    id: str
    """What it is given up, or let in, by: a document's id, or ``GSL-….revoked`` for a revocation."""
    what: str
    """For people."""


class _Counts(NamedTuple):
    """How a document counts."""

    id: str
    name: str
    ends: datetime | None
    """None when it holds for good."""


_Counting = Mapping[str, _Counts]
"""By content id: signed again by others it is the same document."""


class _Standing(NamedTuple):
    denials: _Counting
    """Orders, stops, and revocations."""
    accepted: _Counting
    """Licences and lifts, whether or not there is an order for them."""
    exceptions: _Counting
    """Those of an order that stands, as long as they hold."""


def differences(
    before: Sets, after: Sets, *, signed_again: frozenset[str], now: datetime
) -> list[Difference]:
    """Return what would count differently, by id.

    Denials that fall or end earlier, exceptions that begin to count or hold longer, and exceptions that fall.

    Args:
        before: What an authority has published.
        after: The same under another charter.
        signed_again: Content ids of what the new keys have signed: it may begin to count.
        now: The time. What has ended by then is left out.
    """
    old, new = _standing(before), _standing(after)
    found = [
        *_less(old.denials, new.denials, now),
        *_less(old.accepted, new.accepted, now),
        *(one for content, one in _more(old.exceptions, new.exceptions, now) if content not in signed_again),
    ]
    return sorted(set(found))


def _less(before: _Counting, after: _Counting, now: datetime) -> Iterator[Difference]:
    for content, one in before.items():
        other = after.get(content)
        if one.ends is not None and one.ends <= now:
            continue
        if other is None:
            yield Difference(one.id, f"{one.name} would no longer count")
        elif other.ends is not None and (one.ends is None or other.ends < one.ends):
            yield Difference(one.id, f"{one.name} would end at {other.ends:%Y-%m-%d %H:%M} UTC")


def _more(before: _Counting, after: _Counting, now: datetime) -> Iterator[tuple[str, Difference]]:
    for content, one in after.items():
        other = before.get(content)
        if one.ends is not None and one.ends <= now:
            continue
        if other is None:
            yield content, Difference(one.id, f"{one.name} would begin to count")
        elif other.ends is not None and (one.ends is None or one.ends > other.ends):
            yield content, Difference(one.id, f"{one.name} would hold longer")


def _standing(sets: Sets) -> _Standing:
    folded = fold_alone(sets.charter, sets.envelopes)
    taken = taken_alone(sets.charter, sets.envelopes)
    denials, exceptions = dict[str, _Counts](), dict[str, _Counts]()
    for order in folded.orders:
        denials[order.content] = _Counts(order.directive.id, name_of(order.directive), order.ends)
        for licence in order.licences:
            ends = (
                licence.licence.expires
                if licence.ends is None
                else min(licence.licence.expires, licence.ends)
            )
            exceptions[licence.digest] = _counts(licence.licence, ends)
        exceptions |= {lift.content_id: _counts(lift, None) for lift in order.lifts}
    for stop in folded.stops:
        denials[stop.content] = _counts(stop.stop, stop.stop.expires)
        if stop.lift is not None:
            exceptions[stop.lift.content_id] = _counts(stop.lift, None)
    for one in taken.revocations:
        denials[one.content] = _Counts(f"{one.said.licence}.revoked", name_of(one.said), None)
    accepted = {one.content: _counts(one.said, one.said.expires) for one in taken.licences}
    accepted |= {one.content: _counts(one.said, None) for one in taken.lifts}
    return _Standing(denials, accepted, exceptions)


def _counts(said: Said, ends: datetime | None) -> _Counts:
    return _Counts(getattr(said, "id", ""), name_of(said), ends)
