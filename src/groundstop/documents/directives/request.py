"""Requests as they were decided, or as they are described: what a preview replays."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field, model_validator

from groundstop.documents.base import Document, Identifier, Moment, Part
from groundstop.documents.directives.claims import Assurance, ClaimName, ClaimValue
from groundstop.documents.directives.subject import Act, ModelName


class AttestedClaim(Part):
    """A claim, with who attested it."""

    claim: ClaimName
    values: tuple[ClaimValue, ...] = Field(min_length=1, max_length=400)
    issuer: Identifier
    assurance: Assurance = Assurance.LOW
    hint: bool = False
    """True for what was only worked out, such as a country from an address: it decides nothing."""


class Asked(Part):
    """What was asked, by whom: the facts of a request."""

    model: ModelName
    provider: ModelName | None = None
    """None when it is not known."""
    act: Act = Act.INFER
    principal: str | None = Field(default=None, min_length=1, max_length=300)
    """Who asked: in a log a salted digest, in a description the issuer's name for the person."""
    principal_issuer: Identifier | None = None
    claims: tuple[AttestedClaim, ...] = ()

    @model_validator(mode="after")
    def _once_each(self) -> Asked:
        names = [one.claim for one in self.claims if not one.hint]
        if len(set(names)) != len(names):
            raise ValueError("a claim is attested twice")
        return self


class RecordedRequest(Document):
    """One line of a decision log."""

    title: ClassVar[str] = "Recorded request"
    kind: Literal["recorded-request"] = "recorded-request"
    version: Literal[1] = 1
    at: Moment
    surface: Identifier = "proxy"
    """The enforcement point that saw it."""
    asked: Asked
    status: int = Field(ge=100, le=599)
    """The HTTP status that it was answered with."""


class PopulationGroup(Part):
    """Users who are alike in everything that an order looks at."""

    name: Identifier
    users: int = Field(ge=1)
    requests: int = Field(ge=0)
    """Of all of them together, in the period."""
    asked: Asked
    surface: Identifier = "proxy"


class Population(Document):
    """Who uses which models, described rather than recorded."""

    title: ClassVar[str] = "Population"
    kind: Literal["population"] = "population"
    version: Literal[1] = 1
    described: str = Field(min_length=1, max_length=1000)
    """Where the numbers are from."""
    groups: tuple[PopulationGroup, ...] = Field(min_length=1, max_length=10_000)

    @model_validator(mode="after")
    def _once_each(self) -> Population:
        names = [group.name for group in self.groups]
        if len(set(names)) != len(names):
            raise ValueError("a group stands in the population twice")
        return self
