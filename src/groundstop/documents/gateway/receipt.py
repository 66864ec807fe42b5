"""Receipts: the record of what a gateway decided, line by line, each line holding on to the one before."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from groundstop.documents.base import ContentId, Document, Identifier, Moment, Part, Sha256Hex
from groundstop.documents.directives.claims import ClaimName
from groundstop.documents.directives.request import Asked
from groundstop.documents.directives.subject import ModelName


class Begun(Part):
    """A process begins to write, at the start of a file or after it was restarted."""

    event: Literal["begun"] = "begun"
    gateway: Identifier
    version: str = Field(max_length=64)
    """Of the program."""
    lost_bytes: int = Field(default=0, ge=0)
    """Of a line that was cut off in the middle when the process before ended; it told nobody anything."""


class UsedClaim(Part):
    """A claim that a decision rests on, by whom it was attested; never its value."""

    claim: ClaimName
    issuer: Identifier


class GuardOutcome(StrEnum):
    """What became of a guard."""

    PASSED = "passed"
    BLOCKED = "blocked"
    SHADOW = "shadow"
    """It would have blocked, and is only watched so far."""
    NOT_ASSESSED = "not-assessed"
    """It could not be loaded or run."""


class GuardSaid(Part):
    """What a guard said of a request."""

    directive: str = Field(max_length=64)
    outcome: GuardOutcome


class Decided(Part):
    """A request was decided. It stands in the file before the request goes on, or is answered."""

    event: Literal["decided"] = "decided"
    request: str = Field(max_length=64)
    """The request's id, as its answer's header tells it too."""
    surface: Identifier
    route: str = Field(max_length=64)
    """Such as ``chat.completions``."""
    asked: Asked
    """Its principal is a salted digest. Nothing of what was asked of the model is here."""
    routed: tuple[ModelName, ...] = ()
    """Other names under which it was decided: what an alias stands for, what it may fall back to."""
    instead_of: ModelName | None = None
    """The model that was asked for, where another answers in its place."""
    because: str | None = Field(default=None, max_length=64)
    """The id of the order that keeps that model out; none where nothing answers in another's place."""
    allowed: bool
    status: int = Field(ge=100, le=599)
    """What it is answered with; 200 for what goes on, unless a later line says otherwise."""
    ground: str = Field(max_length=80)
    """As the decision has it, or ``closed``."""
    order: str | None = Field(default=None, max_length=64)
    """The id of the directive or stop that decided."""
    sequence: int | None = None
    content: ContentId | None = None
    """The content id of that directive or stop."""
    rule: str | None = Field(default=None, max_length=64)
    used: tuple[UsedClaim, ...] = ()
    missing: tuple[ClaimName, ...] = ()
    licence: str | None = Field(default=None, max_length=64)
    departs: bool = False
    """Whether the operator departs from the order by an override."""
    guards: tuple[GuardSaid, ...] = ()
    table: ContentId
    """The digest of everything that was decided by."""


class Change(StrEnum):
    """What happened to a request after it was decided."""

    SERVED_AS = "served-as"
    """The answer names another model, which is allowed too."""
    WITHHELD = "withheld"
    """The answer was kept back: what served it, or what stands by now, does not allow it."""
    CUT = "cut"
    """The stream was ended in the middle by an order."""
    FAILED = "failed"
    """The upstream gave no whole answer."""
    LEFT = "left"
    """The client went away."""


class Changed(Part):
    """What became of a request that was decided before, where that is not what its line says."""

    event: Literal["changed"] = "changed"
    request: str = Field(max_length=64)
    change: Change
    status: int | None = Field(default=None, ge=100, le=599)
    """What it was answered with; none where the answer had begun."""
    model: ModelName | None = None
    """The model that the answer names."""
    order: str | None = Field(default=None, max_length=64)
    content: ContentId | None = None


class Receipt(Document):
    """A line of a gateway's receipts. Each holds the digest of the one before: none can be taken out."""

    title: ClassVar[str] = "Receipt"
    kind: Literal["receipt"] = "receipt"
    version: Literal[1] = 1
    n: int = Field(ge=1)
    """1 for the first line of a chain."""
    previous: Sha256Hex
    """SHA-256 of the bytes of the line before, without its line end; 64 zeros for the first."""
    at: Moment
    what: Annotated[Begun | Decided | Changed, Field(discriminator="event")]


class ReceiptCheckpoint(Document):
    """A gateway's signed word on how far a chain of receipts goes."""

    title: ClassVar[str] = "Receipt checkpoint"
    kind: Literal["receipt-checkpoint"] = "receipt-checkpoint"
    version: Literal[1] = 1
    gateway: Identifier
    chain: Identifier
    """Each process of a gateway writes a chain of its own."""
    created: Moment
    lines: int = Field(ge=1)
    head: Sha256Hex
    """SHA-256 of the last of these lines."""
