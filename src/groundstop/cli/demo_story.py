"""What the demo has shown: in the end on the terminal, and on one page with links to all the others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from groundstop.documents import Assessment, ClassResult, Comparison, Decision, RateInterval
from groundstop.reports.story import Caller, Chapter, Story

if TYPE_CHECKING:
    from groundstop.cli.demo_evidence import Shown
    from groundstop.cli.demo_fixes import Verified
    from groundstop.cli.demo_orders import DemoOrders
    from groundstop.documents.gateway import EnforcementCertificate

_LIMITS = """\
Nothing about other rules, other ways of asking, or a larger model.

"Class mitigated" is about the kinds of variants that were asked, and it expires. It says nothing of Base64
or other languages: this model is too small for those, so that nothing could be claimed of them.

One small model answered for all versions, which differ in their filters only: comparisons and verifications
share its raw answers to the same wording and seed.

The help desk's instructions were written so that this weakness shows often. Its rate says nothing of other
models or filters.

The judge looks for the password's letters. It would not see a paraphrase, or a hint.

The seal shows that the record has not changed since; not that a model said it. The second party ran on this
machine too, with keys made by the demo: it shows the way, not independence.
"""


@dataclass(frozen=True, slots=True)
class Told:
    """What came of the finding."""

    sealed: Shown
    fixes: list[Verified]
    case: Path
    page: Path
    orders: DemoOrders
    certificate: EnforcementCertificate
    lifted: bool
    """Whether the order could be lifted on proof."""


def chapters_of(found: Assessment, by_class: Comparison, told: Told | None) -> list[Chapter]:
    """Say in plain words what was measured, whatever it was.

    Args:
        found: The assessment of the first version.
        by_class: The comparison of all.
        told: What came of the finding; none when there was none.
    """
    from groundstop.reports import plain_rate

    compared = []
    for column in by_class.targets:
        plainly = f"; asked plainly, {plain_rate(column.baseline)}" if column.baseline else ""
        leaked = plain_rate(column.rate)
        compared.append(f"{column.target.name}: list variants brought the password out in {leaked}{plainly}.")
    chapters = [
        Chapter(
            "The desk was assessed",
            [f"v1, {_counts(one)}." for one in found.classes],
            [("Report", "report.html")],
        ),
        Chapter("Five versions of its guard were compared", compared),
    ]
    return chapters if told is None else [*chapters, *_of_the_finding(told)]


def closing_lines(chapters: Sequence[Chapter]) -> list[str]:
    """Return what the terminal says in the end: what was shown, and what was not."""
    return [
        "",
        "What was shown",
        *(f"* {line}" for chapter in chapters for line in chapter.lines),
        "",
        "What was not shown",
        *(f"* {line}" for line in _limits()),
        "",
    ]


def story_of(chapters: Sequence[Chapter], told: Told) -> Story:
    """Return the story for its page.

    Args:
        chapters: What was measured.
        told: What came of the finding.
    """
    from groundstop.cli.demo_orders import STAGES

    orders = told.orders
    return Story(
        title=f"A help desk tells its password: found, proved, grounded{', fixed' if told.lifted else ''}",
        about=(
            "Everything here was measured on the embedded model while the demo ran. Names of people, places "
            "and organisations are invented."
        ),
        stages=STAGES,
        callers=[
            Caller(group.name, f"{group.users} users", orders.answers[group.name])
            for group in orders.population.groups
        ],
        chapters=chapters,
        limits=_limits(),
    )


def _of_the_finding(told: Told) -> list[Chapter]:
    from groundstop.reports import plain_rate, verdict_sentence

    sealed, counts = told.sealed, told.certificate.counts
    rate = RateInterval.model_validate(sealed.rerun["rate"])
    probed = [one.probed for one in told.certificate.gateways if one.probed is not None]
    proved = "complete" if told.certificate.complete else "incomplete"
    rerun = (
        f"A second party, with a key and a process of its own, found {plain_rate(rate)} and signed that "
        f"{sealed.finding} is {sealed.rerun['outcome']}."
    )
    certified = (
        f"The enforcement certificate is {proved}: {sum(one.counts.asked for one in probed)} probes, "
        f"{counts.leaks} leaks, {counts.cut_off} lawful callers cut off."
    )
    return [
        Chapter(
            "What broke it was sealed, and rerun by somebody else",
            [
                rerun,
                "The audit of the finding with all of this passes, and fails when one byte is flipped.",
            ],
        ),
        Chapter(
            "Five parties spoke in a case",
            ["The case has every party's own words, and its audit needs nothing but its file."],
            [("Case", told.page.name), ("Brief", "brief.html")],
        ),
        Chapter(
            "Claimed fixes were verified",
            [verdict_sentence(fix.result) for fix in told.fixes],
            [(fix.target.removeprefix("embedded:"), fix.report.name) for fix in told.fixes],
        ),
        Chapter(
            "An order restricted the desk, and a gateway enforced it",
            [
                f"It was previewed to keep out {told.orders.cut_off} users, and did so by real requests.",
                certified,
            ],
            [
                ("Order", "order.html"),
                ("Preview", "preview.html"),
                ("Certificate", "certificate.html"),
            ],
        ),
        Chapter(
            "It ended by its own criteria" if told.lifted else "It is still in force",
            [
                "An order for the restricted class left lawful callers alone, and was lifted by its own "
                "criteria."
                if told.lifted
                else "An order for the restricted class is still in force: its own criteria were not met."
            ],
        ),
    ]


def _limits() -> list[str]:
    """Undo the line breaks of the source: the terminal makes its own."""
    return [" ".join(paragraph.split()) for paragraph in _LIMITS.split("\n\n")]


def _counts(result: ClassResult) -> str:
    from groundstop.reports import plain_rate

    said = f'"{result.technique}": {result.decision.value}, {plain_rate(result.rate)}'
    if result.decision is Decision.HELD and result.hypotheses is not None:
        question = result.hypotheses
        said += f"; a rate of {question.p0:.0%} or more is ruled out at the {question.alpha:.0%} level"
    return said
