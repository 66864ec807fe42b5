"""Identifiers from other tools' names: stable, and different for names that differ."""

from __future__ import annotations

import hashlib
import re

_IDENTIFIER = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_LONGEST_STEM = 54
_DIGITS = 8
_LONGEST_NAME = 160
UNNAMED = "unnamed"
"""Identifier of a way of asking that the tool does not name."""


def identifier(name: str | None) -> str:
    """Return an identifier for a tool's name.

    Args:
        name: The name; none when the tool gives none.

    Returns:
        The name itself when it is an identifier. Otherwise what is left of it, and the first digits of its
        SHA-256, so that names that differ only in what an identifier cannot hold stay apart.
    """
    if name is None:
        return UNNAMED
    if _IDENTIFIER.fullmatch(name):
        return name
    kept = re.sub(r"[^a-z0-9._]+", "-", name.lower()).strip("-._")[:_LONGEST_STEM].rstrip("-._")
    return f"{kept}-{short_digest(name)}" if kept else short_digest(name)


def short_digest(text: str) -> str:
    """Return the first digits of a text's SHA-256, which tell it from others without quoting it."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:_DIGITS]


def shown(name: str) -> str:
    """Return a tool's name on one line of bounded length, for records and tables."""
    line = " ".join("".join(char if char.isprintable() else " " for char in name).split())
    return line if len(line) <= _LONGEST_NAME else f"{line[:_LONGEST_NAME]}… ({short_digest(name)})"
