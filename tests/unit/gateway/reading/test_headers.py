from __future__ import annotations

import pytest
from multidict import CIMultiDict

from groundstop.gateway.reading import (
    BadRequest,
    answer_headers,
    answer_type,
    check_headers,
    models_in_headers,
    presented,
    upstream_headers,
)
from groundstop.gateway.reading.headers import MOST_HEADERS, MOST_TOKEN_CHARACTERS, MOST_TOKENS
from groundstop.gateway.routes import ROUTES, Kind, Route, routes_with
from groundstop.gateway.settings import Dialect, ExtraRoute

JSON = ("Content-Type", "application/json")


def the_route(name: str) -> Route:
    return next(one for one in ROUTES if one.name == name)


CHAT, UPLOAD, FILES = the_route("chat.completions"), the_route("files.upload"), the_route("files.list")


def headers(*pairs: tuple[str, str]) -> CIMultiDict[str]:
    return CIMultiDict(pairs)


def refused(*pairs: tuple[str, str], route: Route = CHAT) -> tuple[int, str]:
    with pytest.raises(BadRequest) as caught:
        check_headers(headers(*pairs), route)
    return caught.value.status, caught.value.code


@pytest.mark.parametrize(
    "more",
    [
        (),
        (("Content-Length", "12"),),
        (("Transfer-Encoding", "chunked"),),
        (("Content-Encoding", "identity"),),
        (("Expect", "100-continue"),),
        (("Cookie", "a=1"), ("Cookie", "b=2")),
    ],
)
def test_ordinary_headers_pass(more: tuple[tuple[str, str], ...]) -> None:
    check_headers(headers(JSON, *more), CHAT)


@pytest.mark.parametrize(
    ("pairs", "answer"),
    [
        ((("Content-Length", "12"), ("Transfer-Encoding", "chunked")), (400, "framing_unclear")),
        ((("Content-Length", "12"), ("content-length", "12")), (400, "header_twice")),
        ((("Content-Length", "+12"),), (400, "framing_unclear")),
        ((("Content-Length", "1_2"),), (400, "framing_unclear")),
        ((("Content-Length", "\u0661"),), (400, "framing_unclear")),
        ((("Content-Length", "12, 12"),), (400, "framing_unclear")),
        ((("Transfer-Encoding", "gzip, chunked"),), (400, "framing_unclear")),
        ((("Transfer-Encoding", "xchunked"),), (400, "framing_unclear")),
        ((("Transfer-Encoding", "chunked"), ("Transfer-Encoding", "chunked")), (400, "header_twice")),
        ((("Host", "a.example"), ("Host", "b.example")), (400, "header_twice")),
        ((("Authorization", "Bearer a"), ("Authorization", "Bearer b")), (400, "header_twice")),
        ((JSON,), (400, "header_twice")),
        ((("Content-Encoding", "gzip"),), (415, "encoding_not_supported")),
        ((("Content-Encoding", "identity, br"),), (415, "encoding_not_supported")),
        ((("Expect", "200-ok"),), (417, "expectation_failed")),
        ((("Upgrade", "websocket"),), (400, "upgrade_not_allowed")),
        ((("Upgrade", "h2c"), ("Upgrade", "websocket")), (400, "upgrade_not_allowed")),
        ((("X-Long", "a" * 70_000),), (431, "headers_too_large")),
        (tuple((f"X-{n}", "") for n in range(MOST_HEADERS)), (431, "headers_too_large")),
    ],
)
def test_what_another_reader_may_read_otherwise_is_refused(
    pairs: tuple[tuple[str, str], ...], answer: tuple[int, str]
) -> None:
    assert refused(JSON, *pairs) == answer


@pytest.mark.parametrize(
    ("route", "kind"),
    [
        (CHAT, "application/json"),
        (CHAT, "Application/JSON; charset=utf-8"),
        (CHAT, 'application/json;charset="UTF-8"'),
        (UPLOAD, "multipart/form-data; boundary=abc"),
        (FILES, "text/plain"),
    ],
)
def test_bodies_of_the_kind_that_a_route_takes_pass(route: Route, kind: str) -> None:
    check_headers(headers(("Content-Type", kind)), route)


def test_an_offer_of_http_2_is_passed_over() -> None:
    check_headers(headers(JSON, ("Upgrade", "h2c"), ("HTTP2-Settings", "AAMAAABkAAQCAAAAAAIAAAAA")), CHAT)


@pytest.mark.parametrize(
    ("route", "kind"),
    [
        (CHAT, "application/x-www-form-urlencoded"),
        (CHAT, "text/json"),
        (CHAT, "application/json-patch+json"),
        (CHAT, "application/json; charset=utf-16"),
        (CHAT, "multipart/form-data; boundary=abc"),
        (UPLOAD, "application/json"),
        (UPLOAD, "multipart/mixed; boundary=abc"),
    ],
)
def test_bodies_of_another_kind_are_refused(route: Route, kind: str) -> None:
    assert refused(("Content-Type", kind), route=route) == (415, "type_not_supported")


def test_a_body_of_no_kind_is_refused_where_one_is_taken() -> None:
    assert refused() == (415, "type_not_supported")
    check_headers(headers(), FILES)
    assert the_route("batches").kind is Kind.BATCH
    assert refused(route=the_route("batches")) == (415, "type_not_supported")


