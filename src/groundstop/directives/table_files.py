"""Small files of people's own in TOML or JSON, such as registries and lineages, read within bounds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from groundstop.directives.toml_text import parse_toml
from groundstop.documents import parse_json
from groundstop.errors import DocumentError
from groundstop.evidence import read_bounded

MOST_BYTES = 32 * 1024 * 1024
"""Largest such file in JSON; one in TOML is smaller."""


def read_table(path: Path) -> dict[str, Any]:
    """Read a file that holds one table.

    Args:
        path: TOML, or JSON when it begins with a brace.

    Returns:
        Plain JSON values; dates are texts.

    Raises:
        InputError: It is missing, unreadable or too large.
        DocumentError: It is neither TOML nor JSON, or is nested too deep.
    """
    data = read_bounded(path, most=MOST_BYTES)
    if data.lstrip().startswith(b"{"):
        value = parse_json(data, source=str(path))
        if not isinstance(value, dict):
            raise DocumentError(f"{path} holds no table", "Check that it is the file you meant")
        return value
    try:
        return parse_toml(data, source=str(path))
    except DocumentError as error:
        raise DocumentError(error.message, "Correct it, or give it as JSON") from error
