"""The file ``gateway.toml``: read, made up, and looked through."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from groundstop.errors import DocumentError, InputError
from groundstop.gateway.config import check_settings, quick_settings, read_settings, warnings_of
from groundstop.gateway.settings import Dialect, Settings
from tests.certificate_parts import Authority

URL = "https://elm.example/v1"
FILE = """
name = "desk"
operator = "riverside-cloud"

[[upstream]]
name = "elm"
url = "https://elm.example/v1"
provider = "elm"
key = "ELM_KEY"

[upstream.aliases]
quick = "desk-clerk"

[[retired]]
model = "desk-old"
since = 2026-07-01T00:00:00Z

[tls]
certificate = "tls/desk.pem"
key = "/etc/desk.key"

[[narrower]]
directive = "GSD-20260706-0000000001"
instead = "narrower.toml"
"""


def settings(*upstreams: dict[str, Any], **changes: Any) -> Settings:
    entries = [{"name": f"elm-{n}", "url": URL, **one} for n, one in enumerate(upstreams or ({},), start=1)]
    values = {"name": "desk", "operator": "riverside-cloud", "upstream": entries, **changes}
    return Settings.model_validate_json(json.dumps(values))


def test_a_file_is_read_and_its_paths_start_from_its_folder(tmp_path: Path) -> None:
    (tmp_path / "gateway.toml").write_text(FILE)
    found = read_settings(tmp_path / "gateway.toml")

    assert found.upstream[0].speaks == (Dialect.OPENAI,)
    assert found.upstream[0].aliases == {"quick": "desk-clerk"}
    assert found.retired[0].since is not None
    assert found.tls is not None
    assert found.tls.certificate == str(tmp_path / "tls/desk.pem")
    assert found.tls.key == "/etc/desk.key"
    assert found.narrower[0].instead == str(tmp_path / "narrower.toml")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (FILE.replace("operator", "oprator"), "unknown field 'oprator'"),
        (FILE.replace('name = "elm"\n', ""), "lacks the field 'upstream.0.name'"),
        (FILE.replace("https://elm", "ftp://elm"), "wrong value at 'upstream.0.url'"),
        (FILE + "[limits]\nbody_bytes = 0\n", "wrong value at 'limits.body_bytes'"),
        ("name = ", "is not TOML"),
    ],
)
def test_a_file_that_cannot_be_used_says_where_it_is_wrong(text: str, told: str, tmp_path: Path) -> None:
    (tmp_path / "gateway.toml").write_text(text)

    with pytest.raises(DocumentError, match=told):
        read_settings(tmp_path / "gateway.toml")


def test_a_file_that_is_missing_says_so(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="There is no file"):
        read_settings(tmp_path / "gateway.toml")


def test_one_address_is_enough_for_a_gateway() -> None:
    found = quick_settings("http://127.0.0.1:9/v1/")

    assert found.upstream[0].url == "http://127.0.0.1:9/v1"
    assert set(found.upstream[0].speaks) == set(Dialect)
    assert check_settings(found, Path(), {}) == ()
    with pytest.raises(InputError, match=r"upstream\.0\.url"):
        quick_settings("elm.example")


@pytest.mark.parametrize(
    ("found", "told"),
    [
        (settings({"key": "ELM_KEY"}), "The variable ELM_KEY of the upstream elm-1 is not set"),
        (settings({"name": "elm"}, {"name": "elm", "models": ["a"]}), "Two upstreams are called elm"),
        (settings({}, {}), "elm-1 and elm-2 name no models and both speak openai"),
        (settings({"models": ["a"]}, {"models": ["a"]}), "a is offered by elm-1 and elm-2"),
        (settings({"models": ["a"]}, {"aliases": {"a": "b"}}), "a is offered by elm-1 and elm-2"),
        (settings({"speaks": []}), "elm-1 speaks no dialect"),
        (settings({"aliases": {"a": "a"}}), "The alias a of elm-1 stands for itself"),
        (settings({"aliases": {"a": "b", "b": "a"}}), "stands for b, which is an alias itself"),
        (settings({"models": ["x"], "aliases": {"a": "b"}}), "stands for b, which it does not have"),
        (settings({"models": ["a", "b"], "aliases": {"a": "b"}}), "The alias a of elm-1 is a model of it"),
        (
            settings({"aliases": {"a": "b"}}, retired=[{"model": "a"}]),
            "The alias a of elm-1 brings back a, which is retired",
        ),
        (settings(retired=[{"model": "a"}, {"model": "a"}]), "a is retired twice"),
        (
            settings(retired=[{"model": "a", "use": "b"}, {"model": "b"}]),
            "a is retired in favour of b, which is retired too",
        ),
        (
            settings({"models": ["a"]}, fallback=[{"model": "a", "use": "b"}]),
            "b stands in a fallback, and no upstream has it",
        ),
        (settings(fallback=[{"model": "a", "use": "a"}]), "The fallback of a is itself"),
        (
            settings(fallback=[{"model": "a", "use": "b"}, {"model": "a", "use": "c"}]),
            "a has two fallbacks",
        ),
        (
            settings(fallback=[{"model": "a", "use": "b"}], retired=[{"model": "b"}]),
            "The fallback of a is b, which is retired",
        ),
        (settings(listen="127.0.0.1:80", admin="127.0.0.1:80"), "listen and admin are both 127.0.0.1:80"),
        (settings(listen="127.0.0.1:99999"), "there is no port 99999"),
        (
            settings(notify=[{"url": "https://desk.example/hook", "secret": "HOOK"}]),
            "The variable HOOK of the webhook 1 is not set",
        ),
        (
            settings(narrower=[{"directive": "GSD-20260706-0000000001", "instead": "n.toml"}]),
            "There is no file n.toml, the narrower form",
        ),
        (settings(tls={"certificate": "c.pem", "key": "k.pem"}), "There is no file c.pem, which [tls] names"),
        (
            settings(route=[{"path": "/v1/messages", "model": "body"}]),
            "The route POST /v1/messages is at a path",
        ),
    ],
)
def test_what_would_fail_or_mislead_is_told_in_a_sentence(
    found: Settings, told: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    problems = check_settings(found, Path(), {})

    assert any(told in one for one in problems), problems
    assert not any(one.endswith(".") for one in problems)


def test_certificates_that_do_not_belong_together_are_told_of(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    first, second = authority.issue("first"), authority.issue("second")
    good = settings(tls={"certificate": "first.pem", "key": "first.key"})
    bad = settings(tls={"certificate": str(first.certificate), "key": str(second.key)})

    assert check_settings(good, tmp_path, {}) == ()
    assert "[tls] cannot be used" in check_settings(bad, tmp_path, {})[0]


def test_what_is_open_to_a_network_is_warned_of() -> None:
    open_ = settings({"url": "http://elm.example/v1"}, listen="0.0.0.0:8400", admin="[::]:8401")
    quiet = settings({"url": "http://[::1]:8000/v1"}, listen="[::1]:8400", admin="localhost:8401")

    assert len(warnings_of(open_)) == 3
    assert warnings_of(quiet) == ()
