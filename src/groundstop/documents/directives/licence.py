"""Licences: signed exceptions to a directive, and their revocation."""

from __future__ import annotations

import hashlib
from enum import StrEnum
from typing import ClassVar, Literal

from pydantic import Field, model_validator

from groundstop.documents.base import ContentId, Document, Identifier, Moment, Part, Sha256Hex, Text
from groundstop.documents.canonical import canonical_bytes
from groundstop.documents.directives.claims import ClaimValue
from groundstop.documents.directives.directive import DIRECTIVE_ID, DirectiveId
from groundstop.documents.directives.subject import Act

LicenceId = str
LICENCE_ID = r"^GSL-[0-9]{8}-[0-9a-f]{10}$"


class Staff(StrEnum):
    """Which of an organisation's people a licence is for."""

    NAMED = "named"
    """Those whose commitments stand in it."""
    ALL = "all"
    """Whoever a trusted issuer attests to work for it: naming them is left to the organisation."""


class Holder(Part):
    """Who may. Persons and service accounts are named by commitments: a licence is published."""

    organisation: ClaimValue
    """As the claim ``organisation`` has it."""
    staff: Staff
    salt: Sha256Hex | None = None
    """For the commitments; none when there are none."""
    persons: tuple[Sha256Hex, ...] = Field(default=(), max_length=10_000)
    """See :func:`principal_commitment`."""

    @model_validator(mode="after")
    def _names_whom_it_says(self) -> Holder:
        if (self.staff is Staff.NAMED) is not bool(self.persons):
            raise ValueError("a licence names persons when it is for named staff, and only then")
        if (self.salt is None) is bool(self.persons):
            raise ValueError("commitments have a salt")
        return self


class QuotaPeriod(StrEnum):
    """Over what a quota counts."""

    DAY = "day"
    """UTC days."""
    TOTAL = "total"


class Quota(Part):
    """Requests that a licence is good for, at each gateway."""

    requests: int = Field(ge=1)
    per: QuotaPeriod


class Licence(Document):
    """An exception to a directive: for whom, which models and acts, for what, how often and until when."""

    title: ClassVar[str] = "Licence"
    kind: Literal["licence"] = "licence"
    version: Literal[1] = 1
    id: LicenceId = Field(pattern=LICENCE_ID)
    sequence: int = Field(ge=1)
    supersedes: ContentId | None
    issuer: Identifier
    """The authority that issued the directive."""
    created: Moment
    directive: DirectiveId = Field(pattern=DIRECTIVE_ID)
    holder: Holder
    models: tuple[Identifier, ...] = ()
    """Labels in the directive's subject; empty for all of them."""
    acts: tuple[Act, ...] = Field(min_length=1)
    purposes: tuple[ClaimValue, ...] = ()
    """Attested purposes; empty for any."""
    quota: Quota | None = None
    conditions: tuple[Text, ...] = ()
    """What the holder takes on; enforced by nothing here."""
    effective: Moment
    expires: Moment
    grace_s: int = Field(default=0, ge=0, le=86_400)
    """Seconds for which it holds beyond the moment at which a gateway that hears nothing is stale."""

    @model_validator(mode="after")
    def _ordered(self) -> Licence:
        if (self.sequence == 1) is not (self.supersedes is None):
            raise ValueError(
                "a licence of sequence 1 supersedes nothing, and every later one names the one before"
            )
        if not self.effective < self.expires:
            raise ValueError("a licence ends after it begins")
        return self


class LicenceRevocation(Document):
    """A licence ends now. It takes a right away, so one authorised key is enough."""

    title: ClassVar[str] = "Licence revocation"
    kind: Literal["licence-revocation"] = "licence-revocation"
    version: Literal[1] = 1
    licence: LicenceId = Field(pattern=LICENCE_ID)
    issuer: Identifier
    created: Moment
    reason: str = Field(min_length=1, max_length=500)


def principal_commitment(salt: str, issuer: str, name: str) -> str:
    """Return what stands in a licence for a person or a service account.

    Args:
        salt: The licence's salt, 64 hexadecimal digits.
        issuer: The token issuer, by its name at the operator.
        name: How the issuer calls the person: the token's ``sub``.

    Returns:
        SHA-256, in hexadecimal, of the canonical JSON array of the three.
    """
    return hashlib.sha256(canonical_bytes([salt, issuer, name])).hexdigest()
