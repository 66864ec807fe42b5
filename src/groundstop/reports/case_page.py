"""A case as one HTML file that needs nothing else: its state, its timeline with a picture; technical tier."""

from __future__ import annotations

from groundstop.cases.views import CaseView
from groundstop.reports import case_words, words
from groundstop.reports.case_deadlines import CLOCKS
from groundstop.reports.case_events import CLOCK_KINDS, timeline_events
from groundstop.reports.case_marks import legend, small_mark
from groundstop.reports.case_sections import case_sections, standing_words
from groundstop.reports.case_timeline_chart import NARROW, WIDE, timeline_chart
from groundstop.reports.pages import environment


def case_page(view: CaseView) -> str:
    """Return the page of a whole case; technical tier.

    Args:
        view: The case at a moment.

    Returns:
        A whole HTML document. It holds parties' own words, and no recipe or transcript.
    """
    sections = case_sections(view)
    # The picture stands above the clocks: below what is broken and what is due.
    clocks = next(place for place, one in enumerate(sections) if one.title == CLOCKS)
    return _filled("case.html.j2", view, first=sections[:clocks], later=sections[clocks:])


def timeline_page(view: CaseView) -> str:
    """Return the page of a case's timeline; technical tier.

    Args:
        view: The case at a moment.

    Returns:
        A whole HTML document: a picture, and a table with the log proof of every event.
    """
    return _filled("case_timeline.html.j2", view)


def _filled(template: str, view: CaseView, **more: object) -> str:
    events = timeline_events(view)
    sentence, tone = standing_words(view)
    return (
        environment()
        .get_template(template)
        .render(
            words=words,
            told=case_words,
            view=view,
            state=view.state,
            sentence=sentence,
            tone=tone.value,
            models=list(dict.fromkeys(case_words.model_words(one.ref.model) for one in view.state.findings)),
            events=events,
            clock_kinds=CLOCK_KINDS,
            icon=small_mark,
            legend=legend(events),
            narrow=timeline_chart(view, NARROW),
            wide=timeline_chart(view, WIDE),
            **more,
        )
    )
