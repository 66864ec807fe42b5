"""Guards: a virtual patch tells requests that are too near to a finding's recipe, by hashes and vectors.

Making one is apart from asking one: whoever asks needs no text of the recipe, and a guard holds none.
"""

from groundstop.gateway.guards.guarding import LIMIT_S, Guards, rule_when_not_assessed
from groundstop.gateway.guards.keys import guard_keys
from groundstop.gateway.guards.loading import (
    GuardKeys,
    GuardProblem,
    Loaded,
    Usable,
    load_guards,
    read_guard,
)
from groundstop.gateway.guards.models import Models

__all__ = [
    "LIMIT_S",
    "GuardKeys",
    "GuardProblem",
    "Guards",
    "Loaded",
    "Models",
    "Usable",
    "guard_keys",
    "load_guards",
    "read_guard",
    "rule_when_not_assessed",
]
