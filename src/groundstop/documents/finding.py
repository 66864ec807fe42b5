"""A finding: the sealed claim that a recipe makes a model break a requirement.

The open part, which is what these models describe, holds counts, decisions and commitments. It names no
technique, and quotes nothing that was asked or answered.
"""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar, Literal

from pydantic import Field, model_validator

from groundstop.documents.assessment import Decision, RateInterval, Spend
from groundstop.documents.base import ContentId, Document, Identifier, Moment, Part, Sha256Hex
from groundstop.documents.model import ModelIdentity
from groundstop.documents.plan import Boundaries, Estimand, HypothesesRecord
from groundstop.documents.recipe import Sampling
from groundstop.documents.sealed import PartName, SealedPart
from groundstop.documents.suite import LabelledCounts, Requirement

FindingId = str
FINDING_ID = r"^GSF-[0-9]{8}-[0-9a-f]{10}$"


class Attestation(StrEnum):
    """What stands behind the claim that the model said it, besides the reporter's word."""

    UNATTESTED = "unattested"
    """Nothing: a seal shows that a record has not changed, not that a model said it."""
    PROVIDER_IDS = "provider ids"
    """Request ids, in the sealed trials, that the provider can look up."""


class TestedModel(Part):
    """The model as it was tested."""

    __test__ = False  # not a test case, whatever its name

    identity: ModelIdentity | None
    """None when the source does not attest which model answered."""
    protocol: str | None
    served_as: tuple[str, ...] = ()
    """Model names that came back with the answers."""
    fingerprints: tuple[str, ...] = ()
    window_start: Moment | None
    window_end: Moment | None
    simulated: bool = False


class DecisionRecord(Part):
    """What the sequential test decided, with all that is needed to decide it again."""

    decision: Decision
    reason: str
    hypotheses: HypothesesRecord | None
    boundaries: Boundaries | None
    path: tuple[tuple[int, int], ...]
    """Points (n, violations) at which the count changed."""


class Comparator(Part):
    """The same recipe on one target, beside the same request asked plainly."""

    model: ModelIdentity
    rate: RateInterval
    baseline: RateInterval | None


class ComparatorPanel(Part):
    """What else was measured on the same recipe."""

    plan: ContentId
    memoised: bool
    columns: tuple[Comparator, ...] = Field(min_length=1)


class JudgeRecord(Part):
    """Who decided the verdicts, and how far that judge errs."""

    type: str
    """``phrase``, ``words``, ``refusal``, ``model``, ``labels``, or the source tool's own."""
    errs: bool
    """False for a rule that is the requirement itself."""
    measured: LabelledCounts | None = None
    """Against people's labels; none when not measured."""
    note: str | None = None


class Effort(Part):
    """What it took; a finding selected from many tries is told with the tries."""

    classes_tried: int | None = None
    trials: int = Field(ge=0)
    """Trials of this recipe, every phase."""
    screened: int = Field(ge=0)
    """Of those, screening trials; in no decision."""
    spend: Spend | None
    """Of the whole run; none when the source does not say."""


class Environment(Part):
    """What the trials were made with."""

    software: str
    python: str | None
    sampling: Sampling | None


class SourceFile(Part):
    """The other tool's file that an imported finding is from."""

    tool: str
    tool_version: str | None
    file_sha256: Sha256Hex
    not_attested: tuple[str, ...] = ()
    """Fields that the source does not give."""


class Finding(Document):
    """The open part of a finding."""

    title: ClassVar[str] = "Finding"
    kind: Literal["finding"] = "finding"
    version: Literal[1] = 1
    id: FindingId = Field(pattern=FINDING_ID)
    created: Moment
    reporter: Identifier
    interests: str | None = Field(default=None, max_length=1000)
    """Interests that the reporter declares; none when it declares nothing, not even their absence."""
    model: TestedModel
    requirement: Requirement
    """The requirement that was broken."""
    estimand: Estimand
    plan: ContentId
    """Of the plan, which was on record before the first call; for an import, of its account."""
    decision: DecisionRecord | None
    """None for an import: what is reported was not decided by a test with known error rates."""
    rate: RateInterval
    comparators: ComparatorPanel | None = None
    """None: a gain over other models, or over asking plainly, is unproven."""
    judge: JudgeRecord
    effort: Effort
    environment: Environment
    source: SourceFile | None = None
    attestation: Attestation
    request_ids: int = Field(default=0, ge=0)
    """Trials that carry a request id of the provider."""
    parts: tuple[SealedPart, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _parts_fit(self) -> Finding:
        names = [part.name for part in self.parts]
        if len(set(names)) != len(names):
            raise ValueError("a part stands in the finding twice")
        if PartName.MINIMAL in names:
            raise ValueError("a minimal recipe comes after a finding, in a statement of its own")
        return self

    def part(self, name: PartName) -> SealedPart | None:
        """Return a part by name; none when the finding does not have it."""
        return next((part for part in self.parts if part.name is name), None)
