"""Under which names a model is found, and that no spelling of them slips past."""

from __future__ import annotations

import sys
import time
import unicodedata

import pytest

from groundstop.directives.names import MOST_CHARACTERS, normal, spelled
from groundstop.documents.directives import About, HostedModel, Subject, SubjectModel
from tests.deciding_parts import decided, restricted, standing
from tests.directive_parts import a_charter, a_model, a_stop, signed


def kept_out(model: SubjectModel, name: str, provider: str | None = None) -> bool:
    order = restricted(subject=Subject(models=(model,), descendants="none"))
    return not decided(standing(signed(order)), model=name, provider=provider).allowed


def hosted(snapshot: str) -> SubjectModel:
    return a_model(hosted=(HostedModel(provider="elm", name="desk", snapshot=snapshot),))


@pytest.mark.parametrize(
    "name",
    [
        "desk",
        "DESK",
        "elm/desk",
        "ELM/Desk",
        "ｄｅｓｋ",
        "d\u200besk",
        "de\u00adsk",
        "desk\ufe0f",
        "desk\u0000",
        "\tdesk\r\n",
        "desk.",
        "desk ",
        "de sk",
        "\ufeffdesk",
        "\u202edesk",
        "models/desk",
        "/desk/",
        "d%65sk",
        "router/elm/desk",
        "a/b/c/elm/desk",
        "desk-2026-05-01",
        "desk-20260501",
        "desk-2026-05",
        "desk-202605",
        "desk-260501",
        "desk-2605",
        "desk-0501",
        "desk-05-01",
        "desk.2026.05.01",
        "desk_20260501",
        "desk@2026-05-01",
        "desk@7",
        "desk:free",
        "desk-latest",
        "desk-20260501-v1:0",
        "desk-2026-05-01-preview",
        "elm/desk-2026-05-01",
        "router/elm/desk@7",
        "desk‐2026‑05‒01",
        "helper-latest",
        "elm/helper-latest",
        "desk-001",
        "desk-v2",
        "desk-preview",
        "desk-preview-05-06",
        "desk-exp-0827",
        "desk--preview__2026-05",
        "elm//desk",
        "elm/./desk",
        "elm/models/desk",
        "publishers/elm/models/desk",
        "desk/latest",
        "elm/desk/2026-05-01",
        "desk?x=1",
        "elm/desk?from=a/b",
        "desk#x",
        "desk%23x",
        "desk" + ":a" * 9,
        "desk:" + "a" * 2000,
    ],
)
def test_every_spelling_of_every_snapshot_is_found(name: str) -> None:
    assert kept_out(hosted("every"), name)


@pytest.mark.parametrize(
    "name",
    [
        "desk2",
        "desk-2",
        "desk-mini",
        "desk-mini-preview",
        "desk-2b",
        "desk-previews",
        "desk-v2-mini",
        "desk-pro:free",
        "mini/desk-mini",
        "desk/mini",
        "models",
        "desk-12",
        "my-desk",
        "birch/desk",
        "router/birch/desk",
        "desk-9999",
        "desk-mini-2026-05-01",
        "elm",
        "elm/other",
        "",
        ".",
        "x" * 100_000,
    ],
)
def test_another_name_is_not_found(name: str) -> None:
    assert not kept_out(hosted("every"), name)


@pytest.mark.parametrize(
    "name",
    [
        "desk",
        "elm/desk",
        "desk-2026-05-01",
        "desk-20260501",
        "desk@2026-05-01",
        "desk:20260501",
        "elm/desk-2026-05-01",
        "elm/desk:2026-05-01",
        "helper-latest",
        "desk_2026-05-01",
        "desk-260501",
        "desk-0501",
        "desk-2026-05",
        "desk-2605",
        "desk-2026",
        "desk-latest",
        "desk:latest",
        "desk@latest",
        "desk/latest",
        "desk@default",
        "desk-preview",
        "desk-preview-2026-05",
        "desk-latest:free",
        "router/elm/desk-latest",
        "desk-2026-05-01:free",
        "desk-2026-05-01-preview",
        "desk-20260501-v1:0",
        "desk@2026-05-01:free",
        "desk-2026-05-01--preview:a:b",
        "desk/2026-05-01",
    ],
)
def test_one_snapshot_is_found_by_its_names_and_by_those_that_may_be_it(name: str) -> None:
    assert kept_out(hosted("2026-05-01"), name)


