from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from groundstop.documents.directives import Act
from groundstop.gateway.dialects import marked, served_in
from groundstop.gateway.gate import Gate, Ruling
from groundstop.gateway.reading.naming import tidy_name
from groundstop.gateway.settings import Dialect
from tests.directive_parts import for_everybody, signed
from tests.unit.gateway.dialects.test_events import CHAT, MESSAGES, RESPONSES, the_route
from tests.unit.gateway.test_gate import a_gate


@pytest.mark.parametrize(
    ("value", "models"),
    [
        ({"model": "elm"}, ("elm",)),
        ({"usage": {"iterations": [{"model": "alder"}]}, "model": "elm"}, ("elm", "alder")),
        ({"model": "elm", "choices": [{"message": {"content": "model: alder"}}]}, ("elm",)),
        (
            {"object": "list", "data": [{"model": "elm"}, {"model": "alder"}, {"model": "elm"}]},
            ("elm", "alder"),
        ),
        ({"model": "elm", "fine_tuned_model": "ft:elm:a"}, ("elm", "ft:elm:a")),
        ({"model": "elm", "tools": [{"type": "picture", "model": "alder"}]}, ("elm", "alder")),
        ({"model": "elm", "content": [{"type": "tool_use", "input": {"model": "x"}}]}, ("elm",)),
        ({"model": "elm", "metadata": {"model": "x"}, "instructions": [{"model": "x"}]}, ("elm",)),
        ({"data": [{"embedding": [0.5, 0.25]}], "model": "elm"}, ("elm",)),
        ({"model": None}, ()),
        ({"error": {"message": "no"}}, ()),
        ([{"model": "elm"}], ("elm",)),
        ("elm", ()),
        (None, ()),
        ({"model": ""}, ()),
        ({"Model": "elm"}, ("elm",)),
    ],
)
def test_an_answer_tells_which_models_served_it(value: object, models: tuple[str, ...]) -> None:
    for route in (CHAT, RESPONSES, MESSAGES):
        assert served_in(route, value) == models


def test_a_list_of_models_was_served_by_none() -> None:
    assert served_in(the_route("models.list"), {"data": [{"id": "elm", "model": "elm"}]}) == ()


@pytest.mark.parametrize("key", ["a", "fallbacks", "models", "elm"])
def test_an_answer_that_nests_without_end_is_looked_at_no_further(key: str) -> None:
    value: Any = {"model": "deep"}
    for _ in range(900):
        value = {key: [value]} if key != "models" else [value]
    if key == "elm":
        value = {"fallbacks": value}
    assert served_in(CHAT, {"model": "elm", "models": value})[:1] == ("elm",)


@pytest.mark.parametrize(
    ("name", "tidy"),
    [
        ("elm", "elm"),
        (" elm\t 1\n", "elm 1"),
        ("e\x00l\x7fm*", "elm"),
        ("elm?v=2", "elm#v=2"),
        ("élm", "élm"),
        ("e" * 400, "e" * 300),
        ("  ", ""),
    ],
)
def test_a_name_that_an_upstream_gives_is_made_fit_for_receipts(name: str, tidy: str) -> None:
    assert tidy_name(name) == tidy


def ruled(gate: Gate) -> Any:
    def rule(name: str) -> Ruling:
        return gate.rule([name], Act.INFER)

    return rule


@pytest.mark.parametrize("dialect", list(Dialect))
def test_each_model_of_a_list_tells_whether_it_is_open(dialect: Dialect) -> None:
    value = {
        "object": "list",
        "data": [{"id": "desk-clerk", "created": 0}, {"id": "desk-helper"}, {"name": "odd"}, 7],
        "has_more": False,
    }
    before = deepcopy(value)
    told = marked(dialect, value, ruled(a_gate(signed(for_everybody()))))
    assert value == before
    assert told["data"][0] == {"id": "desk-clerk", "created": 0, "groundstop": {"available": True}}
    withdrawn = told["data"][1]["groundstop"]
    assert withdrawn["available"] is False
    assert withdrawn["reason"] == "model_withdrawn"
    assert withdrawn["alternatives"] == [{"model": "desk-clerk", "tested": None}]
    assert told["data"][2:] == [{"name": "odd"}, 7]
    assert (told["object"], told["has_more"]) == ("list", False)


def test_what_a_gateway_behind_this_one_keeps_out_stays_marked_by_it() -> None:
    told = {"id": "desk-clerk", "groundstop": {"available": False, "directive": "GSD-20260706-0000000009"}}
    assert marked(Dialect.OPENAI, told, ruled(a_gate())) == told
    both = marked(Dialect.OPENAI, {**told, "id": "desk-helper"}, ruled(a_gate(signed(for_everybody()))))
    assert both["groundstop"]["directive"] == for_everybody().id


def test_one_model_tells_whether_it_is_open() -> None:
    told = marked(Dialect.OPENAI, {"id": "desk-helper", "object": "model"}, ruled(Gate()))
    assert told["groundstop"]["reason"] == "gateway_closed"
    assert marked(Dialect.OPENAI, ["odd"], ruled(Gate())) == ["odd"]
