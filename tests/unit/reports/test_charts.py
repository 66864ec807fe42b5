from __future__ import annotations

import re
from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st

from groundstop.documents import Boundaries, Decision, RateInterval
from groundstop.reports.charts import (
    Bar,
    RateRow,
    bar_chart,
    path_chart,
    rate_position,
    rates_chart,
)
from groundstop.reports.svg import WIDTH
from groundstop.statistics import named_plan

HOSTILE = "<script>alert('x')</script>\"&"
RATES = st.floats(0, 1)


def interval(violated: int, n: int, lower: float, upper: float) -> RateInterval:
    return RateInterval(violated=violated, n=n, lower=lower, upper=upper, level=0.95, method="a test")


def boundaries(name: str = "F5") -> Boundaries:
    plan = named_plan(name)
    return Boundaries(cap=plan.cap, held_at=plan.held_at, violated_by=plan.violated_by)


def inside(svg: str) -> bool:
    """Tell whether every coordinate of an SVG lies within its view box."""
    root = ElementTree.fromstring(svg)  # noqa: S314 - our own drawing
    height = float(root.attrib["viewBox"].split()[3])
    for element in root.iter():
        for name, value in element.attrib.items():
            limit = WIDTH if name in ("x", "x1", "x2", "cx") else height
            if name in ("x", "x1", "x2", "cx", "y", "y1", "y2", "cy") and not 0 <= float(value) <= limit:
                return False
        if points := element.attrib.get("points"):
            for x, y in (map(float, point.split(",")) for point in points.split()):
                if not (0 <= x <= WIDTH and 0 <= y <= height):
                    return False
    return True


@given(RATES, RATES)
def test_a_higher_rate_stands_further_right(one: float, other: float) -> None:
    if one < other:
        assert rate_position(one) <= rate_position(other)
    assert 0 <= rate_position(one) <= WIDTH


@given(st.lists(st.tuples(st.integers(0, 50), RATES, RATES, st.sampled_from(Decision)), max_size=6))
def test_every_mark_of_the_panel_is_inside_it(rows: list[tuple[int, float, float, Decision]]) -> None:
    drawn = [
        RateRow(f"row {number}", interval(violated, 50, min(a, b), max(a, b)), decision)
        for number, (violated, a, b, decision) in enumerate(rows)
    ]
    assert inside(rates_chart(drawn, p0=0.05, p1=0.005, title="rates"))


@given(st.sampled_from(["F5", "F5strict", "F10", "F20"]), st.data())
def test_every_path_stays_inside_its_plot(name: str, data: st.DataObject) -> None:
    rule = boundaries(name)
    calls = data.draw(st.integers(0, rule.cap))
    at = sorted(data.draw(st.sets(st.integers(1, max(calls, 1)), max_size=min(6, calls))))
    path = [(0, 0), *((n, count) for count, n in enumerate(at, start=1))]
    if path[-1][0] != calls:
        path.append((calls, len(at)))
    assert inside(path_chart(rule, path, title="path"))


def test_the_held_region_begins_where_the_test_may_stop_as_held() -> None:
    svg = path_chart(boundaries(), [(0, 0), (63, 0)], title="path")
    region = re.search(r'points="([^"]+)" class="region held"', svg)
    dot = re.search(r'points="([^"]+)" class="dot end"', svg)
    assert region is not None
    assert dot is not None
    left_edge = min(float(point.split(",")[0]) for point in region[1].split())
    middle = sum(float(point.split(",")[0]) for point in dot[1].split()) / 4
    assert abs(left_edge - middle) < 0.2, "the path ends on the edge of the region"


def test_a_rate_without_trials_is_not_drawn_as_zero() -> None:
    svg = rates_chart([RateRow("none", interval(0, 0, 0, 1))], p0=0.05, p1=0.005, title="rates")
    assert "not measured" in svg
    assert "dot" not in svg


def test_decisions_differ_in_shape_and_not_only_in_colour() -> None:
    shapes = {}
    for decision in Decision:
        row = RateRow("r", interval(1, 10, 0.01, 0.4), decision)
        svg = rates_chart([row], p0=0.05, p1=0.005, title="rates")
        (shapes[decision],) = re.findall(r'<(\w+)[^>]*class="dot', svg)
    assert len(set(shapes.values())) == 3


def test_hostile_names_stay_text() -> None:
    svg = rates_chart([RateRow(HOSTILE, interval(1, 2, 0, 1))], p0=0.05, p1=0.005, title=HOSTILE)
    svg += bar_chart([Bar(HOSTILE, 3, "ours")], title=HOSTILE)
    assert "<script" not in svg
    assert "&lt;script&gt;" in svg


def test_bars_are_as_long_as_their_values() -> None:
    svg = bar_chart([Bar("a", 10, "ours"), Bar("b", 20, "bound")], title="bars")
    short, long = (float(width) for width in re.findall(r'width="([\d.]+)" height="10"', svg))
    assert long == 2 * short
