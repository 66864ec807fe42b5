from __future__ import annotations

from typing import Any

import pytest
from multidict import CIMultiDict

from groundstop.gateway.reading import Asking, BadRequest, asked_of
from groundstop.gateway.reading.asking import MOST_NAMES
from groundstop.gateway.reading.naming import names_in_request
from groundstop.gateway.routes import Matched, find, routes_with
from groundstop.gateway.settings import ExtraRoute

HELLO = [{"role": "user", "content": "Say hello."}]


def route(path: str) -> Matched:
    found = find("POST", path, CIMultiDict())
    assert isinstance(found, Matched)
    return found


CHAT = route("/v1/chat/completions")


def asked(body: dict[str, Any], at: Matched = CHAT) -> Asking:
    return asked_of(at, {"model": "elm", **body})


def refused(body: dict[str, Any], at: Matched = CHAT) -> BadRequest:
    with pytest.raises(BadRequest) as caught:
        asked_of(at, body)
    assert caught.value.status == 400
    return caught.value


def test_a_plain_question_names_one_model() -> None:
    asking = asked({"messages": HELLO})
    assert (asking.model, asking.others, asking.stream) == ("elm", (), False)
    assert asking.names == ("elm",)


@pytest.mark.parametrize(
    ("model", "code"),
    [
        (None, "model_missing"),
        ("", "invalid_model"),
        (["elm"], "invalid_model"),
        ({"id": "elm"}, "invalid_model"),
        (7, "invalid_model"),
        (True, "invalid_model"),
        ("elm ", "invalid_model"),
        ("el\u00adm", "invalid_model"),
        ("\uff45lm", "invalid_model"),
        ("elm\x00", "invalid_model"),
        ("elm\n", "invalid_model"),
        ("el*", "invalid_model"),
        ("elm?v=2", "invalid_model"),
        ("e" * 257, "invalid_model"),
    ],
)
def test_what_is_no_name_is_refused(model: object, code: str) -> None:
    error = refused({"model": model, "messages": HELLO})
    assert (error.code, error.param) == (code, "model")


def test_no_model_at_all_is_refused() -> None:
    assert refused({"messages": HELLO}).code == "model_missing"


@pytest.mark.parametrize(
    "key",
    ["Model", "MODEL", "model ", "\uff4dodel", "mo\u00addel", "model\u200b", "_model", "Stream", "Models"],
)
def test_another_spelling_of_a_key_is_refused(key: str) -> None:
    assert refused({"model": "elm", key: "alder"}).code == "misspelled_key"
    with pytest.raises(BadRequest):
        asked_of(CHAT, {key: "alder"})


@pytest.mark.parametrize(
    ("body", "others"),
    [
        ({"models": ["elm", "alder", "beech"]}, ("alder", "beech")),
        ({"fallbacks": ["alder"]}, ("alder",)),
        ({"fallbacks": [{"model": "alder", "max_tokens": 5}, {"model": "beech"}]}, ("alder", "beech")),
        ({"fallbacks": [{"elm": {"model": "alder"}, "x": [{"model": "beech"}]}]}, ("alder", "beech")),
        ({"fallbacks": [{"elm": ["alder", "beech"]}]}, ("alder", "beech")),
        ({"fallbacks": "default"}, ()),
        ({"fallbacks": "alder"}, ("alder",)),
        ({"fallbacks": "alder,beech"}, ("alder,beech", "alder", "beech")),
        ({"fallback_models": ["alder"]}, ("alder",)),
        ({"context_window_fallbacks": [{"elm": ["alder"]}]}, ("alder",)),
        ({"fallback_credit_token": "a b c"}, ()),
        ({"tools": [{"type": "advisor", "model": "alder"}]}, ("alder",)),
        ({"tools": [{"type": "picture", "svg": {"model": "alder"}}]}, ("alder",)),
        ({"tools": [{"type": "picture", "Model": "alder"}]}, ("alder",)),
        ({"moderation": {"model": "alder"}}, ("alder",)),
        ({"plugins": [{"id": "web", "model": "alder"}]}, ("alder",)),
        ({"agent": {"model": {"id": "alder", "effort": "low"}}}, ("alder",)),
        ({"engine": "alder"}, ("alder",)),
        ({"base_model": "alder"}, ("alder",)),
        ({"extra_body": {"model": "alder"}}, ("alder",)),
        ({"method": {"grader": {"graders": {"a": {"model": "alder"}}}}}, ("alder",)),
        ({"input": [{"type": "tool_search_output", "tools": [{"model": "alder"}]}]}, ("alder",)),
        ({"models": [[["alder"]]]}, ("alder",)),
        ({"models": None, "fallbacks": None}, ()),
    ],
)
def test_every_other_name_is_found(body: dict[str, Any], others: tuple[str, ...]) -> None:
    assert asked(body).others == others


