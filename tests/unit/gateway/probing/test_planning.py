from __future__ import annotations

import itertools

import pytest

from groundstop.documents.directives import Act, HostedModel, OrderKind, Subject, Unknown
from groundstop.documents.directives.subject import Descendants
from groundstop.documents.gateway import Caller, Expected, Probe
from groundstop.errors import InputError
from groundstop.gateway.probing import TRICKS, Looked, ProbedOrder, plan_probes
from groundstop.gateway.probing.planning import MOST_OTHERS, names_of
from groundstop.gateway.probing.routes import BATCHES, ROUTES, STORED, WEIGHTS, Shape
from tests.directive_parts import a_directive, a_model, a_stop, at, for_everybody

ALL = tuple(Caller)
OFFERED = ("desk-helper", "my-desk", "desk-clerk")


def looked(
    order: object = None,
    offered: tuple[str, ...] = OFFERED,
    callers: tuple[Caller, ...] = ALL,
    **more: object,
) -> Looked:
    return Looked(ProbedOrder.of(order or a_directive()), offered, callers, **more)  # type: ignore[arg-type]


def plan(*arguments: object, **more: object) -> tuple[Probe, ...]:
    return plan_probes(looked(*arguments, **more), at(1))  # type: ignore[arg-type]


def test_every_name_is_asked_on_every_route_streamed_and_not_as_every_caller() -> None:
    probes = plan()
    names = names_of(looked())
    assert {"desk-helper", "elm/desk-helper", "router/elm/desk-helper", "helper-latest"} <= set(names)
    for caller, name, route in itertools.product(ALL, names, ROUTES):
        found = [
            one
            for one in probes
            if (one.caller, one.model, one.route, one.way) == (caller, name, route.name, "plain")
        ]
        if route.act is Act.FINE_TUNE:
            assert found == []
            continue
        assert {one.stream for one in found} == ({False, True} if route.streams else {False})


def test_no_probe_is_planned_twice() -> None:
    probes = plan(a_directive(fallback=True))
    assert len(set(probes)) == len(probes)


def test_what_has_to_become_of_each_caller_is_worked_out_from_the_order() -> None:
    expected = {
        one.caller: one.expected
        for one in plan()
        if (one.route, one.model, one.stream, one.way) == ("messages", "desk-helper", False, "plain")
    }
    assert expected == {
        Caller.WITHDRAWN: Expected.DENIED,
        Caller.PERMITTED: Expected.SERVED,
        Caller.LICENSED: Expected.SERVED,
        Caller.UNKNOWN: Expected.DENIED,
    }


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        (a_directive(unknown=Unknown.ALLOW), Expected.SERVED),
        (for_everybody(), Expected.DENIED),
        (for_everybody(order=OrderKind.VIRTUAL_PATCH), Expected.SERVED),
        (for_everybody(effective=at(2)), Expected.SERVED),
        (for_everybody(acts=(Act.FINE_TUNE,)), Expected.SERVED),
        (a_stop(), Expected.DENIED),
    ],
    ids=["unknown allowed", "everybody", "guarded", "not yet", "another act", "stop"],
)
def test_whoever_shows_nothing_is_kept_out_as_the_order_says(order: object, expected: Expected) -> None:
    probes = plan(order, callers=(Caller.UNKNOWN,))
    found = {
        one.expected
        for one in probes
        if (one.model, one.way) == ("desk-helper", "plain") and one.route in ("messages", "embeddings")
    }
    assert found == {expected}


def test_under_a_lifted_order_nobody_is_kept_out() -> None:
    assert {one.expected for one in plan(lifted=True)} == {Expected.SERVED, Expected.OPEN}


def test_models_that_the_order_is_not_about_have_to_be_served_to_everybody() -> None:
    others = [one for one in plan() if one.model == "desk-clerk"]
    assert {one.caller for one in others} == set(ALL)
    assert {one.expected for one in others} == {Expected.SERVED, Expected.OPEN}


def test_only_some_of_very_many_others_are_asked() -> None:
    many = tuple(f"other-{number}" for number in range(50))
    assert len({one.model for one in plan(offered=many) if one.model.startswith("other")}) == MOST_OTHERS


def test_every_trick_is_played_by_each_who_is_kept_out_and_by_nobody_else() -> None:
    tricks = [one for one in plan() if one.way in TRICKS]
    assert {(one.way, one.caller) for one in tricks} == set(
        itertools.product(TRICKS, (Caller.WITHDRAWN, Caller.UNKNOWN))
    )
    assert {one.expected for one in tricks} == {Expected.KEPT_OUT}


def test_where_another_model_may_answer_it_is_asked_with_and_without() -> None:
    asked = {
        one.fallback
        for one in plan(a_directive(fallback=True))
        if (one.route, one.model, one.caller, one.way)
        == ("chat.completions", "desk-helper", Caller.WITHDRAWN, "plain")
    }
    assert asked == {True, False}


@pytest.mark.parametrize("route", [BATCHES, STORED])
def test_what_somebody_else_has_made_is_tried_when_there_is_somebody_who_may(route: str) -> None:
    assert {one.caller for one in plan() if one.route == route} == {Caller.WITHDRAWN, Caller.UNKNOWN}
    alone = plan(for_everybody(), callers=(Caller.UNKNOWN,))
    assert [one for one in alone if one.route == route] == []


def test_training_is_only_asked_for_by_those_who_are_kept_from_it() -> None:
    asked = [
        one for one in plan(a_directive(acts=(Act.INFER, Act.FINE_TUNE))) if one.route.startswith("fine")
    ]
    assert {one.caller for one in asked} == {Caller.WITHDRAWN, Caller.UNKNOWN}
    assert {one.expected for one in asked} == {Expected.DENIED}


def test_weights_are_fetched_by_their_bytes() -> None:
    url = "https://weights.example/helper.gguf"
    probes = plan(a_directive(acts=(Act.INFER, Act.DOWNLOAD)), weights=(url,))
    found = {(one.way, one.caller, one.expected) for one in probes if one.route == WEIGHTS}
    kept_out, served = Expected.KEPT_OUT, Expected.SERVED
    assert found == {
        (way, caller, kept_out if caller in (Caller.WITHDRAWN, Caller.UNKNOWN) else served)
        for way in ("first-byte", "bytes")
        for caller in ALL
    }


def test_snapshots_and_versions_are_asked_for_too() -> None:
    model = a_model(hosted=(HostedModel(provider="elm", name="desk", snapshot="2026-07-01"),), aliases=())
    order = a_directive(subject=Subject(models=(model,), descendants=Descendants.NONE))
    assert {"desk", "desk-2026-07-01", "desk@2026-07-01"} <= set(names_of(looked(order, offered=())))


@pytest.mark.parametrize(
    ("order", "caller"), [(for_everybody(), Caller.PERMITTED), (a_stop(), Caller.LICENSED)]
)
def test_callers_that_there_cannot_be_are_refused(order: object, caller: Caller) -> None:
    with pytest.raises(InputError):
        plan(order, callers=(caller,))


def test_nothing_to_ask_is_said() -> None:
    with pytest.raises(InputError, match="nothing to ask"):
        plan(callers=())


def test_every_route_that_asks_has_a_harmless_body() -> None:
    for route in ROUTES:
        assert (route.body is None) is (route.shape is Shape.LOOK)
        if route.body is not None:
            assert "desk-helper" in str(route.body("desk-helper"))
