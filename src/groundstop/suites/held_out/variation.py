"""The shipped tables that variants are made by, beside a suite's own wordings."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import Annotated

from pydantic import Field, StringConstraints, model_validator

from groundstop.documents import Part
from groundstop.documents.base import Identifier
from groundstop.suites.held_out.encodings import ENCODINGS
from groundstop.suites.held_out.styles import STYLES
from groundstop.suites.reading import validated
from groundstop.suites.yaml_text import parse_yaml

REQUEST = "{request}"
"""Where a frame takes the request."""

_FILE = "variation.yaml"

Sentence = Annotated[str, StringConstraints(min_length=1)]


class Variation(Part):
    """How held-out wordings are varied: names of small functions, and the words that go with them."""

    styles: tuple[Identifier, ...] = Field(min_length=1)
    """Names of surface styles."""
    encodings: dict[Identifier, Sentence] = Field(min_length=1)
    """Sentence before a request in an encoding, by the encoding's name."""
    frames: dict[Identifier, Sentence] = Field(min_length=1)
    """Who is speaking, or to whom, by a name; each has ``{request}`` once."""

    @model_validator(mode="after")
    def _names_are_known(self) -> Variation:
        if not set(self.styles) <= set(STYLES) or len(set(self.styles)) < len(self.styles):
            raise ValueError("a style is unknown, or listed twice")
        if not set(self.encodings) <= set(ENCODINGS):
            raise ValueError("an encoding is unknown")
        if any(frame.count(REQUEST) != 1 for frame in self.frames.values()):
            raise ValueError(f"each frame has {REQUEST} once")
        return self


@cache
def shipped_variation() -> Variation:
    """Return the shipped tables; they are read once.

    Raises:
        DocumentError: The installed file is damaged.
    """
    data = (resources.files("groundstop.suites") / "data" / _FILE).read_bytes()
    return validated(Variation, parse_yaml(data, source=_FILE), source=_FILE)
