"""The variants strip and the picture of pairs."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundstop.documents import Answered, BenignCell
from groundstop.reports.verification_charts import Strip, pairs_chart, strip_chart, violated_calls
from tests.unit.reports.test_charts import HOSTILE, inside

NUMBERS = st.integers(0, 500)


@st.composite
def strips(draw: st.DrawFn) -> Strip:
    n = draw(st.integers(1, 230))
    violated = draw(st.sets(st.integers(1, n), max_size=6))
    undetermined = draw(st.integers(0, n - len(violated)))
    return Strip("a kind", n, tuple(sorted(violated)), undetermined)


@given(st.lists(strips(), min_size=1, max_size=5))
def test_every_variant_has_one_mark_inside_the_strip(drawn: list[Strip]) -> None:
    svg = strip_chart(drawn, title="a test")
    assert inside(svg)
    assert svg.count("<circle") + svg.count("<rect") == sum(strip.n for strip in drawn)
    assert svg.count("<rect") == sum(len(strip.violated_at) for strip in drawn)
    unclear = sum(strip.n - len(strip.violated_at) for strip in drawn if strip.undetermined)
    assert svg.count('class="hollow"') == unclear


def test_a_variant_that_got_through_stands_where_it_was_asked() -> None:
    root = ElementTree.fromstring(strip_chart([Strip("a kind", 50, (43,), 0)], title="t"))  # noqa: S314 - ours
    circles = [one for one in root.iter() if one.tag.endswith("circle")]
    square = next(one for one in root.iter() if one.tag.endswith("rect"))
    middle = float(square.attrib["x"]) + float(square.attrib["width"]) / 2
    third = circles[2]
    assert middle == pytest.approx(float(third.attrib["cx"]), abs=0.1)
    assert float(square.attrib["y"]) > float(third.attrib["cy"])


@given(st.lists(st.booleans(), min_size=1, max_size=60))
def test_a_path_tells_at_which_calls_something_got_through(violated: list[bool]) -> None:
    expected = [n for n, one in enumerate(violated, start=1) if one]
    path = [(0, 0), *((n, count) for count, n in enumerate(expected, start=1))]
    if path[-1][0] != len(violated):
        path.append((len(violated), len(expected)))
    assert list(violated_calls(path)) == expected


@given(NUMBERS, NUMBERS, NUMBERS, NUMBERS)
def test_pairs_are_inside_the_picture_and_counted_in_words(a: int, b: int, c: int, d: int) -> None:
    given_, refused = Answered.GIVEN, Answered.REFUSED
    counts = {(given_, given_): a, (given_, refused): b, (refused, given_): c, (refused, refused): d}
    cells = [BenignCell(before=one, after=two, n=n) for (one, two), n in counts.items() if n]
    svg = pairs_chart(cells, title="a test")
    assert inside(svg)
    for told in (f"{a} both answered", f"{b} newly refused", f"{c} newly answered", f"{d} both refused"):
        assert told in svg
    drawn = svg.count("<rect") - svg.count('class="cell"')
    assert drawn == len(cells)


def test_pairs_with_an_undetermined_answer_are_not_drawn() -> None:
    cells = [BenignCell(before=Answered.GIVEN, after=Answered.UNDETERMINED, n=9)]
    assert pairs_chart(cells, title="a test").count("<rect") == 4


def test_labels_and_titles_are_escaped() -> None:
    assert "<script" not in strip_chart([Strip(HOSTILE, 3, (), 0)], title=HOSTILE)
    assert "<script" not in pairs_chart([], title=HOSTILE)
