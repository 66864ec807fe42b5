"""The explanation quotes numbers; they are compared with the code."""

from __future__ import annotations

from pathlib import Path

from groundstop.statistics import (
    Answer,
    calls_for_claim,
    change_interval,
    fixed_design,
    named_plan,
    operating_characteristics,
    p0_for_budget,
    shipped_plans,
    zero_violation_floor,
)
from tests.fix_scenarios import exact_pairs, named

PAGE = Path(__file__).parents[3] / "docs" / "explanation" / "statistics.md"


def _row(name: str) -> str:
    plan = named_plan(name)
    question = plan.hypotheses
    at_p0, at_p1, at_zero = (operating_characteristics(plan, p) for p in (question.p0, question.p1, 0.0))
    cells = (
        f"`{name}`",
        f"{question.p0:g}",
        f"{question.p1:g}",
        f"{question.alpha:g}",
        f"{question.beta:g}",
        f"{at_p0.p_held:.4f}",
        f"{at_p1.p_violated:.4f}",
        str(plan.cap),
        f"{at_zero.expected_calls:.1f}",
        f"{at_p1.expected_calls:.1f}",
        f"{at_p0.expected_calls:.1f}",
    )
    return f"| {' | '.join(cells)} |"


def test_the_table_of_plans_is_what_the_code_gives() -> None:
    lines = PAGE.read_text("utf-8").splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith("| Plan |")) + 2
    rows = lines[start : lines.index("", start)]
    assert rows == [_row(name) for name in shipped_plans()]


def test_the_default_plan_is_told_in_words_as_it_is() -> None:
    text = " ".join(PAGE.read_text("utf-8").split())
    plan = named_plan("F5")
    none, one, two, three = plan.held_at
    (_, second), (_, third), _ = plan.violated_by
    assert (
        f"declare *held* at call {none} if no violation was seen, at call {one} with one, "
        f"at call {two} with two, at call {three} with three"
    ) in text
    assert f"second violation arrives by call {second}, the third by call {third}" in text
    assert f"takes {fixed_design(plan.hypotheses).calls} calls whatever happens" in text
    assert f"before call {zero_violation_floor(plan.hypotheses)} here" in text
    assert f"against 100 tries it would have to be {p0_for_budget(100):.1%}" in text.replace(" %", "%")


def test_the_table_of_pairs_is_what_the_code_gives() -> None:
    lines = PAGE.read_text("utf-8").splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith("| Newly refused |")) + 2
    rows = []
    for rise in (0.0, 0.05, 0.1, 0.2, 0.4):
        exact = exact_pairs(rise, most=1500)
        shares = f"{exact.not_worse:.4f} | {exact.over_blocked:.4f}"
        rows.append(f"| {100 * rise:.0f} % | {shares} | {exact.expected:.0f} | {exact.p95} |")
    assert lines[start : lines.index("", start)] == rows


def test_what_is_told_of_a_verification_in_words_is_as_it_is() -> None:
    text = " ".join(PAGE.read_text("utf-8").split())
    five = named("five submissions at p0, ICC 0.5").exact
    assert five is not None
    assert f"passes one of five submissions in {five:.1%} of cases, exactly".replace("%", " %") in text
    assert f"that takes {calls_for_claim(0.99)} calls: 0 of {calls_for_claim(0.99) - 1} is not enough" in text
    assert f"and it takes {calls_for_claim(0.99, violated=1)}." in text
    assert f"comes in {exact_pairs(0.05, most=1500).not_worse:.1%} of cases".replace("%", " %") in text
    pairs = exact_pairs(0.0, most=200).p95
    reach = change_interval({(Answer.GIVEN, Answer.GIVEN): pairs}).upper
    assert f"after {pairs} pairs without a change" in text
    assert f"the interval reaches to {reach:.1%}".replace("%", " %") in text
