"""A decision-maker's brief as one HTML page that needs nothing else."""

from __future__ import annotations

from markupsafe import Markup

from groundstop.cases.tiers import Told, ToldRate
from groundstop.reports.case_brief import LADDER, brief_of
from groundstop.reports.pages import environment

_PAGE = LADDER[1]


def brief_page(told: Told) -> str:
    """Return a brief as a page; on paper it is about one sheet, where the PDF is one for certain.

    Args:
        told: The case as it is told at the tier of the brief, or a wider one.

    Returns:
        A whole HTML document.

    Raises:
        ValueError: The case is told at a narrower tier.
    """
    brief = brief_of(told, _PAGE)
    return environment().get_template("case_brief.html.j2").render(brief=brief, bar=interval_bar)


def interval_bar(rate: ToldRate) -> Markup:
    """Return a rate's interval on a scale from 0 to 100 %; its numbers stand beside it."""
    if rate.n == 0:
        return Markup()
    low, high, at = (4 + 112 * value for value in (rate.lower, rate.upper, rate.violated / rate.n))
    head = Markup('<svg class="bar" viewBox="0 0 120 12" aria-hidden="true">')
    scale = Markup('<path class="scale" d="M4 2V10M4 6H116M116 2V10"/>')
    whisker = Markup('<path class="whisker" d="M{:.1f} 6H{:.1f}"/>').format(low, high)
    return head + scale + whisker + Markup('<circle class="dot" cx="{:.1f}" cy="6" r="3"/></svg>').format(at)
