"""Authorities: who may speak, with which keys, about which models; and whom an operator obeys."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, ClassVar, Literal

from pydantic import Field, model_validator

from groundstop.documents.base import ContentId, Document, Identifier, Moment, Part, Sha256Hex, Text
from groundstop.documents.directives.directive import DIRECTIVE_ID, DirectiveId
from groundstop.documents.directives.subject import Act, ModelName
from groundstop.documents.keys import KeyCard


class About(Part):
    """Models that an authority may speak about: those of a provider, one of them, or a package's."""

    provider: ModelName | None = None
    name: ModelName | None = None
    """None for every model of the provider."""
    purl_prefix: str | None = Field(
        default=None, pattern=r"^pkg:[a-z][a-z0-9.+-]*/([^\x00-\x20*?@#%]|%40)+$", max_length=500
    )
    """A namespace with everything in it, such as ``pkg:huggingface/alder/``; or one package, such as
    ``pkg:pypi/alder``, whatever its version."""

    @model_validator(mode="after")
    def _says_one_thing(self) -> About:
        if (self.provider is None) is (self.purl_prefix is None):
            raise ValueError("it names a provider, or a package URL or its beginning")
        if self.name is not None and self.provider is None:
            raise ValueError("a model's name goes with its provider")
        return self


class Charter(Document):
    """What an authority may do, signed by the holders of a repository's root.

    Orders, licences and lifts take the quorum. One of the urgent keys alone may add a denial, which ends
    after 72 hours unless a quorum ratifies it, and may revoke a licence.
    """

    title: ClassVar[str] = "Charter"
    kind: Literal["charter"] = "charter"
    version: Literal[1] = 1
    authority: Identifier
    called: str = Field(min_length=1, max_length=200)
    """The authority's name for people."""
    number: int = Field(ge=1)
    """One more each time that it changes."""
    created: Moment
    keys: tuple[KeyCard, ...] = Field(min_length=1, max_length=50)
    quorum: int = Field(ge=1)
    urgent: tuple[Sha256Hex, ...]
    """Ids of the keys that may add a denial alone."""
    about: tuple[About, ...] = Field(min_length=1, max_length=1000)

    @model_validator(mode="after")
    def _can_reach_its_quorum(self) -> Charter:
        ids = [card.key_id for card in self.keys]
        names = [card.name for card in self.keys]
        if len(set(ids)) != len(ids) or len(set(names)) != len(names):
            raise ValueError("a key stands in the charter twice")
        if self.quorum > len(ids):
            raise ValueError(f"a quorum of {self.quorum} needs as many keys, and there are {len(ids)}")
        if not set(self.urgent) <= set(ids) or len(set(self.urgent)) != len(self.urgent):
            raise ValueError("an urgent key is one of the authority's keys, named once")
        return self


class DirectiveSet(Document):
    """Everything that an authority has said, in one file: what a gateway fetches."""

    title: ClassVar[str] = "Directive set"
    kind: Literal["directive-set"] = "directive-set"
    version: Literal[1] = 1
    authority: Identifier
    number: int = Field(ge=0)
    """One more each time that it changes."""
    created: Moment
    envelopes: tuple[dict[str, Any], ...] = ()
    """Signed statements, in the order in which they were published. None is ever taken out: history stays."""


class May(StrEnum):
    """What an operator lets an authority do at its gateways."""

    DENY = "deny"
    """Orders and stops."""
    LICENSE = "license"
    """Licences under that authority's own orders."""
    LIFT = "lift"
    """Lifting that authority's own orders."""


class Obeyed(Part):
    """An authority that an operator obeys, and how far."""

    authority: Identifier
    repository: Identifier
    """The repository that it publishes in, by its name here."""
    may: tuple[May, ...] = (May.DENY, May.LICENSE, May.LIFT)
    acts: tuple[Act, ...] = tuple(Act)
    """Acts in which it is obeyed."""


class Direction(StrEnum):
    """Which way an operator departs from what it was told."""

    ALLOW = "allow"
    """The order is not enforced here."""
    DENY = "deny"
    """A lift is not followed: the order stays in force here."""


class Override(Document):
    """An operator departs from an order at its own gateways, in its own name, and says why."""

    title: ClassVar[str] = "Override"
    kind: Literal["override"] = "override"
    version: Literal[1] = 1
    by: Identifier
    created: Moment
    directive: DirectiveId = Field(pattern=DIRECTIVE_ID)
    content: ContentId
    """The content id of the order as the operator read it; an amendment ends the override."""
    direction: Direction
    until: Moment
    reason: Text

    @model_validator(mode="after")
    def _ends(self) -> Override:
        if self.until <= self.created:
            raise ValueError("an override ends after it is made")
        return self
