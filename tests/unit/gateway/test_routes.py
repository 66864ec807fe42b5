from __future__ import annotations

import pytest
from multidict import CIMultiDict

from groundstop.documents.directives import Act
from groundstop.errors import InputError
from groundstop.gateway.routes import (
    ROUTES,
    Kind,
    Matched,
    Refused,
    Route,
    find,
    routes_with,
    upstream_path,
)
from groundstop.gateway.settings import Dialect, ExtraRoute

ANTHROPIC = CIMultiDict({"Anthropic-Version": "2023-06-01"})
PLAIN: CIMultiDict[str] = CIMultiDict()


def matched(method: str, target: str, headers: CIMultiDict[str] = PLAIN) -> Matched:
    found = find(method, target, headers)
    assert isinstance(found, Matched), found
    return found


def refused(method: str, target: str, headers: CIMultiDict[str] = PLAIN) -> Refused:
    found = find(method, target, headers)
    assert isinstance(found, Refused), found
    return found


@pytest.mark.parametrize("route", ROUTES, ids=lambda one: one.name)
def test_each_route_is_found_at_its_path(route: Route) -> None:
    headers = ANTHROPIC if route.dialect is Dialect.ANTHROPIC else PLAIN
    target = route.path.replace("{id}", "item_1").replace("{model}", "elm-1")
    found = matched(route.method, target, headers)
    assert found.route is route
    assert upstream_path(found) == target.removeprefix("/v1")


def test_names_of_routes_are_told_apart() -> None:
    assert len({one.name for one in ROUTES}) == len(ROUTES)


def test_the_header_of_its_version_tells_anthropic_clients() -> None:
    assert matched("GET", "/v1/models", ANTHROPIC).route.name == "anthropic.models.list"
    assert matched("GET", "/v1/models").route.name == "models.list"
    assert refused("GET", "/v2/models", ANTHROPIC).dialect is Dialect.ANTHROPIC
    assert matched("POST", "/v1/messages").route.dialect is Dialect.ANTHROPIC


@pytest.mark.parametrize(
    "target",
    [
        "",
        "*",
        "/",
        "/v1",
        "/v1/",
        "v1/chat/completions",
        "/V1/chat/completions",
        "/v1/Chat/completions",
        "//v1/chat/completions",
        "/v1//chat/completions",
        "/v1/chat/completions/",
        "/v1/chat/./completions",
        "/v1/x/../chat/completions",
        "/v1/chat%2Fcompletions",
        "/v1/chat/completion%73",
        "/v1\\chat\\completions",
        "/v1/chat/completions;x=1",
        "/v1/chat/completions#x",
        "/v1/chat/completions\x00",
        "/v1/chat/completions ",
        "/v1/chat/completions\udcff",
        "/v1/chat/\u0441ompletions",
        "http://elsewhere.example/v1/chat/completions",
        "elsewhere.example:443",
        "/openai/deployments/elm/chat/completions",
        "/v1/files/..",
        "/v1/files/.%2e",
        "/v1/files/a%2Fb",
        "/v1/files/a/b",
        "/v1/files/" + "a" * 257,
        "/v1/files//content",
        "/v1/responses/r1/",
        "/v1/models/",
        "/v1/models/..",
        "/v1/models/a/../b",
        "/v1/models/a%2F..%2Fb",
        "/v1/models/a//b",
        "/v1/models/a%252Fb",
        "/v1/models/a%3Fb",
        "/v1/models/a%23b",
        "/v1/models/a%00",
        "/v1/models/a%5Cb",
        "/v1/models/" + "a" * 300,
    ],
)
def test_any_other_path_is_refused(target: str) -> None:
    for method in ("GET", "POST"):
        found = refused(method, target)
        assert (found.status, found.code) == (404, "route_not_allowed")


@pytest.mark.parametrize(
    ("written", "name", "sent_on"),
    [
        ("elm-1", "elm-1", "elm-1"),
        ("oak-office/elm-1", "oak-office/elm-1", "oak-office%2Felm-1"),
        ("oak-office%2Felm-1", "oak-office/elm-1", "oak-office%2Felm-1"),
        ("ft:elm:oak-office::a1", "ft:elm:oak-office::a1", "ft:elm:oak-office::a1"),
        ("elm%3a1%40b%2bc", "elm:1@b+c", "elm:1@b%2Bc"),
        ("elm+1", "elm+1", "elm%2B1"),
    ],
)
def test_the_name_of_a_model_in_the_path_is_decoded_once_and_written_anew(
    written: str, name: str, sent_on: str
) -> None:
    found = matched("GET", f"/v1/models/{written}")
    assert found.ids == (name,)
    assert upstream_path(found) == f"/models/{sent_on}"


