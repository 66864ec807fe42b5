"""Drafts in TOML read back to themselves; previews count every request once, as decisions have it."""

from __future__ import annotations

import tomllib
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from groundstop.directives.asked import facts_of
from groundstop.directives.compiling import compile_table
from groundstop.directives.deciding import decide
from groundstop.directives.drafting import Draft, write_draft
from groundstop.directives.drafting.emitting import Layout, toml_text
from groundstop.directives.previewing import Membership, Outcome, preview, previews, standing_of
from groundstop.directives.reading import parse_order
from groundstop.documents.directives import (
    Act,
    Appeal,
    ClaimName,
    Directive,
    LegalBasis,
    RecordedRequest,
    Response,
    Unknown,
)
from groundstop.errors import GroundstopError
from tests.directive_parts import a_directive, at, criteria, for_everybody
from tests.preview_parts import CITIZEN, FOREIGNER, NOBODY, RESIDENT, STAFF, a_setting, claim, recorded

TEXT = st.text(
    st.one_of(
        st.sampled_from(" \t\n\r\"'\\#=[]{}.,ab\x00\x1f\x7f\x85é木"), st.characters(exclude_categories=["Cs"])
    ),
    max_size=300,
)
SAID = TEXT.filter(lambda text: bool(text))
SHORT = SAID.map(lambda text: text[:200])
NUMBERS = st.one_of(st.integers(-(2**53) + 1, 2**53 - 1), st.floats(allow_nan=False, allow_infinity=False))
VALUES = st.recursive(
    st.one_of(TEXT, NUMBERS, st.booleans()),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(TEXT, inner, max_size=4)),
    max_leaves=15,
)


@st.composite
def directives(draw: st.DrawFn) -> Directive:
    basis = LegalBasis(
        text=draw(SAID), citation=draw(SHORT), source=draw(SHORT), as_of=at(draw(st.floats(-4e5, 0)))
    )
    return a_directive(
        basis=basis,
        reasons=draw(SAID),
        not_enforced=tuple(draw(st.lists(SAID, max_size=3))),
        appeal=Appeal(
            name=draw(SHORT), contact=draw(SHORT), answer_days=draw(st.none() | st.integers(1, 99))
        ),
        response=Response(message=draw(SHORT)),
        effective=at(draw(st.floats(-1, 10))),
        lifting=criteria(bound=draw(st.floats(0.05, 0.9))),
        acts=tuple(draw(st.sets(st.sampled_from(Act), min_size=1))),
        unknown=draw(st.sampled_from(Unknown)),
        fallback=draw(st.booleans()),
    )


def an_order_or_a_hint(data: bytes) -> object:
    """Return what is read, or what to do about it that nothing is."""
    try:
        return parse_order(data, source="order").document
    except GroundstopError as error:
        return error.hint


@settings(max_examples=60)
@given(st.dictionaries(TEXT, VALUES, max_size=5), st.booleans())
def test_any_table_reads_back_to_itself(table: dict[str, Any], inline: bool) -> None:
    layout = Layout(
        {name: f"{name} " * 3 for name in table if name.isprintable()},
        frozenset(table) if inline else frozenset(),
    )
    assert tomllib.loads(toml_text(table, layout)) == table


@settings(max_examples=30)
@given(directives(), st.lists(SAID, max_size=2))
def test_a_draft_reads_back_to_the_same_document(directive: Directive, notes: list[str]) -> None:
    text = write_draft(Draft(directive, tuple(notes)))
    assert parse_order(text.encode(), source="order.toml").document == directive


@given(st.binary(max_size=400) | st.text(max_size=400).map(lambda text: text.encode("utf-8", "replace")))
def test_no_bytes_make_anything_but_an_order_or_a_refusal(data: bytes) -> None:
    assert an_order_or_a_hint(data)


@settings(max_examples=60)
@given(st.data())
def test_no_change_of_a_draft_makes_anything_but_an_order_or_a_refusal(data: st.DataObject) -> None:
    value = a_directive().to_json()
    place: Any = value
    while isinstance(place, dict | list) and place:
        step = data.draw(st.sampled_from(sorted(place) if isinstance(place, dict) else range(len(place))))
        if not isinstance(place[step], dict | list) or data.draw(st.booleans()):
            place[step] = data.draw(VALUES)
            break
        place = place[step]
    assert an_order_or_a_hint(toml_text(value, Layout({})).encode())


PEOPLE = st.sampled_from([CITIZEN, RESIDENT, FOREIGNER, STAFF, NOBODY, CITIZEN[:2], FOREIGNER[:3]])
REQUESTS = st.builds(
    lambda minute, claims, model, act, name, status: recorded(
        minute,
        (*claims, *((claim(ClaimName.STATUS, f"foreign-person:{status}"),) if status else ())),
        model=model,
        act=act,
        principal=name,
        principal_issuer=None if name is None else "civic-register",
    ),
    st.integers(0, 59),
    PEOPLE,
    st.sampled_from(["desk-helper", "Helper-Latest", "desk-clerk", "elm/desk-helper"]),
    st.sampled_from([Act.INFER, Act.INFER, Act.DOWNLOAD]),
    st.none() | st.sampled_from("abcdef"),
    st.sampled_from([None, None, "yes", "no"]),
)


@settings(max_examples=20)
@given(st.lists(REQUESTS, min_size=1, max_size=25), st.sampled_from(Unknown))
def test_a_preview_counts_every_request_once_and_as_it_is_decided(
    log: list[RecordedRequest], unknown: Unknown
) -> None:
    order, setting = a_directive(unknown=unknown), a_setting()
    made = preview(order, log, setting)
    assert made.touched + made.elsewhere.requests == len(log)
    table, moment = compile_table(standing_of([order, *setting.licences])), at(0).timestamp()
    denied = [one for one in log if not decide(facts_of(one.asked), table, moment, moment).allowed]
    assert made.count(outcomes=(Outcome.NEWLY_DENIED,)).requests == len(denied) == made.cut_off.requests
    named = {one.asked.principal for one in denied if one.asked.principal is not None}
    assert made.cut_off.users == len(named)
    assert made.count((Membership.OUTSIDE,), (Outcome.NEWLY_DENIED,)).requests == 0


@settings(max_examples=15)
@given(st.lists(REQUESTS, min_size=1, max_size=25))
def test_a_shutdown_cuts_off_all_that_a_scoped_order_does_and_more(log: list[RecordedRequest]) -> None:
    shutdown, scoped = previews([for_everybody(2), a_directive()], log, a_setting())
    for membership in Membership:
        assert (
            shutdown.count((membership,), (Outcome.NEWLY_DENIED,)).requests
            >= scoped.count((membership,), (Outcome.NEWLY_DENIED,)).requests
        )
        assert shutdown.count((membership,)).requests == scoped.count((membership,)).requests
    assert shutdown.cut_off.requests == shutdown.touched
