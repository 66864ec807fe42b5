"""An order for the terminal, in plain language, readable without colour."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from groundstop.directives.signatures import Signatures
from groundstop.documents.directives import Directive, Licence
from groundstop.reports.case_words import plain_lines
from groundstop.reports.directive_facts import Fact, directive_facts
from groundstop.reports.directive_words import KIND_WORDS, headline, order_name
from groundstop.reports.words import plain

if TYPE_CHECKING:
    from rich.console import RenderableType


def directive_text(
    directive: Directive,
    signatures: Signatures | None = None,
    *,
    licences: Sequence[Licence] = (),
    notes: Sequence[str] = (),
) -> RenderableType:
    """Return an order in plain language.

    Args:
        directive: The order.
        signatures: Whose it has; none for a draft.
        licences: Licences under it that are at hand.
        notes: What its author should look at.

    Returns:
        Something that a rich console prints.
    """
    from rich.console import Group
    from rich.text import Text

    head = [
        Text(f"{KIND_WORDS[directive.order]}: {order_name(directive)}", style="bold"),
        Text(headline(directive)),
        Text(f"By {plain(directive.issuer)}. Content {directive.content_id}", style="dim"),
    ]
    facts = directive_facts(directive, signatures, licences)
    return Group(*head, *facts_text(facts), *notes_text(notes))


def facts_text(facts: Sequence[Fact]) -> Iterator[RenderableType]:
    """Yield facts under their headings.

    Args:
        facts: What is told.
    """
    from rich.padding import Padding
    from rich.text import Text

    for fact in facts:
        yield Text()
        yield Text(fact.label, style="bold")
        for line in fact.lines:
            yield Padding(Text(line), (0, 0, 0, 2))


def notes_text(notes: Sequence[str], label: str = "To look at") -> Iterator[RenderableType]:
    """Yield what somebody should look at; nothing when there is nothing.

    Args:
        notes: Sentences.
        label: The heading.
    """
    if notes:
        yield from facts_text([Fact(label, tuple(f"! {plain_lines(one)}" for one in notes))])
