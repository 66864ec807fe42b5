"""Wherever a body names a model, it is found; and what users write as they like names none."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from multidict import CIMultiDict

from groundstop.gateway.reading import asked_of, read_json, written
from groundstop.gateway.routes import Matched, find

MATCHED = find("POST", "/v1/responses", CIMultiDict())
assert isinstance(MATCHED, Matched)
ROUTE = MATCHED
PLAIN = st.sampled_from(["tools", "plugins", "options", "extra_body", "agent", "a", "__proto__", "Options"])
NAMING = st.sampled_from(
    ["model", "Model", "models", "fallbacks", "fallback_models", "base_model", "engine", "MODEL_NAME"]
)
FREE = st.sampled_from(
    ["metadata", "parameters", "input_schema", "schema", "arguments", "messages", "input", "system"]
)
UNTOOLED = st.lists(PLAIN.filter(lambda one: one != "tools"), max_size=3)


def wrapped(value: Any, keys: list[str], in_list: bool) -> Any:
    for key in keys:
        value = {key: [value] if in_list else value}
    return value


@settings(max_examples=200, deadline=None)
@given(st.lists(PLAIN, min_size=1, max_size=6), NAMING, st.booleans(), st.booleans())
def test_a_name_is_found_wherever_it_stands(path: list[str], key: str, in_list: bool, listed: bool) -> None:
    named = wrapped({key: ["alder"] if listed else "alder"}, path, in_list)
    asking = asked_of(ROUTE, read_json(written({"model": "elm", **named})))
    assert asking.names == ("elm", "alder")


@settings(max_examples=200, deadline=None)
@given(st.lists(PLAIN, max_size=3), FREE, UNTOOLED, NAMING)
def test_what_users_write_as_they_like_is_not(
    outside: list[str], free: str, inside: list[str], key: str
) -> None:
    named = wrapped({free: [wrapped({key: "no name"}, inside, in_list=True)]}, outside, in_list=False)
    assert asked_of(ROUTE, {"model": "elm", **named}).names == ("elm",)
