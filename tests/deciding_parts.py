"""Persons, and what is decided of them by what the sample authority has published."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from groundstop.directives.compiling import compile_table
from groundstop.directives.deciding import decide
from groundstop.directives.decision import Decision
from groundstop.directives.definitions import definition
from groundstop.directives.facts import Attested, Facts
from groundstop.directives.folding import fold
from groundstop.directives.orders import Orders, Published
from groundstop.documents.directives import (
    Assurance,
    ClaimName,
    ClaimNeeded,
    Directive,
    Override,
    Rule,
    claims_of,
)
from tests.directive_parts import HOME, a_directive, at, published

Claims = Mapping[ClaimName, Attested]


def attested(
    *values: str, issuer: str = "civil-registry", assurance: int = 2, until: float = math.inf
) -> Attested:
    """Return what a trusted issuer attests."""
    return Attested(frozenset(values), issuer, assurance, until)


CITIZEN: Claims = {
    ClaimName.SUBJECT_TYPE: attested("natural-person"),
    ClaimName.NATIONALITY: attested("XA"),
}
FOREIGN: Claims = {
    ClaimName.SUBJECT_TYPE: attested("natural-person"),
    ClaimName.NATIONALITY: attested("XB"),
    ClaimName.PERMANENT_RESIDENCE: attested("none"),
    ClaimName.PROTECTED_IN: attested("none"),
}
LICENSEE: Claims = {**FOREIGN, ClaimName.ORGANISATION: attested("hazel-defence")}
UNKNOWN: Claims = {}


def restricted(number: int = 1, **changes: Any) -> Directive:
    """Return an order that keeps foreign persons out, by the definition that is shipped."""
    persons = definition("foreign-person", home=HOME, as_of=at(-24))
    values: dict[str, Any] = {
        "definitions": (persons,),
        "scope": (Rule(id="foreign", persons="foreign-person"),),
        "claims": tuple(
            ClaimNeeded(claim=name, assurance=Assurance.SUBSTANTIAL)
            for name in sorted(claims_of(persons.condition))
        ),
    }
    return a_directive(number, **{**values, **changes})


def standing(*envelopes: dict[str, Any], overrides: Sequence[Override] = (), **changes: Any) -> Orders:
    """Return what stands of what the authority has published."""
    return fold([published(*envelopes, **changes)], overrides)


def decided(
    orders: Orders | Sequence[Published],
    claims: Claims = FOREIGN,
    *,
    hours: float = 30,
    silent: float = 0,
    model: str = "desk-helper",
    **facts: Any,
) -> Decision:
    """Return what is decided of somebody, some hours after the sample order takes effect.

    Args:
        orders: What stands, or what authorities have published.
        claims: What is attested of them.
        hours: The time.
        silent: Seconds since something was heard.
        model: What they ask for.
        facts: Other facts of the request.
    """
    stands = orders if isinstance(orders, Orders) else fold(orders)
    now = at(hours).timestamp()
    return decide(Facts(model, claims=claims, **facts), compile_table(stands), now, now - silent)
