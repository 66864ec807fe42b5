"""A directive: a signed order about named models, scoped, expiring, and with what lifts it."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import ClassVar, Literal

from pydantic import Field, model_validator

from groundstop.documents.base import ContentId, Document, Identifier, Moment, Part, Text
from groundstop.documents.cases.statement import CASE_ID, CaseId
from groundstop.documents.directives.claims import (
    ClaimName,
    ClaimNeeded,
    ClaimValue,
    Country,
    PersonClass,
    claims_of,
    leaves,
)
from groundstop.documents.directives.criteria import LiftingCriteria
from groundstop.documents.directives.subject import Act, ModelName, Subject
from groundstop.documents.finding import FINDING_ID, FindingId

DirectiveId = str
DIRECTIVE_ID = r"^GSD-[0-9]{8}-[0-9a-f]{10}$"

WITHHELD_DAYS = 14
"""Longest an order may last whose evidence is withheld."""
URGENT_HOURS = 72
"""Longest a denial lasts that one authorised key has added and no quorum has ratified."""
MOST_QUESTIONS = 2000
"""Claims that the classes of an order ask about, at most, each class as often as a rule uses it."""


class OrderKind(StrEnum):
    """What sort of order it is."""

    DE_DEPLOY = "de-deploy"
    RESTRICT = "restrict"
    EXPORT_BAN = "export-ban"
    VIRTUAL_PATCH = "virtual-patch"
    """The model stays, behind a guard against the finding's recipe."""
    VOLUNTARY_WITHDRAWAL = "voluntary-withdrawal"
    """By whoever offers the model."""


class LegalBasis(Part):
    """What the issuer says that the order rests on: quoted and dated, never judged."""

    text: Text
    citation: str = Field(min_length=1, max_length=500)
    source: str = Field(min_length=1, max_length=1000)
    as_of: Moment


class Evidence(Part):
    """The finding that an order rests on."""

    finding: ContentId
    id: FindingId = Field(pattern=FINDING_ID)
    case: CaseId | None = Field(default=None, pattern=CASE_ID)
    severity: str | None = Field(default=None, max_length=200)
    """As it was scored, by whom and under which profile; no score triggers an order."""


class Rule(Part):
    """One way to fall under an order: every condition that is given must be met.

    A rule without any reaches everybody.
    """

    id: Identifier
    persons: Identifier | None = None
    """A class of persons, defined in the order."""
    destinations: tuple[Country, ...] = Field(default=(), max_length=300)
    """Countries that the request comes from; empty for worldwide."""
    organisations: tuple[ClaimValue, ...] = Field(default=(), max_length=1000)
    purposes: tuple[ClaimValue, ...] = Field(default=(), max_length=100)

    @property
    def reaches_everybody(self) -> bool:
        """Whether it has no condition."""
        return self.persons is None and not (self.destinations or self.organisations or self.purposes)


class Unknown(StrEnum):
    """What happens to a request of which a needed claim is unknown."""

    DENY = "deny"
    ALLOW = "allow"


class WhenDark(StrEnum):
    """What a gateway does that has heard nothing for long."""

    CLOSE = "close"
    """The models are closed to everybody."""
    KEEP = "keep"
    """The last denials stay; nothing more is denied."""


class Silence(Part):
    """What a gateway does that hears nothing. Whatever is said here, denials never lapse."""

    stale_after_s: int = Field(default=300, ge=10, le=86_400)
    """Seconds after which licences are past their grace, and an alarm is raised."""
    dark_after_s: int = Field(default=3600, ge=60, le=604_800)
    when_dark: WhenDark

    @model_validator(mode="after")
    def _ordered(self) -> Silence:
        if self.dark_after_s <= self.stale_after_s:
            raise ValueError("a gateway is stale before it is dark")
        return self


class InFlight(StrEnum):
    """What happens to answers that are being streamed when the order takes effect."""

    FINISH = "finish"
    CUT = "cut"


class Alternative(Part):
    """A model that may answer instead."""

    model: ModelName
    tested: ContentId | None = None
    """A comparison or assessment in which the finding did not come back; none when it was not tested."""


class Appeal(Part):
    """Where to object. An appeal suspends nothing."""

    name: str = Field(min_length=1, max_length=200)
    contact: str = Field(min_length=1, max_length=500)
    """An address or a URL."""
    answer_days: int | None = Field(default=None, ge=1)
    """Days within which an appeal is decided; none when nothing is promised."""


class Response(Part):
    """What somebody is told whom the order keeps out."""

    message: str = Field(min_length=1, max_length=500)
    more: str | None = Field(default=None, pattern=r"^https?://[^\s<>\"]+$", max_length=500)
    """A page about the order, for ``Link: rel="blocked-by"`` (RFC 7725)."""


