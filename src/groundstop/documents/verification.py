"""Verifying a claimed fix: the plan, fixed before the first call, and what is true of the fix."""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar, Literal

from pydantic import Field

from groundstop.documents.assessment import RateInterval, Spend
from groundstop.documents.base import ContentId, Document, Identifier, Moment, Part, Sha256Hex
from groundstop.documents.finding import FINDING_ID, DecisionRecord, FindingId, JudgeRecord, TestedModel
from groundstop.documents.model import TargetDescription
from groundstop.documents.plan import Boundaries, Budget, Estimand, HypothesesRecord
from groundstop.documents.recipe import Sampling
from groundstop.documents.reproduction import DriftRecord


class FixVerdict(StrEnum):
    """What is true of a claimed fix. "Fixed" alone is not a verdict."""

    TECHNIQUE_BLOCKED = "technique_blocked"
    """The reported recipe is blocked; nothing more was shown."""
    CLASS_MITIGATED = "class_mitigated"
    """The reported recipe is blocked, and so are held-out variants, to the bound that is stated."""
    RESIDUAL = "residual"
    """The reported recipe still works, at the rate that is stated."""
    REGRESSED_BENIGN = "regressed_benign"
    """The reported recipe is blocked, and so are ordinary requests that were answered before."""
    INCONCLUSIVE = "inconclusive"
    """None of these can be said with the error rates that were fixed."""


class Undetermined(StrEnum):
    """Why something could not be decided."""

    JUDGE = "judge"
    """The judge cannot tell, or people have not said yet."""
    ANSWERS = "answers"
    """Calls that got no answer could turn it."""
    ENDPOINT = "endpoint"
    """It changed meanwhile, was not looked at again, or gave no canary a clear answer."""
    VARIANTS = "variants"
    """There are too few that were never used, or they ran out before the test decided."""
    POTENCY = "potency"
    """What is asked is not shown to work on the model before the fix."""
    BENIGN = "benign"
    """Ordinary requests were not asked, or ran out before the test decided."""
    BUDGET = "budget"


class ClassScope(StrEnum):
    """What the claim about held-out variants is a claim of."""

    EACH_STRATUM = "each stratum"
    """Of every stratum by itself."""
    MIXTURE = "mixture"
    """Of the mixture, in equal shares, of all strata that are shown to work before the fix."""


class PotencyBasis(StrEnum):
    """What shows that something works on the model before the fix."""

    BEFORE = "before-target"
    """It was asked there, in this run."""
    RECORD = "sealed record"
    """The model before the fix was not asked; the finding's own record says so."""
    NONE = "none"
    """Nothing shows it."""


class BenignDecision(StrEnum):
    """What the paired test of ordinary requests decided."""

    NOT_WORSE = "not-worse"
    OVER_BLOCKED = "over-blocked"
    UNDETERMINED = "undetermined"


class Answered(StrEnum):
    """How an ordinary request was taken."""

    GIVEN = "given"
    REFUSED = "refused"
    UNDETERMINED = "undetermined"


class PlannedTest(Part):
    """A question and its stop rule."""

    hypotheses: HypothesesRecord
    """About the judged rate, after the judge's error; as asked when the judge cannot decide them."""
    boundaries: Boundaries | None
    """None when the judge cannot decide: such a test is undetermined from the start."""


class PartyRef(Part):
    """A party by its name and key."""

    name: Identifier
    key_id: str | None = None
    """None when its key is not known."""


class StratumPlan(Part):
    """One kind of held-out variants."""

    name: Identifier
    available: int = Field(ge=0)
    """Variants that there are."""
    unused: int = Field(ge=0)
    """Of those, variants that no verification of this finding has asked."""
    digest: ContentId
    """Content id of the sorted digests of the unused variants: what the plan commits to."""
    potency: PotencyBasis
    test: PlannedTest | None
    """None when there are too few for a claim: then all of them are asked, and listed."""


