"""A stop: a model is halted at once, with no authoring at all, for as long as one key may speak alone."""

from __future__ import annotations

from datetime import timedelta
from typing import ClassVar, Literal

from pydantic import Field, model_validator

from groundstop.documents.base import Document, Identifier, Moment
from groundstop.documents.directives.directive import URGENT_HOURS
from groundstop.documents.directives.subject import ModelName

StopId = str
STOP_ID = r"^GSS-[0-9]{8}-[0-9a-f]{10}$"


class Stop(Document):
    """Nobody uses these models in any way until it expires, or a quorum lifts it."""

    title: ClassVar[str] = "Stop"
    kind: Literal["stop"] = "stop"
    version: Literal[1] = 1
    id: StopId = Field(pattern=STOP_ID)
    issuer: Identifier
    created: Moment
    provider: ModelName | None
    """Whose models they are; none for whatever goes by these names."""
    models: tuple[ModelName, ...] = Field(min_length=1, max_length=1000)
    """Names, aliases, package URLs or ``sha256:`` digests of weights."""
    expires: Moment
    reason: str = Field(min_length=1, max_length=500)
    contact: str = Field(min_length=1, max_length=500)

    @model_validator(mode="after")
    def _is_short(self) -> Stop:
        if not self.created < self.expires <= self.created + timedelta(hours=URGENT_HOURS):
            raise ValueError(f"a stop ends after it is made, within {URGENT_HOURS} hours")
        return self
