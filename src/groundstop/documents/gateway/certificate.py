"""The enforcement certificate: for each gateway of a fleet, what shows that an order is enforced there."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, ClassVar, Literal

from pydantic import Field, model_validator

from groundstop.documents.base import ContentId, Document, Identifier, Moment, Part, Sha256Hex, Text
from groundstop.documents.gateway.fleet import UnreachableCopy
from groundstop.documents.gateway.probing import ProbeCounts
from groundstop.documents.keys import KeyCard


class Lack(StrEnum):
    """What is missing of a gateway's proof."""

    NOT_ACKNOWLEDGED = "not-acknowledged"
    """No acknowledgement by its key has this order."""
    SILENT = "silent"
    """Its acknowledgement is too old, or had heard nothing for too long."""
    DEPARTS = "departs"
    """Its operator departs from the order by an override."""
    CLOSED = "closed"
    """It is closed to everybody: it enforces, and lawful users are cut off."""
    NOT_PROBED = "not-probed"
    """No report of probes about its key was made after it acknowledged."""
    NOT_ALL_CALLERS = "not-all-callers"
    """Nobody probed it as somebody whom the order keeps out, or as somebody whom it does not reach."""
    LEAKS = "leaks"
    CUTS_OFF = "cuts-off"
    UNREACHABLE = "unreachable"
    UNPROVED = "unproved"


class SeenAcknowledgement(Part):
    """The acknowledgement that counts: a gateway's last."""

    envelope: ContentId
    """Its digest."""
    first: ContentId
    """The digest of the first at hand since which every one has the order; the same where there is one."""
    since: Moment
    """When that was made: probes count from then on."""
    created: Moment
    table: ContentId
    heard: Moment | None
    workers: int = Field(ge=1)


class SeenProbes(Part):
    """The report of probes that counts."""

    envelope: ContentId
    prober: Identifier
    began: Moment
    created: Moment
    counts: ProbeCounts


class GatewayProof(Part):
    """What there is of one gateway."""

    name: Identifier
    key_id: Sha256Hex
    acknowledged: SeenAcknowledgement | None
    """None when it acknowledged nothing that has the order."""
    probed: SeenProbes | None
    lacks: tuple[Lack, ...]
    """Empty when it is proved."""


class CertificateCounts(Part):
    """How many of the fleet."""

    registered: int = Field(ge=1)
    acknowledged: int = Field(ge=0)
    probed: int = Field(ge=0)
    proved: int = Field(ge=0)
    """Gateways that lack nothing."""
    leaks: int = Field(ge=0)
    """Probes that were served though the order keeps them out."""
    cut_off: int = Field(ge=0)
    unreachable_copies: int = Field(ge=0)
    """Copies that nobody can withdraw; a kind of which nobody knows how many counts as one."""


class Allowed(Part):
    """How old what it rests on may be."""

    acknowledged_h: float = Field(default=25.0, gt=0, le=24 * 366)
    """Hours since the acknowledgement was made: a gateway makes one a day, and one at each change."""
    probed_h: float = Field(default=24.0, gt=0, le=24 * 366)
    """Hours since the last probe."""
    unheard_s: float = Field(default=3600.0, gt=0, le=604_800)
    """Seconds for which a gateway may have heard nothing when it acknowledged."""


class EnforcementCertificate(Document):
    """Whether an order is enforced at every gateway of a fleet: complete, or what is missing, by name."""

    title: ClassVar[str] = "Enforcement certificate"
    kind: Literal["enforcement-certificate"] = "enforcement-certificate"
    version: Literal[1] = 1
    operator: Identifier
    created: Moment
    fleet: ContentId
    """The digest of the fleet's envelope."""
    order: str = Field(max_length=64)
    issuer: Identifier
    content: ContentId
    allowed: Allowed
    complete: bool
    counts: CertificateCounts
    gateways: tuple[GatewayProof, ...] = Field(min_length=1, max_length=10_000)
    """In the fleet's order."""
    unreachable: tuple[UnreachableCopy, ...] = ()
    """As the fleet has them. They do not make it incomplete: nobody can withdraw them."""
    limits: tuple[Text, ...] = ()
    """What it does not say."""

    @model_validator(mode="after")
    def _follows(self) -> EnforcementCertificate:
        if self.complete is any(one.lacks for one in self.gateways):
            raise ValueError("it is complete when no gateway lacks anything, and only then")
        if self.counts.registered != len(self.gateways):
            raise ValueError("it counts other gateways than it has")
        return self


class CertificateFile(Document):
    """A certificate with all that it rests on, for whoever checks it without asking anyone."""

    title: ClassVar[str] = "Certificate file"
    kind: Literal["certificate-file"] = "certificate-file"
    version: Literal[1] = 1
    certificate: dict[str, Any]
    """The signed envelope of the certificate."""
    fleet: dict[str, Any]
    """Of the fleet."""
    order: dict[str, Any]
    """Of the directive or stop."""
    acknowledgements: tuple[dict[str, Any], ...] = Field(default=(), max_length=20_000)
    """Of those that count; each gateway's last, and the first that has the order."""
    probes: tuple[dict[str, Any], ...] = Field(default=(), max_length=10_000)
    keys: tuple[KeyCard, ...] = Field(max_length=1000)
    """Cards of the operator, of probers, and of whoever signed the order: believed by whoever trusts them."""