@pytest.mark.parametrize(
    "name",
    [
        "desk-2026-06-01",
        "desk@2026-06-01",
        "desk_20260601",
        "desk-2026-05-02",
        "desk-2026-06",
        "desk-0601",
        "desk-2026-06-01:free",
        "desk-2026-06-01-preview",
        "desk-preview-2026-06-01",
        "desk-2026-06-01-latest",
        "desk/2026-06-01",
        "desk@7",
        "desk@7-preview",
        "desk-v2-preview",
        "desk-mini",
        "desk-mini-latest",
        "desk-mini-2026-05-01",
        "birch/desk-latest",
    ],
)
def test_another_snapshot_is_not_found(name: str) -> None:
    assert not kept_out(hosted("2026-05-01"), name)


def test_a_snapshot_that_is_a_full_name_is_found() -> None:
    assert kept_out(hosted("desk-pro-7"), "desk-pro-7")
    assert kept_out(hosted("desk_pro"), "desk_pro")
    assert kept_out(hosted("desk-2026-05-01"), "desk-20260501")


def test_a_snapshot_that_only_begins_like_the_name_is_no_full_name() -> None:
    assert not kept_out(hosted("desktop"), "desktop")
    assert kept_out(hosted("desktop"), "desk-desktop")
    assert kept_out(hosted("7"), "desk@7:free")
    assert kept_out(hosted("7"), "desk-latest")
    assert not kept_out(hosted("7"), "desk-8")


@pytest.mark.parametrize(
    ("provider", "found"),
    [(None, True), ("elm", True), (" ELM ", True), ("birch", False), ("", True), ("\u200b", True)],
)
def test_a_name_is_that_of_its_provider(provider: str | None, found: bool) -> None:
    assert kept_out(hosted("every"), "desk", provider) is found
    assert kept_out(hosted("every"), "helper-latest", provider) is found


@pytest.mark.parametrize(
    ("name", "provider", "found"),
    [
        ("router/desk", "elm", True),
        ("router/desk-2026-05-01", "elm", True),
        ("router/desk/latest", "elm", True),
        ("desk", "router/elm", True),
        ("elm/desk", "router/birch", True),
        ("router/desk", "router/elm", True),
        ("router/desk", None, False),
        ("router/desk", "birch", False),
        ("router/desk-mini", "elm", False),
        ("desk", "router/birch", False),
        ("desk", "elm/birch", False),
        ("router/latest", "elm", False),
    ],
)
def test_a_route_is_left_out_where_it_is_known_whose_a_model_is(
    name: str, provider: str | None, found: bool
) -> None:
    assert kept_out(hosted("every"), name, provider) is found


def test_an_order_about_a_route_does_not_hide_one_about_what_it_leads_to() -> None:
    about = (About(provider="elm"), About(provider="router/elm"), About(provider="birch"))
    orders = [
        restricted(
            number,
            subject=Subject(
                models=(
                    a_model(hosted=(HostedModel(provider=who, name=name, snapshot="every"),), aliases=()),
                ),
                descendants="none",
            ),
        )
        for number, (who, name) in enumerate([("elm", "desk"), ("router/elm", "desk"), ("birch", "desk")], 1)
    ]
    stands = standing(*map(signed, orders), charter=a_charter(about=about))

    def by(name: str, provider: str | None) -> set[int]:
        decision = decided(stands, model=name, provider=provider)
        found = {decision.order and decision.order.id, *decision.others}
        return {number for number, order in enumerate(orders, 1) if order.id in found}

    assert by("desk", "router/elm") == {1, 2}
    assert by("desk", "elm") == {1}
    assert by("desk", None) == {1, 2, 3}
    assert by("birch/desk", "elm") == {1, 3}
    assert by("birch/desk", None) == {3}
    assert by("x/birch/desk", "router/elm") == {1, 2, 3}


def test_a_name_that_says_whose_it_is_is_found_wherever_it_is_routed() -> None:
    assert kept_out(hosted("every"), "elm/desk", "birch")


PURL = "pkg:huggingface/elm/desk"


