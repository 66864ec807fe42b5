"""The feed of directives as one HTML page: what stands, what did, and what lifted it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from groundstop.directives.feeds import (
    FeedItem,
    FeedItems,
    ItemKind,
    ItemState,
    ModelState,
    Site,
    models_table,
    title_of,
    updated,
)
from groundstop.documents.directives import Act
from groundstop.reports.case_words import moment, plain_lines
from groundstop.reports.pages import environment

_TONES = {
    ModelState.OPEN.value: "held",
    ModelState.GUARDED.value: "inconclusive",
    ModelState.RESTRICTED.value: "inconclusive",
    ModelState.CLOSED.value: "violated",
}
"""Marks and colours of the states; their words say the same."""


@dataclass(frozen=True, slots=True)
class _Row:
    item: FeedItem
    title: str
    gist: str
    tone: str
    facts: tuple[tuple[str, str], ...]
    more: str | None


def feed_page(items: FeedItems, site: Site) -> str:
    """Return the page of a feed.

    Args:
        items: What is in the feed.
        site: Where it is, and whose.

    Returns:
        A whole HTML document, without a script; the same for the same items.
    """
    table = models_table(items)
    named = {act for states in table.values() for act in states}
    return (
        environment()
        .get_template("directives_feed.html.j2")
        .render(
            site=site,
            updated=moment(updated(items, site)),
            models=list(table.items()),
            acts=[act for act in Act if act in named],
            # What stands comes first; within that, and after it, the newest change.
            rows=[_row(one) for one in sorted(items, key=_is_over)],
            tones=_TONES,
        )
    )


def _is_over(item: FeedItem) -> bool:
    return item.what is ItemKind.LIFT or item.state not in (ItemState.IN_FORCE, ItemState.PARTLY_LIFTED)


def _row(item: FeedItem) -> _Row:
    states = [model.state for model in item.models]
    return _Row(
        item=item,
        title=plain_lines(title_of(item)),
        gist=plain_lines(item.gist),
        tone=max(states, key=list(ModelState).index, default=ModelState.OPEN).value,
        facts=tuple((name, plain_lines(value)) for name, value in _facts(item)),
        more=item.more,
    )


def _facts(item: FeedItem) -> Iterator[tuple[str, str]]:
    number = "" if item.sequence is None else f", sequence {item.sequence}"
    yield "Order" if item.what is not ItemKind.LIFT else "Lift", f"{item.id}{number}, by {item.issuer}"
    if item.lifts is not None:
        yield "Lifts", item.lifts
    yield "State", item.state.value
    if item.what is not ItemKind.LIFT:
        yield "Kept out", item.reach
        yield "Acts", ", ".join(act.value for act in item.acts)
    yield "Since", moment(item.since)
    if item.until is not None:
        yield "Until", moment(item.until)
    if not item.ratified:
        yield "Signed", "by one key; no quorum has ratified it yet"
    if item.licences:
        yield "Licences", f"{item.licences} in force"
    if item.appeal is not None:
        days = f", answered within {item.appeal.answer_days} days" if item.appeal.answer_days else ""
        yield "Appeal", f"{item.appeal.name}, {item.appeal.contact}{days}; it suspends nothing"
    if item.contact is not None:
        yield "Contact", item.contact
    yield "Digest", item.content
