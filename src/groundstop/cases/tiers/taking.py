"""The one way from a case to what is told of it: every field is asked for by name, and the table decides."""

from __future__ import annotations

from typing import TypeVar

from groundstop.cases.state import CaseState, PartyState
from groundstop.cases.tiers.table import TierTable, reaches
from groundstop.documents.cases import Role, Tier

T = TypeVar("T")

_ROLE_WORDS = {
    Role.REPORTER: "reporter",
    Role.DEVELOPER: "developer",
    Role.AUTHORITY: "authority",
    Role.COORDINATOR: "coordinator",
    Role.OPERATOR: "operator",
    Role.CORROBORATOR: "independent evaluator",
    Role.PUBLIC: "member of the public",
}

OUTSIDE = "somebody outside the case"
"""How one who is no party of the case is called where parties are not all named."""


class Taking:
    """Takes fields for a tier, and gives none where the tier may not have them.

    Args:
        tier: For whom.
        table: What each tier may have.
        state: The case, for the names of its parties.
    """

    def __init__(self, tier: Tier, table: TierTable, state: CaseState) -> None:
        self.tier = tier
        self._table = table
        self._called = _called(tier, table, state)

    def may(self, form: type[object], *fields: str) -> bool:
        """Tell whether the tier has all of some fields of a form."""
        return all(reaches(self.tier, self._table.tier_of(form, field)) for field in fields)

    def one(self, holder: object, field: str, kind: type[T]) -> T | None:
        """Return a field's value; none where it has none, or the tier may not have it.

        Raises:
            LookupError: The table lacks the field, or it holds a party's name.
            TypeError: The value is not of that kind.
        """
        value = self._take(holder, field)
        if value is None or isinstance(value, kind):
            return value
        raise TypeError(f"{type(holder).__name__}.{field} is not of the kind {kind.__name__}")

    def sure(self, holder: object, field: str, kind: type[T]) -> T:
        """Return the value of a field that the tier has, and that is never none.

        Raises:
            LookupError: The table lacks the field, it has no value, or the tier may not have it.
            TypeError: The value is not of that kind.
        """
        value = self.one(holder, field, kind)
        if value is None:
            raise LookupError(
                f"{type(holder).__name__}.{field} is asked for, and {self.tier} does not have it"
            )
        return value

    def number(self, holder: object, field: str) -> float | None:
        """Return a field's number; see :meth:`one`."""
        value = self._take(holder, field)
        if value is None or (isinstance(value, int | float) and not isinstance(value, bool)):
            return value
        raise TypeError(f"{type(holder).__name__}.{field} is no number")

    def many(self, holder: object, field: str, kind: type[T]) -> tuple[T, ...]:
        """Return a field's values; none of them where the tier may not have it. See :meth:`one`."""
        values = self._take(holder, field)
        if values is None:
            return ()
        if isinstance(values, tuple) and all(isinstance(value, kind) for value in values):
            return values
        raise TypeError(f"{type(holder).__name__}.{field} is no list of the kind {kind.__name__}")

    def name(self, holder: object, field: str) -> str | None:
        """Return what the party is called whose name a field holds."""
        value = self._take(holder, field, named=True)
        return None if value is None else self.called(str(value))

    def names(self, holder: object, field: str) -> tuple[str, ...]:
        """Return what the parties are called whose names a field holds."""
        values = self._take(holder, field, named=True)
        return tuple(self.called(str(value)) for value in values) if isinstance(values, tuple) else ()

    def holds(self, holder: object, field: str) -> bool:
        """Tell whether a field has a value, whatever the tier. That it has one is told; the value is not."""
        self._table.tier_of(type(holder), field)
        return getattr(holder, field) is not None

    def is_named(self, party: PartyState) -> bool:
        """Tell whether a party is called by its name."""
        return self._called[party.name] == party.name

    def called(self, name: str) -> str:
        """Return what somebody is called: by name, or by role."""
        return self._called.get(name) or (name if reaches(self.tier, Tier.BRIEF) else OUTSIDE)

    def _take(self, holder: object, field: str, *, named: bool = False) -> object:
        form = type(holder)
        least = self._table.tier_of(form, field)
        if self._table.holds_a_name(form, field) is not named:
            raise LookupError(
                f"{form.__name__}.{field} is taken in the wrong way: it is about a party's name"
            )
        return getattr(holder, field) if reaches(self.tier, least) else None


def _called(tier: Tier, table: TierTable, state: CaseState) -> dict[str, str]:
    """Return what each party is called at a tier."""
    named: dict[str, str] = {}
    unnamed: dict[Role, list[str]] = {}
    for party in state.parties:
        hidden = party.withheld is not None and not reaches(tier, Tier.BRIEF)
        if reaches(tier, table.roles[party.role]) and not hidden:
            named[party.name] = party.name
        else:
            unnamed.setdefault(party.role, []).append(party.name)
    for role, names in unnamed.items():
        word = _ROLE_WORDS[role]
        alone = len(names) == 1 and len(state.of_role(role)) == 1
        for number, name in enumerate(names, start=1):
            named[name] = f"the {word}" if alone else f"{word} {number}"
    return named
