"""Whatever an authority's sets are from one refresh to the next, nothing that was verified once is lost."""

from __future__ import annotations

from functools import cache

from hypothesis import given
from hypothesis import strategies as st

from groundstop.directives.repository.layout import LIVES
from groundstop.directives.repository.roles import new_targets, with_charter
from groundstop.directives.signing import sign_order
from groundstop.directives.subscribing.keeping import Kept
from groundstop.directives.subscribing.merging import merge
from groundstop.directives.subscribing.problems import ProblemKind
from groundstop.directives.subscribing.updating import Delivered, Versions
from groundstop.evidence.statements import digest_of
from tests.directive_parts import a_charter, a_lift, a_stop, at, for_everybody
from tests.evidence_samples import a_key
from tests.repository_parts import AUTHORITY, a_set, envelope

GOOD, STRANGE = 5, 2


@cache
def envelopes() -> tuple[bytes, ...]:
    """Return envelopes of the authority, and then some of a stranger."""
    orders = [for_everybody(number) for number in (1, 2, 3)]
    good = [*(envelope(order) for order in orders), envelope(a_stop(), 1), envelope(a_lift(orders[0]), 3)]
    strange = [sign_order(order, [a_key("thief")]) for order in orders[:STRANGE]]
    assert len(good) == GOOD
    return (*good, *strange)


@cache
def vouched() -> bytes:
    """Return what vouches for the charter."""
    found: bytes = with_charter(
        new_targets(now=at(0), lives=LIVES), a_charter(), now=at(0), lives=LIVES
    ).to_bytes()
    return found


PLACES = st.lists(st.integers(0, GOOD + STRANGE - 1), max_size=8)
SETS = st.tuples(PLACES, PLACES, st.integers(0, 9), st.integers(0, 9))


@given(st.lists(SETS, min_size=1, max_size=5))
def test_what_is_kept_only_grows_and_only_by_what_the_authoritys_keys_signed(
    steps: list[tuple[list[int], list[int], int, int]],
) -> None:
    kept: Kept | None = None
    highest, good = (0, 0), {digest_of(one) for one in envelopes()[:GOOD]}
    for orders, urgent, number, urgent_number in steps:
        delivered = Delivered(
            AUTHORITY,
            a_charter().canonical(),
            a_set(number, *(envelopes()[place] for place in orders)),
            a_set(urgent_number, *(envelopes()[place] for place in urgent)),
        )
        merged = merge(kept, delivered, root=1, vouched=vouched())
        before = set() if kept is None else {digest_of(one) for one in kept.envelopes}
        now = {digest_of(one) for one in merged.kept.envelopes}
        shown = {digest_of(envelopes()[place]) for place in (*orders, *urgent)}
        assert now == before | (shown & good)
        assert len(now) == len(merged.kept.envelopes)
        assert merged.added == len(now - before)
        assert set(merged.kept.withheld) == now - shown
        assert {one.digest for one in merged.refused} == shown - good
        went_back = number < highest[0] or urgent_number < highest[1]
        kinds = {one.kind for one in merged.problems}
        assert (ProblemKind.ROLLBACK in kinds) is (went_back or bool(now - shown))
        assert (ProblemKind.FORGED in kinds) is bool(shown - good)
        highest = max(highest[0], number), max(highest[1], urgent_number)
        assert (merged.kept.orders, merged.kept.urgent) == highest
        kept = merged.kept


VERSIONS = st.builds(Versions, *[st.integers(1, 3)] * 4)


@given(VERSIONS, VERSIONS)
def test_versions_go_back_when_any_of_them_does_under_the_same_root(one: Versions, other: Versions) -> None:
    lower = any(getattr(other, name) < getattr(one, name) for name in ("timestamp", "snapshot", "targets"))
    assert other.goes_back_from(one) is (other.root < one.root or (other.root == one.root and lower))
