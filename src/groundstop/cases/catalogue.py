"""What can be said in a case: each type with its meaning, its fields, and who may say it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, get_args

from groundstop.cases.rights import RIGHTS, who_may
from groundstop.documents.cases import Coordination, Response


@dataclass(frozen=True, slots=True)
class FieldOf:
    """A field of a statement."""

    name: str
    required: bool
    meaning: str | None
    choices: tuple[str, ...]
    many: bool
    """Whether it is a list."""


@dataclass(frozen=True, slots=True)
class TypeOf:
    """A type of statement."""

    type: str
    response: bool
    """Whether it is one of a developer's responses."""
    meaning: str
    who: str
    fields: tuple[FieldOf, ...]

    def to_json(self) -> dict[str, Any]:
        """Return the type as plain JSON types."""
        return {
            "type": self.type,
            "response": self.response,
            "meaning": self.meaning,
            "who": self.who,
            "fields": [
                {
                    "name": one.name,
                    "required": one.required,
                    "meaning": one.meaning,
                    "choices": list(one.choices),
                    "many": one.many,
                }
                for one in self.fields
            ],
        }


def catalogue() -> tuple[TypeOf, ...]:
    """Return every type of statement: a developer's responses first, each in the order of its form."""
    responses = get_args(Response)
    return tuple(
        TypeOf(
            type=name,
            response=form in responses,
            meaning=" ".join((form.__doc__ or "").split()),
            who=who_may(name),
            fields=_fields(form),
        )
        for form in (*responses, *get_args(Coordination))
        if (name := form.model_fields["type"].default) in RIGHTS
    )


def _fields(form: Any) -> tuple[FieldOf, ...]:
    described = form.model_json_schema()
    definitions = described.get("$defs", {})
    return tuple(
        FieldOf(
            name,
            name in described.get("required", ()),
            shape.get("description"),
            tuple(definitions.get(shape.get("$ref", "").rpartition("/")[2], {}).get("enum", ())),
            shape.get("type") == "array",
        )
        for name, shape in described["properties"].items()
        if name != "type"
    )
