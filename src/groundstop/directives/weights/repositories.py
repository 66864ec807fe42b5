"""Which repository and revision files are from, where a path says so."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

_REPOSITORY = re.compile(r"models--(?P<owner>[A-Za-z0-9._-]+?)--(?P<name>[A-Za-z0-9._-]+)")
_COMMIT = re.compile(r"[0-9a-f]{40}")
_MOST = 1000


def repositories_of(path: Path) -> tuple[str, ...]:
    """Return package URLs for a folder in the layout of a model hub's cache.

    Args:
        path: ``models--OWNER--NAME``, or anything in it.

    Returns:
        A package URL for each revision there. A path only says so: whoever made the folder named it.

    Source: the cache layout of huggingface_hub; the ``huggingface`` type of package URLs.
    """
    try:
        top = path.resolve()
    except (OSError, RuntimeError, ValueError):
        return ()
    for folder in (top, *top.parents):
        match = _REPOSITORY.fullmatch(folder.name)
        if match is not None:
            base = f"pkg:huggingface/{match['owner']}/{match['name']}"
            commits = _commits(top, folder)
            return tuple(f"{base}@{commit}" for commit in commits) or (base,)
    return ()


def _commits(top: Path, repository: Path) -> tuple[str, ...]:
    """Return the revision that a path is in; all that there are for a path above them."""
    snapshots = repository / "snapshots"
    if top.is_relative_to(snapshots) and top != snapshots:
        name = top.relative_to(snapshots).parts[0]
        return (name,) if _COMMIT.fullmatch(name) else ()
    return tuple(sorted(_listed(snapshots))[:_MOST])


def _listed(folder: Path) -> Iterator[str]:
    try:
        for one in folder.iterdir():
            if _COMMIT.fullmatch(one.name):
                yield one.name
    except OSError:
        return
