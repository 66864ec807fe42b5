"""What is said of other models when every model of a comparator run is one that was reported."""

from __future__ import annotations

from groundstop.cases.views import CaseView, Fact
from groundstop.cases.weighing import weighed
from groundstop.documents import Comparison

OTHER_MODELS = ("F5", "F6")
"""The facts that are about models other than those that were reported."""

SAME_MODEL = (
    "No other model was compared: each model of the comparator run is a reported one, "
    "by its name or by its weights"
)
"""Why they have no value although a run was made."""


def same_model(view: CaseView, fact: Fact) -> str | None:
    """Return what a fact without a value says where a comparator run was made all the same; else none.

    Args:
        view: The case at a moment.
        fact: A measured fact of it.
    """
    if fact.value is not None or fact.code not in OTHER_MODELS:
        return None
    made = any(
        column.rate.n
        for one in weighed(view)
        if one.why_not is None and isinstance(one.evidence.document, Comparison)
        for column in one.evidence.document.targets
    )
    return SAME_MODEL if made else None
