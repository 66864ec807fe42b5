from __future__ import annotations

import itertools
from typing import Any

import pytest

from groundstop.directives.compiling import compile_table
from groundstop.directives.deciding import decide
from groundstop.directives.decision import Ground
from groundstop.directives.facts import Facts
from groundstop.directives.orders import Orders, StopInForce
from groundstop.documents.directives import Descendants, Directive, HostedModel, Stop, Subject
from groundstop.gateway.concerned import Offered, Offers, is_about, names_in, offered_by
from groundstop.gateway.drilling.withdrawing import with_order
from groundstop.gateway.settings import Settings, Upstream
from tests.directive_parts import a_model, a_stop, at, for_everybody


def about(**changes: Any) -> Directive:
    models = (a_model(**changes),)
    return for_everybody(subject=Subject(models=models, descendants=Descendants.NONE))


ORDERS: dict[str, Directive | Stop] = {
    "every snapshot": for_everybody(),
    "one snapshot": about(
        hosted=(HostedModel(provider="elm", name="desk-helper", snapshot="2026-07-01"),), aliases=()
    ),
    "open weights": about(hosted=(), aliases=(), purls=("pkg:huggingface/elm/desk-helper@0123456789abcdef",)),
    "weights": about(hosted=(), aliases=(), weights=("ab" * 32,)),
    "a stop": a_stop(),
    "a stop of anybody's": a_stop(provider=None),
}
NAMES = (
    "desk-helper",
    "Desk-Helper",
    "elm/desk-helper",
    "fern/desk-helper",
    "router/desk-helper",
    "router/elm/desk-helper",
    "desk-helper-2026-07-01",
    "desk-helper-2026-08-01",
    "elm/desk-helper@2026-07-01",
    "desk-helper@latest",
    "helper-latest",
    "elm/helper-latest",
    "desk-clerk",
    "desk",
    "pkg:huggingface/elm/desk-helper",
    "pkg:huggingface/elm/desk-helper@0123456789abcdef",
    "sha256:" + "ab" * 32,
    "ab" * 32,
    "/",
)
PROVIDERS = (None, "elm", "ELM", "router/elm", "fern", "/")


@pytest.mark.parametrize("name", ORDERS)
def test_an_order_is_about_the_names_that_a_gateway_decides_by_it(name: str) -> None:
    order = ORDERS[name]
    nothing = Orders((), (), (), (), ())
    if isinstance(order, Stop):
        table = compile_table(Orders((), (StopInForce(order, order.content_id, (), None),), (), (), ()))
    else:
        table = compile_table(with_order(nothing, order))
    now = at(1).timestamp()
    offered = [Offered(*one) for one in itertools.product(NAMES, PROVIDERS)]
    decisions = {one: decide(Facts(one.name, provider=one.provider), table, now, now) for one in offered}
    decided = {one for one, decision in decisions.items() if decision.ground is not Ground.NO_ORDER}
    assert set(Offers(offered).meant_by(order)) == decided
    assert {one for one in offered if is_about(order, one)} == decided


def test_of_what_is_offered_an_order_concerns_some() -> None:
    settings = Settings(
        name="gate-north",
        operator="riverside-cloud",
        upstream=(
            Upstream(
                name="elm",
                url="http://127.0.0.1:9/v1",
                provider="elm",
                models=("desk-helper", "desk-clerk"),
                aliases={"our-desk": "desk-helper"},
            ),
        ),
    )
    offered = offered_by(settings)
    assert [one.name for one in offered] == ["desk-helper", "desk-clerk", "our-desk"]
    assert Offers(offered).meant_by(for_everybody()) == (Offered("desk-helper", "elm"),)


@pytest.mark.parametrize("name", ORDERS)
def test_the_names_that_an_order_gives_are_names_that_it_is_about(name: str) -> None:
    order = ORDERS[name]
    assert all(
        is_about(order, Offered(one)) or is_about(order, Offered(one, "elm")) for one in names_in(order)
    )
