"""A repository for tests, with an authority in it, and subscribers that read it; in time that is given."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from tuf.api.exceptions import DownloadHTTPError
from tuf.api.metadata import Metadata
from tuf.ngclient.fetcher import FetcherInterface

from groundstop.directives import repository
from groundstop.directives.facts import Facts
from groundstop.directives.repository import LIVES, Lives, Outcome, Places
from groundstop.directives.signing import SignedHere, sign_order
from groundstop.directives.subscribing import Obeys, ProblemKind, Refreshed, Repository, Subscriber
from groundstop.documents import canonical_bytes
from groundstop.documents.directives import Charter, Obeyed
from groundstop.evidence import OwnKey
from tests.directive_parts import AUTHORITY, NOON, a_charter, at, officer
from tests.evidence_samples import a_key

BEFORE = at(-2)
"""When the sample repository is made."""


@cache
def keeper(number: int) -> OwnKey:
    """Return one of the keepers' offline keys, 1 to 5; the first three are those of the first root."""
    return a_key(f"root-keeper-{number}")


@cache
def online(number: int = 1) -> OwnKey:
    """Return an online key."""
    return a_key(f"online-{number}")


def envelope(document: SignedHere, *numbers: int) -> bytes:
    """Return an envelope's bytes, signed by officers of the authority: two when none are named."""
    return sign_order(document, [officer(number) for number in numbers or (1, 2)])


class Scene:
    """A repository in a folder, with one authority, and the operator's folder beside it.

    Args:
        folder: Where all of it is.
        charter: The authority's charter.
        lives: How long metadata lives.
    """

    def __init__(self, folder: Path, *, charter: Charter | None = None, lives: Lives = LIVES) -> None:
        self.folder = folder
        self.places = Places(folder / "repository")
        self.lives = lives
        done = repository.create(
            self.places.folder,
            [keeper(number).card for number in (1, 2, 3)],
            2,
            online().card,
            [keeper(1), keeper(2), online()],
            now=BEFORE,
            lives=lives,
        )
        assert done.published
        if charter is not None:
            self.let_in(charter)

    def copied(self, folder: Path) -> Scene:
        """Return a copy of it all in another folder."""
        shutil.copytree(self.folder, folder, dirs_exist_ok=True, symlinks=True)
        other = object.__new__(Scene)
        other.folder, other.places, other.lives = folder, Places(folder / "repository"), self.lives
        return other

    def let_in(self, charter: Charter, *keys: OwnKey, now: datetime = BEFORE) -> Outcome:
        """Let an authority publish."""
        keys = keys or (keeper(1), keeper(3), officer(1), officer(2), online())
        return repository.add_charter(self.places.folder, charter, keys, now=now, lives=self.lives)

    def publish(
        self, document: SignedHere, *numbers: int, now: datetime = NOON, keys: Sequence[OwnKey] = ()
    ) -> Outcome:
        """Publish a document that these officers sign; by default two, whose keys sign the metadata too."""
        signers = numbers or (1, 2)
        keys = keys or [*(officer(number) for number in signers), online()]
        return repository.publish(
            self.places.folder, envelope(document, *signers), keys, now=now, lives=self.lives
        )

    def refresh(self, now: datetime) -> None:
        """Renew the timestamp."""
        repository.refresh(self.places.folder, online(), now=now, lives=self.lives)

    def copy(self, name: str) -> Path:
        """Return a copy of the public folder as it is now."""
        target = self.folder / name
        shutil.copytree(self.places.public, target)
        return target

    @property
    def root(self) -> bytes:
        """The first root."""
        return self.places.role("root", 1).read_bytes()

    def obeys(self, url: str | None = None, **changes: Any) -> Obeys:
        """Return that the authority is obeyed in everything."""
        values: dict[str, Any] = {
            "repositories": (Repository("main", url or str(self.places.public), self.root, None),),
            "obeyed": (Obeyed(authority=AUTHORITY, repository="main"),),
            "override_keys": frozenset(),
            "issuers": (),
        }
        return Obeys(**{**values, **changes})

    def subscriber(
        self, source: Network | None = None, *, monotonic: Callable[[], float] = lambda: 0.0, **changes: Any
    ) -> Subscriber:
        """Return a subscriber in the operator's folder; no second passes for it by itself."""
        opened: Callable[[Repository], FetcherInterface] = source_or_folder(source)
        return Subscriber(
            self.folder / "operator", self.obeys(**changes), open_source=opened, monotonic=monotonic
        )


def source_or_folder(source: Network | None) -> Callable[[Repository], FetcherInterface]:
    """Return what opens a repository: a network, or its folder."""
    from groundstop.directives.subscribing.fetching import source_of

    return source_of if source is None else lambda _: source


