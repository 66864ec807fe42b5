from __future__ import annotations

import json
from typing import Any

import pytest

from groundstop.gateway.reading import (
    BadRequest,
    models_in_results,
    order_of,
    read_batch,
    read_inline,
    written_batch,
)
from groundstop.gateway.reading import lines as reading_lines
from groundstop.gateway.routes import ROUTES

CHAT = next(one for one in ROUTES if one.name == "chat.completions")
EMBEDDINGS = next(one for one in ROUTES if one.name == "embeddings")


def line(model: str = "elm", **changes: Any) -> dict[str, Any]:
    body = {"model": model, "messages": [{"role": "user", "content": "Say hello."}]}
    return {"custom_id": "a", "method": "POST", "url": "/v1/chat/completions", "body": body} | changes


def batch(*lines: dict[str, Any]) -> bytes:
    return b"\n".join(json.dumps(one).encode() for one in lines)


def refused(data: bytes) -> BadRequest:
    with pytest.raises(BadRequest) as caught:
        read_batch(data)
    return caught.value


def test_each_line_is_read_with_its_models() -> None:
    data = batch(line(), line("alder", custom_id="b", body={"model": "alder", "models": ["beech"]}))
    first, second = read_batch(b"\n" + data.replace(b"\n", b"\r\n \t\r\n") + b"\n\n", CHAT)
    assert (first.number, first.custom_id, first.asking.names) == (2, "a", ("elm",))
    assert (second.number, second.route, second.asking.names) == (4, CHAT, ("alder", "beech"))


def test_what_is_written_holds_what_was_read_and_nothing_else() -> None:
    data = batch(line(), line("alder"))
    assert [json.loads(one) for one in written_batch(read_batch(data)).splitlines()] == [
        json.loads(one) for one in data.splitlines()
    ]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "The batch has no requests"),
        (b"\n\n", "The batch has no requests"),
        (batch(line()) + b"\n{", "In line 2 of the batch: The body is not JSON"),
        (batch(line()).replace(b'"elm"', b'"elm","model":"alder"'), "In line 1 of the batch: A key stands"),
        (batch(line()).replace(b" ", b"\r"), "In line 1 of the batch: A carriage return"),
        (batch(line(url="/v1/files")), "In line 1 of the batch: url is not"),
        (batch(line(url="/v1/embeddings/")), "In line 1 of the batch: url is not"),
        (batch(line(url="/v1/chat/completions?model=alder")), "In line 1 of the batch: url is not"),
        (batch(line(url=["/v1/embeddings"])), "In line 1 of the batch: url is not"),
        (batch(line(url="/v1/models/elm")), "In line 1 of the batch: url is not"),
        (batch(line(method="post")), "In line 1 of the batch: method is not POST"),
        (batch(line(body=[])), "In line 1 of the batch: body is no object"),
        (batch(line(body={"messages": []})), "In line 1 of the batch: The body names no model"),
        (batch(line(body={"model": "e lm"})), "In line 1 of the batch: model is no name"),
        (
            batch(line(Body={"model": "alder"})),
            "In line 1 of the batch: It is no object with body, custom_id",
        ),
        (batch(line(custom_id="")), "In line 1 of the batch: custom_id is no text"),
        (batch(line(custom_id=7)), "In line 1 of the batch: custom_id is no text"),
        (batch(line()) + b" " + batch(line()), "In line 1 of the batch: The body is not JSON: Extra data"),
    ],
)
def test_a_bad_line_is_told_by_its_number(data: bytes, message: str) -> None:
    error = refused(data)
    assert error.status == 400
    assert error.message.startswith(message)


def test_a_line_for_another_route_than_the_batch_is_refused() -> None:
    assert read_batch(batch(line(url="/v1/embeddings")), EMBEDDINGS)
    with pytest.raises(BadRequest, match="line 1"):
        read_batch(batch(line()), EMBEDDINGS)


