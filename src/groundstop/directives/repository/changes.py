"""Changes to a repository: new metadata of some roles, which takes a threshold of signatures each. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from pydantic import Field

from groundstop.directives.repository.layout import ROOT, SNAPSHOT, TARGETS, TIMESTAMP
from groundstop.directives.repository.roles import read_metadata
from groundstop.documents import canonical_bytes
from groundstop.documents.base import Moment, Part, Sha256Hex
from groundstop.errors import DocumentError, InputError
from groundstop.evidence import OwnKey

if TYPE_CHECKING:
    from tuf.api.metadata import Metadata, Root, Signed, Snapshot, Targets, Timestamp


@dataclass(frozen=True, slots=True)
class Current:
    """What a repository says now, read from its files."""

    root: Metadata[Root]
    timestamp: Metadata[Timestamp]
    snapshot: Metadata[Snapshot]
    targets: Metadata[Targets]
    authorities: Mapping[str, Metadata[Targets]]
    """The delegated roles, by name; those too that are no longer delegated."""

    def version(self, role: str) -> int:
        """Return the version of a role's metadata; 0 when it has none."""
        if role == ROOT:
            return self.root.signed.version
        if role == TARGETS:
            return self.targets.signed.version
        found = self.authorities.get(role)
        return 0 if found is None else found.signed.version


@dataclass(frozen=True, slots=True)
class Change:
    """New metadata of offline roles, and the targets that it names. Snapshot and timestamp follow from it."""

    what: str
    """For people."""
    made: datetime
    metadata: Mapping[str, Metadata[Any]]
    """By role. Signatures are added to it."""
    targets: Mapping[str, bytes]
    """By path."""

    @property
    def id(self) -> str:
        """A name for it: it says what is signed."""
        said = {role: one.signed.to_dict() for role, one in self.metadata.items()}
        return hashlib.sha256(canonical_bytes(said)).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Need:
    """How many signatures a role of a change has, and how many it takes."""

    role: str
    have: tuple[str, ...]
    """Ids of keys that have signed."""
    missing: int
    may_sign: tuple[str, ...]
    """Ids of keys that may sign and have not."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a change: it is public, or it waits for signatures."""

    what: str
    staged: str | None
    """Its id while it waits; none when it is public."""
    needs: tuple[Need, ...]
    """The roles that lack signatures; empty when it is public."""

    @property
    def published(self) -> bool:
        """Whether it is public."""
        return self.staged is None


class StagedChange(Part):
    """A change in its file, as it waits."""

    what: str = Field(max_length=1000)
    made: Moment
    metadata: dict[str, dict[str, Any]] = Field(max_length=4)
    targets: dict[str, str] = Field(max_length=3)
    sha256: Sha256Hex
    """Of the rest: it shows a file that was damaged."""


def to_staged(change: Change) -> bytes:
    """Return the file of a change that waits."""
    rest: dict[str, Any] = {
        "what": change.what,
        "made": change.made.isoformat(),
        "metadata": {role: one.to_dict() for role, one in change.metadata.items()},
        "targets": {path: data.decode("utf-8") for path, data in change.targets.items()},
    }
    return canonical_bytes({**rest, "sha256": hashlib.sha256(canonical_bytes(rest)).hexdigest()})


def from_staged(value: Any, *, source: str) -> Change:
    """Return the change in a file; its signatures are not verified.

    Raises:
        DocumentError: It is none, or was damaged.
    """
    from pydantic import ValidationError
    from tuf.api.metadata import Root, Targets

    from groundstop.documents.base import describe

    try:
        staged = StagedChange.model_validate(value)
    except ValidationError as error:
        raise DocumentError(*describe(error, source=source)) from error
    rest = {name: one for name, one in value.items() if name != "sha256"}
    if hashlib.sha256(canonical_bytes(rest)).hexdigest() != staged.sha256:
        raise DocumentError(f"{source} was damaged", "Remove it, and make the change again")
    metadata: dict[str, Metadata[Any]] = {}
    for role, one in staged.metadata.items():
        data = canonical_bytes(one)
        metadata[role] = (
            read_metadata(data, Root, source=source)
            if role == ROOT
            else read_metadata(data, Targets, source=source)
        )
    targets = {path: text.encode("utf-8") for path, text in staged.targets.items()}
    return Change(staged.what, staged.made, metadata, targets)


