"""The facts of a request: all that a decision looks at."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from groundstop.documents.directives import Act, ClaimName


class Attested(NamedTuple):
    """A claim that an issuer, whom the operator trusts with it, has attested."""

    values: frozenset[str]
    issuer: str
    """By its name at the operator."""
    assurance: int
    """The rank of the :class:`~groundstop.documents.directives.Assurance`."""
    until: float
    """Seconds since 1970, from when on it says nothing any more; infinity for no end."""


class Principal(NamedTuple):
    """Who asks, as a token issuer calls them."""

    issuer: str
    name: str


class Facts(NamedTuple):
    """The facts of a request.

    A tuple, not a dataclass: one is made for each request.
    """

    model: str
    """As asked, or as served: each is decided."""
    act: Act = Act.INFER
    provider: str | None = None
    """Where it is routed to; none when that is not known."""
    principal: Principal | None = None
    claims: Mapping[ClaimName, Attested] = {}
    hints: Mapping[ClaimName, frozenset[str]] = {}
    """What was only worked out, such as a country from an address. It is shown, and decides nothing."""
    used: Mapping[str, int] = {}
    """Requests that were made under licences with a quota, in its period, by the licence's id."""
