"""Weights: which files an order reaches, by their bytes, their repository, or a lineage that is known."""

from groundstop.directives.weights.checking import NOT_CAUGHT, Link, Match, Outcome, WeightsReport, check
from groundstop.directives.weights.grounded import GroundedModel, grounded_by, grounded_in, still_there
from groundstop.directives.weights.inventory import Inventory, Known, ToHash, WeightFile, hashed, look_at
from groundstop.directives.weights.lineage import Edge, Lineage, Rederived, Relation, read_lineage
from groundstop.directives.weights.walking import Unread

__all__ = [
    "NOT_CAUGHT",
    "Edge",
    "GroundedModel",
    "Inventory",
    "Known",
    "Lineage",
    "Link",
    "Match",
    "Outcome",
    "Rederived",
    "Relation",
    "ToHash",
    "Unread",
    "WeightFile",
    "WeightsReport",
    "check",
    "grounded_by",
    "grounded_in",
    "hashed",
    "look_at",
    "read_lineage",
    "still_there",
]
