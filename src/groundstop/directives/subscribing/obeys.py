"""The operator's file ``obeys.toml``: which repositories are read, and which authorities obeyed, how far.

There is no default authority. A repository is trusted by its first root, whose digest stands in the file.
"""

from __future__ import annotations

import hashlib
import ipaddress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pydantic import Field, ValidationError, field_validator, model_validator

from groundstop.directives.repository.layout import MOST_METADATA_BYTES, check_authority
from groundstop.directives.toml_text import parse_toml
from groundstop.documents.base import ContentId, Identifier, Part, Sha256Hex, describe
from groundstop.documents.directives import Obeyed
from groundstop.errors import DocumentError, InputError
from groundstop.evidence import read_bounded

FILE_NAME = "obeys.toml"
_MOST_BYTES = 1024 * 1024
_MOST_DEPTH = 12


class RepositoryEntry(Part):
    """A repository, as it stands in the file."""

    name: Identifier
    url: str = Field(min_length=1, max_length=1000)
    """``https://…``, ``http://…`` of this machine, or the path of its public folder."""
    root: ContentId
    """The digest of the root that is trusted, as its keeper gave it on another way."""
    root_file: str = Field(min_length=1, max_length=1000)
    """A copy of that root; beside this file unless the path is absolute."""
    events: str | None = Field(default=None, max_length=1000)
    """Where the repository says that something changed; it is polled in any case."""

    @field_validator("url", "events")
    @classmethod
    def _can_be_read(cls, value: str | None) -> str | None:
        if value is not None and (why := _unusable(value)) is not None:
            raise ValueError(why)
        return value

    @model_validator(mode="after")
    def _hears_by_http(self) -> RepositoryEntry:
        if self.events is not None and "://" not in self.events:
            raise ValueError("events come from an address, not from a path")
        return self


class _ObeysForm(Part):
    """The file."""

    repository: tuple[RepositoryEntry, ...] = Field(min_length=1, max_length=100)
    obey: tuple[Obeyed, ...] = Field(min_length=1, max_length=1000)
    override_keys: tuple[Sha256Hex, ...] = Field(default=(), max_length=100)
    """Ids of the keys whose overrides count here."""
    issuer: tuple[dict[str, Any], ...] = Field(default=(), max_length=1000)
    """Token issuers: read by another part of the program."""

    @model_validator(mode="after")
    def _belongs_together(self) -> _ObeysForm:
        names = [one.name for one in self.repository]
        if len(set(names)) != len(names):
            raise ValueError("two repositories have the same name")
        authorities = [one.authority for one in self.obey]
        if len(set(authorities)) != len(authorities):
            raise ValueError("an authority is obeyed twice")
        for one in self.obey:
            if one.repository not in names:
                raise ValueError(
                    f"{one.authority} publishes in {one.repository}, which is not among the repositories"
                )
            try:
                check_authority(one.authority)
            except InputError as error:
                raise ValueError(error.message) from error
        return self


@dataclass(frozen=True, slots=True)
class Repository:
    """A repository that is read."""

    name: str
    url: str
    """An address, or the absolute path of its public folder."""
    root: bytes
    """The root that is trusted, by its bytes."""
    events: str | None

    @property
    def path(self) -> Path | None:
        """Its public folder, when it is on this machine."""
        return None if "://" in self.url else Path(self.url)


@dataclass(frozen=True, slots=True)
class Obeys:
    """Whom an operator obeys."""

    repositories: tuple[Repository, ...]
    obeyed: tuple[Obeyed, ...]
    override_keys: frozenset[str]
    issuers: tuple[dict[str, Any], ...]
    """The tables ``[[issuer]]`` as they stand, not checked here."""

    def of(self, repository: str) -> tuple[Obeyed, ...]:
        """Return the authorities that are obeyed in a repository."""
        return tuple(one for one in self.obeyed if one.repository == repository)


def read_obeys(path: Path) -> Obeys:
    """Read whom an operator obeys.

    Args:
        path: The file ``obeys.toml``; paths in it start from its folder.

    Returns:
        What it says, with each trusted root read and its digest checked.

    Raises:
        InputError: The file, or a root, is missing or cannot be read.
        DocumentError: It is no TOML of this form, or a root is not the one whose digest stands in it.
    """
    form = _form_of(read_bounded(path, most=_MOST_BYTES), source=str(path))
    return Obeys(
        tuple(_repository(one, path) for one in form.repository),
        form.obey,
        frozenset(form.override_keys),
        form.issuer,
    )


def _form_of(data: bytes, *, source: str) -> _ObeysForm:
    value = parse_toml(data, source=source)
    if _is_deep(value):
        raise DocumentError(f"{source} is nested too deep", "Correct it")
    try:
        return _ObeysForm.model_validate(value)
    except ValidationError as error:
        raise DocumentError(*describe(error, source=source)) from error


def _is_deep(value: Any) -> bool:
    level = [value]
    for _ in range(_MOST_DEPTH):
        level = [
            child
            for one in level
            for child in (one.values() if isinstance(one, dict) else one if isinstance(one, list) else ())
        ]
    return bool(level)


def _repository(entry: RepositoryEntry, path: Path) -> Repository:
    root = read_bounded(path.parent / entry.root_file, most=MOST_METADATA_BYTES)
    digest = f"sha256:{hashlib.sha256(root).hexdigest()}"
    if digest != entry.root:
        raise DocumentError(
            f"The root of the repository {entry.name} has the digest {digest}, "
            f"and {path} trusts {entry.root}",
            "Ask the repository's keeper, on another way, which is right",
        )
    _check_root(root, entry.name)
    url = entry.url if "://" in entry.url else str((path.parent / entry.url).absolute())
    return Repository(entry.name, url, root, entry.events)


def _check_root(root: bytes, name: str) -> None:
    from tuf.api.exceptions import RepositoryError
    from tuf.api.metadata import Metadata, Root

    try:
        metadata: Metadata[Root] = Metadata.from_bytes(root)
        if not isinstance(metadata.signed, Root):
            raise RepositoryError("another role")
        metadata.signed.verify_delegate(Root.type, metadata.signed_bytes, metadata.signatures)
    except (RepositoryError, ValueError, RecursionError) as error:
        raise DocumentError(
            f"The trusted root of the repository {name} is no root that its own keys have signed",
            "Ask the repository's keeper for the file 1.root.json",
        ) from error


def _unusable(url: str) -> str | None:
    """Return why nothing can be read from an address or path; none when it can."""
    if any(ord(letter) < 0x21 or ord(letter) == 0x7F for letter in url if letter != " ") or "\\" in url:
        return "an address has no control characters or backslashes"
    if "://" not in url:
        return None
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return "it is no address"
    if not host or parts.query or parts.fragment or " " in url:
        return "an address has a host, and no question mark, hash sign or space"
    if parts.username is not None or parts.password is not None:
        return "an address holds no name and password"
    if parts.scheme == "https" or (parts.scheme == "http" and _is_here(host)):
        return None
    return "an address begins with https://, or with http:// on this machine only"


def _is_here(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