@pytest.mark.parametrize(
    ("purl", "name", "found"),
    [
        (f"{PURL}@abc", f"{PURL}@abc", True),
        (f"{PURL}@abc", f"{PURL}@ABC?download=1#x", True),
        (f"{PURL}@abc", "PKG:HuggingFace/Elm/Desk@abc", True),
        (f"{PURL}@abc", PURL, True),
        (f"{PURL}@abc", f"{PURL}@def", False),
        (f"{PURL}@abc", "elm/desk@abc", True),
        (f"{PURL}@abc", "elm/desk", True),
        (f"{PURL}@abc", "elm/desk@def", False),
        (PURL, f"{PURL}@def", True),
        (PURL, f"{PURL}@def?x=1", True),
        (PURL, "elm/desk@def", True),
        (PURL, "pkg:huggingface/elm/de%73k", True),
        (PURL, "pkg:huggingface/elm/desk2", False),
        (PURL, "pkg:mlflow/elm/desk", False),
        (PURL, "pkg://huggingface/elm/desk", True),
        (PURL, "pkg:/huggingface/elm/desk@abc", True),
        (PURL, "pkg:huggingface//elm/./desk/", True),
        (PURL, f"{PURL}%3Fx=1", True),
        (PURL, f"{PURL}@refs%2Fpr%2F1", True),
        (PURL, "pkg:huggingface/models/elm/desk", False),
        (f"{PURL}#part", PURL, True),
        (f"{PURL}@abc#part", f"{PURL}@abc", True),
        (f"{PURL}@abc#part", f"{PURL}@def", False),
        (f"{PURL}%3Fq=x", f"{PURL}%3Fq=x", True),
        (f"{PURL}%3Fq=x", PURL, True),
        ("pkg:huggingface/%40elm/desk", "pkg:huggingface/@elm/desk", True),
        ("pkg:huggingface/%40elm/desk", "pkg:huggingface/%40elm/desk@1", True),
        ("pkg:huggingface/%40elm/desk@1", "pkg:huggingface/%40elm/desk@2", False),
        ("pkg:huggingface/%40elm/desk", "pkg:huggingface/%40elm/other", False),
    ],
)
def test_a_package_is_found_with_and_without_revision_and_qualifiers(
    purl: str, name: str, found: bool
) -> None:
    about = (About(purl_prefix="pkg:huggingface/elm/"), About(purl_prefix="pkg:huggingface/%40elm/"))
    order = restricted(
        subject=Subject(models=(SubjectModel(label="one", purls=(purl,)),), descendants="none")
    )
    stands = standing(signed(order), charter=a_charter(about=about))
    assert stands.orders
    assert decided(stands, model=name).allowed is not found


def test_weights_are_found_by_their_digest() -> None:
    model = a_model(weights=("a" * 64,))
    assert kept_out(model, "sha256:" + "a" * 64)
    assert kept_out(model, "SHA256:" + "A" * 64, "birch")
    assert kept_out(model, "a" * 64)
    assert kept_out(model, "sha256-" + "A" * 64)
    assert not kept_out(model, "a" * 63)
    assert not kept_out(model, "b" * 64)
    assert not kept_out(model, "sha256:" + "b" * 64)


def test_a_snapshot_of_its_own_does_not_hide_what_is_said_of_every_snapshot() -> None:
    every = restricted(1, subject=Subject(models=(hosted("every"),), descendants="none"))
    dated = restricted(2, subject=Subject(models=(hosted("2026-05-01"),), descendants="none"))
    stands = standing(signed(every), signed(dated))
    for name in ("desk-2026-05-01", "elm/desk-20260501", "ELM/DESK-2026-05-01", "router/elm/desk-2026-05-01"):
        decision = decided(stands, model=name)
        assert {decision.order and decision.order.id, *decision.others} == {every.id, dated.id}


@pytest.mark.parametrize(
    ("names", "provider", "asked", "found"),
    [
        (("desk",), "elm", "desk-2026-05-01", True),
        (("desk",), "elm", "elm/desk", True),
        ((PURL,), None, f"{PURL}@abc", True),
        (("sha256:" + "a" * 64,), "elm", "sha256:" + "a" * 64, True),
        (("desk",), "elm", "clerk", False),
    ],
)
def test_a_stop_is_of_every_snapshot(names: tuple[str, ...], provider: str, asked: str, found: bool) -> None:
    stands = standing(signed(a_stop(models=names, provider=provider), 1))
    assert decided(stands, hours=1, model=asked).allowed is not found


def test_no_character_that_is_not_seen_is_left_in_a_name() -> None:
    unseen = {"Cc", "Cf", "Zs", "Zl", "Zp"}
    left = [
        one
        for one in map(chr, range(sys.maxunicode + 1))
        if unicodedata.category(one) in unseen and normal(f"a{one}b") != "ab"
    ]
    assert not left


def test_a_name_of_any_length_is_read_in_bounded_time() -> None:
    begun = time.process_time()
    for hostile in (
        "a" * 10**6,
        "a\u0301\u0316" * 10**5,
        "%41" * 10**5,
        "a-" * 10**5,
        "a-2026-05-01:" * 300,
        "a-001" * 800,
        "a/latest?" * 450,
        "a:" * 2000,
        "/" * 10**6,
    ):
        assert len(spelled(hostile).keys[0]) <= MOST_CHARACTERS
    assert time.process_time() - begun < 5


def test_a_long_name_of_unseen_characters_is_still_found() -> None:
    assert kept_out(hosted("every"), "de" + "\u200b" * 100_000 + "sk")
