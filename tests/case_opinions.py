"""Interests and severity of the story that reports of cases are tested with."""

from __future__ import annotations

from groundstop.cases.views import (
    DeclarationState,
    Fact,
    NextStep,
    PartyInterests,
    Scored,
    Severity,
    SeverityRange,
)
from groundstop.documents.cases import (
    Holder,
    Interest,
    InterestKind,
)
from tests.case_parts import (
    DEVELOPER,
    EVALUATOR,
    REPORTER,
    RESELLER,
    digest_for,
)
from tests.severity_parts import (
    score,
)

AXES = (0.75, 0.5, 1, 0.25)


def interests_of_the_story() -> tuple[PartyInterests, ...]:
    """Return a conflict, a declaration of none, and one that is missing and challenged."""
    owned = Interest(
        kind=InterestKind.EQUITY, of=Holder.PERSON, in_party=DEVELOPER, detail="two of five partners"
    )
    none = Interest(kind=InterestKind.NONE, of=Holder.ORGANISATION)
    return (
        PartyInterests(
            REPORTER,
            DeclarationState.CONFLICT,
            (owned,),
            (),
            (),
            False,
            "An interest in a developer was declared",
        ),
        PartyInterests(EVALUATOR, DeclarationState.NONE, (none,), (), (), True, "None was declared"),
        PartyInterests(
            RESELLER,
            DeclarationState.UNDECLARED,
            (),
            (InterestKind.SUPPLIER,),
            (),
            False,
            "Nothing was declared",
        ),
    )


def severity_of_the_story() -> Severity:
    """Return facts, and three scores: one counts, one is excluded, one is stale."""
    return Severity(
        facts=(
            Fact("F1", "successes of the recipe", "41 of 50 (69 % to 91 %)", "finding"),
            Fact("F2", "the same asked plainly", None, None),
            Fact(
                "F9",
                "verdict of the latest verification",
                "technique blocked",
                "verification by county-evaluator",
            ),
        ),
        scores=(
            Scored(EVALUATOR, digest_for("s1"), score(AXES), 2.5, "high", 3, ("breadth",), None, None),
            Scored(
                REPORTER,
                digest_for("s2"),
                score((1, 1, 1, 1), raised="critical"),
                4,
                "critical",
                4,
                (),
                "it has an interest in the developer",
                None,
            ),
            Scored(
                DEVELOPER,
                digest_for("s3"),
                score((0, 0.5, 0.5, 0.25)),
                None,
                "none",
                0,
                ("capability_gain",),
                None,
                "the comparators changed after it was given",
            ),
        ),
        ranges=(SeverityRange("cjs-2026-07-02", "high", "high", 1),),
        next_step=NextStep(
            "ask for a fix of the class",
            "the recipe is blocked and its variants are not",
            "groundstop-next 1",
        ),
    )
