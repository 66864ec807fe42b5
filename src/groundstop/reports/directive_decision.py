"""A decision for the terminal and for other programs: what was decided, and everything it rests on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from groundstop.cases.records import plain_value
from groundstop.directives.decision import Decision
from groundstop.directives.explaining import explain
from groundstop.reports.words import plain

if TYPE_CHECKING:
    from rich.console import RenderableType


def decision_text(decision: Decision) -> RenderableType:
    """Return a decision in plain sentences.

    Args:
        decision: What was decided.

    Returns:
        Something that a rich console prints.
    """
    from rich.console import Group
    from rich.text import Text

    first, *more = explain(decision)
    style = "bold green" if decision.allowed else "bold red"
    return Group(Text(plain(first), style=style), *(Text(plain(one)) for one in more))


def decision_record(decision: Decision) -> dict[str, Any]:
    """Return a decision as plain JSON types.

    Args:
        decision: What was decided.
    """
    order = decision.order
    return {
        "allowed": decision.allowed,
        "ground": decision.ground.value,
        "order": None
        if order is None
        else {
            "id": order.id,
            "sequence": order.sequence,
            "content": order.content,
            "issuer": order.issuer,
            "kind": None if order.kind is None else order.kind.value,
            "until": plain_value(order.until),
            "alternatives": [one.model for one in order.alternatives],
            "fallback": order.fallback,
            "in_flight": order.in_flight.value,
            "appeal": None if order.appeal is None else order.appeal.to_json(),
            "message": order.message,
            "more": order.more,
            "departs": None if order.departs is None else order.departs.to_json(),
        },
        "rule": decision.rule,
        "claims": [{"claim": one.claim.value, "issuer": one.issuer} for one in decision.claims],
        "missing": [one.value for one in decision.missing],
        "licence": decision.licence,
        "licence_failed": decision.licence_failed,
        "guards": list(decision.guards),
        "others": list(decision.others),
        "table": decision.table,
        "licences": decision.licences,
        "explained": list(explain(decision)),
    }
