"""What a decision says: yes or no, and everything that it rests on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from groundstop.documents.directives import Alternative, Appeal, ClaimName, InFlight, OrderKind, Override


class Ground(StrEnum):
    """Why a request is let through or kept out."""

    NO_ORDER = "no order"
    OUTSIDE = "outside the scope"
    EXCEPTED = "excepted"
    LICENSED = "licensed"
    UNKNOWN_ALLOWED = "claims unknown, which the order lets through"
    OVERRIDDEN = "overridden by the operator"
    IN_SCOPE = "in the scope"
    UNKNOWN = "claims unknown"
    DARK = "nothing heard for too long"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class OrderInfo:
    """What is told of the order that decided."""

    id: str
    sequence: int
    content: str
    """The content id of the directive or stop."""
    issuer: str
    kind: OrderKind | None
    """None for a stop."""
    until: datetime
    """When it ends by itself: its expiry, or that of a denial that no quorum has ratified."""
    alternatives: tuple[Alternative, ...]
    fallback: bool
    in_flight: InFlight
    appeal: Appeal | None
    message: str
    more: str | None
    departs: Override | None = None
    """How the operator departs from it, in its own name; none when it does not."""


class ClaimUsed(NamedTuple):
    """A claim that the decision rests on."""

    claim: ClaimName
    issuer: str


class Decision(NamedTuple):
    """What is decided of a request. A tuple, not a dataclass: one is made for each request."""

    allowed: bool
    ground: Ground
    order: OrderInfo | None
    """The order that decided; none when there is no order about the model."""
    rule: str | None
    """The rule of its scope, or its exception, that decided."""
    claims: tuple[ClaimUsed, ...]
    missing: tuple[ClaimName, ...]
    """Claims that would have settled it."""
    licence: str | None
    """The licence that was used, or that was at hand and could not be: see ``licence_failed``."""
    licence_failed: str | None
    """Why a licence of this principal did not help; none when it did, or there is none."""
    guards: tuple[str, ...]
    """Virtual patches, by their directives' ids, that must pass before the request goes on."""
    others: tuple[str, ...]
    """Other orders that keep the request out too."""
    table: str
    """The digest of what was decided by: every order, licence, lift and override in it."""
    licences: str
    """The digest of the licence list alone."""
