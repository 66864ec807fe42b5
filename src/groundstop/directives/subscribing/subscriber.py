"""A subscriber: reads repositories, keeps what it was told, and holds the table that a gateway decides by."""

from __future__ import annotations

import dataclasses
import json
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from groundstop.directives.orders import Orders, Published, StopInForce
from groundstop.directives.subscribing.channel import Channel, Known
from groundstop.directives.subscribing.fetching import source_of
from groundstop.directives.subscribing.overriding import Overrides, read_overrides
from groundstop.directives.subscribing.problems import UNREADABLE, Problem, ProblemKind
from groundstop.directives.subscribing.standing import (
    Active,
    AuthorityStanding,
    Refreshed,
    RepositoryStanding,
    SubscriberStatus,
    silence_of,
)
from groundstop.directives.subscribing.stopping import FILE_NAME as STOP_FILE
from groundstop.directives.subscribing.stopping import StopFile, operator_stops, stop_file
from groundstop.directives.subscribing.working import InForce, work_out
from groundstop.errors import InputError

if TYPE_CHECKING:
    from tuf.ngclient.fetcher import FetcherInterface

    from groundstop.directives.subscribing.obeys import Obeys, Repository
    from groundstop.documents.directives import Charter

STATE = "state"
"""The folder, in the operator's, of what is known. Nobody else should write there."""


