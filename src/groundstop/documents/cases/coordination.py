"""What parties say to bring a case along: opening, standing, interests, requests, clocks, disclosure."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from pydantic import Field, model_validator

from groundstop.documents.base import ContentId, Identifier, Moment, Part, Sha256Hex, Text
from groundstop.documents.cases.orders import OrderTold
from groundstop.documents.cases.parties import Holder, Interest, InterestKind, PartyEntry
from groundstop.documents.cases.severity import SeverityScore
from groundstop.documents.finding import FINDING_ID, FindingId
from groundstop.documents.model import ModelIdentity
from groundstop.documents.suite import Requirement


class Tier(StrEnum):
    """How far something may go, from the widest circle to the narrowest."""

    PUBLIC = "public"
    """Public notice. TLP:CLEAR."""
    BRIEF = "brief"
    """The decision-maker's brief. TLP:GREEN."""
    TECHNICAL = "technical"
    """Everything but the recipe and the transcripts. TLP:AMBER+STRICT."""
    FULL = "full"
    """The recipe and the transcripts too, encrypted to named readers. TLP:RED."""


class Exposure(StrEnum):
    """How far the weakness reaches now."""

    RESTRICTED = "restricted"
    """The model is not offered, or to few."""
    OFFERED = "offered"
    """The model is generally offered; the recipe is not known to be out."""
    RECIPE_PUBLIC = "recipe public"
    EXPLOITED = "exploited"
    """It is known to be used."""


class FindingRef(Part):
    """A finding that the case is about. Its bundle is attached to the statement that names it."""

    id: FindingId = Field(pattern=FINDING_ID)
    content: ContentId
    model: ModelIdentity | None


class StandingKind(StrEnum):
    """What the case is, before any clock runs."""

    DEFECT = "requirement broken"
    CAPABILITY = "capability concern"
    """The model can do something; no stated requirement says that it must not. No fix clock."""
    POLICY = "policy dispute"
    """What the requirement ought to be is in dispute. No fix clock."""


class Calendar(Part):
    """The business days that deadlines are counted in."""

    zone: str = Field(default="UTC", pattern=r"^[A-Za-z0-9_+-]+(/[A-Za-z0-9_+-]+)*$", max_length=64)
    """An IANA time zone."""
    weekend: tuple[int, ...] = (6, 7)
    """ISO weekdays that are none; 7 is Sunday."""
    holidays: tuple[str, ...] = Field(default=(), max_length=1000)
    """Dates, ``YYYY-MM-DD``."""

    @model_validator(mode="after")
    def _has_business_days(self) -> Calendar:
        if not set(self.weekend) <= set(range(1, 8)) or len(set(self.weekend)) > 6:
            raise ValueError("a weekend has ISO weekdays, 1 to 7, and leaves at least one day")
        return self


class Opened(Part):
    """A case begins: what it is about, and whom it concerns."""

    type: Literal["opened"] = "opened"
    title: str = Field(min_length=1, max_length=200)
    """For everybody; it gives no way of asking."""
    findings: tuple[FindingRef, ...] = Field(min_length=1)
    parties: tuple[PartyEntry, ...] = Field(min_length=1)
    exposure: Exposure = Exposure.OFFERED
    policy: Identifier = "groundstop-2026"
    """The clock policy; see ``groundstop case policies``."""
    calendar: Calendar = Calendar()

    @model_validator(mode="after")
    def _once_each(self) -> Opened:
        names = [party.name for party in self.parties]
        if len(set(names)) != len(names):
            raise ValueError("a party stands in the opening twice")
        found = {ref.id for ref in self.findings}, {ref.content for ref in self.findings}
        if any(len(one) != len(self.findings) for one in found):
            raise ValueError("a finding stands in the opening twice")
        return self


class StandingStated(Part):
    """Which stated requirement is broken, in which version; or that there is none."""

    type: Literal["standing"] = "standing"
    standing: StandingKind
    requirement: Requirement | None = None
    requirement_version: str | None = Field(default=None, min_length=1, max_length=100)
    text: Text

    @model_validator(mode="after")
    def _cites(self) -> StandingStated:
        cited = self.requirement is not None and self.requirement_version is not None
        if self.standing is StandingKind.DEFECT and not cited:
            raise ValueError("a defect cites the requirement that is broken, and its version")
        return self


class PartyNamed(Part):
    """Another party is brought in, or its key or role becomes known."""

    type: Literal["party"] = "party"
    party: PartyEntry


class IdentityRevealed(Part):
    """Who a withheld party is, told by it or by whoever held it in escrow."""

    type: Literal["identity_revealed"] = "identity_revealed"
    party: Identifier
    salt: Sha256Hex
    """The 32 bytes of the commitment, in hexadecimal."""
    identity: str = Field(min_length=1, max_length=500)


