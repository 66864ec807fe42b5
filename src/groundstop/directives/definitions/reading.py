"""Reading the definitions that are shipped, and making classes of persons for a home country of them."""

from __future__ import annotations

import re
from datetime import datetime
from functools import cache
from importlib import resources

from pydantic import ValidationError

from groundstop.documents import parse_json
from groundstop.documents.base import Identifier, Moment, Part, Text, describe
from groundstop.documents.directives import AllOf, AnyOf, ClaimIs, Condition, Not, PersonClass
from groundstop.errors import DocumentError, InputError

HOME = "HOME"
"""Stands in a condition for the country whose persons are not foreign."""

_COUNTRY = re.compile(r"[A-Z]{2}")


class Definition(Part):
    """A named definition: a class of persons in which the home country is left open."""

    id: Identifier
    revision: int
    text: Text
    citation: str
    source: str
    read: Moment
    """When the words were read at their source."""
    note: Text
    """What the condition makes of the words."""
    condition: Condition

    def for_home(self, home: str, as_of: datetime) -> PersonClass:
        """Return the class of persons for a home country.

        Args:
            home: ISO 3166-1 alpha-2.
            as_of: When the author of an order has read the words at their source.

        Raises:
            InputError: That is no country code, or the moment has no zone.
        """
        if not _COUNTRY.fullmatch(home):
            raise InputError(
                f"{home!r} is no country code", "Give two capital letters of ISO 3166-1, such as XA"
            )
        if as_of.tzinfo is None:
            raise InputError("The moment at which the words were read has no zone", "Give it in UTC")
        return PersonClass(
            id=self.id,
            revision=self.revision,
            text=self.text,
            citation=self.citation,
            source=self.source,
            as_of=as_of,
            condition=_at_home(self.condition, home),
        )


def definition_names() -> tuple[str, ...]:
    """Return the names of the definitions that are shipped, in order."""
    files = resources.files("groundstop.directives.definitions").iterdir()
    return tuple(sorted(one.name.removesuffix(".json") for one in files if one.name.endswith(".json")))


def definition(name: str, *, home: str, as_of: datetime) -> PersonClass:
    """Return a class of persons by the name of its definition.

    Args:
        name: One of :func:`definition_names`.
        home: The country whose persons are not foreign, ISO 3166-1 alpha-2.
        as_of: When the author of an order has read the words at their source.

    Raises:
        InputError: There is no such definition, or that is no country code.
    """
    return read_definition(name).for_home(home, as_of)


@cache
def read_definition(name: str) -> Definition:
    """Return a definition that is shipped.

    Raises:
        InputError: There is none of this name.
    """
    names = definition_names()
    if name not in names:
        raise InputError(
            f"There is no definition {name!r}",
            f"Use one of {', '.join(names)}, or write the class of persons into the order itself",
        )
    path = resources.files("groundstop.directives.definitions") / f"{name}.json"
    return parse_definition(path.read_bytes(), source=f"The definition {name}")


def parse_definition(data: bytes, *, source: str) -> Definition:
    """Read a definition.

    Raises:
        DocumentError: It is malformed.
    """
    parse_json(data, source=source)
    try:
        return Definition.model_validate_json(data)
    except ValidationError as error:
        raise DocumentError(*describe(error, source=source)) from error


def _at_home(condition: Condition, home: str) -> Condition:
    """Return a condition with a country where it is left open."""
    match condition:
        case ClaimIs():
            values = tuple(home if value == HOME else value for value in condition.any_of)
            return ClaimIs(claim=condition.claim, any_of=values)
        case Not():
            return Not(of=_at_home(condition.of, home))
        case AllOf():
            return AllOf(of=tuple(_at_home(one, home) for one in condition.of))
        case AnyOf():
            return AnyOf(of=tuple(_at_home(one, home) for one in condition.of))
