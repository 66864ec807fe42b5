"""Enforcement points: what each sees of a request, and what it cannot evaluate of an order."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Literal, NamedTuple

from pydantic import Field

from groundstop.documents.base import Identifier, Part
from groundstop.documents.directives import Act, ClaimName, Directive, InFlight, OrderKind, SubjectModel
from groundstop.errors import InputError


class SeesModel(StrEnum):
    """Whether an enforcement point knows which model is asked for."""

    ALWAYS = "always"
    PATH = "path"
    """Where the name is in the path or a header, and not in the body alone."""
    NEVER = "never"


class IdentifierKind(StrEnum):
    """How a model can be known."""

    HOSTED = "hosted"
    """By provider, name and aliases."""
    PURL = "purl"
    WEIGHTS = "weights"


class Surface(Part):
    """An enforcement point."""

    id: Identifier
    called: str
    """Its name for people."""
    acts: tuple[Act, ...] = Field(min_length=1)
    """What passes through it."""
    sees_model: SeesModel
    identifiers: tuple[IdentifierKind, ...]
    claims: Literal["all"] | tuple[ClaimName, ...]
    """Which attested claims can reach it."""
    sees_text: bool
    """Whether a guard can look at what is asked."""
    cuts_streams: bool
    """Whether it can end an answer that is being streamed."""
    remark: str

    def sees(self, claim: ClaimName) -> bool:
        """Tell whether a claim can reach it."""
        return self.claims == "all" or claim in self.claims


class _Surfaces(Part):
    surfaces: tuple[Surface, ...]


class GapKind(StrEnum):
    """What an enforcement point lacks for an order."""

    ACT = "act"
    MODEL = "model"
    CLAIM = "claim"
    STREAM = "stream"
    GUARD = "guard"


class Gap(NamedTuple):
    """Something of an order that an enforcement point cannot evaluate or do."""

    kind: GapKind
    words: str
    """A sentence."""


@cache
def surfaces() -> Mapping[str, Surface]:
    """Return the enforcement points that are known, by their ids."""
    text = (resources.files("groundstop.directives") / "surfaces.toml").read_text(encoding="utf-8")
    known = _Surfaces.model_validate(tomllib.loads(text)).surfaces
    return MappingProxyType({one.id: one for one in known})


def surface(name: str) -> Surface:
    """Return an enforcement point.

    Raises:
        InputError: There is none of this name.
    """
    known = surfaces().get(name)
    if known is None:
        raise InputError(f"There is no enforcement point {name!r}", f"Take one of {', '.join(surfaces())}")
    return known


def cannot_evaluate(directive: Directive, point: Surface) -> tuple[str, ...]:
    """Return what an enforcement point cannot evaluate, or do, of an order.

    Args:
        directive: The order.
        point: The enforcement point.

    Returns:
        Sentences; none when it can do all of it. What stands in ``not_enforced`` no point can see.
    """
    return tuple(gap.words for gap in gaps(directive, point))


def gaps(directive: Directive, point: Surface) -> tuple[Gap, ...]:
    """Return what an enforcement point lacks for an order; see :func:`cannot_evaluate`."""
    found = []
    acts = [act.value for act in directive.acts if act not in point.acts]
    if acts:
        found.append(Gap(GapKind.ACT, f"It sees no {_or(acts)}: another point must keep that."))
    if point.sees_model is not SeesModel.ALWAYS:
        where = "only where its name is in the path" if point.sees_model is SeesModel.PATH else "never"
        found.append(Gap(GapKind.MODEL, f"It sees the model {where}."))
    blind = [model.label for model in directive.subject.models if not _knows(point, model)]
    if blind:
        how = _or([_IDENTIFIER_WORDS[one] for one in point.identifiers])
        found.append(
            Gap(GapKind.MODEL, f"It knows models by {how}, and not {_or(blind)}: the order gives none.")
        )
    unseen = [name.value for name in ClaimName if name in looked_at(directive) and not point.sees(name)]
    if unseen:
        what = f"the claim{'' if len(unseen) == 1 else 's'} {_or(unseen)}"
        found.append(Gap(GapKind.CLAIM, f"It does not see {what}: whoever it matters for is unknown there."))
    if directive.in_flight is InFlight.CUT and not point.cuts_streams:
        found.append(Gap(GapKind.STREAM, "It cannot cut an answer that is being streamed."))
    if directive.order is OrderKind.VIRTUAL_PATCH and not point.sees_text:
        found.append(Gap(GapKind.GUARD, "It does not see what is asked, and cannot guard against a recipe."))
    return tuple(found)


def looked_at(directive: Directive) -> frozenset[ClaimName]:
    """Return the claims that decide an order: those of its rules, and a status that settles a class."""
    status = {ClaimName.STATUS} if directive.definitions else set()
    return directive.claims_looked_at() | status


_IDENTIFIER_WORDS = {
    IdentifierKind.HOSTED: "provider and name",
    IdentifierKind.PURL: "package URL",
    IdentifierKind.WEIGHTS: "the digest of their weights",
}


def _knows(point: Surface, model: SubjectModel) -> bool:
    has = {
        IdentifierKind.HOSTED: bool(model.hosted),
        IdentifierKind.PURL: bool(model.purls),
        IdentifierKind.WEIGHTS: bool(model.weights),
    }
    return any(has[one] for one in point.identifiers)


def _or(words: list[str]) -> str:
    return f"{', '.join(words[:-1])} or {words[-1]}" if len(words) > 1 else words[0]
