from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import ValidationError

from groundstop.documents.directives import Act
from groundstop.gateway.mounts.packages import names_of_files, names_of_package
from groundstop.gateway.mounts.paths import NotSeen, Paths, Place, plain_path
from groundstop.gateway.settings import Dialect, Mounts, PathModel

COMMIT = "0123456789abcdef0123456789abcdef01234567"
MOUNTS = Mounts(
    path_model=(
        PathModel(path="/models/{model}/v1/*"),
        PathModel(path="/v1beta/models/{model}:generate"),
        PathModel(
            path="/{namespace}/{name}/resolve/{revision}/*",
            model="pkg:huggingface/{namespace}/{name}@{revision}",
            act=Act.DOWNLOAD,
        ),
        PathModel(path="/anthropic/{model}/messages", provider="elm", dialect=Dialect.ANTHROPIC),
    ),
    modelless=("/status", "/pages/*"),
)
PATHS = Paths(MOUNTS)


def found(target: str) -> Place:
    place = PATHS.find(target)
    assert isinstance(place, Place), place
    return place


def test_a_model_is_found_where_its_pattern_says() -> None:
    assert found("/models/desk-helper/v1/chat/completions").names == ("desk-helper",)
    assert found("/models/elm:desk@2026/v1/x?verbose=1").names == ("elm:desk@2026",)
    assert found("/v1beta/models/desk:1:generate").names == ("desk:1",)


def test_a_pattern_tells_the_act_the_provider_and_the_dialect() -> None:
    place = found("/anthropic/desk-helper/messages")
    assert (place.act, place.provider, place.dialect) == (Act.INFER, "elm", Dialect.ANTHROPIC)
    assert found(f"/elm/desk/resolve/{COMMIT}/a/b.bin").act is Act.DOWNLOAD


def test_a_commit_is_ruled_on_alone_and_a_branch_with_its_repository() -> None:
    assert found(f"/elm/desk/resolve/{COMMIT}/a.bin").names == (f"pkg:huggingface/elm/desk@{COMMIT}",)
    main = found("/elm/desk/resolve/main/a.bin").names
    assert main == ("pkg:huggingface/elm/desk@main", "pkg:huggingface/elm/desk")
    assert names_of_package("pkg:huggingface/elm/desk") == ("pkg:huggingface/elm/desk",)
    assert len(names_of_package(f"pkg:huggingface/elm/desk@{COMMIT[:12]}")) == 2
    assert len(names_of_package(f"pkg:huggingface/elm/desk@{COMMIT.upper()}?download=true")) == 1


def test_a_file_is_known_by_its_digest() -> None:
    assert names_of_files(["a" * 64]) == (f"sha256:{'a' * 64}",)


def test_a_path_without_a_model_is_let_through_only_where_it_is_listed() -> None:
    assert found("/status").names == ()
    assert found("/pages/a/b").names == ()
    for target in ("/pages", "/status/", "/statusx", "/v1/chat/completions", "/"):
        place = PATHS.find(target)
        assert isinstance(place, NotSeen)
        assert not place.odd


@pytest.mark.parametrize(
    "target",
    [
        "",
        "models/desk/v1/x",
        "//models/desk/v1/x",
        "/models//v1/x",
        "/models/desk/v1/../x",
        "/models/desk/v1/./x",
        "/models/desk/v1/..",
        "/models/%2e%2e/v1/x",
        "/models/desk%2fother/v1/x",
        "/models/desk%5cother/v1/x",
        "/models/desk\\other/v1/x",
        "/models/desk%00/v1/x",
        "/models/desk%250/v1/x",
        "/models/desk%zz/v1/x",
        "/models/desk%/v1/x",
        "/models/desk;v=1/v1/x",
        "/models/desk%3bv=1/v1/x",
        "/models/d\u0117sk/v1/x",
        "/models/d%c3%a9sk/v1/x",
        "/models/desk/v1/x#y",
        "/models/desk\t/v1/x",
        "/models/desk/v1/x?model=other",
        "/models/desk/v1/x?a=1&MODEL=other",
        "/models/desk/v1/x?a=1;model=other",
        "/models/desk/v1/x?mod%65l=other",
        "/models/desk/v1/x?model%5b%5d=other",
        "/models/desk/v1/x?revision=main",
        "/models/desk/v1/" + "x" * 5000,
    ],
)
def test_a_path_that_servers_read_differently_tells_nothing(target: str) -> None:
    place = PATHS.find(target)
    assert isinstance(place, NotSeen)
    assert place.odd


@given(st.text(max_size=60))
@example("/models/a/v1/%2")
@example("/models/a/v1/%C3%A9")
def test_whatever_is_asked_for_is_one_thing_or_nothing(target: str) -> None:
    plain = plain_path(target)
    if isinstance(plain, str):
        assert plain.isascii()
        assert not {"", ".", ".."}.intersection(plain.split("/")[1:-1])
        assert plain_path(plain) == plain


@given(st.text(alphabet="abc./%2fe;:@ ", min_size=1, max_size=30))
def test_a_name_that_is_found_is_one_step_of_the_path(step: str) -> None:
    place = PATHS.find(f"/models/{step}/v1/x")
    if isinstance(place, Place) and place.names:
        assert "/" not in place.names[0]
        assert not place.names[0].startswith(".")


@pytest.mark.parametrize(
    "changes",
    [
        {"path": "/models/{modell}/x"},
        {"path": "/models/{model}/{model}"},
        {"path": "/models/x"},
        {"path": "/models/{model}/*/x"},
        {"path": "/models/{model"},
        {"path": "/models//{model}"},
        {"path": "/models/../{model}"},
        {"path": "/models/{model}{revision}"},
        {"path": "/models/{model}", "model": "{name}"},
        {"path": "/models/{model}", "model": "always"},
        {"path": "/models/{model}", "model": "with space {model}"},
    ],
)
def test_a_pattern_that_cannot_be_is_refused(changes: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        PathModel(**changes)


@pytest.mark.parametrize("path", ["/*", "*", "/pages*", "pages", "/a//b", ""])
def test_a_path_that_would_open_more_than_it_says_is_refused(path: str) -> None:
    with pytest.raises(ValidationError):
        Mounts(modelless=(path,))
