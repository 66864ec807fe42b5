"""Orders as Cedar policies: their form, their names, and what Cedar says of them."""

from __future__ import annotations

import builtins
from typing import Any

import cedarpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from groundstop.directives.cedar import CedarOrders, PolicyName, cedar_policies, cedar_schema, check_policies
from groundstop.directives.cedar.asking import Question
from groundstop.directives.cedar.formulas import text
from groundstop.directives.compiling import compile_table
from groundstop.directives.deciding import decide
from groundstop.directives.facts import Facts, Principal
from groundstop.directives.folding import fold
from groundstop.directives.orders import Orders
from groundstop.documents.directives import (
    ClaimNeeded,
    Holder,
    Licence,
    OrderKind,
    Quota,
    QuotaPeriod,
    Rule,
    Silence,
    Staff,
    WhenDark,
    principal_commitment,
)
from groundstop.errors import DocumentError, InputError
from tests.deciding_parts import CITIZEN, FOREIGN, LICENSEE, restricted, standing
from tests.directive_parts import a_licence, a_stop, at, for_everybody, signed

ORDER = restricted()
NOW = at(5).timestamp()


def names(policies: str) -> list[PolicyName]:
    return [
        PolicyName.parse(line.removeprefix('@id("').removesuffix('")'))
        for line in policies.splitlines()
        if line.startswith("@id(") and line != '@id("default")'
    ]


def test_each_rule_of_each_model_is_a_policy_that_says_what_it_is_from() -> None:
    stands = standing(signed(ORDER), signed(a_stop(), 1))
    assert names(cedar_policies(stands)) == [
        PolicyName(a_stop().id, a_stop().content_id, "", "(stop)"),
        PolicyName(ORDER.id, ORDER.content_id, "helper", "(dark)"),
        PolicyName(ORDER.id, ORDER.content_id, "helper", "foreign"),
    ]


def test_a_virtual_patch_forbids_nothing_but_when_nothing_is_heard() -> None:
    patch = for_everybody(order=OrderKind.VIRTUAL_PATCH)
    assert [one.rule for one in names(cedar_policies(standing(signed(patch))))] == ["(dark)"]
    kept = for_everybody(order=OrderKind.VIRTUAL_PATCH, silence=Silence(when_dark=WhenDark.KEEP))
    assert not names(cedar_policies(standing(signed(kept))))


def test_policies_are_of_the_form_of_their_schema() -> None:
    check_policies(cedar_policies(standing(signed(ORDER), signed(a_licence(ORDER)), signed(a_stop(), 1))))
    assert cedar_schema().count("?: Claim") == 9


def test_a_policy_that_looks_at_what_no_request_tells_is_refused() -> None:
    policies = cedar_policies(standing(signed(ORDER))).replace("context.silent", "context.quiet")
    with pytest.raises(DocumentError, match="not of the form of their schema"):
        check_policies(policies)


def test_the_same_orders_give_the_same_text() -> None:
    one, other = (fold([], []), fold([], []))
    assert (
        cedar_policies(one)
        == cedar_policies(other)
        == '@id("default")\npermit (principal, action, resource);\n'
    )
    twice = [cedar_policies(standing(signed(ORDER), signed(a_licence(ORDER)))) for _ in range(2)]
    assert twice[0] == twice[1]


def test_what_forbids_is_mapped_back_to_the_order_and_its_rule() -> None:
    cedar = CedarOrders(standing(signed(ORDER), signed(for_everybody(2))))
    kept_out = cedar.decide(Question(Facts("desk-helper", claims=FOREIGN), NOW, NOW))
    assert [(one.order, one.rule) for one in kept_out.by] == [
        (ORDER.id, "foreign"),
        (for_everybody(2).id, "all"),
    ]
    citizen = cedar.decide(Question(Facts("desk-helper", claims=CITIZEN), NOW, NOW))
    assert [one.rule for one in citizen.by] == ["all"]
    other = cedar.decide(Question(Facts("desk-clerk"), NOW, NOW))
    assert (other.allowed, other.by) == (True, ())


def both(orders: Orders, facts: Facts, hours: float, heard: float | None = None) -> tuple[bool, bool]:
    """Return what the table and what Cedar decide."""
    now = at(hours).timestamp()
    then = now if heard is None else at(heard).timestamp()
    table = decide(facts, compile_table(orders), now, then).allowed
    return table, CedarOrders(orders).decide(Question(facts, now, then)).allowed


