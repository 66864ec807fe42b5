"""What stands: the orders, licences and lifts that an operator obeys, folded from signed documents."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from groundstop.documents.directives import (
    Act,
    Charter,
    Directive,
    Licence,
    LicenceRevocation,
    Lift,
    Obeyed,
    Override,
    Stop,
)


@dataclass(frozen=True, slots=True)
class Published:
    """What an authority has published: its charter, and every envelope of it that was ever verified."""

    charter: Charter
    envelopes: tuple[Mapping[str, Any], ...]
    obeyed: Obeyed
    """How far the operator obeys this authority."""


@dataclass(frozen=True, slots=True)
class LicenceInForce:
    """A licence under an order."""

    licence: Licence
    digest: str
    """Its content id."""
    revoked: LicenceRevocation | None
    ends: datetime | None = None
    """When a later sequence takes its place; none when there is none, and it ends at its expiry."""


@dataclass(frozen=True, slots=True)
class OrderInForce:
    """A directive that has been accepted: it applies from when it is effective until it ends."""

    directive: Directive
    content: str
    signers: tuple[str, ...]
    """Names of the keys that signed."""
    ends: datetime
    """Its expiry; earlier when no quorum has ratified it, or an amendment takes its place."""
    ratified: bool
    """Whether a quorum has signed it."""
    acts: frozenset[Act]
    """The acts it covers, of those in which its issuer is obeyed."""
    licences: tuple[LicenceInForce, ...]
    lifts: tuple[Lift, ...]
    """Of this very content."""
    override: Override | None
    """The operator's last word on this very content."""
    hold: Override | None = None
    """What the operator said before to keep it, when the last word is not to enforce it for a while."""


@dataclass(frozen=True, slots=True)
class StopInForce:
    """A stop that has been accepted."""

    stop: Stop
    content: str
    signers: tuple[str, ...]
    lift: Lift | None
    acts: frozenset[Act] = frozenset(Act)
    """Those in which its issuer is obeyed."""


@dataclass(frozen=True, slots=True)
class RefusedDocument:
    """A document that does not count, and why. It is shown, and never dropped."""

    digest: str
    """Of its envelope."""
    authority: str
    what: str
    """Its kind and id, as far as they could be read."""
    why: str


@dataclass(frozen=True, slots=True)
class Orders:
    """All that stands, whatever the time."""

    orders: tuple[OrderInForce, ...]
    """Sorted by id and sequence."""
    stops: tuple[StopInForce, ...]
    history: tuple[Directive, ...]
    """Sequences that an amendment has taken the place of."""
    refused: tuple[RefusedDocument, ...]
    notes: tuple[str, ...]
    """What the operator should look at: authorities that contradict each other, names that two models share,
    licences that have no order."""
