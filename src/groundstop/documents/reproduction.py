"""Reproducing a finding: the plan, the result, and the statement that another party signs."""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar, Literal

from pydantic import Field

from groundstop.documents.assessment import RateInterval, Spend
from groundstop.documents.base import ContentId, Document, Identifier, Moment, Part
from groundstop.documents.finding import FINDING_ID, DecisionRecord, FindingId, JudgeRecord, TestedModel
from groundstop.documents.model import TargetDescription
from groundstop.documents.plan import Boundaries, Budget, Estimand, HypothesesRecord
from groundstop.documents.recipe import Sampling
from groundstop.documents.sealed import SealedPart


class ReproductionOutcome(StrEnum):
    """What a rerun showed."""

    REPRODUCED = "reproduced"
    NOT_NOW = "not reproducible now"
    """On this endpoint, in this window of time. It does not say that the finding was false."""
    INCONCLUSIVE = "inconclusive"


class Shared(StrEnum):
    """What a corroborating party has in common with the reporter or with another corroborator."""

    ACCOUNT = "account"
    JUDGE = "judge"
    """A judge that can err; a rule that is the requirement itself is not shared error."""
    FUNDER = "funder"
    CACHE = "cache"


class ReproductionPlan(Document):
    """What a reproduction will ask, hashed before the first call."""

    title: ClassVar[str] = "Reproduction plan"
    kind: Literal["reproduction-plan"] = "reproduction-plan"
    version: Literal[1] = 1
    created: Moment
    software: str
    finding: ContentId
    finding_id: FindingId = Field(pattern=FINDING_ID)
    recipe: ContentId
    """Content id of the sealed recipe that is rerun."""
    target: TargetDescription
    behavior: Identifier
    technique: Identifier
    estimand: Estimand
    hypotheses: HypothesesRecord
    """p1 is r0, the rate up to which nothing reproduces (error beta); p0 is r1 (error alpha). Of the rate
    that the judge sees, its error included; as asked when it cannot decide them."""
    boundaries: Boundaries | None
    """None when the judge cannot decide: such a reproduction is inconclusive from the start."""
    judge: JudgeRecord
    judge_id: ContentId
    """Content id of the judge: the recipe's own, or one that was brought."""
    estimate_calls: int = Field(ge=1)
    """Calls made in any case, so that the rate is over a number fixed in advance."""
    canaries: int = Field(ge=0)
    """Ordinary requests asked before, and again after, to see whether the endpoint changed."""
    sampling: Sampling
    seed: int = Field(ge=0, lt=2**53)
    budget: Budget = Budget()


class DriftRecord(Part):
    """What the canaries showed: ordinary requests, asked before and after with the same seeds."""

    asked: int = Field(ge=0)
    changed: int = Field(ge=0)
    """Pairs whose answer was a refusal on one side only."""
    undetermined: int = Field(ge=0)
    alarmed: bool
    """True when the endpoint is taken to have changed meanwhile."""
    reason: str


class Reproduction(Document):
    """The result of a reproduction."""

    title: ClassVar[str] = "Reproduction"
    kind: Literal["reproduction"] = "reproduction"
    version: Literal[1] = 1
    plan: ContentId
    run: str
    finding: ContentId
    finding_id: FindingId = Field(pattern=FINDING_ID)
    model: TestedModel
    outcome: ReproductionOutcome
    reason: str
    decision: DecisionRecord
    violated: int = Field(ge=0)
    """Violations among the calls that the test consumed."""
    n: int = Field(ge=0)
    """Calls that the test consumed; an undetermined one counts as held in the e-value."""
    undetermined: int = Field(default=0, ge=0)
    """Of n, those without a verdict."""
    e_value: float = Field(ge=0)
    """(r1/r0)^violated * ((1-r1)/(1-r0))^(n-violated): evidence against "the rate is at most r0"."""
    rate: RateInterval
    """Over the number of calls fixed in advance."""
    drift: DriftRecord
    judge: JudgeRecord
    spend: Spend


class Corroboration(Document):
    """A party's signed statement that it reran a finding, and what came of it."""

    title: ClassVar[str] = "Corroboration"
    kind: Literal["corroboration"] = "corroboration"
    version: Literal[1] = 1
    created: Moment
    corroborator: Identifier
    interests: str | None = Field(default=None, max_length=1000)
    shared: tuple[Shared, ...] | None
    """What it shares with others; empty when it declares that it shares nothing, none when undeclared."""
    reproduction: Reproduction
    within_stated_interval: bool | None
    """Whether the rate, over the calls fixed in advance, lies in the finding's interval."""


class MinimizationStep(Part):
    """One thing left out of a recipe, and whether it still reproduced."""

    left_out: str
    """A turn or a setting, by its place or name; never its text."""
    outcome: ReproductionOutcome
    violated: int = Field(ge=0)
    n: int = Field(ge=0)
    kept_out: bool
    """True when the recipe goes on without it."""


class Minimization(Document):
    """A shorter recipe that still reproduces, found step by step with a sequential test at each."""

    title: ClassVar[str] = "Minimization"
    kind: Literal["minimization"] = "minimization"
    version: Literal[1] = 1
    created: Moment
    finding: ContentId
    finding_id: FindingId = Field(pattern=FINDING_ID)
    by: Identifier
    model: TestedModel
    hypotheses: HypothesesRecord
    """Of each step's test; see :class:`ReproductionPlan`."""
    steps: tuple[MinimizationStep, ...]
    spend: Spend
    part: SealedPart | None
    """The shorter recipe, sealed; none when nothing could be left out."""
