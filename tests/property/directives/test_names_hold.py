"""No way of writing a name slips past an order about it."""

from __future__ import annotations

import unicodedata

from hypothesis import given, settings
from hypothesis import strategies as st

from groundstop.directives.charters import outside
from groundstop.directives.compiling import compile_table
from groundstop.directives.deciding import decide
from groundstop.directives.facts import Facts
from groundstop.directives.folding import fold
from groundstop.directives.names import keys_of, normal, spelled
from groundstop.documents.directives import About, HostedModel, Subject
from tests.directive_parts import a_charter, a_model, at, for_everybody, published, signed

TABLE = compile_table(fold([published(signed(for_everybody()))]))
NOW = at(5).timestamp()
UNSEEN = st.text(st.characters(categories=["Cc", "Cf", "Zs", "Zl", "Zp"]), max_size=3)
WIDE = {chr(one): chr(one + 0xFEE0) for one in range(0x21, 0x7F)}


@st.composite
def disguises(draw: st.DrawFn) -> str:
    """Draw a way of writing a name of the sample model."""
    name = draw(
        st.sampled_from(["desk-helper", "elm/desk-helper", "helper-latest", "desk-helper-2026-05-01"])
    )
    said = []
    for one in name:
        as_said = draw(st.sampled_from([one, one.upper(), WIDE.get(one, one)]))
        said.append(draw(UNSEEN) + as_said)
    return (
        draw(st.sampled_from(["", "/", ".", "models/"]))
        + "".join(said)
        + draw(UNSEEN)
        + draw(st.sampled_from(["", ".", "/", "...", " ."]))
    )


@given(disguises(), st.sampled_from([None, "elm", "ＥＬＭ", "elm\u200b"]))
@settings(max_examples=100, deadline=None)
def test_a_disguised_name_is_found(name: str, provider: str | None) -> None:
    assert not decide(Facts(name, provider=provider), TABLE, NOW, NOW).allowed


@given(st.text(max_size=60))
@settings(max_examples=300, deadline=None)
def test_the_form_in_which_names_are_compared_is_its_own(name: str) -> None:
    form = normal(name)
    assert normal(form) == form
    assert spelled(form) == spelled(name)
    assert spelled(unicodedata.normalize("NFKD", name)) == spelled(name)


WORDS = ["desk", "desk-pro", "elm", "elm/desk", "pkg", "pkg:x/y", "sha256", "a" * 64, "every", "2026-05-01"]
ODD = st.lists(
    st.sampled_from([*WORDS, "latest", "-", "/", "@", ":", "#", "%3F", "models/", "x"]), min_size=1
)


@given(ODD.map("".join), ODD.map("".join))
@settings(max_examples=150, deadline=None)
def test_no_order_reaches_beyond_a_charter_about_one_model(snapshot: str, alias: str) -> None:
    hosted = HostedModel(provider="elm", name="desk", snapshot=snapshot[:300])
    model = a_model(hosted=(hosted,), aliases=(alias[:300],))
    order = for_everybody(subject=Subject(models=(model,), descendants="none"))
    charter = a_charter(about=(About(provider="elm", name="desk"),))
    if outside(charter, order) is None:
        for key, _, _ in keys_of(model):
            spelling = spelled(key)
            assert not {"desk", "elm/desk"}.isdisjoint((*spelling.keys, *spelling.families)), key
            assert not key.startswith(("pkg:", "sha256:"))
            assert "/" not in key or "elm" in key.split("/")[:-1]
