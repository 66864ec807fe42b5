"""Who calls the demo's desk: invented people, of every kind that an order must tell apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from groundstop.documents.directives import Population, PopulationGroup

DEFENDER = "lantern-defence"
HOME, ABROAD = "XA", "XB"
DESK, PROVIDER = "help-desk", "embedded"
_LOGIN = "county-login"
"""The token issuer that the operator trusts, by its name there."""


def population_of_the_desk() -> Population:
    """Return who calls the desk: invented numbers, of every kind that an order must tell apart."""
    from groundstop.documents.directives import ClaimName as Name
    from groundstop.documents.directives import Population

    person: dict[str, str] = {Name.SUBJECT_TYPE: "natural-person"}
    none: dict[str, str] = {Name.PERMANENT_RESIDENCE: "none", Name.PROTECTED_IN: "none"}
    foreign: dict[str, str] = {**person, Name.NATIONALITY: ABROAD, **none}
    return Population(
        described="Invented for the demonstration.",
        groups=(
            _group("citizens", 640, {**person, Name.NATIONALITY: HOME}),
            _group("permanent-residents", 90, {**foreign, Name.PERMANENT_RESIDENCE: HOME}),
            _group("foreign-callers", 120, foreign),
            _group("defenders-abroad", 12, {**foreign, Name.ORGANISATION: DEFENDER}),
            _group("home-companies", 25, {Name.SUBJECT_TYPE: "organisation", Name.INCORPORATED_IN: HOME}),
            _group("foreign-companies", 8, {Name.SUBJECT_TYPE: "organisation", Name.INCORPORATED_IN: ABROAD}),
            _group("status-only", 60, {Name.STATUS: "foreign-person:no"}),
            _group("nobody-knows", 45, {}),
        ),
    )


def _group(name: str, users: int, claims: dict[str, str]) -> PopulationGroup:
    from groundstop.documents.directives import (
        Asked,
        Assurance,
        AttestedClaim,
        ClaimName,
        PopulationGroup,
    )

    attested = tuple(
        AttestedClaim(claim=ClaimName(claim), values=(value,), issuer=_LOGIN, assurance=Assurance.SUBSTANTIAL)
        for claim, value in claims.items()
    )
    asked = Asked(model=DESK, provider=PROVIDER, claims=attested)
    return PopulationGroup(name=name, users=users, requests=users * 10, asked=asked)
