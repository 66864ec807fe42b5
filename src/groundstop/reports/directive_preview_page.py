"""What orders would do, as one HTML page that needs nothing else, with a picture of each."""

from __future__ import annotations

from collections.abc import Sequence

from groundstop.directives.previewing import Membership, Outcome, Preview
from groundstop.reports.case_words import moment
from groundstop.reports.directive_preview_chart import patterns, preview_chart, swatch
from groundstop.reports.directive_preview_text import short_name
from groundstop.reports.directive_preview_words import (
    MEMBERSHIP_WORDS,
    SHORT_MEMBERSHIP,
    class_words,
    count_words,
    preview_facts,
    preview_headline,
    replayed_words,
)
from groundstop.reports.directive_words import headline, order_name
from groundstop.reports.pages import environment


def preview_page(previews: Sequence[Preview]) -> str:
    """Return what orders would do as a page.

    Args:
        previews: Of one order, or of several on the same requests.

    Returns:
        A whole HTML document.
    """
    occurring = {cell.outcome for one in previews for cell in one.cells}
    return (
        environment()
        .get_template("directive_preview.html.j2")
        .render(
            previews=previews,
            first=previews[0],
            names=[order_name(one.directive) for one in previews],
            short_names=[short_name(one) for one in previews],
            pictures=[
                preview_chart(one, title=f"{order_name(one.directive)}: {preview_headline(one)}")
                for one in previews
            ],
            memberships=tuple(Membership),
            outcome=Outcome,
            patterns=patterns(),
            legend=[(swatch(one), one.value) for one in Outcome if one in occurring],
            membership_words=MEMBERSHIP_WORDS,
            short_membership=SHORT_MEMBERSHIP,
            class_words=class_words,
            count_words=count_words,
            facts_of=preview_facts,
            headline_of=preview_headline,
            order_headline=headline,
            replayed=replayed_words(previews[0].replayed),
            moment=moment,
        )
    )
