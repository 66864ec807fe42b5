"""Styles, encodings, generated variants and pools, whatever the text and the grammar."""

from __future__ import annotations

import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from groundstop.documents import Behavior, Message, RecipeWording, Technique, VariantGrammar
from groundstop.errors import DocumentError
from groundstop.suites import (
    HeldOutVariant,
    Suite,
    check_leaks,
    generated_variants,
    load_suite,
    messages,
    open_variants,
    read_pool,
    without_leaks,
)
from groundstop.suites.held_out.choosing import ranked
from groundstop.suites.held_out.encodings import ENCODINGS
from groundstop.suites.held_out.leaks import as_compared
from groundstop.suites.held_out.styles import STYLES

CANARY = load_suite("canary")
texts = st.text(alphabet=st.characters(codec="utf-8"), max_size=60)
# Letters that have one upper and one lower form; a text begins with one, and so with no list mark.
plain_texts = st.text(alphabet=string.ascii_letters + "éüñ .,?!'", min_size=1, max_size=60).map("a{}".format)
names = st.lists(
    st.text(string.ascii_lowercase, min_size=1, max_size=6), unique=True, min_size=1, max_size=12
)


@pytest.mark.parametrize("name", ENCODINGS)
@given(text=texts)
@settings(deadline=None)
def test_decoding_gives_back_what_was_encoded(name: str, text: str) -> None:
    encoding = ENCODINGS[name]
    assert encoding.decode(encoding.encode(text)) == text


@pytest.mark.parametrize("name", STYLES)
@given(text=plain_texts)
@settings(deadline=None)
def test_a_style_keeps_every_letter_and_digit_in_order(name: str, text: str) -> None:
    assert as_compared(STYLES[name](text)) == as_compared(text)


@pytest.mark.parametrize("name", STYLES)
@given(text=texts)
@settings(deadline=None)
def test_a_style_never_fails_and_says_the_same_each_time(name: str, text: str) -> None:
    assert STYLES[name](text) == STYLES[name](text)


@given(names, st.text(string.ascii_lowercase, min_size=7, max_size=8), st.text(max_size=20))
@settings(deadline=None)
def test_an_added_name_moves_no_other_name_past_another(known: list[str], added: str, wording: str) -> None:
    before = ranked(known, salt="a-salt", wording=wording)
    after = ranked([added, *reversed(known)], salt="a-salt", wording=wording)
    assert tuple(name for name in after if name != added) == before


words = st.text(alphabet="abAB .!-\n", max_size=5)
choices = st.lists(words, min_size=1, max_size=5).map(tuple)
grammars = st.builds(
    VariantGrammar,
    templates=st.lists(
        st.sampled_from(["{a} {ask} {b}", "{b} {ask}", "do {ask} {a}{b}", "{ask}"]), min_size=1, max_size=4
    ).map(tuple),
    slots=st.fixed_dictionaries({"a": choices, "b": choices}),
)


def of_grammar(grammar: VariantGrammar) -> tuple[Suite, Behavior, Technique]:
    technique = Technique(id="written", name="In writing", wording="a {ask} b", variants=grammar)
    suite = Suite(CANARY.manifest, CANARY.requirements, CANARY.behaviors, (technique,))
    return suite, CANARY.behaviors[0], technique


@given(grammars)
@settings(deadline=None)
def test_no_variant_says_what_is_open_or_literal(grammar: VariantGrammar) -> None:
    suite, behavior, technique = of_grammar(grammar)
    made = generated_variants(suite, behavior, technique)
    wordings = [technique.wording, *(one.wording for one in open_variants(suite, technique.id))]
    used = [
        RecipeWording(variant=None, messages=messages(behavior, technique, wording)) for wording in wordings
    ]
    check_leaks(made, used, source="the generated variants")
    assert without_leaks(made, used) == made
    assert len({one.digest for one in made}) == len(made)
    assert list(made) == sorted(made, key=lambda one: (one.stratum, one.digest))


@given(grammars, st.randoms(use_true_random=False))
@settings(deadline=None)
def test_the_order_of_a_grammar_changes_no_variant(grammar: VariantGrammar, chance: object) -> None:
    turned = VariantGrammar(
        templates=grammar.templates[::-1],
        slots={name: grammar.slots[name][::-1] for name in reversed(grammar.slots)},
    )
    assert generated_variants(*of_grammar(grammar)) == generated_variants(*of_grammar(turned))


pool_bytes = (
    st.binary(max_size=200)
    | st.text(alphabet="-:[]{}&*!|>'\"# ,\n\tstraumex1.", max_size=80).map(str.encode)
    | st.lists(st.tuples(st.text(max_size=8), st.text(max_size=20)), max_size=5).map(
        lambda rows: ("stratum,text\n" + "".join(f"{one},{two}\n" for one, two in rows)).encode(
            "utf-8", "replace"
        )
    )
)


@given(pool_bytes, st.sampled_from(["pool.csv", "pool.yaml", "pool.yaml.age", "pool"]))
@settings(deadline=None)
def test_any_bytes_are_a_pool_or_are_refused_in_words(data: bytes, source: str) -> None:
    made: tuple[HeldOutVariant, ...] = ()
    refusal = None
    try:
        made = read_pool(data, source=source, context=(Message(role="user", content="What?"),))
    except DocumentError as error:
        refusal = error
    if refusal is None:
        assert made
        assert all(variant.request.strip() for variant in made)
    else:
        assert refusal.message.startswith(source)
        assert refusal.hint
