"""Severity as it is told: measured facts, scores side by side, ranges, and the next step by our own table."""

from __future__ import annotations

import re
from datetime import datetime

from groundstop.cases.tiers.taking import Taking
from groundstop.cases.tiers.told import ToldFact, ToldRange, ToldScore, ToldStep
from groundstop.cases.views import Fact, NextStep, Scored, SeverityRange
from groundstop.documents.cases import AxisValue, RaisedLevel, SeverityScore

_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._-]{0,39}")
NOT_ON_SCALE = "not on the scale"
"""What stands for a value that is no short word: a score that does not count may hold any text."""


def tell_fact(take: Taking, fact: Fact) -> ToldFact:
    """Return a measured fact as it is told."""
    return ToldFact(
        code=take.sure(fact, "code", str),
        what=take.sure(fact, "what", str),
        value=take.one(fact, "value", str),
        source=take.one(fact, "source", str),
    )


def tell_score(take: Taking, scored: Scored) -> ToldScore:
    """Return one scorer's severity as it is told."""
    score = take.sure(scored, "score", SeverityScore)
    values = take.many(score, "values", AxisValue)
    raised = take.one(score, "raised", RaisedLevel)
    why_raised = None if raised is None else take.one(raised, "reason", str)
    reasons = [(one.axis, why) for one in values if (why := take.one(one, "reason", str)) is not None]
    return ToldScore(
        party=take.name(scored, "party") or "",
        profile=take.sure(score, "profile", str),
        assessed=take.sure(score, "assessed", datetime),
        values=tuple((take.sure(one, "axis", str), _value(take, one)) for one in values),
        reasons=(*reasons, *([] if why_raised is None else [("raised", why_raised)])),
        total=take.number(scored, "total"),
        level=take.sure(scored, "level", str),
        rank=take.sure(scored, "rank", int),
        raised=raised is not None,
        deciding=take.many(scored, "deciding", str),
        excluded=take.one(scored, "excluded", str),
        stale=take.one(scored, "stale", str),
    )


def tell_range(take: Taking, found: SeverityRange) -> ToldRange:
    """Return the lowest and the highest level as they are told."""
    return ToldRange(
        profile=take.sure(found, "profile", str),
        lowest=take.sure(found, "lowest", str),
        highest=take.sure(found, "highest", str),
        scorers=take.sure(found, "scorers", int),
    )


def tell_step(take: Taking, step: NextStep) -> ToldStep:
    """Return the recommended next step as it is told."""
    return ToldStep(take.sure(step, "step", str), take.sure(step, "why", str), take.sure(step, "table", str))


def _value(take: Taking, value: AxisValue) -> str:
    found = take.sure(value, "value", object)
    if isinstance(found, float):
        return f"{found:g}"
    return str(found) if _WORD.fullmatch(str(found)) else NOT_ON_SCALE
