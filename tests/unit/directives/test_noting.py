"""What an operator should look at, of all that stands."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from groundstop.directives.folding import fold
from groundstop.directives.noting import notes_on, rings
from groundstop.directives.orders import OrderInForce, Orders
from groundstop.documents.directives import (
    About,
    Alternative,
    Directive,
    HostedModel,
    Subject,
)
from tests.deciding_parts import decided, standing
from tests.directive_parts import (
    a_charter,
    a_directive,
    a_model,
    a_stop,
    for_everybody,
    published,
    signed,
)


def test_authorities_that_contradict_each_other_are_noted() -> None:
    theirs = for_everybody(2, issuer="ash-office")
    orders = fold(
        [
            published(signed(a_directive())),
            published(signed(theirs), charter=a_charter("ash-office")),
        ]
    )
    assert any("order different things about one model" in note for note in orders.notes)
    agreeing = fold(
        [
            published(signed(for_everybody(1))),
            published(signed(theirs), charter=a_charter("ash-office")),
        ]
    )
    assert not agreeing.notes


def other_model(**changes: Any) -> Subject:
    hosted = (HostedModel(provider="birch", name="best", snapshot="every"),)
    values = {"hosted": hosted, "aliases": ("helper-latest",)}
    return Subject(models=(a_model("best", **{**values, **changes}),), descendants="none")


def test_a_name_that_two_models_share_is_noted() -> None:
    theirs = a_directive(2, issuer="ash-office", subject=other_model())
    charter = a_charter("ash-office", about=(About(provider="birch"),))
    orders = fold([published(signed(a_directive())), published(signed(theirs), charter=charter)])
    assert any(note.startswith("The name helper-latest is that of") for note in orders.notes)


def test_an_alternative_that_is_itself_under_an_order_is_noted_and_so_is_a_ring() -> None:
    helper = a_directive(1, alternatives=(Alternative(model="desk-clerk"),))
    clerk = a_directive(
        2,
        subject=Subject(models=(a_model("clerk"),), descendants="none"),
        alternatives=(Alternative(model="desk-helper"),),
    )
    notes = standing(signed(helper), signed(clerk)).notes
    assert f"desk-clerk, an alternative in {helper.id}, is itself under {clerk.id}" in notes
    ring = f"The alternatives of {helper.id} and {clerk.id} lead round in a ring: none of them may be left"
    assert ring in notes
    assert not standing(signed(helper)).notes


def test_an_order_that_offers_its_own_model_is_a_ring() -> None:
    own: Directive = a_directive(alternatives=(Alternative(model="helper-latest"),))
    assert any("lead round in a ring" in note for note in standing(signed(own)).notes)


def test_thousands_of_orders_about_one_model_give_a_few_notes() -> None:
    offered = tuple(Alternative(model=name) for name in ("desk-helper", "helper-latest", "desk-clerk"))
    order = for_everybody(alternatives=offered)
    many = [
        OrderInForce(
            directive=order.model_copy(update={"id": f"GSD-20260706-{number:010x}"}),
            content=f"sha256:{number:064x}",
            signers=("oak-officer-1",),
            ends=order.expires,
            ratified=False,
            acts=frozenset(order.acts),
            licences=(),
            lifts=(),
            override=None,
        )
        for number in range(2000)
    ]
    notes = notes_on(many, [])
    assert len(notes) == 3
    assert all(note.count("GSD-") <= 20 and "and 1990 more" in note for note in notes)


@given(st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7)), max_size=20))
@settings(max_examples=200, deadline=None)
def test_a_ring_is_of_whatever_leads_to_each_other(pairs: list[tuple[int, int]]) -> None:
    leads: dict[int | str, set[int | str]] = {}
    for one, other in pairs:
        leads.setdefault(one, set()).add(other)
    reached = {one: {one} for one in range(8)}
    for _ in range(8):
        for one, other in pairs:
            for found in reached.values():
                if one in found:
                    found.add(other)
    expected = {
        frozenset(other for other in range(8) if other in reached[one] and one in reached[other])
        for one in range(8)
    }
    assert set(rings(leads)) == {ring for ring in expected if len(ring) > 1}


def test_an_order_names_at_most_fifty_alternatives() -> None:
    some = tuple(Alternative(model=f"desk-{number}") for number in range(51))
    assert a_directive(alternatives=some[:50])
    with pytest.raises(ValueError, match="at most 50 items"):
        a_directive(alternatives=some)


def test_an_alternative_that_is_stopped_is_noted() -> None:
    order = a_directive(alternatives=(Alternative(model="desk-clerk"),))
    notes = standing(signed(order), signed(a_stop(models=("desk-clerk",)), 1)).notes
    assert notes == (f"desk-clerk, an alternative in {order.id}, is itself under {a_stop().id}",)


def test_another_snapshot_of_a_grounded_model_is_an_alternative() -> None:
    dated = a_model(
        hosted=(HostedModel(provider="elm", name="desk-clerk", snapshot="2026-05-01"),), aliases=()
    )
    clerk = for_everybody(2, subject=Subject(models=(dated,), descendants="none"), alternatives=())

    def offered(name: str) -> Orders:
        return standing(signed(a_directive(alternatives=(Alternative(model=name),))), signed(clerk))

    assert not offered("desk-clerk-2026-06-01").notes
    assert offered("desk-clerk-2026-05-01").notes
    info = decided(offered("desk-clerk-2026-06-01")).order
    assert info is not None
    assert [one.model for one in info.alternatives] == ["desk-clerk-2026-06-01"]
