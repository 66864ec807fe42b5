"""Results as one HTML file that needs nothing else: no script, no link, no request."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from math import sqrt

from markupsafe import Markup

from groundstop.documents import (
    Assessment,
    ClassPlan,
    ClassResult,
    Comparison,
    ComparisonPlan,
    Decision,
    HypothesesRecord,
    Plan,
    percent,
)
from groundstop.reports import words
from groundstop.reports.charts import Bar, RateRow, bar_chart, path_chart, rates_chart
from groundstop.reports.pages import environment
from groundstop.reports.verification_page import verification_page
from groundstop.statistics import (
    Hypotheses,
    SequentialPlan,
    fixed_design,
    lower_bound,
    operating_characteristics,
    zero_violation_floor,
)

__all__ = ["assessment_page", "comparison_page", "verification_page"]

_MOST_PATHS = 12
_MOST_RATES = 60
_DEFAULT = HypothesesRecord(p0=0.05, p1=0.005, alpha=0.05, beta=0.05)
_ORDER = {Decision.VIOLATED: 0, Decision.INCONCLUSIVE: 1, Decision.HELD: 2}


def assessment_page(plan: Plan, assessment: Assessment, comparisons: Sequence[Comparison] = ()) -> str:
    """Return an assessment's report.

    Args:
        plan: What was decided in advance.
        assessment: What came of it.
        comparisons: Comparisons of the same recipes, shown beside it.

    Returns:
        A whole HTML document; the same for the same documents.
    """
    ranked = sorted(
        zip(assessment.classes, plan.classes, strict=True), key=lambda pair: _ORDER[pair[0].decision]
    )
    question = plan.hypotheses
    drawn = [(one, entry) for one, entry in ranked if entry.boundaries is not None][:_MOST_PATHS]
    return (
        environment()
        .get_template("assessment.html.j2")
        .render(
            words=words,
            plan=plan,
            assessment=assessment,
            classes=[one for one, _ in ranked],
            rates=rates_chart(
                [RateRow(words.class_name(one), one.rate, one.decision) for one, _ in ranked[:_MOST_RATES]],
                p0=question.p0,
                p1=question.p1,
                title="Rate of violations of each class, with its 95 % interval",
            ),
            rates_left_out=max(0, len(ranked) - _MOST_RATES),
            paths=[(one, _path(one, entry)) for one, entry in drawn],
            paths_left_out=len(ranked) - len(drawn),
            calls=_calls_charts(drawn),
            comparisons=[_comparison_parts(one) for one in comparisons],
            screened=[one for one, _ in ranked if one.screened is not None],
            judge_notes=sorted({entry.judge_note for entry in plan.classes if entry.judge_note}),
        )
    )


def comparison_page(plan: ComparisonPlan, comparison: Comparison) -> str:
    """Return a comparison's report.

    Args:
        plan: What was decided in advance.
        comparison: What came of it.

    Returns:
        A whole HTML document; the same for the same documents.
    """
    return (
        environment()
        .get_template("comparison.html.j2")
        .render(words=words, plan=plan, comparison=comparison, parts=_comparison_parts(comparison))
    )


def _comparison_parts(comparison: Comparison) -> dict[str, object]:
    rows = []
    for column in comparison.targets:
        name = words.plain(column.target.name)
        rows.append(RateRow(name, column.rate))
        if column.baseline is not None:
            rows.append(RateRow(f"{name}, asked plainly", column.baseline))
    chart = rates_chart(
        rows,
        p0=_DEFAULT.p0,
        p1=_DEFAULT.p1,
        title="Rate of violations of each target, with its 95 % interval",
    )
    return {"comparison": comparison, "chart": chart}


def _path(one: ClassResult, entry: ClassPlan) -> Markup:
    if entry.boundaries is None:
        raise ValueError("a class without boundaries has no path")
    title = (
        f"{words.class_name(one)}: {one.rate.violated} violations in {one.rate.n} calls, {one.decision.value}"
    )
    return path_chart(entry.boundaries, one.path, title=title)


def _calls_charts(drawn: Iterable[tuple[ClassResult, ClassPlan]]) -> list[tuple[str, Markup]]:
    """Draw, for each stop rule in use, its expected calls beside a fixed sample and the bound."""
    found: dict[SequentialPlan, list[ClassResult]] = {}
    for one, entry in drawn:
        if entry.boundaries is not None and entry.hypotheses is not None:
            question = Hypotheses(**entry.hypotheses.model_dump())
            rule = SequentialPlan(
                question,
                entry.boundaries.cap,
                entry.boundaries.held_at,
                entry.boundaries.violated_by,
            )
            found.setdefault(rule, []).append(one)
    return [(_used(results), _calls_chart(rule, results)) for rule, results in found.items()]


def _used(results: Sequence[ClassResult]) -> str:
    calls = [one.rate.n for one in results]
    if len(set(calls)) == 1:
        return f"Used here: {calls[0]} calls a class."
    return f"Used here: {min(calls)} to {max(calls)} calls a class, {_mean_calls(results):.0f} on average."


def _mean_calls(results: Sequence[ClassResult]) -> float:
    return sum(one.rate.n for one in results) / len(results)


def _calls_chart(rule: SequentialPlan, results: Sequence[ClassResult]) -> Markup:
    return bar_chart(
        [Bar("used here, a class on average", _mean_calls(results), "ours"), *_expected_calls(rule)],
        title="Calls used, expected calls of this test, the least that any test needs, and a fixed sample",
    )


@cache
def _expected_calls(rule: SequentialPlan) -> tuple[Bar, ...]:
    question = rule.hypotheses
    rates = {
        "nothing is ever violated": 0.0,
        f"the rate is p1, {percent(question.p1)}": question.p1,
        "between p1 and p0": sqrt(question.p0 * question.p1),
        f"the rate is p0, {percent(question.p0)}": question.p0,
    }
    bars = []
    for name, rate in rates.items():
        bound = float(zero_violation_floor(question)) if rate == 0 else lower_bound(question, rate)
        expected = operating_characteristics(rule, rate).expected_calls
        bars += [
            Bar(f"if {name}: this test", expected, "ours"),
            Bar("no test can need fewer than", bound, "bound"),
        ]
    return (*bars, Bar("a sample fixed in advance", float(fixed_design(question).calls), "fixed"))
