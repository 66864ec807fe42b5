"""Licences under an order, compiled: whose they are, and whether they help."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from operator import attrgetter
from typing import NamedTuple

from groundstop.directives.conditions import Accepted, accepted_for_licences
from groundstop.directives.facts import Facts, Principal
from groundstop.directives.orders import LicenceInForce, OrderInForce
from groundstop.documents.directives import Act, ClaimName, Staff, principal_commitment
from groundstop.errors import DocumentError


class Held(NamedTuple):
    """A licence of whoever asks."""

    licence: str | None
    """None when there is none."""
    failed: str | None
    """Why it does not help; none when it does, or there is none."""


class Grant(NamedTuple):
    """A licence."""

    id: str
    helps: Held
    """What is said of it when it helps."""
    organisation: str
    salt: str | None
    """Of the commitments of named staff; none when it is for all staff."""
    persons: frozenset[str]
    models: frozenset[str]
    """Labels of those it is for; empty for all of the order."""
    acts: frozenset[Act]
    purposes: frozenset[str]
    begins: float
    ends: float
    outlasts: float
    """Seconds of silence that it outlasts."""
    quota: int | None
    revoked: bool

    def names(self, principal: Principal) -> bool:
        """Tell whether it names somebody."""
        return self.salt is not None and commitment_of(self.salt, principal) in self.persons

    def covers(self, label: str) -> bool:
        """Tell whether it is for a model."""
        return not self.models or label in self.models

    def over(self, at: float, silent: float) -> str | None:
        """Return why it does not hold at a time, after so many seconds of silence; none when it does."""
        if self.revoked:
            return "it was revoked"
        if not at >= self.begins:
            return "it has not begun"
        if not at < self.ends:
            return "it has ended"
        if not silent <= self.outlasts:
            return "nothing was heard for longer than it outlasts"
        return None

    def fails(self, facts: Facts, label: str, accepted: Accepted, at: float) -> str | None:
        """Return why it does not help with a request, though it holds; none when it does.

        Args:
            facts: Of the request.
            label: The model that is asked for, as the order calls it.
            accepted: Which attestations of a purpose count.
            at: The time.
        """
        if not self.covers(label):
            return "it is not for this model"
        if facts.act not in self.acts:
            return f"it does not cover the act {facts.act}"
        if self.purposes:
            purposes = accepted.values_in(facts.claims, ClaimName.PURPOSE, at)
            if not purposes:
                return "the purpose of the request is not attested"
            if self.purposes.isdisjoint(purposes):
                return "it is for another purpose"
        if self.quota is not None and not facts.used.get(self.id, 0) < self.quota:
            return "its quota is used up"
        return None


NONE_HELD = Held(None, None)
"""Nothing at all."""

_ORGANISATION = ClaimName.ORGANISATION
_BY_ID = attrgetter("id", "ends")


MOST_PRINCIPALS = 4096
"""Of whom is remembered which licences name them: to work it out takes a digest for each licence."""


class Grants:
    """The licences under an order.

    Args:
        order: The order.
        floor: No licence holds that has ended by this time, whatever the clock says.
    """

    def __init__(self, order: OrderInForce, floor: float) -> None:
        grants = sorted((grant_of(one, order, floor) for one in order.licences), key=_BY_ID)
        self._for_all: dict[str, list[Grant]] = {}
        for one in grants:
            if one.salt is None:
                self._for_all.setdefault(one.organisation, []).append(one)
        by_name = tuple(one for one in grants if one.salt is not None)

        @lru_cache(maxsize=MOST_PRINCIPALS)
        def naming(principal: Principal) -> tuple[Grant, ...]:
            return tuple(one for one in by_name if one.names(principal))

        self._naming = naming if by_name else None
        self._organisation = accepted_for_licences(order.directive, ClaimName.ORGANISATION)
        self._purpose = accepted_for_licences(order.directive, ClaimName.PURPOSE)

    def held(self, facts: Facts, label: str, at: float, silent: float, *, for_licensees: bool) -> Held:
        """Return a licence of whoever asks: one that helps, else the first that does not.

        Args:
            facts: Of the request.
            label: The model that is asked for, as the order calls it.
            at: The time.
            silent: Seconds since something was heard.
            for_licensees: Whether the order is lifted for licensees: then any licence helps that holds.
        """
        first = NONE_HELD
        for one in self._of(facts, at):
            failed = one.over(at, silent)
            if failed is None and not for_licensees:
                failed = one.fails(facts, label, self._purpose, at)
            if failed is None:
                return one.helps
            if first is NONE_HELD:
                first = Held(one.id, failed)
        return first

    def _of(self, facts: Facts, at: float) -> Sequence[Grant]:
        organisations = self._organisation.values_in(facts.claims, _ORGANISATION, at)
        named: Sequence[Grant] = ()
        if self._naming is not None and facts.principal is not None:
            named = self._naming(facts.principal)
        if not organisations:
            return named
        # Whoever is attested to work elsewhere is not the staff of this holder, though it names them.
        found = [one for one in named if one.organisation in organisations]
        for name in organisations:
            found += self._for_all.get(name, ())
        found.sort(key=_BY_ID)
        return found


def commitment_of(salt: str, principal: Principal) -> str | None:
    """Return a principal's commitment; none for a name that has no canonical form, and so none."""
    try:
        return principal_commitment(salt, principal.issuer, principal.name)
    except DocumentError:
        return None


def grant_of(one: LicenceInForce, order: OrderInForce, floor: float) -> Grant:
    """Compile a licence under an order; see :class:`Grants`."""
    licence = one.licence
    ends = (licence.expires if one.ends is None else min(one.ends, licence.expires)).timestamp()
    return Grant(
        id=licence.id,
        helps=Held(licence.id, None),
        organisation=licence.holder.organisation,
        salt=licence.holder.salt if licence.holder.staff is Staff.NAMED else None,
        persons=frozenset(licence.holder.persons),
        models=frozenset(licence.models),
        acts=frozenset(licence.acts),
        purposes=frozenset(licence.purposes),
        begins=licence.effective.timestamp(),
        ends=-math.inf if floor >= ends else ends,
        outlasts=order.directive.silence.stale_after_s + licence.grace_s,
        quota=None if licence.quota is None else licence.quota.requests,
        revoked=one.revoked is not None,
    )
