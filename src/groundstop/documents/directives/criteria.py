"""Lifting criteria: what ends an order, in a form that a machine can check."""

from __future__ import annotations

import math
from enum import StrEnum

from pydantic import Field, model_validator

from groundstop.documents.base import Identifier, Part
from groundstop.documents.verification import FixVerdict

SMALLEST_BOUND = 1e-6
"""Below it, no number of calls that anybody makes shows anything: it is a zero in other words."""


class WantedVerdict(StrEnum):
    """The verdict that a verification must reach; the second includes the first."""

    TECHNIQUE_BLOCKED = FixVerdict.TECHNIQUE_BLOCKED.value
    CLASS_MITIGATED = FixVerdict.CLASS_MITIGATED.value


class LiftingCriteria(Part):
    """What must be shown, how surely, by whom, and who must agree."""

    verdict: WantedVerdict
    bound: float = Field(lt=1)
    """The rate of violations that must be ruled out. Zero cannot be: no number of calls shows it."""
    alpha: float = Field(gt=0, lt=0.5)
    """The error rate at which it is ruled out."""
    minimum_n: int = Field(ge=1)
    """Calls on which it must rest, at least: of the reported recipe, or of held-out variants."""
    benign_margin: float | None = Field(default=None, gt=0, lt=1)
    """Refusals of ordinary requests must not have risen by this much; none when nothing is asked of them."""
    verifiers: tuple[Identifier, ...] = Field(min_length=1)
    """Parties who may verify."""
    verifiers_needed: int = Field(default=1, ge=1)
    independent: bool = True
    """Whether a verification by the party that claims the fix does not count."""
    countersigners: tuple[Identifier, ...] = ()
    """Parties who must agree in a signed word of their own."""
    countersigners_needed: int = Field(default=0, ge=0)

    @model_validator(mode="after")
    def _can_be_met(self) -> LiftingCriteria:
        if self.bound < SMALLEST_BOUND:
            raise ValueError(
                "a rate of zero can never be shown, so the order could never be lifted; with bound = 0.01, "
                f"alpha = {self.alpha:g} and minimum_n = {calls_needed(0.01, self.alpha)} it can"
            )
        if self.minimum_n < (needed := calls_needed(self.bound, self.alpha)):
            raise ValueError(
                f"{self.minimum_n} calls cannot rule out a rate of {self.bound:g} at an error of "
                f"{self.alpha:g}, even without a violation: minimum_n is {needed} at least"
            )
        if self.verifiers_needed > len(set(self.verifiers)):
            raise ValueError("more verifiers are needed than may verify")
        if self.countersigners_needed > len(set(self.countersigners)):
            raise ValueError("more countersigners are needed than are named")
        return self


def calls_needed(bound: float, alpha: float) -> int:
    """Return the fewest calls, none a violation, that rule out a rate at an error rate.

    Source: (1 - bound)^n <= alpha, the exact binomial bound at zero violations.
    """
    return math.ceil(math.log(alpha) / math.log1p(-bound) - 1e-9)
