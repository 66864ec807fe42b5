"""One repository of a subscriber: what is kept of it, and reading it anew."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from groundstop.directives.orders import RefusedDocument
from groundstop.directives.subscribing.fetching import BoundedFetcher, source_of
from groundstop.directives.subscribing.keeping import Heard, Kept, Shelf
from groundstop.directives.subscribing.merging import merge
from groundstop.directives.subscribing.problems import UNREADABLE, Problem, ProblemKind, RefreshError
from groundstop.directives.subscribing.updating import Delivered, Fetched, fetch

if TYPE_CHECKING:
    from tuf.ngclient.fetcher import FetcherInterface

    from groundstop.directives.subscribing.obeys import Repository

_CLOCK_S = 60.0
"""How far the clock may be behind before it is told, and before a silence of before the start is unknown."""
_PERSIST_S = 10.0
"""How old the moment on disk may be. After a restart the silence then counts a little longer than it was."""


@dataclass
class Known:
    """What is known of one authority, in memory."""

    kept: Kept | None = None
    sources: tuple[str, ...] = ()
    """Digests of the files that it was read from."""
    on_disk: Kept | None = None
    refused: tuple[RefusedDocument, ...] = ()
    problems: tuple[RefreshError, ...] = ()
    """What is wrong with what was read last."""
    damaged: bool = False
    """Whether what is kept on disk could not be read, and nothing has come since."""


class Channel:
    """One repository of a subscriber.

    Args:
        repository: The repository.
        authorities: Whom the operator obeys in it.
        folder: Where what is known of it is kept.
        open_source: What gives its bytes.
        monotonic: Seconds that only grow, whatever is done to the clock.
    """

    def __init__(
        self,
        repository: Repository,
        authorities: tuple[str, ...],
        folder: Path,
        open_source: Callable[[Repository], FetcherInterface] = source_of,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.repository = repository
        self.known = {name: Known() for name in authorities}
        self.heard: Heard | None = None
        self.changes = 0
        """Grows each time that something is known which was not."""
        self._shelf = Shelf(folder, repository.root)
        self._source = open_source(repository)
        self._on_disk: Heard | None = None
        self._whole: tuple[RefreshError, ...] = ()
        self._lock = threading.Lock()
        self._monotonic = monotonic
        self._since = monotonic()
        """When it was last heard, by the seconds that only grow; when it was loaded, if not since."""
        self._heard_here = False
        """Whether it was heard since the start."""
        self._unknown = False
        """Whether the clock was behind at the start, so that nobody knows how long nothing was heard."""

    def problems(self, now: datetime) -> tuple[Problem, ...]:
        """Return what is wrong now."""
        clock = self._clock_problem(now.timestamp())
        found = (*clock, *self._whole, *(one for known in self.known.values() for one in known.problems))
        return tuple(one.problem(self.repository.name) for one in found)

    def time(self, now: float) -> float:
        """Return the time, which goes on from when the repository was last heard, whatever the clock says."""
        return now if self.heard is None else max(now, self.heard.at + self._elapsed)

    def heard_at(self, now: float) -> float:
        """Return when the repository was last heard; 0 when it never was, or nobody knows when.

        From then to now it is as long as it was silent, by the clock and by the seconds that only grow.

        Args:
            now: The time by the clock.
        """
        if self.heard is None or self._is_unknown(now):
            return 0.0
        if now < self.heard.at - _CLOCK_S:
            # What is handed out as the time goes on by itself then: see `time`.
            return self.heard.at
        return min(self.heard.at, now - self._elapsed)

    @property
    def _elapsed(self) -> float:
        return max(0.0, self._monotonic() - self._since)

    def _is_unknown(self, now: float) -> bool:
        if not self._heard_here and self.heard is not None and now < self.heard.at - _CLOCK_S:
            self._unknown = True
        return self._unknown

    def _clock_problem(self, now: float) -> tuple[RefreshError, ...]:
        if self.heard is None:
            return ()
        if now < self.heard.at - _CLOCK_S:
            says = datetime.fromtimestamp(now, UTC)
            what = f"The clock says {says:%Y-%m-%d %H:%M:%S}, and it was later already; "
            what += "the later time is gone by"
        elif self._is_unknown(now):
            what = "The clock was behind at the start, so that nobody knows how long nothing was heard"
        else:
            return ()
        return (RefreshError(ProblemKind.CLOCK, what),)

    def load(self, now: datetime) -> None:
        """Read what is kept on disk. What was damaged is told, and known as nothing.

        Args:
            now: The time: a clock that is behind what it was tells nothing of the silence meanwhile.
        """
        with self._lock:
            self._since, self._heard_here, self._unknown = self._monotonic(), False, False
            whole = []
            try:
                self.heard = self._on_disk = self._shelf.read_heard()
            except RefreshError as error:
                whole.append(error)
            for name, known in self.known.items():
                try:
                    known.kept = known.on_disk = self._shelf.read(name)
                    known.damaged, known.problems = False, ()
                except RefreshError as error:
                    known.kept, known.damaged, known.problems = None, True, (error,)
            self._is_unknown(now.timestamp())
            self._whole = tuple(whole)
            self.changes += 1

    def refresh(self, now: datetime) -> int:
        """Read the repository; return how many envelopes are new. What goes wrong is in ``problems``."""
        with self._lock:
            whole: list[RefreshError] = []
            self._is_unknown(now.timestamp())
            try:
                with self._shelf.held():
                    added = self._read(now.timestamp(), whole)
            except RefreshError as error:
                whole.append(error)
                added = 0
            self._whole = tuple(whole)
            return added

    def _read(self, now: float, whole: list[RefreshError]) -> int:
        fetched = fetch(
            self.repository,
            self._shelf.folder,
            tuple(self.known),
            BoundedFetcher(self._source),
            now=datetime.fromtimestamp(self.time(now), UTC),
        )
        if self.heard is not None and fetched.versions.goes_back_from(self.heard.versions):
            raise RefreshError(ProblemKind.ROLLBACK, "The repository is older than what was seen already")
        added, failed = 0, list(fetched.failed)
        for one in fetched.delivered:
            try:
                added += self._take(one, fetched, whole, failed)
            except RefreshError as error:
                failed.append(error)
            except UNREADABLE as error:
                what = f"What {one.authority} says holds a value that cannot be: {error}"
                failed.append(RefreshError(ProblemKind.TAMPERED, what, one.authority))
        whole += failed
        if not failed:
            self._hear(now, fetched, whole)
        return added

    def _take(
        self, delivered: Delivered, fetched: Fetched, whole: list[RefreshError], failed: list[RefreshError]
    ) -> int:
        """Take what was delivered of an authority; what cannot be kept on disk counts all the same."""
        known = self.known[delivered.authority]
        sources = tuple(
            hashlib.sha256(data).hexdigest()
            for data in (delivered.charter, delivered.orders, delivered.urgent or b"")
        )
        if known.kept is not None and known.sources == sources:
            return 0
        merged = merge(known.kept, delivered, root=fetched.versions.root, vouched=fetched.targets)
        if merged.kept != known.kept:
            self.changes += 1
        known.kept = merged.kept
        known.refused, known.problems, known.damaged = merged.refused, merged.problems, False
        if merged.unread is not None:
            failed.append(merged.unread)
        try:
            if merged.kept != known.on_disk:
                self._shelf.write(merged.kept)
        except RefreshError as error:
            # It is tried again at the next refresh.
            whole.append(error)
        else:
            known.on_disk = merged.kept
            # A set that could not be read is told each time, and is nothing that was heard.
            known.sources = sources if merged.unread is None else ()
        return merged.added

    def _hear(self, now: float, fetched: Fetched, whole: list[RefreshError]) -> None:
        versions, before = fetched.versions, self.heard
        at = now if before is None else max(now, before.at)
        if before is not None and now < before.at and not versions.renewed_since(before.versions):
            # By a clock that is behind, what was shown already may be shown for ever.
            return
        self._since, self._heard_here, self._unknown = self._monotonic(), True, False
        self.heard = Heard(
            at=at,
            root=versions.root,
            timestamp=versions.timestamp,
            snapshot=versions.snapshot,
            targets=versions.targets,
        )
        if any(known.kept is not known.on_disk for known in self.known.values()):
            # After a restart the silence must count from before what could not be kept.
            return
        last = self._on_disk
        if last is not None and last.versions == versions and at - last.at < _PERSIST_S:
            return
        try:
            self._shelf.write_heard(self.heard)
            self._on_disk = self.heard
        except RefreshError as error:
            whole.append(error)
