"""Which upstream has a model."""

from __future__ import annotations

from groundstop.gateway.proxying.routing import Routing
from groundstop.gateway.settings import Dialect, Settings
from tests.gateway_parts import settings_for

URL = "http://127.0.0.1:9/v1"


def settings() -> Settings:
    return settings_for(
        {"url": URL, "name": "a", "models": ["desk-1"], "aliases": {"quick": "desk-1"}},
        {"url": URL, "name": "b", "speaks": ["anthropic"]},
        retired=[{"model": "desk-0"}],
        fallback=[{"model": "desk-1", "use": "desk-2"}],
    )


def test_a_model_is_where_it_is_named_and_an_alias_with_what_it_stands_for() -> None:
    routing = Routing(settings())
    model = routing.find(Dialect.OPENAI, "desk-1")
    alias = routing.find(Dialect.ANTHROPIC, "quick")

    assert model is not None
    assert (model.upstream.name, model.model, model.names) == ("a", "desk-1", ("desk-1",))
    assert alias is not None
    assert (alias.upstream.name, alias.model, alias.names) == ("a", "desk-1", ("quick", "desk-1"))


def test_whatever_nobody_names_is_where_no_models_are_named_in_that_dialect_alone() -> None:
    routing = Routing(settings())
    rest = routing.find(Dialect.ANTHROPIC, "desk-9")

    assert rest is not None
    assert (rest.upstream.name, rest.names) == ("b", ("desk-9",))
    assert routing.find(Dialect.OPENAI, "desk-9") is None


def test_names_are_compared_to_the_letter() -> None:
    assert Routing(settings()).find(Dialect.OPENAI, "Desk-1") is None


def test_retired_models_fallbacks_and_aliases_are_found_by_any_of_the_names() -> None:
    routing = Routing(settings())

    assert [one.name for one in routing.speaking(Dialect.ANTHROPIC)] == ["a", "b"]
    assert routing.aliases(Dialect.OPENAI) == ("quick",)
    assert routing.retired("x", "desk-0") is not None
    assert routing.retired("desk-1") is None
    fallback = routing.fallback("quick", "desk-1")
    assert fallback is not None
    assert fallback.use == "desk-2"
