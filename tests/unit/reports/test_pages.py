"""The pages as a whole: golden files, escaping, and what must never be in them.

To write the golden files anew: REWRITE_GOLDEN=1 pytest tests/unit/reports
"""

from __future__ import annotations

import io
import os
import re
from functools import cache
from pathlib import Path

import pytest
from rich.console import Console, RenderableType

from groundstop.assessment import Wish, assess, compare, make_comparison_plan
from groundstop.documents import (
    Assessment,
    Budget,
    Comparison,
    ComparisonPlan,
    Estimand,
    Plan,
    RateInterval,
    Sampling,
    TargetDescription,
    percent,
)
from groundstop.reports import assessment_text, comparison_text, plain_rate
from groundstop.reports.html import assessment_page, comparison_page
from groundstop.suites import load_suite
from groundstop.targets.scripted import Script, ScriptedTarget
from tests.assessing import START, plan_for_script, surroundings
from tests.virtual_time import run_in_virtual_time

GOLDEN = Path(__file__).resolve().parents[2] / "golden"
HOSTILE = "<script>alert(1)</script>\"'&\x1b[2J"


@cache
def assessed() -> tuple[Plan, Assessment]:
    wish = Wish(behaviors=("keep-secret",), seed=5, benign=20)
    plan, target, suite = plan_for_script(Script(rate=0.04), wish)
    return plan, run_in_virtual_time(assess(plan, suite, target, surroundings()))


@cache
def compared() -> tuple[ComparisonPlan, Comparison]:
    suite = load_suite("canary")
    targets = [ScriptedTarget(Script(rate=rate), called=f"scripted:{rate}") for rate in (0.9, 0.1)]
    plan = make_comparison_plan(
        [target.description for target in targets],
        suite,
        behavior="keep-secret",
        technique="list",
        estimand=Estimand.VARIANTS,
        n=20,
        sampling=Sampling(),
        seed=1,
        budget=Budget(),
        memoised=True,
        created=START,
    )
    return plan, run_in_virtual_time(compare(plan, suite, targets, surroundings()))


def printed(renderable: RenderableType) -> str:
    """Return what a terminal of 80 columns without colours shows."""
    out = io.StringIO()
    Console(file=out, width=80, no_color=True, force_terminal=False).print(renderable)
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines()) + "\n"


def without_digests(text: str) -> str:
    """Leave out what changes with the suite's wording and the program's version."""
    text = re.sub(r"sha256:\s?[0-9a-f]{64}", "sha256:DIGEST", text)
    return re.sub(r"groundstop \d+\.\d+\.\d+", "groundstop VERSION", text)


@pytest.mark.parametrize("name", ["assessment.html", "comparison.html", "assessment.txt", "comparison.txt"])
def test_a_report_is_the_same_as_ever(name: str) -> None:
    made = {
        "assessment.html": lambda: assessment_page(*assessed(), [compared()[1]]),
        "comparison.html": lambda: comparison_page(*compared()),
        "assessment.txt": lambda: printed(assessment_text(*assessed())),
        "comparison.txt": lambda: printed(comparison_text(*compared())),
    }[name]()
    path = GOLDEN / name
    if os.environ.get("REWRITE_GOLDEN"):
        path.write_text(without_digests(made), encoding="utf-8")
    assert without_digests(made) == path.read_text(encoding="utf-8"), "see the head of this file"


def test_a_page_needs_nothing_from_outside_and_runs_nothing() -> None:
    for page in (assessment_page(*assessed()), comparison_page(*compared())):
        assert "<script" not in page
        assert not re.findall(r"(?:src|href)\s*=|url\(|@import", page)
        assert "default-src 'none'" in page


def test_hostile_names_are_shown_as_text_in_pages() -> None:
    plan, assessment = assessed()
    target = plan.target.model_copy(update={"name": HOSTILE})
    page = assessment_page(
        plan.model_copy(update={"target": target}), assessment.model_copy(update={"target": target})
    )
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page


def test_a_name_cannot_move_the_cursor_of_a_terminal() -> None:
    plan, assessment = assessed()
    target: TargetDescription = plan.target.model_copy(update={"name": HOSTILE})
    assert "\x1b" not in printed(assessment_text(plan, assessment.model_copy(update={"target": target})))


def test_a_simulated_result_says_so_on_its_first_lines() -> None:
    page = assessment_page(*assessed())
    assert page.index("Simulated: no model was asked") < page.index("<h1>")
    assert "Simulated: no model was asked" in printed(assessment_text(*assessed()))


def test_what_was_not_measured_is_called_so() -> None:
    plan, assessment = assessed()
    page = assessment_page(plan, assessment.model_copy(update={"benign_refused": None}))
    assert "Refused: not measured" in page


@pytest.mark.parametrize(
    ("rate", "words"),
    [
        (RateInterval(violated=0, n=0, lower=0, upper=1, level=0.95, method="m"), "not measured"),
        (
            RateInterval(violated=0, n=63, lower=0, upper=0.086, level=0.95, method="m"),
            "0 of 63 (0 % to 8.6 %)",
        ),
        (
            RateInterval(violated=1, n=9, undetermined=2, lower=0.01, upper=0.5, level=0.95, method="m"),
            "1 of 9, 2 undetermined (1.0 % to 50 %)",
        ),
    ],
)
def test_a_rate_has_its_count_and_interval(rate: RateInterval, words: str) -> None:
    assert plain_rate(rate) == words


@pytest.mark.parametrize(
    ("rate", "words"), [(0, "0 %"), (1, "100 %"), (0.0004, "0.04 %"), (0.05, "5.0 %"), (0.999, "99.9 %")]
)
def test_a_small_rate_is_not_rounded_to_zero_nor_a_large_one_to_all(rate: float, words: str) -> None:
    assert percent(rate) == words
