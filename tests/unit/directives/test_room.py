"""What is kept when somebody fills the room: a stolen key of one keeps no denial of the quorum out."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache

from groundstop.directives.subscribing.keeping import Kept
from groundstop.directives.subscribing.merging import Merged, merge
from groundstop.directives.subscribing.room import keep_within
from groundstop.directives.subscribing.updating import Delivered
from groundstop.documents import canonical_bytes
from groundstop.documents.directives import Charter
from groundstop.evidence.statements import digest_of
from tests.directive_parts import AUTHORITY, a_charter, a_lift, a_stop, for_everybody, officer
from tests.evidence_samples import a_key
from tests.repository_parts import a_set, envelope

CHARTER = a_charter()
SIZE = len(envelope(for_everybody(1), 1))


@cache
def flood(key: int = 1, count: int = 20) -> tuple[bytes, ...]:
    """Return orders that one key has signed alone."""
    return tuple(envelope(for_everybody(100 * key + number), key) for number in range(count))


def merged(
    before: Kept | None,
    orders: Sequence[bytes],
    urgent: Sequence[bytes] = (),
    *,
    charter: Charter = CHARTER,
    most: int = 12 * SIZE,
) -> Merged:
    delivered = Delivered(
        AUTHORITY, charter.canonical(), a_set(len(orders), *orders), a_set(len(urgent), *urgent)
    )
    return merge(before, delivered, root=1, vouched=b"{}", most=most)


def by_digest(envelopes: Sequence[bytes]) -> dict[str, bytes]:
    return {digest_of(one): one for one in envelopes}


def test_a_flood_of_an_urgent_key_fills_a_quarter_and_keeps_nothing_of_the_quorum_out() -> None:
    first = merged(None, [], flood())
    assert len(first.kept.envelopes) == 3
    assert {one.why for one in first.refused} == {"there is no room left to keep it"}
    denial = envelope(for_everybody(9999))
    second = merged(first.kept, [denial], flood())
    assert denial in second.kept.envelopes
    assert set(first.kept.envelopes) < set(second.kept.envelopes)
    assert second.added == 1


def test_a_quorum_in_two_envelopes_is_one() -> None:
    first = merged(None, [], flood())
    denial = for_everybody(9999)
    halves = [envelope(denial, 2), envelope(denial, 3)]
    assert set(halves) <= set(merged(first.kept, halves, flood()).kept.envelopes)
    # One half waits in the room of what nobody counts yet.
    assert halves[0] in merged(first.kept, halves[:1], flood()).kept.envelopes


def test_what_no_present_key_has_signed_makes_room_and_nothing_else_does() -> None:
    old = a_charter(keys=(*CHARTER.keys, a_key("oak-former").card), urgent=(a_key("oak-former").card.key_id,))
    waiting = [envelope(a_lift(for_everybody(number)), 3) for number in range(8)]
    former = flood(2, 9)
    new = a_charter(number=2, keys=(officer(1).card, officer(3).card), urgent=())
    within = keep_within(by_digest(former), by_digest(waiting), new, most=12 * SIZE)
    assert within.refused == ()
    assert set(by_digest(waiting)) <= set(within.envelopes)
    assert 0 < len(set(by_digest(former)) & set(within.envelopes)) < len(former)
    # Under a charter in which their key still stands nothing of it goes.
    within = keep_within(by_digest(former), by_digest(waiting), old, most=12 * SIZE)
    assert set(by_digest(former)) <= set(within.envelopes)


def test_the_quorums_own_words_in_ever_new_envelopes_do_not_fill_its_room() -> None:
    denial = json.loads(envelope(for_everybody(1)))
    again = []
    for number in range(40):
        extra = {"keyid": f"{number:064x}", "sig": denial["signatures"][0]["sig"]}
        again.append(canonical_bytes({**denial, "signatures": [*denial["signatures"], extra]}))
    known = merged(None, [canonical_bytes(denial)], again).kept
    later = envelope(for_everybody(2))
    after = merged(known, [canonical_bytes(denial), later], again)
    assert later in after.kept.envelopes
    assert len(after.kept.envelopes) < 20


def test_a_document_that_this_release_finds_wrong_is_kept_for_one_that_reads_it() -> None:
    from tests.faults.directives.test_poison import signed_as_it_is

    odd = signed_as_it_is({"kind": "stop", "version": 1, "more": True}, type(a_stop()), officer(1))
    assert merged(None, [], [odd]).kept.envelopes == (odd,)
