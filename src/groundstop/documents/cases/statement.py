"""A statement in a case: one party's signed word, in its own sequence."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from groundstop.documents.base import ContentId, Document, Identifier, Moment, Part, Sha256Hex
from groundstop.documents.cases.coordination import (
    ClockExtended,
    Coordination,
    Disclosed,
    Embargo,
    EvidenceGiven,
    Opened,
    Requested,
    Scored,
)
from groundstop.documents.cases.parties import Role
from groundstop.documents.cases.responses import (
    AcceptedFixPlanned,
    BaselineDispute,
    CannotReproduce,
    Response,
    SeverityDispute,
)

CaseId = str
CASE_ID = r"^GSC-[0-9]{8}-[0-9a-f]{10}$"

Said = Annotated[Response | Coordination, Field(discriminator="type")]


class AttachedKind(StrEnum):
    """What a file that goes with a statement is."""

    FINDING = "finding"
    """A finding's bundle."""
    CORROBORATION = "corroboration"
    VERIFICATION = "verification"
    COMPARISON = "comparison"
    NOTICE = "notice"
    ESCROW = "escrow"
    """A withheld identity, encrypted to whoever holds it."""
    OTHER = "other"


class Attached(Part):
    """A file that goes with a statement; a copy of the case may lack it."""

    kind: AttachedKind
    sha256: Sha256Hex
    size: int = Field(ge=0)
    """In bytes."""


class CaseStatement(Document):
    """What one party says in a case.

    Each party numbers its own statements, and each names the one before it: nobody can take one back, or
    put one in, without its being seen. ``seen`` names the latest statements of others that the party knew.
    """

    title: ClassVar[str] = "Case statement"
    kind: Literal["case-statement"] = "case-statement"
    version: Literal[1] = 1
    case: CaseId = Field(pattern=CASE_ID)
    by: Identifier
    role: Role
    number: int = Field(ge=1)
    previous: ContentId | None
    """The envelope of the party's statement before this one; none for its first."""
    seen: tuple[ContentId, ...]
    """Envelopes of others' statements, sorted: all that came before this one are before them."""
    created: Moment
    said: Said
    amends: ContentId | None = None
    """The envelope of the party's own statement that this one replaces; that one stays on record."""
    attached: tuple[Attached, ...] = ()
    summary: str | None = Field(default=None, max_length=2000)
    """In the party's words, for the brief."""
    public: str | None = Field(default=None, max_length=2000)
    """In the party's words, for everybody."""

    @model_validator(mode="after")
    def _in_sequence(self) -> CaseStatement:
        if (self.number == 1) is not (self.previous is None):
            raise ValueError("a party's first statement has none before it, and every other one names it")
        if list(self.seen) != sorted(set(self.seen)):
            raise ValueError("the statements that were seen are sorted, each once")
        return self

    @model_validator(mode="after")
    def _begins_the_case(self) -> CaseStatement:
        if isinstance(self.said, Opened) and (self.number != 1 or self.seen):
            raise ValueError("an opening is the first statement of a case")
        return self

    @model_validator(mode="after")
    def _dates_are_ahead(self) -> CaseStatement:
        said = self.said
        if isinstance(said, Embargo) and said.until <= self.created:
            raise ValueError("an embargo ends after it is set")
        if isinstance(said, AcceptedFixPlanned) and said.by <= self.created:
            raise ValueError("a fix is planned for a later date")
        if isinstance(said, Scored | SeverityDispute) and said.score.assessed > self.created:
            raise ValueError("a score is given after it was assessed")
        if isinstance(said, Requested) and said.by <= self.created:
            raise ValueError("a request gives time until a later date")
        if isinstance(said, ClockExtended) and said.until <= self.created:
            raise ValueError("a deadline is moved to a later date")
        return self

    @model_validator(mode="after")
    def _has_what_it_speaks_of(self) -> CaseStatement:
        for kind, wanted in needed_attachment(self.said):
            if kind not in {one.kind for one in self.attached}:
                raise ValueError(f"{wanted} is attached to it")
        return self


def needed_attachment(said: Response | Coordination) -> tuple[tuple[AttachedKind, str], ...]:
    """Return the kinds of file that a statement cannot be without, each with its name in a sentence."""
    if isinstance(said, CannotReproduce):
        return ((AttachedKind.CORROBORATION, "the signed rerun that did not reproduce it"),)
    if isinstance(said, BaselineDispute):
        return ((AttachedKind.COMPARISON, "the comparator run that the dispute rests on"),)
    if isinstance(said, Opened):
        return ((AttachedKind.FINDING, "the bundle of the finding"),)
    if isinstance(said, Disclosed):
        return ((AttachedKind.NOTICE, "the notice that was given"),)
    if isinstance(said, EvidenceGiven):
        return ((AttachedKind(said.kind.value), f"the {said.kind.value}"),)
    return ()
