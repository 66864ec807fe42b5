"""Drafting orders: from a case or a finding, by questions or empty; written as TOML that explains itself."""

from groundstop.directives.drafting.amending import draft_amendment, with_weights
from groundstop.directives.drafting.blanks import blanks_of
from groundstop.directives.drafting.empty import empty_draft
from groundstop.directives.drafting.from_case import draft_from_case
from groundstop.directives.drafting.from_finding import draft_from_finding
from groundstop.directives.drafting.numbering import numbered
from groundstop.directives.drafting.reviewing import review_directive
from groundstop.directives.drafting.settings import Draft, DraftSettings
from groundstop.directives.drafting.writing import write_draft

__all__ = [
    "Draft",
    "DraftSettings",
    "blanks_of",
    "draft_amendment",
    "draft_from_case",
    "draft_from_finding",
    "empty_draft",
    "numbered",
    "review_directive",
    "with_weights",
    "write_draft",
]
