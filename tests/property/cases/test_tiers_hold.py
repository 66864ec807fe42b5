"""No tier tells what a narrower one has, and none tells what is sealed: in a thousand random cases."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from groundstop.cases.exports import FORMATS, Category, Publisher, export
from groundstop.cases.tiers import Told, told
from groundstop.cases.view import view_of
from groundstop.documents.cases import Tier
from tests.telling_parts import UNNAMED_IN_PUBLIC, random_view

CASES, ROUNDS = 1000, 10
QUAY = Publisher("Quay", "https://quay.example", Category.COORDINATOR, "https://quay.example/advisories")
MARKED = re.compile(r"(public|brief|technical|full)0x[0-9a-f]+z[0-9a-f]+")
MAY = {
    Tier.PUBLIC: {"public"},
    Tier.BRIEF: {"public", "brief"},
    Tier.TECHNICAL: {"public", "brief", "technical"},
    Tier.FULL: {"public", "brief", "technical"},
}


def outputs(at: Told) -> Iterator[tuple[str, str]]:
    """Yield everything that is made of what is told, and what is told itself."""
    yield "told", repr(at)
    for name in FORMATS:
        if name != "notice" or at.tier is Tier.PUBLIC:
            exported = export(at, name, QUAY)
            yield name, exported.data().decode() + repr(exported)


@pytest.mark.parametrize("first", range(ROUNDS))
def test_no_output_of_a_tier_has_words_of_a_narrower_one(first: int) -> None:
    for seed in range(first, CASES, ROUNDS):
        view = random_view(seed)
        for tier in (Tier.PUBLIC, Tier.BRIEF):
            for name, text in outputs(told(view, tier)):
                kinds = set(MARKED.findall(text))
                assert kinds <= MAY[tier], f"case {seed}: {name} at {tier} has {kinds - MAY[tier]}"


@pytest.mark.parametrize("seed", range(40))
def test_even_the_widest_access_has_nothing_that_is_sealed(seed: int) -> None:
    for tier in (Tier.TECHNICAL, Tier.FULL):
        for name, text in outputs(told(random_view(seed), tier)):
            assert "full0x" not in text, f"case {seed}: {name} at {tier}"


@pytest.mark.parametrize("seed", range(40))
def test_who_is_not_named_in_public_is_in_no_public_output(seed: int) -> None:
    for name, text in outputs(told(random_view(seed), Tier.PUBLIC)):
        assert not [one for one in UNNAMED_IN_PUBLIC if one in text], f"case {seed}: {name}"


@pytest.mark.parametrize("first", range(ROUNDS))
def test_what_the_program_works_out_of_a_case_repeats_no_words_of_a_narrower_tier(first: int) -> None:
    for seed in range(first, 100, ROUNDS):
        made = random_view(seed)
        view = view_of(made.state, now=made.now)
        for tier in (Tier.PUBLIC, Tier.BRIEF):
            for name, text in outputs(told(view, tier)):
                kinds = set(MARKED.findall(text))
                assert kinds <= MAY[tier], f"case {seed}: {name} at {tier} has {kinds - MAY[tier]}"
                if tier is Tier.PUBLIC:
                    assert not [one for one in UNNAMED_IN_PUBLIC if one in text], f"case {seed}: {name}"


def test_the_words_of_each_tier_are_found_where_they_belong() -> None:
    found: dict[Tier, set[str]] = {tier: set() for tier in Tier}
    for seed in range(20):
        for tier in Tier:
            found[tier] |= {
                kind for _, text in outputs(told(random_view(seed), tier)) for kind in MARKED.findall(text)
            }
    assert found == MAY
