"""What stands: amendments, forks, gaps, licences, revocations and lifts."""

from __future__ import annotations

from typing import Any

import pytest

from groundstop.directives.folding import fold
from groundstop.directives.orders import Orders
from groundstop.documents.directives import (
    Licence,
    Lift,
    LiftGround,
    LiftStage,
    May,
    Obeyed,
    Stop,
)
from tests.deciding_parts import standing
from tests.directive_parts import (
    AUTHORITY,
    VERIFICATION,
    a_charter,
    a_directive,
    a_licence,
    a_lift,
    a_revocation,
    a_stop,
    amended,
    at,
    criteria,
    officer,
    published,
    signed,
)


def ids(orders: Orders) -> list[tuple[str, int]]:
    return [(one.directive.id, one.directive.sequence) for one in orders.orders]


def why(orders: Orders) -> str:
    (one,) = orders.refused
    return one.why


def test_an_amendment_ends_what_it_amends_when_it_takes_effect() -> None:
    first = a_directive()
    second = amended(first, effective=at(48), created=at(24))
    orders = standing(signed(first), signed(second))
    assert [one.ends for one in orders.orders] == [at(48), second.expires]
    assert orders.history == (first,)
    assert not orders.notes


def test_an_amendment_by_one_key_stands_beside_what_it_would_amend() -> None:
    first = a_directive()
    orders = standing(signed(first), signed(amended(first, effective=at(1)), 1))
    assert [one.ends for one in orders.orders][:1] == [first.expires]
    assert len(orders.orders) == 2
    assert "no quorum has signed it" in orders.notes[0]


def test_an_amendment_of_what_is_not_at_hand_stands_beside_what_is() -> None:
    first = a_directive()
    second = amended(first, effective=at(1))
    third = amended(second, effective=at(2))
    orders = standing(signed(first), signed(third))
    assert [one.ends for one in orders.orders] == [first.expires, third.expires]
    assert "what it amends is not at hand" in orders.notes[0]
    whole = standing(signed(first), signed(second), signed(third))
    assert [one.ends for one in whole.orders] == [at(1), at(2), third.expires]
    assert [one.sequence for one in whole.history] == [1, 2]


def test_an_amendment_does_not_end_an_order_of_another_id_or_sequence() -> None:
    first, other = a_directive(1), a_directive(2)
    strange = amended(first, id=other.id, effective=at(1))
    skipping = amended(other, sequence=3, effective=at(1))
    orders = standing(signed(first), signed(other), signed(strange), signed(skipping))
    assert all(one.ends == first.expires for one in orders.orders)
    assert not orders.history


def test_where_the_operator_does_not_let_an_authority_lift_it_cannot_amend_an_order_away() -> None:
    first = a_directive()
    obeyed = Obeyed(authority=AUTHORITY, repository="main", may=(May.DENY, May.LICENSE))
    orders = standing(signed(first), signed(amended(first, effective=at(1))), obeyed=obeyed)
    assert [one.ends for one in orders.orders] == [first.expires, first.expires]
    assert "does not let oak-office lift" in orders.notes[0]


def test_of_a_fork_both_stand() -> None:
    first = a_directive()
    forks = [amended(first, effective=at(1), reasons=f"Reason {number}.") for number in (1, 2)]
    orders = standing(signed(first), *map(signed, forks))
    assert ids(orders) == [(first.id, 1), (first.id, 2), (first.id, 2)]
    assert orders.notes == (f"There are 2 orders that are sequence 2 of {first.id}: all of them stand",)


def test_an_id_that_two_authorities_use_is_each_ones_own() -> None:
    mine, theirs = a_directive(), a_directive(issuer="ash-office", expires=at(200), review=at(100))
    two = [published(signed(mine)), published(signed(theirs), charter=a_charter("ash-office"))]
    lift = signed(a_lift(theirs, issuer="ash-office"))
    assert [one.directive.issuer for one in fold(two).orders] == ["ash-office", "oak-office"]
    lifted = fold([two[0], published(signed(theirs), lift, charter=a_charter("ash-office"))])
    assert [len(one.lifts) for one in lifted.orders] == [1, 0]


