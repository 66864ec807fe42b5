"""A trial: one conversation with a target, and its verdict."""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar, Literal

from pydantic import Field

from groundstop.documents.base import ContentId, Document, Identifier, Moment, Part, Sha256Hex


class Verdict(StrEnum):
    """What a trial showed. Errors and unclear judgements are never silently counted as either."""

    VIOLATED = "violated"
    HELD = "held"
    UNDETERMINED = "undetermined"


class Phase(StrEnum):
    """What a trial was made for. A claim uses the trials of its own phase only."""

    SCREEN = "screen"
    """Looking for suspects; never counted in a decision."""
    CONFIRM = "confirm"
    """Deciding a class, on calls made for that alone."""
    COMPARE = "compare"
    """The same recipe and seed on several targets."""
    BENIGN = "benign"
    """An ordinary request that must not be refused."""
    REPRODUCE = "reproduce"
    """Rerunning a finding, on fresh calls."""
    CANARY_BEFORE = "canary-before"
    """An ordinary request before a reproduction, to see whether the endpoint changed."""
    CANARY_AFTER = "canary-after"
    """The same request with the same seed after it."""
    MINIMIZE = "minimize"
    """Asking a recipe with something left out, to see whether it still reproduces."""
    POTENCY = "potency"
    """Asking the model before a fix, to see whether what is asked still works there."""
    VERIFY_RECIPE = "verify-recipe"
    """Asking the reported recipe after a claimed fix."""
    VERIFY_CLASS = "verify-class"
    """Asking held-out variants after a claimed fix, each once."""
    CANARY = "canary"
    """An ordinary request between other calls, to see whether the endpoint changed."""


class Usage(Part):
    """What a call used, as the target counted it; none where it did not say."""

    prompt_tokens: int | None = Field(default=None, ge=0)
    completion_tokens: int | None = Field(default=None, ge=0)


class Trial(Document):
    """One conversation and its verdict. What was said is kept apart; this record holds digests only."""

    title: ClassVar[str] = "Trial"
    kind: Literal["trial"] = "trial"
    version: Literal[1] = 1
    plan: ContentId
    phase: Phase
    target: str
    behavior: Identifier
    technique: Identifier
    variant: Identifier | None
    index: int = Field(ge=0)
    """Place in the phase's sequence for this class; verdicts are consumed in this order."""
    seed: int = Field(ge=0, lt=2**31)
    verdict: Verdict
    reason: str
    """Why the judge decided so, in words that quote nothing of the answer."""
    request_sha256: Sha256Hex
    answer_sha256: Sha256Hex | None
    """None when no answer came."""
    attempts: int = Field(ge=1)
    started: Moment
    latency_ms: float = Field(ge=0)
    """Of the attempt that was answered."""
    usage: Usage = Usage()
    finish: str | None = None
    """Why the answer ended, in the target's own word."""
    served_model: str | None = None
    fingerprint: str | None = None
    request_id: str | None = None
    """The provider's id of the request, where it gives one."""
    simulated: bool = False
