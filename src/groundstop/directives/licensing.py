"""Granting licences: who gets one, and why it would be good for nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from groundstop.documents.directives import (
    Act,
    Directive,
    Holder,
    Licence,
    OrderKind,
    Quota,
    Staff,
    principal_commitment,
)
from groundstop.errors import InputError


@dataclass(frozen=True, slots=True)
class Named:
    """A person or a service account, as a token issuer calls it."""

    issuer: str
    name: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a licence is to be for."""

    organisation: str
    staff: tuple[Named, ...] = ()
    """Empty for all staff of the organisation."""
    models: tuple[str, ...] = ()
    """Labels in the order's subject; empty for all."""
    acts: tuple[Act, ...] = ()
    """Empty for all acts of the order."""
    purposes: tuple[str, ...] = ()
    quota: Quota | None = None
    conditions: tuple[str, ...] = ()
    grace_s: int = 0
    effective: datetime | None = None
    """None for at once."""
    expires: datetime | None = None
    """None for as long as the order lasts."""


def new_licence(
    directive: Directive, wanted: Wanted, *, licence_id: str, salt: str, now: datetime
) -> Licence:
    """Make a licence under an order.

    Args:
        directive: The order, as it stands.
        wanted: What the licence is to be for.
        licence_id: The licence's id.
        salt: 64 random hexadecimal digits, for the commitments to its staff.
        now: The moment.

    Returns:
        The licence, not signed yet.

    Raises:
        InputError: It would be good for nothing: the order names no such model or act, has ended when the
            licence begins, or lets everybody use the model anyway.
    """
    labels = {model.label for model in directive.subject.models}
    if unknown := sorted(set(wanted.models) - labels):
        raise InputError(
            f"The order {directive.id} names no model {unknown[0]!r}, so there is nothing to license",
            f"Choose among: {', '.join(sorted(labels))}",
        )
    if unknown := sorted(act.value for act in set(wanted.acts) - set(directive.acts)):
        raise InputError(
            f"The order {directive.id} does not forbid {unknown[0]!r}, so there is nothing to license",
            f"Choose among: {', '.join(act.value for act in directive.acts)}",
        )
    if directive.order is OrderKind.VIRTUAL_PATCH:
        raise InputError(
            f"The order {directive.id} is a virtual patch, which leaves its models open to all",
            "No licence is needed",
        )
    begins, ends = wanted.effective or now, wanted.expires or directive.expires
    if not begins < ends or begins >= directive.expires:
        raise InputError(
            f"The licence would be from {begins:%Y-%m-%d} to {ends:%Y-%m-%d}, and the order lasts until "
            f"{directive.expires:%Y-%m-%d}",
            "Choose dates within the order's",
        )
    named = wanted.staff
    return Licence(
        id=licence_id,
        sequence=1,
        supersedes=None,
        issuer=directive.issuer,
        created=now,
        directive=directive.id,
        holder=Holder(
            organisation=wanted.organisation,
            staff=Staff.NAMED if named else Staff.ALL,
            salt=salt if named else None,
            persons=tuple(sorted({principal_commitment(salt, one.issuer, one.name) for one in named})),
        ),
        models=wanted.models,
        acts=wanted.acts or directive.acts,
        purposes=wanted.purposes,
        quota=wanted.quota,
        conditions=wanted.conditions,
        effective=begins,
        expires=ends,
        grace_s=wanted.grace_s,
    )