class Directive(Document):
    """An order: what exactly is withdrawn, from whom, on what record, until when, and what lifts it."""

    title: ClassVar[str] = "Directive"
    kind: Literal["directive"] = "directive"
    version: Literal[1] = 1
    id: DirectiveId = Field(pattern=DIRECTIVE_ID)
    sequence: int = Field(ge=1)
    """1 for the order, one more for each amendment."""
    supersedes: ContentId | None
    """The content id of the sequence before; none for the first."""
    order: OrderKind
    issuer: Identifier
    created: Moment
    basis: LegalBasis | None
    """None for a voluntary withdrawal only."""
    evidence: tuple[Evidence, ...]
    withheld: Text | None = None
    """Why no finding is named: evidence withheld."""
    subject: Subject
    acts: tuple[Act, ...] = Field(min_length=1)
    definitions: tuple[PersonClass, ...] = ()
    scope: tuple[Rule, ...] = Field(min_length=1, max_length=50)
    """Who falls under it: whoever one of the rules reaches."""
    exceptions: tuple[Rule, ...] = Field(default=(), max_length=50)
    """Who does not, though a rule of the scope reaches them."""
    claims: tuple[ClaimNeeded, ...] = ()
    """From whom the claims are believed that the rules look at."""
    unknown: Unknown
    not_enforced: tuple[Text, ...] = ()
    """Conditions that no gateway can see: they bind whoever obeys, and are enforced by nothing here."""
    effective: Moment
    review: Moment
    expires: Moment
    silence: Silence
    in_flight: InFlight
    fallback: bool
    """Whether another model may answer without being asked for by name."""
    alternatives: tuple[Alternative, ...] = Field(default=(), max_length=50)
    lifting: LiftingCriteria
    reasons: Text
    """The gist, for whoever is kept out."""
    appeal: Appeal
    response: Response

    @model_validator(mode="after")
    def _in_sequence(self) -> Directive:
        if (self.sequence == 1) is not (self.supersedes is None):
            raise ValueError(
                "an order of sequence 1 supersedes nothing, and every later one names the one before"
            )
        return self

    @model_validator(mode="after")
    def _rests_on_something(self) -> Directive:
        if self.basis is None and self.order is not OrderKind.VOLUNTARY_WITHDRAWAL:
            raise ValueError("it lacks its legal basis, which only a voluntary withdrawal does without")
        if bool(self.evidence) is (self.withheld is not None):
            raise ValueError("it names a finding, or says why its evidence is withheld")
        if self.withheld is not None and self.expires - self.effective > timedelta(days=WITHHELD_DAYS):
            raise ValueError(f"with its evidence withheld it lasts {WITHHELD_DAYS} days at most")
        return self

    @model_validator(mode="after")
    def _times_are_in_order(self) -> Directive:
        if not self.effective < self.expires:
            raise ValueError("it expires after it takes effect")
        if not self.effective < self.review <= self.expires:
            raise ValueError("it is reviewed after it takes effect, and before it expires")
        if self.created >= self.expires:
            raise ValueError("it is made before it expires")
        return self

    @model_validator(mode="after")
    def _defines_what_it_uses(self) -> Directive:
        defined = [one.id for one in self.definitions]
        if len(set(defined)) != len(defined):
            raise ValueError("a class of persons is defined twice")
        rules = (*self.scope, *self.exceptions)
        if len({rule.id for rule in rules}) != len(rules):
            raise ValueError("two rules have the same id")
        used = {rule.persons for rule in rules if rule.persons is not None}
        if used != set(defined):
            raise ValueError("each class of persons that a rule uses is defined, and no other")
        if any(rule.reaches_everybody for rule in self.exceptions):
            raise ValueError("an exception for everybody leaves nothing of the order")
        return self

    @model_validator(mode="after")
    def _can_be_seen(self) -> Directive:
        said = [one.claim for one in self.claims]
        if len(set(said)) != len(said):
            raise ValueError("it says twice from whom a claim is believed")
        unsaid = sorted(self.claims_looked_at() - set(said) - {ClaimName.STATUS})
        if unsaid:
            raise ValueError(
                f"it does not say from whom the claim {unsaid[0].value!r} is believed, which rules look at; "
                "a condition that no gateway can see goes into not_enforced"
            )
        if len(set(self.acts)) != len(self.acts):
            raise ValueError("an act stands in it twice")
        return self

    @model_validator(mode="after")
    def _is_bounded(self) -> Directive:
        asked = {one.id: leaves(one.condition) for one in self.definitions}
        used = [rule.persons for rule in (*self.scope, *self.exceptions) if rule.persons is not None]
        if sum(asked[name] for name in used) > MOST_QUESTIONS:
            raise ValueError(
                f"the classes that its rules use ask about at most {MOST_QUESTIONS} claims in all"
            )
        return self

    def claims_looked_at(self) -> frozenset[ClaimName]:
        """Return the claims that its rules look at."""
        rules = (*self.scope, *self.exceptions)
        found = {
            ClaimName.LOCATED_IN: any(rule.destinations for rule in rules),
            ClaimName.ORGANISATION: any(rule.organisations for rule in rules),
            ClaimName.PURPOSE: any(rule.purposes for rule in rules),
        }
        named = frozenset(name for name, used in found.items() if used)
        return named.union(*(claims_of(one.condition) for one in self.definitions))

    def definition(self, name: str) -> PersonClass:
        """Return a class of persons that it defines."""
        return next(one for one in self.definitions if one.id == name)
