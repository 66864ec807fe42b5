"""A guard: what a virtual patch tells requests by that are too near to a finding's recipe.

It holds salted hashes, and vectors where an embedding is used; it holds no text. That is not nothing: whoever
has it can test whether a text that they already have is guarded against. So it is kept like a sealed part.
"""

from __future__ import annotations

import base64
import binascii
from enum import StrEnum
from typing import ClassVar, Literal

from pydantic import Field, field_validator, model_validator

from groundstop.documents.base import ContentId, Document, Identifier, Moment, Part, Sha256Hex
from groundstop.documents.directives.directive import DIRECTIVE_ID, DirectiveId
from groundstop.documents.finding import FINDING_ID, FindingId

GuardId = str
GUARD_ID = r"^GSG-[0-9]{8}-[0-9a-f]{10}$"

HASH_BYTES = 8
MOST_HASHES = 400_000
"""In a guard."""
MOST_DIMENSIONS = 4096
_BASE64 = r"^[A-Za-z0-9+/]+={0,2}$"


class GuardStage(StrEnum):
    """What follows when it matches."""

    SHADOW = "shadow"
    """The match is counted, and the request goes on."""
    BLOCKING = "blocking"
    """The request is kept out."""


class GramSettings(Part):
    """How pieces of a text are chosen to be hashed."""

    letters: int = Field(ge=8, le=64)
    """Length of a piece, in letters and digits of the normalised text."""
    one_in: int = Field(ge=1, le=16)
    """Of so many pieces about one is kept; which, depends on the salt and its first letters."""
    within: int = Field(default=4, ge=1, le=100)
    """The stretch of a request in which pieces are counted is so many times as long as the wording."""


class WordWindows(Part):
    """The windows over a text that are embedded."""

    words: tuple[int, ...] = Field(default=(48,), min_length=1, max_length=4)
    """Sizes, in words."""
    most: int = Field(default=12, ge=1, le=1000)
    """Windows of a request at most; of a longer one they are spread over all of it."""

    @field_validator("words")
    @classmethod
    def _sizes(cls, sizes: tuple[int, ...]) -> tuple[int, ...]:
        if any(not 4 <= size <= 400 for size in sizes):
            raise ValueError("a window has 4 to 400 words")
        return sizes