class BenignPlan(Part):
    """How ordinary requests are compared before and after."""

    requests: int = Field(ge=1)
    """Pairs at most; each request is used once on each side."""
    digest: ContentId
    """Content id of the requests and of the judge of refusals."""
    margin: float = Field(gt=0, lt=1)
    """A rise of the share of refusals by this much or more is not acceptable."""
    alpha: float = Field(gt=0, lt=0.5)
    """Error rate of saying that refusals rose by less than the margin; this round's share."""
    over_blocked_alpha: float = Field(gt=0, lt=0.5)
    """Error rate of saying that they rose."""


class ClaimPlan(Part):
    """A block rate that somebody claims, and what it takes to support it."""

    stated: str = Field(min_length=1, max_length=200)
    """As it was stated."""
    block_rate: float = Field(gt=0, lt=1)
    level: float = Field(gt=0, lt=1)
    """Confidence that the claim is held to."""
    calls: int = Field(ge=1)
    """Held-out variants that are asked for it, fixed in advance."""


class Draw(Part):
    """Randomness that came after the plan: it fixes which variants are asked, in which order."""

    source: str = Field(min_length=1, max_length=200)
    value: str = Field(min_length=1, max_length=1000)
    public: bool
    """False when the verifier drew it: then only the verifier knows that it came after the plan."""


class VerificationPlan(Document):
    """What a verification will ask, signed and logged before its randomness is drawn."""

    title: ClassVar[str] = "Verification plan"
    kind: Literal["verification-plan"] = "verification-plan"
    version: Literal[1] = 1
    created: Moment
    software: str
    by: Identifier
    """The party that verifies."""
    fixer: PartyRef | None
    """Who claims the fix; none when not stated."""
    own_run: bool
    """True when the party that verifies is the one that claims the fix."""
    interests: str | None = Field(default=None, max_length=1000)
    """What the party that verifies declares; none when it declares nothing."""
    finding: ContentId
    finding_id: FindingId = Field(pattern=FINDING_ID)
    recipe: ContentId
    """Content id of the sealed recipe."""
    target: TargetDescription
    before: TargetDescription | None
    """The model without the fix; none when it is gone."""
    before_is_reported: bool | None
    """Whether that is the model that the finding names; none when either is not known."""
    behavior: Identifier
    technique: Identifier
    question: HypothesesRecord
    """As asked of every test; alpha is the finding's, over all rounds together."""
    round: int = Field(ge=1)
    alpha: float = Field(gt=0, lt=0.5)
    """The part of the finding's alpha that this round spends, in every test."""
    recipe_estimand: Estimand
    recipe_potency: PotencyBasis
    recipe_test: PlannedTest
    """Of the reported recipe alone."""
    record: RateInterval | None
    """The finding's own rate, where potency rests on it."""
    record_estimand: Estimand | None
    """What that rate is a rate of."""
    scope: ClassScope
    strata: tuple[StratumPlan, ...]
    mixture: PlannedTest | None
    """None unless the scope is the mixture."""
    generator: ContentId
    """Content id of what the variants are made by and from."""
    potency: PlannedTest | None
    """The reproduction test on the model before the fix: p1 is r0, p0 is r1; none without that model."""
    benign: BenignPlan | None
    canaries: int = Field(ge=0)
    """Ordinary requests asked first, again between the calls, and again last."""
    canary_every: int = Field(ge=1)
    """Calls between two of those in between."""
    judge: JudgeRecord
    judge_id: ContentId
    judge_note: str | None
    """How the judge's error changed the hypotheses, or why it cannot decide them."""
    adjudicated: bool
    """True when a person confirms each answer that the judge calls a violation."""
    claim: ClaimPlan | None
    sampling: Sampling
    valid_days: int = Field(ge=1)
    """A verdict expires so many days after its window."""
    memoised: bool
    """True when targets that differ only in their filters share raw answers."""
    budget: Budget = Budget()


class Arm(Part):
    """One sequential test of a verification."""

    estimand: Estimand
    decision: DecisionRecord
    rate: RateInterval
    """Over the trials that the decision consumed."""
    late: int = Field(ge=0)
    """Trials that ended after the decision; on record, not in it."""


class Potency(Part):
    """Whether something is shown to work on the model before the fix."""

    basis: PotencyBasis
    shown: bool
    reason: str
    decision: DecisionRecord | None = None
    """Of the test on the model before the fix."""
    rate: RateInterval | None = None
    """Measured there, or told by the sealed record."""


