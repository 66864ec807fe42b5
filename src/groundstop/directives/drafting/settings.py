"""What an author chooses before a draft is made, and the draft."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from groundstop.directives.drafting.blanks import BLANK_NAME
from groundstop.documents.directives import Act, Directive, OrderKind, PersonClass

_ACTS_OF = {
    # Weights that may still be fetched and passed on are exported all the same.
    OrderKind.EXPORT_BAN: (Act.DOWNLOAD, Act.TRANSFER, Act.DEPLOY, Act.INFER),
    OrderKind.DE_DEPLOY: (Act.INFER, Act.DEPLOY),
}
"""What an order forbids when its author chooses nothing; of the other kinds, asking alone."""


@dataclass(frozen=True, slots=True)
class DraftSettings:
    """What an author chooses; everything has a default that can be changed in the draft."""

    issuer: str = BLANK_NAME
    order: OrderKind = OrderKind.RESTRICT
    definitions: tuple[PersonClass, ...] = ()
    """Classes of persons that it reaches, one rule for each."""
    destinations: tuple[str, ...] = ()
    """Countries that requests come from; empty for worldwide."""
    acts: tuple[Act, ...] = ()
    """What is forbidden; empty for what goes with the kind of order."""
    effective: datetime | None = None
    """None for the next full hour."""
    review_after: timedelta = timedelta(days=14)
    lasts: timedelta = timedelta(days=30)

    @property
    def forbidden(self) -> tuple[Act, ...]:
        """What is forbidden: as it was chosen, or what goes with the kind of order."""
        return self.acts or _ACTS_OF.get(self.order, (Act.INFER,))


@dataclass(frozen=True, slots=True)
class Draft:
    """A draft, and what its author should look at."""

    directive: Directive
    notes: tuple[str, ...]
    """One sentence each."""
