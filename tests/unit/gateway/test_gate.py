from __future__ import annotations

from groundstop.directives.decision import Ground
from groundstop.directives.facts import Principal
from groundstop.directives.folding import fold
from groundstop.directives.orders import Orders
from groundstop.documents.directives import Act, OrderKind, Quota, QuotaPeriod, Response
from groundstop.gateway.denials import Reason, denial_of, guard_denial
from groundstop.gateway.gate import NOBODY, Gate, Who
from groundstop.gateway.news import News
from tests.deciding_parts import CITIZEN, FOREIGN, LICENSEE, restricted
from tests.directive_parts import a_licence, a_stop, at, for_everybody, published, signed

NOW = at(24).timestamp()
FOREIGNER = Who(Principal("civil-registry", "b"), FOREIGN)
CITIZEN_WHO = Who(Principal("civil-registry", "a"), CITIZEN)
LICENSED = Who(Principal("civil-registry", "c"), LICENSEE)


def standing(*documents: dict[str, object]) -> Orders:
    return fold([published(*documents)])


def a_gate(*documents: dict[str, object], now: float = NOW, closed: tuple[str, ...] = ()) -> Gate:
    gate = Gate(clock=lambda: now)
    gate.put(News(standing(*documents), now, now, closed))
    return gate


def test_a_gate_that_was_told_nothing_lets_nobody_through() -> None:
    ruling = Gate().rule(["anything"], Act.INFER)
    assert not ruling.allowed
    assert denial_of(ruling).reason is Reason.CLOSED
    assert denial_of(ruling).status == 503


def test_a_closed_gate_says_why() -> None:
    gate = a_gate(closed=("The stop file cannot be read: it is a folder",))
    denial = denial_of(gate.rule(["desk-clerk"], Act.INFER))
    assert (denial.status, denial.reason) == (503, Reason.CLOSED)
    assert "stop file" in denial.message


def test_a_request_goes_on_only_when_it_may_by_each_of_its_names() -> None:
    gate = a_gate(signed(for_everybody()))
    assert gate.rule(["front", "desk-clerk"], Act.INFER).allowed
    ruling = gate.rule(["front", "desk-helper"], Act.INFER)
    assert not ruling.allowed
    assert ruling.model == "desk-helper"


def test_a_ruling_is_told_of_the_name_that_an_order_is_about() -> None:
    gate = a_gate(signed(restricted()))
    decision = gate.rule(["front", "desk-helper"], Act.INFER, CITIZEN_WHO).decision
    assert decision is not None
    assert decision.ground is Ground.OUTSIDE


def test_persons_are_told_apart() -> None:
    gate = a_gate(signed(restricted()), signed(a_licence(restricted())))
    grounds = {
        who: gate.rule(["desk-helper"], Act.INFER, one).allowed
        for who, one in (
            ("foreign", FOREIGNER),
            ("citizen", CITIZEN_WHO),
            ("licensed", LICENSED),
            ("nobody", NOBODY),
        )
    }
    assert grounds == {"foreign": False, "citizen": True, "licensed": True, "nobody": False}


def test_a_denial_tells_what_programs_act_on_and_nothing_of_who_asked() -> None:
    denial = denial_of(a_gate(signed(restricted())).rule(["desk-helper"], Act.INFER, FOREIGNER))
    assert denial.status == 451
    assert denial.link() == '<https://office.example/orders/1>; rel="blocked-by"'
    told = denial.details()
    assert told["reason"] == "model_withdrawn"
    assert told["directive"] == restricted().id
    assert told["until"] == f"{at(24 * 30):%Y-%m-%dT%H:%M:%SZ}"
    assert told["alternatives"] == [{"model": "desk-clerk", "tested": None}]
    assert told["appeal"] == {
        "name": "Oak Office, appeals",
        "contact": "appeals@office.example",
        "answer_days": 30,
    }
    assert "XB" not in str(told)
    assert "civil-registry" not in str(told)


def test_whoever_is_unknown_is_told_which_claims_would_tell() -> None:
    denial = denial_of(a_gate(signed(restricted())).rule(["desk-helper"], Act.INFER))
    assert denial.reason is Reason.CLAIM_UNKNOWN
    assert denial.missing
    assert all(one.value in denial.message for one in denial.missing)


def test_a_stop_and_silence_are_reasons_of_their_own() -> None:
    stopped = a_gate(signed(a_stop(), 1), now=at(2).timestamp())
    assert denial_of(stopped.rule(["desk-helper"], Act.INFER)).reason is Reason.STOPPED
    dark = Gate(clock=lambda: NOW)
    dark.put(News(standing(signed(restricted())), NOW - 7200, NOW, ()))
    denial = denial_of(dark.rule(["desk-helper"], Act.INFER, CITIZEN_WHO))
    assert (denial.reason, denial.status) == (Reason.SILENT, 451)


def test_a_clock_that_is_set_back_does_not_bring_back_what_was_before() -> None:
    gate = Gate(clock=lambda: at(-5).timestamp())
    gate.put(News(standing(signed(for_everybody())), NOW, NOW, ()))
    assert gate.time() == NOW
    assert not gate.rule(["desk-helper"], Act.INFER).allowed


def test_news_of_the_same_orders_keeps_the_table() -> None:
    gate = Gate(clock=lambda: NOW)
    orders = standing(signed(for_everybody()))
    first = gate.put(News(orders, NOW - 10, NOW, ()))
    second = gate.put(News(orders, NOW, NOW, ()))
    assert second.table is first.table
    assert second.heard == NOW
    assert gate.put(News(standing(), NOW, NOW, ())).table is not first.table


def test_a_used_up_quota_keeps_a_licensee_out() -> None:
    order = restricted()
    licence = a_licence(order, quota=Quota(requests=2, per=QuotaPeriod.TOTAL))
    used: dict[str, int] = {}
    gate = Gate(used=used, clock=lambda: NOW)
    gate.put(News(standing(signed(order), signed(licence)), NOW, NOW, ()))
    assert gate.rule(["desk-helper"], Act.INFER, LICENSED).allowed
    used[licence.id] = 2
    ruling = gate.rule(["desk-helper"], Act.INFER, LICENSED)
    assert not ruling.allowed
    denial = denial_of(ruling)
    assert denial.licence_failed == "its quota is used up"
    assert denial.message.endswith("Your licence does not help: its quota is used up.")


def test_a_451_always_says_who_blocks() -> None:
    order = for_everybody(response=Response(message="Withdrawn."))
    denial = denial_of(a_gate(signed(order)).rule(["desk-helper"], Act.INFER))
    assert (denial.status, denial.more, denial.link()) == (451, None, '</>; rel="blocked-by"')
    assert denial_of(Gate().rule(["desk-helper"], Act.INFER)).link() is None


def test_guards_of_every_name_are_asked_for() -> None:
    patch = for_everybody(2, order=OrderKind.VIRTUAL_PATCH)
    ruling = a_gate(signed(patch)).rule(["front", "desk-helper"], Act.INFER)
    assert ruling.allowed
    assert ruling.decision is not None
    assert ruling.decision.guards == (patch.id,)
    blocked = guard_denial(ruling.decision, "front", blocked=True)
    assert (blocked.status, blocked.reason, blocked.order) == (403, Reason.BLOCKED, patch.id)
    unsure = guard_denial(ruling.decision, "front", blocked=False)
    assert (unsure.status, unsure.reason) == (451, Reason.NOT_ASSESSED)
