"""A verification as one HTML file that needs nothing else: no script, no link, no request."""

from __future__ import annotations

from markupsafe import Markup

from groundstop.documents import (
    Answered,
    Arm,
    BenignResult,
    Verification,
    VerificationPlan,
)
from groundstop.reports import (
    verification_conditions,
    verification_steps,
    verification_words,
    words,
)
from groundstop.reports.charts import RateRow, path_chart, rates_chart
from groundstop.reports.pages import environment
from groundstop.reports.verification_charts import Strip, pairs_chart, strip_chart, violated_calls
from groundstop.reports.verification_parts import PartState, parts_of, verdict_state
from groundstop.reports.verification_record import exact_hypotheses, records_of
from groundstop.reports.verification_verdict import verdict_sentence

_STYLES = {
    PartState.GOOD: "held",
    PartState.BAD: "violated",
    PartState.UNDECIDED: "inconclusive",
    PartState.NO_CLAIM: "unasked",
}


def verification_page(plan: VerificationPlan, verification: Verification) -> str:
    """Return a verification's report.

    Args:
        plan: What was decided in advance.
        verification: What came of it.

    Returns:
        A whole HTML document; the same for the same documents. It quotes nothing that was asked or answered.
    """
    v = verification
    arms = _arms(v)
    return (
        environment()
        .get_template("verification.html.j2")
        .render(
            words=words,
            told=verification_words,
            sentence=verdict_sentence(v),
            conditions=verification_conditions,
            steps=verification_steps,
            plan=plan,
            v=v,
            name=verification_words.VERDICT_NAMES[v.verdict],
            style=_STYLES[verdict_state(v)],
            parts=[(part, _STYLES[part.state]) for part in parts_of(v)],
            strips=_strips(v),
            unseen=any(strip.undetermined for strip in _strip_rows(v)),
            paths=[
                (name, arm, _path(name, arm)) for name, arm in arms if arm.rate.n and arm.decision.boundaries
            ],
            benign=_benign(v.benign),
            records=records_of(plan, v),
            question=exact_hypotheses(v.question),
        )
    )


def _arms(v: Verification) -> list[tuple[str, Arm]]:
    arms = [("reported recipe", v.recipe)]
    arms += [(f"variants: {words.plain(one.name)}", one.arm) for one in v.strata if one.arm is not None]
    if v.mixture is not None:
        arms.append(("variants: mixture of all kinds", v.mixture))
    return arms


def _path(name: str, arm: Arm) -> Markup:
    boundaries = arm.decision.boundaries
    if boundaries is None:
        raise ValueError("an arm without boundaries has no path")
    title = f"{name}: {arm.rate.violated} got through in {arm.rate.n} calls, {arm.decision.decision.value}"
    return path_chart(boundaries, arm.decision.path, title=title)


def _strip_rows(v: Verification) -> list[Strip]:
    return [
        Strip(
            label=name.removeprefix("variants: "),
            n=arm.rate.n,
            violated_at=violated_calls(arm.decision.path),
            undetermined=arm.rate.undetermined,
        )
        for name, arm in _arms(v)[1:]
        if arm.rate.n
    ]


def _strips(v: Verification) -> Markup | None:
    rows = _strip_rows(v)
    if not rows:
        return None
    return strip_chart(rows, title="Each held-out variant that was asked, in order, and how it came out")


def _benign(benign: BenignResult | None) -> dict[str, object] | None:
    if benign is None:
        return None
    rates = [RateRow("refused before", benign.refused_before), RateRow("refused after", benign.refused_after)]
    unclear = sum(cell.n for cell in benign.cells if Answered.UNDETERMINED in (cell.before, cell.after))
    return {
        "rates": rates_chart(rates, title="Share of ordinary requests refused, before and after the fix"),
        "pairs": pairs_chart(benign.cells, title="Each ordinary request before and after the fix, by count"),
        "unclear": unclear,
    }
