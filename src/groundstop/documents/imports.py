"""What was brought in from another tool's result file: which file, what it attests, and what it does not.

A field that the file lacks is none, which means "not attested"; nothing is made up in its place.
"""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field, model_validator

from groundstop.documents.base import Document, Identifier, Moment, Part, Sha256Hex
from groundstop.documents.model import ModelIdentity, TargetDescription
from groundstop.documents.suite import Judge
from groundstop.documents.trial import Usage, Verdict

ToolName = Literal["garak", "pyrit", "promptfoo", "inspect", "deepteam"]
"""A tool whose result files are read."""

AttestedField = Literal[
    "model", "seed", "started", "latency_ms", "usage", "finish", "request_id", "attempt_id"
]
"""A field of an imported trial that its source may lack."""


class VerdictCounts(Part):
    """How many trials got which verdict."""

    violated: int = Field(default=0, ge=0)
    held: int = Field(default=0, ge=0)
    undetermined: int = Field(default=0, ge=0)

    @property
    def total(self) -> int:
        """All of them together."""
        return self.violated + self.held + self.undetermined


class SkipCount(Part):
    """How many records of a file were not imported for one reason."""

    reason: str = Field(min_length=1)
    """Why, in words that quote nothing of the file's content."""
    count: int = Field(ge=1)


class ImportedClass(Part):
    """One behavior asked for by one technique, as the other tool names them."""

    behavior: Identifier
    technique: Identifier
    behavior_name: str = Field(min_length=1)
    """The tool's own name of what was checked: its detector, assertion, vulnerability, objective or scorer.

    Values that a check compares with are not quoted: digits of a digest stand for them.
    """
    technique_name: str | None
    """The tool's own name of the way of asking; none when it names none."""
    counts: VerdictCounts
    judge: Judge | None = None
    """A judge of ours that is the tool's check, and agrees with its every verdict here; none without one."""


class ImportedTrial(Document):
    """One judged conversation of another tool's file. What was said is kept apart, as for any trial."""

    title: ClassVar[str] = "Imported trial"
    kind: Literal["imported-trial"] = "imported-trial"
    version: Literal[1] = 1
    import_file: Sha256Hex
    """Digest of the file that it comes from."""
    position: str = Field(min_length=1)
    """Where in the file it stands, such as ``line 17`` or ``results.results.3``."""
    behavior: Identifier
    technique: Identifier
    index: int = Field(ge=0)
    """Place in its class, in the order of the file."""
    verdict: Verdict
    reason: str
    """Why the tool's result was read as this verdict, in words that quote nothing of prompt or answer."""
    request_sha256: Sha256Hex
    answer_sha256: Sha256Hex | None
    """None when no answer came."""
    model: str | None = None
    """The model as the file names it."""
    seed: int | None = Field(default=None, ge=0, lt=2**53)
    started: Moment | None = None
    latency_ms: float | None = Field(default=None, ge=0)
    usage: Usage = Usage()
    finish: str | None = None
    """Why the answer ended, in the file's own word."""
    request_id: str | None = None
    """The provider's id, where the file has it."""
    attempt_id: str | None = None
    """The tool's own id."""


class Import(Document):
    """One result file of another tool, and what became of each of its records."""

    title: ClassVar[str] = "Import"
    kind: Literal["import"] = "import"
    version: Literal[1] = 1
    created: Moment
    software: str
    tool: ToolName
    tool_version: str | None
    """As the file states it."""
    file_name: str = Field(min_length=1, pattern=r"^[^/\\]+$")
    """The file's name, without its folder."""
    file_sha256: Sha256Hex
    file_bytes: int = Field(ge=0)
    records: int = Field(ge=0)
    """Results that were found in the file: those imported and those skipped."""
    counts: VerdictCounts
    """Of the imported."""
    skipped: tuple[SkipCount, ...] = ()
    violations_only: bool = False
    """True when the file lists hits and leaves out the rest, so that no rate can be had from it."""
    violated_when: Literal["correct", "incorrect"] | None = None
    """What whoever imported it stated of checks whose meaning is not in the file."""
    target: TargetDescription | None = None
    """The target that this program had the tool ask; none when the file came from elsewhere."""
    model: ModelIdentity | None
    """As the file attests it; none when it names no model, or more than one."""
    not_attested: tuple[AttestedField, ...]
    """Fields that no record of this file gives."""
    credentials_removed: int = Field(ge=0)
    """Places of the file at which a credential stood; a marker took its place before anything was kept."""
    classes: tuple[ImportedClass, ...]

    @model_validator(mode="after")
    def _every_record_is_accounted_for(self) -> Import:
        if self.counts.total + sum(skip.count for skip in self.skipped) != self.records:
            raise ValueError("the imported and the skipped do not add up to the records")
        if len({skip.reason for skip in self.skipped}) != len(self.skipped):
            raise ValueError("a reason for skipping stands twice")
        return self

    @model_validator(mode="after")
    def _classes_add_up(self) -> Import:
        for verdict in Verdict:
            if sum(getattr(one.counts, verdict) for one in self.classes) != getattr(self.counts, verdict):
                raise ValueError(f"the classes do not add up to the {verdict} trials")
        if len({(one.behavior, one.technique) for one in self.classes}) != len(self.classes):
            raise ValueError("a class stands twice")
        return self
