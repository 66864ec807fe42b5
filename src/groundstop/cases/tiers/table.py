"""The table of tiers: how far each field of everything that a case can show may go."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources

from pydantic import Field, TypeAdapter, ValidationError

from groundstop.documents.base import Part, describe
from groundstop.documents.cases import Role, Tier
from groundstop.errors import DocumentError

_FILE = "tiers.toml"

ORDER = (Tier.PUBLIC, Tier.BRIEF, Tier.TECHNICAL, Tier.FULL)
"""From the widest circle to the narrowest. What one of them has, every later one has."""

TLP = {
    Tier.PUBLIC: "TLP:CLEAR",
    Tier.BRIEF: "TLP:GREEN",
    Tier.TECHNICAL: "TLP:AMBER+STRICT",
    Tier.FULL: "TLP:RED",
}
"""The mark of each tier. Source: FIRST, Traffic Light Protocol 2.0."""

ROOMS = {
    "groundstop.documents.cases": "said",
    "groundstop.cases.state": "case",
    "groundstop.cases.views": "view",
    "groundstop.documents": "document",
}
"""The room that a form is listed in, by its module; the first that fits."""


class Row(Part):
    """How far the fields of one form go."""

    public: tuple[str, ...] = ()
    brief: tuple[str, ...] = ()
    technical: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    """Those of them that hold the name of a party."""
    why: str | None = Field(default=None, min_length=1)


@dataclass(frozen=True, slots=True)
class TierTable:
    """The table, read."""

    roles: dict[Role, Tier]
    """From which tier on a party of a role is called by its name."""
    forms: dict[str, Row]
    """By ``room.Form``."""

    def tier_of(self, form: type[object], field: str) -> Tier:
        """Return the widest circle that may have a field.

        Raises:
            LookupError: The table does not have it: a new field must be classified before it is shown.
        """
        row = self.forms.get(name_of(form))
        if row is not None:
            for tier, fields in (
                (Tier.PUBLIC, row.public),
                (Tier.BRIEF, row.brief),
                (Tier.TECHNICAL, row.technical),
            ):
                if field in fields:
                    return tier
        raise LookupError(f"the table of tiers does not have {name_of(form)}.{field}")

    def holds_a_name(self, form: type[object], field: str) -> bool:
        """Tell whether a field holds the name of a party."""
        row = self.forms.get(name_of(form))
        return row is not None and field in row.names


def name_of(form: type[object]) -> str:
    """Return how the table calls a form, such as ``said.Opened``.

    Raises:
        LookupError: It is of no room that the table knows.
    """
    module = form.__module__
    for place, room in ROOMS.items():
        if module == place or module.startswith(f"{place}."):
            return f"{room}.{form.__name__}"
    raise LookupError(f"the table of tiers knows no room of {module}")


def reaches(tier: Tier, least: Tier) -> bool:
    """Tell whether a tier has what goes as far as another."""
    return ORDER.index(tier) >= ORDER.index(least)


@cache
def tier_table() -> TierTable:
    """Return the shipped table; it is read once.

    Raises:
        DocumentError: The installed file is damaged.
    """
    data = (resources.files("groundstop.cases.tiers") / _FILE).read_text(encoding="utf-8")
    return read_table(data, source=_FILE)


def read_table(text: str, *, source: str) -> TierTable:
    """Read a table of tiers.

    Raises:
        DocumentError: It is not TOML, a role or a tier is unknown, or a field stands in it twice.
    """
    try:
        rooms = tomllib.loads(text)
        roles = TypeAdapter(dict[Role, Tier]).validate_python(rooms.pop("roles", {}))
        rows = TypeAdapter(dict[str, dict[str, Row]]).validate_python(rooms)
    except tomllib.TOMLDecodeError as error:
        raise DocumentError(f"{source} is not TOML: {error}", "Correct it") from error
    except ValidationError as error:
        raise DocumentError(*describe(error, source=source)) from error
    forms = {f"{room}.{form}": row for room, forms in rows.items() for form, row in forms.items()}
    if missing := [role.value for role in Role if role not in roles]:
        raise DocumentError(
            f"{source} does not say from which tier on a {missing[0]} is named", "Add the role"
        )
    for form, row in forms.items():
        fields = (*row.public, *row.brief, *row.technical)
        if len(set(fields)) != len(fields) or not set(row.names) <= set(fields):
            raise DocumentError(
                f"{source} has a field of {form} twice, or a name of it that is in no tier",
                "List each field in one tier",
            )
    return TierTable(roles, forms)
