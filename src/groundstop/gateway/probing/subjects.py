"""What is probed: an order, the names that its models go by, and what it means for each caller."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from groundstop.documents.directives import Act, Directive, OrderKind, Stop, Unknown
from groundstop.documents.gateway import Caller
from groundstop.errors import InputError
from groundstop.gateway.concerned import Offered, is_about, names_in


@dataclass(frozen=True, slots=True)
class ProbedOrder:
    """An order, as probes look at it."""

    document: Directive | Stop
    content: str
    names: tuple[str, ...]
    """Names to ask for: as the order has them, its aliases, versions and snapshots."""
    also: frozenset[str] = frozenset()
    """Names of the operator's own that stand for its models, which no order can know."""

    @classmethod
    def of(cls, document: Directive | Stop, *, also: Iterable[str] = ()) -> ProbedOrder:
        """Take a directive or a stop.

        Args:
            document: It.
            also: Names of the operator's own that stand for its models.
        """
        own = dict.fromkeys(also)
        names = tuple(dict.fromkeys((*names_in(document), *own)))
        return cls(document, document.content_id, names, frozenset(own))

    @property
    def id(self) -> str:
        """Its id, as denials tell it."""
        return self.document.id

    @property
    def lets_answer_another(self) -> bool:
        """Whether another model may answer without being asked for by name."""
        return isinstance(self.document, Directive) and self.document.fallback

    def is_about(self, name: str) -> bool:
        """Tell whether a name may be one of its models."""
        return name in self.also or is_about(self.document, Offered(name))

    def keeps_out(self, caller: Caller, act: Act, at: datetime) -> bool:
        """Tell whether it keeps a caller from one of its models; worked out here, not asked of any gateway.

        Args:
            caller: As whom is asked.
            act: What is done with the model.
            at: The time.
        """
        order = self.document
        if isinstance(order, Stop):
            return order.created <= at < order.expires
        in_force = order.effective <= at < order.expires and act in order.acts
        if not in_force or order.order is OrderKind.VIRTUAL_PATCH:
            return False
        match caller:
            case Caller.WITHDRAWN:
                return True
            case Caller.UNKNOWN:
                return order.unknown is Unknown.DENY or self.reaches_everybody
            case Caller.PERMITTED | Caller.LICENSED:
                return False

    @property
    def reaches_everybody(self) -> bool:
        """Whether nobody but licensees is left whom it does not keep out."""
        order = self.document
        if isinstance(order, Stop):
            return True
        return any(rule.reaches_everybody for rule in order.scope) and not order.exceptions

    def check_callers(self, callers: frozenset[Caller]) -> None:
        """Check that the callers make sense under it.

        Raises:
            InputError: Somebody is said to be permitted whom it keeps out, or licensed under a stop.
        """
        if Caller.PERMITTED in callers and self.reaches_everybody:
            raise InputError(
                f"{self.id} keeps everybody out, so nobody is permitted under it",
                "Leave --permitted out; the other models are asked for as whoever is left",
            )
        if Caller.LICENSED in callers and isinstance(self.document, Stop):
            raise InputError(f"{self.id} is a stop, which no licence opens", "Leave --licensed out")
