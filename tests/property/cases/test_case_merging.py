"""Copies that go their own ways are merged or shown as a fork, whatever is said where and in which order."""

from __future__ import annotations

import random
from dataclasses import dataclass

from hypothesis import given, settings
from hypothesis import strategies as st

from groundstop.cases.files import LOGS, CaseFile
from groundstop.cases.folding import fold
from groundstop.cases.keeping import with_sightings
from groundstop.cases.merging import merge
from groundstop.cases.speaking import say
from groundstop.cases.state import CaseState
from groundstop.documents.cases import Acknowledged, Remark, Said
from tests.cases import a_case, at, keys

NAMES = sorted(keys())
COPIES = 3

Step = tuple[str, int, int]
"""``say`` or ``receive``; the copy; and who says it, or from which copy."""

_steps = st.lists(
    st.tuples(st.sampled_from(["say", "receive"]), st.integers(0, COPIES - 1), st.integers(0, 4)),
    max_size=14,
)


@dataclass
class Copies:
    """Copies of a case in several hands."""

    cases: list[CaseFile]
    minute: int = 0


def play(steps: list[Step], *, honest: bool) -> Copies:
    """Carry out steps. An honest party speaks in one copy only; another may speak in all of them."""
    copies = Copies([a_case()] * COPIES)
    for what, place, who in steps:
        copies.minute += 1
        name = NAMES[who]
        if what == "receive":
            merged = merge([copies.cases[place], copies.cases[who % COPIES]])
            reader = keys()[NAMES[place]]
            forked = {fork.party for fork in fold(merged).forks}
            copies.cases[place] = (
                merged
                if reader.card.name in forked
                else with_sightings(merged, reader, now=at(copies.minute))
            )
        elif not honest or who % COPIES == place:
            speak(copies, place, name)
    return copies


def speak(copies: Copies, place: int, name: str) -> None:
    case = copies.cases[place]
    if name in {fork.party for fork in fold(case).forks}:
        return
    said: Said = Acknowledged() if name == "elm-models" else Remark(text=f"At {copies.minute}.")
    copies.cases[place] = say(case, said, keys()[name], now=at(copies.minute))[0]


def without_places(state: CaseState) -> object:
    return state.entries, state.set_aside, state.forks, state.parties, state.evidence


@given(_steps, st.integers(0, 2**32))
@settings(max_examples=30, deadline=None)
def test_copies_of_honest_parties_are_merged_without_a_fork(steps: list[Step], seed: int) -> None:
    copies = play(steps, honest=True).cases
    whole = fold(merge(copies))
    assert not whole.forks
    assert not whole.set_aside
    assert {entry.digest for entry in whole.entries} == {one for case in copies for one in case.statements}
    mixed = list(copies)
    random.Random(seed).shuffle(mixed)
    assert merge(mixed).members == merge(copies).members


@given(_steps)
@settings(max_examples=30, deadline=None)
def test_whoever_says_two_things_is_shown_and_nothing_is_lost(steps: list[Step]) -> None:
    copies = play(steps, honest=False).cases
    merged = merge(copies)
    whole = fold(merged)
    said: dict[tuple[str, int], set[str]] = {}
    for digest, signed in merged.statements.items():
        predicate = signed.predicate
        said.setdefault((predicate["by"], predicate["number"]), set()).add(digest)
    twice = {party for (party, _), digests in said.items() if len(digests) > 1}
    assert {fork.party for fork in whole.forks} >= twice
    counted = {entry.digest for entry in whole.entries} | {one.digest for one in whole.set_aside}
    assert counted == set(merged.statements) == {one for case in copies for one in case.statements}


@given(_steps, st.integers(0, 2**32))
@settings(max_examples=30, deadline=None)
def test_the_fold_and_the_merge_do_not_depend_on_order_and_repetition(steps: list[Step], seed: int) -> None:
    copies = play(steps, honest=False).cases
    one_way = merge(copies)
    chance = random.Random(seed)
    mixed = [*copies, *copies]
    chance.shuffle(mixed)
    pairwise = mixed[0]
    for other in mixed[1:]:
        pairwise = merge([pairwise, other])
    assert pairwise.members == one_way.members
    assert merge([one_way, *copies]).members == one_way.members
    names = list(one_way.members)
    chance.shuffle(names)
    shuffled = one_way.with_members({name: one_way.members[name] for name in names})
    assert without_places(fold(shuffled)) == without_places(fold(one_way))


@given(_steps)
@settings(max_examples=25, deadline=None)
def test_a_statement_that_was_received_is_in_the_receivers_log(steps: list[Step]) -> None:
    for place, case in enumerate(play(steps, honest=True).cases):
        reader = keys()[NAMES[place]]
        seen = with_sightings(case, reader, now=at(1000))
        for entry in fold(seen).entries:
            assert reader.card.name in {one.keeper for one in entry.sightings}
        assert sum(name.endswith("/checkpoint") and name.startswith(LOGS) for name in seen.members) >= 1
