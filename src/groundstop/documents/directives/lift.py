"""Lifting an order, and the countersignatures that a lift may need."""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar, Literal

from pydantic import Field, model_validator

from groundstop.documents.base import ContentId, Document, Identifier, Moment, Text
from groundstop.documents.directives.directive import DIRECTIVE_ID, DirectiveId
from groundstop.documents.directives.stop import STOP_ID, StopId

LiftId = str
LIFT_ID = r"^GSU-[0-9]{8}-[0-9a-f]{10}$"


class LiftGround(StrEnum):
    """Why an order is lifted."""

    CRITERIA_MET = "criteria met"
    RESCINDED = "rescinded"
    """The issuer takes it back for another reason, which it states: nothing was verified."""


class LiftStage(StrEnum):
    """For whom the models open."""

    LICENSEES = "licensees"
    """For holders of any licence under the order, whatever its quota, purpose and models."""
    EVERYBODY = "everybody"


class Lift(Document):
    """An order ends, for everybody or in stages, for all its models or for some."""

    title: ClassVar[str] = "Lift"
    kind: Literal["lift"] = "lift"
    version: Literal[1] = 1
    id: LiftId = Field(pattern=LIFT_ID)
    issuer: Identifier
    """The authority that issued the order."""
    created: Moment
    directive: DirectiveId | None = Field(default=None, pattern=DIRECTIVE_ID)
    content: ContentId
    """The content id of the order or stop as it stands: a lift never reaches what its signers did not see, be
    it an amendment or another of the same id."""
    stop: StopId | None = Field(default=None, pattern=STOP_ID)
    ground: LiftGround
    verifications: tuple[ContentId, ...] = ()
    """Envelopes of the verifications that meet the criteria."""
    countersignatures: tuple[ContentId, ...] = ()
    """Envelopes."""
    stage: LiftStage
    models: tuple[Identifier, ...] = ()
    """Labels in the order's subject; empty for all of them."""
    effective: Moment
    reason: Text
    """For everybody."""

    @model_validator(mode="after")
    def _lifts_one_thing(self) -> Lift:
        if (self.directive is None) is (self.stop is None):
            raise ValueError("it lifts a directive or a stop")
        if self.stop is not None and (self.stage is not LiftStage.EVERYBODY or self.models):
            raise ValueError("a stop is lifted whole")
        return self

    @model_validator(mode="after")
    def _rests_on_something(self) -> Lift:
        if (self.ground is LiftGround.CRITERIA_MET) is not bool(self.verifications):
            raise ValueError(
                "a lift whose criteria are met names the verifications, and only such a lift does"
            )
        return self


class Countersignature(Document):
    """A party agrees that a verification meets an order's criteria."""

    title: ClassVar[str] = "Countersignature"
    kind: Literal["countersignature"] = "countersignature"
    version: Literal[1] = 1
    by: Identifier
    created: Moment
    directive: DirectiveId = Field(pattern=DIRECTIVE_ID)
    content: ContentId
    """The content id of the order as the party read it."""
    verification: ContentId
    """The envelope of the verification."""
    text: Text | None = None
