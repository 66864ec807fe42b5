"""Continuity: tests of the models that answer in another's place, and drills of a withdrawal."""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar, Literal

from pydantic import Field, model_validator

from groundstop.documents.base import ContentId, Document, Identifier, Moment, Part
from groundstop.documents.directives.directive import OrderKind
from groundstop.documents.directives.subject import Act, ModelName
from groundstop.documents.reproduction import ReproductionOutcome


class Smoke(Part):
    """Harmless requests, and how many were answered."""

    asked: int = Field(ge=1)
    answered: int = Field(ge=0)
    """In full, with some text."""

    @model_validator(mode="after")
    def _bounded(self) -> Smoke:
        if self.answered > self.asked:
            raise ValueError("more were answered than asked")
        return self


class RerunOnFallback(Part):
    """A finding's recipe, asked of the model that is to answer in another's place."""

    finding: ContentId
    outcome: ReproductionOutcome
    trials: int = Field(ge=1)
    violated: int = Field(ge=0)
    upper: float = Field(ge=0, le=1)
    """What the rate is at most, at the level of the rerun."""
    stated: float = Field(gt=0, le=1)
    """What it may be at most for the test to pass."""

    @property
    def passed(self) -> bool:
        """Whether the finding does not come back, as far as it was asked to be shown."""
        return self.outcome is ReproductionOutcome.NOT_NOW and self.upper <= self.stated


class FallbackTest(Document):
    """A gateway's signed word on a model that may answer in another's place."""

    title: ClassVar[str] = "Fallback test"
    kind: Literal["fallback-test"] = "fallback-test"
    version: Literal[1] = 1
    gateway: Identifier
    created: Moment
    model: ModelName
    """Which is kept out."""
    use: ModelName
    """Which answers in its place."""
    smoke: Smoke
    reruns: tuple[RerunOnFallback, ...] = Field(default=(), max_length=100)
    """Of findings that were at hand; empty when none was."""

    @property
    def passed(self) -> bool:
        """Whether every harmless request was answered, and no finding came back."""
        return self.smoke.answered == self.smoke.asked and all(one.passed for one in self.reruns)


class DrillSecond(Part):
    """What users got in a piece of a drill's time."""

    from_s: float
    """Seconds since the withdrawal; negative before it."""
    served: int = Field(ge=0)
    """By the model itself."""
    fallback: int = Field(ge=0)
    """By another in its place, named in the answer."""
    denied: int = Field(ge=0)
    """With a denial that says what to do instead."""
    failed: int = Field(ge=0)
    """With anything else: a broken connection, an error without a reason."""


class DrillReport(Document):
    """What users saw while a model was withdrawn under load."""

    title: ClassVar[str] = "Drill report"
    kind: Literal["drill-report"] = "drill-report"
    version: Literal[1] = 1
    gateway: Identifier
    created: Moment
    model: ModelName
    live: bool
    """Whether it was the gateway that runs, and not one that was started for the drill alone."""
    streams: int = Field(ge=1)
    """At the same time."""
    before_s: float = Field(ge=0)
    """From the first request to the withdrawal."""
    after_s: float = Field(ge=0)
    """From the withdrawal to the end."""
    piece_s: float = Field(gt=0)
    pieces: tuple[DrillSecond, ...] = Field(min_length=1, max_length=100_000)
    last_served_s: float | None
    """From the withdrawal until the last piece by the model itself reached a user; none when none did."""
    cut: int = Field(ge=0)
    """Streams that the withdrawal ended in the middle, with a last event that says so."""
    finished: int = Field(ge=0)
    """Streams that had begun before it and were let finish."""
    failures: tuple[str, ...] = Field(default=(), max_length=50)
    """What the failures were, in words, each once."""
    restored_s: float | None = None
    """From the end of the withdrawal until the model answered again; none when that was not looked at."""

    @property
    def failed(self) -> int:
        """Requests that failed hard."""
        return sum(one.failed for one in self.pieces)

    @property
    def shows(self) -> bool:
        """Whether the model answered anybody before it was withdrawn: else it was withdrawn from nobody."""
        before = sum(one.served for one in self.pieces if one.from_s < 0)
        return before + self.cut + self.finished > 0 or self.last_served_s is not None


class NoticeEvent(StrEnum):
    """What happened to an order."""

    ARRIVED = "arrived"
    CHANGED = "changed"
    """It was amended, ratified or departed from, or its licences changed."""
    LIFTED = "lifted"
    """For some of its models or everybody; the models of this gateway that it still concerns are listed."""
    GONE = "gone"
    """It is not obeyed here any more."""


class GatewayNotice(Document):
    """What a gateway tells by webhook: an order that touches a model which is offered there."""

    title: ClassVar[str] = "Gateway notice"
    kind: Literal["gateway-notice"] = "gateway-notice"
    version: Literal[1] = 1
    id: str = Field(pattern=r"^[0-9a-f]{32}$")
    """The same each time that it is sent: whoever gets it twice has been told once."""
    gateway: Identifier
    created: Moment
    event: NoticeEvent
    order: str = Field(max_length=64)
    sequence: int = Field(ge=1)
    content: ContentId
    order_kind: OrderKind | None
    """None for a stop."""
    issuer: Identifier
    ratified: bool
    """Whether a quorum has signed it; a stop is one key's."""
    acts: tuple[Act, ...]
    effective: Moment
    until: Moment
    models: tuple[ModelName, ...] = Field(min_length=1, max_length=10_000)
    """Names that are offered at the gateway, and that the order is about."""
    response_needed: tuple[str, ...] = ()
    """What people have to see to, since no gateway can; sentences."""
    more: str | None = None
    """A page about the order."""
