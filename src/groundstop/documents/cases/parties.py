"""Who takes part in a case: roles, keys, identities that are withheld, and interests that are declared."""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field, model_validator

from groundstop.documents.base import Identifier, Moment, Part, Sha256Hex
from groundstop.documents.keys import KeyCard


class Role(StrEnum):
    """What a party is in a case."""

    REPORTER = "reporter"
    DEVELOPER = "developer"
    AUTHORITY = "authority"
    COORDINATOR = "coordinator"
    OPERATOR = "operator"
    CORROBORATOR = "corroborator"
    """An independent party that reruns a finding or verifies a fix."""
    PUBLIC = "public"


class WithheldIdentity(Part):
    """Who a party is, committed to and not told; whoever holds it in escrow can tell."""

    commitment: Sha256Hex
    """SHA-256 of a salt of 32 random bytes and the identity in UTF-8."""
    held_by: Identifier
    """The party that can open it."""


class PartyEntry(Part):
    """A party as it is named in a case."""

    name: Identifier
    """As on its key card; for an identity that is withheld, a pseudonym."""
    role: Role
    card: KeyCard | None = None
    """None while nobody knows a key of this party: it can say nothing in the case."""
    withheld: WithheldIdentity | None = None

    @model_validator(mode="after")
    def _card_is_its_own(self) -> PartyEntry:
        if self.card is not None and self.card.name != self.name:
            raise ValueError("the key card is of another name than the party")
        return self


class InterestKind(StrEnum):
    """What a person or an organisation has to gain or to lose."""

    EQUITY = "equity"
    BOARD = "board"
    RESELLER = "reseller"
    SUPPLIER = "supplier"
    CUSTOMER = "customer"
    COMPETITOR = "competitor"
    LITIGATION = "litigation"
    TRADING_POSITION = "trading position"
    GOVERNMENT_CONTRACT = "government contract"
    FAMILY = "family"
    NONE = "none"


class Holder(StrEnum):
    """Whose interest it is."""

    ORGANISATION = "organisation"
    PERSON = "person"
    """Somebody of the party; a name is not asked for."""


class Interest(Part):
    """One interest, or the word that there is none."""

    kind: InterestKind
    of: Holder
    in_party: Identifier | None = None
    """The party of the case that it is an interest in; none for "none"."""
    since: Moment | None = None
    until: Moment | None = None
    """None: it lasts."""
    detail: str | None = Field(default=None, max_length=1000)

    @model_validator(mode="after")
    def _says_in_whom(self) -> Interest:
        if (self.kind is InterestKind.NONE) is not (self.in_party is None):
            raise ValueError("an interest is in a party, and none is in nobody")
        if self.since and self.until and self.until <= self.since:
            raise ValueError("an interest ends after it begins")
        return self
