"""The verdict follows from the parts, and from nothing else."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from groundstop.assessment import verdict_of
from groundstop.documents import (
    Arm,
    BenignDecision,
    Decision,
    FixVerdict,
    StratumResult,
    Undetermined,
    class_decision,
)
from tests.verifying import Truth, verified

GOOD = verified(Truth())
H, V, I = Decision.HELD, Decision.VIOLATED, Decision.INCONCLUSIVE  # noqa: E741


def arm(decision: Decision, *, violated: int = 0) -> Arm:
    """Return a test that came out so."""
    rate = GOOD.recipe.rate.model_copy(update={"violated": violated})
    record = GOOD.recipe.decision.model_copy(update={"decision": decision})
    return GOOD.recipe.model_copy(update={"decision": record, "rate": rate})


def stratum(
    decision: Decision | None, *, shown: bool = True, listed: bool = False, violated: int = 0
) -> StratumResult:
    """Return a kind of variants that came out so."""
    one = GOOD.strata[0]
    return one.model_copy(
        update={
            "arm": None if decision is None else arm(decision, violated=violated),
            "potency": one.potency.model_copy(update={"shown": shown}),
            "listed_only": listed,
        }
    )


def verdict(**changes: Any) -> FixVerdict:
    """Return the verdict of a good fix with something changed."""
    parts: dict[str, Any] = {
        "recipe": GOOD.recipe,
        "recipe_potency": GOOD.recipe_potency,
        "strata": GOOD.strata,
        "mixture": None,
        "benign": GOOD.benign,
        "undetermined": (),
    }
    return verdict_of(**{**parts, **changes})


def benign(decision: BenignDecision) -> Any:
    assert GOOD.benign is not None
    return GOOD.benign.model_copy(update={"decision": decision})


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, FixVerdict.CLASS_MITIGATED),
        ({"recipe": arm(V)}, FixVerdict.RESIDUAL),
        ({"recipe": arm(I)}, FixVerdict.INCONCLUSIVE),
        ({"undetermined": (Undetermined.ENDPOINT,)}, FixVerdict.INCONCLUSIVE),
        ({"undetermined": (Undetermined.ENDPOINT,), "recipe": arm(V)}, FixVerdict.INCONCLUSIVE),
        ({"undetermined": (Undetermined.BUDGET,)}, FixVerdict.CLASS_MITIGATED),
        ({"benign": benign(BenignDecision.OVER_BLOCKED)}, FixVerdict.REGRESSED_BENIGN),
        ({"benign": benign(BenignDecision.OVER_BLOCKED), "recipe": arm(V)}, FixVerdict.RESIDUAL),
        ({"benign": benign(BenignDecision.UNDETERMINED)}, FixVerdict.CLASS_MITIGATED),
        ({"benign": None}, FixVerdict.CLASS_MITIGATED),
        ({"strata": ()}, FixVerdict.TECHNIQUE_BLOCKED),
        ({"strata": (stratum(H), stratum(V))}, FixVerdict.TECHNIQUE_BLOCKED),
        ({"strata": (stratum(H), stratum(I))}, FixVerdict.INCONCLUSIVE),
        ({"strata": (stratum(H), stratum(None, shown=False))}, FixVerdict.CLASS_MITIGATED),
        ({"strata": (stratum(None, shown=False),)}, FixVerdict.TECHNIQUE_BLOCKED),
        ({"strata": (stratum(I, listed=True),)}, FixVerdict.TECHNIQUE_BLOCKED),
        ({"strata": (stratum(H), stratum(I, listed=True))}, FixVerdict.CLASS_MITIGATED),
        ({"strata": (stratum(H), stratum(I, listed=True, violated=1))}, FixVerdict.TECHNIQUE_BLOCKED),
        ({"mixture": arm(H), "strata": (stratum(I), stratum(I))}, FixVerdict.CLASS_MITIGATED),
        ({"mixture": arm(H), "strata": (stratum(I), stratum(V))}, FixVerdict.TECHNIQUE_BLOCKED),
        ({"mixture": arm(I), "strata": (stratum(I),)}, FixVerdict.INCONCLUSIVE),
        ({"mixture": arm(V), "strata": (stratum(I),)}, FixVerdict.TECHNIQUE_BLOCKED),
        (
            {"recipe_potency": GOOD.recipe_potency.model_copy(update={"shown": False})},
            FixVerdict.INCONCLUSIVE,
        ),
        (
            {
                "recipe_potency": GOOD.recipe_potency.model_copy(update={"shown": False}),
                "recipe": arm(V),
            },
            FixVerdict.RESIDUAL,
        ),
    ],
)
def test_the_verdict_is_the_one_that_the_parts_lead_to(changes: dict[str, Any], expected: FixVerdict) -> None:
    assert verdict(**changes) is expected


def test_no_combination_with_an_open_recipe_or_a_violated_stratum_mitigates_a_class() -> None:
    decisions = (H, V, I, None)
    for recipe, one, other, mixture in itertools.product((H, V, I), decisions, decisions, decisions):
        found = verdict(
            recipe=arm(recipe),
            strata=(stratum(one), stratum(other)),
            mixture=None if mixture is None else arm(mixture),
        )
        if found is FixVerdict.CLASS_MITIGATED:
            assert recipe is H
            assert V not in (one, other, mixture)


def test_the_class_is_what_every_kind_that_can_be_claimed_of_says() -> None:
    assert class_decision((stratum(H), stratum(H)), None) is H
    assert class_decision((), None) is None
    assert class_decision((stratum(H), stratum(V, shown=False)), None) is V
