"""The names under which a download of weights is ruled on."""

from __future__ import annotations

import re
from collections.abc import Sequence

from groundstop.directives.names import WEIGHTS, package_of

_COMMIT = re.compile(r"@(?:[0-9a-f]{40}|[0-9a-f]{64})$", re.IGNORECASE)
"""A version that stays what it is: a commit of git in full."""
_EXTRA = re.compile("[?#]")
"""Begins what is no part of a package's name."""


def names_of_package(purl: str) -> tuple[str, ...]:
    """Return the names under which a package is ruled on.

    A branch or a tag may be any commit, so the package is ruled on without it too: that is kept out when any
    revision of it is.

    Args:
        purl: A package URL, with a version or without.
    """
    if _COMMIT.search(_EXTRA.split(purl, maxsplit=1)[0]):
        return (purl,)
    return tuple(dict.fromkeys((purl, package_of(purl))))


def names_of_files(digests: Sequence[str]) -> tuple[str, ...]:
    """Return the names under which files are ruled on, by their SHA-256 in hexadecimal."""
    return tuple(f"{WEIGHTS}{one.lower().removeprefix(WEIGHTS)}" for one in digests)