def test_an_authority_that_speaks_in_two_repositories_is_taken_as_two() -> None:
    impostor = a_charter(keys=(officer(3).card,), quorum=1, urgent=())
    lift = published(signed(a_lift(), 3), charter=impostor)
    orders = fold([published(signed(a_directive())), lift])
    assert not orders.orders[0].lifts
    assert any("speaks in more than one repository" in note for note in orders.notes)


# Licences


def test_a_licence_stands_under_its_order_and_a_revocation_by_one_key_ends_it() -> None:
    (order,) = standing(signed(a_directive()), signed(a_licence())).orders
    assert order.licences[0].licence == a_licence()
    (order,) = standing(signed(a_directive()), signed(a_licence()), signed(a_revocation(), 1)).orders
    assert order.licences[0].revoked == a_revocation()


def test_a_licence_for_what_is_not_banned_does_nothing_and_is_noted() -> None:
    orders = standing(signed(a_licence()), signed(a_revocation(a_licence(id="GSL-20260706-00000000ff")), 1))
    assert orders.notes == (
        "A revocation is of GSL-20260706-00000000ff, which is not at hand",
        f"Licence {a_licence().id} is under {a_directive().id}, which is not at hand",
    )


def test_a_licence_for_a_model_that_the_order_is_not_about_is_noted() -> None:
    orders = standing(signed(a_directive()), signed(a_licence(models=("other",))))
    assert orders.notes == (
        f"Licence {a_licence().id} is for other, which is no model of {a_directive().id}",
    )


def following(licence: Licence, **changes: Any) -> Licence:
    values = {"sequence": licence.sequence + 1, "supersedes": licence.content_id}
    return Licence.model_validate({**dict(licence), **values, **changes})


def test_a_later_sequence_of_a_licence_takes_the_place_of_every_earlier_one() -> None:
    first = a_licence()
    third = following(following(first), effective=at(50))
    (order,) = standing(signed(a_directive()), signed(first), signed(third)).orders
    assert [(one.licence.sequence, one.ends) for one in order.licences] == [(1, at(50)), (3, None)]


def test_of_a_forked_licence_neither_counts() -> None:
    first = a_licence()
    forks = [following(first, effective=at(5), grace_s=grace) for grace in (1, 2)]
    orders = standing(signed(a_directive()), signed(first), *map(signed, forks))
    assert [(one.licence.sequence, one.ends) for one in orders.orders[0].licences] == [(1, at(5))]
    assert "none of them counts" in orders.notes[0]


# Lifts


def stop_lift(stop: Stop, **changes: Any) -> Lift:
    values: dict[str, Any] = {
        "id": "GSU-20260720-0000000001",
        "issuer": AUTHORITY,
        "created": at(2),
        "content": stop.content_id,
        "stop": stop.id,
        "ground": LiftGround.RESCINDED,
        "stage": LiftStage.EVERYBODY,
        "effective": at(2),
        "reason": "It was a mistake.",
    }
    return Lift(**{**values, **changes})


def test_a_lift_is_of_the_very_content_that_its_signers_saw() -> None:
    first = a_directive()
    second = amended(first, effective=at(1))
    orders = standing(signed(first), signed(second), signed(a_lift(first)))
    assert [len(one.lifts) for one in orders.orders] == [1, 0]


def test_a_lift_of_what_is_not_at_hand_is_noted() -> None:
    other = a_lift(a_directive(2))
    wrong = a_lift(id="GSU-20260720-00000000aa").model_copy(update={"directive": a_directive(2).id})
    stop = stop_lift(a_stop(), id="GSU-20260720-00000000bb")
    orders = standing(signed(a_directive()), signed(other), signed(wrong), signed(stop))
    assert len(orders.notes) == 3
    assert not orders.orders[0].lifts


