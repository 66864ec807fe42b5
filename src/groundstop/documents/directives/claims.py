"""Claims: what a trusted issuer may say of whoever makes a request, and conditions over them.

A condition is data of a closed form. It is true, false or unknown (Kleene's strong three-valued logic):
what nobody attested is unknown, and never false.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from groundstop.documents.base import Identifier, Moment, Part, Text

ClaimValue = Annotated[str, StringConstraints(min_length=1, max_length=200)]
"""One value of a claim: a country, an organisation, a purpose, ``yes`` or ``no``."""

Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
"""ISO 3166-1 alpha-2; ``XA`` to ``XZ`` are free for one's own use."""


class ClaimName(StrEnum):
    """What can be attested of whoever makes a request. A gateway sees it in a token."""

    SUBJECT_TYPE = "subject-type"
    """``natural-person`` or ``organisation``. Not known of a service account: anybody may be behind it."""
    NATIONALITY = "nationality"
    """Countries."""
    PERMANENT_RESIDENCE = "permanent-residence"
    """Countries; ``none`` when it is attested that there is none."""
    PROTECTED_IN = "protected-in"
    """Countries in which the person is a protected individual, such as a refugee; ``none`` for none."""
    INCORPORATED_IN = "incorporated-in"
    """The country of the organisation that asks, or of the one that owns the service account."""
    LOCATED_IN = "located-in"
    """The country that the request comes from, as attested. A location worked out of an address is a hint."""
    ORGANISATION = "organisation"
    """The organisation that the person works for, or that asks."""
    PURPOSE = "purpose"
    STATUS = "status"
    """Yes or no to a named definition, without what it follows from: ``foreign-person:yes``."""


class Assurance(StrEnum):
    """How well an issuer has checked what it attests, from the weakest."""

    ASSERTED = "asserted"
    """The person's own word."""
    LOW = "low"
    SUBSTANTIAL = "substantial"
    HIGH = "high"

    @property
    def rank(self) -> int:
        """The place on the scale, 0 the weakest."""
        return list(Assurance).index(self)


class ClaimIs(Part):
    """True when one of the claim's values is among these; false when it is attested, and none of them is."""

    test: Literal["is"] = "is"
    claim: ClaimName
    any_of: tuple[ClaimValue, ...] = Field(min_length=1, max_length=400)


class AllOf(Part):
    """True when every one is; false as soon as one is."""

    test: Literal["all"] = "all"
    of: tuple[Condition, ...] = Field(min_length=1, max_length=20)


class AnyOf(Part):
    """True as soon as one is; false when every one is."""

    test: Literal["any"] = "any"
    of: tuple[Condition, ...] = Field(min_length=1, max_length=20)


class Not(Part):
    """True when it is false; unknown stays unknown."""

    test: Literal["not"] = "not"
    of: Condition


Condition = Annotated[ClaimIs | AllOf | AnyOf | Not, Field(discriminator="test")]

MOST_DEPTH = 8
"""Conditions inside conditions, at most."""


def depth(condition: Condition) -> int:
    """Return how deep a condition is nested; 1 for a single claim."""
    if isinstance(condition, ClaimIs):
        return 1
    inner = (condition.of,) if isinstance(condition, Not) else condition.of
    return 1 + max(map(depth, inner))


MOST_LEAVES = 200
"""Claims that one condition asks about, at most."""


def leaves(condition: Condition) -> int:
    """Return how many claims a condition asks about, each as often as it does."""
    if isinstance(condition, ClaimIs):
        return 1
    return sum(map(leaves, (condition.of,) if isinstance(condition, Not) else condition.of))


def claims_of(condition: Condition) -> frozenset[ClaimName]:
    """Return the claims that a condition looks at."""
    if isinstance(condition, ClaimIs):
        return frozenset({condition.claim})
    inner = (condition.of,) if isinstance(condition, Not) else condition.of
    return frozenset().union(*map(claims_of, inner))


class PersonClass(Part):
    """A class of persons by a named definition, quoted: who is in it follows from claims."""

    id: Identifier
    revision: int = Field(ge=1)
    text: Text
    """The definition in the words of its source."""
    citation: str = Field(min_length=1, max_length=500)
    source: str = Field(min_length=1, max_length=1000)
    """Where the words are from."""
    as_of: Moment
    """When they were read there."""
    condition: Condition
    """Who is in the class. A claim ``status`` with ``ID:yes`` or ``ID:no`` settles it without."""

    @model_validator(mode="after")
    def _is_bounded(self) -> PersonClass:
        if depth(self.condition) > MOST_DEPTH:
            raise ValueError(f"a condition is nested at most {MOST_DEPTH} deep")
        if leaves(self.condition) > MOST_LEAVES:
            raise ValueError(f"a condition asks about at most {MOST_LEAVES} claims")
        return self


class ClaimNeeded(Part):
    """From whom a claim is believed. What comes from another issuer, or with less, leaves it unknown."""

    claim: ClaimName
    issuers: tuple[Identifier, ...] = ()
    """Issuers by their names at the operator; empty for any that the operator trusts with this claim."""
    assurance: Assurance = Assurance.LOW


AllOf.model_rebuild()
AnyOf.model_rebuild()
Not.model_rebuild()
PersonClass.model_rebuild()
