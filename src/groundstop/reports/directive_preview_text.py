"""What orders would do, for the terminal; several of them side by side."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from groundstop.directives.previewing import Count, Membership, Outcome, Preview
from groundstop.reports.case_words import moment
from groundstop.reports.directive_preview_words import (
    MEMBERSHIP_WORDS,
    SHORT_MEMBERSHIP,
    class_words,
    preview_facts,
    preview_headline,
    replayed_words,
)
from groundstop.reports.directive_text import facts_text
from groundstop.reports.directive_words import headline, order_name

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table

_STYLES = {
    Outcome.NEWLY_DENIED: "bold red",
    Outcome.ALREADY_DENIED: "red",
    Outcome.LICENSED: "green",
    Outcome.SERVED: "green",
    Outcome.GUARDED: "yellow",
    Outcome.UNJUDGED: "yellow",
}


def preview_text(previews: Sequence[Preview]) -> RenderableType:
    """Return what orders would do.

    Args:
        previews: Of one order, or of several on the same requests.

    Returns:
        Something that a rich console prints.
    """
    from rich.console import Group
    from rich.text import Text

    parts: list[RenderableType] = [Text(replayed_words(previews[0].replayed)), Text(class_words(previews[0]))]
    if len(previews) > 1:
        parts += [Text(), _side_by_side(previews)]
    for one in previews:
        parts += [Text(), *_preview(one)]
    return Group(*parts)


def _preview(preview: Preview) -> Iterator[RenderableType]:
    from rich.text import Text

    yield Text(f"{order_name(preview.directive)}, as it would be on {moment(preview.moment)}", style="bold")
    yield Text(headline(preview.directive))
    yield Text(preview_headline(preview), style="bold")
    yield Text()
    yield _cells(preview)
    yield from facts_text(preview_facts(preview))


def _cells(preview: Preview) -> Table:
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False)
    for head in ("Who", "What happens", "Requests", "Users"):
        table.add_column(head, justify="right" if head in ("Requests", "Users") else "left", overflow="fold")
    before: Membership | None = None
    for cell in preview.cells:
        who = MEMBERSHIP_WORDS[cell.membership] if cell.membership is not before else ""
        before = cell.membership
        table.add_row(
            who,
            Text(cell.outcome.value, style=_STYLES[cell.outcome]),
            f"{cell.count.requests:,}",
            _users(cell.count),
        )
    return table


def _side_by_side(previews: Sequence[Preview]) -> Table:
    from rich.table import Table

    table = Table(box=None, pad_edge=False, title_justify="left", title="Newly cut off: requests (users)")
    table.add_column("Order", overflow="fold")
    for membership in Membership:
        table.add_column(SHORT_MEMBERSHIP[membership], justify="right")
    table.add_column("licensees served", justify="right")
    for one in previews:
        cut = (one.count((membership,), (Outcome.NEWLY_DENIED,)) for membership in Membership)
        licensed = one.count(outcomes=(Outcome.LICENSED,))
        table.add_row(
            short_name(one), *(f"{count.requests:,} ({_users(count)})" for count in (*cut, licensed))
        )
    return table


def short_name(preview: Preview) -> str:
    """Return how an order is called beside others: by its id and its rules."""
    rules = ", ".join(rule.id for rule in preview.directive.scope)
    return f"{order_name(preview.directive)} ({rules})"


def _users(count: Count) -> str:
    return f"{count.users:,}{'+' if count.anonymous else ''}"
