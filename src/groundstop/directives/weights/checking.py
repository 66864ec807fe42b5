"""Comparing files of weights with what orders ground.

Exact copies are caught, whatever they are called. A converted or quantised copy has other bytes: it is caught
when its lineage is declared, or was derived again, and the order reaches that far. A shared tokenizer makes
files related, and proves nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from groundstop.directives.names import spelled
from groundstop.directives.weights.grounded import GroundedModel
from groundstop.directives.weights.inventory import Inventory, WeightFile
from groundstop.directives.weights.lineage import Ancestors, Lineage
from groundstop.documents.directives import Descendants

NOT_CAUGHT = (
    "Converted, quantised or fine-tuned copies have other bytes: they are not caught unless their lineage is "
    "declared, or was derived again"
)


class Outcome(StrEnum):
    """What a match comes to, the worst first."""

    CAUGHT = "caught"
    RELATED = "related, not proven"
    NOT_REACHED = "derived, and the order does not reach that far"


class Link(StrEnum):
    """What ties files to a model of an order."""

    SAME_BYTES = "the same bytes"
    SAME_REVISION = "the same repository, at a revision that the order names"
    SAME_REPOSITORY = "the same repository, the revision is not known"
    REDERIVED = "made out of it, which was derived again"
    DECLARED = "made out of it, as somebody declares"
    TOKENIZER = "the same tokenizer"


class Match(NamedTuple):
    """Files that have to do with a model of an order."""

    outcome: Outcome
    link: Link
    model: GroundedModel
    name: str
    """Of the file, or the package URL."""
    sha256: str | None


@dataclass(frozen=True, slots=True)
class WeightsReport:
    """What came of comparing files with orders."""

    inventory: Inventory
    models: tuple[GroundedModel, ...]
    matches: tuple[Match, ...]
    unrecognisable: tuple[GroundedModel, ...]
    """Models of orders of which nothing is named that these files could be compared with."""

    @property
    def outcome(self) -> Outcome | None:
        """The worst that was found; none when nothing was."""
        found = {one.outcome for one in self.matches}
        return next((one for one in Outcome if one in found), None)

    @property
    def can_tell(self) -> bool:
        """Whether everything could be compared, and nothing is only related.

        A model of which no weights and no repository are named is none that files could ever be compared
        with: it is told, and leaves nothing open. One of a repository does, while it is not said where the
        files are from.
        """
        missed = any(one.can_be_recognised for one in self.unrecognisable)
        whole = not self.inventory.unread and not missed and bool(self.inventory.files)
        return whole and self.outcome is not Outcome.RELATED


def check(
    inventory: Inventory, models: Sequence[GroundedModel], lineage: Lineage | None = None
) -> WeightsReport:
    """Compare files with what orders ground.

    Args:
        inventory: The files by their digests.
        models: What is grounded.
        lineage: Which weights were made out of which, where somebody says so.

    Returns:
        Every match, the worst first.
    """
    matches = {*_by_files(inventory.files, models, Ancestors(lineage))}
    matches.update(match for model in models for match in _by_repository(inventory, model))
    places = {outcome: place for place, outcome in enumerate(Outcome)}
    ordered = sorted(
        matches,
        key=lambda one: (places[one.outcome], one.model.order, one.model.label, one.name, one.link.value),
    )
    met = {one.model for one in matches}
    unknown = tuple(
        one
        for one in models
        if not (one.weights or (one.repositories and inventory.purls)) and one not in met
    )
    return WeightsReport(inventory, tuple(models), tuple(ordered), unknown)


def _by_repository(inventory: Inventory, model: GroundedModel) -> Iterator[Match]:
    keys = {one.key for one in model.repositories}
    every = {one.key for one in model.repositories if one.every}
    for purl in inventory.purls:
        spelling = spelled(purl)
        exact = bool(keys.intersection(spelling.keys)) and bool(spelling.families)
        if exact or every.intersection((*spelling.keys, *spelling.families)):
            yield Match(Outcome.CAUGHT, Link.SAME_REVISION, model, purl, None)
        elif keys.intersection(spelling.keys):
            yield Match(Outcome.RELATED, Link.SAME_REPOSITORY, model, purl, None)


def _by_files(
    files: Sequence[WeightFile], models: Sequence[GroundedModel], ancestors: Ancestors
) -> Iterator[Match]:
    by_weights: dict[str, list[GroundedModel]] = {}
    by_tokenizer: dict[str, list[GroundedModel]] = {}
    for model in models:
        for digest in model.weights:
            by_weights.setdefault(digest, []).append(model)
        if model.tokenizer is not None:
            by_tokenizer.setdefault(model.tokenizer, []).append(model)
    for one in files:
        ties = (
            (Link.SAME_BYTES, _all(by_weights, [one.sha256])),
            (Link.REDERIVED, _all(by_weights, ancestors.verified(one.sha256))),
            (Link.DECLARED, _all(by_weights, ancestors.declared(one.sha256))),
            (Link.TOKENIZER, _all(by_tokenizer, [one.sha256])),
        )
        met: set[GroundedModel] = set()
        for link, tied in ties:
            # The strongest tie counts: they stand in that order.
            for model in tied - met:
                yield Match(_outcome(link, model.descendants), link, model, one.name, one.sha256)
            met |= tied


def _all(index: Mapping[str, list[GroundedModel]], digests: Iterable[str]) -> set[GroundedModel]:
    return {model for digest in digests for model in index.get(digest, ())}


def _outcome(link: Link, reach: Descendants) -> Outcome:
    match link, reach:
        case Link.SAME_BYTES, _:
            return Outcome.CAUGHT
        case _, Descendants.NONE:
            return Outcome.NOT_REACHED
        case (Link.REDERIVED, _) | (Link.DECLARED, Descendants.DECLARED):
            return Outcome.CAUGHT
        case _:
            return Outcome.RELATED