def test_a_route_about_one_model_needs_no_body() -> None:
    route = routes_with([ExtraRoute(path="/score", always="elm-1")]).routes[-1]
    assert route.kind is Kind.FIXED
    check_headers(headers(), route)
    assert refused(("Content-Type", "text/plain"), route=route) == (415, "type_not_supported")


def test_tokens_are_in_their_order_and_the_persons_is_the_first() -> None:
    shown = presented(
        headers(
            ("Authorization", "bearer key-1"),
            ("X-Api-Key", "key-2"),
            ("Groundstop-Token", "person"),
            ("Groundstop-Token", "organisation, other"),
        )
    )
    assert shown.tokens == ("person", "organisation", "other", "key-1", "key-2")
    assert shown.keys == ("key-1", "key-2")
    assert shown.key == "key-1"


def test_a_token_that_attests_somebody_is_no_key_of_an_upstream() -> None:
    shown = presented(headers(("Authorization", "Bearer key-1"), ("X-Api-Key", "key-2")))
    assert shown.key_beside({"key-1"}) == "key-2"
    assert shown.key_beside({"key-1", "key-2"}) is None
    assert shown.key_beside(()) == "key-1"


@pytest.mark.parametrize("value", ["", "Bearer", "Bearer ", "Basic abc", "abc", "Bearer a b", "Bearer ü"])
def test_what_is_no_bearer_token_is_nothing(value: str) -> None:
    shown = presented(headers(("Authorization", value)))
    assert shown.tokens == ()
    assert shown.key is None


@pytest.mark.parametrize(
    ("pairs", "code"),
    [
        ([("Groundstop-Token", "a" * (MOST_TOKEN_CHARACTERS + 1))], "token_too_large"),
        ([("Groundstop-Token", str(n)) for n in range(MOST_TOKENS + 1)], "too_many_tokens"),
        ([("Groundstop-Token", "a b")], "invalid_token"),
        ([("X-Api-Key", "ü")], "invalid_token"),
        ([("X-Api-Key", "a"), ("X-Api-Key", "b")], "header_twice"),
    ],
)
def test_odd_credentials_are_refused_and_never_quoted(pairs: list[tuple[str, str]], code: str) -> None:
    with pytest.raises(BadRequest) as caught:
        presented(headers(*pairs))
    assert caught.value.code == code
    assert pairs[0][1] not in caught.value.message.split()


def test_only_known_headers_go_on() -> None:
    sent = headers(
        ("Authorization", "Bearer a"),
        ("X-Api-Key", "b"),
        ("Groundstop-Token", "c"),
        ("Cookie", "d"),
        ("Host", "e"),
        ("X-Forwarded-For", "f"),
        ("X-HTTP-Method-Override", "DELETE"),
        ("X-Model", "alder"),
        ("Accept-Encoding", "gzip"),
        ("Content-Type", "application/json"),
        ("Content-Length", "1"),
        ("Connection", "keep-alive"),
        ("OpenAI-Organization", "oak-office"),
        ("User-Agent", "desk/1"),
        ("Anthropic-Version", "2024-01-01"),
        ("Anthropic-Beta", "one"),
        ("Anthropic-Beta", "two"),
    )
    assert upstream_headers(sent, Dialect.OPENAI) == [
        ("user-agent", "desk/1"),
        ("openai-organization", "oak-office"),
    ]
    assert upstream_headers(sent, Dialect.ANTHROPIC) == [
        ("user-agent", "desk/1"),
        ("anthropic-beta", "one"),
        ("anthropic-beta", "two"),
        ("anthropic-version", "2024-01-01"),
    ]


def test_an_upstream_is_told_a_version_where_the_client_says_none() -> None:
    assert upstream_headers(headers(), Dialect.ANTHROPIC) == [("anthropic-version", "2023-06-01")]


def test_only_known_headers_come_back() -> None:
    sent = headers(
        ("Set-Cookie", "a"),
        ("Location", "b"),
        ("Server", "c"),
        ("Transfer-Encoding", "chunked"),
        ("Content-Encoding", "gzip"),
        ("Groundstop-Request", "d"),
        ("Retry-After", "3"),
        ("X-RateLimit-Remaining-Requests", "9"),
        ("anthropic-ratelimit-requests-limit", "8"),
        ("X-Request-Id", "e"),
    )
    assert answer_headers(sent) == [
        ("Retry-After", "3"),
        ("X-RateLimit-Remaining-Requests", "9"),
        ("anthropic-ratelimit-requests-limit", "8"),
        ("X-Request-Id", "e"),
    ]


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ("Text/Event-Stream; charset=utf-8", "text/event-stream"),
        ("application/json", "application/json"),
        (None, ""),
    ],
)
def test_the_kind_of_an_answer(value: str | None, kind: str) -> None:
    assert answer_type(headers(*([] if value is None else [("Content-Type", value)]))) == kind


def test_models_in_the_headers_of_an_answer_are_known() -> None:
    assert models_in_headers(headers(("OpenAI-Model", " alder "), ("X-Model", "alder"))) == ("alder",)
    assert models_in_headers(headers(("OpenAI-Model", ""))) == ()
