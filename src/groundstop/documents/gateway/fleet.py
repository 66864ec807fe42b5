"""The gateways of an operator, and what each says that it enforces."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field, model_validator

from groundstop.documents.base import ContentId, Document, Identifier, Moment, Part
from groundstop.documents.directives.subject import ModelName
from groundstop.documents.keys import KeyCard


class RegisteredGateway(Part):
    """A gateway that an operator answers for."""

    name: Identifier
    key: KeyCard
    url: str | None = Field(default=None, pattern=r"^https?://[^\s<>\"]+$", max_length=500)
    """Where requests are sent, for probes; none for one that cannot be reached from outside."""
    surfaces: tuple[Identifier, ...] = ("proxy",)
    """Enforcement points that it serves."""
    models: tuple[ModelName, ...] = ()
    """Names that it offers, aliases too; empty for whatever its upstreams have."""


class UnreachableCopy(Part):
    """A copy that is known and that nobody can reach or withdraw: weights that are out, say."""

    what: str = Field(min_length=1, max_length=500)
    why: str = Field(min_length=1, max_length=500)
    copies: int | None = Field(default=None, ge=1)
    """How many; none when nobody knows."""


class Fleet(Document):
    """Every gateway that an operator has, signed by the operator: what is not in it is not counted."""

    title: ClassVar[str] = "Fleet"
    kind: Literal["fleet"] = "fleet"
    version: Literal[1] = 1
    operator: Identifier
    created: Moment
    gateways: tuple[RegisteredGateway, ...] = Field(min_length=1, max_length=10_000)
    unreachable: tuple[UnreachableCopy, ...] = Field(default=(), max_length=1000)

    @model_validator(mode="after")
    def _once_each(self) -> Fleet:
        names = [one.name for one in self.gateways]
        ids = [one.key.key_id for one in self.gateways]
        if len(set(names)) != len(names) or len(set(ids)) != len(ids):
            raise ValueError("a gateway or a key stands in the fleet twice")
        return self


class HeardAuthority(Part):
    """What a gateway has of an authority."""

    authority: Identifier
    charter: int = Field(ge=1)
    """The number of its charter."""
    orders: int = Field(ge=0)
    """The number of its set."""
    urgent: int = Field(ge=0)
    """The number of its urgent set."""


class StandingOrder(Part):
    """An order that a gateway decides by."""

    id: str = Field(max_length=64)
    sequence: int = Field(ge=1)
    content: ContentId
    departs: bool = False
    """Whether the operator departs from it by an override."""


class Acknowledgement(Document):
    """A gateway's signed word: from this moment on every process of it decides by this table."""

    title: ClassVar[str] = "Acknowledgement"
    kind: Literal["acknowledgement"] = "acknowledgement"
    version: Literal[1] = 1
    gateway: Identifier
    created: Moment
    """When the last of its processes had the table."""
    table: ContentId
    """The digest of every order, licence, lift and override in it."""
    heard: Moment | None
    """When everything that is obeyed was last heard of afresh; none for never."""
    authorities: tuple[HeardAuthority, ...] = ()
    orders: tuple[StandingOrder, ...] = ()
    """Directives and stops, those that are lifted or over too."""
    closed: tuple[str, ...] = ()
    """Why every model is closed to everybody; empty when the table decides."""
    workers: int = Field(ge=1)
    """Processes that decide by it."""
    previous: ContentId | None = None
    """The digest of the envelope before; none for the first."""
