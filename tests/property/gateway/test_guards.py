"""What holds of guards for any text."""

from __future__ import annotations

import base64
import string

from hypothesis import given, settings
from hypothesis import strategies as st

from groundstop.gateway.guards.decoding import readings
from groundstop.gateway.guards.normalising import letters_of, readable
from groundstop.gateway.guards.scoring import Reading, Scorer
from groundstop.gateway.guards.voting import Score, matches, needs_cosine
from tests.guard_parts import LITERAL, WORDINGS, a_guard

WORDS = st.lists(st.text(string.ascii_letters + string.digits, min_size=1, max_size=12), max_size=30)
BETWEEN = st.sampled_from(
    [" ", "  ", "\n", "\t", "-", ".", ", ", "\N{ZERO WIDTH SPACE}", "\N{NO-BREAK SPACE}"]
)
ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=400)
"""Halves of characters too: JSON can hold them."""
AROUND = st.lists(st.text(string.ascii_lowercase + " ", max_size=60), max_size=20).map(" ".join)


@given(ANY_TEXT)
def test_letters_are_letters_and_normalising_them_again_changes_nothing(text: str) -> None:
    letters = letters_of(text)
    assert not any(one.isspace() for one in letters)
    assert letters_of(letters) == letters


@given(WORDS, BETWEEN)
def test_what_stands_between_words_and_their_case_make_no_difference(words: list[str], between: str) -> None:
    plain = letters_of(" ".join(words))
    assert letters_of(between.join(words).swapcase()) == plain
    assert letters_of("\N{WORD JOINER}".join(" ".join(words))) == plain


@given(ANY_TEXT)
def test_any_text_has_a_few_readings_and_the_first_is_itself(text: str) -> None:
    found = readings(text)
    assert found[0] == text
    assert len(found) <= 4
    assert all(len(one) <= len(text) + 2 for one in found[1:])
    readable(text)


@given(st.text(string.ascii_letters + string.digits + " ,.", min_size=24, max_size=200), AROUND)
def test_what_is_encoded_is_read_wherever_it_stands(text: str, around: str) -> None:
    written = base64.b64encode(text.encode()).decode()
    wanted = letters_of(text)
    assert any(wanted[1:-1] in letters_of(one) for one in readings(f"{around}\n: {written} :\n{around}"))


@settings(deadline=None)
@given(st.sampled_from(WORDINGS), AROUND, AROUND)
def test_a_wording_matches_whatever_stands_around_it(wording: str, before: str, after: str) -> None:
    guard = a_guard()
    score = Scorer.of(guard, None).score(Reading([before, wording, after]))
    assert matches(score, guard.votes)


@settings(deadline=None)
@given(st.lists(ANY_TEXT, max_size=4))
def test_any_texts_have_a_share_between_none_and_all(texts: list[str]) -> None:
    assert 0 <= Scorer.of(a_guard(), None).share(Reading(texts)) <= 1


@settings(deadline=None)
@given(st.text(string.ascii_lowercase + " ", max_size=2000))
def test_letters_at_random_match_nothing(text: str) -> None:
    guard = a_guard()
    assert not matches(Scorer.of(guard, None).score(Reading([text])), guard.votes)


@settings(deadline=None)
@given(st.integers(1, len(LITERAL) - 1))
def test_a_wording_in_two_messages_matches_wherever_it_is_cut(place: int) -> None:
    guard = a_guard()
    texts = [LITERAL[:place], LITERAL[place:]]
    assert matches(Scorer.of(guard, None).score(Reading(texts)), guard.votes)


UNIT = st.floats(0, 1)


@settings(deadline=None)
@given(UNIT, UNIT, UNIT, UNIT)
def test_a_nearer_request_never_matches_less(share: float, cosine: float, more: float, nearer: float) -> None:
    votes = a_guard().votes
    if matches(Score(share, cosine), votes):
        assert matches(Score(max(share, more), max(cosine, nearer)), votes)
    if not needs_cosine(share, votes):
        assert matches(Score(share), votes) == matches(Score(share, cosine), votes)
