"""Where everything is in a repository: roles, targets, files, and how long what is signed lives.

A repository is plain static files that any TUF client reads, in ``FOLDER/public``. What waits for signatures
is in ``FOLDER/staged``, beside it: no web server is pointed there.

Source: The Update Framework specification 1.0, with consistent snapshots.
"""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

from groundstop.errors import InputError

ROOT = "root"
TARGETS = "targets"
SNAPSHOT = "snapshot"
TIMESTAMP = "timestamp"
TOP_LEVEL = (ROOT, TARGETS, SNAPSHOT, TIMESTAMP)

URGENT_ENDING = ".urgent"
"""How the name of the role ends in which one authorised key may speak alone."""

CHARTERS = "charters"
"""The folder of the charters among the targets."""

MOST_METADATA_BYTES = 2_000_000
"""Largest metadata file that is read, or written."""
MOST_SET_BYTES = 32 * 1024 * 1024
"""Largest charter or directive set that is fetched, or written."""


class SetPath(StrEnum):
    """Which of an authority's two sets a document is in; the value is the folder of its target."""

    ORDERS = "orders"
    """Signed by the quorum."""
    URGENT = "urgent"
    """Signed by one of the urgent keys."""

    def role(self, authority: str) -> str:
        """Return the name of the delegated role."""
        return authority if self is SetPath.ORDERS else f"{authority}{URGENT_ENDING}"

    def target(self, authority: str) -> str:
        """Return the path of the one target that the role may have."""
        return f"{self.value}/{authority}.json"


class Lives(NamedTuple):
    """How long metadata is good for from when it is signed. A subscriber refuses what has expired."""

    root: timedelta = timedelta(days=365)
    targets: timedelta = timedelta(days=365)
    authority: timedelta = timedelta(days=365)
    """Of an authority's two roles."""
    snapshot: timedelta = timedelta(days=1)
    timestamp: timedelta = timedelta(minutes=5)

    def of(self, role: str) -> timedelta:
        """Return how long a role's metadata lives."""
        if role in TOP_LEVEL:
            found: timedelta = getattr(self, role)
            return found
        return self.authority


LIVES = Lives()
"""How long metadata lives when nothing else is said."""


def charter_target(authority: str) -> str:
    """Return the path of an authority's charter among the targets."""
    return f"{CHARTERS}/{authority}.json"


def check_authority(authority: str) -> None:
    """Check that an authority's name can be a role's.

    Raises:
        InputError: It is the name of another role, or could be.
    """
    if authority in TOP_LEVEL or authority.endswith(URGENT_ENDING):
        raise InputError(
            f"An authority cannot be called {authority} in a repository, where that is a role's name",
            f"Choose a name other than {', '.join(TOP_LEVEL)}, without {URGENT_ENDING} at its end",
        )


class Places(NamedTuple):
    """The files of a repository.

    Args:
        folder: Its folder.
    """

    folder: Path

    @property
    def public(self) -> Path:
        """What a web server serves."""
        return self.folder / "public"

    @property
    def metadata(self) -> Path:
        """The folder of signed metadata."""
        return self.public / "metadata"

    @property
    def targets(self) -> Path:
        """The folder of charters and sets."""
        return self.public / "targets"

    @property
    def staged(self) -> Path:
        """Changes that wait for signatures."""
        return self.folder / "staged"

    @property
    def journal(self) -> Path:
        """The files of a new root and what follows from it, while they are being written."""
        return self.folder / "journal.json"

    @property
    def timestamp(self) -> Path:
        """The one file that is replaced: it makes a new state visible."""
        return self.metadata / f"{TIMESTAMP}.json"

    def role(self, name: str, version: int) -> Path:
        """Return the file of one version of a role's metadata."""
        return self.metadata / f"{version}.{name}.json"

    def target(self, path: str, sha256: str) -> Path:
        """Return the file of a target with some content."""
        folder, _, name = path.rpartition("/")
        return self.targets / folder / f"{sha256}.{name}"