def test_whom_a_sequence_of_a_licence_names_and_what_is_left_of_it_are_its_own() -> None:
    def named(who: str, **changes: Any) -> Licence:
        persons = (principal_commitment("5" * 64, "civil-registry", who),)
        holder = Holder(organisation="hazel-defence", staff=Staff.NAMED, salt="5" * 64, persons=persons)
        return a_licence(ORDER, holder=holder, **changes)

    def asks(who: str) -> Facts:
        return Facts("desk-helper", principal=Principal("civil-registry", who), claims=FOREIGN)

    first = named("ann")
    later: dict[str, Any] = {"sequence": 2, "supersedes": first.content_id, "effective": at(5)}
    orders = standing(signed(ORDER), signed(first), signed(named("bob", **later)))
    assert [both(orders, asks("ann"), hours) for hours in (4, 6)] == [(True, True), (False, False)]
    assert [both(orders, asks("bob"), hours) for hours in (4, 6)] == [(False, False), (True, True)]

    many, few = (Quota(requests=count, per=QuotaPeriod.TOTAL) for count in (1000, 1))
    first = a_licence(ORDER, quota=many)
    later["supersedes"] = first.content_id
    orders = standing(signed(ORDER), signed(first), signed(a_licence(ORDER, quota=few, **later)))
    used = Facts("desk-helper", claims=LICENSEE, used={first.id: 10})
    assert [both(orders, used, hours) for hours in (4, 6)] == [(True, True), (False, False)]


def test_odd_names_and_clocks_are_decided_alike() -> None:
    persons = (principal_commitment("5" * 64, "civil-registry", "ann"),)
    holder = Holder(organisation="hazel-defence", staff=Staff.NAMED, salt="5" * 64, persons=persons)
    orders = standing(signed(ORDER), signed(a_licence(ORDER, holder=holder)))
    odd = Facts("desk-helper", principal=Principal("civil-registry", "\ud800"), claims=FOREIGN)
    assert both(orders, odd, 4) == (False, False)
    citizen = Facts("desk-helper", claims=CITIZEN)
    assert both(orders, citizen, 4, heard=4.01) == (True, True)
    assert both(orders, citizen, 4, heard=4.02) == (False, False)
    urgent = standing(signed(restricted(created=at(0)), 1))
    foreign = Facts("desk-helper", claims=FOREIGN)
    assert [both(urgent, foreign, hours) for hours in (-0.9, -1.1)] == [(False, False), (True, True)]
    stopped = standing(signed(a_stop(), 1))
    assert both(stopped, citizen, -5000) == (False, False)


def test_a_policy_that_cannot_be_evaluated_is_an_error_and_not_left_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    cedar = CedarOrders(standing(signed(ORDER)))
    broken = cedarpy.PolicySet.from_str(
        '@id("default") permit (principal, action, resource);'
        "forbid (principal, action, resource) when { context.nothing == 1 };"
    )
    monkeypatch.setattr(cedar, "_set", lambda names: broken)
    with pytest.raises(DocumentError, match="could not evaluate"):
        cedar.decide(Question(Facts("desk-helper"), NOW, NOW))


@pytest.mark.parametrize("said", ["", "default", "a b c", "a b c d e"])
def test_what_is_no_name_of_a_policy_is_refused(said: str) -> None:
    with pytest.raises(InputError, match="no policy of an order"):
        PolicyName.parse(said)


def test_without_cedar_the_text_is_written_and_the_check_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    real = builtins.__import__

    def without(name: str, *rest: Any, **more: Any) -> Any:
        if name == "cedarpy":
            raise ImportError(name)
        return real(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", without)
    policies = cedar_policies(standing(signed(ORDER)))
    with pytest.raises(InputError, match="Cedar is not installed") as raised:
        check_policies(policies)
    assert "groundstop[cedar]" in raised.value.hint


@given(st.text(max_size=30))
@settings(max_examples=60, deadline=None)
def test_any_string_is_written_as_cedar_reads_it(value: str) -> None:
    policy = f"permit (principal, action, resource) when {{ context.said == {text(value)} }};"
    request = {
        "principal": {"type": "A", "id": "a"},
        "action": {"type": "Action", "id": "a"},
        "resource": {"type": "A", "id": "b"},
        "context": {"said": value},
    }
    assert cedarpy.is_authorized(request, policy, []).allowed


def test_odd_values_of_claims_do_no_harm_to_the_policies() -> None:
    odd = ('"', "\\", "*", '"]) || true || [("', "\n", "ü", "\u202e", "\U0001f600")
    order = for_everybody(
        scope=(Rule(id="odd", organisations=odd, purposes=odd),),
        claims=(ClaimNeeded(claim="organisation"), ClaimNeeded(claim="purpose")),
    )
    check_policies(cedar_policies(standing(signed(order))))