class InterestsDeclared(Part):
    """A party's interests, of its organisation and of its people; the later declaration counts."""

    type: Literal["interests"] = "interests"
    interests: tuple[Interest, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _none_stands_alone(self) -> InterestsDeclared:
        if {one.of for one in self.interests} != set(Holder):
            raise ValueError("a party declares for its organisation and for its people")
        for holder in {one.of for one in self.interests}:
            kinds = [one.kind for one in self.interests if one.of is holder]
            if InterestKind.NONE in kinds and len(kinds) > 1:
                raise ValueError("none stands alone: it cannot be declared beside an interest")
        return self


class InterestsChallenged(Part):
    """Another party holds that a declaration leaves something out."""

    type: Literal["interests_challenged"] = "interests_challenged"
    party: Identifier
    interest: InterestKind
    text: Text

    @model_validator(mode="after")
    def _names_one(self) -> InterestsChallenged:
        if self.interest is InterestKind.NONE:
            raise ValueError("a challenge names the interest that was left out")
        return self


class ChallengeUpheld(Part):
    """A coordinator or an authority holds that a challenge is right."""

    type: Literal["challenge_upheld"] = "challenge_upheld"
    challenge: ContentId
    """The envelope of the challenge."""
    text: Text


class Scored(Part):
    """A severity score."""

    type: Literal["scored"] = "scored"
    score: SeverityScore


class EvidenceKind(StrEnum):
    """What is attached as evidence."""

    CORROBORATION = "corroboration"
    VERIFICATION = "verification"
    COMPARISON = "comparison"
    """A comparator run, as ``groundstop compare --json`` wrote it."""
    FINDING = "finding"
    """A finding's bundle, with readers or documents that were added since."""
    OTHER = "other"


class EvidenceGiven(Part):
    """Something measured is put into the case; it is attached."""

    type: Literal["evidence"] = "evidence"
    kind: EvidenceKind
    text: Text | None = None


class Demand(StrEnum):
    """What is asked of a party."""

    FIX = "fix"
    WITHDRAW = "withdraw"
    INFORMATION = "information"


class Requested(Part):
    """A party is asked for something by a date."""

    type: Literal["requested"] = "requested"
    of: Identifier
    what: Demand
    by: Moment
    text: Text


class Disputed(Part):
    """A party disputes what another said, and why."""

    type: Literal["disputed"] = "disputed"
    statement: ContentId
    """The envelope of the statement."""
    text: Text


class Remark(Part):
    """Anything else that a party wants on record."""

    type: Literal["remark"] = "remark"
    text: Text


class Withdrawn(Part):
    """A party takes back one of its own statements, which stays on record."""

    type: Literal["withdrawn"] = "withdrawn"
    statement: ContentId
    reason: Text


class ClockName(StrEnum):
    """The deadlines of a case."""

    ACKNOWLEDGE = "acknowledge"
    RESPOND = "respond"
    FIX = "fix"
    DISCLOSE = "disclose"


class ClockExtended(Part):
    """A deadline is moved to a later date, with the reason."""

    type: Literal["clock_extended"] = "clock_extended"
    clock: ClockName
    party: Identifier | None = None
    """Whose clock; none for that of the whole case."""
    until: Moment
    reason: Text


class ClockPaused(Part):
    """A clock stands still from now on, with the reason."""

    type: Literal["clock_paused"] = "clock_paused"
    clock: ClockName
    party: Identifier | None = None
    reason: Text


class ClockResumed(Part):
    """A clock goes on."""

    type: Literal["clock_resumed"] = "clock_resumed"
    clock: ClockName
    party: Identifier | None = None


class ExposureStated(Part):
    """How far the weakness reaches has changed; ``exploited`` and ``recipe public`` are an emergency."""

    type: Literal["exposure"] = "exposure"
    exposure: Exposure
    text: Text


class Embargo(Part):
    """Until when nothing is to be published."""

    type: Literal["embargo"] = "embargo"
    until: Moment
    text: Text | None = None


class EarlyRelease(Part):
    """The embargo ends now, and why."""

    type: Literal["early_release"] = "early_release"
    reason: Text


class LeakReported(Part):
    """Something under embargo is out."""

    type: Literal["leak"] = "leak"
    tier: Tier
    """The narrowest circle that what leaked was meant for."""
    text: Text

    @model_validator(mode="after")
    def _was_not_public(self) -> LeakReported:
        if self.tier is Tier.PUBLIC:
            raise ValueError("what is for everybody cannot leak")
        return self


class Recipient(Part):
    """Somebody who is told."""

    name: Identifier
    party: bool
    """True for a party of the case, as far as whoever discloses knows."""


class Disclosed(Part):
    """A notice was given to recipients; the notice is attached."""

    type: Literal["disclosed"] = "disclosed"
    tier: Tier
    recipients: tuple[Recipient, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _once_each(self) -> Disclosed:
        names = [one.name for one in self.recipients]
        if len(set(names)) != len(names):
            raise ValueError("a recipient stands in the disclosure twice")
        return self


class NoticeReceived(Part):
    """A recipient has it; said by the recipient itself."""

    type: Literal["notice_received"] = "notice_received"
    disclosure: ContentId
    """The envelope of the disclosure."""


class RecipientUnreachable(Part):
    """A recipient could not be reached; said by whoever disclosed."""

    type: Literal["unreachable"] = "unreachable"
    disclosure: ContentId
    recipient: Identifier
    text: Text


class CaseClosed(Part):
    """The case ends, with what came of it."""

    type: Literal["closed"] = "closed"
    text: Text


class CaseReopened(Part):
    """The case goes on."""

    type: Literal["reopened"] = "reopened"
    text: Text


Coordination = (
    Opened
    | StandingStated
    | PartyNamed
    | IdentityRevealed
    | InterestsDeclared
    | InterestsChallenged
    | ChallengeUpheld
    | Scored
    | EvidenceGiven
    | Requested
    | Disputed
    | Remark
    | Withdrawn
    | ClockExtended
    | ClockPaused
    | ClockResumed
    | ExposureStated
    | Embargo
    | EarlyRelease
    | LeakReported
    | Disclosed
    | NoticeReceived
    | RecipientUnreachable
    | OrderTold
    | CaseClosed
    | CaseReopened
)
"""What is said beside a developer's responses."""