class Fingerprint(Part):
    """What is kept of one wording of the recipe."""

    letters: int = Field(ge=1, le=1_000_000)
    """Length of the normalised wording."""
    hashes: str = Field(pattern=_BASE64, max_length=4 * HASH_BYTES * MOST_HASHES // 3 + 4)
    """Salted BLAKE2b hashes of its pieces, 64 bits each, sorted, in base64: their order tells nothing."""

    @field_validator("hashes")
    @classmethod
    def _whole_and_sorted(cls, text: str) -> str:
        found = _split(_decoded(text), HASH_BYTES)
        if sorted(set(found)) != found:
            raise ValueError("the hashes are sorted, each once")
        return text

    @classmethod
    def of(cls, letters: int, hashes: frozenset[bytes]) -> Fingerprint:
        """Return the fingerprint of a wording."""
        return cls(letters=letters, hashes=base64.b64encode(b"".join(sorted(hashes))).decode("ascii"))

    def pieces(self) -> tuple[bytes, ...]:
        """Return the hashes."""
        return tuple(_split(base64.b64decode(self.hashes), HASH_BYTES))


class Embedding(Part):
    """Vectors of the wordings, and by what model. A vector tells something of its text."""

    model: str = Field(min_length=1, max_length=200)
    model_sha256: Sha256Hex
    """Of the file of its weights."""
    tokenizer_sha256: Sha256Hex
    dimensions: int = Field(ge=8, le=MOST_DIMENSIONS)
    windows: WordWindows = WordWindows()
    vectors: tuple[str, ...] = Field(min_length=1, max_length=5000)
    """Each of length 1, its values scaled to the whole numbers -127 to 127; base64 of signed bytes."""

    @model_validator(mode="after")
    def _right_size(self) -> Embedding:
        if any(len(_decoded(one)) != self.dimensions for one in self.vectors):
            raise ValueError("a vector has another number of values than it says")
        return self


class Together(Part):
    """Two lower thresholds that have to be reached both."""

    share: float = Field(gt=0, le=1)
    cosine: float = Field(gt=0, le=1)


class Votes(Part):
    """From where on it matches: at any one of these."""

    share: float = Field(gt=0, le=1)
    """Of a wording's pieces, so many are in the request, within a stretch of it."""
    cosine: float | None = Field(default=None, gt=0, le=1)
    """A window of the request is so near to a wording; none when no such threshold separates."""
    together: Together | None = None


class GuardRate(Part):
    """How many of some requests it blocks, with the exact interval of Clopper and Pearson."""

    n: int = Field(ge=0)
    blocked: int = Field(ge=0)
    lower: float = Field(ge=0, le=1)
    upper: float = Field(ge=0, le=1)
    level: float = Field(gt=0, lt=1)

    @model_validator(mode="after")
    def _fits(self) -> GuardRate:
        if self.blocked > self.n or self.lower > self.upper:
            raise ValueError("no more is blocked than there is, and the interval has its ends in order")
        return self


class GuardCalibration(Part):
    """What was measured when the thresholds were chosen.

    Who is blocked wrongly is measured with thresholds that one half of the ordinary requests chose, on the
    other half. The guard's own thresholds were then chosen by all of them, and are nowhere lower: it blocks
    none of these requests, and of others no more than was measured.
    """

    at: Moment
    chosen_on: int = Field(ge=1)
    """Ordinary requests of the half that chose."""
    ordinary: GuardRate
    """Those of the other half."""
    near: GuardRate | None
    """Of the other half, those that were brought as near to the recipe; none when none was."""
    rewritten: GuardRate
    """The recipe's own wordings, written in other ways: spacing, look-alikes, encodings, in a long text."""
    unseen: GuardRate | None
    """Wordings of which a guard made of the others knew nothing; none when there is only one wording."""


class Guard(Document):
    """A guard against one finding's recipe, for one order."""

    title: ClassVar[str] = "Guard"
    kind: Literal["guard"] = "guard"
    version: Literal[1] = 1
    id: GuardId = Field(pattern=GUARD_ID)
    directive: DirectiveId = Field(pattern=DIRECTIVE_ID)
    finding: ContentId
    finding_id: FindingId = Field(pattern=FINDING_ID)
    by: Identifier
    created: Moment
    expires: Moment
    stage: GuardStage
    normaliser: int = Field(ge=1)
    """The version of what makes two spellings the same."""
    salt: str = Field(pattern=r"^[0-9a-f]{32}$")
    """Random, of this guard alone: a table of hashes made for another guard is of no use here."""
    grams: GramSettings
    wordings: tuple[Fingerprint, ...] = Field(min_length=1, max_length=10_000)
    embedding: Embedding | None = None
    votes: Votes
    calibration: GuardCalibration

    @model_validator(mode="after")
    def _ends(self) -> Guard:
        if self.expires <= self.created:
            raise ValueError("a guard expires after it was made")
        return self

    @model_validator(mode="after")
    def _is_bounded(self) -> Guard:
        if sum(len(one.hashes) for one in self.wordings) * 3 // 4 > MOST_HASHES * HASH_BYTES + 3000:
            raise ValueError(f"it has at most {MOST_HASHES:,} hashes")
        return self

    @model_validator(mode="after")
    def _votes_can_be_cast(self) -> Guard:
        by_vector = self.votes.cosine is not None or self.votes.together is not None
        if by_vector and self.embedding is None:
            raise ValueError("a vote by vectors needs vectors")
        return self


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise ValueError("it is no base64") from error


def _split(data: bytes, size: int) -> list[bytes]:
    if not data or len(data) % size:
        raise ValueError(f"it is a list of pieces of {size} bytes")
    return [data[start : start + size] for start in range(0, len(data), size)]
