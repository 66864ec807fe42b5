"""The subject of a directive: models, by every identifier and alias; and what is done with them."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from groundstop.documents.base import ContentId, Identifier, Part, Sha256Hex

ModelName = Annotated[
    str, StringConstraints(pattern=r"^[^\x00-\x20\x7f*?]+( [^\x00-\x20\x7f*?]+)*$", max_length=300)
]
"""The name of a model as it is asked for; no pattern."""

Purl = Annotated[str, StringConstraints(pattern=r"^pkg:[a-z][a-z0-9.+-]*/[^\x00-\x20*?]+$", max_length=500)]
"""A package URL (ECMA-427). One of a model hub has the git commit as its version."""

EVERY_SNAPSHOT: Literal["every"] = "every"


class Act(StrEnum):
    """What is done with a model."""

    INFER = "infer"
    FINE_TUNE = "fine-tune"
    DOWNLOAD = "download"
    TRANSFER = "transfer"
    DEPLOY = "deploy"


class Descendants(StrEnum):
    """Which derived weights an order reaches."""

    NONE = "none"
    DECLARED = "declared"
    """Those whose lineage is declared."""
    VERIFIED = "verified"
    """Those whose lineage was derived again, and came out the same."""


class HostedModel(Part):
    """A model at a provider."""

    provider: ModelName
    name: ModelName
    snapshot: ModelName
    """The dated snapshot; ``every`` where all of them are meant."""


class SubjectModel(Part):
    """One model that an order is about. Any one identifier in a request is enough for it to apply."""

    label: Identifier
    """How the order calls it."""
    hosted: tuple[HostedModel, ...] = ()
    aliases: tuple[ModelName, ...] = ()
    """Other names that it is asked for by, where it is hosted. An alias alone identifies nothing."""
    purls: tuple[Purl, ...] = ()
    weights: tuple[Sha256Hex, ...] = ()
    """SHA-256 of files of weights."""
    tokenizer: Sha256Hex | None = None
    """SHA-256 of the tokenizer; told for recognising relatives, and never enough by itself."""
    findings: tuple[ContentId, ...] = ()
    """Findings that this model has; none for a model that is swept in without one."""

    @model_validator(mode="after")
    def _is_identified(self) -> SubjectModel:
        if not (self.hosted or self.purls or self.weights):
            raise ValueError(
                f"the model {self.label} is named only loosely: it needs a provider, name and snapshot, "
                "a package URL or the digest of its weights"
            )
        if self.aliases and not self.hosted:
            raise ValueError(
                f"the aliases of {self.label} are those of a hosted model, which it does not name"
            )
        return self


class Subject(Part):
    """The models that an order is about."""

    models: tuple[SubjectModel, ...] = Field(min_length=1, max_length=1000)
    descendants: Descendants

    @model_validator(mode="after")
    def _once_each(self) -> Subject:
        labels = [model.label for model in self.models]
        if len(set(labels)) != len(labels):
            raise ValueError("a label stands in the subject twice")
        return self
