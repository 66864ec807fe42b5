"""Which votes make a request match, and which windows are embedded for them."""

from __future__ import annotations

import pytest

from groundstop.documents.gateway import Together, Votes, WordWindows
from groundstop.gateway.guards.voting import Score, matches, needs_cosine
from groundstop.gateway.guards.windows import windows_of

ALL = Votes(share=0.5, cosine=0.8, together=Together(share=0.25, cosine=0.6))


@pytest.mark.parametrize(
    ("score", "match"),
    [
        (Score(0.5), True),
        (Score(0.49), False),
        (Score(0.49, 0.59), False),
        (Score(0.0, 0.8), True),
        (Score(0.25, 0.6), True),
        (Score(0.24, 0.79), False),
        (Score(1.0, 0.0), True),
    ],
)
def test_any_one_vote_is_enough(score: Score, match: bool) -> None:
    assert matches(score, ALL) is match


@pytest.mark.parametrize(
    ("share", "votes", "open_"),
    [
        (0.5, ALL, False),
        (0.1, ALL, True),
        (0.1, Votes(share=0.5), False),
        (0.3, Votes(share=0.5, together=ALL.together), True),
        (0.2, Votes(share=0.5, together=ALL.together), False),
    ],
)
def test_a_text_is_embedded_only_where_that_could_decide(share: float, votes: Votes, open_: bool) -> None:
    assert needs_cosine(share, votes) is open_


def test_windows_overlap_by_half_and_reach_the_end() -> None:
    words = [f"w{number}" for number in range(100)]
    found = windows_of(" ".join(words), WordWindows(words=(32,), most=100))
    assert found[0].split() == words[:32]
    assert found[1].split()[0] == "w16"
    assert found[-1].split()[-1] == "w99"


def test_of_a_long_text_the_windows_are_spread() -> None:
    text = " ".join(f"w{number}" for number in range(10_000))
    found = windows_of(text, WordWindows(words=(32, 96), most=24))
    assert len(found) == 24
    assert found[0].startswith("w0 ")
    assert found[-1].endswith("w9999")


def test_a_short_text_is_one_window_and_an_empty_one_is_none() -> None:
    assert windows_of("two words", WordWindows()) == ("two words",)
    assert windows_of("", WordWindows()) == ()
    assert len(windows_of("w " * 500, WordWindows(words=(8,), most=1))) == 1