@pytest.mark.parametrize("method", ["PUT", "PATCH", "HEAD", "OPTIONS", "TRACE", "CONNECT", "get", "DELETE"])
def test_another_method_is_told_which_there_are(method: str) -> None:
    found = refused(method, "/v1/batches")
    assert (found.status, found.allow) == (405, ("GET", "POST"))


def test_what_has_no_id_is_not_taken_for_one() -> None:
    assert refused("GET", "/v1/messages/count_tokens", ANTHROPIC).status == 405
    assert matched("GET", "/v1/messages/batches", ANTHROPIC).route.name == "messages.batches.list"
    assert refused("GET", "/v1/responses/compact").status == 405


def test_a_query_is_written_anew() -> None:
    found = matched("GET", "/v1/responses/r1?include[]=a%2Fb&include%5B%5D=c&stream=true&starting_after=3")
    assert found.query == (
        ("include[]", "a/b"),
        ("include[]", "c"),
        ("stream", "true"),
        ("starting_after", "3"),
    )
    assert found.streams
    assert upstream_path(found) == (
        "/responses/r1?include%5B%5D=a%2Fb&include%5B%5D=c&stream=true&starting_after=3"
    )


def test_only_what_may_stream_is_asked_to() -> None:
    assert not matched("GET", "/v1/responses/r1").streams
    assert not matched("GET", "/v1/responses/r1?stream=false").streams
    assert refused("GET", "/v1/files/f1?stream=true").status == 400


def test_an_empty_query_is_none() -> None:
    assert upstream_path(matched("GET", "/v1/files?")) == "/files"


@pytest.mark.parametrize("name", ["model", "Model", "MODEL", "mo%64el", "%20model", "models", "engine"])
def test_a_model_in_the_query_is_refused(name: str) -> None:
    for target in ("/v1/chat/completions", "/v1/files", "/v1/models"):
        method = "POST" if "chat" in target else "GET"
        found = refused(method, f"{target}?{name}=elm")
        assert (found.status, found.code) == (400, "model_in_query")


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("verbose=1", "This route takes no verbose in its query"),
        ("a%0Ab=1", "This route takes no a name with odd characters in its query"),
        ("limit=1&limit=2", "limit stands in the query twice"),
        ("limit=1;after=2&after=%00", "The value of after in the query is too long or has odd characters"),
        ("after=" + "a" * 513, "The value of after in the query is too long or has odd characters"),
        ("after=%ff", "The query is not UTF-8"),
        ("&".join(["after=1"] * 33), "The query has too many fields"),
        ("&", "This route takes no a name with odd characters in its query"),
    ],
)
def test_other_names_in_a_query_are_refused_with_which(query: str, message: str) -> None:
    found = refused("GET", f"/v1/files?{query}")
    assert (found.status, found.code, found.message) == (400, "query_not_allowed", message)


def test_a_path_that_is_too_long_is_refused() -> None:
    assert refused("GET", "/v1/models/" + "a" * 5000).status == 414


def test_a_change_of_protocol_is_refused() -> None:
    found = refused("GET", "/v1/responses/r1", CIMultiDict({"Upgrade": "websocket"}))
    assert (found.status, found.code) == (400, "upgrade_not_allowed")


def test_the_operator_opens_other_routes() -> None:
    routes = routes_with(
        [
            ExtraRoute(path="/v1/rerank", model="body"),
            ExtraRoute(path="/score", always="elm-1", act=Act.DEPLOY),
        ]
    )
    rerank = routes.find("POST", "/v1/rerank", PLAIN)
    assert isinstance(rerank, Matched)
    assert (rerank.route.kind, rerank.route.name) == (Kind.ASK, "extra:/v1/rerank")
    assert upstream_path(rerank) == "/rerank"
    score = routes.find("POST", "/score", PLAIN)
    assert isinstance(score, Matched)
    assert (score.route.kind, score.route.always, score.route.act) == (Kind.FIXED, "elm-1", Act.DEPLOY)
    assert upstream_path(score) == "/score"
    assert isinstance(routes.find("GET", "/score", PLAIN), Refused)
    assert isinstance(routes.find("POST", "/v1/chat/completions", PLAIN), Matched)


@pytest.mark.parametrize(
    ("paths", "message"),
    [
        (["/v1/rerank", "/v1/rerank"], "is there twice"),
        (["/v1/chat/completions"], "is at a path that is known already"),
        (["/v1/models/elm"], "is at a path that is known already"),
        (["/v1//rerank"], "has an empty segment or dots in its path"),
        (["/v1/rerank/"], "has an empty segment or dots in its path"),
        (["/v1/../rerank"], "has an empty segment or dots in its path"),
    ],
)
def test_a_route_of_the_operator_that_hides_another_is_refused(paths: list[str], message: str) -> None:
    with pytest.raises(InputError, match=message):
        routes_with([ExtraRoute(path=one, model="body") for one in paths])