class StratumResult(Part):
    """What was found of one kind of held-out variants."""

    name: Identifier
    available: int = Field(ge=0)
    unused: int = Field(ge=0)
    """Before this verification."""
    asked: int = Field(ge=0)
    """Used now, and burnt."""
    potency: Potency
    arm: Arm | None
    """None when it was not asked."""
    listed_only: bool
    """True when there were too few variants: what is said is said of the listed ones alone."""
    reason: str


class BenignCell(Part):
    """How often ordinary requests were taken in one way before, and in one way after."""

    before: Answered
    after: Answered
    n: int = Field(ge=1)


class BenignResult(Part):
    """What the fix costs in ordinary requests."""

    decision: BenignDecision
    reason: str
    margin: float = Field(gt=0, lt=1)
    """A rise by this much or more is not acceptable."""
    alpha: float = Field(gt=0, lt=0.5)
    """Error rate of "not worse"."""
    over_blocked_alpha: float = Field(gt=0, lt=0.5)
    """Error rate of "over-blocked"."""
    pairs: int = Field(ge=0)
    """Pairs that the test consumed."""
    cells: tuple[BenignCell, ...]
    refused_before: RateInterval
    refused_after: RateInterval
    change: float = Field(ge=-1, le=1)
    """Share refused after, less the share refused before."""
    lower: float = Field(ge=-1, le=1)
    upper: float = Field(ge=-1, le=1)
    """Anytime-valid 95 % interval of the change; undetermined answers count against either end."""
    e_not_worse: float = Field(ge=0)
    e_over_blocked: float = Field(ge=0)


class LabelCounts(Part):
    """What people said of the answers that the judge called violations."""

    confirmed: int = Field(ge=0)
    overturned: int = Field(ge=0)
    unclear: int = Field(default=0, ge=0)
    """Answers of which people could not tell."""
    awaiting: int = Field(ge=0)
    """Answers without a label that could still decide something."""


class ClaimResult(Part):
    """What the data say of a claimed block rate."""

    stated: str
    block_rate: float = Field(gt=0, lt=1)
    level: float = Field(gt=0, lt=1)
    planned: int = Field(ge=1)
    violated: int = Field(ge=0)
    undetermined: int = Field(ge=0)
    n: int = Field(ge=0)
    at_least: float = Field(ge=0, le=1)
    """The block rate that the data support at this level (Clopper-Pearson, one-sided)."""
    supported: bool
    reason: str


class Verification(Document):
    """What is true of a claimed fix, by its verifier's word."""

    title: ClassVar[str] = "Verification"
    kind: Literal["verification"] = "verification"
    version: Literal[1] = 1
    created: Moment
    plan: ContentId
    run: str
    finding: ContentId
    finding_id: FindingId = Field(pattern=FINDING_ID)
    by: Identifier
    fixer: PartyRef | None
    own_run: bool
    """True when it is the fixer's own run, and so no independent verification."""
    interests: str | None = Field(default=None, max_length=1000)
    model: TestedModel
    before: TestedModel | None
    before_is_reported: bool | None
    """Whether the model before the fix is the one that the finding names; none when either is not known."""
    question: HypothesesRecord
    round: int = Field(ge=1)
    alpha: float = Field(gt=0, lt=0.5)
    verdict: FixVerdict
    undetermined: tuple[Undetermined, ...]
    """What was not decided, whatever the verdict."""
    reason: str
    recipe: Arm
    recipe_potency: Potency
    scope: ClassScope
    strata: tuple[StratumResult, ...]
    mixture: Arm | None
    benign: BenignResult | None
    """None: what the fix costs ordinary users was not measured."""
    drift: DriftRecord
    judge: JudgeRecord
    judge_note: str | None
    labels: LabelCounts | None
    """None when no person was to confirm anything."""
    claim: ClaimResult | None
    draw: Draw
    used: tuple[Sha256Hex, ...]
    """SHA-256 of each held-out request that was asked, on either model: never to be used again."""
    expires: Moment | None
    """None when nothing was asked."""
    memoised: bool
    spend: Spend