class Subscriber:
    """Reads the repositories that an operator obeys.

    Every method may be called from any thread; ``active`` is read without waiting. One program at a time uses
    a folder.

    Args:
        folder: The operator's: ``stop``, ``overrides/`` and ``state/`` are in it.
        obeys: Whom the operator obeys.
        open_source: What gives a repository's bytes.
        monotonic: Seconds that only grow: silence is measured by them too, since a clock can be set back.
    """

    def __init__(
        self,
        folder: Path,
        obeys: Obeys,
        *,
        open_source: Callable[[Repository], FetcherInterface] = source_of,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        from groundstop.directives.compiling import compile_table

        self._folder = folder
        self._obeys = obeys
        self._channels = {
            one.name: Channel(
                one,
                tuple(obeyed.authority for obeyed in obeys.of(one.name)),
                folder / STATE / one.name,
                open_source,
                monotonic,
            )
            for one in obeys.repositories
        }
        self._applying = threading.Lock()
        self._applied: object = None
        self._overrides = Overrides((), ())
        nothing = Orders((), (), (), (), ())
        self._sound = nothing
        """What stood of the authorities when it could be worked out last."""
        self._unsound: tuple[Problem, ...] = ()
        self._ever = False
        """Whether it could ever be worked out here."""
        self._active = Active(compile_table(nothing), nothing, 0.0, ("Nothing was loaded yet",))

    @property
    def active(self) -> Active:
        """What to decide by; everything is closed until :meth:`load` or :meth:`refresh` was called."""
        return self._active

    @property
    def charters(self) -> tuple[Charter, ...]:
        """Those of the authorities that were heard, as they were vouched for last."""
        return tuple(one.charter for one in self._published())

    def load(self, now: datetime) -> Refreshed:
        """Start from what is on disk, with no network: everything is verified again from the trusted root.

        Args:
            now: The time.

        Returns:
            What was found. What was damaged is a problem, and its authority is taken as never heard:
            everything is closed until a refresh brings it back.
        """
        for channel in self._channels.values():
            channel.load(now)
        return self._refreshed(now, 0, swapped=self._apply(now))

    def refresh(self, now: datetime, *, only: str | None = None) -> Refreshed:
        """Read the repositories, and put the table that follows in force.

        Whatever goes wrong with one repository is told, leaves what is in force there, and keeps no other
        from being read.

        Args:
            now: The time.
            only: The one repository to read, by its name; none for all.

        Returns:
            What it did.

        Raises:
            InputError: There is no such repository.
        """
        if only is not None and only not in self._channels:
            raise InputError(f"There is no repository {only!r} here", "Use a name from obeys.toml")
        channels = [self._channels[only]] if only is not None else list(self._channels.values())

        def read(channel: Channel) -> tuple[int, bool]:
            added = channel.refresh(now)
            # At once: what one repository says must not wait for another.
            return added, self._apply(now)

        if len(channels) <= 1:
            done = [read(channel) for channel in channels]
        else:
            with ThreadPoolExecutor(max_workers=min(8, len(channels))) as pool:
                done = list(pool.map(read, channels))
        return self._refreshed(
            now, sum(added for added, _ in done), swapped=any(swapped for _, swapped in done)
        )

    def look_here(self, now: datetime) -> Refreshed:
        """Read the operator's own files again, the stop file and the overrides, without any network.

        Every refresh does so too; this is cheap enough for once a second.

        Args:
            now: The time.
        """
        return self._refreshed(now, 0, swapped=self._apply(now))

    def time(self, now: datetime) -> datetime:
        """Return the time to decide at: it goes on from when something was last heard.

        A clock that is set back must not bring back what has ended, nor hide that nothing is heard.
        """
        clock = now.timestamp()
        return datetime.fromtimestamp(
            max(clock, 0.0, *(one.time(clock) for one in self._channels.values())), UTC
        )

    def status(self, now: datetime) -> SubscriberStatus:
        """Return what is published, delivered, verified and active, and what is wrong.

        Args:
            now: The time.
        """
        active = self.active
        channels = list(self._channels.values())
        authorities = tuple(
            _authority(name, channel.repository.name, known)
            for channel in channels
            for name, known in channel.known.items()
        )
        heard = {
            channel.repository.name: None
            if channel.heard is None
            else datetime.fromtimestamp(channel.heard.at, UTC)
            for channel in channels
        }
        forged = tuple(
            one for channel in channels for known in channel.known.values() for one in known.refused
        )
        return SubscriberStatus(
            now,
            tuple(
                RepositoryStanding(
                    channel.repository.name,
                    None if channel.heard is None else channel.heard.versions,
                    heard[channel.repository.name],
                    (*channel.problems(now), *self._unsound),
                )
                for channel in channels
            ),
            authorities,
            active.table.digest,
            active.closed,
            silence_of(active.orders, self._heard(now), self.time(now).timestamp()),
            (*active.orders.refused, *forged),
            (*active.orders.notes, *self._overrides.notes),
        )

    def _refreshed(self, now: datetime, added: int, *, swapped: bool) -> Refreshed:
        problems = tuple(one for channel in self._channels.values() for one in channel.problems(now))
        problems += self._unsound
        return Refreshed(now, problems, added, swapped, self.active.table.digest)

    def _apply(self, now: datetime) -> bool:
        """Fold and compile what is known, and put it in force; return whether anything is different."""
        with self._applying:
            stopped = stop_file(self._folder / STOP_FILE)
            overrides = read_overrides(self._folder, self._obeys.override_keys)
            time = self.time(now)
            day = time.date() if stopped.names else None
            changes = tuple(channel.changes for channel in self._channels.values())
            of = (changes, stopped, overrides, day)
            if of == self._applied:
                closed = self._closed(stopped)
                self._active = dataclasses.replace(self._active, heard=self._heard(now), closed=closed)
                return False
            stops = operator_stops(stopped.names, now=time)
            orders, table = self._work_out(overrides, stops)
            swapped = table.digest != self._active.table.digest
            self._active = Active(table, orders, self._heard(now), self._closed(stopped))
            self._applied, self._overrides = of, overrides
            return swapped

    def _work_out(self, overrides: Overrides, stops: Sequence[StopInForce]) -> InForce:
        """Return what is in force. What cannot be worked out leaves what was, beside the operator's stops."""
        from groundstop.directives.compiling import compile_table

        try:
            found = work_out(self._published(), overrides.overrides, stops)
        except UNREADABLE as error:
            what = f"What is known cannot be worked out ({type(error).__name__}); what was in force stays"
            self._unsound = (Problem(ProblemKind.TAMPERED, ", ".join(self._channels), None, what),)
            orders = dataclasses.replace(self._sound, stops=(*self._sound.stops, *stops))
            return InForce(orders, compile_table(orders))
        theirs = found.orders.stops[: len(found.orders.stops) - len(stops)]
        self._sound, self._unsound = dataclasses.replace(found.orders, stops=theirs), ()
        self._ever = True
        return found

    def _published(self) -> list[Published]:
        obeyed = {one.authority: one for one in self._obeys.obeyed}
        return [
            Published(known.kept.charter, tuple(map(json.loads, known.kept.envelopes)), obeyed[name])
            for channel in self._channels.values()
            for name, known in channel.known.items()
            if known.kept is not None
        ]

    def _heard(self, now: datetime) -> float:
        if self._unsound:
            # What was heard since is not in force.
            return self._active.heard
        # Where nobody is obeyed, nothing is missed.
        return min(
            (one.heard_at(now.timestamp()) for one in self._channels.values()), default=now.timestamp()
        )

    def _closed(self, stopped: StopFile) -> tuple[str, ...]:
        blind = [
            f"What is kept of {name} was damaged, and nothing has come since"
            if known.damaged
            else f"Nothing was heard of {name} yet"
            for channel in self._channels.values()
            for name, known in channel.known.items()
            if known.kept is None
        ]
        if self._unsound and not self._ever:
            blind.append("What is known cannot be worked out, and nothing was in force before")
        return (*stopped.closed, *blind)


def _authority(name: str, repository: str, known: Known) -> AuthorityStanding:
    kept = known.kept
    if kept is None:
        return AuthorityStanding(name, repository, None, None, 0, ())
    return AuthorityStanding(
        name,
        repository,
        kept.charter.number,
        (kept.orders, kept.urgent),
        len(kept.envelopes),
        kept.withheld,
    )
