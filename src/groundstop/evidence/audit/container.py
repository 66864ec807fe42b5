"""Whether a bundle's file is whole, and holds what a bundle holds."""

from __future__ import annotations

import re

from groundstop.evidence.audit.checks import Check, Rule
from groundstop.evidence.bundle import Bundle

CONTAINER = Rule("container", "the file was cut off, damaged, or changed after it was made")
LAYOUT = Rule("layout", "something was added to the bundle that no bundle has, or taken away")

_PLACES = re.compile(
    r"README\.md|documents/[0-9]{6}-[a-z-]+\.json|keys/[a-z0-9._-]+\.(json|pem)|sealed/[a-z0-9.-]+\.age"
    r"|log/checkpoint|log/tile/.+|log/cosigned/.+"
)


def check_layout(bundle: Bundle) -> list[Check]:
    """Check that a bundle has the members that it must have, and no others."""
    problems: list[tuple[str | None, str]] = [
        (name, "no bundle has a member of this name")
        for name in sorted(bundle.members)
        if not _PLACES.fullmatch(name)
    ]
    problems += [
        (name, "it is missing") for name in ("README.md", "log/checkpoint") if name not in bundle.members
    ]
    numbers = [place_of(name) for name in bundle.document_names]
    if numbers != list(range(len(numbers))) or not numbers:
        problems.append(("documents/", "its documents are not numbered from 0 without a gap"))
    return LAYOUT.judge(problems, f"{len(bundle.members)} members, {len(numbers)} documents")


def place_of(name: str) -> int | None:
    """Return the place in the log that a document's name tells; none when it tells none."""
    return int(name.removeprefix("documents/")[:6]) if _PLACES.fullmatch(name) else None


def placed_documents(bundle: Bundle) -> list[tuple[str, int | None, bytes]]:
    """Return a bundle's documents with their names and places in the log."""
    return [(name, place_of(name), bundle.members[name]) for name in bundle.document_names]
