"""What is sealed: the parts of a finding that only named readers may see, and what is said of them openly."""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar, Literal

from pydantic import Field

from groundstop.documents.base import ContentId, Document, Identifier, Moment, Part, Sha256Hex
from groundstop.documents.plan import Estimand
from groundstop.documents.recipe import Message, Sampling
from groundstop.documents.suite import Judge, RefusalJudge, Requirement

MemberPath = str
"""A path inside a bundle, with forward slashes."""


class PartName(StrEnum):
    """The sealed parts of a finding, each of which can be given to other readers than the rest."""

    RECIPE = "recipe"
    """What was asked and how it is judged: enough to rerun it."""
    PLAN = "plan"
    """The plan of the assessment, or the account of the import, whose digest the finding states."""
    TRIALS = "trials"
    """Every trial with what was said, one a line."""
    MINIMAL = "minimal"
    """A shorter recipe that still reproduces."""


class SealedFile(Part):
    """An encrypted file of a bundle."""

    path: MemberPath = Field(pattern=r"^sealed/[a-z0-9][a-z0-9.-]{0,80}\.age$")
    sha256: Sha256Hex
    """Of the encrypted bytes."""
    recipients: tuple[str, ...] = Field(min_length=1)
    """Key ids of the readers, or their age recipients where they have no signing key."""


class LinesCommitment(Part):
    """A commitment to each line of a part, so that one can be shown without the others."""

    count: int = Field(ge=0)
    root: Sha256Hex
    """Merkle tree head (RFC 6962) over the lines; each line holds a random salt of its own."""


class SealedPart(Part):
    """A part of a finding, as far as it is told openly."""

    name: PartName
    media_type: Literal["application/json", "application/jsonl"]
    commitment: Sha256Hex
    """SHA-256 of a 32-byte random salt and the part's bytes."""
    size: int = Field(ge=0)
    """Bytes of the part, without its salt."""
    lines: LinesCommitment | None = None
    file: SealedFile


class RecipeWording(Part):
    """One way of asking, ready to be sent."""

    variant: Identifier | None
    """None for a literal wording."""
    messages: tuple[Message, ...] = Field(min_length=1)


class CanaryRequest(Part):
    """An ordinary request, asked before and after a reproduction to see whether the endpoint changed."""

    id: Identifier
    messages: tuple[Message, ...] = Field(min_length=1)


class SealedRecipe(Document):
    """Everything that another party needs to rerun a finding. Held-out variants are not in it."""

    title: ClassVar[str] = "Sealed recipe"
    kind: Literal["sealed-recipe"] = "sealed-recipe"
    version: Literal[2] = 2
    source: str
    """The suite and its release, or the tool, that the recipe is from."""
    requirement: Requirement
    behavior: Identifier
    technique: Identifier
    atlas: str | None = None
    """MITRE ATLAS technique id, where one exists."""
    estimand: Estimand
    wordings: tuple[RecipeWording, ...] = Field(min_length=1)
    """Fresh variants, each to be asked once; or the literal wording alone."""
    literal: RecipeWording | None = None
    """The technique's literal wording beside its variants: what a narrow patch would block."""
    sampling: Sampling | None
    """None when it is not attested how the answers were drawn."""
    judge: Judge | None
    """None when the source's own judge has no equal here: whoever reruns it must bring one."""
    canaries: tuple[CanaryRequest, ...] = ()
    canary_judge: RefusalJudge | None = None


class Grant(Document):
    """One more reader of one part. No other part is touched."""

    title: ClassVar[str] = "Grant"
    kind: Literal["grant"] = "grant"
    version: Literal[1] = 1
    created: Moment
    finding: ContentId
    part: PartName
    file: SealedFile


class Opening(Document):
    """That somebody opened sealed parts. Kept in the log of whoever opened them."""

    title: ClassVar[str] = "Opening"
    kind: Literal["opening"] = "opening"
    version: Literal[1] = 1
    created: Moment
    by: Identifier
    finding: ContentId
    finding_id: str
    parts: tuple[PartName, ...] = Field(min_length=1)
    purpose: str = Field(min_length=1, max_length=500)


class LineProof(Document):
    """One line of a part, shown with the proof that it is the committed one."""

    title: ClassVar[str] = "Line proof"
    kind: Literal["line-proof"] = "line-proof"
    version: Literal[1] = 1
    finding: ContentId
    part: PartName
    index: int = Field(ge=0)
    count: int = Field(ge=1)
    line: str
    """The line as it stands in the part, its salt included."""
    proof: tuple[Sha256Hex, ...]
    """Audit path (RFC 6962 section 2.1.1)."""
