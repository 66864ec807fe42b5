"""Decisions in plain sentences."""

from __future__ import annotations

from typing import Any

import pytest

from groundstop.directives.asked import facts_of
from groundstop.directives.decision import Ground
from groundstop.directives.explaining import explain
from groundstop.directives.facts import Principal
from groundstop.documents.directives import Alternative, Asked, ClaimName, OrderKind, Unknown
from tests.deciding_parts import CITIZEN, FOREIGN, LICENSEE, UNKNOWN, decided, restricted, standing
from tests.directive_parts import FINDING, a_licence, a_stop, amended, at, for_everybody, signed

ORDER = restricted()


def test_whoever_is_kept_out_is_told_everything() -> None:
    order = restricted(
        alternatives=(Alternative(model="desk-clerk", tested=FINDING), Alternative(model="desk-gate"))
    )
    orders = standing(signed(order), signed(a_licence(order, expires=at(3))), signed(for_everybody(2)))
    words = explain(decided(standing(signed(order), signed(a_licence(order, expires=at(3)))), LICENSEE))
    assert words == (
        "The request is kept out.",
        f"It falls under the order {order.id} by oak-office (restrict).",
        "The order reaches whoever asks, by its rule foreign.",
        (
            "This rests on subject-type as civil-registry attests it, nationality as civil-registry attests "
            "it, permanent-residence as civil-registry attests it and protected-in as civil-registry attests "
            "it."
        ),
        f"The licence {a_licence().id} does not help: it has ended.",
        "The issuer says: This model is restricted by an order.",
        "What may be used instead: desk-clerk (tested) or desk-gate (not tested).",
        "It ends on 2026-08-05 at 12:00 UTC, unless it is lifted or renewed before.",
        "Objections go to Oak Office, appeals at appeals@office.example; they are answered within 30 days.",
        "More about the order: https://office.example/orders/1",
    )
    assert f"It is kept out by {order.id} too." in explain(decided(orders, LICENSEE))


def test_whoever_is_not_known_is_told_what_is_missing() -> None:
    words = explain(decided(standing(signed(ORDER)), UNKNOWN))
    assert words[3] == (
        "What is not attested, or not by somebody whom the order believes: subject-type, nationality, "
        "permanent-residence, protected-in, incorporated-in or status."
    )


def test_a_stop_is_told_as_one() -> None:
    words = explain(decided(standing(signed(a_stop(), 1)), hours=1))
    assert words[1:4] == (
        "It falls under the stop GSS-20260706-0000000001 by oak-office.",
        "The model is stopped for everybody.",
        "The issuer says: It tells its password.",
    )


def test_a_model_without_an_order_is_told_as_such() -> None:
    words = explain(decided(standing(), UNKNOWN))
    assert words == ("The request goes on: there is no order about this model.",)


def test_a_guard_is_told() -> None:
    patch = for_everybody(order=OrderKind.VIRTUAL_PATCH)
    assert f"It must pass the guard of {patch.id} first." in explain(decided(standing(signed(patch))))


def test_an_amendment_is_told_with_its_sequence() -> None:
    second = amended(ORDER, effective=at(1))
    words = explain(decided(standing(signed(ORDER), signed(second))))
    assert words[1] == f"It falls under the order {ORDER.id}, sequence 2 by oak-office (restrict)."


@pytest.mark.parametrize(
    ("claims", "changes", "hours", "silent", "ground"),
    [
        (CITIZEN, {}, 30, 0, Ground.OUTSIDE),
        (LICENSEE, {}, 30, 0, Ground.LICENSED),
        (UNKNOWN, {"unknown": Unknown.ALLOW}, 30, 0, Ground.UNKNOWN_ALLOWED),
        (FOREIGN, {}, 30, 4000, Ground.DARK),
    ],
)
def test_every_ground_has_words(
    claims: Any, changes: Any, hours: float, silent: float, ground: Ground
) -> None:
    order = restricted(**changes)
    orders = standing(signed(order), signed(a_licence(order)))
    decision = decided(orders, claims, hours=hours, silent=silent)
    assert decision.ground is ground
    words = explain(decision)
    assert words[0] == ("The request goes on." if decision.allowed else "The request is kept out.")
    assert all(one.endswith((".", "1")) and "None" not in one and "{" not in one for one in words)


def test_what_was_asked_becomes_facts() -> None:
    asked = Asked.model_validate(
        {
            "model": "desk-helper",
            "provider": "elm",
            "act": "download",
            "principal": "ann",
            "principal_issuer": "civil-registry",
            "claims": [
                {"claim": "nationality", "values": ["XA"], "issuer": "civil-registry", "assurance": "high"},
                {"claim": "located-in", "values": ["XB"], "issuer": "address", "hint": True},
                {"claim": "located-in", "values": ["XC"], "issuer": "address", "hint": True},
            ],
        }
    )
    facts = facts_of(asked)
    assert facts.principal == Principal("civil-registry", "ann")
    assert set(facts.claims) == {ClaimName.NATIONALITY}
    assert facts.claims[ClaimName.NATIONALITY].assurance == 3
    assert facts.hints == {ClaimName.LOCATED_IN: frozenset({"XB", "XC"})}
    assert (facts.model, facts.provider, facts.act) == ("desk-helper", "elm", "download")
    alone = facts_of(asked.model_copy(update={"principal_issuer": None}))
    assert alone.principal is None