class Network(FetcherInterface):
    """A network that an attacker may hold: files come from a folder, or are what the attacker says.

    Args:
        folder: The public folder that is read.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.lies: dict[str, bytes | Exception | Iterator[bytes]] = {}
        """What is given instead, by the end of the path."""
        self.asked: list[str] = []

    def _fetch(self, url: str) -> Iterator[bytes]:
        path = url.removeprefix("folder:///")
        self.asked.append(path)
        for end, lie in self.lies.items():
            if path.endswith(end):
                if isinstance(lie, Exception):
                    raise lie
                return iter([lie]) if isinstance(lie, bytes) else lie
        file = self.folder / path
        if not file.is_file():
            raise DownloadHTTPError(f"There is no {path}", 404)
        return iter([file.read_bytes()])


class Forger:
    """Changes a public folder with keys that were stolen.

    Args:
        public: The folder.
        keys: The keys.
    """

    def __init__(self, public: Path, *keys: OwnKey) -> None:
        self.public = public
        self.keys = keys

    def path(self, role: str) -> Path:
        """Return the newest file of a role's metadata."""
        if role == "timestamp":
            return self.public / "metadata" / "timestamp.json"
        found = (self.public / "metadata").glob(f"*.{role}.json")
        numbered = [path for path in found if path.name.split(".", 1)[1] == f"{role}.json"]
        return max(numbered, key=lambda path: int(path.name.split(".")[0]))

    def read(self, role: str) -> Metadata[Any]:
        """Return a role's newest metadata."""
        return Metadata.from_bytes(self.path(role).read_bytes())

    def write(self, role: str, metadata: Metadata[Any], *keys: OwnKey) -> bytes:
        """Sign and write some metadata; by all stolen keys unless some are named."""
        metadata.signatures.clear()
        for key in keys or self.keys:
            metadata.sign(key.signer, append=True)
        name = "timestamp.json" if role == "timestamp" else f"{metadata.signed.version}.{role}.json"
        data: bytes = metadata.to_bytes()
        (self.public / "metadata" / name).write_bytes(data)
        return data

    def put_target(self, role: str, path: str, data: bytes, *, bump: bool = True) -> None:
        """Put a target's content into a role's metadata."""
        from tuf.api.metadata import TargetFile

        metadata = self.read(role)
        metadata.signed.version += bump
        metadata.signed.targets[path] = TargetFile.from_data(path, data, ["sha256"])
        self.write(role, metadata)
        folder, _, name = path.rpartition("/")
        target = self.public / "targets" / folder / f"{hashlib.sha256(data).hexdigest()}.{name}"
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)

    def follow_up(self, *roles: str, key: OwnKey, versions: Mapping[str, int] | None = None) -> None:
        """Sign a snapshot in which these roles are as they are now, and a timestamp for it."""
        from tuf.api.metadata import MetaFile

        snapshot = self.read("snapshot")
        snapshot.signed.version += 1
        for role in roles:
            data = self.path(role).read_bytes()
            snapshot.signed.meta[f"{role}.json"] = MetaFile.from_data(
                Metadata.from_bytes(data).signed.version, data, ["sha256"]
            )
        for role, version in (versions or {}).items():
            snapshot.signed.meta[f"{role}.json"] = MetaFile(version)
        data = self.write("snapshot", snapshot, key)
        timestamp = self.read("timestamp")
        timestamp.signed.version += 1
        timestamp.signed.snapshot_meta = MetaFile.from_data(snapshot.signed.version, data, ["sha256"])
        self.write("timestamp", timestamp, key)


def kinds(refreshed: Refreshed) -> set[ProblemKind]:
    """Return the kinds of what went wrong."""
    return {one.kind for one in refreshed.problems}


def denied(subscriber: Subscriber, now: datetime, model: str = "desk-helper") -> bool:
    """Whether a request of somebody of whom nothing is known is kept out at this gateway."""
    from groundstop.directives.deciding import decide

    active = subscriber.active
    if active.closed:
        return True
    time = subscriber.time(now).timestamp()
    return not decide(Facts(model=model), active.table, time, active.heard).allowed


def ids_in_force(subscriber: Subscriber) -> list[str]:
    """Return the ids of the orders and stops that stand."""
    orders = subscriber.active.orders
    return [one.directive.id for one in orders.orders] + [one.stop.id for one in orders.stops]


def a_set(number: int, *envelopes: bytes, authority: str = AUTHORITY, created: datetime = NOON) -> bytes:
    """Return the bytes of a set."""
    return canonical_bytes(
        {
            "kind": "directive-set",
            "version": 1,
            "authority": authority,
            "number": number,
            "created": created.isoformat().replace("+00:00", "Z"),
            "envelopes": [json.loads(one) for one in envelopes],
        }
    )


__all__ = [
    "AUTHORITY",
    "BEFORE",
    "Forger",
    "Network",
    "Scene",
    "a_charter",
    "a_set",
    "denied",
    "envelope",
    "ids_in_force",
    "keeper",
    "kinds",
    "online",
]
