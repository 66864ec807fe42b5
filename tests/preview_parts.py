"""Who uses a model, for previews: a described population, and the same people in a decision log."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from groundstop.directives.previewing import Setting
from groundstop.documents.directives import (
    Act,
    Asked,
    Assurance,
    AttestedClaim,
    ClaimName,
    Population,
    PopulationGroup,
    RecordedRequest,
)
from tests.directive_parts import HOME, a_licence, at

ABROAD = "XB"
MODEL = "desk-helper"
SALT = b"a salt for tests"


def claim(name: ClaimName, *values: str, **changes: Any) -> AttestedClaim:
    """Return what an issuer that checks has attested."""
    settled: dict[str, Any] = {"issuer": "civic-register", "assurance": Assurance.HIGH, **changes}
    return AttestedClaim(claim=name, values=values, **settled)


def person(nationality: str, residence: str = "none", protected: str = "none") -> tuple[AttestedClaim, ...]:
    """Return the claims of a natural person."""
    return (
        claim(ClaimName.SUBJECT_TYPE, "natural-person"),
        claim(ClaimName.NATIONALITY, nationality),
        claim(ClaimName.PERMANENT_RESIDENCE, residence),
        claim(ClaimName.PROTECTED_IN, protected),
        claim(ClaimName.INCORPORATED_IN, HOME),
    )


CITIZEN = person(HOME)
RESIDENT = person(ABROAD, HOME)
FOREIGNER = person(ABROAD)
STAFF = (*FOREIGNER, claim(ClaimName.ORGANISATION, "hazel-defence"))
"""Of the organisation that a licence is for."""
NOBODY: tuple[AttestedClaim, ...] = ()


def asked(claims: Sequence[AttestedClaim] = (), **changes: Any) -> Asked:
    """Return what was asked of the model that the sample order is about."""
    values: dict[str, Any] = {"model": MODEL, "provider": "elm", "claims": tuple(claims)}
    return Asked(**{**values, **changes})


def group(
    name: str, users: int, requests: int, claims: Sequence[AttestedClaim], **changes: Any
) -> PopulationGroup:
    """Return users who are alike."""
    surface = changes.pop("surface", "proxy")
    return PopulationGroup(
        name=name, users=users, requests=requests, surface=surface, asked=asked(claims, **changes)
    )


def a_population(*more: PopulationGroup) -> Population:
    """Return the users of a desk: most of them lawful, some in the class, some of whom nothing is known."""
    return Population(
        described="Last month's accounts of a desk.",
        groups=(
            group("citizens", 900, 9000, CITIZEN),
            group("residents", 50, 400, RESIDENT),
            group("foreigners", 30, 250, FOREIGNER),
            group("licensed-staff", 4, 80, STAFF),
            group("without-claims", 20, 100, NOBODY),
            group("other-desk", 70, 700, FOREIGNER, model="desk-clerk"),
            *more,
        ),
    )


def recorded(number: int, claims: Sequence[AttestedClaim] = (), **changes: Any) -> RecordedRequest:
    """Return a recorded request, some minutes after the sample order takes effect.

    Args:
        number: The minute.
        claims: Of whoever asked.
        changes: Other fields: those of the request, or ``surface``, ``status`` and ``at``.
    """
    own: dict[str, Any] = {one: changes.pop(one) for one in ("surface", "at", "status") if one in changes}
    values: dict[str, Any] = {"at": at(0) + timedelta(minutes=number), "status": 200, **own}
    return RecordedRequest(asked=asked(claims, **changes), **values)


def a_log() -> list[RecordedRequest]:
    """Return the same kinds of people in a log: seven users and a request by nobody knows whom."""
    named = {"principal_issuer": "civic-register"}
    return [
        *(recorded(number, CITIZEN, principal=f"c{number % 3}", **named) for number in range(9)),
        *(recorded(number, FOREIGNER, principal=f"f{number % 2}", **named) for number in range(9, 14)),
        recorded(14, STAFF, principal="s1", **named),
        recorded(15, NOBODY, principal="u1", **named),
        recorded(16, NOBODY),
        recorded(17, CITIZEN, principal="c0", model="desk-clerk", **named),
        recorded(18, CITIZEN, principal="c1", act=Act.DOWNLOAD, **named),
    ]


def a_setting(**changes: Any) -> Setting:
    """Return what the sample order is previewed against: an hour before it takes effect, with a licence."""
    values: dict[str, Any] = {
        "now": at(-1),
        "salt": SALT,
        "licences": (a_licence(effective=at(-1), created=at(-1)),),
    }
    return Setting(**{**values, **changes})
