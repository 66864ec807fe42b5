"""Reading a repository with the TUF client of python-tuf, at a time that is given.

What comes out is verified by metadata up to the trusted root. Signatures on the envelopes inside a set are
another matter: see :mod:`groundstop.directives.subscribing.merging`.
"""

from __future__ import annotations

import stat
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from tuf.api.exceptions import DownloadError, RepositoryError
from tuf.api.metadata import TargetFile
from tuf.ngclient import Updater, UpdaterConfig
from tuf.ngclient.fetcher import FetcherInterface

from groundstop.directives.repository.layout import (
    MOST_METADATA_BYTES,
    MOST_SET_BYTES,
    TARGETS,
    SetPath,
    charter_target,
)
from groundstop.directives.subscribing.fetching import BoundedFetcher, base_url
from groundstop.directives.subscribing.obeys import Repository
from groundstop.directives.subscribing.problems import UNREADABLE, ProblemKind, RefreshError, refresh_error
from groundstop.evidence import read_bounded

_MOST_TIMESTAMP_BYTES = 16_384
_MOST_ROTATIONS = 1024


@dataclass(frozen=True, slots=True)
class Versions:
    """The versions of a repository's metadata."""

    root: int
    timestamp: int
    snapshot: int
    targets: int

    def goes_back_from(self, before: Versions) -> bool:
        """Whether it is older than what was seen before under the same root.

        A new root may begin anew: that is how a repository recovers whose online key was stolen.
        """
        return self.root < before.root or (
            self.root == before.root
            and (self.timestamp, self.snapshot, self.targets)
            != tuple(map(max, _online(self), _online(before)))
        )

    def renewed_since(self, before: Versions) -> bool:
        """Whether the online key has signed a timestamp since; a new root may begin anew."""
        return self.root > before.root or (self.root == before.root and self.timestamp > before.timestamp)


def _online(versions: Versions) -> tuple[int, int, int]:
    return versions.timestamp, versions.snapshot, versions.targets


@dataclass(frozen=True, slots=True)
class Delivered:
    """The files of one authority, verified by metadata; none where what is there is known already."""

    authority: str
    charter: bytes
    orders: bytes
    urgent: bytes | None
    """None when the authority has no urgent set."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """What a refresh of a repository brought."""

    versions: Versions
    targets: bytes
    """The metadata that vouches for the charters."""
    delivered: tuple[Delivered, ...]
    failed: tuple[RefreshError, ...]
    """Authorities whose files could not be had, while the rest could."""


class _TimedUpdater(Updater):
    """The client, with the time given.

    python-tuf reads the clock once, when a client is made, and compares all expiries with that.
    """

    def __init__(
        self,
        repository: Repository,
        folder: Path,
        fetcher: FetcherInterface,
        config: UpdaterConfig,
        now: datetime,
    ) -> None:
        url = base_url(repository)
        super().__init__(
            metadata_dir=str(metadata_folder(folder)),
            metadata_base_url=f"{url}metadata/",
            target_dir=str(targets_folder(folder)),
            target_base_url=f"{url}targets/",
            fetcher=fetcher,
            config=config,
            bootstrap=repository.root,
        )
        self._trusted_set.reference_time = now

    @property
    def versions(self) -> Versions:
        """The versions of what is trusted now."""
        trusted = self._trusted_set
        return Versions(
            trusted.root.version, trusted.timestamp.version, trusted.snapshot.version, trusted.targets.version
        )


def metadata_folder(folder: Path) -> Path:
    """Return where a repository's verified metadata is kept."""
    return folder / "metadata"


def targets_folder(folder: Path) -> Path:
    """Return where a repository's verified targets are kept."""
    return folder / "targets"


def fetch(
    repository: Repository,
    folder: Path,
    authorities: Sequence[str],
    fetcher: BoundedFetcher,
    *,
    now: datetime,
) -> Fetched:
    """Read a repository.

    Args:
        repository: The repository.
        folder: What is kept of it here.
        authorities: Whose files are wanted.
        fetcher: Gives the bytes.
        now: The time that expiries are compared with.

    Returns:
        What it brought.

    Raises:
        RefreshError: The repository as a whole could not be believed, or reached.
    """
    config = UpdaterConfig(
        max_root_rotations=_MOST_ROTATIONS,
        root_max_length=MOST_METADATA_BYTES,
        timestamp_max_length=_MOST_TIMESTAMP_BYTES,
        snapshot_max_length=MOST_METADATA_BYTES,
        targets_max_length=MOST_METADATA_BYTES,
        app_user_agent="groundstop",
    )
    try:
        _make_room(folder)
        client = _TimedUpdater(repository, folder, fetcher, config, now)
        client.refresh()
        delivered, failed = [], []
        for authority in authorities:
            try:
                delivered.append(_deliver(client, authority))
            except (*UNREADABLE, RepositoryError, DownloadError) as error:
                failed.append(_of(authority, refresh_error(error, fetcher.file)))
        targets = read_bounded(metadata_folder(folder) / f"{TARGETS}.json", most=MOST_METADATA_BYTES)
        return Fetched(client.versions, targets, tuple(delivered), tuple(failed))
    except (*UNREADABLE, RepositoryError, DownloadError, OSError) as error:
        raise refresh_error(error, fetcher.file) from error
    finally:
        fetcher.close()


def _of(authority: str, error: RefreshError) -> RefreshError:
    return RefreshError(error.kind, error.message, authority)


def _deliver(client: Updater, authority: str) -> Delivered:
    charter = _target(client, charter_target(authority))
    if charter is None:
        raise RefreshError(ProblemKind.NOT_THERE, f"There is no charter of {authority}")
    orders = _target(client, SetPath.ORDERS.target(authority))
    if orders is None:
        raise RefreshError(ProblemKind.NOT_THERE, f"There is no set of orders of {authority}")
    return Delivered(authority, charter, orders, _target(client, SetPath.URGENT.target(authority)))


def _target(client: Updater, path: str) -> bytes | None:
    info: TargetFile | None = client.get_targetinfo(path)
    if info is None:
        return None
    if info.length > MOST_SET_BYTES:
        raise RefreshError(
            ProblemKind.ENDLESS,
            f"{path} has {info.length:,} bytes, more than the {MOST_SET_BYTES:,} that are read",
        )
    kept = client.find_cached_target(info) or client.download_target(info)
    return read_bounded(Path(kept), most=MOST_SET_BYTES)


def _make_room(folder: Path) -> None:
    """Make the folders, and take away what the client would choke on: it is a copy, and fetched again."""
    for place in (metadata_folder(folder), targets_folder(folder), metadata_folder(folder) / "root_history"):
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        for path in place.iterdir():
            what = path.lstat()
            regular = stat.S_ISREG(what.st_mode) and what.st_size <= MOST_SET_BYTES
            link_of_the_client = path.name == "root.json" and stat.S_ISLNK(what.st_mode)
            if not regular and not link_of_the_client and path.name != "root_history":
                _remove(path)


def _remove(path: Path) -> None:
    import shutil

    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink()


__all__ = ["Delivered", "Fetched", "Versions", "fetch", "metadata_folder", "targets_folder"]