def follows(change: Change, current: Current | None) -> bool:
    """Whether a change goes on from what stands; another may have been published meanwhile."""
    return all(
        one.signed.version == (1 if current is None else current.version(role) + 1)
        for role, one in change.metadata.items()
    )


def check_whole(change: Change, *, source: str) -> None:
    """Check that a change names the targets that it holds, and no role's but its own.

    Raises:
        DocumentError: It does not.
    """
    from tuf.api.exceptions import RepositoryError

    unnamed = dict(change.targets)
    for role, one in change.metadata.items():
        for path, target in getattr(one.signed, "targets", {}).items():
            data = unnamed.pop(path, None)
            if data is None and role != TARGETS:
                raise DocumentError(f"{source} lacks the file {path}", "Make the change again")
            try:
                if data is not None:
                    target.verify_length_and_hashes(data)
            except RepositoryError as error:
                raise DocumentError(
                    f"{source} holds another {path} than it is to sign", "Make the change again"
                ) from error
    if unnamed:
        raise DocumentError(f"{source} holds a file that no role names", "Make the change again")


def add_signatures(
    change: Change, keys: Sequence[OwnKey], current: Current | None, *, now: datetime
) -> Change:
    """Sign a change with every key at hand that may sign a part of it.

    Raises:
        InputError: A key has ended, or has not begun.
    """
    import copy

    metadata = copy.deepcopy(dict(change.metadata))
    for role, one in metadata.items():
        allowed = {key_id for rules in _rules(role, change, current) for key_id in _keys(rules, role)}
        for key in keys:
            if key.card.key_id in allowed:
                sign_metadata(one, key, now=now)
    return Change(change.what, change.made, metadata, change.targets)


def sign_metadata(metadata: Metadata[Any], key: OwnKey, *, now: datetime) -> None:
    """Add a signature to some metadata.

    Raises:
        InputError: The key has ended, or has not begun.
    """
    key.check_valid(now)
    metadata.sign(key.signer, append=True)


def needs_of(change: Change, current: Current | None) -> tuple[Need, ...]:
    """Return the roles of a change that lack signatures, with how many they have and need."""
    return tuple(
        need
        for role in change.metadata
        for rules in _rules(role, change, current)
        if (need := need_of(rules, role, change.metadata[role])).missing > 0
    )


def need_of(rules: Root | Targets, role: str, metadata: Metadata[Any]) -> Need:
    """Return how many signatures some metadata has, and how many its role takes.

    Args:
        rules: The metadata that says who signs for the role.
        role: Its name.
        metadata: What is signed.
    """
    try:
        result = rules.get_verification_result(role, metadata.signed_bytes, metadata.signatures)
    except ValueError as error:
        raise InputError(f"Nobody may sign for the role {role}", "Make the change again") from error
    missing = max(0, result.threshold - len(result.signed))
    return Need(role, tuple(sorted(result.signed)), missing, tuple(sorted(result.unsigned)))


def _rules(role: str, change: Change, current: Current | None) -> Iterator[Root | Targets]:
    """Yield what says who signs for a role: for a root, the one before and itself."""
    new_root = change.metadata[ROOT].signed if ROOT in change.metadata else None
    new_targets = change.metadata[TARGETS].signed if TARGETS in change.metadata else None
    if role == ROOT:
        if current is not None:
            yield current.root.signed
        if new_root is not None:
            yield new_root
    elif role in (TARGETS, SNAPSHOT, TIMESTAMP):
        rules = new_root or (current.root.signed if current is not None else None)
        if rules is not None:
            yield rules
    else:
        rules = new_targets or (current.targets.signed if current is not None else None)
        if rules is not None:
            yield rules


def _keys(rules: Signed, role: str) -> Sequence[str]:
    try:
        found: Sequence[str] = rules.get_delegated_role(role).keyids  # type: ignore[attr-defined]
    except ValueError:
        return ()
    return found