@pytest.mark.parametrize(
    "body",
    [
        {"messages": [{"role": "user", "content": [{"type": "text", "text": "x", "model": "no name"}]}]},
        {
            "messages": [
                {"role": "assistant", "content": [{"type": "tool_use", "input": {"model": "no name"}}]}
            ]
        },
        {"metadata": {"model": "no name"}},
        {"input": {"model": "no name"}},
        {"prompt": {"id": "p", "variables": {"model": "no name"}}},
        {"system": [{"model": "no name"}]},
        {
            "tools": [
                {"type": "function", "function": {"parameters": {"properties": {"model": {"id": "no name"}}}}}
            ]
        },
        {"tools": [{"name": "car", "input_schema": {"properties": {"model": {"name": "no name"}}}}]},
        {"tools": [{"name": "car", "input_examples": [{"model": "no name"}]}]},
        {"response_format": {"type": "json_schema", "json_schema": {"schema": {"model": "no name"}}}},
        {"text": {"format": {"type": "json_schema", "schema": {"model": "no name"}}}},
        {"tools": [{"type": "mcp", "headers": {"x-model": "no name"}}]},
    ],
)
def test_what_users_write_as_they_like_names_no_model(body: dict[str, Any]) -> None:
    assert asked(body).others == ()


@pytest.mark.parametrize("key", ["fallbacks", "models", "model", "elm", "tools"])
def test_each_part_of_a_body_is_looked_at_once(key: str) -> None:
    value: Any = ["alder", {"model": "beech"}]
    for _ in range(25):
        value = [{key: value}]
    found = names_in_request({"model": "elm", "fallbacks": value})
    assert {one.name for one in found} >= {"elm", "beech"}
    assert len(found) <= 3 + 25


def test_another_name_that_is_none_is_refused_with_its_key() -> None:
    error = refused({"model": "elm", "tools": [{"model": "al der"}]})
    assert (error.code, error.param) == ("invalid_model", "model")
    assert "al der" not in error.message


def test_names_have_a_bound() -> None:
    assert len(asked({"models": [f"elm-{n}" for n in range(MOST_NAMES - 1)]}).others) == MOST_NAMES - 1
    assert refused({"model": "elm", "models": [f"e{n}" for n in range(MOST_NAMES)]}).code == "too_many_models"


@pytest.mark.parametrize(("value", "stream"), [(True, True), (False, False), (None, False)])
def test_a_stream_is_asked_for_by_true(value: object, stream: bool) -> None:
    assert asked({"stream": value}).stream is stream


@pytest.mark.parametrize("value", ["true", 1, 0, "", [], {}])
def test_a_stream_that_is_neither_true_nor_false_is_refused(value: object) -> None:
    assert refused({"model": "elm", "stream": value}).code == "invalid_stream"


def test_a_route_without_streams_refuses_one() -> None:
    assert refused({"model": "elm", "stream": True}, route("/v1/embeddings")).param == "stream"


def test_a_route_about_one_model_is_about_it_whatever_the_body_says() -> None:
    routes = routes_with([ExtraRoute(path="/score", always="elm-1")])
    score = routes.find("POST", "/score", CIMultiDict())
    assert isinstance(score, Matched)
    asking = asked_of(score, {"model": "alder"})
    assert (asking.model, asking.others) == ("elm-1", ("alder",))
    assert asked_of(score, {}).names == ("elm-1",)


def test_a_guard_sees_all_that_the_model_is_told() -> None:
    asking = asked(
        {
            "system": [{"type": "text", "text": "one"}],
            "instructions": "two",
            "messages": [
                {"role": "user", "content": "three"},
                {
                    "role": "user",
                    "content": [
                        {"type": "text", "text": "four"},
                        {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}},
                        {"type": "document", "source": {"type": "text", "data": "five"}},
                        {"type": "document", "source": {"type": "base64", "data": "AAAA"}},
                    ],
                },
                {"role": "assistant", "tool_calls": [{"id": "c", "function": {"arguments": "six"}}]},
                {"role": "tool", "content": [{"type": "tool_result", "content": [{"text": "seven"}]}]},
            ],
            "prompt": ["eight", "nine"],
            "input": [{"type": "message", "content": [{"type": "input_text", "text": "ten"}]}],
            "tools": [{"type": "function", "function": {"description": "eleven"}}],
            "metadata": {"note": "not told"},
        }
    )
    words = "one two three four five six seven eight nine ten eleven"
    assert list(asking.texts()) == words.split()


@pytest.mark.parametrize(
    ("body", "opaque"),
    [
        ({"messages": HELLO}, False),
        ({"messages": HELLO, "tools": [{"type": "file_search", "ids": [1]}]}, False),
        ({"input": "hello"}, False),
        ({"prompt": ["hello"]}, False),
        ({"input": [{"type": ["image"], "content": {"type": {}}}]}, False),
        ({"prompt": [1, 2]}, True),
        ({"input": [[1, 2]]}, True),
        ({"prompt": {"id": "p_1"}}, True),
        ({"previous_response_id": "r_1", "input": "hello"}, True),
        ({"conversation": {"id": "c_1"}, "input": "hello"}, True),
        (
            {"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "x"}}]}]},
            True,
        ),
        (
            {"messages": [{"content": [{"type": "document", "source": {"type": "base64", "data": "A"}}]}]},
            True,
        ),
        ({"messages": [{"content": [{"type": "document", "source": {"type": "text", "data": "A"}}]}]}, False),
        ({"input": [{"content": [{"type": "input_file", "file_id": "f"}]}]}, True),
        ({"messages": [{"content": [{"source": {"type": "url", "url": "x"}}]}]}, True),
        (
            {"input": [{"content": [{"type": "output_text", "a": [{"type": "url_citation", "url": "x"}]}]}]},
            False,
        ),
    ],
)
def test_what_a_guard_cannot_look_at_is_known(body: dict[str, Any], opaque: bool) -> None:
    assert asked(body).opaque() is opaque
