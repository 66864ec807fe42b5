"""Previewing: what an order would do to recorded or described requests, by the decision that gateways use."""

from groundstop.directives.previewing.logs import BadLine, read_log, read_population
from groundstop.directives.previewing.previewed import (
    AlternativeLeft,
    Cell,
    Count,
    Membership,
    Outcome,
    Preview,
    Replayed,
    SurfaceSeen,
    SweptIn,
)
from groundstop.directives.previewing.previews import Setting, preview, previews
from groundstop.directives.previewing.standing import standing_of

__all__ = [
    "AlternativeLeft",
    "BadLine",
    "Cell",
    "Count",
    "Membership",
    "Outcome",
    "Preview",
    "Replayed",
    "Setting",
    "SurfaceSeen",
    "SweptIn",
    "preview",
    "previews",
    "read_log",
    "read_population",
    "standing_of",
]