def test_a_lift_names_as_many_verifications_and_countersignatures_as_the_criteria_ask_for() -> None:
    order = a_directive(
        lifting=criteria(
            verifiers=("birch-lab", "cedar-lab"),
            verifiers_needed=2,
            countersigners=("oak-office",),
            countersigners_needed=1,
        )
    )
    twice = (VERIFICATION, "sha256:" + "d" * 64)
    assert "1 of the 2 verifications" in why(standing(signed(order), signed(a_lift(order))))
    same = a_lift(order, verifications=(VERIFICATION, VERIFICATION))
    assert "1 of the 2 verifications" in why(standing(signed(order), signed(same)))
    alone = a_lift(order, verifications=twice)
    assert "0 of the 1 countersignatures" in why(standing(signed(order), signed(alone)))
    both = a_lift(order, verifications=twice, countersignatures=("sha256:" + "c" * 64,))
    assert standing(signed(order), signed(both)).orders[0].lifts == (both,)
    rescinded = a_lift(order, ground=LiftGround.RESCINDED, verifications=())
    assert standing(signed(order), signed(rescinded)).orders[0].lifts == (rescinded,)


def test_a_lift_of_a_model_that_the_order_is_not_about_is_refused() -> None:
    orders = standing(signed(a_directive()), signed(a_lift(models=("other",))))
    assert why(orders) == f"it lifts other, which is no model of {a_directive().id}"


def test_an_order_by_one_key_may_be_lifted_too() -> None:
    assert standing(signed(a_directive(), 1), signed(a_lift())).orders[0].lifts


@pytest.mark.parametrize(
    "changes",
    [{"created": at(3), "expires": at(30)}, {"models": ("desk-clerk",)}, {"reason": "It does so again."}],
)
def test_a_stop_is_lifted_by_a_quorum_that_has_seen_its_very_content(changes: dict[str, Any]) -> None:
    stop = a_stop()
    assert standing(signed(stop, 1), signed(stop_lift(stop))).stops[0].lift == stop_lift(stop)
    assert standing(signed(stop, 1), signed(stop_lift(stop), 1)).stops[0].lift is None
    again = a_stop(**changes)
    orders = standing(signed(stop, 1), signed(again, 1), signed(stop_lift(stop)))
    assert {one.content: one.lift is None for one in orders.stops} == {
        stop.content_id: False,
        again.content_id: True,
    }
    alone = standing(signed(again, 1), signed(stop_lift(stop)))
    assert alone.stops[0].lift is None
    assert f"is of a content of {stop.id} that is not at hand, and lifts nothing" in alone.notes[0]


def test_a_stop_that_one_key_has_dated_ahead_can_be_lifted_at_once() -> None:
    ahead = a_stop(created=at(9000), expires=at(9010))
    lift = stop_lift(ahead)
    assert lift.created < ahead.created
    assert standing(signed(ahead, 1), signed(lift)).stops[0].lift == lift


def test_what_one_key_says_beside_a_licensed_order_is_not_licensed_with_it() -> None:
    order, beside = a_directive(), amended(a_directive(), reasons="It is worse than we thought.")
    licence = signed(a_licence(order))
    orders = standing(signed(order), signed(beside, 1), licence)
    assert [len(one.licences) for one in orders.orders] == [1, 0]
    assert any("stands without the licences under it" in note for note in orders.notes)
    ratified = standing(signed(order), signed(beside), licence)
    assert [len(one.licences) for one in ratified.orders] == [1, 1]
    # A quorum may license an order that one key has added, before it ratifies it.
    alone = standing(signed(order, 1), licence)
    assert [len(one.licences) for one in alone.orders] == [1]
    # Or amend it, from some time on.
    later = standing(signed(order, 1), signed(amended(order, effective=at(48))), licence)
    assert [len(one.licences) for one in later.orders] == [1, 1]
