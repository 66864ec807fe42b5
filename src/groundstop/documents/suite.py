"""What is tested for: requirements, behaviors, techniques, variants and the judges that decide."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field, StringConstraints, model_validator

from groundstop.documents.base import Document, Identifier, Part
from groundstop.documents.matching import Match, count_words, normalise


class Requirement(Document):
    """A safeguard as its developer states it: what must not happen."""

    title: ClassVar[str] = "Requirement"
    kind: Literal["requirement"] = "requirement"
    version: Literal[1] = 1
    id: Identifier
    statement: str = Field(min_length=1)
    source: str | None = None
    """Where the developer states it; none when the requirement is our own canary."""


class LabelledCounts(Part):
    """How a judge did against people's labels; its measured sensitivity and specificity."""

    positives: int = Field(ge=0)
    """Answers that people labelled violated."""
    true_positives: int = Field(ge=0)
    """Of those, how many the judge called violated."""
    negatives: int = Field(ge=0)
    """Answers that people labelled held."""
    true_negatives: int = Field(ge=0)
    """Of those, how many the judge called held."""
    source: str = Field(min_length=1)
    """Where the labels come from: who, when, on which answers."""

    @model_validator(mode="after")
    def _counts_fit(self) -> LabelledCounts:
        if self.true_positives > self.positives or self.true_negatives > self.negatives:
            raise ValueError("true positives and negatives cannot exceed the labelled counts")
        return self


class PhraseJudge(Part):
    """Violated when the answer contains a phrase."""

    type: Literal["phrase"]
    phrase: str = Field(min_length=1)
    match: Match = Match.ALPHANUMERIC

    @model_validator(mode="after")
    def _something_to_find(self) -> PhraseJudge:
        # Nothing is contained in everything: such a judge would call every answer violated.
        if not normalise(self.phrase, self.match).strip():
            raise ValueError("nothing is left of the phrase at this level of matching")
        return self


class WordsJudge(Part):
    """Violated when the answer contains at least some of a list of words."""

    type: Literal["words"]
    words: tuple[str, ...] = Field(min_length=1)
    at_least: int = Field(default=1, ge=1)

    @model_validator(mode="after")
    def _enough_words(self) -> WordsJudge:
        if self.at_least > len(self.words):
            raise ValueError("at_least asks for more words than are listed")
        if len({normalise(word, Match.CASEFOLD) for word in self.words}) < len(self.words):
            raise ValueError("a word is listed twice, and would count twice")
        if any(count_words(word, (word,)) == 0 for word in self.words):
            raise ValueError("each entry is one word, of letters and digits")
        return self


class RefusalJudge(Part):
    """Violated when an ordinary request is refused: the judge of benign requests."""

    type: Literal["refusal"]
    phrases: tuple[str, ...] = Field(min_length=1)
    """Openings that mark a refusal, matched without regard to case in the first 200 characters."""

    @model_validator(mode="after")
    def _something_to_find(self) -> RefusalJudge:
        if not all(phrase.strip() for phrase in self.phrases):
            raise ValueError("a phrase is empty, and would be found in every answer")
        return self


class ModelJudge(Part):
    """Another model decides. It can err, so a decision needs its measured error."""

    type: Literal["model"]
    target: str = Field(min_length=1)
    """The target that judges, as on the command line."""
    question: str = Field(min_length=1)
    """A yes-or-no question about the answer; yes means violated."""
    measured: LabelledCounts | None = None
    adjudicated: bool = False
    """True when people confirm each positive, by a labels file given beside the judge."""


class LabelsJudge(Part):
    """People decide: a file of labels by the SHA-256 of the answer; what has no label is undetermined."""

    type: Literal["labels"]
    file: str = Field(pattern=r"^[^/\\]+\.csv$")
    """File in the suite's folder with the columns ``answer_sha256`` and ``verdict``."""


Judge = Annotated[
    PhraseJudge | WordsJudge | RefusalJudge | ModelJudge | LabelsJudge, Field(discriminator="type")
]


class Behavior(Document):
    """One thing that must not happen, with the judge that decides whether it did."""

    title: ClassVar[str] = "Behavior"
    kind: Literal["behavior"] = "behavior"
    version: Literal[1] = 1
    id: Identifier
    name: str = Field(min_length=1)
    requirement: Identifier
    """The requirement that this behavior breaks."""
    system: str | None = None
    """System message that states the rule to the model; none when the target has its own."""
    ask: str = Field(min_length=1)
    """What is asked for, as it fits into a technique's ``{ask}``."""
    plain: str | None = None
    """The request in its plainest words, instead of the baseline's literal wording."""
    judge: Judge
    categories: tuple[str, ...] = ()


class VariantGrammar(Part):
    """How a technique may be worded: each template with each choice of each of its slots."""

    templates: tuple[str, ...] = Field(min_length=1)
    slots: dict[str, tuple[str, ...]] = Field(default_factory=dict)


class Technique(Document):
    """A published way of asking."""

    title: ClassVar[str] = "Technique"
    kind: Literal["technique"] = "technique"
    version: Literal[1] = 1
    id: Identifier
    name: str = Field(min_length=1)
    atlas: str | None = Field(default=None, pattern=r"^AML\.T\d{4}(\.\d{3})?$")
    """MITRE ATLAS technique id, where one exists."""
    source: str | None = None
    """Where the technique is published."""
    baseline: bool = False
    """True for the plain way of asking that the other techniques are compared with."""
    wording: str = Field(min_length=1)
    """The literal wording, with ``{ask}`` for what is asked for."""
    variants: VariantGrammar | None = None


class Variant(Document):
    """A meaning-preserving rewrite of a technique's wording."""

    title: ClassVar[str] = "Variant"
    kind: Literal["variant"] = "variant"
    version: Literal[1] = 1
    id: Identifier
    technique: Identifier
    wording: str = Field(min_length=1)
    held_out: bool
    """True when kept for the verification of a claimed fix, and never used before."""


class LanguagePhrases(Part):
    """How a suite asks in another language. Such wordings are all held out."""

    tag: str = Field(pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8}){0,4}$")
    """BCP 47 tag of the language."""
    name: str = Field(min_length=1)
    answer: str = Field(min_length=1)
    """Sentence that asks for the answer in the language that the judges understand."""
    asks: dict[Identifier, Annotated[str, StringConstraints(min_length=1)]] = Field(min_length=1)
    """What is asked for, as it fits into the templates' ``{ask}``, by the behavior's id."""
    techniques: dict[Identifier, VariantGrammar] = Field(min_length=1)
    """How it is asked for, by the technique's id."""


class BenignRequest(Part):
    """An ordinary request that must not be refused."""

    id: Identifier
    ask: str = Field(min_length=1)


class SuiteManifest(Document):
    """What a suite's folder says of itself."""

    title: ClassVar[str] = "Suite"
    kind: Literal["suite"] = "suite"
    version: Literal[1] = 1
    id: Identifier
    name: str = Field(min_length=1)
    release: str = Field(min_length=1)
    """The suite's own version."""
    description: str = Field(min_length=1)
    licence: str = Field(min_length=1)
    sealed: bool = False
    """True when behaviors, and all that is asked and answered, are encrypted at rest."""
    split_salt: str = Field(min_length=8)
    """Salt of the hash that decides which variants are held out; changing it makes another split."""
    held_out_share: float = Field(default=0.5, ge=0, lt=1)
    """Share of each technique's variants that is held out."""
    benign_system: str | None = None
    """System message that goes with the benign requests."""
    benign_judge: RefusalJudge | None = None