def test_requests_have_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading_lines, "MOST_REQUESTS", 2)
    assert len(read_batch(batch(line(), line()))) == 2
    assert "more than 2 requests" in refused(batch(line(), line(), line())).message
    with pytest.raises(BadRequest, match="no list of 1 to 2"):
        read_inline({"requests": [{}, {}, {}]})


def test_an_order_names_its_file_and_its_route() -> None:
    order = order_of({"input_file_id": "file-1", "endpoint": "/v1/embeddings", "completion_window": "24h"})
    assert (order.input_file_id, order.endpoint, order.models) == ("file-1", EMBEDDINGS, ())
    body = {"input_file_id": "file-1", "endpoint": "/v1/embeddings", "model": "alder"}
    assert order_of(body).models == ("alder",)


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({"endpoint": "/v1/embeddings"}, "input_file_id"),
        ({"input_file_id": "../file", "endpoint": "/v1/embeddings"}, "input_file_id"),
        ({"input_file_id": "a/content", "endpoint": "/v1/embeddings"}, "input_file_id"),
        ({"input_file_id": "file-1", "endpoint": "/v1/files"}, "endpoint"),
        ({"input_file_id": "file-1"}, "endpoint"),
        ({"input_file_id": "file-1", "endpoint": "/v1/embeddings", "model": "al der"}, "model"),
    ],
)
def test_an_order_that_is_unclear_is_refused(body: dict[str, Any], param: str) -> None:
    with pytest.raises(BadRequest) as caught:
        order_of(body)
    assert caught.value.param == param


def test_requests_in_a_body_are_read_with_their_models() -> None:
    params = {"model": "elm", "max_tokens": 5, "messages": []}
    first, second = read_inline(
        {
            "requests": [
                {"custom_id": "a", "params": params},
                {"custom_id": "b", "params": {**params, "model": "alder", "fallbacks": [{"model": "beech"}]}},
            ]
        }
    )
    assert (first.number, first.route.name, first.asking.names) == (1, "messages", ("elm",))
    assert (second.number, second.custom_id, second.asking.names) == (2, "b", ("alder", "beech"))


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({}, "requests is no list"),
        ({"requests": []}, "requests is no list"),
        ({"requests": {"a": 1}}, "requests is no list"),
        ({"requests": [7], "model": "elm"}, "nothing beside them"),
        ({"requests": [7]}, "In request 1 of the batch: It is no object"),
        ({"requests": [{"custom_id": "a", "params": []}]}, "In request 1 of the batch: params is no object"),
        ({"requests": [{"custom_id": "a", "params": {}}]}, "In request 1 of the batch: The body names no"),
        ({"requests": [{"params": {"model": "elm"}}]}, "In request 1 of the batch: custom_id"),
    ],
)
def test_requests_that_are_unclear_are_refused(body: dict[str, Any], message: str) -> None:
    with pytest.raises(BadRequest) as caught:
        read_inline(body)
    assert message in caught.value.message


def test_models_in_results_are_found_and_unreadable_lines_counted() -> None:
    data = b"\n".join(
        [
            b'{"custom_id":"a","response":{"status_code":200,"body":{"model":"elm-1","choices":[]}}}',
            b'{"custom_id":"b","result":{"type":"succeeded","message":{"model":"alder","content":[]}}}',
            b'{"custom_id":"c","method":"POST","url":"/v1/x","body":{"model":"beech"}}',
            b'{"custom_id":"d","result":{"type":"errored","error":{}}}',
            b'{"model":"oak"}',
            b'{"car":{"model":"a secret"},"messages":[{"model":"another"}]}',
            b"",
            b"{",
            b"[]",
            b"\xff\x00",
        ]
    )
    assert models_in_results(data) == (frozenset({"elm-1", "alder", "beech", "oak"}), 2, True)
    assert models_in_results(b"") == (frozenset(), 0, False)
