"""Giving a draft its number and date when it is signed first."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from pydantic import ValidationError

from groundstop.directives.drafting.blanks import blanks_of
from groundstop.directives.ids import Numbered, new_id
from groundstop.directives.reading import NEVER, NOT_NUMBERED
from groundstop.directives.refusals import hint_for
from groundstop.documents import describe
from groundstop.documents.directives import Directive
from groundstop.errors import DocumentError, InputError

_MOST_TOLD = 6


def numbered(
    directive: Directive, *, now: datetime, random_hex: Callable[[int], str], source: str
) -> Directive:
    """Return a draft as it is signed: with an id and a date, where it has none.

    Args:
        directive: The draft.
        now: The moment.
        random_hex: Returns twice as many random hexadecimal digits as it is told; ``secrets.token_hex``.
        source: Where it came from, for error messages.

    Raises:
        InputError: Something is still to be filled in, or it has ended already.
        DocumentError: With its date it is no order any more.
    """
    blanks = blanks_of(directive)
    if blanks:
        more = f" and {len(blanks) - _MOST_TOLD} more" if len(blanks) > _MOST_TOLD else ""
        raise InputError(
            f"{source} is not finished: {', '.join(blanks[:_MOST_TOLD])}{more} must be filled in",
            "Fill them in; nothing was signed",
        )
    if directive.expires <= now:
        raise InputError(
            f"{source} expires on {directive.expires:%Y-%m-%d %H:%M} UTC, which is past",
            "Set effective, review and expires anew; nothing was signed",
        )
    changes: dict[str, object] = {}
    if directive.id == NOT_NUMBERED:
        changes["id"] = new_id(Numbered.DIRECTIVE, now, random_hex)
    if directive.created == NEVER:
        changes["created"] = now
    try:
        return Directive.model_validate({**dict(directive), **changes})
    except ValidationError as error:
        message, hint = describe(error, source=source)
        raise DocumentError(message, hint_for(message) or hint) from error
