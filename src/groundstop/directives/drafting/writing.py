"""A draft as TOML that explains each of its fields."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources

from groundstop.directives.drafting.emitting import Layout, toml_text
from groundstop.directives.drafting.settings import Draft
from groundstop.directives.reading import NOT_MADE, NOT_NUMBERED

_HEAD = """\
# A directive, as a draft. Nothing here is in force: it is signed with groundstop directive sign.
# Its id and date are given when it is signed first. Before that, see what it does:
#   groundstop directive show FILE
#   groundstop directive preview FILE --log DECISIONS.jsonl
"""
_INLINE = frozenset({"definitions.condition"})
_MOMENTS = frozenset({"created", "effective", "review", "expires", "basis.as_of", "definitions.as_of"})


def write_draft(draft: Draft) -> str:
    """Return a draft as TOML.

    Args:
        draft: What is written; its notes become comments at the head.

    Returns:
        The text. Read back with :func:`groundstop.directives.reading.parse_order` it is the same document.
    """
    directive = draft.directive
    table = directive.to_json()
    if directive.id == NOT_NUMBERED:
        del table["id"]
    if table["created"] == NOT_MADE:
        del table["created"]
    notes = "".join(f"# Look at: {_in_a_comment(note)}\n" for note in draft.notes)
    layout = Layout(explanations(), _INLINE, _MOMENTS)
    between = "#\n" if notes else ""
    return f"{_HEAD}{between}{notes}\n{toml_text(table, layout)}"


def _in_a_comment(text: str) -> str:
    """Return a text in one line, without the control characters that a comment must not have."""
    return "".join(
        one if one.isprintable() else "\N{REPLACEMENT CHARACTER}" for one in " ".join(text.split())
    )


@cache
def explanations() -> Mapping[str, str]:
    """Return what is said above each field of a draft, by the field's path."""
    text = (resources.files(__package__) / "explained.toml").read_text(encoding="utf-8")
    told: dict[str, str] = tomllib.loads(text)
    return told
