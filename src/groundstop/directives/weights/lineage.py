"""Lineage: which weights were made out of which, as somebody declares it, or has derived it again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from pathlib import Path
from typing import ClassVar, Literal

from pydantic import Field, ValidationError, model_validator

from groundstop.directives.table_files import read_table
from groundstop.documents import describe
from groundstop.documents.base import Document, Identifier, Moment, Part, Sha256Hex
from groundstop.errors import DocumentError

MOST_EDGES = 100_000


class Relation(StrEnum):
    """How one file of weights was made out of another."""

    CONVERTED = "converted"
    """Another format of the same numbers."""
    QUANTISED = "quantised"
    MERGED = "merged"
    FINE_TUNED = "fine-tuned"
    ADAPTED = "adapted"
    """An adapter that goes on top of it."""
    PRUNED = "pruned"
    DISTILLED = "distilled"
    SPLIT = "split"
    """Part of it, or its parts in one."""


class Rederived(Part):
    """That somebody made it again out of the same file, and got the same bytes."""

    by: Identifier
    at: Moment
    how: str = Field(min_length=1, max_length=1000)
    """The program, its version and its settings."""
    got: Sha256Hex
    """SHA-256 of what came out."""


class Edge(Part):
    """One file was made out of another."""

    child: Sha256Hex
    parent: Sha256Hex
    relation: Relation
    declared_by: Identifier
    rederived: Rederived | None = None

    @model_validator(mode="after")
    def _can_be_so(self) -> Edge:
        if self.child == self.parent:
            raise ValueError("a file is not made out of itself")
        if self.rederived is not None and self.rederived.got != self.child:
            raise ValueError("what came out when it was derived again is not the child")
        return self


class Lineage(Document):
    """Which weights were made out of which."""

    title: ClassVar[str] = "Lineage of weights"
    kind: Literal["lineage"] = "lineage"
    version: Literal[1] = 1
    edges: tuple[Edge, ...] = Field(min_length=1, max_length=MOST_EDGES)


def read_lineage(path: Path) -> Lineage:
    """Read a lineage.

    Args:
        path: TOML with ``[[edges]]`` tables, or JSON.

    Raises:
        InputError: It cannot be read.
        DocumentError: It is malformed.
    """
    table = read_table(path)
    table.setdefault("kind", "lineage")
    table.setdefault("version", 1)
    try:
        return Lineage.model_validate(table)
    except ValidationError as error:
        raise DocumentError(*describe(error, source=str(path))) from error


class Ancestors:
    """What a file was made out of, by whatever number of steps.

    Args:
        lineage: The edges. A circle in them, which nobody can have made, harms nothing.
    """

    def __init__(self, lineage: Lineage | None) -> None:
        edges = () if lineage is None else lineage.edges
        self._declared = _parents(edges)
        self._verified = _parents(one for one in edges if one.rederived is not None)

    def declared(self, sha256: str) -> frozenset[str]:
        """Return those that somebody declares."""
        return _reached(sha256, self._declared)

    def verified(self, sha256: str) -> frozenset[str]:
        """Return those from which every step was derived again."""
        return _reached(sha256, self._verified)


def _parents(edges: Iterable[Edge]) -> Mapping[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for one in edges:
        found.setdefault(one.child, []).append(one.parent)
    return {child: tuple(parents) for child, parents in found.items()}


def _reached(start: str, parents: Mapping[str, tuple[str, ...]]) -> frozenset[str]:
    found: set[str] = set()
    left = [start]
    while left:
        for parent in parents.get(left.pop(), ()):
            if parent not in found:
                found.add(parent)
                left.append(parent)
    return frozenset(found - {start})
