"""What is kept of an authority on disk: its charter, with what vouches for it, and all it ever said.

Nothing that was verified once is ever taken out. The file is written whole, begins with the digest of its
rest, and its charter is verified again up to the trusted root each time that it is read: what was damaged is
noticed, and never half believed.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import Field

from groundstop.directives.repository.layout import MOST_METADATA_BYTES, ROOT, TARGETS, charter_target
from groundstop.directives.subscribing.problems import UNREADABLE, ProblemKind, RefreshError
from groundstop.directives.subscribing.room import MOST_ENVELOPE_BYTES
from groundstop.directives.subscribing.updating import Versions, metadata_folder
from groundstop.documents import parse_json
from groundstop.documents.base import Identifier, Part
from groundstop.documents.directives import Charter
from groundstop.errors import GroundstopError
from groundstop.evidence import PRIVATE, read_bounded, write_whole

if TYPE_CHECKING:
    from tuf.api.metadata import Metadata, Root, Targets

_MOST_FILE_BYTES = 4 * MOST_ENVELOPE_BYTES


@dataclass(frozen=True, slots=True)
class Kept:
    """What is known of an authority."""

    charter: Charter
    root: int
    """The version of the root under which the charter was vouched for."""
    vouched: str
    """The metadata that vouches for it, by its text."""
    orders: int
    """The number of the set that was seen last."""
    urgent: int
    envelopes: tuple[bytes, ...]
    """Every envelope that was ever verified, in the order in which it came."""
    withheld: tuple[str, ...] = ()
    """Digests of envelopes that the repository no longer shows."""


class _KeptForm(Part):
    charter: dict[str, Any]
    root: int = Field(ge=1)
    vouched: str
    orders: int = Field(ge=0)
    urgent: int = Field(ge=0)
    envelopes: tuple[str, ...]
    withheld: tuple[str, ...]


class Heard(Part):
    """When a repository was last heard, and how far it was: it never goes back."""

    at: float = Field(ge=0, lt=1e11)
    """Seconds since 1970."""
    root: int = Field(ge=1)
    timestamp: int = Field(ge=1)
    snapshot: int = Field(ge=1)
    targets: int = Field(ge=1)

    @property
    def versions(self) -> Versions:
        """The versions of its metadata then."""
        return Versions(self.root, self.timestamp, self.snapshot, self.targets)


class Shelf:
    """What is kept of one repository.

    Args:
        folder: Where; made when something is written.
        trusted_root: The root that the operator trusts, by its bytes.
    """

    def __init__(self, folder: Path, trusted_root: bytes) -> None:
        self.folder = folder
        self._root = trusted_root

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the folder for this program: two that write to it would undo each other's work.

        Raises:
            RefreshError: Another program holds it, or it cannot be made.
        """
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle = os.open(self.folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        except OSError as error:
            raise RefreshError(ProblemKind.DISK, f"{self.folder} cannot be used: {error.strerror}") from error
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            os.close(handle)
            raise RefreshError(ProblemKind.DISK, f"Another program is reading into {self.folder}") from error
        try:
            yield
        finally:
            os.close(handle)

    def write(self, kept: Kept) -> None:
        """Keep what is known of an authority.

        Raises:
            RefreshError: It cannot be written; what was kept before stays.
        """
        rest = json.dumps(
            {
                "charter": kept.charter.to_json(),
                "root": kept.root,
                "vouched": kept.vouched,
                "orders": kept.orders,
                "urgent": kept.urgent,
                "envelopes": [one.decode("utf-8") for one in kept.envelopes],
                "withheld": list(kept.withheld),
            }
        ).encode()
        _write(self._path(kept.charter.authority), rest)

    def read(self, authority: Identifier) -> Kept | None:
        """Return what is kept of an authority; none when nothing is.

        Raises:
            RefreshError: It was damaged, or nothing vouches for it.
        """
        data = _read(self._path(authority), _MOST_FILE_BYTES)
        if data is None:
            return None
        try:
            form = _KeptForm.model_validate(json.loads(data))
            charter = Charter.from_json(form.charter, source=f"The charter of {authority}")
            envelopes = tuple(one.encode("utf-8") for one in form.envelopes)
        except UNREADABLE as error:
            raise _damaged(authority, "it is not of its form") from error
        self._check_charter(charter, form, authority)
        return Kept(
            charter,
            form.root,
            form.vouched,
            form.orders,
            form.urgent,
            envelopes,
            form.withheld,
        )

    def write_heard(self, heard: Heard) -> None:
        """Keep when the repository was heard.

        Raises:
            RefreshError: It cannot be written.
        """
        _write(self.folder / "heard", json.dumps(heard.to_json()).encode())

    def read_heard(self) -> Heard | None:
        """Return when the repository was heard; none when it never was.

        Raises:
            RefreshError: It was damaged.
        """
        data = _read(self.folder / "heard", 10_000)
        if data is None:
            return None
        try:
            return Heard.model_validate(parse_json(data, source="heard"))
        except UNREADABLE as error:
            raise _damaged("heard", "it is not of its form") from error

    def _path(self, authority: str) -> Path:
        return self.folder / f"{authority}.kept"

    def _check_charter(self, charter: Charter, form: _KeptForm, authority: str) -> None:
        """Check that the charter is vouched for, up to the trusted root; whatever the time."""
        from tuf.api.exceptions import RepositoryError
        from tuf.api.metadata import Metadata

        try:
            root = self._root_of(form.root)
            targets: Metadata[Targets] = Metadata.from_bytes(form.vouched.encode())
            root.signed.verify_delegate(TARGETS, targets.signed_bytes, targets.signatures)
            if targets.signed.type != TARGETS:
                raise RepositoryError("another role")
            named = targets.signed.targets[charter_target(authority)]
            named.verify_length_and_hashes(charter.canonical())
        except (*UNREADABLE, RepositoryError, KeyError, AttributeError) as error:
            raise _damaged(authority, "nothing vouches for its charter") from error
        if charter.authority != authority:
            raise _damaged(authority, f"it is of {charter.authority}")

    def _root_of(self, version: int) -> Metadata[Root]:
        """Follow the roots from the trusted one to another; each is signed by the one before."""
        from tuf.api.metadata import Metadata

        root: Metadata[Root] = Metadata.from_bytes(self._root)
        while root.signed.version < version:
            path = metadata_folder(self.folder) / "root_history" / f"{root.signed.version + 1}.{ROOT}.json"
            following: Metadata[Root] = Metadata.from_bytes(read_bounded(path, most=MOST_METADATA_BYTES))
            for one in (root, following):
                one.signed.verify_delegate(ROOT, following.signed_bytes, following.signatures)
            if following.signed.version != root.signed.version + 1:
                raise ValueError("another root")
            root = following
        return root


def _write(path: Path, rest: bytes) -> None:
    head = hashlib.sha256(rest).hexdigest().encode()
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_whole(path, head + b"\n" + rest, mode=PRIVATE)
    except (GroundstopError, OSError) as error:
        raise RefreshError(
            ProblemKind.DISK, f"{path} cannot be written, so that a restart would not know it"
        ) from error


def _read(path: Path, most: int) -> bytes | None:
    try:
        if not path.exists() and not path.is_symlink():
            return None
        head, _, rest = read_bounded(path, most=most + 65).partition(b"\n")
    except GroundstopError as error:
        raise RefreshError(ProblemKind.DISK, error.message) from error
    except OSError as error:
        raise RefreshError(ProblemKind.DISK, f"{path} cannot be read: {error.strerror}") from error
    if hashlib.sha256(rest).hexdigest().encode() != head:
        raise _damaged(path.stem, "it is not what was written")
    return rest


def _damaged(what: str, why: str) -> RefreshError:
    return RefreshError(ProblemKind.DISK, f"What is kept of {what} was damaged: {why}")
