"""What a developer can say to a finding. Each is its own kind, and none is taken for another.

There is none for silence: that nobody answered is a fact of a clock, never a statement.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from groundstop.documents.base import Identifier, Moment, Part, Text
from groundstop.documents.cases.severity import SeverityScore
from groundstop.documents.model import ModelIdentity


class Acknowledged(Part):
    """The report was received and is looked at."""

    type: Literal["acknowledged"] = "acknowledged"
    text: Text | None = None


class CannotReproduce(Part):
    """The finding did not come back; the developer's own signed rerun is attached."""

    type: Literal["cannot_reproduce"] = "cannot_reproduce"
    text: Text


class AcceptedFixPlanned(Part):
    """The finding is accepted, and a fix is planned by a date."""

    type: Literal["accepted_fix_planned"] = "accepted_fix_planned"
    by: Moment
    text: Text | None = None


class MitigatedTemporarily(Part):
    """Something holds the weakness back for the time being."""

    type: Literal["mitigated_temporarily"] = "mitigated_temporarily"
    text: Text
    until: Moment | None = None
    """None: until it is replaced."""


class FixClaimed(Part):
    """A build is said to be fixed. That is a claim; a verification says what is true of it."""

    type: Literal["fix_claimed"] = "fix_claimed"
    build: str = Field(min_length=1, max_length=200)
    model: ModelIdentity | None = None
    evidence: Text
    """What the claim rests on: counts, method, or where they are."""


class NotADefect(Part):
    """The behavior breaks no requirement; the requirement is cited."""

    type: Literal["not_a_defect"] = "not_a_defect"
    requirement: str = Field(min_length=1, max_length=1000)
    """The requirement as it is stated."""
    source: str = Field(min_length=1, max_length=500)
    requirement_version: str = Field(min_length=1, max_length=100)
    text: Text


class BaselineDispute(Part):
    """What was shown is available without this model; the comparator evidence is attached."""

    type: Literal["baseline_dispute"] = "baseline_dispute"
    text: Text


class SeverityDispute(Part):
    """The severity is another; the developer gives its own vector."""

    type: Literal["severity_dispute"] = "severity_dispute"
    score: SeverityScore
    text: Text


class WontFix(Part):
    """The finding is accepted and is not fixed: somebody accepts the risk."""

    type: Literal["wont_fix"] = "wont_fix"
    accepted_by: str = Field(min_length=1, max_length=200)
    """The office that accepts the risk."""
    risk: Text


class Refused(Part):
    """What was asked for is not done."""

    type: Literal["refused"] = "refused"
    text: Text


class VoluntaryWithdrawal(Part):
    """The developer takes the model out of service by itself."""

    type: Literal["voluntary_withdrawal"] = "voluntary_withdrawal"
    models: tuple[Identifier, ...] = Field(min_length=1)
    effective: Moment
    text: Text | None = None


class LegalObjection(Part):
    """The developer holds that something in the case is not lawful. Nobody here judges that."""

    type: Literal["legal_objection"] = "legal_objection"
    basis: str = Field(min_length=1, max_length=1000)
    text: Text


Response = (
    Acknowledged
    | CannotReproduce
    | AcceptedFixPlanned
    | MitigatedTemporarily
    | FixClaimed
    | NotADefect
    | BaselineDispute
    | SeverityDispute
    | WontFix
    | Refused
    | VoluntaryWithdrawal
    | LegalObjection
)
"""The twelve responses of a developer."""
