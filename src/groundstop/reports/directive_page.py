"""An order as one HTML page that needs nothing else, in plain language; one sheet on paper."""

from __future__ import annotations

from collections.abc import Sequence

from groundstop.directives.signatures import Signatures
from groundstop.documents.directives import Directive, Licence, OrderKind
from groundstop.reports.case_words import plain_lines
from groundstop.reports.directive_facts import directive_facts
from groundstop.reports.directive_words import KIND_WORDS, headline, order_name
from groundstop.reports.pages import environment
from groundstop.reports.words import plain


def directive_page(
    directive: Directive,
    signatures: Signatures | None = None,
    *,
    licences: Sequence[Licence] = (),
    notes: Sequence[str] = (),
) -> str:
    """Return an order as a page.

    Args:
        directive: The order.
        signatures: Whose it has; none for a draft.
        licences: Licences under it that are at hand.
        notes: What its author should look at.

    Returns:
        A whole HTML document.
    """
    missing = signatures.missing if signatures is not None else None
    return (
        environment()
        .get_template("directive.html.j2")
        .render(
            kind=KIND_WORDS[directive.order],
            name=order_name(directive),
            headline=headline(directive),
            issuer=plain(directive.issuer),
            content=directive.content_id,
            facts=directive_facts(directive, signatures, licences),
            notes=[plain_lines(one) for one in notes],
            draft=signatures is None or not signatures.told,
            missing=missing,
            guards=directive.order is OrderKind.VIRTUAL_PATCH,
        )
    )
