"""A public notice as one HTML page, in plain language; as text it is an export of the case."""

from __future__ import annotations

from groundstop.cases.exports import NoticeSection, notice_sections
from groundstop.cases.exports.words import day
from groundstop.cases.tiers import Told
from groundstop.documents.cases import Tier
from groundstop.reports.case_parts import Line, Section
from groundstop.reports.case_words import plain_lines
from groundstop.reports.pages import environment


def notice_page(told: Told, publisher: str) -> str:
    """Return a public notice as a page.

    Args:
        told: The case as it is told to everybody.
        publisher: Who publishes it, by name and address.

    Returns:
        A whole HTML document.

    Raises:
        ValueError: The case is told at another tier: a public notice has nothing of it.
    """
    if told.tier is not Tier.PUBLIC:
        raise ValueError(f"a public notice is not made of what is told at the {told.tier.value} tier")
    return (
        environment()
        .get_template("case_notice.html.j2")
        .render(
            told=told,
            title=plain_lines(told.title),
            as_of=day(told.as_of),
            publisher=plain_lines(publisher),
            sections=[_page_section(one) for one in notice_sections(told)],
        )
    )


def _page_section(one: NoticeSection) -> Section:
    lines = (Line(plain_lines(point.text), quote=_words(point.words)) for point in one.points)
    return Section(one.title, tuple(lines))


def _words(text: str | None) -> str | None:
    return None if text is None else plain_lines(text)
